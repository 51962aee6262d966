"""A running capture made by hand: an office on a span, with whatever is asked for."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec.structs import replace
from rich.console import Console

from sniffer.model.facts import SessionFact
from sniffer.model.health import Health, InterfaceHealth
from sniffer.reports.live_view import LiveView
from sniffer.reports.notes import Course
from sniffer.reports.redaction import Redactor
from sniffer.reports.summary import Summary
from sniffer.reports.watched import Newest, Watched, seen
from tests.inference.facts import NOW, attempt, fact, in_tls, judge

SECOND = 1_000_000
LATER = NOW + 751 * SECOND


def busy(devices: int) -> Iterator[SessionFact]:
    """Sessions of so many devices of all kinds, one each."""
    for number in range(devices):
        told: dict[str, Any] = {
            "client": f"10.0.{number // 250}.{number % 250 + 1}",
            "mac": f"00:26:73:00:{number // 256:02x}:{number % 256:02x}",
            "helo": f"RNP0026730000{number:02X}"[:15], "day": number / 86_400,
        }  # fmt: skip
        match number % 5:
            case 0 | 1:
                yield fact(attempt(), **told)
            case 2:
                yield fact(attempt("XOAUTH2"), **told)
            case 3:
                yield in_tls(**told)
            case _:
                yield fact(attempt("PLAIN", "failure"), server="192.0.2.9", banner="220 mail.example.org", **told)


def interfaces(**more: Any) -> tuple[InterfaceHealth, ...]:
    """Two of them, the second as told."""
    counts: dict[str, Any] = {
        "received": 617_283,
        "dropped": 0,
        "dropped_before": 0,
        "frames": 617_283,
        "octets": 400_000_000,
    }
    return InterfaceHealth(interface="eth1", **counts), InterfaceHealth(interface="eth2", **counts | more)


def watched(
    facts: Iterable[SessionFact] = (), now: Health | None = None, key: bytes | None = None, **more: Any
) -> Watched:
    """What there is to see of a capture that heard these sessions."""
    judged, redact, newest, summary = judge(facts), Redactor(key), Newest(), Summary(all_scopes=False)
    for each in judged.sessions:
        summary.session(each)
        newest.session(each)
    shown = summary.devices(judged.devices)
    health = now or Health(LATER, "hq", interfaces(), sessions=summary.sessions, open=3)
    less = tuple(replace(each, frames=each.frames - 2469, octets=each.octets - 1_542_000) for each in health.interfaces)
    before = replace(health, time=health.time - 2 * SECOND, interfaces=less)
    told: dict[str, Any] = {"judged_at": health.time - 3 * SECOND, "until": LATER + 3600 * SECOND} | more
    devices = tuple(seen(each, redact) for each in shown)
    return Watched(Course(health, before, summary, NOW), latest=newest.told(shown, redact), devices=devices, **told)


def drawn(told: Watched, width: int = 80, height: int = 24, *, color: bool = False) -> str:
    """The screen of such a size."""
    stream = io.StringIO()
    console = Console(
        file=stream, width=width, height=height, force_terminal=color, color_system="truecolor" if color else None,
        highlight=False, emoji=False, markup=False, legacy_windows=False,
    )  # fmt: skip
    console.print(LiveView(told), end="")
    return stream.getvalue()
