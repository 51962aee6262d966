"""How well a capture heard: the figures at the foot, by which the rest can be trusted.

What a live capture counts stands in ``model.health``; what the sessions themselves show (gaps, one direction only,
joined late) is counted here, for captures from files too.  What a kernel does not count is None, never 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sniffer.inference.quality import FAULTS, faults
from sniffer.model.findings import SessionFinding
from sniffer.model.health import Health, InterfaceHealth
from sniffer.reports.escape import for_terminal
from sniffer.reports.missing import rounded
from sniffer.reports.moments import SECOND
from sniffer.reports.words import number_of

MOSTLY = 0.5
"""Share of sessions seen in one direction from which on the span is set up so, and not unlucky."""

OFTEN = 0.1
"""Share of sessions with frames that came twice from which on the span mirrors a way at both its ends."""


def counted(numbers: Iterable[int | None]) -> int | None:
    """Return the sum of what was counted, None where nobody counts."""
    known = [each for each in numbers if each is not None]
    return sum(known) if known else None


def received(health: Health) -> int | None:
    """Return the frames that passed the kernel's filter."""
    return counted(each.received for each in health.interfaces)


def dropped(health: Health) -> int | None:
    """Return the frames for which the kernel had no room."""
    return counted(each.dropped for each in health.interfaces)


def share(part: int, whole: int) -> str:
    """Return a share as people read it, never rounded to nothing or to all: ``0.03 %``."""
    if not part or not whole:
        return "0 %"
    percent = 100 * part / whole
    if percent < 0.01:
        return "< 0.01 %"
    return f"{percent:.2f} %" if percent < 1 else f"{min(percent, 99.9 if part < whole else 100):.3g} %"


@dataclass(slots=True)
class Quality:
    """Counts how well sessions were seen; give it those that are reported.

    ``whole`` lack nothing; a session that lacks several things counts in each.  ``gap_bytes`` is the most that may be
    missing, ``copied`` the sessions with frames that came twice, ``unfinished`` those whose end was not seen.
    """

    sessions: int = 0
    whole: int = 0
    gaps: int = 0
    gap_bytes: int = 0
    one_sided: int = 0
    late: int = 0
    cut: int = 0
    copied: int = 0
    unfinished: int = 0
    _lacking: Counter[str] = field(default_factory=Counter)

    def session(self, finding: SessionFinding) -> None:
        """Count a session."""
        seen = finding.fact.quality
        self.sessions += 1
        self.copied += seen.duplicates > 0
        self.unfinished += not seen.end_seen
        lacking = faults(seen)
        if not lacking:
            self.whole += 1
            return
        self.gaps += seen.gap_bytes > 0
        self.gap_bytes += rounded(seen.gap_bytes)
        self.one_sided += seen.one_sided
        self.late += not seen.start_seen
        self.cut += seen.snaplen_cut
        self._lacking.update(lacking)

    @property
    def mostly_one_sided(self) -> bool:
        """Say whether the span shows one direction only."""
        return self.sessions > 0 and self.one_sided >= MOSTLY * self.sessions

    def lines(self, health: Health | None = None) -> list[str]:
        """Return the foot, a sentence a line: only what matters, one line where nothing was lost."""
        bad = [*(_lost(health) if health else ()), *self._in_part()]
        if not bad:
            bad = [self._all_well(health)] if health or self.sessions else []
        return [*bad, *(_uncounted(health) if health else ()), *self._copies()]

    def row(self, health: Health | None = None) -> dict[str, Any]:
        """Return the same for programs: keys are stable, what is not known or was not live is None."""
        seen = self.sessions
        return {
            **_health_row(health),
            "sessions": {
                "seen": seen,
                "whole": self.whole,
                "gaps": self.gaps,
                "gap_bytes": self.gap_bytes,
                "one_sided": self.one_sided,
                "one_sided_share": round(self.one_sided / seen, 4) if seen else None,
                "joined_late": self.late,
                "snaplen_cut": self.cut,
                "duplicated": self.copied,
                "unfinished": self.unfinished,
            },
        }

    def _all_well(self, health: Health | None) -> str:
        whole = f"{_all_sessions(self.sessions)} seen whole" if self.sessions else ""
        if health is None:
            return f"Nothing is missing: {whole}."
        frames, lost = received(health), dropped(health)
        if frames is None or lost is None:
            frames = sum(each.frames for each in health.interfaces)
            heard = f"{number_of(frames, 'frame')} received"
        else:
            heard = f"{number_of(frames, 'frame')} received, none dropped"
        return (
            f"Nothing was lost{' as far as is known' if lost is None else ''}: {heard}{'; ' if whole else ''}{whole}."
        )

    def _in_part(self) -> Iterator[str]:
        in_part = self.sessions - self.whole
        if not in_part:
            return
        lacks = [f"{self._lacking[words]:,} {words}" for words, _ in FAULTS if self._lacking[words]]
        were = "was" if in_part == 1 else "were"
        most = f" (at most {self.gap_bytes:,} bytes missing)" if self.gap_bytes else ""
        yield f"{in_part:,} of {number_of(self.sessions, 'session')} {were} seen in part: {', '.join(lacks)}{most}."
        if self.mostly_one_sided:
            yield "The span shows one direction only: let the switch mirror both, received and sent."

    def _copies(self) -> Iterator[str]:
        if self.copied > OFTEN * self.sessions:
            shown = number_of(self.copied, "session")
            yield f"Frames of {shown} came twice (a way mirrored at both its ends); copies change no verdict."


