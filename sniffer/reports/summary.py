"""What was seen, what could not be judged, and why: the counts that stand below every table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sniffer.model.findings import Basis, DeviceFinding, SessionFinding, Unjudged, Verdict
from sniffer.reports.auth_words import BASIS_WORDS, not_checked
from sniffer.reports.known import TRUST, Known
from sniffer.reports.moments import local_span
from sniffer.reports.quality import Quality
from sniffer.reports.words import UNJUDGED_WORDS, number_of

NAMELESS = 4
"""Addresses shown of devices of which no more is known."""

TABLES = (
    "the DHCP leases or the ARP table that hold these addresses, or the log of the router that translates to them"
    " (--facts FILE)"
)
"""What would tell which devices several addresses are."""


@dataclass(slots=True)
class Summary:
    """Counts over the sessions of a run.

    ``all_scopes`` says whether remote hosts are reported too; ``silent`` are connections without a byte.
    ``bases`` counts the judged sessions by how they were; ``unverified`` are the services, as people call them, that
    were inferred for without a check against a real session.  ``tables`` are those of the site that were read: (file,
    format, rows).
    """

    all_scopes: bool
    judged: int = 0
    bases: Counter[Basis] = field(default_factory=Counter)
    known: Known = field(default_factory=Known)
    unverified: dict[str, None] = field(default_factory=dict)
    unjudged: Counter[Unjudged] = field(default_factory=Counter)
    hidden: int = 0
    hidden_hosts: set[str] = field(default_factory=set)
    first: int | None = None
    last: int | None = None
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    silent: int = 0
    nameless: list[DeviceFinding] = field(default_factory=list)
    tables: tuple[tuple[str, str, int], ...] = ()
    quality: Quality = field(default_factory=Quality)

    def shows(self, scope: str) -> bool:
        """Say whether something of this scope is reported."""
        return self.all_scopes or scope == "local"

    def session(self, finding: SessionFinding) -> None:
        """Count a session."""
        if not self.shows(finding.scope):
            self.hidden += 1
            return
        self.first = finding.fact.start if self.first is None else self.first
        self.last = max(self.last or 0, finding.fact.end)
        if finding.auth.unjudged:
            self.unjudged[finding.auth.unjudged] += 1
        else:
            self.judged += 1
            self.bases[finding.auth.basis] += 1
        if finding.auth.unverified_service:
            self.unverified.setdefault(finding.title)
        self.known.session(finding)
        self.quality.session(finding)

    def devices(self, findings: list[DeviceFinding]) -> list[DeviceFinding]:
        """Count the devices, and return those that are reported."""
        shown = [each for each in findings if self.shows(each.scope)]
        self.verdicts = Counter(each.verdict for each in shown)
        self.hidden_hosts = {each.device for each in findings if not self.shows(each.scope)}
        self.nameless = [each for each in shown if each.identity.settles]
        return shown

    @property
    def sessions(self) -> int:
        """Return how many sessions are reported."""
        return self.judged + self.unjudged.total()

    @property
    def none_judged(self) -> bool:
        """Say whether sessions were seen and none could be judged."""
        return self.sessions > 0 and self.judged == 0

    def lines(self, ports: tuple[int, ...]) -> list[str]:
        """Return the foot of a table, a sentence a line."""
        if not self.sessions:
            return [*self._nothing(ports), *self._hidden()]
        span = f", {local_span(self.first, self.last)}" if self.first is not None and self.last else ""
        seen = f"{number_of(self.sessions, 'session')} of {number_of(self.verdicts.total(), 'device')}{span}."
        site = [*self._tables(), *self._nameless()]
        return [seen, *self._judged(), *not_checked(self.unverified), *site, *self._hidden()]

    def _nothing(self, ports: tuple[int, ...]) -> list[str]:
        listed = ", ".join(map(str, ports[:8])) + (" …" if len(ports) > 8 else "")
        return [
            f"No SMTP session of our side was seen on ports {listed}.",
            "That is no all-clear: does the span show mail traffic, both directions, while devices send?",
            "'sniffer doctor' says what a capture or an interface shows, and what hides mail from it.",
        ]

    def _judged(self) -> list[str]:
        how = ", ".join(f"{self.bases[basis]:,} {BASIS_WORDS[basis]}" for basis in TRUST if self.bases[basis])
        if not self.unjudged:
            return [f"All of them could be judged: {how}."]
        missing = "; ".join(f"{count:,} {UNJUDGED_WORDS[why]}" for why, count in self.unjudged.most_common())
        judged = f"{self.judged:,} of {self.sessions:,} could be judged{': ' if how else ''}{how}."
        return [f"{judged} Not judged: {missing}.", "Unknown is no all-clear."]

    def _tables(self) -> list[str]:
        """Say which tables of the site were read."""
        told = [f"{file} ({kind}, {number_of(rows, 'row')})" for file, kind, rows in self.tables]
        return [f"Read beside the captures: {', '.join(told)}."] if told else []

    def _nameless(self) -> list[str]:
        """Say of how many devices only the address is known, and what would settle which they are."""
        if not self.nameless:
            return []
        count = len(self.nameless)
        addresses = list(dict.fromkeys(each.addresses[0].ip for each in self.nameless if each.addresses))
        shown = ", ".join(addresses[:NAMELESS]) + (" …" if len(addresses) > NAMELESS else "")
        behind = f": {'their' if count > 1 else 'its'} frames came through a router or proxy"
        way = behind if all(each.identity.via for each in self.nameless) else ""
        settles = {each.identity.settles for each in self.nameless}
        tables = settles.pop() if len(settles) == 1 else TABLES
        told = f"{number_of(count, 'device')} known by address only ({shown}){way}."
        return [f"{told} What would tell which {'they are' if count > 1 else 'it is'}: {tables}."]

    def _hidden(self) -> list[str]:
        lines = []
        if self.hidden:
            hosts = number_of(len(self.hidden_hosts), "host")
            lines.append(f"{number_of(self.hidden, 'session')} of {hosts} on the Internet not shown (--scope all).")
        if self.silent:
            lines.append(f"{number_of(self.silent, 'connection')} to a mail port opened without a byte said.")
        return lines
