"""How many bytes of text an encrypted record holds (RFC 8446 5.2, 5.4; RFC 5246 6.2.3; RFC 7366; RFC 7905; RFC 6655).

An AEAD or stream cipher adds a constant: the length is exact.  A block cipher fills up to a block: the length is known
to a range.  TLS 1.3 may pad on top of that, by a constant, to a block, or at random; which of these it is shows in
records whose plaintext is known (``inference.turns``).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from sniffer.model import limits
from sniffer.model.facts import TlsFact

HEADER_TLS12_AEAD = 8
"""Explicit nonce in front of each GCM and CCM record (RFC 5288 3); ChaCha20 has none (RFC 7905 2)."""

TAG, SHORT_TAG = 16, 8
"""Authentication tags; the short one is that of CCM_8 (RFC 6655 4)."""

CONTENT_TYPE = 1
"""Byte behind the text of TLS 1.3, in front of the padding (RFC 8446 5.2)."""

MACS = {"MD5": 16, "SHA": 20, "SHA256": 32, "SHA384": 48}
BLOCKS = {"AES": 16, "CAMELLIA": 16, "ARIA": 16, "SEED": 16, "3DES": 8, "DES": 8, "DES40": 8, "IDEA": 8, "RC2": 8}
"""Bytes, by the names in a cipher suite."""

SUITE = re.compile(r"TLS_(?:.*_WITH_)?(.+?)(?:_(MD5|SHA|SHA256|SHA384))?")
"""A suite's name: key exchange, cipher, hash; the newest CCM suites name none."""


class Length(NamedTuple):
    """A length that is known to lie between two, both of them possible."""

    least: int
    most: int

    @property
    def exact(self) -> bool:
        """Say whether it is known to the byte."""
        return self.least == self.most


USUAL = 1024
"""Bytes up to which a length that is known to the byte is one and the same object: commands, answers, replies."""

_USUAL = [Length(octets, octets) for octets in range(USUAL)]


def exactly(octets: int) -> Length:
    """Return a length that is known to the byte; none is below 0."""
    if 0 <= octets < USUAL:
        return _USUAL[octets]
    return Length(octets, octets) if octets > 0 else _USUAL[0]


class Protection(NamedTuple):
    """What a cipher suite makes of a text: ``overhead`` bytes more, then up to a multiple of ``block`` (1 for none).

    ``finished`` is the length of a Finished message (RFC 8446 4.4.4), ``hides_type`` says that TLS 1.3 shows handshake
    and alerts as application data, ``splits`` that TLS 1.0 sends an empty or one-byte record in front of a text.
    """

    overhead: int
    block: int
    finished: int
    hides_type: bool = False
    splits: bool = False

    def length(self, octets: int) -> Length:
        """Return how long the text of a record of this length is."""
        most = octets - self.overhead - (self.block > 1)
        return Length(max(octets - self.overhead - self.block, 0) if self.block > 1 else max(most, 0), max(most, 0))

    def hardly_any(self, octets: int) -> bool:
        """Say whether a record is as short as one without text."""
        return octets <= self.overhead + self.block


def protection(tls: TlsFact) -> Protection | None:
    """Return how a connection protects its records, None where that is not known."""
    if tls.version is None or tls.cipher is None:
        return None
    return _protection(tls.version, tls.cipher)


@lru_cache(limits.MEASURES_REMEMBERED)
def _protection(version: str, cipher: str) -> Protection | None:
    found = SUITE.fullmatch(cipher) if cipher.startswith("TLS_") else None
    if found is None:
        return None
    name, digest = found[1], found[2] or "SHA256"
    finished = 4 + (48 if digest == "SHA384" else 32)
    tag = SHORT_TAG if name.endswith("CCM_8") else TAG
    if version == "1.3":
        return Protection(CONTENT_TYPE + tag, 1, finished, hides_type=True)
    if name.endswith(("GCM", "CCM", "CCM_8")):
        return Protection(HEADER_TLS12_AEAD + tag, 1, finished)
    if "CHACHA20" in name:
        return Protection(TAG, 1, finished)
    if name.startswith("RC4") or name == "NULL":
        return Protection(MACS[digest], 1, finished)
    return _of_blocks(version, name, MACS[digest], finished) if "CBC" in name else None


def _of_blocks(version: str, name: str, mac: int, finished: int) -> Protection | None:
    block = BLOCKS.get(name.partition("_")[0])
    if block is None:
        return None
    old = version in ("1.0", "SSL 3.0")
    vector = 0 if old else block  # each record has its own from TLS 1.1 on (RFC 4346 6.2.3.2)
    return Protection(vector + mac, block, finished, splits=old)
