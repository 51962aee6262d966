"""One TLS connection, followed from outside: its handshake (RFC 8446 2, RFC 5246 7.3), then the shape of its records.

Each side's records are followed by themselves, since a capture may show the two directions in any order; what the
handshake came to is worked out from both.  A side whose bytes are missing, or are no TLS, is given up, and nothing
is claimed that it would have shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from sniffer.knowledge.tls import alert_name, cipher_name, version_name
from sniffer.model import limits
from sniffer.model.facts import CertificateFact, TlsFact
from sniffer.protocols.tls_certificates import first_certificate
from sniffer.protocols.tls_decrypt import Decryption
from sniffer.protocols.tls_hellos import ClientHello, ServerHello, client_hello, server_hello, ssl2_hello
from sniffer.protocols.tls_messages import (
    CERTIFICATE,
    CLIENT_HELLO,
    SERVER_HELLO,
    SERVER_HELLO_DONE,
    SERVER_KEY_EXCHANGE,
    Message,
    Messages,
)
from sniffer.protocols.tls_records import (
    ALERT,
    APPLICATION_DATA,
    CHANGE_CIPHER_SPEC,
    HANDSHAKE,
    SSL2_HELLO,
    Record,
    Records,
)
from sniffer.protocols.tls_shape import Shape
from sniffer.protocols.tls_side import Side

TLS13 = 0x0304

FATAL = 2
CLOSE_NOTIFY = 0
ALERT_BYTES = 2
"""Level and description (RFC 8446 6); encrypted, an alert of TLS 1.2 is longer."""

CONTINUING = frozenset((41, 90, 100, 112))
"""Warnings behind which a handshake goes on: no_certificate, user_canceled (a close_notify follows),
no_renegotiation, unrecognized_name."""

SHORTEST_FINISHED = 4 + 32 + 1 + 8
"""Bytes of the shortest record of TLS 1.3 that can hold a Finished: header, SHA-256, content type, the tag of CCM_8."""

HIDDEN_ALERTS = frozenset(2 + 1 + tag + padding for tag in (16, 8) for padding in (0, 16))
"""Bytes of an alert's record in TLS 1.3: alert, content type, tag; Java pads its records with 16 bytes."""


