"""Phase B: the facts of a spool become findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sniffer.inference import DeviceLedger, Judge, Link, Links, Networks
from sniffer.inventory.spool import Spool
from sniffer.model.findings import DeviceFinding, SessionFinding


class Judgement:
    """Phase B over a sealed spool: what the facts mean, under what the user calls his own networks.

    ``overflow`` counts the sessions of remote hosts beyond the most devices that are kept.
    """

    def __init__(self, spool: Spool, local_nets: Iterable[str] = ()) -> None:
        """Raise ``ValueError`` for what is no network."""
        self.overflow = 0
        self._spool = spool
        self._links = Links(Link(*link) for link in spool.links())
        self._judge = Judge(Networks(local_nets), self._links)

    def sessions(self) -> Iterator[SessionFinding]:
        """Give all sessions by start, then id."""
        return map(self._judge.session, self._spool.sessions())

    def devices(self, look: Callable[[SessionFinding], None] = lambda _: None) -> list[DeviceFinding]:
        """Return all devices, the most urgent first; ``look`` is shown every session on the way."""
        span = self._spool.span()
        ledger = DeviceLedger(self._links, span[1] if span else 0)
        for finding in self.sessions():
            look(finding)
            ledger.add(finding)
        self.overflow = ledger.overflow
        return ledger.devices()
