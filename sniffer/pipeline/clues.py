"""Messages of discovery become facts: who was said to be what, and which card had which address, over intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sniffer.inventory.spool import Spool
from sniffer.model import limits
from sniffer.model.clues import ASKED, Claim, ClueFact, Heard, Said, Source
from sniffer.model.frames import Ints
from sniffer.model.packets import Messages
from sniffer.pipeline.addresses import INITIAL_HOPS, ip_text, mac_text, vlan_tags
from sniffer.pipeline.bindings import Bindings, Place
from sniffer.protocols import arp
from sniffer.protocols.observers import ARP, OBSERVERS

Key = tuple[str, int, int, bytes, tuple[int, ...], bytes]
"""A sensor, a kind, the sender's card and address, tags, and the message."""


@dataclass(slots=True)
class _Seen:
    """A message, and when the same was seen, from the same sender."""

    first: int
    last: int
    file: str | None
    heard: tuple[Heard, ...]
    claims: tuple[tuple[Claim, ...], ...] = ()
    count: int = 0

    def add(self, time: int) -> None:
        self.count += 1
        self.first, self.last = min(self.first, time), max(self.last, time)


class _Subject(NamedTuple):
    """Whom something is said of, by whom it was heard."""

    sensor: str
    vlan: tuple[int, ...]
    mac: str | None
    ip: str | None
    source: Source


class Clues:
    """What all sensors heard of boxes.

    What repeats itself is read once.  Counted in memory up to limits, then written out and begun anew: the spool adds
    up the parts, so that neither batches nor limits show in the facts.
    """

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._bindings = Bindings(spool)
        self._seen: dict[Key, _Seen] = {}
        self._octets = 0
        self._clues: dict[tuple[_Subject, Said], ClueFact] = {}

    def feed(self, sensor: str, messages: Messages) -> None:
        """Read the messages of one batch."""
        addresses = messages.kind == ARP
        if addresses.any():
            self._arp(sensor, messages.take(addresses))
            messages = messages.take(np.logical_not(addresses))
        data = messages.data
        senders = messages.source.astype(">u8").view("V16")[:, 0].tolist() if len(messages) else []
        stops = (messages.start + np.minimum(messages.captured, limits.DISCOVERY_BYTES)).tolist()
        columns = (messages.time, messages.kind, messages.mac, messages.hops, messages.start, messages.origin)
        rows = zip(*(each.tolist() for each in columns), senders, stops, messages.vlan.tolist(), strict=True)
        for time, kind, mac, hops, start, origin, sender, stop, tags in rows:
            near = hops in INITIAL_HOPS or OBSERVERS[kind].local
            key = (sensor, kind, mac if near else -1, sender, vlan_tags(*tags), data[start:stop])
            seen = self._seen.get(key) or self._read(key, time, messages.origins[origin].file)
            seen.add(time)
            for claims in seen.claims:
                self._claim(key, claims, time, messages.origins[origin].file)

    def finish(self) -> None:
        """Write out what is left."""
        self._fold()
        self._write()
        self._bindings.finish()

    def _read(self, key: Key, time: int, file: str | None) -> _Seen:
        """Read a message that was not seen before."""
        if len(self._seen) >= limits.MESSAGES_REMEMBERED or self._octets >= limits.MESSAGE_OCTETS:
            self._fold()
        _, kind, _, sender, _, message = key
        heard = OBSERVERS[kind].read(message, ip_text(sender))
        claims = tuple(each.claims for each in heard if each.claims)
        seen = self._seen[key] = _Seen(time, time, file, heard, claims)
        self._octets += len(message)
        return seen

    def _claim(self, key: Key, claims: tuple[Claim, ...], time: int, file: str | None) -> None:
        sensor, kind, _, _, vlan, _ = key
        source = OBSERVERS[kind].source
        for ip, mac, seconds, over in claims:
            place = Place(sensor, vlan, source, ip)
            if over:
                self._bindings.give_up(place, mac, time)
            elif seconds == ASKED:
                self._bindings.ask(place, mac, time)
            else:
                until = None if seconds is None else time + seconds * 1_000_000
                self._bindings.claim(place, mac, time, until=until, file=file)

    def _arp(self, sensor: str, messages: Messages) -> None:
        """Take all claims of ARP at once: a storm has thousands a second, of a few cards."""
        valid, macs, ips = arp.claims(messages.data, messages.start, messages.captured)
        rows = np.nonzero(valid)[0]
        order = rows[np.lexsort((rows, ips[rows], *messages.vlan[rows].T))]
        for run in _runs(np.column_stack([messages.vlan[order], ips[order], macs[order]]).astype(np.int64)):
            first, here = order[run.start], order[run]
            place = Place(sensor, vlan_tags(*messages.vlan[first].tolist()), "arp", ip_text(int(ips[first])))
            times, mac = messages.time[here], mac_text(int(macs[first]))
            if mac:
                file = messages.origins[messages.origin[first]].file
                self._bindings.claim(place, mac, int(times.min()), int(times.max()), len(here), file=file)

    def _fold(self) -> None:
        """Count what the messages say, and forget them."""
        for (sensor, kind, number, sender, vlan, _), seen in self._seen.items():
            sent_by, at = mac_text(number), ip_text(sender)
            for heard in seen.heard:
                self._count(_subject(heard, sensor, vlan, OBSERVERS[kind].source, sent_by, at), heard, seen)
        self._seen.clear()
        self._octets = 0

    def _count(self, subject: _Subject, heard: Heard, seen: _Seen) -> None:
        if subject.mac is None and subject.ip is None:
            return
        for said in heard.said[: limits.CLUES_SAID]:
            fact = self._clues.get((subject, said))
            if fact is None:
                fact = ClueFact(*subject, *said, seen.first, seen.last, seen.count, seen.file)
            else:
                fact = _joined(fact, seen)
            self._clues[subject, said] = fact
        if len(self._clues) >= limits.CLUES:
            self._write()

    def _write(self) -> None:
        for fact in self._clues.values():
            self._spool.boxes.add(fact)
        self._clues.clear()


def _subject(
    heard: Heard, sensor: str, vlan: tuple[int, ...], source: Source, sent_by: str | None, at: str
) -> _Subject:
    """Return whom a message speaks of: whom it names, else its sender, whose card is known where he is near."""
    ip = heard.ip or (None if heard.mac else at or None)
    mac = heard.mac or (sent_by if ip == (at or None) else None)
    return _Subject(sensor, vlan, mac, ip, source)


def _joined(fact: ClueFact, seen: _Seen) -> ClueFact:
    first = min(fact.first, seen.first)
    file = fact.file if fact.first <= seen.first else seen.file
    return ClueFact(
        fact.sensor, fact.vlan, fact.mac, fact.ip, fact.source, fact.field, fact.value,
        first, max(fact.last, seen.last), fact.count + seen.count, file,
    )  # fmt: skip


def _runs(rows: Ints) -> list[slice]:
    """Return where rows that are the same stand on end."""
    if not len(rows):
        return []
    borders = np.nonzero((rows[1:] != rows[:-1]).any(axis=1))[0] + 1
    return [slice(a, b) for a, b in zip([0, *borders.tolist()], [*borders.tolist(), len(rows)], strict=True)]
