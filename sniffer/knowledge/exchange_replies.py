"""How long Exchange Online's replies are, for the front end that a clear banner names.

Its refusals end in a bracket with the name of the front end, so that most of their lengths differ from one connection
to the next.  The banner says what that name is, before TLS hides the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from email.utils import parsedate_to_datetime
from functools import cache
from types import MappingProxyType

from sniffer.knowledge.reply_texts import CRLF, Bracket, ExchangeRow, ExpectedReply, Symbol, octets, tables

FRONT_END = re.compile(
    r"(?:(?:220|250)[ -])?([A-Z0-9]{6,13}CA\d{3,4})"
    r"\.(outlook\.office365\.com|(?:[A-Z0-9-]+\.)*partner\.outlook\.cn)"
    r" (?:Microsoft ESMTP MAIL Service|Hello )",
    re.ASCII | re.IGNORECASE,
)
"""A banner, or the first line of an EHLO reply, of a front end for client submission."""

WHOLE_HOST = re.compile(
    r"220[ -]([A-Z0-9]{6,13}CA\d{3,4}\.[A-Z0-9]{6,9}\.PROD\.OUTLOOK\.COM) Microsoft ESMTP MAIL Service ",
    re.ASCII | re.IGNORECASE,
)
"""A banner that gives the host itself, as front ends do that are reached by that name."""

LONG_FOREST = re.compile(r"...PR\d", re.ASCII | re.IGNORECASE)
"""The name of a front end in a forest of 8 letters (INDPRD01, eurprd03); the others have 7 (DEUP281)."""

READY = re.compile(r" ready at (\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4})", re.ASCII)
ID = re.compile(r" \[[0-9A-F]{16}\]\s*$", re.ASCII)
"""The session's id, which banners have had since the second half of 2024."""

BRACKET_OCTETS: Mapping[Bracket, int] = MappingProxyType({"dated": 2 + 1 + 24 + 1 + 16 + 1 + CRLF, "host": 3 + CRLF})
"""What a bracket adds beside the host, with the CRLF behind it."""

LAST_HOST_ALONE = date(2022, 12, 2)
FIRST_DATED = date(2023, 2, 20)
"""The last log with ``[host]`` and the first with ``[host time id]``; the change lies between."""

ONE_TURN: Mapping[Symbol, Symbol] = MappingProxyType({"mechanism-refused": "auth-refused"})
"""Symbols that answer the same command."""


def host_length(banner: str) -> int | None:
    """Return how long the host in the brackets of a front end's refusals is, in characters.

    None where the banner is not that of Exchange Online's client submission.
    """
    whole = WHOLE_HOST.match(banner)
    if whole:
        return len(whole[1])
    found = FRONT_END.match(banner)
    if not found:
        return None
    leaf, domain = found[1], found[2].lower()
    if domain.endswith("partner.outlook.cn"):
        return len(leaf) + len(".CHNPR01.prod.partner.outlook.cn")
    return len(leaf) + len(".INDPRD01.PROD.OUTLOOK.COM" if LONG_FOREST.match(leaf) else ".DEUP281.PROD.OUTLOOK.COM")


def expected_replies(banner: str) -> tuple[ExpectedReply, ...]:
    """Return what the front end of a banner may say inside TLS; nothing where it is none of Exchange Online's.

    A banner of the weeks in which the brackets changed, or without a date, leaves both forms of a refusal.
    """
    of = promised(banner)
    return () if of is None else replies_of(*of)


def promised(banner: str) -> tuple[int, tuple[Bracket, ...]] | None:
    """Return all of a banner on which ``expected_replies`` depends; None where it is none of Exchange Online's."""
    host = host_length(banner)
    return None if host is None else (host, _forms(banner))


def fitting(banner: str, symbol: Symbol, low: int, high: int | None = None) -> tuple[ExpectedReply, ...]:
    """Return which expected replies a reply of ``low`` to ``high`` octets can be (``low`` alone where it is exact).

    A text of which only a range is known counts where no other fits: it would have to be just so long by chance.
    """
    ends = (low, low if high is None else high)
    found = [reply for reply in expected_replies(banner) if reply.symbol == symbol and reply.fits(*ends)]
    return tuple(reply for reply in found if reply.length) or tuple(found)


def collisions(banner: str) -> Mapping[tuple[Symbol, int], tuple[str, ...]]:
    """Return which lengths fit more than one cause, by what they answer and the length in octets.

    A refusal of the mechanism counts as one of AUTH here: both answer the same command.
    """
    causes: dict[tuple[Symbol, int], set[str]] = {}
    for reply in expected_replies(banner):
        if reply.code and reply.length:
            turn = ONE_TURN.get(reply.symbol, reply.symbol)
            causes.setdefault((turn, reply.length), set()).add(reply.code)
    return MappingProxyType({key: tuple(sorted(codes)) for key, codes in causes.items() if len(codes) > 1})


@cache
def replies_of(host: int, forms: tuple[Bracket, ...]) -> tuple[ExpectedReply, ...]:
    """Return the replies of a front end with a host of so many characters and brackets of these forms."""
    return tuple(reply for row in _rows(forms) for reply in _lengths(row, host, forms))


def _forms(banner: str) -> tuple[Bracket, ...]:
    """Return the forms of bracket that are plausible on a banner's day."""
    day = _day(banner)
    if ID.search(banner) or (day and day >= FIRST_DATED):
        return ("dated",)
    if day and day <= LAST_HOST_ALONE:
        return ("host",)
    return ("dated", "host")


def _day(banner: str) -> date | None:
    found = READY.search(banner)
    try:
        return parsedate_to_datetime(found[1]).date() if found else None
    except ValueError:
        return None


def _rows(forms: tuple[Bracket, ...]) -> Iterator[ExchangeRow]:
    """Yield what may be said inside TLS at such a time."""
    rows = [row for row in tables().exchange if not row.clear and (not row.old or "host" in forms)]
    for row in rows:
        if row.repeats:
            yield from (_repeating(row, earlier) for earlier in rows if earlier.text.startswith(row.repeats))
        else:
            yield row


def _repeating(row: ExchangeRow, earlier: ExchangeRow) -> ExchangeRow:
    """Return MAIL's refusal as it repeats an earlier one of AUTH, which is the cause."""
    return ExchangeRow(
        symbol=row.symbol,
        text=row.text.replace("{earlier}", earlier.text),
        code=earlier.code,
        brackets=earlier.brackets,
        grade=row.grade if earlier.code in row.seen else "C",
        source=row.source,
        as_of=row.as_of,
    )


def _lengths(row: ExchangeRow, host: int, forms: tuple[Bracket, ...]) -> Iterator[ExpectedReply]:
    if not row.brackets:
        yield ExpectedReply(row.symbol, row.code, *octets(row.text), row.grade, row.text)
        return
    for form in ("host",) if row.old else forms:
        span = octets(row.text, host + BRACKET_OCTETS[form])
        yield ExpectedReply(row.symbol, row.code, *span, row.grade if form in row.brackets else "C", row.text)