def _lost(health: Health) -> Iterator[str]:
    """Say what of the wire did not reach a session."""
    frames, lost = received(health), dropped(health)
    if lost:
        part = f" ({share(lost, frames)})" if frames else ""
        heard = f"{number_of(frames, 'frame')} received, " if frames else ""
        yield f"{heard}{lost:,} of them dropped by the kernel{part}: it had no room. A larger buffer helps."
    for each in health.interfaces:
        yield from _lost_by(each)
    if health.dropped_by_us:
        yield f"{number_of(health.dropped_by_us, 'fact')} left out by us for want of room: sessions may be missing."
    if health.lost_writes:
        yield f"{number_of(health.lost_writes, 'frame')} of evidence could not be written."
    if health.clock_steps:
        times = "once" if len(health.clock_steps) == 1 else f"{len(health.clock_steps)} times"
        most = max(health.clock_steps, key=abs)
        yield f"The clock was set {times} meanwhile, by {seconds(most)} at most: times before and after differ."


def _lost_by(each: InterfaceHealth) -> Iterator[str]:
    name = for_terminal(each.interface)
    if each.gone is not None:
        yield f"{name} gave nothing any more before the end: {for_terminal(each.gone)}."
    elif not each.up:
        yield f"{name} was down at the end."
    if each.downs and (each.up or each.gone is not None or each.downs > 1):
        yield f"{name} went down {'once' if each.downs == 1 else f'{each.downs:,} times'}: nothing was heard meanwhile."
    if each.dropped_before:
        yield f"{number_of(each.dropped_before, 'frame')} lost by the card or driver of {name} before they reached us."
    if each.cut:
        yield f"{number_of(each.cut, 'frame')} of {name} captured in part."


def _uncounted(health: Health) -> Iterator[str]:
    names = [for_terminal(each.interface) for each in health.interfaces if each.dropped is None]
    if names:
        yield f"The system does not count what it drops on {', '.join(names)}."


def _health_row(health: Health | None) -> dict[str, Any]:
    """Return the counts of a live capture, None all of them where there was none."""
    if health is None:
        names = (
            "received", "dropped", "dropped_before", "dropped_by_us", "lost_writes", "frames", "octets", "giants",
            "cut", "interface_downs", "interfaces_gone", "clock_steps",
        )  # fmt: skip
        return dict.fromkeys(names)
    each = health.interfaces
    return {
        "received": received(health),
        "dropped": dropped(health),
        "dropped_before": counted(one.dropped_before for one in each),
        "dropped_by_us": health.dropped_by_us,
        "lost_writes": health.lost_writes,
        "frames": sum(one.frames for one in each),
        "octets": sum(one.octets for one in each),
        "giants": sum(one.giants for one in each),
        "cut": sum(one.cut for one in each),
        "interface_downs": sum(one.downs for one in each),
        "interfaces_gone": sum(one.gone is not None for one in each),
        "clock_steps": list(health.clock_steps),
    }


def seconds(microseconds: int) -> str:
    """Return how far a clock was set, with its sign: ``+3.2 s``."""
    return f"{microseconds / SECOND:+,.1f} s"


def _all_sessions(number: int) -> str:
    return "the only session was" if number == 1 else f"all {number:,} sessions were"
