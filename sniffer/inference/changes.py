"""What became of a device, from its record before and after.

Rules of this file:
1. Of a service the verdict and the state are compared, each by itself.  What is new and fails is one change, not two.
2. A verdict that was forgotten because the device was quiet is still known (``past``): who mails once a month comes
   back, and is not new each time.  Who is quiet did not become unknown.
3. A device that fails for a policy's word is ``refused``, whatever the day; what the day adds is the likely cause.
4. An address in the same network is no move: leases change.  Addresses of IPv6 that a host makes up are nobody's place.
5. Hosts of the Internet are nobody's device: what they do is no change.
6. An exception silences what somebody would have to act on or to know.  It is counted, and good news pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from msgspec.structs import replace

from sniffer.inference.advice import BASIC, fix
from sniffer.inference.identity.names import host, telling
from sniffer.inference.verdicts import PRESENT
from sniffer.knowledge.catalogue import Catalogue
from sniffer.model.changes import CHANGES, Change, ChangeKind, Excepted, Subject, urgency
from sniffer.model.findings import Address, DeviceFinding, ServiceFinding, State, Verdict

TROUBLE: dict[State, ChangeKind] = {"refused": "refused", "failing": "started-failing", "gave-up": "gave-up"}
"""States in which mail does not go out, and what begins with them."""

NETWORK_BITS = 24
"""Bits of an IPv4 address that stay when a lease changes: an office's networks seldom have fewer hosts."""

UNKNOWN_CAUSE = "Why is not known: the server's words were not seen."


def changes(
    before: DeviceFinding | None,
    after: DeviceFinding | None,
    known: Catalogue,
    day: date,
    past: Mapping[str, Verdict] | None = None,
) -> list[Change]:
    """Return what became of a device, the most urgent first; ``after`` is None where nothing is left to judge it by.

    ``past`` is the last verdict of each service, by its code, that was not ``unknown``: the device's history.  ``day``
    changes words only.
    """
    newest = after or before
    if newest is None or newest.scope == "remote":
        return []
    if after is None:
        found = list(_gone(newest))
    else:
        found = list(_Compared(before, after, known, day, past or {}).everything())
    return sorted(found, key=_order)


class Sorted(NamedTuple):
    """Changes that people are told of, and those that an exception silences; both in the order of urgency."""

    loud: tuple[Change, ...]
    silenced: tuple[Change, ...]


def sorted_out(found: Iterable[Change], excepted: Mapping[str, Excepted], day: date) -> Sorted:
    """Part changes by the exceptions that hold on a day, by device."""
    loud, silenced = [], []
    for each in sorted(found, key=_order):
        exception = excepted.get(each.subject.device)
        if exception is None or day > exception.until or urgency(each.kind) == "good":
            loud.append(each)
        else:
            silenced.append(replace(each, exception=exception))
    return Sorted(tuple(loud), tuple(silenced))


def ended(
    devices: Iterable[DeviceFinding], excepted: Mapping[str, Excepted], since: date, day: date
) -> Iterator[Change]:
    """Give the devices whose exception ended from a day on, before another, and that still use Basic or fail.

    ``since`` is the day of the last report.
    """
    for each in devices:
        exception = excepted.get(each.device)
        wanted = each.verdict in BASIC or each.state in TROUBLE or each.affected_through is not None
        if exception and wanted and since <= exception.until < day:
            newest = max((service.last_seen for service in each.services), default=0)
            yield Change(
                kind="exception-ended",
                time=newest,
                subject=subject(each),
                before=exception.reason,
                after=each.verdict,
                state=each.state,
                cause=f"The exception held until {exception.until}.",
            )


def matched(
    words: Iterable[str],
    devices: Iterable[DeviceFinding],
    loud: Iterable[Change],
    excepted: Mapping[str, Excepted],
    day: date,
) -> list[str]:
    """Return which of some verdicts and kinds of changes there are; devices with an exception match nothing."""
    heeded = [each for each in devices if each.device not in excepted or day > excepted[each.device].until]
    there = {str(each.verdict) for each in heeded} | {str(each.kind) for each in loud}
    return [word for word in words if word in there]


