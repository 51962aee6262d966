"""The records of one direction, opened one after another: keys, sequence numbers, and when the keys change.

Up to TLS 1.2 one key opens all that comes behind ChangeCipherSpec.  In TLS 1.3 the handshake's key opens all up to
Finished, and behind it one key follows another with every KeyUpdate (RFC 8446 4.6.3).
"""

from __future__ import annotations

from typing import NamedTuple

from sniffer.protocols.tls_ciphers import Protection, Suite, UnopenedError, protection, suite
from sniffer.protocols.tls_hellos import ServerHello
from sniffer.protocols.tls_keys import (
    CLIENT_HANDSHAKE,
    CLIENT_TRAFFIC,
    MASTER,
    SERVER_HANDSHAKE,
    SERVER_TRAFFIC,
    Secrets,
)
from sniffer.protocols.tls_messages import FINISHED, KEY_UPDATE
from sniffer.protocols.tls_records import Record
from sniffer.protocols.tls_schedule import TLS13, RecordKeys, key_block, next_secret, traffic_keys


class Opened(NamedTuple):
    """What a record held: its content type, and the content."""

    kind: int
    text: bytes

    def __repr__(self) -> str:
        """Return the type only."""
        return f"Opened({self.kind})"


class Direction:
    """One direction up to TLS 1.2.

    ``speaks`` says that application data may come; ``overhead`` is by how many bytes a record is longer than what it
    holds, at least.
    """

    def __init__(self, protects: Protection, overhead: int) -> None:
        self._protection = protects
        self._sequence = 0
        self.speaks = True
        self.overhead = overhead

    def open(self, record: Record) -> Opened | None:
        """Open the next record; None where the keys do not."""
        try:
            text = self._protection.open(self._sequence, record)
        except UnopenedError:
            return None
        self._sequence += 1
        return Opened(record.type, text)

    def skip(self) -> bool:
        """Pass over a record of which bytes are missing; False where those behind it need it."""
        self._sequence += 1
        return not self._protection.chained

    def follow(self, message: int) -> None:
        """Take note of a handshake message, by its type."""


class Direction13(Direction):
    """One direction of TLS 1.3.  ``traffic`` is the secret behind Finished."""

    def __init__(self, of: Suite, handshake: bytes, traffic: bytes) -> None:
        super().__init__(_protection13(of, handshake), of.overhead(TLS13))
        self._suite = of
        self._next = traffic
        self._torn = self.speaks = False

    def open(self, record: Record) -> Opened | None:
        """Open the next record; behind a torn one the keys may have changed unseen."""
        sealed = super().open(record)
        if sealed is None and self._torn:
            self._change()
            sealed = super().open(record)
        if sealed is None:
            return None
        self._torn = False
        text = sealed.text.rstrip(b"\0")  # RFC 8446 5.4: padding, and in front of it the content type
        return Opened(text[-1], text[:-1]) if text else None

    def skip(self) -> bool:
        """Pass over a record of which bytes are missing."""
        self._torn = True
        return super().skip()

    def follow(self, message: int) -> None:
        """Change keys behind Finished and KeyUpdate (RFC 8446 4.4.4, 4.6.3)."""
        if message == (KEY_UPDATE if self.speaks else FINISHED):
            self._change()

    def _change(self) -> None:
        self._protection, self._sequence = _protection13(self._suite, self._next), 0
        self._next = next_secret(self._suite.digest, self._next)
        self.speaks = True


def directions(secrets: Secrets, client_random: bytes, hello: ServerHello) -> dict[bool, Direction] | None:
    """Return the client's (True) and the server's direction; None where keys are missing, or the suite is unknown."""
    of = suite(hello.cipher)
    if of is None:
        return None
    try:
        if hello.version >= TLS13:
            return _directions13(of, secrets)
        return _directions12(of, secrets, client_random, hello)
    except (UnopenedError, ValueError):  # no such key, or a hash that this system forbids
        return None


def _directions12(
    of: Suite, secrets: Secrets, client_random: bytes, hello: ServerHello
) -> dict[bool, Direction] | None:
    master = secrets.get(MASTER)
    if master is None:
        return None
    keys = key_block(hello.version, of.digest, master, client_random, hello.random, of.sizes())
    return {side: _direction12(of, hello, keys[side]) for side in keys}


def _direction12(of: Suite, hello: ServerHello, keys: RecordKeys) -> Direction:
    return Direction(
        protection(of, hello.version, keys, encrypt_then_mac=hello.encrypt_then_mac),
        of.overhead(hello.version),
    )


def _directions13(of: Suite, secrets: Secrets) -> dict[bool, Direction] | None:
    labels = {True: (CLIENT_HANDSHAKE, CLIENT_TRAFFIC), False: (SERVER_HANDSHAKE, SERVER_TRAFFIC)}
    found: dict[bool, Direction] = {}
    for side, (first, second) in labels.items():
        handshake, traffic = secrets.get(first), secrets.get(second)
        if handshake is None or traffic is None:
            return None
        found[side] = Direction13(of, handshake, traffic)
    return found


def _protection13(of: Suite, secret: bytes) -> Protection:
    keys = traffic_keys(of.digest, secret, of.key_bytes)
    return protection(of, TLS13, keys, encrypt_then_mac=False)
