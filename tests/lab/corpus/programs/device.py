"""The device of `device.c`, over tlslite-ng: `device.py HOST PORT NAME PADDING`.

PADDING is none, +N (so many bytes), N (to a multiple of it) or random.
"""

from __future__ import annotations

import random
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tlslite.api import HandshakeSettings, TLSConnection  # type: ignore[import-not-found, import-untyped, unused-ignore]

PATIENCE = 12


def padding(style: str) -> Callable[[int, int, int], int] | None:
    """How many zero bytes go behind a record's content in TLS 1.3 (RFC 8446 5.4)."""

    def constant(_length: int, _content: int, _most: int) -> int:
        return int(style)

    def anything(length: int, _content: int, most: int) -> int:
        return min(random.randint(0, 200), most - length - 1)

    def block(length: int, _content: int, _most: int) -> int:
        return (int(style) - (length + 1) % int(style)) % int(style)

    if style == "none":
        return None
    return anything if style == "random" else constant if style.startswith("+") else block


class Device:
    """A connection, in clear or not."""

    def __init__(self, host: str, port: int, style: str) -> None:
        self.raw = socket.create_connection((host, port), PATIENCE)
        self.raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection: Any = self.raw
        self.style, self.kept = style, b""

    def start_tls(self) -> None:
        """The handshake."""
        settings = HandshakeSettings()
        settings.minVersion = (3, 1)
        settings.cipherNames = [*settings.cipherNames, "aes256", "aes128"]
        settings.padding_cb = padding(self.style)
        self.connection = TLSConnection(self.raw)
        self.connection.handshakeClientCert(settings=settings)

    def reply(self) -> int:
        """The code of the next reply; 0 at the end."""
        while True:
            line, found, rest = self.kept.partition(b"\n")
            if found:
                self.kept = rest
                if line[3:4] != b"-":
                    return int(line[:3])
                continue
            got = self.connection.recv(65536)
            if not got:
                return 0
            self.kept += got

    def step(self, kind: str, text: str) -> bool:
        """One step; false on a refusal."""
        if kind == "T":
            self.start_tls()
            return True
        if kind in ("S", "s"):
            self.connection.sendall(text.encode() + b"\r\n")
        elif kind == "b":
            self.connection.sendall(text.replace("\\n", "\r\n").encode())
        return 0 < self.reply() < 400 if kind in ("S", "w") else True


def main() -> None:
    """All steps; after a refusal those behind the next X."""
    device, failing = Device(sys.argv[1], int(sys.argv[2]), sys.argv[4]), False
    for line in sys.stdin.read().splitlines():
        kind, text = line[:1], line[2:]
        if kind == "X":
            failing = False
        elif not failing:
            failing = not device.step(kind, text)
    with suppress(OSError):
        device.connection.close()


if __name__ == "__main__":
    main()
