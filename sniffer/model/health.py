"""How well a live capture hears: what the kernel and the wire say of it, as it goes on."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace


class InterfaceHealth(Struct, frozen=True):
    """What one interface gave since it was opened.

    ``received`` and ``dropped`` are the kernel's counts: frames that passed the filter, and those of them for which
    our buffer had no room.  ``dropped_before`` are those that the card or its driver lost.  None where the system does
    not count.  ``frames`` and ``octets`` are what reached us, ``giants`` the frames of it that are longer than any wire
    carries (receive offload), ``cut`` those that were captured in part.  ``up`` says how it is now, ``downs`` how often
    it went down, ``gone`` in words why it gives nothing any more.
    """

    interface: str
    up: bool = True
    downs: int = 0
    received: int | None = None
    dropped: int | None = None
    dropped_before: int | None = None
    frames: int = 0
    octets: int = 0
    giants: int = 0
    cut: int = 0
    gone: str | None = None


class Health(Struct, frozen=True):
    """How a live capture goes, at ``time`` (microseconds since 1970, UTC, by the machine's clock).

    ``selected`` are frames of mail and of DNS answers, ``messages`` those of discovery, ``sessions`` the finished ones;
    ``open`` are the connections that are followed now, ``silent`` and ``evicted`` as in a run's counts.
    ``dropped_by_us`` are facts that we had no room for, ``lost_writes`` frames of evidence that could not be written.
    ``clock_steps`` are how far the machine's clock was set, each time, in microseconds; the newest of them.
    """

    time: int
    sensor: str
    interfaces: tuple[InterfaceHealth, ...]
    selected: int = 0
    messages: int = 0
    sessions: int = 0
    open: int = 0
    silent: int = 0
    evicted: int = 0
    dropped_by_us: int = 0
    lost_writes: int = 0
    clock_steps: tuple[int, ...] = ()


def health_since(now: Health, before: Health | None) -> Health:
    """Return how it went since it was last asked; how things are (up, open, gone) is as it is now."""
    if before is None:
        return now
    earlier = {each.interface: each for each in before.interfaces}
    interfaces = tuple(_since(each, earlier.get(each.interface)) for each in now.interfaces)
    counts = {name: getattr(now, name) - getattr(before, name) for name in COUNTS}
    return replace(now, interfaces=interfaces, clock_steps=_new(now.clock_steps, before.clock_steps), **counts)


COUNTS = ("selected", "messages", "sessions", "silent", "evicted", "dropped_by_us", "lost_writes")
OF_INTERFACE = ("received", "dropped", "dropped_before", "downs", "frames", "octets", "giants", "cut")
"""What is counted from the beginning on."""


def _new(steps: tuple[int, ...], before: tuple[int, ...]) -> tuple[int, ...]:
    """Return the steps that came later; of many only the newest are there, before and now."""
    known = next(number for number in range(min(len(steps), len(before)), -1, -1) if _follow(steps, before, number))
    return steps[known:]


def _follow(steps: tuple[int, ...], before: tuple[int, ...], known: int) -> bool:
    return before[len(before) - known :] == steps[:known]


def _since(now: InterfaceHealth, before: InterfaceHealth | None) -> InterfaceHealth:
    if before is None:
        return now
    pairs = {name: (getattr(now, name), getattr(before, name)) for name in OF_INTERFACE}
    return replace(now, **{name: None if one is None else one - (other or 0) for name, (one, other) in pairs.items()})
