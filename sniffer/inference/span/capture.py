"""How it was captured: what could not be read, drops, cut and joined frames, the clock."""

from __future__ import annotations

from collections.abc import Iterator

from sniffer.inference.span import thresholds
from sniffer.inference.span.words import duration, moment, plural
from sniffer.model.survey import Clock, Figures, Level, SpanFinding, Survey


def nothing(survey: Survey) -> SpanFinding:
    """No frame at all."""
    where = f"in {survey.seconds:.0f} s" if survey.seconds is not None else "in what could be read"
    reason = "Nothing can be said of this point: either nothing is sent here, or nothing is copied to it."
    return SpanFinding("no-frames", "problem", f"no frame {where}", reason, {}, ("mirror-session", "interface-up"))


def unread(survey: Survey) -> SpanFinding | None:
    """Files and interfaces that could not be read."""
    if not survey.unread:
        return None
    title = f"{plural(len(survey.unread), 'input')} could not be read, or not to the end"
    return SpanFinding("unread", "problem", title, " ".join(survey.unread[:3]), {"inputs": len(survey.unread)})


def drops(survey: Survey) -> SpanFinding | None:
    """What the kernel or the card lost, where somebody counted."""
    if not survey.interfaces:
        return None
    counted = [each for each in survey.interfaces if each.dropped is not None]
    dropped = sum(each.dropped or 0 for each in counted)
    before = sum(each.dropped_before or 0 for each in survey.interfaces)
    received = sum(each.received or each.frames for each in survey.interfaces)
    figures: Figures = {
        "received": received, "dropped": dropped if counted else None, "dropped_before": before,
    }  # fmt: skip
    if not counted:
        return SpanFinding("drops", "unknown", "the system does not count dropped frames", "Loss above tells.", figures)
    downs = sum(each.downs for each in survey.interfaces)
    said = f" The interface went down {downs} times." if downs else ""
    reason = f"{dropped:,} of {received:,} frames by the kernel, {before:,} by the card or its driver.{said}"
    if not dropped and not before:
        calm: Level = "note" if downs else "fine"
        return SpanFinding("drops", calm, "no frame was dropped on this machine", reason, figures)
    level: Level = "problem" if dropped + before >= thresholds.DROPPED * max(received, 1) else "note"
    return SpanFinding("drops", level, "this machine drops frames", reason, figures, ("buffer", "ring"))


def snaplen(survey: Survey) -> SpanFinding:
    """Frames that were captured in part."""
    figures: Figures = {
        "cut": survey.cut, "cut_mail": survey.cut_mail, "snaplen": survey.snaplen or None,
    }  # fmt: skip
    if not survey.cut:
        reason = f"{survey.ip:,} IP packets, none of them cut."
        return SpanFinding("snaplen", "fine", "frames are captured whole", reason, figures)
    reason = f"{survey.cut:,} of {survey.ip:,} IP packets are cut, {survey.cut_mail:,} of them of mail;"
    reason += f" the longest of these has {survey.snaplen:,} bytes. What is cut off is a gap: no login in it is judged."
    level: Level = "problem" if survey.cut_mail or not survey.mail.connections else "note"
    return SpanFinding("snaplen", level, "frames are cut short", reason, figures, ("snaplen",))


def giants(survey: Survey) -> SpanFinding | None:
    """Frames that no wire carries: a card or a kernel has joined segments, or not yet cut them."""
    figures: Figures = {
        "giants": survey.giants, "longest": survey.longest, "largest_mss": survey.largest_mss or None,
        "unsegmented": survey.unsegmented,
    }  # fmt: skip
    if not survey.giants and not survey.unsegmented:
        reason = f"The longest has {survey.longest:,} bytes."
        return SpanFinding("giants", "fine", "frames are as long as on the wire", reason, figures)
    usual = 0 < survey.largest_mss <= thresholds.USUAL_MSS
    joined = usual or survey.longest > thresholds.JUMBO or survey.unsegmented > 0
    reason = f"{survey.giants:,} frames are longer than Ethernet's usual, up to {survey.longest:,} bytes. "
    if survey.unsegmented:
        reason += f"{survey.unsegmented:,} were captured before the card had cut them: on the sending host. "
    if not joined:
        title = "jumbo frames, or joined ones"
        return SpanFinding("giants", "note", title, reason + "Both are read like any other.", figures, ("offload",))
    reason += "They are read like any other, but take a full snapshot length, and hide how records were sent."
    return SpanFinding("giants", "note", "a card or kernel joins frames (offload)", reason, figures, ("offload",))


def clock(survey: Survey) -> SpanFinding:
    """Times that cannot be: sessions, leases and names are joined by time."""
    clocks = [each for each in survey.clocks if each.frames]
    figures: Figures = {
        "backwards": sum(each.backwards for each in clocks),
        "furthest_back": max((each.furthest_back for each in clocks), default=0),
        "longest_silence": max((each.silence for each in clocks), default=0),
    }
    wrong, uneven = (
        [f"{each.name}: {said}" if len(clocks) > 1 else said for each in clocks for said in ask(each)]
        for ask in (_wrong, _uneven)
    )
    reason = "; ".join([*wrong, *uneven])
    if wrong:
        return SpanFinding("clock", "problem", "the clock cannot be trusted", f"{reason}.", figures, ("clock",))
    if uneven:
        return SpanFinding("clock", "note", "the clock is not quite even", f"{reason}.", figures, ("clock",))
    begin, end = min((each.first for each in clocks), default=0), max((each.last for each in clocks), default=0)
    reason = f"From {moment(begin)}, {duration(end - begin)}."
    return SpanFinding("clock", "fine", "the clock runs evenly", reason, figures)


def _wrong(clock: Clock) -> Iterator[str]:
    """Say what is wrong with a clock."""
    begin, end = min(clock.first, clock.last), max(clock.first, clock.last)
    if not thresholds.YEAR_2000 < begin <= end < thresholds.YEAR_2100:
        yield f"times cannot be right (from {moment(begin)})"
    if clock.stands_still and clock.frames >= thresholds.FEW_FRAMES:
        yield f"all {clock.frames:,} frames have one time"
    if clock.furthest_back >= thresholds.BACKWARDS:
        yield f"it goes back {_times(clock)}"


def _uneven(clock: Clock) -> Iterator[str]:
    """Say what is not as it should be with a clock, and does little harm."""
    if thresholds.SHUFFLED <= clock.furthest_back < thresholds.BACKWARDS:
        yield f"it goes back {_times(clock)}"
    if clock.grain > 1 and clock.frames >= thresholds.FEW_FRAMES and not clock.stands_still:
        yield f"it counts in steps of {duration(clock.grain)}: delays within a session tell little"
    spoken = clock.last - clock.first - clock.silence  # the jump itself says nothing of how often frames come
    if clock.silence >= thresholds.PAUSE and clock.frames * 1_000_000 >= spoken > 0:
        yield f"it jumps ahead by {duration(clock.silence)}: paused, or the clock was set"


def _times(clock: Clock) -> str:
    return f"{plural(clock.backwards, 'time')}, by up to {duration(clock.furthest_back)}"
