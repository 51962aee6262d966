"""What is said of a running capture where nobody watches a screen: lines for a journal, few enough to be read.

A line for each device of which something else is said than before, one for each change of health, and now and then one
of statistics.  Sessions have none of their own: a busy site would write thousands an hour.
"""

from __future__ import annotations

from collections.abc import Iterator

from sniffer.model import limits
from sniffer.reports.escape import for_terminal
from sniffer.reports.live_view import clock
from sniffer.reports.moments import local
from sniffer.reports.notes import notes
from sniffer.reports.quality import dropped, received, share
from sniffer.reports.watched import Seen, Watched

OVER = {
    "interface-down": "{subject} is up again",
    "nothing-of-mail": "mail is seen now",
    "one-sided": "both directions are seen of most sessions now",
    "connections-flood": "the flood of silent connections is over",
}
"""What is said when a note no longer holds; of others their end is no news."""


def quiet_lines(before: Watched | None, now: Watched) -> Iterator[str]:
    """Give the lines that ``now`` adds to what was said of ``before``, each with its time; harmless for a terminal."""
    when = local(now.health.time)
    for text in _lines(before, now):
        yield f"{when}  {for_terminal(text)}"


def _lines(before: Watched | None, now: Watched) -> Iterator[str]:
    if before is None:
        names = ", ".join(each.interface for each in now.health.interfaces)
        yield f"listening on {names} ({now.health.sensor}){f'; evidence goes to {now.writes}' if now.writes else ''}"
    yield from _changes(before, now)
    if before is None or before.judged_at != now.judged_at:
        yield from _devices(before, now)
    if before is not None and _turn(now) != _turn(before):
        yield _statistics(now)


def _turn(watched: Watched) -> int:
    return (watched.health.time - watched.course.began) // limits.QUIET_STATISTICS


def _changes(before: Watched | None, now: Watched) -> Iterator[str]:
    held = {(note.code, note.subject): note for note in notes(before.course)} if before else {}
    holding = {(note.code, note.subject): note for note in notes(now.course)}
    yield from (note.text for key, note in holding.items() if key not in held)
    gone = {each.interface for each in now.health.interfaces if each.gone is not None}
    for code, subject in held.keys() - holding.keys():
        if code in OVER and subject not in gone:
            yield OVER[code].format(subject=subject)


def _devices(before: Watched | None, now: Watched) -> Iterator[str]:
    known = {each.device: each for each in before.devices} if before else {}
    changed = [each for each in now.devices if not _same(known.get(each.device), each)]
    for each in changed[: limits.QUIET_FINDINGS]:
        yield _device(each)
    if len(changed) > limits.QUIET_FINDINGS:
        yield f"and {len(changed) - limits.QUIET_FINDINGS:,} more devices that are new or changed"


def _same(before: Seen | None, now: Seen) -> bool:
    return before is not None and (before.verdict, before.state) == (now.verdict, now.state)


def _device(each: Seen) -> str:
    about = ", ".join(part for part in (each.address if each.name else "", each.made) if part)
    name = each.name or each.address or each.device
    state = f", {each.state}" if each.state else ""
    return f"{name}{f' ({about})' if about else ''}: {each.verdict}{state}; {each.service}"


def _statistics(now: Watched) -> str:
    health, summary = now.health, now.course.summary
    frames, lost = received(health), dropped(health)
    got = sum(each.frames for each in health.interfaces) if frames is None else frames
    drops = f"{lost:,} dropped ({share(lost, got)})" if lost else "none dropped"
    drops = "drops not counted" if lost is None else drops
    return (
        f"{clock(health.time - now.course.began)}: {got:,} frames, {drops}; {summary.sessions:,} sessions,"
        f" {summary.judged:,} judged; {summary.verdicts.total():,} devices, {summary.verdicts['affected']:,} affected"
    )
