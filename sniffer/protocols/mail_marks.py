"""Makers' marks in a mail, and what it says of its way: only what the rules extract leaves this file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sniffer.knowledge.mail_marks import BOUNDARY, FILE_NAME, TEXT, MailMark
from sniffer.knowledge.makers import same_maker
from sniffer.knowledge.vendors import vendor
from sniffer.model import limits
from sniffer.model.clues import KINDS, Field, Mark
from sniffer.protocols.clue_text import MAC, text
from sniffer.protocols.mail_head import Header, boundary, value_of

KEPT: tuple[tuple[str, Field], ...] = (
    ("name", "name"), ("model", "model"), ("serial", "serial"), ("mac", "mac"), ("ip", "comment"),
)  # fmt: skip
"""Groups of a rule's pattern, and what is said with them."""

FILE = re.compile(r'\b(?:file)?name[ \t]*=[ \t]*(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)
"""RFC 2183 2.3, and the older name of a content type."""

RECEIVED = re.compile(
    r"from\s+(?P<helo>[A-Za-z0-9][A-Za-z0-9._-]{0,254}|\[[0-9A-Fa-f:.]{2,45}\])"
    r"(?:\s+\((?:[^()\[]{0,255}\[(?:IPv6:)?(?P<ip>[0-9A-Fa-f:.]{2,45})\][^()]{0,100}"
    r"|\[?(?P<bare>\d{1,3}(?:\.\d{1,3}){3})\]?)\))?",
    re.IGNORECASE,
)
"""RFC 5321 4.4: ``from`` the name of EHLO, and in a comment what the receiver saw of the sender."""


class Mail(NamedTuple):
    """What is read of a mail: its headers, the raw octets behind them, and the first text part."""

    headers: list[Header]
    body: bytes
    text: str


def marks(mail: Mail, rules: Iterable[MailMark]) -> list[Mark]:
    """Return what the rules extract, and where the mail says to come from, without repeating anything."""
    found: dict[Mark, None] = dict.fromkeys(_received(mail.headers))
    matched: set[str] = set()
    later: list[MailMark] = []
    places = _Places(mail)
    for rule in rules:
        if rule.also:
            later.append(rule)
        else:
            _apply(rule, places, found, matched)
    for rule in later:
        if matched.intersection(rule.also):
            _apply(rule, places, found, matched)
    return list(found)[: limits.MARKS]


class _Places:
    """Where marks are searched; what no rule asks for is not worked out."""

    def __init__(self, mail: Mail) -> None:
        self._mail = mail
        self._values: dict[str, tuple[str, ...]] = {TEXT: (mail.text,)}

    def values(self, rule: MailMark) -> tuple[str, ...]:
        """Return where a rule is to be searched: names of files only where one of them may be meant."""
        if rule.where == FILE_NAME and rule.needs and not self._somewhere(rule.needs):
            return ()
        values = self._values.get(rule.where)
        if values is None:
            values = self._values[rule.where] = tuple(self._found(rule.where))
        return values

    def _somewhere(self, piece: str) -> bool:
        heads = (each.value for each in self._mail.headers if each.name.lower().startswith("content-"))
        return piece.encode() in self._mail.body or any(piece in each for each in heads)

    def _found(self, where: str) -> Iterator[str]:
        kind = value_of(self._mail.headers, "content-type") or ""
        if where == BOUNDARY:
            yield boundary(kind) or ""
        elif where == FILE_NAME:
            body = self._mail.body.decode("utf-8", "replace")
            heads = (kind, value_of(self._mail.headers, "content-disposition") or "", body)
            for match in (match for head in heads for match in FILE.finditer(head)):
                yield match[1] or match[2]
        else:
            yield from (each.value for each in self._mail.headers if each.name.lower() == where)


def _apply(rule: MailMark, places: _Places, found: dict[Mark, None], matched: set[str]) -> None:
    for value in places.values(rule):
        match = rule.pattern.search(value) if rule.needs in value else None
        if match:
            matched.add(rule.code)
            found.update(dict.fromkeys(_extracts(rule, match)))
            return


def _extracts(rule: MailMark, match: re.Match[str]) -> Iterator[Mark]:
    """Return the maker, the kind, and what the groups hold."""
    yield Mark(rule.code, "vendor", rule.vendor)
    if rule.kind in KINDS:
        yield Mark(rule.code, "kind", rule.kind)
    groups = match.groupdict()
    for group, field in KEPT:
        value = text(groups.get(group) or "")
        if field == "mac":
            value = _card(value, rule.vendor)
        if value:
            yield Mark(rule.code, field, value)


def _card(value: str, maker: str) -> str:
    """Return an address as it is written here, nothing where it is not the maker's by the IEEE's list."""
    if not MAC.fullmatch(value):
        return ""
    digits = re.sub("[:-]", "", value.lower())
    address = bytes.fromhex(digits).hex(":")
    return address if same_maker(vendor(address) or "", maker) else ""


def _received(headers: list[Header]) -> Iterator[Mark]:
    """Return whom the first of a mail's stations had it from: the last Received header (RFC 5321 4.4)."""
    stations = [each.value for each in headers if each.name.lower() == "received"]
    match = RECEIVED.match(stations[-1]) if stations else None
    if match:
        yield Mark("received-from", "name", text(match["helo"]))
        ip = match["ip"] or match["bare"]
        if ip:
            yield Mark("received-from", "comment", text(ip))
