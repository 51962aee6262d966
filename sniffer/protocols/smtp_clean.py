"""Both streams of a session as an evidence capture may show them: as long as they were, and nothing that is a secret.

What was captured of a stream comes as *pieces*: (place, bytes), in order, none touching the next.  Each is given back
cleaned, as many bytes.  The client's are shown as far as ``smtp_ledger`` says; the server's are its replies, less what
repeats anything that was blanked; TLS is shown as far as its bytes are records (``tls_places``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from sniffer.protocols.smtp_blank import BLANK, blank
from sniffer.protocols.smtp_echo import Echo
from sniffer.protocols.smtp_grammar import REPLY_LINE
from sniffer.protocols.smtp_ledger import CLIENT, FOREVER, LONGEST_END, SERVER, Ledger
from sniffer.protocols.tls_places import shown_records

Piece = tuple[int, bytes]

DOT = ord(".")
"""In place of each octet of the server's words."""

END_OF_MAIL = re.compile(rb"(?:\r?\n)?\.\r?\n\Z")
"""How a mail ends (RFC 5321 4.1.1.4), as far as its end was captured."""

GREETING, HELLO = b"220", b"250"
"""Replies that answer no AUTH: their words are kept where not all of the client was heard, of 250 those of several
lines, as the answer to EHLO has."""

NOTHING = -FOREVER
"""Before every place: what a client joined late said before its first byte that was seen stands below 0."""

FIN = 1
"""What the end of a stream adds to an acknowledgement of all its bytes (RFC 9293 3.4)."""


class Said(NamedTuple):
    """What was captured of the two sides.

    ``heard`` says how much of the client the server had been sent when it sent the bytes between two places.  ``begun``
    says that the client's first byte is known to be its first.  ``others`` are bytes of the client that were captured
    of places where others had been before.
    """

    client: Sequence[Piece]
    server: Sequence[Piece]
    heard: Callable[[int, int], int]
    begun: bool = True
    others: Sequence[bytes] = ()


def clean(ledger: Ledger, said: Said, users: Sequence[str], *, open_cipher: bool = False) -> tuple[list[bytes], ...]:
    """Return the pieces of the server and of the client as they may be shown.

    ``users`` are the names that were told of the session; ``open_cipher`` says that its TLS does not encrypt.
    """
    echo = Echo(users)
    client = [_client(ledger, *piece, echo) for piece in said.client]
    if CLIENT in ledger.tls:
        shown_records(said.client, ledger.tls[CLIENT], client, open_cipher=open_cipher)
        _tell_beside_tls(said.client, client, ledger.tls[CLIENT], echo)
    for other in said.others:
        echo.blanked(0, other)
    unknown = min(ledger.heard[CLIENT] + FIN, FOREVER if ledger.unknown is None else ledger.unknown)
    unknown = unknown if said.begun else NOTHING
    server = [_server(*piece, echo, said.heard, unknown) for piece in said.server]
    if SERVER in ledger.tls:
        shown_records(said.server, ledger.tls[SERVER], server, open_cipher=open_cipher)
    return [bytes(each) for each in server], [bytes(each) for each in client]


# -- the client ------------------------------------------------------------------------------------


def _client(ledger: Ledger, start: int, raw: bytes, echo: Echo) -> bytearray:
    """Return a piece of the client's stream with nothing in it but what was understood."""
    begins = ledger.tls.get(CLIENT, FOREVER) - start
    clear = raw[: max(begins, 0)]
    within = ledger.mails_between(start, start + len(clear))
    mails = [(first - start, last - start) for _, (first, last) in within]
    cleaned = bytearray((BLANK,)) * len(clear) + bytes(len(raw) - len(clear))
    dialogue = list(_between(mails, len(clear)))
    for first, last in dialogue:
        cleaned[first:last] = b"\n".join(_blank_line(line) for line in clear[first:last].split(b"\n"))
    for line in ledger.lines_between(start, start + len(clear)):
        place = _line_place(line.end - start, clear, line.said)
        if place is not None:
            cleaned[place : place + len(line.said)] = line.shown
    for first, last in dialogue:
        _tell(start, clear, cleaned, first, last, echo)
    for first, last in mails:
        _blank_mail(cleaned, clear, first, last)
    return cleaned


