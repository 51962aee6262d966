"""Where a session goes into TLS: the handshake takes over, unless the server goes on in text.

TLS follows the 220 to STARTTLS (RFC 3207 4), or is spoken from the first byte (RFC 8314 3).  A client that does so to a
server that speaks text waits for a ServerHello, and gets a greeting.
"""

from __future__ import annotations

from sniffer.model.facts import ShapeFact, Speech, TlsFact
from sniffer.protocols.smtp_grammar import is_reply, is_tls
from sniffer.protocols.smtp_memory import Memory
from sniffer.protocols.smtp_states import Phase, Turn, fits
from sniffer.protocols.tls_decrypt import Decryption
from sniffer.protocols.tls_handshake import Handshake

SHORTEST_REPLY = 4
"""Bytes that tell the beginning of a reply from a TLS record."""


class IntoTls(Memory):
    """Takes what comes once a side has begun TLS."""

    def tls(self) -> TlsFact | None:
        """Return what the TLS handshake showed, None without one."""
        return self._tls.fact() if self._tls else None

    def shape(self, start: int = 0) -> ShapeFact | None:
        """Return the encrypted records, timed from ``start`` on; None where none was followed."""
        return self._tls.shape.fact(start) if self._tls else None

    def inside(self) -> Speech | None:
        """Return what was said inside TLS, None where no key has opened a record of it."""
        return self._inside.speech() if self._inside and self._tls and self._tls.opened else None

    def _encrypt(self, from_client: bool, data: bytes, *, hello: bool) -> None:
        """Go into TLS with its first bytes; implicit when nothing was said before, and nothing could have been."""
        if self._told is not None:
            self._phase = Phase.DONE
            return
        in_text = self._server.unended or self._replies.unended
        to_text = (
            from_client
            and self._phase is Phase.OPENING
            and not (any(self._gap) or self._early)
            and (self._banner is not None or in_text)
        )
        if to_text:
            self._starttls = "implicit"
        elif self._smtp:
            if self._helo is None and self._starttls == "unseen" and all(each.code != 220 for each in self._early):
                self._banner = None  # the only 220 was the reply to STARTTLS
            self._starttls = "established"
        elif hello and not self._gap[from_client]:
            self._starttls = "implicit"
        self._encrypted = True
        if self.ledger is not None:
            self.ledger.mail_ends(len(data) if from_client else len(self._held))
            self.ledger.tls_begins(from_client, len(data))
            self.ledger.tls_begins(not from_client, len(self._server_held if from_client else self._held))
        self._begin_handshake(from_client)
        if to_text:
            self._server_speaks_text()
        elif in_text and from_client:
            self._miss_in_handshake(False, 0)  # the rest of its text would come first
        if not is_tls(data):
            self._miss_in_handshake(from_client, 0)  # bytes are missing, and these are not at the start of a record
        self._in_handshake(from_client, data)

    def _begin_handshake(self, from_client: bool) -> None:
        """Hand over what the client is waiting with."""
        held, self._held = self._held, b""
        in_step = self._phase in (Phase.OPENING, Phase.TLS)
        self._phase, self._tls = Phase.HANDSHAKE, Handshake(Decryption(self._keys, self._enter) if self._keys else None)
        self._server_opens = from_client
        if not from_client and in_step:
            self._in_handshake(True, held)
        elif not from_client:
            self._miss_in_handshake(True, 0)

    def _client_in_handshake(self, data: bytes) -> bytes:
        self._in_handshake(True, data)
        return b""

    def _server_in_handshake(self, data: bytes) -> None:
        """Take the server's bytes: TLS, or text."""
        if self._server_opens:
            data, self._server_held = self._server_held + data, b""
            if len(data) < SHORTEST_REPLY:
                self._server_held = data
                return
            self._server_opens = False
            if is_reply(data):
                self._server_speaks_text()
        if self._tls is not None and self._tls.in_clear:
            self._text_in_handshake(data)
        else:
            self._in_handshake(False, data)

    def _server_speaks_text(self) -> None:
        self._server_opens = False
        self._note("tls-to-smtp" if self._starttls == "implicit" else "tls-answered-in-clear")
        if self._tls is not None:
            self._tls.answered_in_clear()

    def _text_in_handshake(self, data: bytes) -> None:
        """Read the greeting; what else is said answers nothing that an SMTP client sent."""
        while data and self._waiting and self._waiting[0] is Turn.CONNECT:
            line, data = self._server.take(data)
            reply = self._replies.take(line) if line is not None else None
            if reply is not None:
                self._waiting.popleft()
                self._smtp = True
                if fits(Turn.CONNECT, reply.code):
                    self._greet(reply)

    def _in_handshake(self, from_client: bool, data: bytes) -> None:
        if self._tls is not None and not self._tls.receive(from_client, data, self._time, self._behind):
            self._phase = Phase.DONE

    def _miss_in_handshake(self, from_client: bool, length: int) -> None:
        if not from_client:
            self._server_opens, self._server_held = False, b""
        if self._tls is not None and not self._tls.miss(from_client, length):
            self._phase = Phase.DONE
