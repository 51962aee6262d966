"""What a person should know or do about a device; a pure function of its finding, the tables and a day.

Order: what happens on the date; what undoes a refusal; where to begin when the device is not the end of it; the ways
out; what would settle what is not known; and what else is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sniffer.knowledge.catalogue import EXCHANGE_ONLINE, Catalogue
from sniffer.knowledge.deadlines import Deadline
from sniffer.knowledge.replies import Reply
from sniffer.knowledge.rows import FRESH, Row
from sniffer.knowledge.services import PRIVATE
from sniffer.knowledge.ways import Way
from sniffer.model.findings import VERDICTS, Advice, DeviceFinding, ServiceFinding, State, Verdict

REMOVED = "basic-removed"
"""The refusal behind which nobody can turn Basic on again."""

BASIC: tuple[Verdict, ...] = ("affected", "mixed", "basic-elsewhere")
"""Verdicts of services to which a password goes today."""

OLD_TLS = frozenset({"1.1", "1.0", "SSL 3.0", "SSL 2.0"})
"""Versions that RFC 8996, RFC 7568 and RFC 6176 put an end to."""

OVER: tuple[State, ...] = ("working", "migrated")
"""States in which a refusal is history."""

BEFORE: dict[State, str] = {
    "refused": "This device is refused already.",
    "failing": "This device fails already, for another reason.",
    "gave-up": "This device has given up already.",
}
"""What follows for a device before the date, where it is not simply that it will stop."""

AFTER: dict[State, str] = {
    "working": "This device still logged in: Basic was turned on again, or the capture is older than that.",
    "refused": "This device is refused.",
    "gave-up": "This device has given up.",
}
"""The same after the date."""


def advice(device: DeviceFinding, catalogue: Catalogue, as_of: date) -> tuple[Advice, ...]:
    """Return the advice for a device on a day, the most urgent first; each code is there once."""
    found: dict[str, Advice] = {}
    for each in _Adviser(device, catalogue, as_of).everything():
        found.setdefault(each.code, each)
    return tuple(found.values())


class _Adviser:
    """Says what there is to say of one device."""

    def __init__(self, device: DeviceFinding, catalogue: Catalogue, day: date) -> None:
        self._device = device
        self._catalogue = catalogue
        self._day = day
        self._services = sorted(device.services, key=lambda each: VERDICTS.index(each.verdict))
        self._passed = catalogue.passed(day)

    def everything(self) -> Iterator[Advice]:
        """Yield all advice, in order; a code may come again."""
        yield from self._dates()
        yield from self._fixes()
        yield from self._others()
        yield from self._ways()
        yield from self._settling()
        yield from self._faults()

    def _dates(self) -> Iterator[Advice]:
        for each in self._services:
            if each.verdict not in BASIC:
                continue
            row = self._catalogue.deadline(each.service)
            if row:
                text = row.says(self._day)
                if self._affected(each):
                    text += " " + consequence(each.state, row, self._day)
                yield self._said(f"date-{row.code}", text, row)
            elif not self._device.affected_through:
                yield from self._hint("not-concerned-private" if each.service == PRIVATE else "not-concerned")

    def _fixes(self) -> Iterator[Advice]:
        for each in self._services:
            row = self._catalogue.reply(each.refusal) if each.refusal else None
            if row and each.state not in OVER and each.service not in row.final_at:
                yield self._said(f"fix-{row.code}", fix(row), row)

    def _others(self) -> Iterator[Advice]:
        """Advise where the device is not the end of it."""
        if self._device.affected_through:
            yield from self._hint("fix-relay")
        if not any(each.verdict in (*BASIC, "unknown") for each in self._services):
            return
        if self._device.role == "relay":
            yield from self._hint("relay-once")
        elif self._device.role in ("nat", "router"):
            yield from self._hint("find-senders")

    def _ways(self) -> Iterator[Advice]:
        for each in self._services:
            if each.verdict not in BASIC:
                continue
            ways = [way for way in self._catalogue.ways_out_of(each.service) if self._fits(way, each)]
            for way in sorted(ways, key=lambda way: (way.again, way.tls12 and self._old_tls(each))):
                yield self._said(f"way-{way.code}", way_out(way, passed=self._passed), way)

    def _fits(self, way: Way, finding: ServiceFinding) -> bool:
        """Say whether a way makes sense for this device at all."""
        if self._device.role == "relay" and not way.relay:
            return False
        return not (way.again and finding.refusal == REMOVED)

    def _settling(self) -> Iterator[Advice]:
        """Advise what would settle what is not known: that is never an all-clear."""
        for each in self._services:
            if each.verdict != "unknown":
                continue
            if self._affected(each):
                yield from self._hint(f"settle-{EXCHANGE_ONLINE}")
            elif row := self._catalogue.deadline(each.service):
                lead = self._catalogue.hint("settle-named")
                text = f"{lead.text} {row.says(self._day)}" if lead else row.says(self._day)
                yield self._said(f"settle-{row.code}", text, row)
            else:
                yield from self._hint("settle-private" if each.service == PRIVATE else "settle-other")

    def _faults(self) -> Iterator[Advice]:
        for each in self._services:
            if self._old_tls(each):
                kind = f"old-tls-{EXCHANGE_ONLINE}" if self._affected(each) else "old-tls"
                yield from self._hint(kind)
            if each.cleartext:
                yield from self._hint("cleartext")
        if self._device.state == "quiet" and self._device.verdict in (*BASIC, "unknown"):
            yield from self._hint("quiet")

    def _affected(self, finding: ServiceFinding) -> bool:
        return self._catalogue.service(finding.service).affected

    def _old_tls(self, finding: ServiceFinding) -> bool:
        return not OLD_TLS.isdisjoint(finding.tls_versions)

    def _hint(self, code: str) -> Iterator[Advice]:
        row = self._catalogue.hint(code)
        if row:
            yield self._said(code, row.after if row.after and self._passed else row.text, row)

    def _said(self, code: str, text: str, row: Row) -> Advice:
        if row.stale(self._day):
            text += f" (as of {row.as_of}, more than {FRESH.days} days old: check {row.check})"
        return Advice(code, text, row.source, row.as_of.isoformat())


def consequence(state: State, deadline: Deadline, day: date) -> str:
    """Return what a date of Exchange Online means for a device in a state."""
    if deadline.passed(day):
        return AFTER.get(state, "This device logs in no more unless Basic was turned on again.")
    off = "Once Basic is off, this device stops sending unless it has moved or a tenant admin turns Basic on again."
    return BEFORE.get(state, off)


def fix(row: Reply) -> str:
    """Return what undoes the cause of a refusal, who can do it said first."""
    if row.reversible_by:
        return f"{row.cause}. Reversible, by {row.reversible_by}: {row.fix}."
    return f"{row.cause}: {row.fix}."


def way_out(way: Way, *, passed: bool) -> str:
    """Return a way out in a few sentences."""
    text = f"{way.name}: {way.server or 'same server'}, {way.auth}. Fits if {way.fits_when(passed=passed)}."
    text += f" Limits: {way.limits}." if way.limits else ""
    return text + (f" Catch: {way.catch}." if way.catch else "")
