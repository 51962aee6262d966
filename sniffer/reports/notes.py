"""What a person must know of a live capture as it goes on: each note has a code for programs and a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from sniffer.model.health import Health
from sniffer.reports.escape import for_terminal
from sniffer.reports.moments import SECOND
from sniffer.reports.quality import dropped, received, seconds, share
from sniffer.reports.summary import Summary

PATIENCE = 60 * SECOND
"""Microseconds without any mail after which one asks whether this is the right span: devices send some times an hour,
so it is a question and no fault."""

FLOOD = 50
"""Connections a second that say nothing from which on it is called a flood: a scan of an office is slower."""

FEW = 3
"""Sessions behind which one direction only is no accident."""


class Note(NamedTuple):
    """A note: its code, the interface that it speaks of if it does, its sentence, and whether frames are lost by it."""

    code: str
    subject: str
    text: str
    severe: bool = False


class Course(NamedTuple):
    """How a capture goes: its health now and shortly before, what was judged, and when it began (microseconds)."""

    health: Health
    before: Health | None
    summary: Summary
    began: int


def notes(course: Course) -> list[Note]:
    """Return all notes, the worst first."""
    found = [each for rule in RULES for each in rule(course)]
    return sorted(found, key=lambda each: not each.severe)


def _interfaces(course: Course) -> Iterator[Note]:
    for each in course.health.interfaces:
        name = for_terminal(each.interface)
        if each.gone is not None:
            yield Note(
                "interface-gone", each.interface, f"{name} gives nothing any more: {for_terminal(each.gone)}", True
            )
        elif not each.up:
            yield Note("interface-down", each.interface, f"{name} is down: nothing is heard from it", True)


def _drops(course: Course) -> Iterator[Note]:
    health, before = course.health, course.before
    lost, frames = dropped(health), received(health)
    if lost:
        going_on = before is not None and lost > (dropped(before) or 0)
        part = f" ({share(lost, frames)})" if frames else ""
        words = "drops frames" if going_on else "dropped frames"
        text = f"the kernel {words}, {lost:,} so far{part}: sessions may have gaps; a larger buffer helps"
        yield Note("frames-dropped", "", text, going_on)
    for each in health.interfaces:
        if each.dropped_before:
            text = f"the card or driver of {for_terminal(each.interface)} lost {each.dropped_before:,} frames before us"
            yield Note("frames-lost-before", each.interface, text)
    if health.dropped_by_us:
        text = f"{health.dropped_by_us:,} facts had no room here: sessions may be missing"
        yield Note("facts-dropped", "", text, True)
    if health.lost_writes:
        yield Note("evidence-lost", "", f"{health.lost_writes:,} frames of evidence could not be written", True)


def _floods(course: Course) -> Iterator[Note]:
    health, before = course.health, course.before
    if before is not None and health.time > before.time:
        rate = (health.silent - before.silent) * SECOND / (health.time - before.time)
        if rate >= FLOOD:
            text = f"{rate:,.0f} connections a second say nothing: a flood or a scan; they push out no mail"
            yield Note("connections-flood", "", text)
    if health.evicted:
        text = f"more connections at once than are followed (a flood, a scan): {health.evicted:,} were let go"
        yield Note("connections-evicted", "", text)


def _clock(course: Course) -> Iterator[Note]:
    steps = course.health.clock_steps
    if steps:
        yield Note("clock-set", "", f"the machine's clock was set, last by {seconds(steps[-1])}: times jump there")


def _silence(course: Course) -> Iterator[Note]:
    health = course.health
    waited = health.time - course.began
    if waited < PATIENCE or health.sessions or health.open or course.summary.sessions:
        return
    frames = sum(each.frames for each in health.interfaces)
    heard = f"{frames:,} frames, none" if frames else "nothing at all, and nothing"
    text = f"{heard} of mail in {waited // (60 * SECOND):,} min: is this the right span, and does any device send now?"
    yield Note("nothing-of-mail", "", text)


def _one_sided(course: Course) -> Iterator[Note]:
    quality = course.summary.quality
    if quality.sessions >= FEW and quality.mostly_one_sided:
        text = f"{quality.one_sided:,} of {quality.sessions:,} sessions are seen in one direction only"
        yield Note("one-sided", "", f"{text}: let the switch mirror both, received and sent", True)


RULES: tuple[Callable[[Course], Iterator[Note]], ...] = (_interfaces, _drops, _one_sided, _floods, _clock, _silence)
"""All that is noted; of equal weight in this order."""
