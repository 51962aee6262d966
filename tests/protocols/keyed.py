"""Dialogues inside real TLS, with the keys: Python's ssl on both sides, in memory.

    spoken = encrypted(dialogue(script), *contexts(maximum=TLSv1_2))
    session = SmtpSession(spoken.keys)

As a program it says one dialogue under the settings of its process's OpenSSL, which a configuration file may change:
Python cannot choose the suites of TLS 1.3.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sniffer.model.facts import ShapeFact, Speech, TlsFact
from sniffer.protocols import KeyLog, SmtpSession
from tests.protocols.dialogue import Turn, Turns, dialogue, feed
from tests.protocols.handshakes import NAME, contexts

NO_ENCRYPT_THEN_MAC = 1 << 19
"""OpenSSL's SSL_OP_NO_ENCRYPT_THEN_MAC, for which Python has no name."""

REQUESTED = dialogue("""
    S: 220 mail.example.org ESMTP
    C: EHLO scanner
    S: 250-mail.example.org
    S: 250 STARTTLS
    C: STARTTLS
    S: 220 2.0.0 Ready
""")


@dataclass(frozen=True)
class Spoken:
    """What went over the wire, and the key log of it."""

    said: Turns
    log: bytes

    @property
    def keys(self) -> KeyLog:
        """The keys."""
        return KeyLog(self.log.splitlines())

    @property
    def behind_starttls(self) -> Turns:
        """The same behind STARTTLS."""
        return [*REQUESTED, *self.said]


@dataclass(frozen=True)
class Read:
    """What a session tells."""

    inside: Speech | None
    speech: Speech
    tls: TlsFact | None
    shape: ShapeFact | None


def encrypted(
    said: Iterable[Turn],
    client: ssl.SSLContext,
    server: ssl.SSLContext,
    *,
    end: bool = True,
    session: ssl.SSLSession | None = None,
    sessions: list[ssl.SSLSession] | None = None,
) -> Spoken:
    """Say turns inside TLS; with ``end`` both sides close it.

    ``session`` is taken up again; one that could be is added to ``sessions``.
    """
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "keys"
        client.keylog_filename = str(log)
        wire = _Wire(client, server, session)
        wire.shake()
        for turn in said:
            wire.say(turn.from_client, turn.data)
        if end:
            wire.close()
        resumable = wire.session()
        if sessions is not None and resumable is not None:
            sessions.append(resumable)
        return Spoken(wire.said, log.read_bytes())


class _Wire:
    """Both ends and what goes between them."""

    def __init__(self, client: ssl.SSLContext, server: ssl.SSLContext, session: ssl.SSLSession | None) -> None:
        self.said: Turns = []
        self._bios = {side: (ssl.MemoryBIO(), ssl.MemoryBIO()) for side in (True, False)}
        self._ends = {
            True: client.wrap_bio(*self._bios[True], server_hostname=NAME, session=session),
            False: server.wrap_bio(*self._bios[False], server_side=True),
        }

    def shake(self) -> None:
        """Come to terms."""
        for _ in range(3):
            for side in (True, False):
                with contextlib.suppress(ssl.SSLError):  # it waits for more, or refuses: the wire shows it
                    self._ends[side].do_handshake()
                self._deliver(side)

    def session(self) -> ssl.SSLSession | None:
        """What the client could take up again."""
        return self._ends[True].session

    def say(self, side: bool, data: bytes) -> None:
        """Let one end write and the other read."""
        self._ends[side].write(data)
        self._deliver(side)
        with contextlib.suppress(ssl.SSLWantReadError):
            while self._ends[not side].read():
                pass

    def close(self) -> None:
        """Let both ends say goodbye."""
        for side in (True, False, True):
            with contextlib.suppress(ssl.SSLError):
                self._ends[side].unwrap()
            self._deliver(side)

    def _deliver(self, side: bool) -> None:
        data = self._bios[side][1].read()
        if data:
            self.said.append(Turn(side, data))
            self._bios[not side][0].write(data)


def read(said: Iterable[Turn], keys: KeyLog | None) -> Read:
    """What a session makes of turns."""
    session = SmtpSession(keys)
    feed(session, said)
    session.close()
    return Read(session.inside(), session.speech(), session.tls(), session.shape())


def in_suite(said: Turns, suite: str) -> Spoken:
    """Say turns in a suite of TLS 1.3, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "openssl.cnf"
        config.write_text(CONFIG.format(suite=suite))
        words = [sys.executable, "-m", "tests.protocols.keyed"]
        env = {**os.environ, "OPENSSL_CONF": str(config)}
        done = subprocess.run(words, input=pickle.dumps(said), env=env, capture_output=True, check=True)
    wire, log = pickle.loads(done.stdout)  # noqa: S301 - our own
    return Spoken(wire, log)


CONFIG = """
openssl_conf = all
[all]
ssl_conf = modules
[modules]
system_default = settings
[settings]
Ciphersuites = {suite}
CipherString = DEFAULT:@SECLEVEL=0
"""


def main() -> None:
    """Say the turns that come in."""
    said = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own
    spoken = encrypted(said, *contexts(minimum=ssl.TLSVersion.TLSv1_3))
    sys.stdout.buffer.write(pickle.dumps((spoken.said, spoken.log)))


if __name__ == "__main__":
    main()
