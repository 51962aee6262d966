"""A fleet's inventory, measured: two sensors store at the same time, then questions are asked; nothing lost or doubled.

    python -m tests.bench.fleet                          # its own PostgreSQL: 2 x 10,000 devices x 1,000,000 sessions
    python -m tests.bench.fleet --devices 200 --sessions 5000

Of ten devices two are seen by both sensors, by their cards, and every other session of theirs is; one is known by its
address only, which is somebody else's at the other site; the rest have cards that one sensor sees.  One in a hundred
moves to OAuth in the last run.  All of that is known, so what is in the inventory is held against it.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache
from typing import NamedTuple

from msgspec.structs import replace
from sqlalchemy import func, select

from sniffer.inference.changes import changes
from sniffer.inference.devices import device_id
from sniffer.inventory.store import PASSWORD, DeviceFilter, Store
from sniffer.inventory.store.schema import observation, session
from sniffer.knowledge.catalogue import catalogue
from sniffer.model.changes import Change
from sniffer.model.findings import Address, Attribution, DeviceFinding, Interface, SessionFinding
from sniffer.model.records import Listening, RunEnd, RunStart, SensorRecord
from tests.inference.facts import DAY, NOW, attempt, fact, judge
from tests.lab import database

SENSORS = ("hq", "branch")
DAYS = 25
AS_OF = date(2026, 12, 1)


class Plan(NamedTuple):
    """How much each sensor stores, in how many runs."""

    devices: int
    sessions: int
    runs: int = 5

    @property
    def each(self) -> int:
        """Sessions of a device at a sensor."""
        return self.sessions // self.devices


class Truth(NamedTuple):
    """What must be in the inventory, and nothing else."""

    devices: int
    sessions: int
    observations: int
    migrated: int
    at_both: int


def truth(plan: Plan) -> Truth:
    """What the plan comes to."""
    shared = sum(map(is_shared, range(plan.devices)))
    own = (plan.devices - shared) * len(SENSORS)
    common = shared * ((plan.each + 1) // 2)
    stored = plan.devices * plan.each * len(SENSORS)
    migrated = sum(moves(place) * (1 if is_shared(place) else 2) for place in range(plan.devices))
    return Truth(shared + own, stored - common, stored, migrated, shared)


def is_shared(place: int) -> bool:
    """Whether both sensors see a device."""
    return place % 10 < 2


def is_address(place: int) -> bool:
    """Whether no card of a device is seen."""
    return place % 10 == 2


def moves(place: int) -> bool:
    """Whether a device moves to OAuth."""
    return place % 100 == 7


# -- what is stored --------------------------------------------------------------------------------


class Box(NamedTuple):
    """A device of a sensor."""

    place: int
    finding: DeviceFinding
    before: SessionFinding
    after: SessionFinding


def box(place: int, sensor: str) -> Box:
    """A device, cloned from one that was judged."""
    where = 0 if is_shared(place) else 1 + SENSORS.index(sensor)
    mac = f"00:26:73:{where:02x}:{place >> 8 & 255:02x}:{place & 255:02x}"
    ip = f"10.{place >> 16 & 255}.{place >> 8 & 255}.{place & 255}"
    carded = not is_address(place)
    device = device_id(mac if carded else f"{sensor} {ip}")
    name = f"RNP{mac.replace(':', '').upper()}" if carded else None
    template, basic, oauth = judged(sensor)
    finding = replace(
        template, device=device, name=name, addresses=(Address(ip, sensor, NOW, NOW),), evidence=(),
        interfaces=(Interface(mac, "global", sensor),) if carded else (),
    )  # fmt: skip
    owner = Attribution(mac, mac) if carded else Attribution(f"{sensor} {ip}")
    made = []
    for each in (basic, oauth):
        own = replace(
            each.fact, client_ip=ip, client_mac=mac if carded else None, on_link=carded,
            speech=replace(each.fact.speech, helo=name, banner=None),
        )  # fmt: skip
        made.append(replace(each, fact=own, device=device, owner=owner))
    return Box(place, finding, *made)


@cache
def judged(sensor: str) -> tuple[DeviceFinding, SessionFinding, SessionFinding]:
    """A device, and its sessions with Basic and with OAuth."""
    found = judge([fact(attempt(), sensor=sensor)])
    later = judge([fact(attempt("XOAUTH2"), sensor=sensor)])
    return found.device, found.session, later.session


def sessions(boxes: Iterable[Box], sensor: str, plan: Plan, run: int) -> Iterator[SessionFinding]:
    """The sessions of a run, in the order of devices."""
    first, last = plan.each * run // plan.runs, plan.each * (run + 1) // plan.runs
    for each in boxes:
        made = each.after if moves(each.place) and run == plan.runs - 1 else each.before
        for number in range(first, last):
            both = is_shared(each.place) and number % 2 == 0
            key = f"{'' if both else sensor} {each.place} {number}".encode()
            start = NOW + DAYS * DAY * number // plan.each + each.place
            yield replace(made, fact=replace(
                made.fact, session=f"s-{hashlib.blake2b(key, digest_size=8).hexdigest()}", start=start,
                end=start + 1_000_000, client_port=49_152 + number % 16_000,
            ))  # fmt: skip


def seen(each: Box, plan: Plan, run: int) -> DeviceFinding:
    """A device as a run saw it."""
    first, last = (NOW + DAYS * DAY * (run + end) // plan.runs for end in (0, 1))
    return replace(
        each.finding,
        addresses=tuple(replace(one, first_seen=first, last_seen=last) for one in each.finding.addresses),
        services=tuple(replace(one, first_seen=first, last_seen=last) for one in each.finding.services),
    )


def load(url: str, sensor: str, plan: Plan) -> None:
    """Store the runs of a sensor, one after the other."""
    known = catalogue()

    def compare(before: DeviceFinding | None, after: DeviceFinding) -> list[Change]:
        return changes(before, after, known, AS_OF)

    boxes = [box(place, sensor) for place in range(plan.devices)]
    with Store.open(url) as store:
        for run in range(plan.runs):
            begun = time.perf_counter()
            first, last = (NOW + DAYS * DAY * (run + end) // plan.runs for end in (0, 1))
            start = RunStart(key=f"{sensor}-{run}", kind="live", started=first, sensors=(SensorRecord(sensor),))
            outcome = store.commit(
                store.begin(start), sessions(boxes, sensor, plan, run), [seen(each, plan, run) for each in boxes],
                RunEnd(finished=last, listening=(Listening(sensor, first, last),)), known=known, compare=compare,
            )  # fmt: skip
            took = time.perf_counter() - begun
            counted = outcome.sessions
            print(f"{sensor} run {run}: {counted.new:,} new, {counted.known:,} known in {took:.1f} s", flush=True)


def load_all(url: str, plan: Plan) -> float:
    """Have each sensor store in a process of its own, all at once; return the seconds that took."""
    begun = time.perf_counter()
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=load, args=(url, sensor, plan)) for sensor in SENSORS]
    for each in processes:
        each.start()
    for each in processes:
        each.join()
    assert [each.exitcode for each in processes] == [0] * len(SENSORS)
    return time.perf_counter() - begun


# -- what is there ---------------------------------------------------------------------------------


def found(store: Store) -> Truth:
    """What is in the inventory."""
    records = store.devices()
    with store.reading() as connection:
        numbered, seen_ = (
            int(connection.execute(select(func.count()).select_from(table)).scalar_one())
            for table in (session, observation)
        )
    said = Counter(change.kind for change, _, _ in store.changes(0, Change))
    at_both = sum(len(each.sensors) == len(SENSORS) for each in records)
    return Truth(len(records), numbered, seen_, said["migrated"], at_both)


def sample(store: Store, plan: Plan) -> None:
    """Look at one device of each sort."""
    for place in (0, 2, 5, 7):
        for sensor in SENSORS:
            made = box(place, sensor).finding
            (record,) = store.device(made.interfaces[0].mac if made.interfaces else made.device)
            number = sum(each.sessions for each in store.days(record.device))
            assert number == (2 * plan.each - (plan.each + 1) // 2 if is_shared(place) else plan.each)
            assert record.finding.state == ("migrated" if moves(place) else "working")


def ask(store: Store) -> dict[str, tuple[int, float]]:
    """Ask, and return how much was found in how many seconds, the better of two."""
    last = NOW + DAYS * DAY
    questions: dict[str, Callable[[], int]] = {
        "devices": lambda: len(store.devices()),
        "devices --verdict affected --sensor hq": lambda: len(
            store.devices(DeviceFilter(verdicts=("affected",), sensor="hq"))
        ),
        "devices --seen-since": lambda: len(store.devices(DeviceFilter(since=last))),
        "changes, all": lambda: len(store.changes(0, Change)),
        "changes --since the last run": lambda: len(store.changes(last, Change)),
        "device": lambda: len(store.device("10.0.0.5")),
        "sessions of a device": lambda: len(list(store.sessions(store.device("10.0.0.5")[0].device))),
        "scans": lambda: len(store.runs()),
    }
    answers = {}
    for name, question in questions.items():
        times = []
        for _ in range(2):
            begun = time.perf_counter()
            number = question()
            times.append(time.perf_counter() - begun)
        answers[name] = (number, min(times))
    return answers


def main() -> None:
    """Store, compare, ask, and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", type=int, default=10_000)
    parser.add_argument("--sessions", type=int, default=1_000_000, help="of each sensor")
    parser.add_argument("--runs", type=int, default=5, help="of each sensor")
    parser.add_argument("--db", help="an empty inventory; a PostgreSQL of its own without one")
    asked = parser.parse_args()
    plan = Plan(asked.devices, asked.sessions, asked.runs)
    if asked.db:
        _measure(asked.db, plan)
        return
    os.environ[PASSWORD] = database.PASSWORD
    with database.server() as running:
        running.sql("CREATE DATABASE fleet")
        _measure(running.url("fleet"), plan)
        print(running.sql("SELECT pg_size_pretty(pg_database_size('fleet'))").strip())


def _measure(url: str, plan: Plan) -> None:
    Store.open(url).close()
    took = load_all(url, plan)
    stored = plan.devices * plan.each * len(SENSORS)
    print(f"{stored:,} sessions in {took:.1f} s: {stored / took:,.0f}/s")
    with Store.open(url) as store:
        expected, there = truth(plan), found(store)
        print(f"expected {expected}\nfound    {there}")
        assert there == expected
        sample(store, plan)
        for name, (number, seconds) in ask(store).items():
            print(f"{name}: {number:,} in {seconds:.3f} s")


if __name__ == "__main__":
    main()
