"""Options that several verbs share: their words become values, or a usage error (exit 2)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import platformdirs
import typer

from sniffer.model.findings import VERDICTS

DEFAULT_SENSOR = "default"


def ports(text: str) -> tuple[int, ...]:
    """Return the ports in ``25,587,2500-2525``."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if not first.isdigit() or (last and not last.isdigit()):
            raise typer.BadParameter(f"{part.strip()!r} is no port; write them like 25,587,2500-2525")
        found.extend(range(int(first), int(last or first) + 1))
    if not found or min(found) < 1 or max(found) > 65_535:
        raise typer.BadParameter("ports lie between 1 and 65535; write them like 25,587,2500-2525")
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
    if not all(each.isdigit() and int(each) < 4096 for each in found):
        raise typer.BadParameter("VLANs are numbers from 0 to 4095; write them like 10,20")
    return tuple(int(each) for each in found)


def fail_on(text: str) -> tuple[str, ...]:
    """Return the verdicts that make the run fail."""
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    for each in found:
        if each not in VERDICTS:
            raise typer.BadParameter(f"{each!r} is no verdict; choose from {', '.join(VERDICTS)}")
    return found


def sensors(words: Iterable[str], paths: Iterable[Path]) -> list[tuple[str, Path]]:
    """Return (sensor, path) pairs from ``NAME=PATH`` words and plain paths, which a bare NAME labels."""
    name, named = DEFAULT_SENSOR, []
    for word in words:
        label, equals, path = word.partition("=")
        if not label:
            raise typer.BadParameter(f"{word!r} names no sensor; write it like branch or branch=branch.pcap")
        if equals:
            named.append((label, Path(path)))
        else:
            name = label
    return [*named, *((name, path) for path in paths)]


def configured(context: typer.Context, path: Path | None) -> Path | None:
    """Take defaults from a TOML file: top-level keys, or those in a table named after the verb."""
    chosen = path or platformdirs.user_config_path("sniffer") / "config.toml"
    if path is None and not chosen.is_file():
        return None
    try:
        settings = tomllib.loads(chosen.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{chosen}: {error}; see https://toml.io for the format") from None
    options = {each.name for each in context.command.params}
    table = {key: value for key, value in settings.items() if not isinstance(value, dict)}
    table |= settings.get(context.command.name or "", {})
    defaults: dict[str, Any] = {key.replace("-", "_"): value for key, value in table.items()}
    unknown = sorted(set(defaults) - {str(each) for each in options})
    if unknown:
        raise typer.BadParameter(f"{chosen}: no option {', '.join(unknown)}; see 'sniffer triage --help'")
    context.default_map = {**(context.default_map or {}), **defaults}
    return chosen
