"""Record protection of one direction, undone: AEADs and CBC (RFC 5246 6.2.3, RFC 8446 5.2).

What a cipher suite does is read from its name, which IANA's registry makes of its parts.  Imported only where there is
a key: the ciphers are those of ``cryptography``.
"""

from __future__ import annotations

import hmac
import re
import warnings
from struct import Struct
from typing import NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, CipherAlgorithm
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from sniffer.knowledge.tls import cipher_name
from sniffer.protocols.tls_records import HEADER, Record
from sniffer.protocols.tls_schedule import NONCE_BYTES, TLS13, RecordKeys, Sizes, digest_bytes

NAME = re.compile(
    r"TLS_(?:\w+_WITH_)?(AES_128|AES_256|CHACHA20|3DES_EDE)_(GCM|CCM_8|CCM|POLY1305|CBC)(?:_(SHA|SHA256|SHA384))?"
)
"""The parts of a suite's name that say how records are protected: cipher, mode, hash."""

KEY_BYTES = {"AES_128": 16, "AES_256": 32, "CHACHA20": 32, "3DES_EDE": 24}
BLOCK_BYTES = {"3DES_EDE": 8}
AES_BLOCK_BYTES = 16

SALT_BYTES, EXPLICIT_BYTES = 4, 8
"""Octets of a nonce that the key block gives, and of its rest in front of the record (RFC 5288 3, RFC 6655 3)."""

TAG_BYTES = {"CCM_8": 8}
USUAL_TAG_BYTES = 16

TLS10 = 0x0301

MAC_HEADER = Struct(">QBHH")
"""Sequence number, type, version and length: what a MAC or an AEAD covers beside the text (RFC 5246 6.2.3.1)."""


class UnopenedError(Exception):
    """A record that these keys do not open."""


class Suite(NamedTuple):
    """How a cipher suite protects records; ``digest`` is the hash of its key schedule, ``mac`` that of CBC's MAC."""

    cipher: str
    mode: str
    digest: str
    mac: str

    @property
    def key_bytes(self) -> int:
        """Return the octets of a key."""
        return KEY_BYTES[self.cipher]

    @property
    def block_bytes(self) -> int:
        """Return the octets of a block of the cipher."""
        return BLOCK_BYTES.get(self.cipher, AES_BLOCK_BYTES)

    @property
    def tag_bytes(self) -> int:
        """Return the octets of an AEAD's tag."""
        return TAG_BYTES.get(self.mode, USUAL_TAG_BYTES)

    def overhead(self, version: int) -> int:
        """Return by how many bytes a record is longer than what it holds, at least."""
        if version >= TLS13:
            return self.tag_bytes + 1  # the content type
        if self.mode != "CBC":
            return self.tag_bytes + (0 if self.mode == "POLY1305" else EXPLICIT_BYTES)
        return digest_bytes(self.mac) + 1 + (self.block_bytes if version > TLS10 else 0)

    def sizes(self) -> Sizes:
        """Return the parts of a key block up to TLS 1.2; the IV of CBC is used by TLS 1.0 alone."""
        if self.mode == "CBC":
            return Sizes(digest_bytes(self.mac), self.key_bytes, self.block_bytes)
        return Sizes(0, self.key_bytes, NONCE_BYTES if self.mode == "POLY1305" else SALT_BYTES)


class Protection(Protocol):
    """Opens the records of one direction.  ``chained`` says that a record needs the one before it."""

    chained: bool

    def open(self, sequence: int, record: Record) -> bytes:
        """Return what a record holds.  Raises ``UnopenedError``."""


def suite(number: int) -> Suite | None:
    """Return how a suite protects records, None for one that cannot be undone here."""
    found = NAME.fullmatch(cipher_name(number))
    if found is None:
        return None
    cipher, mode, named = found.groups()
    digest = "sha384" if named == "SHA384" else "sha256"  # TLS 1.2 knows none that is weaker (RFC 5246 5)
    return Suite(cipher, mode, digest, {"SHA": "sha1", None: "sha256"}.get(named, digest))


