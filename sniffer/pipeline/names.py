"""DNS answers become facts: who was told which address for which name, from when to when, and how often."""

from __future__ import annotations

from ipaddress import ip_address

from sniffer.inventory.spool import Spool
from sniffer.model import limits
from sniffer.model.facts import NameFact
from sniffer.model.packets import Datagrams
from sniffer.pipeline.addresses import MAPPED, ip_text
from sniffer.pipeline.evidence import Evidence
from sniffer.protocols import dns_answers


class Names:
    """The names that all sensors heard of.

    Counted in memory up to a limit, then written out and begun anew: the spool adds up the parts, so that
    neither batches nor the limit show in the facts.
    """

    def __init__(self, spool: Spool, evidence: Evidence | None = None) -> None:
        self._spool = spool
        self._evidence = evidence
        self._told: dict[tuple[str, bytes, str, bytes], list[int]] = {}

    def feed(self, sensor: str, datagrams: Datagrams) -> None:
        """Count the answers of one batch."""
        if not len(datagrams):
            return
        found = datagrams.take(dns_answers.promising(datagrams))
        data, told = found.data, self._told
        clients = found.destination.astype(">u8").view("V16")[:, 0].tolist()
        stops = (found.start + found.captured).tolist()
        times, starts = found.time.tolist(), found.start.tolist()
        for row, (time, client, start, stop) in enumerate(zip(times, clients, starts, stops, strict=True)):
            answer = dns_answers.answer(data[start:stop])
            if answer is None:
                continue
            name, addresses = answer
            if self._evidence is not None and any((sensor, client, name, each) not in told for each in addresses):
                self._evidence.name(found, row, addresses)
            for address in addresses:
                seen = told.setdefault((sensor, client, name, address), [time, time, 0])
                seen[2] += 1
                if time > seen[1]:
                    seen[1] = time
                elif time < seen[0]:
                    seen[0] = time
            if len(told) >= limits.NAMES:
                for key in told:
                    self._write(*key)
                told.clear()

    def finish(self) -> None:
        """Write out what is left, once all sessions are in the spool: names of their servers, no others."""
        servers = {ip_address(each).packed for each in self._spool.servers()}
        for key in self._told:
            if key[3].removeprefix(MAPPED) in servers:
                self._write(*key)
        self._told.clear()

    def _write(self, sensor: str, client: bytes, name: str, address: bytes) -> None:
        first, last, count = self._told[sensor, client, name, address]
        self._spool.add_name(NameFact(sensor, ip_text(client), name, ip_text(address), first, last, count))
