"""Key logs: what one side of a TLS connection wrote down of its secrets (NSS key log format, SSLKEYLOGFILE).

    CLIENT_RANDOM <client random, 64 hexadecimal digits> <master secret>                     up to TLS 1.2
    CLIENT_TRAFFIC_SECRET_0 <client random> <secret>            and three more a connection, TLS 1.3 (RFC 8446 7.1)

Lines with other labels, comments and empty lines mean nothing here.  A secret leaves only by the name of its label; no
``repr`` shows one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sniffer.model import limits

MASTER = "CLIENT_RANDOM"
CLIENT_HANDSHAKE, SERVER_HANDSHAKE = "CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET"
CLIENT_TRAFFIC, SERVER_TRAFFIC = "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"

LABELS = (MASTER, CLIENT_HANDSHAKE, SERVER_HANDSHAKE, CLIENT_TRAFFIC, SERVER_TRAFFIC)
"""The labels that are kept."""

LINE = re.compile(rb"([A-Z][A-Z0-9_]*) ([0-9A-Fa-f]{64}) ((?:[0-9A-Fa-f]{2}){32,64})")
"""A label, a client random, and a secret: 48 octets of a master secret, as many as its hash has in TLS 1.3.  Of labels
with a number or an encrypted secret in the second place (``RSA``) none is kept."""

FOREIGN = re.compile(rb"[A-Z][A-Z0-9_]* [0-9A-Fa-f]+ [0-9A-Fa-f]+")
"""A line of a key log, kept or not."""


class Secrets:
    """The secrets of one connection, by label."""

    __slots__ = ("_by_label",)

    def __init__(self) -> None:
        self._by_label: dict[str, bytes] = {}

    def put(self, label: str, secret: bytes) -> None:
        """Keep a secret; of one that comes again the last holds."""
        self._by_label[label] = secret

    def get(self, label: str) -> bytes | None:
        """Return a secret, None where the key log has none."""
        return self._by_label.get(label)

    def __repr__(self) -> str:
        """Return which secrets are known, never one of them."""
        return f"Secrets({', '.join(self._by_label)})"


class KeyLog:
    """The secrets of connections, by the client random of their ClientHello.

    ``taken`` counts the lines whose secrets were kept, ``overflow`` those of connections beyond the limit, ``junk``
    those that belong to no key log.
    """

    def __init__(self, lines: Iterable[bytes] = ()) -> None:
        self._by_random: dict[bytes, Secrets] = {}
        self.taken = self.overflow = self.junk = 0
        self.add(lines)

    def add(self, lines: Iterable[bytes]) -> None:
        """Take more lines; other threads may ask at the same time."""
        for line in lines:
            self._line(line.removeprefix(b"\xef\xbb\xbf").strip())

    def secrets(self, client_random: bytes) -> Secrets | None:
        """Return what is known of a connection."""
        return self._by_random.get(client_random)

    def __len__(self) -> int:
        """Return of how many connections there are keys."""
        return len(self._by_random)

    def __repr__(self) -> str:
        """Return of how many connections there are keys, never one of them."""
        return f"KeyLog({len(self)} connections)"

    def _line(self, line: bytes) -> None:
        if not line or line.startswith(b"#"):
            return
        found = LINE.fullmatch(line)
        label = found[1].decode("ascii") if found else ""
        if found is None or label not in LABELS:
            self.junk += FOREIGN.fullmatch(line) is None
            return
        random = bytes.fromhex(found[2].decode("ascii"))
        secrets = self._by_random.get(random)
        if secrets is None:
            if len(self._by_random) >= limits.KEYED_CONNECTIONS:
                self.overflow += 1
                return
            secrets = self._by_random[random] = Secrets()
        self.taken += 1
        secrets.put(label, bytes.fromhex(found[3].decode("ascii")))
