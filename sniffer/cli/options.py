"""Options that several verbs share: their words become values, or a usage error (exit 2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

import typer

from sniffer.knowledge.catalogue import Catalogue, KnowledgeError, catalogue
from sniffer.model.findings import VERDICTS

DEFAULT_SENSOR = "default"

PORTS = re.compile(r"(?P<first>[0-9]{1,5})(?:\s*-\s*(?P<last>[0-9]{1,5}))?")
"""A port or a range of them."""

KnowledgeOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Rows of your own: services, dates, replies, devices … (TOML).")
]
OutputOption = Annotated[Path | None, typer.Option(metavar="FILE", readable=False, help="Write to a file.")]
AsOfOption = Annotated[str | None, typer.Option(metavar="DATE", help="Word it as of this day, like 2027-01-15.")]


def ports(text: str) -> tuple[int, ...]:
    """Return the ports in ``25,587,2500-2525``."""
    found: list[int] = []
    for part in text.split(","):
        numbers = PORTS.fullmatch(part.strip())
        if not numbers:
            raise typer.BadParameter(f"{part.strip()!r} is no port; write them like 25,587,2500-2525")
        first = int(numbers["first"])
        last = int(numbers["last"] or first)
        if not 1 <= first <= last <= 65_535:
            raise typer.BadParameter(f"{part.strip()!r}: ports lie between 1 and 65535, the lower one first")
        found.extend(range(first, last + 1))
    return tuple(dict.fromkeys(found))


def networks(texts: Iterable[str]) -> tuple[str, ...]:
    """Return networks, each as CIDR or a single address; several may stand in one word."""
    found = [part.strip() for text in texts for part in text.split(",")]
    for each in found:
        try:
            ip_network(each, strict=False)
        except ValueError:
            raise typer.BadParameter(f"{each!r} is no network; write it like 10.20.0.0/16") from None
    return tuple(found)


def vlans(texts: Iterable[str]) -> tuple[int, ...]:
    """Return VLAN identifiers."""
    found = [part.strip() for text in texts for part in text.split(",")]
    if not all(re.fullmatch("[0-9]{1,4}", each) and int(each) < 4096 for each in found):
        raise typer.BadParameter("VLANs are numbers from 0 to 4095; write them like 10,20")
    return tuple(int(each) for each in found)


def fail_on(text: str) -> tuple[str, ...]:
    """Return the verdicts that make the run fail."""
    return words(text, VERDICTS, "no verdict")


def words(text: str, allowed: Sequence[str], what: str) -> tuple[str, ...]:
    """Return the words of a list, each of which is one of those that are allowed; ``what`` says what others are."""
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    for each in found:
        if each not in allowed:
            raise typer.BadParameter(f"{each!r} is {what}; choose from {', '.join(allowed)}")
    return found


def sensors(words: Iterable[str], paths: Iterable[Path]) -> list[tuple[str, Path]]:
    """Return (sensor, path) pairs from ``NAME=PATH`` words and plain paths, which a bare NAME labels."""
    usual, named = DEFAULT_SENSOR, []
    for word in words:
        label, equals, path = word.partition("=")
        if not label:
            raise typer.BadParameter(f"{word!r} names no sensor; write it like branch or branch=branch.pcap")
        if equals and not path:
            raise typer.BadParameter(f"{word!r} names no capture; write it like branch=branch.pcap")
        if equals:
            named.append((name(label), Path(path)))
        else:
            usual = name(label)
    return [*named, *((usual, path) for path in paths)]


def name(text: str) -> str:
    """Return the name of a sensor, a site or an interface; what is no UTF-8 could be written nowhere."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise typer.BadParameter(f"{text!r} is no UTF-8, as names are; see the locale of this shell") from None
    return text


def knowledge(path: Path | None) -> Catalogue:
    """Return what the program knows, with the user's rows over it."""
    try:
        return catalogue(path)
    except KnowledgeError as error:
        raise typer.BadParameter(str(error)) from None


def as_of(text: str | None) -> date:
    """Return the day that wording and advice are for: ISO 8601, today (UTC) without one."""
    if text is None:
        return datetime.now(UTC).date()
    if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass  # a month of 13, say
    raise typer.BadParameter(f"{text!r} is no date; write it like 2027-01-15")
