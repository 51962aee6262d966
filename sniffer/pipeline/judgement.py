"""Phase B: the facts of a spool become findings."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

from msgspec.structs import replace

from sniffer.inference import DeviceLedger, Judge, Link, Names, Networks, Owners, Site
from sniffer.inference.advice import advice
from sniffer.inference.field_check import Checked
from sniffer.inference.field_lessons import Truth
from sniffer.inference.silent import Silent, mailed
from sniffer.inventory.spool import Spool
from sniffer.knowledge.catalogue import Catalogue, catalogue
from sniffer.knowledge.site_profile import SiteProfile, checked_families
from sniffer.model.findings import DeviceFinding, DialogueFinding, SessionFinding
from sniffer.model.suspects import Suspects
from sniffer.pipeline.collecting import collecting_seldom
from sniffer.pipeline.jury import Jury, jurors


class Judgement:
    """Phase B over a sealed spool: what the facts mean, under what the user calls his own networks.

    ``known`` is what the program knows of services and dates; ``as_of`` is the day for which devices are advised,
    none without it.  ``profiles`` are what sessions of the user's own showed of services, by their codes.  With
    ``shares`` many sessions are judged by several processes; while others listen, their processors are not ours.
    ``overflow`` counts the sessions of remote hosts beyond the most devices that are kept.
    """

    def __init__(
        self,
        spool: Spool,
        local_nets: Iterable[str] = (),
        known: Catalogue | None = None,
        as_of: date | None = None,
        profiles: Mapping[str, SiteProfile] = {},
        *,
        shares: bool = True,
    ) -> None:
        """Raise ``ValueError`` for what is no network."""
        self.overflow = 0
        self._shares = shares
        self._spool = spool
        self._known = known or catalogue()
        self._as_of = as_of
        self._networks = Networks(local_nets)
        self._owners = Owners((Link(*link) for link in spool.links()), spool.routers(), spool.boxes, self._known)
        uneven = frozenset((sensor, ip, port) for sensor, ip, port, _, _ in spool.starttls_offers())
        checked = checked_families(self._known, profiles)
        site = Site(self._networks, self._owners, Names(spool.names()), uneven, checked, profiles)
        self._judge = Judge(site, self._known)
        with collecting_seldom():
            self._judge.learn(spool.samples())

    def sessions(self) -> Iterator[SessionFinding]:
        """Give all sessions by start, then id."""
        jury = self._jury()
        if jury is None:
            yield from map(self._judge.session, self._spool.sessions())
            return
        with contextlib.closing(jury):
            for fact in self._spool.sessions():
                yield self._judge.session(fact, jury.auth(fact) if fact.shape is not None else None)

    def dialogue(self, finding: SessionFinding) -> DialogueFinding | None:
        """Return the dialogue that a session's TLS hides, as it was read; None where there is none."""
        return self._judge.dialogue(finding.fact)

    def checked(self, truths: Mapping[str, Truth]) -> Iterator[Checked]:
        """Hold what is inferred of sessions, by their ids, against what is known to be true of them."""
        for fact in self._spool.sessions():
            if fact.session in truths:
                yield self._judge.checked(fact, truths[fact.session])

    def devices(self, look: Callable[[SessionFinding], None] = lambda _: None) -> list[DeviceFinding]:
        """Return all devices, the most urgent first; ``look`` is shown every session on the way."""
        span = self._spool.span()
        relays = [place for place in self._spool.relays() if self._networks.holds(place[1])]
        ledger = DeviceLedger(self._owners, span[1] if span else 0, self._known, relays)
        with collecting_seldom():
            for finding in self.sessions():
                look(finding)
                ledger.add(finding)
        self.overflow = ledger.overflow
        return [self._advised(device) for device in ledger.devices()]

    def silent(self, devices: Iterable[DeviceFinding]) -> Suspects:
        """Return the boxes that may mail and were not seen mailing; ``devices`` are all that were, at any time."""
        boxes = self._spool.boxes
        finder = Silent(self._owners, mailed(devices, self._known), self._known, boxes.claims, self._networks.holds)
        return finder.suspects(boxes.others(), self._spool.asked())

    def _jury(self) -> Jury | None:
        """Return who judges what TLS hides, where that is much; None where the judge may as well do it alone."""
        count = jurors(self._spool.count_hidden()) if self._shares else 0
        if not count:
            return None
        try:
            return Jury(self._judge, count, self._spool.hidden())
        except OSError:  # no room for their files, or for more processes
            return None

    def _advised(self, device: DeviceFinding) -> DeviceFinding:
        if self._as_of is None:
            return device
        return replace(device, advice=advice(device, self._known, self._as_of))