def _between(mails: Sequence[tuple[int, int]], length: int) -> Iterator[tuple[int, int]]:
    """Give what is not mail of so many bytes."""
    place = 0
    for first, last in mails:
        if place < first:
            yield place, min(first, length)
        place = max(place, last)
        if place >= length:
            return
    yield place, length


def _blank_line(line: bytes) -> bytes:
    text = line.removesuffix(b"\r")
    return blank(text) + line[len(text) :]


def _line_place(end: int, clear: bytes, said: bytes) -> int | None:
    """Return where a line begins whose LF is at ``end``, None where it was not captured as it was heard."""
    if not 0 <= end < len(clear) or clear[end] != ord("\n"):
        return None
    place = end - len(said) - (clear[end - 1 : end] == b"\r" and not said.endswith(b"\r"))
    return place if place >= 0 and clear[place : place + len(said)] == said else None


def _tell(start: int, clear: bytes, cleaned: bytearray, first: int, last: int, echo: Echo) -> None:
    """Tell what is blanked, line by line, from the word on in which it begins."""
    place = first
    for line in clear[first:last].split(b"\n"):
        shown = bytes(cleaned[place : place + len(line)])
        if shown != line:
            common = next(at for at in range(len(line)) if line[at] != shown[at])
            while common and not line[common - 1 : common].isspace():
                common -= 1
            echo.blanked(start + place, line[common:])
        place += len(line) + 1


def _tell_beside_tls(pieces: Sequence[Piece], cleaned: Sequence[bytearray], begins: int, echo: Echo) -> None:
    """Tell what is blanked where TLS was begun, and is no record of it."""
    for (start, raw), shown in zip(pieces, cleaned, strict=True):
        if shown != raw and start + len(raw) > begins:
            first = next(at for at in range(len(raw)) if raw[at] != shown[at] and start + at >= begins)
            echo.blanked(start + first, raw[first:])


def _blank_mail(cleaned: bytearray, clear: bytes, first: int, last: int) -> None:
    """Blank a mail up to the line that ends it, which is needed where commands follow in the same frame."""
    first, end = max(first, 0), min(last, len(clear))
    if first < end:
        mark = END_OF_MAIL.search(clear, max(first, end - LONGEST_END), end) if end == last else None
        kept = mark[0] if mark else b""
        cleaned[first:end] = bytes((BLANK,)) * (end - first - len(kept)) + kept


# -- the server ------------------------------------------------------------------------------------


def _server(start: int, raw: bytes, echo: Echo, heard: Callable[[int, int], int], unknown: int) -> bytearray:
    """Return a piece of the server's stream: lines of replies, with words that repeat nothing."""
    cleaned = bytearray()
    goes_on = False
    for line in raw.split(b"\n"):
        text = line.removesuffix(b"\r")
        place = start + len(cleaned)
        found = REPLY_LINE.match(text)
        if found is None:
            cleaned += bytes((DOT,)) * len(text)
        else:
            several, goes_on = goes_on or found[2] == b"-", found[2] == b"-"
            knew = heard(place, place + len(line) + 1)
            hears_all = knew <= unknown or found[1] == GREETING or (found[1] == HELLO and several)
            cleaned += found[0][: found.start(3)] if found[3] else found[0]
            cleaned += _words(found, echo, knew, hears_all=hears_all, ended=place + len(line) < start + len(raw))
        cleaned += line[len(text) :] + b"\n"
    del cleaned[-1:]
    return cleaned


def _words(found: re.Match[bytes], echo: Echo, knew: int, *, hears_all: bool, ended: bool) -> bytes:
    """Return the words of a line of a reply, as they may be shown."""
    words = found[3] or b""
    if found[1] == b"334":
        return echo.prompt(words)
    return echo.without(words, knew, ended=ended) if hears_all else echo.codes(words)
