"""The server's half of each SASL mechanism, as plain as can be: it says who came and if it is they.

Each takes a `Talk` (which sends a challenge and gives the answer) and the initial response, and
gives a `Claim`. RFC 4616, 4954, 7628, 2195; MS-NLMP for NTLM; LOGIN and XOAUTH2 have no RFC.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol


class Talk(Protocol):
    """What a mechanism needs of the connection."""

    prompts: tuple[str, str]
    error_challenge: str | None
    secrets: Mapping[str, str]

    def challenge(self, text: str) -> bytes:
        """Send `334 text` and give the decoded answer."""

    def learnt(self, user: str) -> None:
        """Note a user that is known before the mechanism has come to its end."""


@dataclass(frozen=True)
class Claim:
    """Who the client says it is, and whether its proof holds."""

    user: str | None
    proven: bool


Mechanism = Callable[[Talk, bytes | None], Claim]


def encoded(text: str | bytes) -> str:
    """Base64 of a text."""
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def shown(raw: bytes) -> str:
    """Bytes of a user name as text."""
    return raw.decode("utf-8", "replace").rstrip("\0")


def login(talk: Talk, initial: bytes | None) -> Claim:
    """LOGIN: user, then password; some clients bring the user along."""
    user = shown(talk.challenge(talk.prompts[0]) if initial is None else initial)
    talk.learnt(user)
    secret = shown(talk.challenge(talk.prompts[1]))
    return Claim(user, talk.secrets.get(user) == secret)


def plain(talk: Talk, initial: bytes | None) -> Claim:
    """PLAIN: authorisation, user and password between NULs."""
    parts = (talk.challenge("") if initial is None else initial).split(b"\0")
    if len(parts) != 3:
        return Claim(None, False)
    user = shown(parts[1])
    return Claim(user, talk.secrets.get(user) == shown(parts[2]))


def bearer(talk: Talk, initial: bytes | None) -> Claim:
    """XOAUTH2 and OAUTHBEARER: a user and a token; an error may come as a challenge first."""
    raw = shown(talk.challenge("") if initial is None else initial)
    user = re.search(r"(?:user|a)=([^\x01,]+)", raw)
    token = re.search(r"auth=Bearer ([^\x01]+)", raw)
    name = user.group(1) if user else None
    good = bool(name and token and talk.secrets.get(name) == token.group(1))
    if not good and talk.error_challenge is not None:
        talk.challenge(encoded(talk.error_challenge))
    return Claim(name, good)


def cram_md5(talk: Talk, initial: bytes | None) -> Claim:
    """CRAM-MD5: the user and a keyed digest of what we sent."""
    stamp = "<1896.697170952@mail.example.net>"
    user, _, digest = shown(talk.challenge(encoded(stamp))).rpartition(" ")
    key = talk.secrets.get(user, "").encode()
    proof = hmac.new(key, stamp.encode(), hashlib.md5).hexdigest()
    return Claim(user, bool(key) and proof == digest)


def external(talk: Talk, initial: bytes | None) -> Claim:
    """EXTERNAL: somebody else has vouched; the client may name whom it wants to be."""
    raw = talk.challenge("") if initial is None else initial
    return Claim(shown(raw) or None, True)


def ntlm(talk: Talk, initial: bytes | None) -> Claim:
    """NTLM: negotiate, challenge, authenticate; the name stands in the third message."""
    if initial is None:
        talk.challenge("")
    third = talk.challenge(encoded(ntlm_challenge()))
    if len(third) < NTLM_FIELDS:
        return Claim(None, False)
    domain, user = ntlm_field(third, 28), ntlm_field(third, 36)
    name = f"{domain}\\{user}" if domain else user
    return Claim(name, name in talk.secrets or user in talk.secrets)


NTLM_FIELDS = 44
"""Bytes of a third message up to the end of its user field (MS-NLMP 2.2.1.3)."""


def ntlm_challenge() -> bytes:
    """A type 2 message of a domain EXAMPLE."""
    target = "EXAMPLE".encode("utf-16-le")
    info = struct.pack("<HH", 2, len(target)) + target + struct.pack("<HH", 0, 0)
    flags = 0x00000001 | 0x00000200 | 0x00010000 | 0x00800000
    head = b"NTLMSSP\0" + struct.pack("<I", 2)
    head += struct.pack("<HHI", len(target), len(target), 48) + struct.pack("<I", flags)
    head += bytes.fromhex("0123456789abcdef") + bytes(8)
    return head + struct.pack("<HHI", len(info), len(info), 48 + len(target)) + target + info


def ntlm_field(message: bytes, at: int) -> str:
    """A text of a type 3 message: length, room, offset; UTF-16 when flag 1 is set."""
    length, _, offset = struct.unpack_from("<HHI", message, at)
    flags = struct.unpack_from("<I", message, 60)[0] if len(message) >= 64 else 1
    return message[offset : offset + length].decode("utf-16-le" if flags & 1 else "latin-1")


def gssapi(talk: Talk, initial: bytes | None) -> Claim:
    """GSSAPI: no Kerberos here, so every ticket is refused."""
    if initial is None:
        talk.challenge("")
    return Claim(None, False)


def cookie(talk: Talk, initial: bytes | None) -> Claim:
    """A vendor's own dialect: one opaque ticket, which holds."""
    if initial is None:
        talk.challenge("")
    return Claim(None, True)


MECHANISMS: dict[str, Mechanism] = {
    "LOGIN": login,
    "PLAIN": plain,
    "XOAUTH2": bearer,
    "OAUTHBEARER": bearer,
    "CRAM-MD5": cram_md5,
    "EXTERNAL": external,
    "NTLM": ntlm,
    "GSSAPI": gssapi,
    "XYMCOOKIE": cookie,
}
