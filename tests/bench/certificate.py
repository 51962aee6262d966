"""A well-formed X.509 certificate whose key and signature are noise (RFC 5280 §4.1, X.690)."""

from __future__ import annotations

from random import Random

INTEGER, BITS, NULL, OID, UTF8, UTC_TIME, SEQUENCE, SET = 0x02, 0x03, 0x05, 0x06, 0x0C, 0x17, 0x30, 0x31
COMMON_NAME = bytes.fromhex("550403")
RSA = bytes.fromhex("2a864886f70d010101")
SHA256_WITH_RSA = bytes.fromhex("2a864886f70d01010b")
KEY_BYTES = 256


def certificate(name: str, issuer: str, noise: Random) -> bytes:
    """The certificate of `name`, in DER."""
    algorithm = _der(SEQUENCE, _der(OID, SHA256_WITH_RSA), _der(NULL))
    validity = _der(SEQUENCE, _der(UTC_TIME, b"260101000000Z"), _der(UTC_TIME, b"271231235959Z"))
    serial = _der(INTEGER, b"\x01" + noise.randbytes(8))
    content = _der(SEQUENCE, serial, algorithm, _name(issuer), validity, _name(name), _key(noise))
    signature = _der(BITS, b"\0" + noise.randbytes(KEY_BYTES))
    return _der(SEQUENCE, content, algorithm, signature)


def _name(common_name: str) -> bytes:
    pair = _der(SEQUENCE, _der(OID, COMMON_NAME), _der(UTF8, common_name.encode()))
    return _der(SEQUENCE, _der(SET, pair))


def _key(noise: Random) -> bytes:
    modulus = _der(INTEGER, b"\0\xc0" + noise.randbytes(KEY_BYTES - 1))
    key = _der(SEQUENCE, modulus, _der(INTEGER, b"\1\0\1"))
    return _der(SEQUENCE, _der(SEQUENCE, _der(OID, RSA), _der(NULL)), _der(BITS, b"\0" + key))


def _der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    long_form = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(long_form)]) + long_form + body
