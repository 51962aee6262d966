"""Makers' marks in a mail, and what it says of its way: only what the rules extract leaves this file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from sniffer.knowledge.mail_marks import BOUNDARY, FILE_NAME, TEXT, MailMark, MarkTable
from sniffer.knowledge.makers import same_maker
from sniffer.knowledge.vendors import vendor
from sniffer.model import limits
from sniffer.model.clues import KINDS, Field, Mark
from sniffer.protocols.clue_text import MAC, text
from sniffer.protocols.mail_head import Head, boundary, first_text

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
    """What is read of a mail: its head, and the raw octets behind it."""

    head: Head
    body: bytes


def marks(mail: Mail, table: MarkTable) -> tuple[Mark, ...]:
    """Return what the rules extract, and where the mail says to come from, without repeating anything."""
    found = _Found()
    found.marks.update(dict.fromkeys(_received(mail.head)))
    for header in mail.head.headers:
        rules = table.places.get(header.name)
        if rules and header.name not in PARTS:
            found.search(rules, (header.value,))
    for where, values in PARTS.items():
        rules = table.places.get(where)
        if rules:
            found.search(rules, values(mail, rules))
    return tuple(found.marks)[: limits.MARKS]


class _Found:
    """What was found in a mail so far, and by which rules."""

    def __init__(self) -> None:
        self.marks: dict[Mark, None] = {}
        self._matched: set[str] = set()

    def search(self, rules: Iterable[MailMark], values: Iterable[str]) -> None:
        """Hold rules against values."""
        texts = tuple(values)
        for rule in rules:
            for each in texts:
                if rule.needs in each:
                    self._hold(rule, each)

    def _hold(self, rule: MailMark, value: str) -> None:
        """Hold a rule against a value; its first match counts, if one that it hangs on matched before."""
        if rule.code in self._matched or (rule.also and self._matched.isdisjoint(rule.also)):
            return
        match = rule.pattern.search(value)
        if match:
            self._matched.add(rule.code)
            self.marks.update(dict.fromkeys(_extracts(rule, match)))


def _boundaries(mail: Mail, _: Iterable[MailMark]) -> Iterator[str]:
    yield boundary(mail.head.first.get("content-type")) or ""


def _texts(mail: Mail, _: Iterable[MailMark]) -> Iterator[str]:
    yield first_text(mail.head, mail.body)


def _file_names(mail: Mail, rules: Iterable[MailMark]) -> Iterator[str]:
    """Return names of attachments, where one of them may be meant."""
    heads = [mail.head.first.get("content-type", ""), mail.head.first.get("content-disposition", "")]
    if any(rule.needs.encode() in mail.body for rule in rules):
        heads.append(mail.body.decode("utf-8", "replace"))
    for match in (match for head in heads for match in FILE.finditer(head)):
        yield match[1] or match[2]


PARTS: dict[str, Callable[[Mail, Iterable[MailMark]], Iterator[str]]] = {
    BOUNDARY: _boundaries,
    FILE_NAME: _file_names,
    TEXT: _texts,
}
"""Places that are no headers, in the order in which they are searched."""


def _extracts(rule: MailMark, match: re.Match[str]) -> Iterator[Mark]:
    """Return the maker, the kind, and what the groups hold."""
    if rule.vendor:
        yield Mark(rule.code, "vendor", rule.vendor)
    if rule.kind in KINDS:
        yield Mark(rule.code, "kind", rule.kind)
    groups = match.groupdict()
    for group, field in KEPT:
        value = text(groups.get(group) or "")
        if field == "mac":
            value = _card(value, rule.vendor or "")
        if value:
            yield Mark(rule.code, field, value)


def _card(value: str, maker: str) -> str:
    """Return an address as it is written here, nothing where it is not the maker's by the IEEE's list."""
    if not MAC.fullmatch(value):
        return ""
    digits = re.sub("[:-]", "", value.lower())
    address = bytes.fromhex(digits).hex(":")
    return address if same_maker(vendor(address) or "", maker) else ""


def _received(head: Head) -> Iterator[Mark]:
    """Return whom the first of a mail's stations had it from: the last Received header (RFC 5321 4.4)."""
    if "received" not in head.first:
        return
    match = RECEIVED.match([each.value for each in head.headers if each.name == "received"][-1])
    if match:
        yield Mark("received-from", "name", text(match["helo"]))
        ip = match["ip"] or match["bare"]
        if ip:
            yield Mark("received-from", "comment", text(ip))
