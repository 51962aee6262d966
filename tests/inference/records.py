"""How long records are, worked out from the standards the other way round: from the text to the record."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["nonce", "chacha", "stream", "block", "1.3"]


class Suite(NamedTuple):
    """A cipher suite of some versions: how it protects, and its tag or MAC, its block and its hash in bytes."""

    name: str
    versions: tuple[str, ...]
    kind: Kind
    tag: int
    block: int = 1
    digest: int = 32

    @property
    def exact(self) -> bool:
        """Whether a record tells the length of its text to the byte."""
        return self.kind != "block"


OLD = ("1.0", "1.1", "1.2")
NEW = ("1.2",)
NEWEST = ("1.3",)

SUITES = (
    Suite("TLS_AES_256_GCM_SHA384", NEWEST, "1.3", 16, digest=48),
    Suite("TLS_AES_128_GCM_SHA256", NEWEST, "1.3", 16),
    Suite("TLS_CHACHA20_POLY1305_SHA256", NEWEST, "1.3", 16),
    Suite("TLS_AES_128_CCM_SHA256", NEWEST, "1.3", 16),
    Suite("TLS_AES_128_CCM_8_SHA256", NEWEST, "1.3", 8),
    Suite("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", NEW, "nonce", 16),
    Suite("TLS_RSA_WITH_AES_128_GCM_SHA256", NEW, "nonce", 16),
    Suite("TLS_ECDHE_RSA_WITH_CAMELLIA_256_GCM_SHA384", NEW, "nonce", 16),
    Suite("TLS_ECDHE_RSA_WITH_ARIA_128_GCM_SHA256", NEW, "nonce", 16),
    Suite("TLS_RSA_WITH_AES_256_CCM", NEW, "nonce", 16),
    Suite("TLS_ECDHE_ECDSA_WITH_AES_128_CCM", NEW, "nonce", 16),
    Suite("TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", NEW, "nonce", 8),
    Suite("TLS_RSA_WITH_AES_256_CCM_8", NEW, "nonce", 8),
    Suite("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", NEW, "chacha", 16),
    Suite("TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256", NEW, "chacha", 16),
    Suite("TLS_RSA_WITH_AES_128_CBC_SHA", OLD, "block", 20, 16),
    Suite("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", OLD, "block", 20, 16),
    Suite("TLS_RSA_WITH_AES_128_CBC_SHA256", NEW, "block", 32, 16),
    Suite("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", NEW, "block", 48, 16),
    Suite("TLS_RSA_WITH_CAMELLIA_128_CBC_SHA", OLD, "block", 20, 16),
    Suite("TLS_ECDHE_RSA_WITH_CAMELLIA_256_CBC_SHA384", NEW, "block", 48, 16),
    Suite("TLS_DHE_RSA_WITH_SEED_CBC_SHA", OLD, "block", 20, 16),
    Suite("TLS_RSA_WITH_3DES_EDE_CBC_SHA", OLD, "block", 20, 8),
    Suite("TLS_DHE_RSA_WITH_DES_CBC_SHA", ("1.0", "1.1"), "block", 20, 8),
    Suite("TLS_RSA_WITH_IDEA_CBC_SHA", ("SSL 3.0", "1.0", "1.1"), "block", 20, 8),
    Suite("TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5", ("SSL 3.0", "1.0"), "block", 16, 8),
    Suite("TLS_RSA_WITH_RC4_128_SHA", OLD, "stream", 20),
    Suite("TLS_RSA_WITH_RC4_128_MD5", OLD, "stream", 16),
    Suite("TLS_RSA_WITH_NULL_SHA256", NEW, "stream", 32),
    Suite("TLS_ECDHE_RSA_WITH_NULL_SHA", OLD, "stream", 20),
)

EVERY = [(suite, version) for suite in SUITES for version in suite.versions]
"""Each suite with each of its versions."""


def suite(name: str) -> Suite:
    """The suite of a name."""
    return next(each for each in SUITES if each.name == name)


def filled(octets: int, block: int) -> int:
    """As many bytes, filled up to whole blocks."""
    return -(-octets // block) * block


def record(of: Suite, version: str, text: int, *, etm: bool = False, pad: int = 0) -> int:
    """The length of a record's fragment with a text of so many bytes.

    ``etm``: a block cipher's MAC covers what was encrypted (RFC 7366), else it is encrypted with the text (RFC 5246
    6.2.3.2).  ``pad`` are zeros that TLS 1.3 sends behind the text (RFC 8446 5.4).
    """
    match of.kind:
        case "1.3":
            return text + 1 + pad + of.tag
        case "nonce":
            return 8 + text + of.tag
        case "chacha" | "stream":
            return text + of.tag
    vector = 0 if version in ("SSL 3.0", "1.0") else of.block
    length_of_padding = 1
    if etm:
        return vector + filled(text + length_of_padding, of.block) + of.tag
    return vector + filled(text + of.tag + length_of_padding, of.block)
