"""The lengths of mail servers' replies, by which a reply inside TLS can be recognised.

Exchange Online's follow from its banner (``exchange_replies``), the mechanisms that a server offers from the length of
its EHLO reply (``auth_lines``).  Here are the other servers: one by its banner, and all of them together for a server
whose banner says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, cached_property, lru_cache
from types import MappingProxyType

from msgspec import Struct

from sniffer.knowledge.auth_lines import auth_octets, offered_inside
from sniffer.knowledge.catalogue import catalogue
from sniffer.knowledge.exchange_replies import collisions, expected_replies, fitting, host_length, replies_of
from sniffer.knowledge.reply_texts import ExpectedReply, Grade, ServerRow, Symbol, octets, tables
from sniffer.model import limits

__all__ = [
    "ExpectedReply",
    "Grade",
    "Profile",
    "Symbol",
    "auth_octets",
    "collisions",
    "expected_replies",
    "fitting",
    "greeting_profile",
    "host_length",
    "lengths",
    "offered_inside",
    "profiles",
]

EXCHANGE_ONLINE = "exchange-online"
USUAL_HOSTS = range(38, 42)
"""The lengths of a front end's host outside China."""


class Profile(Struct, frozen=True, dict=True):
    """A server software or service, and what it may say."""

    code: str
    name: str
    replies: tuple[ExpectedReply, ...]

    def lengths(self, symbol: Symbol) -> Mapping[int, float]:
        """Return how likely a reply has each length in octets; nothing where no text is known.

        The texts weigh the same, as do the lengths of a range; together they weigh 1.
        """
        return self._lengths.get(symbol, MappingProxyType({}))

    @cached_property
    def _lengths(self) -> dict[Symbol, Mapping[int, float]]:
        symbols = {reply.symbol for reply in self.replies}
        return {symbol: _mean(map(_spread, self._of(symbol))) for symbol in symbols}

    def _of(self, symbol: Symbol) -> list[ExpectedReply]:
        return [reply for reply in self.replies if reply.symbol == symbol]


@lru_cache(limits.GREETINGS_REMEMBERED)
def greeting_profile(banner: str) -> Profile | None:
    """Return whose words a clear banner says are to be expected, None where it greets like many."""
    replies = expected_replies(banner)
    if replies:
        return Profile(EXCHANGE_ONLINE, "Exchange Online", replies)
    text = banner[: limits.TEXT_CHARACTERS]
    return next((profile for profile, greeting in _greetings() if greeting.search(text)), None)


@cache
def lengths(symbol: Symbol) -> Mapping[int, float]:
    """Return how likely a reply has each length in octets, at a server of which nothing is known.

    The servers of which a text is known weigh the same; together they weigh 1.
    """
    return _mean(found for found in (profile.lengths(symbol) for profile in profiles()) if found)


@cache
def profiles() -> tuple[Profile, ...]:
    """Return the servers of which words are known; Exchange Online has the usual hosts at once."""
    usual = tuple(reply for host in USUAL_HOSTS for reply in replies_of(host, ("dated",)))
    return (Profile(EXCHANGE_ONLINE, "Exchange Online", usual), *map(_profile, tables().server))


@cache
def _greetings() -> tuple[tuple[Profile, re.Pattern[str]], ...]:
    greeting = {row.code: re.compile(row.greeting) for row in tables().server if row.greeting}
    return tuple((profile, greeting[profile.code]) for profile in profiles() if profile.code in greeting)


def _profile(row: ServerRow) -> Profile:
    told = [_reply(symbol, text, "D") for symbol, texts in row.told.items() for text in texts]
    texts = [_reply(symbol, text, row.grade) for symbol, texts in row.texts.items() for text in texts]
    return Profile(row.code, row.name, (*texts, *told))


def _reply(symbol: Symbol, text: str, grade: Grade) -> ExpectedReply:
    cause = catalogue().refusal(text.replace("\r\n", " "))
    return ExpectedReply(symbol, cause.code if cause else None, *octets(text), grade, text)


def _spread(reply: ExpectedReply) -> Mapping[int, float]:
    share = 1 / (reply.high - reply.low + 1)
    return dict.fromkeys(range(reply.low, reply.high + 1), share)


def _mean(parts: Iterable[Mapping[int, float]]) -> Mapping[int, float]:
    """Return the mean of some distributions."""
    found = list(parts)
    total: dict[int, float] = {}
    for part in found:
        for length, weight in part.items():
            total[length] = total.get(length, 0.0) + weight / len(found)
    return MappingProxyType(total)
