"""Times: UTC with microseconds for programs, local with its zone for people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

SECOND = 1_000_000
"""Microseconds."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc(microseconds: int) -> str:
    """Return a time as RFC 3339, UTC."""
    moment = EPOCH + timedelta(microseconds=microseconds)
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def local(microseconds: int) -> str:
    """Return a time as a person at this machine reads it, with its zone."""
    moment = (EPOCH + timedelta(microseconds=microseconds)).astimezone()
    return moment.strftime("%Y-%m-%d %H:%M:%S %Z")


def local_minutes(microseconds: int) -> str:
    """Return a time as a person at this machine reads it, to the minute; the zone stands where it is told of."""
    return (EPOCH + timedelta(microseconds=microseconds)).astimezone().strftime("%Y-%m-%d %H:%M")


def local_ahead(microseconds: int) -> int:
    """Return by how many microseconds the clock of this machine's zone is ahead of UTC at a moment."""
    offset = (EPOCH + timedelta(microseconds=microseconds)).astimezone().utcoffset() or timedelta()
    return round(offset.total_seconds()) * SECOND


def local_span(first: int, last: int) -> str:
    """Return a span of time: the date once if it is one day, a moment if it is one second."""
    begins, ends = (EPOCH + timedelta(microseconds=each) for each in (first, last))
    begins, ends = begins.astimezone(), ends.astimezone()
    if first // SECOND == last // SECOND:
        return local(first)
    until = ends.strftime("%H:%M:%S %Z" if begins.date() == ends.date() else "%Y-%m-%d %H:%M:%S %Z")
    return f"{begins.strftime('%Y-%m-%d %H:%M:%S')} – {until}"


def short(microseconds: int) -> str:
    """Return a length of time as a person measures it: ``31 ms``, ``2.40 s``."""
    if microseconds < 100:
        return "< 0.1 ms"
    if microseconds < SECOND:
        milliseconds = microseconds / 1000
        return f"{milliseconds:.1f} ms" if milliseconds < 10 else f"{milliseconds:.0f} ms"
    return f"{microseconds / SECOND:.2f} s"


def since(microseconds: int) -> str:
    """Return a time since a beginning, in seconds; a network at hand answers within one of a thousand parts."""
    return f"{microseconds / SECOND:.4f} s"
