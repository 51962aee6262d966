"""Times: UTC with microseconds for programs, local with its zone for people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

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
    """Return a span of time, the date once if it is one day."""
    begins, ends = (EPOCH + timedelta(microseconds=each) for each in (first, last))
    begins, ends = begins.astimezone(), ends.astimezone()
    until = ends.strftime("%H:%M:%S %Z" if begins.date() == ends.date() else "%Y-%m-%d %H:%M:%S %Z")
    return f"{begins.strftime('%Y-%m-%d %H:%M:%S')} – {until}"
