"""Tables of a test: written to a file, read as a person would name it."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path

from sniffer.model.clues import BindingFact, ClueFact, TranslationFact
from sniffer.sources.site_tables import SiteFact, SiteTable, read

CET = timezone(timedelta(hours=1))

RICOH, CANON = "00:26:73:a1:b2:c3", "00:1e:8f:11:22:33"


def at(words: str, zone: tzinfo = UTC) -> int:
    """A time as microseconds."""
    return round(datetime.fromisoformat(words).replace(tzinfo=zone).timestamp()) * 1_000_000


CAPTURED = at("2026-11-26 12:00:00")


def table(
    folder: Path,
    content: str | bytes,
    zone: tzinfo = UTC,
    captured: int | None = CAPTURED,
    ports: Container[int] | None = None,
) -> SiteTable:
    """A table with this content; its name says nothing."""
    path = folder / "table"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path, zone, captured, ports)


def bindings(facts: Iterable[SiteFact]) -> list[BindingFact]:
    """The bindings among facts."""
    return [fact for fact in facts if isinstance(fact, BindingFact)]


def clues(facts: Iterable[SiteFact]) -> list[ClueFact]:
    """The clues among facts."""
    return [fact for fact in facts if isinstance(fact, ClueFact)]


def translations(facts: Iterable[SiteFact]) -> list[TranslationFact]:
    """The translations among facts."""
    return [fact for fact in facts if isinstance(fact, TranslationFact)]


def who(facts: Iterable[SiteFact]) -> list[tuple[str, str]]:
    """Addresses and their cards."""
    return [(each.ip, each.mac) for each in bindings(facts)]


def said(facts: Iterable[SiteFact]) -> list[tuple[str, str]]:
    """Fields and values."""
    return [(each.field, each.value) for each in clues(facts)]


def sides(facts: Iterable[SiteFact]) -> list[tuple[str, int, str, int | None]]:
    """Both sides of the translations."""
    return [(each.outside_ip, each.outside_port, each.inside_ip, each.inside_port) for each in translations(facts)]
