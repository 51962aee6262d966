"""AUTH exchanges: which mechanism, who, and how it ended (RFC 4954).

Only the user name leaves this file.  An answer is taken apart where it is read, and what else is in it
is forgotten at once, except that the secret parts are kept (``smtp_secrets``) until the session is over,
to be struck out of the server's last words should it repeat them.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
from collections.abc import Callable

from sniffer.model import limits
from sniffer.model.facts import AttemptFact, Outcome
from sniffer.protocols.smtp_grammar import text_of
from sniffer.protocols.smtp_secrets import Secrets


def decoded(answer: bytes) -> bytes | None:
    """Return what an answer says, None if it is not base64.  ``=`` alone is an empty one (RFC 4954 4)."""
    if answer == b"=":
        return b""
    try:
        return base64.b64decode(answer + b"=" * (-len(answer) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _plain(said: bytes) -> bytes | None:
    """[authzid] NUL authcid NUL passwd (RFC 4616 2)."""
    parts = said.removesuffix(b"\0").split(b"\0")
    return (parts[1] or parts[0]) if len(parts) == 3 else None


def _xoauth2(said: bytes) -> bytes | None:
    """Return the user of ``user=… ^A auth=Bearer … ^A ^A`` (Google's and Microsoft's XOAUTH2)."""
    found = re.match(rb"user=([^\x01]*)\x01auth=", said, re.IGNORECASE)
    return found and found[1]


def _oauthbearer(said: bytes) -> bytes | None:
    """Return the user of ``n,a=user,^A … ^A auth=Bearer …`` (RFC 7628 3.1)."""
    found = re.match(rb"[ny],(?:a=([^,\x01]*))?,\x01", said)
    return found and _saslname(found[1] or b"")


def _cram_md5(said: bytes) -> bytes | None:
    """Return the user before a keyed digest (RFC 2195 2)."""
    found = re.fullmatch(rb"(.+) [0-9a-fA-F]{32}", said, re.DOTALL)
    return found and found[1]


def _digest_md5(said: bytes) -> bytes | None:
    """Return the user in ``username="…"`` (RFC 2831 2.1.2)."""
    found = re.search(rb'(?:^|,)\s*username="((?:[^"\\]|\\.)*)"', said)
    return found and re.sub(rb"\\(.)", rb"\1", found[1])


def _scram(said: bytes) -> bytes | None:
    """Return the user of the client's first message, gs2-header n=user,r=nonce (RFC 5802 7)."""
    found = re.match(rb"[nyp][^,]*,(?:a=[^,]*)?,(?:m=[^,]*,)?n=([^,]*),r=", said)
    return found and _saslname(found[1])


def _saslname(name: bytes) -> bytes:
    return name.replace(b"=2C", b",").replace(b"=3D", b"=")


NTLM_MARK = b"NTLMSSP\0"
NTLM_ANSWER = 3
NTLM_UNICODE = 1


def _ntlm_fields(said: bytes) -> tuple[str, str, str] | None:
    """Return domain, user and workstation of an AUTHENTICATE_MESSAGE ([MS-NLMP] 2.2.1.3)."""
    if len(said) < 64 or not said.startswith(NTLM_MARK) or said[8:12] != struct.pack("<I", NTLM_ANSWER):
        return None
    unicode = struct.unpack_from("<I", said, 60)[0] & NTLM_UNICODE
    fields = []
    for place in (28, 36, 44):
        length, _, offset = struct.unpack_from("<HHI", said, place)
        octets = said[offset : offset + length]
        fields.append(octets.decode("utf-16-le" if unicode else "latin-1", "replace"))
    return fields[0], fields[1], fields[2]


def _ntlm(said: bytes) -> bytes | None:
    fields = _ntlm_fields(said)
    if not fields or not fields[1]:
        return None
    return (f"{fields[0]}\\{fields[1]}" if fields[0] else fields[1]).encode()


READERS: dict[str, Callable[[bytes], bytes | None]] = {
    "PLAIN": _plain,
    "XOAUTH2": _xoauth2,
    "OAUTHBEARER": _oauthbearer,
    "CRAM-MD5": _cram_md5,
    "DIGEST-MD5": _digest_md5,
    "SCRAM": _scram,
    "NTLM": _ntlm,
}
"""Mechanisms whose answers show by their own form what in them is the user."""

BY_FORM = ("XOAUTH2", "OAUTHBEARER", "NTLM", "DIGEST-MD5", "CRAM-MD5", "PLAIN")
"""Mechanisms that an answer alone gives away, most telling form first."""


EMPTY_USERNAME = b'username=""'
"""Alone it is no answer of DIGEST-MD5, which has a response too (RFC 2831 2.1.2), and may be anything."""


