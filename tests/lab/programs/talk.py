"""A client that reads its lines from a script: for what no well-behaved program does.

Arguments: host, port, then one JSON list of steps. A step is a line to send, after which a whole
reply is awaited; with `nowait ` before it, none is awaited; `tls` begins the TLS handshake; `leave`
closes without QUIT.
"""

from __future__ import annotations

import json
import socket
import ssl
import sys
from typing import BinaryIO


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
        if step == "tls":
            connection = unverified().wrap_socket(connection)
            stream = connection.makefile("rb")
        else:
            wait = not step.startswith("nowait ")
            connection.sendall(step.removeprefix("nowait ").encode() + b"\r\n")
            if wait and not reply(stream):
                return


if __name__ == "__main__":
    main()
