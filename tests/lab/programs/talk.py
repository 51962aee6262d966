"""A client that reads its lines from a script: for what no well-behaved program does.

Arguments: host, port, then one JSON list of steps. A step is a line to send, after which a whole
reply is awaited; with `nowait ` before it, none is awaited; `leave` closes without QUIT; `pause`
waits a moment. `tls` begins the TLS handshake; with a word behind it the ClientHello goes out in
tiny `segments` or tiny `records`, or the client says nothing more once the server has answered
(`silent`).
"""

from __future__ import annotations

import json
import socket
import ssl
import sys
import time
from typing import BinaryIO

PIECE = 24


def unverified() -> ssl.SSLContext:
    """The lab's certificates are self-signed: take any."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def reply(stream: BinaryIO) -> bool:
    """Read one reply, however many lines; false at the end of the connection."""
    while line := stream.readline():
        if line[3:4] != b"-":
            return True
    return False


class Pieces:
    """A socket's place in a TLS handshake of our own making."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.inwards, self.outwards = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = unverified().wrap_bio(self.inwards, self.outwards)

    def hello(self) -> bytes:
        """The ClientHello, as OpenSSL makes it."""
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            return self.outwards.read()
        raise RuntimeError("a handshake without a server")

    def begin(self, style: str) -> None:
        """Send the ClientHello in pieces, each in a segment of its own."""
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        record = self.hello()
        head, body = (b"", record) if style == "segments" else (record[:3], record[5:])
        for at in range(0, len(body), PIECE):
            piece = body[at : at + PIECE]
            self.connection.sendall(head + len(piece).to_bytes(2, "big") + piece if head else piece)
            time.sleep(0.002)

    def finish(self) -> None:
        """The rest of the handshake, and a QUIT inside."""
        while True:
            try:
                self.tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self.connection.sendall(self.outwards.read())
                self.inwards.write(self.connection.recv(65536))
        self.tls.write(b"QUIT\r\n")
        self.connection.sendall(self.outwards.read())
        self.connection.recv(65536)


def main() -> None:
    """Play the script."""
    host, port, steps = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
    with socket.create_connection((host, port), timeout=10) as connection:
        play(connection, steps)


def play(connection: socket.socket, steps: list[str]) -> None:
    """Say the lines, wait for the replies."""
    stream = connection.makefile("rb")
    reply(stream)
    for step in steps:
        if step == "leave":
            return
        if step == "pause":
            time.sleep(0.4)
        elif step == "tls":
            connection = unverified().wrap_socket(connection)
            stream = connection.makefile("rb")
        elif step == "tls silent":
            connection.sendall(Pieces(connection).hello())
            connection.recv(65536)
            return
        elif step.startswith("tls "):
            pieces = Pieces(connection)
            pieces.begin(step.removeprefix("tls "))
            pieces.finish()
        else:
            wait = not step.startswith("nowait ")
            connection.sendall(step.removeprefix("nowait ").encode() + b"\r\n")
            if wait and not reply(stream):
                return


if __name__ == "__main__":
    main()
