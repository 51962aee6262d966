"""A web proxy that opens tunnels (RFC 9110 9.3.6, CONNECT): PORT."""

from __future__ import annotations

import socket
import sys
import threading


def pump(source: socket.socket, target: socket.socket) -> None:
    """Carry bytes one way, to the end."""
    while data := source.recv(65_536):
        target.sendall(data)
    target.shutdown(socket.SHUT_WR)


def meet(client: socket.socket) -> None:
    """One tunnel."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += client.recv(4096)
    host, _, port = head.split()[1].decode().rpartition(":")
    server = socket.create_connection((host, int(port)))
    client.sendall(b"HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy.example.org (squid/5.7)\r\n\r\n")
    back = threading.Thread(target=pump, args=(server, client))
    back.start()
    pump(client, server)
    back.join()
    client.close()
    server.close()


if __name__ == "__main__":
    listener = socket.create_server(("", int(sys.argv[1])))
    while True:
        threading.Thread(target=meet, args=(listener.accept()[0],)).start()
