"""Frames that tell of boxes and names, kept until somebody of whom they speak mails."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable

from sniffer.model import limits
from sniffer.sources.pcapng_file import Packet


class WaitingMessages:
    """Frames by what they speak of: addresses and cards, as texts, and servers' addresses as ``NAMED`` and a text."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[int, tuple[Packet, tuple[str, ...]]] = OrderedDict()
        self._by_key: dict[str, set[int]] = {}
        self._mailing: dict[str, None] = {}
        self._octets = 0
        self._count = 0

    def add(self, packet: Packet, keys: Collection[str]) -> bool:
        """Keep a frame; True if it is to be written now, since one of those of whom it speaks has mailed."""
        if any(key in self._mailing for key in keys):
            return True
        self._count += 1
        keys = tuple(dict.fromkeys(keys))
        self._waiting[self._count] = packet, keys
        for key in keys:
            self._by_key.setdefault(key, set()).add(self._count)
        self._octets += len(packet.data)
        while self._octets > limits.EVIDENCE_MESSAGES:
            self._forget(next(iter(self._waiting)))
        return False

    def of(self, keys: Iterable[str]) -> list[Packet]:
        """Return the frames that waited for these to mail, in the order in which they came."""
        numbers: set[int] = set()
        for key in keys:
            numbers |= self._by_key.get(key, set())
            if len(self._mailing) < limits.EVIDENCE_BOXES:
                self._mailing[key] = None
        return [self._forget(number) for number in sorted(numbers)]

    def _forget(self, number: int) -> Packet:
        packet, keys = self._waiting.pop(number)
        self._octets -= len(packet.data)
        for key in keys:
            self._by_key[key].discard(number)
            if not self._by_key[key]:
                del self._by_key[key]
        return packet
