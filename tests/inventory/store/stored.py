"""Runs as the program makes them: facts, judged through the spool, and stored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete

from sniffer.inventory.store import Outcome, Store
from sniffer.inventory.store.schema import metadata
from sniffer.model.facts import SessionFact
from sniffer.model.findings import DeviceFinding
from sniffer.model.records import DeviceRecord, Listening, RunEnd, RunStart, SensorRecord
from tests.inference.facts import DAY, NOW, judge

NUMBERS = iter(range(1_000_000))


def start(*sensors: str | SensorRecord, key: str | None = None, at: int = NOW) -> RunStart:
    """A run that begins."""
    named = tuple(SensorRecord(each) if isinstance(each, str) else each for each in sensors or ("default",))
    return RunStart(key=key or f"run-{next(NUMBERS)}", kind="captures", started=at, sensors=named)


def end(day: float = 0, *, complete: bool = True, listening: Iterable[Listening] = ()) -> RunEnd:
    """A run that ends, so many days after the first session."""
    return RunEnd(finished=NOW + round(day * DAY), complete=complete, listening=tuple(listening))


def load(
    store: Store,
    *facts: SessionFact,
    sensors: Iterable[str | SensorRecord] = (),
    key: str | None = None,
    day: float = 0,
    listening: Iterable[Listening] = (),
    compare: Any = None,
    boxes: Iterable[Any] = (),
) -> Outcome:
    """Judge facts as one run, and store it."""
    found = judge(facts, boxes=boxes)
    day = max([day, *((each.start - NOW) / DAY for each in facts)])
    run = store.begin(start(*sensors, key=key))
    more = {"compare": compare} if compare else {}
    return store.commit(run, found.sessions, found.devices, end(day, listening=listening), **more)


def emptied(store: Store) -> Store:
    """An inventory with nothing in it any more."""
    with store.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))
    return store


def only(store: Store) -> DeviceRecord:
    """The only device."""
    (record,) = store.devices(evidence=True)
    return record


def plain(finding: DeviceFinding) -> tuple[str, str, str]:
    """What is said of a device."""
    return finding.verdict, finding.state, finding.services[0].service