def recognised(said: bytes) -> str | None:
    """Return the mechanism that an answer belongs to by its form alone, None if several could be."""
    if said.startswith(NTLM_MARK):
        return "NTLM"
    for name in BY_FORM:
        if name == "PLAIN" and (said.count(b"\0") != 2 or not said.split(b"\0")[1].isascii()):
            continue
        if name == "DIGEST-MD5" and len(said) <= len(EMPTY_USERNAME):
            continue
        if READERS[name](said) is not None:
            return name
    return None


PROMPT = re.compile(rb"[a-z .:!?\0-]{,40}")
"""A LOGIN prompt is a few words.  Other mechanisms' challenges have ``<``, ``@``, ``=`` or ``{``, or are binary."""


def prompt_role(prompt: bytes) -> str | None:
    """Return what a LOGIN prompt asks for, ``user`` or ``secret``; servers word and spell it freely."""
    for said in (decoded(prompt.strip()) or b"", prompt):
        words = said.lower()
        if not PROMPT.fullmatch(words):
            continue
        if b"pass" in words:
            return "secret"
        if b"user" in words or b"name" in words or b"login" in words:
            return "user"
    return None


class Attempt:
    """One AUTH exchange while it goes on.  ``secrets`` are those of the session."""

    def __init__(self, mechanism: str | None, secrets: Secrets | None = None) -> None:
        self.mechanism = mechanism
        self.secrets = secrets or Secrets()
        self.user: str | None = None
        self.workstation: str | None = None
        self.certain = True
        self._asked: str | None = None
        self._unasked: bytes | None = None
        self._answers = 0
        self.outcome: Outcome = "unknown"
        self.reply: str | None = None
        self.open = True
        self.credential_sent = False

    def challenge(self, prompt: bytes) -> None:
        """Take what the server asks; a LOGIN prompt shows the mechanism where the command was not seen.

        Who is asked for the password has just told the name, whatever came before.
        """
        self._asked = prompt_role(prompt)
        if self.mechanism is None and self._asked:
            self.mechanism = "LOGIN"
        if self.mechanism == "LOGIN" and self._asked == "secret" and self._unasked and not self.user:
            self.user = presentable(self._unasked)
        self._unasked = None

    def goes_on(self, prompt: bytes) -> bool:
        """Say whether a prompt after missing bytes can be told of this exchange without harm.

        Of a LOGIN exchange without a name nothing was told yet that another one would not share.
        """
        return self.mechanism == "LOGIN" and self.user is None and prompt_role(prompt) is not None

    def doubt(self, *, unheard: bool) -> None:
        """Take note that bytes are missing: from here on the order of answers proves nothing.

        ``unheard`` says that an answer may be among them: a reply could repeat it.
        """
        self.certain = False
        self.secrets.complete &= not (unheard and self.open)
        self._asked = self._unasked = None

    def answer(self, line: bytes, *, initial: bool = False) -> None:
        """Take an answer of the client, or the initial response in the command itself."""
        said = decoded(line)
        self.secrets.keep(line, said)
        role, self._asked = self._role(), None
        self._answers += 1
        self.credential_sent |= role == "secret" if self.mechanism == "LOGIN" else said != b""
        if said is None:
            return
        self._unasked = said if role is None else None
        if self.mechanism is None and not initial:
            self.mechanism = recognised(said)
        name = self._name(said, role)
        if name is not None:
            self.user = self.user or presentable(name)
            self.secrets.forgive(self.user or "")
        fields = _ntlm_fields(said)
        self.workstation = presentable(fields[2].encode()) if fields else self.workstation

    def finish(self, code: int | None, text: bytes = b"") -> None:
        """Take the server's last word, or None when there was none."""
        self.open = False
        if code is not None:
            self.outcome = "success" if code // 100 == 2 else "failure"
            reply = f"{code} {text_of(text)}".strip()
            self.reply = self.secrets.struck_out(reply)[: limits.TEXT_CHARACTERS]
        self._unasked = None

    def fact(self) -> AttemptFact:
        """Return what may be told."""
        return AttemptFact(self.mechanism, self.outcome, self.user, self.reply, self.credential_sent)

    def _role(self) -> str | None:
        """Return what the coming answer of a LOGIN exchange is: as asked, else by its order."""
        if self._asked or not self.certain:
            return self._asked
        return "user" if self._answers == 0 else "secret"

    def _name(self, said: bytes, role: str | None) -> bytes | None:
        """Return the user name that an answer shows, None if it shows none."""
        mechanism = self.mechanism or ""
        if mechanism == "LOGIN":
            return said if role == "user" else None
        if mechanism == "EXTERNAL":
            return said if self._answers == 1 and self.certain else None
        reader = READERS.get("SCRAM" if mechanism.startswith("SCRAM-") else mechanism)
        return reader(said) if reader else None


def presentable(name: bytes) -> str | None:
    """Return a name if it can be one: printable text of a name's length; anything else may be a secret."""
    try:
        text = name.decode("utf-8")
    except UnicodeDecodeError:
        text = name.decode("latin-1")
    return text if text.isprintable() and 0 < len(text) <= limits.USER_CHARACTERS else None