def subject(device: DeviceFinding) -> Subject:
    """Return a device as people find it."""
    address = current(device)
    return Subject(
        device=device.device,
        verdict=device.verdict,
        name=device.name,
        vendor=device.vendor,
        model=device.model,
        kind=device.kind,
        ip=address.ip if address else None,
        mac=device.interfaces[0].mac if device.interfaces else None,
        location=device.location,
        owner=device.owner,
        where=address.domain if address else None,
    )


def current(device: DeviceFinding) -> Address | None:
    """Return the address that a device had last, one of IPv4 where it has any."""
    return max(device.addresses, key=lambda each: (":" not in each.ip, each.last_seen, each.ip), default=None)


def cause(service: ServiceFinding, known: Catalogue, day: date) -> str:
    """Return why a service does not take a device's mail, as far as that is known or likely, and what undoes it."""
    row = known.reply(service.refusal) if service.refusal else None
    if row:
        final = known.deadline(service.service) if service.service in row.final_at else None
        return f"{row.cause}. {final.says(day)}" if final else fix(row)
    if service.state == "refused":
        told = "Either the server no longer offers Basic, or it turns mail without a login away."
    else:
        told = UNKNOWN_CAUSE
    affected, date_row = known.service(service.service).affected, known.deadline(service.service)
    if affected and date_row and date_row.passed(day) and service.last_success is not None:
        return f"{told} Most likely the date: {date_row.says(day)}"
    return told


