"""The head of a mail, as far as it is read: names and values of its headers, and its first text part (RFC 5322, 2045).

Nothing here leaves the parser.  Whatever is broken, cut short or hostile only means that less is understood.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator
from quopri import decodestring
from typing import NamedTuple

from sniffer.model import limits

END_OF_HEAD = b"\n\r\n"
"""The empty line behind the headers, with the end of the line before it (RFC 5322 2.1)."""

EMPTY_LINE = re.compile(rb"(?:\A|\n)\r?\n")
"""The same, as loose as its writers are; of a mail without headers it is the first line."""

HEADER = re.compile(r"([!-9;-~]{1,64})[ \t]*:(.*)", re.DOTALL)
"""RFC 5322 2.2: a name of printable characters without colon."""

FOLD = re.compile(r"\r?\n[ \t]+")
"""RFC 5322 2.2.3."""

CHARACTER_SETS = re.compile(
    r"utf-?(?:8|16(?:-?[lb]e)?)|us-ascii|iso-8859-\d{1,2}|windows-\d{3,4}|koi8-[ru]|gb2312|gbk|gb18030|big5"
    r"|shift[_-]jis|euc-(?:jp|kr)|iso-2022-(?:jp|kr)",
    re.IGNORECASE,
)
"""Character sets that mails are written in (IANA names)."""

ENCODED_WORD = re.compile(r"=\?([A-Za-z0-9_.:*-]{1,40})\?([BbQq])\?([^?\s]{0,1000})\?=(?:\s+(?==\?))?")
"""RFC 2047 2; white space between two of them does not count (6.2)."""

BOUNDARY = re.compile(r'\bboundary[ \t]*=[ \t]*(?:"([^"]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)
"""RFC 2046 5.1.1."""

TEXT_PART = re.compile(r"\s*text/(?:plain|html)\b", re.IGNORECASE)

CHARSET = re.compile(r'\bcharset[ \t]*=[ \t]*"?([A-Za-z0-9_.:-]{1,40})', re.IGNORECASE)

MULTIPART_DEPTH = 3
"""Multiparts within each other down to the first text: mixed, related, alternative."""


class Header(NamedTuple):
    """A header: its name in small letters, and its value unfolded, with encoded words decoded."""

    name: str
    value: str


class Head(NamedTuple):
    """A mail's head: its headers, their names as written, and the first value of each."""

    headers: tuple[Header, ...]
    written: tuple[str, ...]
    first: dict[str, str]


def head_end(data: bytes | bytearray, start: int = 0) -> int:
    """Return where the text of a mail begins, -1 while its head goes on."""
    found = EMPTY_LINE.search(data, start)
    return found.end() if found else -1


def read_head(octets: bytes) -> Head:
    """Return the headers, in their order; lines that are none are passed over."""
    text = octets.decode("utf-8", "replace")
    if "\n " in text or "\n\t" in text:
        text = FOLD.sub(" ", text)
    matches = [
        match for match in map(HEADER.match, text.split("\n", limits.MAIL_HEADERS)[: limits.MAIL_HEADERS]) if match
    ]
    found = tuple(Header(match[1].lower(), _decoded_words(match[2])) for match in matches)
    return Head(found, tuple(match[1] for match in matches), dict(reversed(found)))


def boundary(content_type: str | None) -> str | None:
    """Return what stands between the parts of a multipart."""
    match = BOUNDARY.search(content_type or "")
    return (match[1] or match[2]) if match else None


def first_text(head: Head, body: bytes, depth: int = MULTIPART_DEPTH) -> str:
    """Return the first text part of a mail, decoded; nothing where the first part is no text."""
    kind = head.first.get("content-type")
    between = boundary(kind)
    if between is not None:
        part = _first_part(body, between.encode("utf-8", "replace"))
        end = head_end(part)
        return first_text(read_head(part[:end]), part[end:], depth - 1) if end >= 0 and depth else ""
    if kind is not None and not TEXT_PART.match(kind):
        return ""
    charset = CHARSET.search(kind or "")
    octets = _transferred(body.replace(b"\n..", b"\n."), head.first.get("content-transfer-encoding", ""))
    return _characters(octets, charset[1] if charset else "utf-8")


def _first_part(body: bytes, between: bytes) -> bytes:
    """Return what stands between the first two boundaries, or behind the only one that was read."""
    mark = b"--" + between
    start = body.find(mark)
    if start < 0:
        return b""
    start = body.find(b"\n", start) + 1
    end = body.find(mark, start)
    return body[start : end if end >= 0 else None] if start else b""


def _transferred(body: bytes, encoding: str) -> bytes:
    """Undo a transfer encoding (RFC 2045 6); of base64 cut short the rest is left away."""
    kind = encoding.strip().lower()
    if kind == "quoted-printable":
        return decodestring(body)
    if kind != "base64":
        return body
    digits = b"".join(body.split())
    try:
        return b64decode(digits[: len(digits) & ~3])
    except binascii.Error:
        return b""


def _characters(octets: bytes, charset: str) -> str:
    """Return text; who names no character set of mails is taken to mean UTF-8.

    Python knows more by such names than mails may: punycode takes time by the square, unicode_escape is a language.
    """
    known = CHARACTER_SETS.fullmatch(charset.strip())
    try:
        return octets.decode(charset.strip() if known else "utf-8", "replace")
    except LookupError:
        return octets.decode("utf-8", "replace")


def _decoded_words(value: str) -> str:
    """Return a value with its encoded words decoded, on one line."""
    cut = value[: limits.HEADER_CHARACTERS].strip()
    return "".join(_pieces(cut)) if "=?" in cut else cut


def _pieces(value: str) -> Iterator[str]:
    place = 0
    for match in ENCODED_WORD.finditer(value):
        yield value[place : match.start()]
        yield _word(match[1].partition("*")[0], match[2].upper(), match[3])  # RFC 2231 5: a language behind *
        place = match.end()
    yield value[place:]


def _word(charset: str, encoding: str, text: str) -> str:
    raw = text.encode("ascii", "replace")
    octets = _transferred(raw, "base64") if encoding == "B" else decodestring(raw, header=True)
    return _characters(octets, charset)
