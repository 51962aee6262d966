"""Keys that change in the middle (RFC 8446 4.6.3): OpenSSL's programs, with a proxy between them."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from sniffer.protocols import KeyLog
from tests.protocols.dialogue import Turn, Turns, b64, byte_by_byte
from tests.protocols.handshakes import identity
from tests.protocols.keyed import read

PATIENCE = 10.0
KEY_UPDATE, AND_YOURS = "k", "K"
"""What s_client takes for an order: change your keys, and ask the other side to do so too."""

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")


class Program:
    """A program that is talked to line by line."""

    def __init__(self, *words: str) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT)
        self._heard = b""
        threading.Thread(target=self._listen, daemon=True).start()

    def say(self, line: str) -> None:
        """Say a line."""
        assert self._process.stdin
        self._process.stdin.write(line.encode() + b"\r\n" if len(line) > 1 else line.encode() + b"\n")
        self._process.stdin.flush()

    def hears(self, text: str, times: int = 1) -> None:
        """Wait until it says something, so many times."""
        end = time.monotonic() + PATIENCE
        while self._heard.count(text.encode()) < times:
            assert time.monotonic() < end, f"{text} was not heard"
            time.sleep(0.01)

    def end(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()

    def _listen(self) -> None:
        assert self._process.stdout
        while data := self._process.stdout.read1(4096):  # type: ignore[attr-defined]
            self._heard += data


class Proxy:
    """Passes one connection on, and keeps what both sides said, in order."""

    def __init__(self, to: int) -> None:
        self.said: Turns = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._to = to
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        server = socket.create_connection(("127.0.0.1", self._to))
        for side, source, sink in ((True, client, server), (False, server, client)):
            threading.Thread(target=self._pass, args=(side, source, sink), daemon=True).start()

    def _pass(self, side: bool, source: socket.socket, sink: socket.socket) -> None:
        while data := source.recv(65_536):
            self.said.append(Turn(side, data))
            sink.sendall(data)


@contextmanager
def connected(folder: Path) -> Iterator[tuple[Program, Program, Proxy]]:
    """A client, a server, and who listens."""
    (folder / "pem").write_bytes(identity().pem)
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    server = Program("openssl", "s_server", "-accept", str(port), "-cert", str(folder / "pem"), "-tls1_3")
    server.hears("ACCEPT")
    proxy = Proxy(port)
    keys = ("-keylogfile", str(folder / "keys"))
    client = Program("openssl", "s_client", "-connect", f"127.0.0.1:{proxy.port}", *keys)
    try:
        yield client, server, proxy
    finally:
        client.end()
        server.end()


@pytest.mark.parametrize("order", [KEY_UPDATE, AND_YOURS])
def test_what_is_said_behind_a_key_update(tmp_path: Path, order: str) -> None:
    with connected(tmp_path) as (client, server, proxy):
        turns = [
            (server, client, "220 mail.example.org ESMTP"),
            (client, server, "EHLO scanner"),
            (server, client, "250 AUTH LOGIN"),
            (client, server, "AUTH LOGIN"),
            (server, client, "334 VXNlcm5hbWU6"),
            (client, server, b64("scan@example.org")),
            (server, client, "334 UGFzc3dvcmQ6"),
            (client, server, b64("correct-horse-9")),
            (server, client, "235 2.7.0 Ok"),
        ]
        for place, (speaker, listener, line) in enumerate(turns):
            client.say(order)
            client.hears("KEYUPDATE", place + 1)
            speaker.say(line)
            listener.hears(line)
        keys = KeyLog((tmp_path / "keys").read_bytes().splitlines())
        said = list(proxy.said)
    found = read(said, keys)
    assert found.inside is not None
    (attempt,) = found.inside.attempts
    assert (attempt.mechanism, attempt.user, attempt.outcome) == ("LOGIN", "scan@example.org", "success")
    assert read(byte_by_byte(said), keys) == found