class _Compared:
    """A device before and after."""

    def __init__(
        self,
        before: DeviceFinding | None,
        after: DeviceFinding,
        known: Catalogue,
        day: date,
        past: Mapping[str, Verdict],
    ) -> None:
        self._before = before
        self._after = after
        self._known = known
        self._day = day
        self._past = past
        self._subject = subject(after)

    def everything(self) -> Iterator[Change]:
        """Yield all changes, in no order."""
        olds = {each.service: each for each in self._before.services} if self._before else {}
        found = [change for new in self._after.services for change in self._service(olds.pop(new.service, None), new)]
        found += [_quiet(self._subject, old) for old in olds.values() if old.state != "quiet"]
        yield from found
        if self._after.affected_through and not (self._before and self._before.affected_through):
            yield self._said("relay-affected", None, self._after.affected_through)
        if self._before is None:
            if not found:
                yield self._said("new-device", None, self._after.verdict)
            return
        yield from self._place(self._before)
        yield from self._name(self._before)

    # -- one service --------------------------------------------------------------------------

    def _service(self, old: ServiceFinding | None, new: ServiceFinding) -> Iterator[Change]:
        if new.state == "quiet":
            if old and old.state != "quiet":
                yield _quiet(self._subject, new)
            return
        was = self._was(old, new.service)
        kind = self._verdict_kind(was, new)
        if kind:
            yield self._of(kind, new, was, new.verdict)
        if self._came_back(old, new) and kind not in ("new-affected", "newly-basic"):
            yield self._of("came-back", new, was, new.verdict)
        if was is not None:
            yield from self._state(old, new, told=kind)
        if old and new.cleartext and not old.cleartext:
            yield self._of("newly-cleartext", new, None, None)

    def _was(self, old: ServiceFinding | None, service: str) -> Verdict | None:
        """Return the verdict before: of who was quiet, or has no record, the last that was known (rule 2)."""
        if old is None or (old.verdict == "unknown" and old.state == "quiet"):
            return self._past.get(service, old.verdict if old else None)
        return old.verdict

    def _verdict_kind(self, was: Verdict | None, new: ServiceFinding) -> ChangeKind | None:
        """Say what a verdict is, compared with the one before."""
        now = new.verdict
        if now == was or (now in BASIC[1:] and was in BASIC):
            return None
        if now in BASIC:
            return "new-affected" if now == "affected" else "newly-basic"
        if was is None:
            return "new-service" if self._before else None
        if now == "unknown":
            return "unknown-now" if new.state not in TROUBLE else None
        if was in BASIC:
            return _left_basic(new)
        return "settled" if was == "unknown" else "login-changed"

    def _came_back(self, old: ServiceFinding | None, new: ServiceFinding) -> bool:
        if old is None:
            return self._before is not None and new.service in self._past
        return old.state == "quiet" or new.last_seen - old.last_seen > PRESENT

    def _state(self, old: ServiceFinding | None, new: ServiceFinding, *, told: ChangeKind | None) -> Iterator[Change]:
        before: State = old.state if old else "unjudged"
        if new.state == before:
            return
        if new.state in TROUBLE:
            yield self._of(TROUBLE[new.state], new, before, new.state)
        elif before in TROUBLE and new.state in ("working", "migrated") and told != "migrated":
            yield self._of("works-again", new, before, new.state)

    def _of(self, kind: ChangeKind, service: ServiceFinding, before: str | None, after: str | None) -> Change:
        failing = service.state in TROUBLE
        return Change(
            kind=kind,
            time=service.last_seen,
            subject=self._subject,
            service=service.service,
            title=service.title or self._known.service(service.service).name,
            before=before,
            after=after,
            state=service.state,
            last_success=service.last_success,
            refusal=service.refusal if failing else None,
            cause=cause(service, self._known, self._day) if failing else "",
        )

    # -- the device ---------------------------------------------------------------------------

    def _place(self, before: DeviceFinding) -> Iterator[Change]:
        """Compare where it is: its address, its network, its sensor, its place."""
        old, new = current(before), current(self._after)
        if before.location and self._after.location and before.location != self._after.location:
            yield self._said("moved", before.location, self._after.location)
        elif old and new and self._left(old, before):
            if old.domain != new.domain:
                yield self._said("moved", f"{old.ip} at {old.domain}", f"{new.ip} at {new.domain}")
            elif not _same_network(old.ip, new.ip):
                yield self._said("moved", old.ip, new.ip)
            elif old.ip != new.ip and ":" not in new.ip:
                yield self._said("readdressed", old.ip, new.ip)

    def _left(self, old: Address, before: DeviceFinding) -> bool:
        """Say whether it has an address that it had not, and its old one no longer: some have several at a time."""
        new = current(self._after)
        had = {(each.ip, each.domain) for each in before.addresses}
        still = {(each.ip, each.domain): each.last_seen for each in self._after.addresses}
        return (
            new is not None
            and (new.ip, new.domain) not in had
            and still.get((old.ip, old.domain), 0) <= old.last_seen
            and new.last_seen > old.last_seen
        )

    def _name(self, before: DeviceFinding) -> Iterator[Change]:
        """Compare its name, of one sender; a domain behind it does not make it another."""
        old, new = before.name, self._after.name
        if not (old and new) or self._after.senders_at_least > 1 or not (telling(old) and telling(new)):
            return
        if host(old) != host(new):
            yield self._said("renamed", old, new)

    def _said(self, kind: ChangeKind, before: str | None, after: str | None) -> Change:
        seen = [each.last_seen for each in self._after.services] + [each.last_seen for each in self._after.addresses]
        return Change(
            kind=kind,
            time=max(seen, default=0),
            subject=self._subject,
            before=before,
            after=after,
            state=self._after.state,
        )


def _left_basic(new: ServiceFinding) -> ChangeKind | None:
    """Say for what Basic was left; mail that is turned away for want of a login was not sent at all."""
    if new.state in TROUBLE:
        return None if new.family == "none" else "left-basic"
    return "migrated" if new.family == "oauth" else "left-basic"


def _gone(before: DeviceFinding) -> Iterator[Change]:
    """Give the services of a device of which nothing is left."""
    yield from (_quiet(subject(before), each) for each in before.services if each.state != "quiet")


def _quiet(who: Subject, service: ServiceFinding) -> Change:
    return Change(
        kind="quiet",
        time=service.last_seen,
        subject=who,
        service=service.service,
        title=service.title,
        before=service.verdict,
        after="quiet",
        state="quiet",
        last_success=service.last_success,
    )


def _same_network(one: str, other: str) -> bool:
    """Say whether two addresses may be leases of one network; those of IPv6 say nothing (rule 4)."""
    if ":" in one or ":" in other:
        return True
    return ip_address(other) in ip_network(f"{one}/{NETWORK_BITS}", strict=False)


def _order(change: Change) -> tuple[int, str, str, str]:
    return CHANGES.index(change.kind), change.service, change.subject.device, change.after or ""
