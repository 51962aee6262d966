"""The inventory as others see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import Connection, Engine

from sniffer.inventory.store import manual, prune, reading, runs
from sniffer.inventory.store.opening import open_engine
from sniffer.inventory.store.opening import reading as reads
from sniffer.inventory.store.opening import writing as writes
from sniffer.inventory.store.place import Place, place_of
from sniffer.inventory.store.prune import COUNTS, DETAILS, Pruned
from sniffer.inventory.store.reading import DeviceFilter
from sniffer.inventory.store.runs import Compare, Outcome
from sniffer.knowledge.catalogue import Catalogue, catalogue
from sniffer.model.findings import DeviceFinding, SessionFinding, Verdict
from sniffer.model.records import (
    DayCount,
    DeviceRecord,
    Exemption,
    HistoryRecord,
    Listening,
    ManualField,
    RunEnd,
    RunRecord,
    RunStart,
    SensorRecord,
)

T = TypeVar("T")

EVERYTHING = DeviceFilter()


class _Undone(Exception):  # noqa: N818 - no error
    """What was done is to be taken back."""


class Store:
    """An inventory.  Each call is one transaction; all raise ``StoreError``, and what was stored before stays.

    ``name`` is what messages call it.
    """

    def __init__(self, engine: Engine, place: Place) -> None:
        self._engine = engine
        self.name = place.name

    @classmethod
    def open(cls, url: str | None = None, *, create: bool = True, password_file: Path | None = None) -> Self:
        """Open the inventory that a URL or a file's path names, the user's own without one.

        One that is not there is made if ``create`` says so; one of an older schema is brought up to date.
        """
        place = place_of(url, password_file)
        return cls(open_engine(place, create=create), place)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def reading(self) -> AbstractContextManager[Connection]:
        """Give a connection that sees one state of the inventory, to those who read it whole (bundles)."""
        return reads(self._engine, self.name)

    def writing(self) -> AbstractContextManager[Connection]:
        """Give the one connection that writes, all or nothing, to those who bring what others stored (bundles)."""
        return writes(self._engine, self.name)

    # -- runs --------------------------------------------------------------------------------------

    def begin(self, start: RunStart) -> int:
        """Store that a run begins, and return its number.  A run with a known key has its number already."""
        return self._write(lambda connection: runs.begin(connection, start))

    def commit(
        self,
        run: int,
        sessions: Iterable[SessionFinding],
        devices: Iterable[DeviceFinding],
        end: RunEnd,
        *,
        known: Catalogue | None = None,
        compare: Compare = lambda _, __: (),
    ) -> Outcome:
        """Store what a run found, whole or not at all, and return what that changed.

        ``sessions`` and ``devices`` are of one judgement: a session's device is one of them by its id in the run.
        Only those of our side are stored.  ``compare`` gives the changes (structures of msgspec with ``kind`` and
        ``device``) from a device before to the same device after; they are stored with the run.
        """
        with writes(self._engine, self.name) as connection:
            return runs.commit(connection, run, sessions, devices, end, known or catalogue(), compare)

    def fail(self, run: int, end: RunEnd) -> None:
        """Store that a run failed; nothing of it counts."""
        self._write(lambda connection: runs.fail(connection, run, end))

    def runs(self, since: int = 0) -> list[RunRecord]:
        """Return the runs that began since a time, the newest first."""
        return self._read(lambda connection: reading.runs(connection, since))

    def listening(self, since: int = 0, until: int | None = None) -> list[Listening]:
        """Return when sensors listened, by sensor and time; intervals may overlap."""
        return self._read(lambda connection: reading.heard_between(connection, since, until))

    def heard_until(self) -> int | None:
        """Return the end of the data of all sensors; None without any."""
        return self._read(reading.heard_until)

    def sensors(self) -> list[SensorRecord]:
        """Return the sensors by name."""
        return self._read(reading.sensors)

    # -- devices -----------------------------------------------------------------------------------

    def devices(self, wanted: DeviceFilter = EVERYTHING, *, evidence: bool = False) -> list[DeviceRecord]:
        """Return devices by verdict, the most urgent first, then by id; their evidence only if asked for."""
        return self._read(lambda connection: reading.devices(connection, wanted, evidence=evidence))

    def spoken_of(self) -> list[DeviceRecord]:
        """Return the devices of which people said something: facts, or an exemption, also one that is over."""
        return self._read(reading.spoken_of)

    def device(self, word: str) -> list[DeviceRecord]:
        """Return the devices that a word names: an id, also a former one, a card, an address, a name, a mailbox."""
        return self._read(lambda connection: reading.device_of(connection, word))

    def sessions(self, device: str, since: int = 0, until: int | None = None) -> Iterator[SessionFinding]:
        """Give the sessions of a device that began since a time, and before ``until``, oldest first."""
        with reads(self._engine, self.name) as connection:
            yield from reading.sessions(connection, device, since, until)

    def days(self, device: str) -> list[DayCount]:
        """Return how many sessions a device had each day, also those of which only that is left."""
        return self._read(lambda connection: reading.days(connection, device))

    def history(self, device: str) -> list[HistoryRecord]:
        """Return what was said of a device and its services, when that changed, oldest first."""
        return self._read(lambda connection: reading.history_of(connection, device))

    def past(self) -> dict[str, dict[str, Verdict]]:
        """Return the last verdict of each device's services that was not ``unknown``, by the device's id."""
        return self._read(reading.past)

    def changes(self, since: int, kind: type[T]) -> list[tuple[T, int, bool]]:
        """Return the changes stored since a time (change, run, silenced), oldest first; ``kind`` is their structure."""
        return self._read(lambda connection: reading.changes(connection, since, kind))

    # -- people ------------------------------------------------------------------------------------

    def set_fact(self, device: str, field: ManualField, value: str | None, at: int) -> None:
        """Set what a person says of a device (its lasting id, or a former one); None takes it away.

        Raises ``LookupError`` for an id that no device has.
        """
        self._write(lambda connection: manual.set_fact(connection, device, field, value, at))

    def exempt(self, device: str, exemption: Exemption | None, at: int) -> None:
        """Have a device's changes silenced until a time; None ends it.  Raises ``LookupError`` as ``set_fact``."""
        self._write(lambda connection: manual.exempt(connection, device, exemption, at))

    def prune(self, now: int, details: int = DETAILS, counts: int = COUNTS, *, only_count: bool = False) -> Pruned:
        """Make counts of sessions older than so many days, and forget counts older than so many.

        ``only_count`` says what would go, and leaves all as it was.
        """
        with suppress(_Undone), writes(self._engine, self.name) as connection:
            found = prune.prune(connection, now, details, counts)
            if only_count:
                raise _Undone
        return found

    def _read(self, question: Callable[[Connection], T]) -> T:
        with reads(self._engine, self.name) as connection:
            return question(connection)

    def _write(self, change: Callable[[Connection], T]) -> T:
        with writes(self._engine, self.name) as connection:
            return change(connection)