class Handshake:
    """Watches a handshake.  ``fact`` tells what it showed, at any time; ``anomalies`` are the codes met.

    With a ``decryption`` the records go there too, and what it learns of the handshake is told.
    """

    __slots__ = (
        "_alert", "_answered", "_awaits_hello", "_certificate_fact", "_cipher", "_client", "_decryption",
        "_encrypt_then_mac", "_ended", "_hello", "_now", "_passing", "_resumed", "_retried", "_server", "_settled",
        "_version", "anomalies", "in_clear", "shape",
    )  # fmt: skip

    def __init__(self, decryption: Decryption | None = None) -> None:
        self._decryption = decryption
        self._client = Side(keep=decryption is not None)
        self._server = Side(keep=decryption is not None)
        self._hello: ClientHello | None = None
        self._version: int | None = None
        self._cipher: int | None = None
        self._encrypt_then_mac = False
        self._retried = self._awaits_hello = False
        self._resumed: bool | None = None
        self._alert: tuple[str, Literal["client", "server"]] | None = None
        self._passing = False
        self._ended = self._settled = False
        self._certificate_fact: CertificateFact | None = None
        self._now = (0, 0)
        self._answered = 0
        self.in_clear = False
        self.anomalies: dict[str, None] = {}
        self.shape = Shape()

    def receive(self, from_client: bool, data: bytes, time: int = 0, behind: int = 0) -> bool:
        """Take the next bytes of one side, as ``Watcher`` has it; False when nothing more can be learned."""
        side = self._client if from_client else self._server
        more = self._wants_more()
        if not more:
            return False
        if not self._settled:
            self.shape.heard[from_client] += len(data)
        if side.lost:
            return True
        self._now = time, behind
        for record in side.records.take(data):
            if not self._settled:
                self._record(from_client, side, record)
            if self._decryption is not None:
                self._decrypt(self._decryption, from_client, record)
            more = self._wants_more()
            if side.lost or not more:
                break
        if side.records.unreadable and not side.lost:
            self._give_up(side, "tls-malformed")
            more = self._wants_more()
        return more

    def skim(self, from_client: Sequence[bool], lengths: Sequence[int], times: Sequence[int]) -> int:
        """Take records of application data by their lengths; return how many, as ``Watcher`` has it.

        Each was a segment of its own whose sender had heard all.  None are taken while something is half read, where
        they may be early data, or where keys or the end of TLS ask for more than their length.
        """
        client, server = self._client, self._server
        over = self._settled or self._ended or self.shape.full or client.closed or server.closed
        early = self._hello is None or self._hello.early_data
        if over or early or self._passing or self._decryption or not (client.at_border and server.at_border):
            return 0
        taken = self.shape.skim(from_client, lengths, times)
        for side, ours in ((client, True), (server, False)):
            own = [length for length, theirs in zip(lengths[:taken], from_client, strict=False) if theirs is ours]
            if own:
                side.protect(own, HIDDEN_ALERTS)
                side.place = self.shape.heard[ours]
        return taken

    def miss(self, from_client: bool, length: int) -> bool:
        """Take note of missing bytes; 0 stands for a beginning that was not seen.  False as in ``receive``."""
        if not self._wants_more():
            return False
        side = self._client if from_client else self._server
        if not self._settled:
            self.shape.heard[from_client] += length
        side.records.miss(length)
        if side.records.unreadable:
            self._lose(side)
        return self._wants_more()

    def fact(self) -> TlsFact:
        """Return what was shown."""
        hello, complete = self._hello, self._complete()
        alert, alert_from = (None, None) if complete else self._told_alert() or (None, None)
        return TlsFact(
            offered=hello and hello.offered,
            version=None if self._version is None else version_name(self._version),
            cipher=None if self._cipher is None else cipher_name(self._cipher),
            sni=hello and hello.sni,
            alpn=hello.alpn if hello else (),
            ja3=hello and hello.ja3,
            ja4=hello and hello.ja4,
            encrypt_then_mac=self._encrypt_then_mac,
            retried=self._retried,
            resumed=self._resumed,
            certificate=self._certificate_fact or self._hidden_certificate(),
            alert=alert,
            alert_from=alert_from,
            complete=complete,
            in_clear=self.in_clear,
        )

    @property
    def opened(self) -> bool:
        """Say whether keys opened any of the records."""
        return self._decryption is not None and self._decryption.opened

    def answered_in_clear(self) -> None:
        """Take note that the server answers with text."""
        self.in_clear = True
        self._lose(self._server)

    def close(self) -> None:
        """End: what is half read is forgotten."""
        for side in (self._client, self._server):
            side.records, side.messages = Records(), Messages()
        if self._decryption is not None:
            self._decryption.close()

    def _wants_more(self) -> bool:
        if not self._settled:
            client, server = self._client, self._server
            both_end = (client.closed and server.closed) or (client.lost and server.lost)
            if not (both_end or self._ended or self.shape.full):
                return True  # as nearly always
            self._settled = self._over()
        return not self._settled or (self._decryption is not None and self._decryption.wanted)

    def _decrypt(self, decryption: Decryption, from_client: bool, record: Record) -> None:
        decryption.take(from_client, record)
        if decryption.failed:
            self.anomalies["tls-undecryptable"] = None
        if not decryption.wanted:
            self._client.records.keep = self._server.records.keep = False

    def _over(self) -> bool:
        """Say whether nothing more can be learned of what may be over: all was said, in whatever order it came."""
        client, server = self._client, self._server
        if client.lost and server.lost:
            return True
        client_told = self._hello is not None or client.lost
        server_told = self._resumed is not None or server.lost or (self._ended and self._alert_is_servers())
        if not (client_told and server_told):
            return False
        return self._ended or (client.closed and server.closed) or self._complete()

    def _alert_is_servers(self) -> bool:
        return self._alert is not None and self._alert[1] == "server"

    def _complete(self) -> bool:
        """Say whether the client's Finished is known to have gone out."""
        client, server = self._client, self._server
        if self._version is None or self._version >= TLS13:
            return self._hello is not None and client.longest >= SHORTEST_FINISHED
        if server.finished:
            return client.finished or self._resumed is False  # whose Finished comes second (RFC 5246 7.3)
        return server.lost and client.finished and client.protected > 0

    def _hidden_alert(self) -> tuple[str, Literal["client"]] | None:
        """Tell an alert of TLS 1.3 by its length: of a handshake, the client has nothing else so short to say."""
        client = self._client
        if self._version == TLS13 and self._hello and client.protected and client.only_alerts and not client.lost:
            return "encrypted", "client"
        return None

    def _told_alert(self) -> tuple[str, Literal["client", "server"]] | None:
        """Return the alert that ended the handshake, by its name where keys show it."""
        alert = self._alert or self._hidden_alert()
        if alert and alert[0] == "encrypted" and self._decryption is not None:
            return self._decryption.alert or alert
        return alert

    def _hidden_certificate(self) -> CertificateFact | None:
        return self._decryption.certificate if self._decryption is not None else None

    def _record(self, from_client: bool, side: Side, record: Record) -> None:
        side.place = self.shape.heard[from_client] - side.records.behind
        if record.type != APPLICATION_DATA:
            self._count(side)
        if side.lost:
            return
        if not side.begun and record.type not in OPENING:
            self._lose(side)  # joined late
            return
        side.begun = True
        if self._passing:
            self._alert, self._passing = None, False
        taker = TAKERS.get(record.type)
        if taker is not None:
            taker(self, from_client, side, record)

    def _handshake(self, from_client: bool, side: Side, record: Record) -> None:
        if side.changed:
            if side.finished and self._version != TLS13:
                self.shape.stop(from_client, side.begin(record), "renegotiation")
            side.finished = True
            return
        for message in side.messages.take(record.fragment):
            self._count(side)
            reader = READERS.get((from_client, message.type))
            if reader is not None:
                reader(self, message)
            if side.lost:
                return

    def _change_cipher_spec(self, from_client: bool, side: Side, record: Record) -> None:  # noqa: ARG002
        """Take what divides clear from encrypted up to TLS 1.2; in TLS 1.3 it means nothing (RFC 8446 D.4)."""
        if from_client:
            side.changed = True
        elif self._version is not None and self._version < TLS13:
            side.changed = True
            if self._resumed is None:
                self._resumed = True

    def _application_data(self, from_client: bool, side: Side, record: Record) -> None:
        time, behind = self._now
        heard = self.shape.heard[not from_client] - behind
        if from_client and self._hello and self._hello.early_data and self._unanswered(heard, behind):
            return
        side.protect((record.length,), HIDDEN_ALERTS)
        self.shape.add(from_client, record.length, time, side.place, heard)

    def _unanswered(self, heard: int, behind: int) -> bool:
        """Say whether the client had not heard the server's hello yet (RFC 8446 2.3)."""
        return behind >= 0 if self._version is None else heard < self._answered

    def _alerted(self, from_client: bool, side: Side, record: Record) -> None:
        sender: Literal["client", "server"] = "client" if from_client else "server"
        if side.changed and record.length != ALERT_BYTES:
            side.closed = self._complete() or self._now[1] < 0  # what it had heard is yet to come: it may be complete
            if not side.closed and all(each.begun and not each.lost for each in (self._client, self._server)):
                self._alert, self._ended = ("encrypted", sender), True
            return
        level, code = record.fragment[0], record.fragment[1] if record.length > 1 else None
        if code is None or self._ended:
            return
        if level == FATAL or code == CLOSE_NOTIFY:
            self._alert, self._ended = (alert_name(code), sender), True
        elif code not in CONTINUING:
            self._alert, self._passing = (alert_name(code), sender), True

    def _ssl2_hello(self, from_client: bool, side: Side, record: Record) -> None:
        if from_client:
            self._hello = ssl2_hello(record.version)
        else:
            self._give_up(side, "tls-malformed")

    def _client_hello(self, message: Message) -> None:
        """Take the first ClientHello; the second, behind a HelloRetryRequest, repeats it (RFC 8446 4.1.2)."""
        if self._hello is not None or self._too_long(message):
            return
        self._hello = client_hello(message.body or b"")
        if self._hello is None:
            self._give_up(self._client, "tls-malformed")
            return
        self.anomalies |= dict.fromkeys(self._hello.anomalies)
        if self._decryption is not None:
            self._decryption.client_hello(self._hello.random)

    def _server_hello(self, message: Message) -> None:
        if (self._version is not None and not self._awaits_hello) or self._too_long(message):
            return
        hello = server_hello(message.body or b"")
        if hello is None:
            self._give_up(self._server, "tls-malformed")
            return
        if self._version is None:
            self._answered = self._server.place
        self._version, self._cipher = hello.version, hello.cipher
        self._awaits_hello = hello.retry
        self._retried |= hello.retry
        self._encrypt_then_mac = hello.encrypt_then_mac
        if not hello.retry:
            self._resumed = self._resumes(hello)
            if self._decryption is not None:
                self._decryption.server_hello(hello)

    def _resumes(self, hello: ServerHello) -> bool | None:
        """Say whether a ServerHello takes up an earlier session; up to TLS 1.2 what follows may yet tell."""
        if hello.version >= TLS13:
            return hello.resumes
        return True if self._hello and hello.session and hello.session == self._hello.session else None

    def _certificate(self, message: Message) -> None:
        self._resumed = False
        if not self._too_long(message):
            self._certificate_fact, odd = first_certificate(message.body or b"")
            self.anomalies |= dict.fromkeys(odd)

    def _full_handshake(self, message: Message) -> None:  # noqa: ARG002
        self._resumed = False

    def _too_long(self, message: Message) -> bool:
        if message.body is None:
            self.anomalies["tls-message-too-long"] = None
        return message.body is None

    def _count(self, side: Side) -> None:
        """Count a record or message; a side that says no end of them is given up."""
        side.pieces += 1
        if side.pieces > limits.HANDSHAKE_PIECES:
            self._give_up(side, "tls-endless")

    def _give_up(self, side: Side, code: str) -> None:
        self._lose(side)
        self.anomalies[code] = None

    def _lose(self, side: Side) -> None:
        """Read no more of a side; of a dialogue in which one is missing only the beginning tells something."""
        side.lost = True
        if not self._settled:
            self.shape.stop(side is self._client, side.place, "gap")
        if self._decryption is not None:
            self._decryption.lose(side is self._client)


TAKERS: dict[int, Callable[[Handshake, bool, Side, Record], None]] = {
    HANDSHAKE: Handshake._handshake,
    CHANGE_CIPHER_SPEC: Handshake._change_cipher_spec,
    APPLICATION_DATA: Handshake._application_data,
    ALERT: Handshake._alerted,
    SSL2_HELLO: Handshake._ssl2_hello,
}
"""Who takes a record of which type."""

OPENING = frozenset((HANDSHAKE, ALERT, SSL2_HELLO))
"""Types with which a side begins."""

READERS: dict[tuple[bool, int], Callable[[Handshake, Message], None]] = {
    (True, CLIENT_HELLO): Handshake._client_hello,
    (False, SERVER_HELLO): Handshake._server_hello,
    (False, CERTIFICATE): Handshake._certificate,
    (False, SERVER_KEY_EXCHANGE): Handshake._full_handshake,
    (False, SERVER_HELLO_DONE): Handshake._full_handshake,
}
"""Who reads a message: (from the client, its type)."""
