"""How long a server's replies are: known texts, those that its greeting promises, and what was learnt of it.

Rules of this file:
1. Of a server that nothing is known of, each known text of any server counts a little, beside a broad curve.
2. A greeting that names a program or a service makes the texts of that one likely; Exchange Online's tells even how
   long its refusals are (``knowledge.reply_lengths``).
3. What sessions have shown of a server counts most, the more the more of them there were.
4. No length is impossible for the end of a login: nobody has seen all servers.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple, cast

from sniffer.inference.lengths import LONGEST_REPLY, Lengths
from sniffer.knowledge import reply_lengths
from sniffer.knowledge.dialogue import Model, Part
from sniffer.model import limits

Shares = Mapping[int, float]

OF_THE_GREETED = 0.95
"""Share of the texts that a greeting promises among the known ones; the rest is for servers that greet like others."""

KNOWN_SHARE = 0.93
"""Share of the known texts where a greeting says whose they are; the rest is for what is not known of it."""

HALF_LEARNT = 2.0
"""Sessions after which what was learnt of a server counts as much as all that was known before."""

LEARNT = "learnt"

STRANGE = "strange"
"""Stands for a reply in words that nobody knows, whatever it means."""

BROAD = Part("about", 1.0, mean=40, spread=0.8, least=5, most=600)
"""Its length."""

LAST_WORDS = frozenset(("accepted", "refused", "unknown-mechanism"))
"""Replies that end a login."""

NEVER_IMPOSSIBLE = 0.001
"""Share of the last words of a login that have any length."""

STRANGE_SHARE, STRANGE_GREETED = 0.15, 0.02
"""Share of last words that are like none that we know, at any server and at one whose greeting tells its words: so much
may be either the acceptance or the refusal."""


class Learnt(NamedTuple):
    """Reply lengths that sessions showed of a server: (symbol, length in bytes, times), sorted.

    Times are no whole number where a reply may have been one thing or another.
    """

    counts: tuple[tuple[str, int, float], ...] = ()


NOTHING_LEARNT = Learnt()


class ReplyTables:
    """The reply lengths of servers, each worked out once.

    ``texts`` set to False leaves out all knowledge of texts: the measure of what it is worth.
    """

    def __init__(self, known: Model, *, texts: bool = True) -> None:
        self._known = known
        self._texts = texts
        self._tables: dict[tuple[object, ...], Lengths] = {}

    def of(self, banner: str | None, learnt: Learnt = NOTHING_LEARNT) -> Lengths:
        """Return the lengths of a server by its banner and what was learnt of it."""
        profile = reply_lengths.greeting_profile(banner) if banner and self._texts else None
        host = reply_lengths.host_length(banner) if banner and profile else None
        key = (profile.code if profile else None, host, learnt)
        found = self._tables.get(key)
        if found is None:
            if len(self._tables) >= limits.SERVER_TABLES:
                self._tables.clear()
            found = self._tables[key] = self._table(profile, learnt)
        return found

    def _table(self, profile: reply_lengths.Profile | None, learnt: Learnt) -> Lengths:
        spikes: dict[str, Shares] = {}
        shapes: dict[str, tuple[Part, ...]] = {}
        for symbol, parts in self._known.server.items():
            own = _own(symbol, parts, profile)
            shapes[symbol] = _with_texts(own, profile, spikes) if self._texts else _without_texts(parts)
        for symbol in LAST_WORDS:
            whole = _weight(shapes[symbol])
            shapes[symbol] = (*shapes[symbol], BROAD._replace(weight=whole * NEVER_IMPOSSIBLE))
        _add_learnt(shapes, spikes, learnt)
        shapes[STRANGE] = (BROAD,)
        return Lengths(shapes, spikes, LONGEST_REPLY, strange=_strange(profile, learnt))


def _strange(profile: reply_lengths.Profile | None, learnt: Learnt) -> float:
    """Return which share of last words is like none that is known of a server."""
    seen = sum(times for symbol, _, times in learnt.counts if symbol in LAST_WORDS)
    return (STRANGE_GREETED if profile else STRANGE_SHARE) * HALF_LEARNT / (seen + HALF_LEARNT)


def _own(symbol: str, parts: tuple[Part, ...], profile: reply_lengths.Profile | None) -> tuple[Part, ...]:
    """Leave out words that are said to something else, where those that are said to this are known."""
    if profile is None or not any(part.symbol == symbol and profile.lengths(part.symbol) for part in parts):  # type: ignore[arg-type]
        return parts
    return tuple(part for part in parts if part.symbol in (symbol, ""))


def _with_texts(
    parts: tuple[Part, ...], profile: reply_lengths.Profile | None, spikes: dict[str, Shares]
) -> tuple[Part, ...]:
    """Return a shape with known texts: those of the greeted, where there are any, make up most of it."""
    owned: set[str] = set()
    for part in parts:
        if part.kind == "replies":
            own = profile.lengths(cast(reply_lengths.Symbol, part.symbol)) if profile else {}
            spikes[part.symbol] = _mixed(own, pooled(part.symbol), OF_THE_GREETED) if own else pooled(part.symbol)
            owned |= {part.symbol} if own else set()
    if not owned:
        return parts
    known = sum(part.weight for part in parts if part.symbol in owned)
    rest = sum(part.weight for part in parts) - known
    return tuple(
        part._replace(weight=part.weight * (KNOWN_SHARE / known if part.symbol in owned else (1 - KNOWN_SHARE) / rest))
        for part in parts
    )


def _without_texts(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return tuple(part for part in parts if part.kind != "replies") or parts


def _add_learnt(shapes: dict[str, tuple[Part, ...]], spikes: dict[str, Shares], learnt: Learnt) -> None:
    """Put what was learnt beside what was known."""
    found: dict[str, dict[int, float]] = {}
    for symbol, length, times in learnt.counts:
        found.setdefault(symbol, {})[length] = times
    for symbol, lengths in found.items():
        seen = sum(lengths.values())
        share = seen / (seen + HALF_LEARNT)
        before = tuple(
            part._replace(weight=part.weight / _weight(shapes[symbol]) * (1 - share)) for part in shapes[symbol]
        )
        spikes[f"{LEARNT} {symbol}"] = {length: times / seen for length, times in lengths.items()}
        shapes[symbol] = (*before, Part("replies", share, symbol=f"{LEARNT} {symbol}"))


def _weight(parts: tuple[Part, ...]) -> float:
    return sum(part.weight for part in parts)


@cache
def pooled(symbol: str) -> Shares:
    """Return how often a reply has which length over the known texts of all servers."""
    return reply_lengths.lengths(cast(reply_lengths.Symbol, symbol))


def _mixed(first: Shares, second: Shares, share: float) -> Shares:
    lengths = {*first, *second}
    return {each: share * first.get(each, 0.0) + (1 - share) * second.get(each, 0.0) for each in lengths}
