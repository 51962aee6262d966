"""A mail through a web proxy: PROXY PROXYPORT HOST PORT HELO."""

from __future__ import annotations

import smtplib
import socket
import sys
from typing import Any


class Tunnelled(smtplib.SMTP):
    """SMTP over a tunnel that CONNECT opens."""

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        """A connection through the proxy."""
        made = socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout)
        made.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\nUser-Agent: DSM/6.2\r\n\r\n".encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += made.recv(1)
        return made


if __name__ == "__main__":
    with Tunnelled(sys.argv[3], int(sys.argv[4]), sys.argv[5], timeout=10) as smtp:
        smtp.sendmail("nas@example.org", ["office@example.com"], "Subject: backup\r\n\r\nDone.\r\n")
