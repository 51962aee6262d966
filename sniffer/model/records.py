"""Records: what an inventory remembers of sensors, runs and devices.  Times are microseconds since 1970, UTC.

Times of runs are the machine's clock; those of devices, sessions and listening are packets' times.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from msgspec import Struct

from sniffer.model.facts import Family
from sniffer.model.findings import Band, DeviceFinding, State, Verdict

RunKind = Literal["live", "captures", "import"]
RunStatus = Literal["running", "full", "partial", "failed", "interrupted"]
"""``partial``: stored, but cut short or not all of it could be read.  ``interrupted``: nobody ever said how it ended,
and nothing of it is stored.  Only ``full`` passes for a full one."""

ManualField = Literal["owner", "name", "location", "ticket", "note"]


class SensorRecord(Struct, frozen=True):
    """A place of capture; sensors of one ``site`` share its private addresses.  Without one it is a site of its own."""

    name: str
    site: str | None = None


class Listening(NamedTuple):
    """A sensor heard everything from ``first`` to ``last``."""

    sensor: str
    first: int
    last: int


class RunStart(Struct, frozen=True, kw_only=True):
    """A run that begins.  ``key`` is its own in all the world (a random UUID): who brings it again brings the same."""

    key: str
    kind: RunKind
    started: int
    sensors: tuple[SensorRecord, ...]


class RunEnd(Struct, frozen=True, kw_only=True):
    """How a run ended.  ``counts`` are numbers for people by name (frames, drops, judged …)."""

    finished: int
    listening: tuple[Listening, ...] = ()
    complete: bool = True
    counts: dict[str, int] = {}
    flags: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class RunRecord(Struct, frozen=True, kw_only=True):
    """A run as it is remembered; ``run`` counts up in the order in which runs began."""

    run: int
    start: RunStart
    status: RunStatus
    end: RunEnd | None = None


class Exemption(NamedTuple):
    """A device of which nobody wants to be told: why, and until when."""

    reason: str
    until: int


class DeviceRecord(Struct, frozen=True, gc=False):
    """A device as it is remembered, by its lasting id.

    ``finding`` is folded from what is stored of it; ``formerly`` are ids that it had before it turned out to be one
    with others.  ``revision`` counts how often the finding changed.  ``facts`` are set by people.
    """

    finding: DeviceFinding
    revision: int
    formerly: tuple[str, ...]
    first_seen: int
    last_seen: int
    sensors: tuple[str, ...] = ()
    facts: dict[ManualField, str] = {}
    exemption: Exemption | None = None

    @property
    def device(self) -> str:
        """Return the lasting id."""
        return self.finding.device


class Before(NamedTuple):
    """A device before a commit, None if it is new, and after it."""

    before: DeviceFinding | None
    after: DeviceFinding


class HistoryRecord(NamedTuple):
    """What was said of a device, or of its use of one service, from a run on; ``service`` is empty for the device.

    ``at`` is when it was said, ``seen`` the end of the data on which it was said.
    """

    device: str
    service: str
    run: int
    at: int
    seen: int
    verdict: Verdict
    band: Band | None
    state: State
    family: Family | None


class DayCount(NamedTuple):
    """Sessions of a day (its first microsecond, UTC) of a device with a service, by family and outcome."""

    day: int
    service: str
    family: Family
    outcome: str | None
    sessions: int
