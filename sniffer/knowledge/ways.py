"""``ways.toml``: the ways out for what still logs in with a password."""

from __future__ import annotations

from dataclasses import dataclass

from sniffer.knowledge.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Way(Row):
    """A way out.  ``services`` are those that it leads out of, ``fits`` says when it does, ``catch`` what it costs."""

    name: str
    services: tuple[str, ...]
    host: str | None = None
    ports: tuple[int, ...] = ()
    auth: str
    fits: str
    limits: str | None = None
    catch: str | None = None
    after: str | None = None
    """What ``fits`` says instead once the service's date has passed."""
