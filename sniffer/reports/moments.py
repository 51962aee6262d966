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


def local_span(first: int, last: int) -> str:
    """Return a span of time: the date once if it is one day, a moment if it is one second."""
    begins, ends = (EPOCH + timedelta(microseconds=each) for each in (first, last))
    begins, ends = begins.astimezone(), ends.astimezone()
    if first // SECOND == last // SECOND:
        return local(first)
    until = ends.strftime("%H:%M:%S %Z" if begins.date() == ends.date() else "%Y-%m-%d %H:%M:%S %Z")
    return f"{begins.strftime('%Y-%m-%d %H:%M:%S')} – {until}"
