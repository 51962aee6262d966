"""How a client words its commands: habits by which client programs differ (RFC 5321 4.1.1, RFC 4954 4).

A trait is a short word of a fixed vocabulary, never anything that the client said of itself or of others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sniffer.model import limits
from sniffer.protocols.smtp_grammar import Command

HELLOS = ("EHLO", "HELO", "LHLO")

MECHANISMS = frozenset(
    (
        "LOGIN", "PLAIN", "XOAUTH2", "OAUTHBEARER", "EXTERNAL", "ANONYMOUS", "CRAM-MD5", "DIGEST-MD5", "NTLM", "GSSAPI",
        "GSS-SPNEGO", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS",
    )
)  # fmt: skip
"""Those that may be named; a client that puts something else there may have put a secret there."""

LOCAL_NAMES = {
    b"[127.0.0.1]": "127.0.0.1",
    b"[127.0.1.1]": "127.0.1.1",
    b"[ipv6:::1]": "::1",
    b"localhost": "localhost",
    b"localhost.localdomain": "localhost.localdomain",
}
"""Names that programs give themselves where nobody gave them one; Debian's /etc/hosts has 127.0.1.1."""

LITERAL = re.compile(rb"\[(?:ipv6:[0-9a-f:.]+|\d{1,3}(?:\.\d{1,3}){3})\]")
"""RFC 5321 4.1.3."""

ADDRESS = re.compile(rb"\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:.]+")

FILE_NAME = re.compile(rb"[^.]+\.(?:txt|eml|msg|mail|mbox|html?|log|csv|pdf|xml|json|tmp|dat|jpe?g|png)")
"""What curl gives as its name: the last part of the URL's path, which people take for the mail's file."""

HOST = re.compile(rb"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*\.?")
"""RFC 1123 2.1."""

PARAMETERS = frozenset((b"SIZE", b"BODY", b"SMTPUTF8", b"AUTH", b"RET", b"ENVID", b"BY", b"MT-PRIORITY", b"REQUIRETLS"))
"""RFC 1870, 6152, 6531, 4954, 3461, 2852, 6710, 8689."""

BODIES = frozenset((b"7BIT", b"8BITMIME", b"BINARYMIME"))

REVERSE_PATH = re.compile(rb"(from:)([ \t]*)(<[^>]*>|\S*)[ \t]*(.*)", re.IGNORECASE | re.DOTALL)
"""What follows MAIL (RFC 5321 4.1.1.2; nothing may stand behind the colon)."""

EXTRAS = {"NOOP": "noop", "RSET": "rset", "VRFY": "vrfy", "HELP": "help", "BDAT": "bdat", "QUIT": "quit:sent"}


class Habits:
    """The traits of one client's commands: of each verb the first tells."""

    __slots__ = ("_cases", "_found")

    def __init__(self) -> None:
        self._cases: dict[str, str] = {}
        self._found: set[str] = set()

    def command(self, line: bytes, said: Command) -> None:
        """Take a command as it was written."""
        verb = said.verb
        if verb == "AUTH":
            self._auth(said.argument)
        if verb in self._cases:
            return
        self._cases[verb] = case_of(line.strip()[: len(verb)])
        if verb in HELLOS:
            self._hello(verb, said.argument)
        elif verb == "MAIL":
            self._mail(said.argument)
        elif verb in EXTRAS:
            self._found.add(EXTRAS[verb])

    def add(self, trait: str) -> None:
        """Take a trait that shows otherwise."""
        self._found.add(trait)

    def update(self, traits: Iterable[str]) -> None:
        """Take traits that show otherwise."""
        self._found.update(traits)

    def traits(self) -> set[str]:
        """Return what was found."""
        cases = set(self._cases.values())
        found = set(self._found)
        if len(cases) == 1:
            found.add(f"case:{cases.pop()}")
        elif cases:
            found.add("case:mixed")
            found |= {f"{case}:{verb}" for verb, case in self._cases.items() if case != "upper"}
        return found

    def _hello(self, verb: str, name: bytes) -> None:
        if not any(each.startswith("ehlo:") for each in self._found):
            self._found.add(f"ehlo:{name_form(name)}")
        if verb != "EHLO":
            self._found.add(f"hello:{verb}")

    def _auth(self, argument: bytes) -> None:
        mechanism, _, initial = argument.partition(b" ")
        name = mechanism.decode("ascii", "replace").upper()
        way = "initial" if initial.strip() else "asked"
        self._found.add(f"auth:{name if name in MECHANISMS else 'other'}+{way}")
        if case_of(mechanism) != "upper":
            self._found.add("auth:lower")

    def _mail(self, argument: bytes) -> None:
        match = REVERSE_PATH.fullmatch(argument)
        if match is None:
            self._found.add("from:odd")
            return
        keyword, space, path, parameters = match.groups()
        self._found.add(f"from:{case_of(keyword)}")
        if space:
            self._found.add("from:space")
        if not path.startswith(b"<"):
            self._found.add("from:bare")
        self._found |= set(map(parameter_form, parameters.split()[: limits.MAIL_PARAMETERS])) or {"mail:none"}


def case_of(word: bytes) -> str:
    """Return how a word is written: ``upper``, ``lower`` or neither."""
    if word.isupper():
        return "upper"
    return "lower" if word.islower() else "odd"


def name_form(name: bytes) -> str:
    """Return what kind of name a client gives itself (RFC 5321 4.1.1.1)."""
    lower = name[: limits.NAME_CHARACTERS + 1].lower()
    if lower in LOCAL_NAMES:
        return LOCAL_NAMES[lower]
    if LITERAL.fullmatch(lower):
        return "literal"
    if ADDRESS.fullmatch(lower):
        return "address"
    if FILE_NAME.fullmatch(lower):
        return "file"
    if HOST.fullmatch(lower):
        return "fqdn" if b"." in lower.rstrip(b".") else "name"
    return "odd" if name else "empty"


def parameter_form(parameter: bytes) -> str:
    """Return a parameter of MAIL without its value: ``mail:SIZE``, in the case that it has."""
    keyword, _, value = parameter.partition(b"=")
    if keyword.upper() not in PARAMETERS or case_of(keyword) == "odd":
        return "mail:other"
    form = keyword.decode("ascii")
    if keyword.upper() == b"BODY" and value.upper() in BODIES and case_of(value) != "odd":
        form += f"={value.decode('ascii')}"
    return f"mail:{form}"
