"""One TLS connection, opened with the keys of a key log: what is said inside is heard by a watcher of its own.

Records are opened in the order in which they came, each side's under its own sequence numbers.  A record with bytes
missing still counts, and what it held is missing inside.  The first record that the keys do not open ends it for both
sides: nothing is claimed of what comes behind, and nothing said before is taken back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from sniffer.knowledge.tls import alert_name
from sniffer.model import limits
from sniffer.model.events import Watcher
from sniffer.model.facts import CertificateFact
from sniffer.protocols.tls_certificates import first_certificate
from sniffer.protocols.tls_hellos import ServerHello
from sniffer.protocols.tls_keys import KeyLog, Secrets
from sniffer.protocols.tls_messages import CERTIFICATE, Messages
from sniffer.protocols.tls_records import ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE, Record
from sniffer.protocols.tls_schedule import TLS13

if TYPE_CHECKING:
    from sniffer.protocols.tls_directions import Direction

FATAL, CLOSE_NOTIFY = 2, 0

Sender = Literal["client", "server"]


class Decryption:
    """Opens the records of one connection.

    ``enter`` is asked for who listens inside, once there are keys.  ``wanted`` turns False when nothing more can be
    learned; ``opened`` says that some record was opened, ``failed`` that the keys did not fit.  ``alert`` is the first
    that ended the connection, and ``certificate`` the server's, where TLS 1.3 hides it.
    """

    __slots__ = (
        "_changed", "_closed", "_directions", "_enter", "_held", "_held_bytes", "_hello", "_inside", "_keys", "_lost",
        "_messages", "_random", "_secrets", "alert", "certificate", "failed", "opened", "wanted",
    )  # fmt: skip

    def __init__(self, keys: KeyLog, enter: Callable[[], Watcher]) -> None:
        self._keys = keys
        self._enter = enter
        self._random = b""
        self._secrets: Secrets | None = None
        self._hello: ServerHello | None = None
        self._directions: dict[bool, Direction] = {}
        self._messages = {True: Messages(), False: Messages()}
        self._held: list[tuple[bool, Record]] = []
        self._held_bytes = 0
        self._inside: Watcher | None = None
        self._changed = [False, False]
        self._closed = [False, False]
        self._lost = [False, False]
        self.wanted = True
        self.opened = self.failed = False
        self.alert: tuple[str, Sender] | None = None
        self.certificate: CertificateFact | None = None

    def client_hello(self, random: bytes) -> None:
        """Take the client's random: the key log knows the connection by it, or not at all."""
        self._random, self._secrets = random, self._keys.secrets(random)
        if self._secrets is None:
            self._end()
        else:
            self._begin()

    def server_hello(self, hello: ServerHello) -> None:
        """Take what the server chose."""
        self._hello = hello
        self._begin()

    def take(self, from_client: bool, record: Record) -> None:
        """Take a record of either side, encrypted or not."""
        if not self.wanted:
            return
        if record.type == CHANGE_CIPHER_SPEC:
            self._change(from_client)
        elif record.type != APPLICATION_DATA and not self._changed[from_client]:
            pass  # in clear
        elif self._inside is not None:
            self._open(from_client, record)
        else:
            self._hold(from_client, record)

    def lose(self, from_client: bool) -> None:
        """Take note that nothing more is read of a side."""
        if not self.wanted or self._lost[from_client]:
            return
        self._lost[from_client] = True
        if self._inside is not None:
            self._inside.miss(from_client, 1)
        if self._inside is None or all(self._lost):
            self._end()

    def close(self) -> None:
        """End: keys and what was half read are forgotten."""
        self._end()
        if self._inside is not None:
            self._inside.close()

    def _begin(self) -> None:
        """Work out the keys as soon as both hellos were seen, and open what was held."""
        if self._secrets is None or self._hello is None or not self.wanted or self._inside is not None:
            return
        from sniffer.protocols.tls_directions import directions  # noqa: PLC0415 - ciphers only where there is a key

        found = directions(self._secrets, self._random, self._hello)
        if found is None:
            self._fail()
            return
        self._directions, self._inside = found, self._enter()
        held, self._held = self._held, []
        for from_client, record in held:
            self.take(from_client, record)

    def _change(self, from_client: bool) -> None:
        """Take ChangeCipherSpec; a second one, up to TLS 1.2, brings keys that no hello in clear tells of."""
        again, self._changed[from_client] = self._changed[from_client], True
        if again and self._inside is not None and self._hello is not None and self._hello.version < TLS13:
            self._fail()

    def _hold(self, from_client: bool, record: Record) -> None:
        self._held_bytes += record.length
        if self._held_bytes > limits.SEALED_BYTES:
            self._end()
        else:
            self._held.append((from_client, record))

    def _open(self, from_client: bool, record: Record) -> None:
        if record.type != APPLICATION_DATA and self._hello is not None and self._hello.version >= TLS13:
            return  # in clear (RFC 8446 5.2), as a second ClientHello behind ChangeCipherSpec is
        direction = self._directions[from_client]
        if len(record.fragment) != record.length:
            self._torn(from_client, direction, record)
            return
        opened = direction.open(record)
        if opened is None:
            self._fail()
            return
        self.opened = True
        kind, text = opened
        if kind == APPLICATION_DATA:
            if text:
                self._hear(from_client, text)
        elif kind == HANDSHAKE:
            self._handshake(from_client, direction, text)
        elif kind == ALERT:
            self._alerted(from_client, text)

    def _torn(self, from_client: bool, direction: Direction, record: Record) -> None:
        """Pass over a record with bytes missing: what it held is missing inside, unless it was of the handshake."""
        if not direction.skip():
            self._fail()
        elif direction.speaks and self._inside is not None:
            self._inside.miss(from_client, max(record.length - direction.overhead, 1))

    def _hear(self, from_client: bool, text: bytes) -> None:
        if self._inside is not None and not self._inside.receive(from_client, text):
            self._end()

    def _handshake(self, from_client: bool, direction: Direction, text: bytes) -> None:
        """Follow the handshake messages of TLS 1.3 as far as they change keys; up to TLS 1.2 only Finished comes."""
        if self._hello is None or self._hello.version < TLS13:
            return
        for message in self._messages[from_client].take(text):
            direction.follow(message.type)
            if message.type == CERTIFICATE and message.body and not from_client and self.certificate is None:
                self.certificate, _ = first_certificate(message.body[1 + message.body[0] :])  # RFC 8446 4.4.2

    def _alerted(self, from_client: bool, text: bytes) -> None:
        """Take an alert: behind one that closes or is fatal this side says no more (RFC 8446 6)."""
        if len(text) != 2 or not (text[0] == FATAL or text[1] == CLOSE_NOTIFY):
            return
        self._closed[from_client] = True
        if self.alert is None:
            self.alert = alert_name(text[1]), "client" if from_client else "server"
        if all(self._closed):
            self._end()

    def _fail(self) -> None:
        """Give up: what is said from here on is not heard."""
        self.failed = True
        if self._inside is not None:
            for from_client in (True, False):
                self._inside.miss(from_client, 1)
        self._end()

    def _end(self) -> None:
        self.wanted = False
        self._secrets, self._random = None, b""
        self._directions.clear()
        self._held.clear()
        self._messages = {True: Messages(), False: Messages()}
