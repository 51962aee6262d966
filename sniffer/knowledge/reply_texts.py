"""Loads ``reply_lengths.toml``: what mail servers answer, word for word as far as that is known."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from importlib import resources
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

Symbol = Literal[
    "user-prompt", "password-prompt", "empty-prompt",
    "accepted", "auth-refused", "mechanism-refused", "auth-aborted",
    "mail-accepted", "mail-refused", "recipient-accepted", "recipient-refused",
    "data-go", "queued", "message-refused",
    "bye", "hello-refused", "unknown-command", "tls-ready",
]  # fmt: skip
"""What a reply answers, and how; ``reply_lengths.toml`` tells them apart."""

Grade = Literal["V", "D", "C"]
"""How a text is known: V verbatim, D from documentation, C computed from what is V."""

Bracket = Literal["dated", "host"]
"""How Exchange Online ends a refusal: ``[host time id]``, and until 2022 ``[host]``."""

VARIABLE = re.compile(r"\{[a-z ]+:(\d+)-(\d+)\}")
"""What varies in a text, with its shortest and its longest length."""

CRLF = 2


class Span(NamedTuple):
    """A length in octets, or a range of them; both ends are meant."""

    low: int
    high: int


class Known(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every row has: how well it is known, where it is from, and when that was true."""

    grade: Grade
    source: str
    as_of: date


class ExchangeRow(Known, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reply of Exchange Online.  ``reply_lengths.toml`` says what its fields mean."""

    symbol: Symbol
    text: str
    code: str | None = None
    brackets: tuple[Bracket, ...] = ()
    old: bool = False
    clear: bool = False
    repeats: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()


class AuthRow(Known, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The lines by which an EHLO reply inside TLS offers AUTH."""

    lines: tuple[str, ...]
    services: tuple[str, ...] = ()


class ServerRow(Known, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A server's texts by symbol.  ``told`` are those that are of grade D in a row of another."""

    code: str
    name: str
    greeting: str | None = None
    texts: dict[Symbol, tuple[str, ...]] = {}
    told: dict[Symbol, tuple[str, ...]] = {}


class Tables(Struct, frozen=True, forbid_unknown_fields=True):
    """The file."""

    exchange: tuple[ExchangeRow, ...]
    auth: tuple[AuthRow, ...]
    server: tuple[ServerRow, ...]


class ExpectedReply(Struct, frozen=True):
    """A reply that a server may give, as long as it is inside TLS: ``low`` to ``high`` octets with its CRLF.

    ``code`` is the cause that it names, a code of ``replies.toml``; ``text`` has no CRLF and no bracket.
    """

    symbol: Symbol
    code: str | None
    low: int
    high: int
    grade: Grade
    text: str

    @property
    def length(self) -> int | None:
        """Return the length in octets, None where it is a range."""
        return self.low if self.low == self.high else None

    def fits(self, low: int, high: int) -> bool:
        """Say whether a reply of ``low`` to ``high`` octets can be this one."""
        return self.low <= high and low <= self.high


def octets(text: str, behind: int = CRLF) -> Span:
    """Return how long a text is on the wire, in octets, with so many ``behind`` it."""
    fixed = len(VARIABLE.sub("", text).encode()) + behind
    varying = [(int(low), int(high)) for low, high in VARIABLE.findall(text)]
    return Span(fixed + sum(low for low, _ in varying), fixed + sum(high for _, high in varying))


@cache
def tables() -> Tables:
    """Return the rows as they ship with the package."""
    text = (resources.files("sniffer.knowledge") / "reply_lengths.toml").read_bytes()
    return msgspec.toml.decode(text, type=Tables)