def protection(of: Suite, version: int, keys: RecordKeys, *, encrypt_then_mac: bool) -> Protection:
    """Return what opens the records of a direction.  Raises ``UnopenedError`` for what no version has."""
    if of.mode == "CBC":
        if version >= TLS13:
            raise UnopenedError
        return _Cbc(of, version, keys, encrypt_then_mac=encrypt_then_mac)
    return _Aead(of, version, keys)


class _Aead:
    """GCM (RFC 5288), CCM (RFC 6655) and ChaCha20-Poly1305 (RFC 7905); all of them in TLS 1.3 (RFC 8446 5.2)."""

    chained = False

    def __init__(self, of: Suite, version: int, keys: RecordKeys) -> None:
        self._aead = _aead(of, keys.key)
        self._tag = of.tag_bytes
        self._iv = keys.iv
        self._new = version >= TLS13
        self._explicit = EXPLICIT_BYTES if len(keys.iv) == SALT_BYTES else 0

    def open(self, sequence: int, record: Record) -> bytes:
        """Open a record, as ``Protection`` has it."""
        sealed = record.fragment[self._explicit :]
        if len(sealed) < self._tag:
            raise UnopenedError
        if self._explicit:
            nonce = self._iv + record.fragment[: self._explicit]
        else:
            nonce = (int.from_bytes(self._iv, "big") ^ sequence).to_bytes(len(self._iv), "big")
        if self._new:
            beside = HEADER.pack(record.type, record.version, record.length)
        else:
            beside = MAC_HEADER.pack(sequence, record.type, record.version, len(sealed) - self._tag)
        try:
            return self._aead.decrypt(nonce, sealed, beside)
        except (InvalidTag, ValueError):
            raise UnopenedError from None


def _aead(of: Suite, key: bytes) -> AESGCM | AESCCM | ChaCha20Poly1305:
    if of.mode == "GCM":
        return AESGCM(key)
    return ChaCha20Poly1305(key) if of.mode == "POLY1305" else AESCCM(key, of.tag_bytes)


class _Cbc:
    """CBC with HMAC (RFC 5246 6.2.3.2): the MAC inside, or with encrypt-then-MAC outside (RFC 7366 3).

    TLS 1.0 takes a record's last block as the next one's IV (RFC 2246 6.2.3.2).
    """

    def __init__(self, of: Suite, version: int, keys: RecordKeys, *, encrypt_then_mac: bool) -> None:
        self._algorithm = _block_cipher(of, keys.key)
        self._block = of.block_bytes
        self._mac_key, self._mac, self._mac_bytes = keys.mac, of.mac, len(keys.mac)
        self._outside = encrypt_then_mac
        self.chained = version <= TLS10
        self._chain = keys.iv

    def open(self, sequence: int, record: Record) -> bytes:
        """Open a record, as ``Protection`` has it."""
        body = record.fragment
        if self._outside:
            body = self._checked(sequence, record, body)
        iv, body = (self._chain, body) if self.chained else (body[: self._block], body[self._block :])
        if not body or len(body) % self._block:
            raise UnopenedError
        self._chain = body[-self._block :]
        cipher = Cipher(self._algorithm, CBC(iv)).decryptor()
        text = _unpadded(cipher.update(body) + cipher.finalize())
        return text if self._outside else self._checked(sequence, record, text)

    def _checked(self, sequence: int, record: Record, body: bytes) -> bytes:
        """Return what a MAC covers, without it."""
        covered, mac = body[: -self._mac_bytes], body[-self._mac_bytes :]
        beside = MAC_HEADER.pack(sequence, record.type, record.version, len(covered))
        if not hmac.compare_digest(mac, hmac.digest(self._mac_key, beside + covered, self._mac)):
            raise UnopenedError
        return covered


def _unpadded(text: bytes) -> bytes:
    """Take the padding off: its octets all say how many more there are of it."""
    size = text[-1] + 1
    if text[-size:] != bytes((size - 1,)) * size:
        raise UnopenedError
    return text[:-size]


def _block_cipher(of: Suite, key: bytes) -> CipherAlgorithm:
    if of.cipher != "3DES_EDE":
        return AES(key)
    try:
        from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES  # noqa: PLC0415, as old as its users
    except ImportError:
        raise UnopenedError from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return TripleDES(key)
