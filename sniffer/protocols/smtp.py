"""One SMTP session, followed from outside (RFC 5321, 4954, 3207, 3030, 2920).

The session keeps the commands that have no reply yet and gives each reply to the oldest of them.  What
the client's next bytes are is a phase of ``smtp_states``.  Spans deliver a reply before its command now
and then, captures begin in the middle and lose bytes; then the session is LOST until a command and its
reply fit each other again, and what cannot be known is not claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sniffer.model.clues import Witness
from sniffer.model.events import Watcher
from sniffer.protocols.smtp_client import ClientSide
from sniffer.protocols.smtp_lost import Lost
from sniffer.protocols.smtp_server import ServerSide
from sniffer.protocols.smtp_states import Phase, Turn
from sniffer.protocols.smtp_tls import IntoTls

TAKERS: dict[Phase, Callable[[SmtpSession, bytes], bytes]] = {
    Phase.OPENING: ClientSide._opening,
    Phase.COMMAND: ClientSide._commands,
    Phase.AUTH: ClientSide._commands,
    Phase.ANSWER: ClientSide._commands,
    Phase.DATA: ClientSide._commands,
    Phase.BODY: ClientSide._body,
    Phase.CHUNK: ClientSide._counted,
    Phase.TLS: ClientSide._opening,
    Phase.HANDSHAKE: IntoTls._client_in_handshake,
    Phase.LOST: ClientSide._commands,
}
"""Who takes the client's bytes in which phase; each returns those that it left."""

MAY_BE_TLS = frozenset((Phase.OPENING, Phase.TLS, Phase.HANDSHAKE, Phase.LOST))
"""Phases in which the next bytes can be TLS."""


class SmtpSession(ClientSide, ServerSide, IntoTls, Lost):
    """Watches one connection.  ``speech`` gives what was said in clear at any time, ``inside`` what was in TLS."""

    def witness(self, *, ended: bool = False) -> Witness | None:
        """Return who the client shows to be, None where nobody listened; ``ended`` says that the end was seen."""
        return self._recorder.witness(ended=ended) if self._recorder is not None else None

    @property
    def timed(self) -> bool:
        """Say whether it matters when each segment came: only where TLS is spoken, or may be next."""
        return self._phase in MAY_BE_TLS

    def receive(self, from_client: bool, data: bytes, time: int = 0, behind: int = 0) -> bool:
        """Take the next bytes of one side, as ``Watcher`` has it; False when nothing more can be learned."""
        self._spoke[from_client] = True
        if self.ledger is not None:
            self.ledger.hear(from_client, len(data))
        tls = self._tls
        if tls is not None and self._phase is Phase.HANDSHAKE and not (self._server_opens or tls.in_clear):
            if tls.receive(from_client, data, time, behind):  # as nearly all that comes inside TLS
                return True
            self._phase = Phase.DONE
            return False
        self._time, self._behind = time, behind
        if not from_client:
            if self._told is not None:
                self._waiting.clear()  # replies say nothing of who the client is
            elif data and self._phase is not Phase.DONE:
                self._from_server(data)
        else:
            while data and self._phase is not Phase.DONE:
                data = TAKERS[self._phase](self, data)
            if data and self.ledger is not None:
                self.ledger.leave(len(data))
        return self._wants_more()

    def skim(self, from_client: Sequence[bool], numbers: Sequence[int], times: Sequence[int]) -> int:
        """Take records of application data by their lengths (``tls_glance``), as ``Watcher`` has it."""
        tls = self._tls
        if tls is None or self._phase is not Phase.HANDSHAKE or self._server_opens or tls.in_clear or self.ledger:
            return 0
        return tls.skim(from_client, numbers, times)

    def miss(self, from_client: bool, length: int) -> bool:
        """Take note of missing bytes: what was half read is forgotten, and order proves nothing more.

        ``length`` is 0 where a side's first bytes were not seen, however many they were.
        """
        if self._phase is Phase.DONE:
            return False
        if self.ledger is not None:
            self.ledger.miss(from_client, length)
        if self._phase is Phase.HANDSHAKE:
            self._miss_in_handshake(from_client, length)
            return self._wants_more()
        self._gap[from_client] = self._lacks[from_client] = True
        if from_client and not length and self._smtp:
            self._blind = True  # joined late, but all since the first reply is there
            return True
        for attempt in self._attempts:
            attempt.doubt(unheard=from_client)
        if all(self._lacks):
            self._close_attempt()  # what comes next may belong to another one
        if from_client:
            self._miss_client(length)
        else:
            self._miss_server(length)
        return True

    def close(self) -> None:
        """End: a greeting or a command without line end still counts."""
        if self._waiting and self._waiting[0] is Turn.CONNECT:
            self._finish_banner()
        self._close_attempt()
        if self._attempts:
            self._attempts[-1].secrets.forget()
        if self._tls:
            self._tls.close()
        self._last_line = b""

    def _enter(self) -> Watcher:
        """Begin to listen inside TLS: another session, which has no keys to go any deeper."""
        self._inside = inside = SmtpSession(behind_starttls=self._starttls != "implicit")
        inside._recorder = self._recorder
        return inside

    def _wants_more(self) -> bool:
        if self._told is not None and self._recorder is not None and not self._recorder.wanted:
            self._phase = Phase.DONE
        return self._phase is not Phase.DONE
