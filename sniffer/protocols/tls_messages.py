"""Handshake messages of one direction (RFC 8446 4, RFC 5246 7.4): fragments of records in, messages out.

struct { HandshakeType msg_type; uint24 length; opaque body[length]; } Handshake
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sniffer.model import limits

CLIENT_HELLO, SERVER_HELLO = 1, 2
CERTIFICATE, SERVER_KEY_EXCHANGE, SERVER_HELLO_DONE = 11, 12, 14
FINISHED, KEY_UPDATE = 20, 24

HEADER_BYTES = 4

READ = frozenset((CLIENT_HELLO, SERVER_HELLO, CERTIFICATE))
"""Messages whose bodies are kept until they are whole; of others only the type is told."""


class Message(NamedTuple):
    """A message; ``body`` is None where it was too long to be kept, or nobody reads it."""

    type: int
    body: bytes | None


class Messages:
    """The unfinished message of one direction.  Messages and fragments need not end together (RFC 8446 5.1)."""

    __slots__ = ("_held", "_passed", "_rest")

    def __init__(self) -> None:
        self._held = bytearray()
        self._passed: Message | None = None
        self._rest = 0

    def take(self, fragment: bytes) -> Iterator[Message]:
        """Give the messages that ``fragment`` ends."""
        held = self._held
        if not held and self._passed is None and len(fragment) >= HEADER_BYTES:
            kind, length = fragment[0], int.from_bytes(fragment[1:HEADER_BYTES], "big")
            if len(fragment) == HEADER_BYTES + length <= limits.HANDSHAKE_BYTES:  # as mostly: one, and whole
                yield Message(kind, fragment[HEADER_BYTES:] if kind in READ else None)
                return
        held += fragment
        while True:
            if self._passed is not None:
                taken = min(self._rest, len(held))
                del held[:taken]
                self._rest -= taken
                if self._rest:
                    return
                message, self._passed = self._passed, None
                yield message
            if len(held) < HEADER_BYTES:
                return
            kind, length = held[0], int.from_bytes(held[1:HEADER_BYTES], "big")
            end = HEADER_BYTES + length
            if kind not in READ or length > limits.HANDSHAKE_BYTES:
                del held[:HEADER_BYTES]
                self._passed, self._rest = Message(kind, None), length
            elif len(held) < end:
                return
            else:
                body = bytes(held[HEADER_BYTES:end])
                del held[:end]
                yield Message(kind, body)
