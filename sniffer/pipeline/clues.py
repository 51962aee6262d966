"""Messages of discovery become facts: who was said to be what, and which card had which address, over intervals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sniffer.model import limits
from sniffer.model.clues import ASKED, BindingFact, Claim, ClueFact, Heard, Said, Source
from sniffer.model.frames import Ints
from sniffer.model.packets import ARP, NO_MAC, NO_VLAN, Messages
from sniffer.pipeline.addresses import INITIAL_HOPS, ip_text, mac_text, vlan_tags
from sniffer.pipeline.bindings import Add, Bindings, Place
from sniffer.pipeline.openings import Openings
from sniffer.protocols import arp
from sniffer.protocols.observers import OBSERVERS, SYN

LOCAL = [kind for kind, observer in OBSERVERS.items() if observer.local]
"""Kinds of messages that no router passes on."""

Key = tuple[str, int, int, bytes, tuple[int, ...], bytes]
"""A sensor, a kind, the sender's card and address, tags, and the message."""


@dataclass(slots=True)
class _Seen:
    """A message or a thing said, and when it was."""

    first: int
    last: int
    file: str | None
    count: int = 0
    heard: tuple[Heard, ...] = ()
    claims: tuple[tuple[Claim, ...], ...] = ()

    def add(self, first: int, last: int, count: int, file: str | None) -> None:
        self.count += count
        if first < self.first:
            self.first, self.file = first, file
        self.last = max(self.last, last)


class _Subject(NamedTuple):
    """Whom something is said of, by whom it was heard."""

    sensor: str
    vlan: tuple[int, ...]
    mac: str | None
    ip: str | None
    source: Source


