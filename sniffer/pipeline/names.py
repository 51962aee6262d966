"""DNS answers become facts: who was told which address for which name, from when to when, and how often."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address

from sniffer.model import limits
from sniffer.model.facts import SUBMISSION, NameFact
from sniffer.model.packets import Datagrams
from sniffer.pipeline.addresses import MAPPED, ip_text
from sniffer.protocols import dns_answers


class Names:
    """The names that all sensors heard of.

    Counted in memory up to a limit, then written out and begun anew: the spool adds up the parts, so that
    neither batches nor the limit show in the facts.
    """

    def __init__(self, add: Callable[[NameFact], None]) -> None:
        """``add`` takes the facts."""
        self._add = add
        self._told: dict[tuple[str, bytes, str, bytes], list[int]] = {}

    def feed(self, sensor: str, datagrams: Datagrams) -> None:
        """Count the answers of one batch."""
        if not len(datagrams):
            return
        found = datagrams.take(dns_answers.promising(datagrams))
        data, told = found.data, self._told
        clients = found.destination.astype(">u8").view("V16")[:, 0].tolist()
        stops = (found.start + found.captured).tolist()
        for time, client, start, stop in zip(found.time.tolist(), clients, found.start.tolist(), stops, strict=True):
            answer = dns_answers.answer(data[start:stop])
            if answer is None:
                continue
            name, addresses = answer
            for address in addresses:
                seen = told.setdefault((sensor, client, name, address), [time, time, 0])
                seen[2] += 1
                if time > seen[1]:
                    seen[1] = time
                elif time < seen[0]:
                    seen[0] = time
            if len(told) >= limits.NAMES:
                self.finish()

    def counted(self) -> Iterator[NameFact]:
        """Give what is still being counted."""
        for (sensor, client, name, address), (first, last, count) in self._told.items():
            yield NameFact(sensor, ip_text(client), name, ip_text(address), first, last, count)

    def finish(self, servers: Iterable[str] | None = None) -> None:
        """Write out what is left: names of these servers, if it is known that no others matter.

        Names of hosts that take mail are always of use: who asked for one and was not seen mailing is worth a hint.
        """
        wanted = None if servers is None else {ip_address(each).packed for each in servers}
        if wanted is not None:
            self._told = {
                key: seen
                for key, seen in self._told.items()
                if key[3].removeprefix(MAPPED) in wanted or key[2].lower().startswith(SUBMISSION)
            }
        for fact in self.counted():
            self._add(fact)
        self._told.clear()