class Clues:
    """What all sensors heard of boxes.

    What repeats itself is read once, as long as it is remembered: messages stand in two generations, and what the
    newer one has no use for is forgotten with the older.  Counted in memory up to limits, then written out and begun
    anew: the spool adds up the parts, so that neither batches nor limits show in the facts.
    """

    def __init__(self, add: Add) -> None:
        """``add`` takes the facts."""
        self._add = add
        self._bindings = Bindings(add)
        self._openings = Openings()
        self._seen: dict[Key, _Seen] = {}
        self._older: dict[Key, _Seen] = {}
        self._octets = 0
        self._clues: dict[_Subject, dict[Said, _Seen]] = {}
        self._said = 0

    def feed(self, sensor: str, messages: Messages) -> None:
        """Read the messages of one batch."""
        addresses = messages.kind == ARP
        if addresses.any():
            self._arp(sensor, messages.take(addresses))
            messages = messages.take(np.logical_not(addresses))
        opens = messages.kind == SYN
        if opens.any():
            opens[opens] = np.logical_not(self._openings.wanted(sensor, messages.take(opens)))
            messages = messages.take(np.logical_not(opens))
        if not len(messages):
            return
        data, origins, seen_before = messages.data, messages.origins, self._seen
        senders = messages.source.astype(">u8").view("V16")[:, 0].tolist()
        stops = (messages.start + np.minimum(messages.captured, limits.DISCOVERY_BYTES)).tolist()
        cards = np.where(_near(messages), messages.mac, NO_MAC).tolist()
        columns = (each.tolist() for each in (messages.time, messages.kind, messages.start, messages.origin))
        for time, kind, start, origin, card, sender, stop, vlan in zip(
            *columns, cards, senders, stops, _tags(messages.vlan), strict=True
        ):
            key = (sensor, kind, card, sender, vlan, data[start:stop])
            seen = seen_before.get(key)
            if seen is None:
                seen = self._seen_again(key) or self._read(key, time, origins[origin].file)
                seen_before = self._seen
            seen.count += 1
            if time > seen.last:
                seen.last = time
            elif time < seen.first:
                seen.first, seen.file = time, origins[origin].file
            for claims in seen.claims:
                self._claim(key, claims, time, messages.origins[origin].file)

    def finish(self) -> None:
        """Write out what is left."""
        self._fold(self._older)
        self._fold(self._seen)
        self._write()
        self._bindings.finish()

    def counted(self) -> list[ClueFact | BindingFact]:
        """Return what is still being counted, as ``finish`` would write it now."""
        facts: list[ClueFact | BindingFact] = []
        copy = Clues(facts.append)
        for subject, told in self._clues.items():
            copy._clues[subject] = {said: replace(seen) for said, seen in told.items()}
        for messages in (self._older, self._seen):
            copy._fold(dict(messages))
        copy._write()
        return facts + self._bindings.counted()

    def _seen_again(self, key: Key) -> _Seen | None:
        """Take a message over from the older generation."""
        seen = self._older.pop(key, None)
        if seen is not None:
            self._remember(key, seen)
        return seen

    def _read(self, key: Key, time: int, file: str | None) -> _Seen:
        """Read a message that was not seen before."""
        _, kind, _, sender, _, message = key
        heard = OBSERVERS[kind].read(message, ip_text(sender))
        claims = tuple(each.claims for each in heard if each.claims)
        seen = _Seen(time, time, file, 0, heard, claims)
        self._remember(key, seen)
        return seen

    def _remember(self, key: Key, seen: _Seen) -> None:
        if len(self._seen) >= limits.MESSAGES_REMEMBERED or self._octets >= limits.MESSAGE_OCTETS:
            self._fold(self._older)
            self._older, self._seen, self._octets = self._seen, {}, 0
        self._seen[key] = seen
        self._octets += len(key[-1])

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
        starts = _borders(np.column_stack([messages.vlan[order], ips[order], macs[order]]))
        if not len(starts):
            return
        first = order[starts]
        times = messages.time[order]
        columns = (
            np.minimum.reduceat(times, starts), np.maximum.reduceat(times, starts),
            np.diff([*starts, len(order)]), macs[first], ips[first], messages.origin[first],
        )  # fmt: skip
        vlans = _tags(messages.vlan[first])
        for begin, end, count, card, ip, origin, vlan in zip(*(each.tolist() for each in columns), vlans, strict=True):
            mac = mac_text(card)
            if mac:
                place, file = Place(sensor, vlan, "arp", ip_text(ip)), messages.origins[origin].file
                self._bindings.claim(place, mac, begin, end, count, file=file)

    def _fold(self, messages: dict[Key, _Seen]) -> None:
        """Count what messages say, and forget them."""
        for (sensor, kind, number, sender, vlan, _), seen in messages.items():
            sent_by, at = mac_text(number), ip_text(sender)
            for heard in seen.heard:
                if heard.said:
                    self._count(_subject(heard, sensor, vlan, OBSERVERS[kind].source, sent_by, at), heard, seen)
        messages.clear()

    def _count(self, subject: _Subject, heard: Heard, seen: _Seen) -> None:
        if subject.mac is None and subject.ip is None:
            return
        told = self._clues.setdefault(subject, {})
        for said in heard.said[: limits.CLUES_SAID]:
            before = told.get(said)
            if before is None:
                told[said] = _Seen(seen.first, seen.last, seen.file, seen.count)
                self._said += 1
            else:
                before.add(seen.first, seen.last, seen.count, seen.file)
        if self._said >= limits.CLUES:
            self._write()

    def _write(self) -> None:
        for subject, told in self._clues.items():
            for said, seen in told.items():
                self._add(ClueFact(*subject, *said, seen.first, seen.last, seen.count, seen.file))
        self._clues.clear()
        self._said = 0


def _near(messages: Messages) -> npt.NDArray[np.bool_]:
    """Say which messages no router has passed on, so that the frame's card is the sender's."""
    near: npt.NDArray[np.bool_] = np.isin(messages.hops, list(INITIAL_HOPS)) | np.isin(messages.kind, LOCAL)
    return near


def _tags(vlan: npt.NDArray[np.int32]) -> list[tuple[int, ...]]:
    """Return the tags of each message; mostly there are none."""
    if (vlan == NO_VLAN).all():
        return [()] * len(vlan)
    return [vlan_tags(*row) for row in vlan.tolist()]


def _subject(
    heard: Heard, sensor: str, vlan: tuple[int, ...], source: Source, sent_by: str | None, at: str
) -> _Subject:
    """Return whom a message speaks of: whom it names, else its sender, whose card is known where he is near."""
    ip = heard.ip or (None if heard.mac else at or None)
    mac = heard.mac or (sent_by if ip == (at or None) else None)
    return _Subject(sensor, vlan, mac, ip, source)


def _borders(rows: Ints) -> Ints:
    """Return where rows begin that differ from the one before."""
    if not len(rows):
        return np.empty(0, np.int64)
    return np.concatenate([[0], np.nonzero((rows[1:] != rows[:-1]).any(axis=1))[0] + 1])
