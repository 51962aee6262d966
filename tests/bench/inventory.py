"""The inventory, measured: how fast runs are stored and questions answered, and how large a session is.

    python -m tests.bench.inventory --devices 2000 --days 30 --db /tmp/bench.sqlite
    python -m tests.bench.inventory --devices 10000 --days 10 --sessions 5 --days-a-run 5 --fleet

``--fleet`` starts a PostgreSQL server of its own (root) and stores two sensors' sessions at the same time.

A day's scan is a run: every device mails a few times to one of forty addresses of its service; some log in at Exchange
Online and are refused in words that hold the time, and most say the same as ever.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

from msgspec.structs import replace

from sniffer.inference.devices import device_id
from sniffer.inventory.store import PASSWORD, DeviceFilter, Store
from sniffer.model.findings import Address, DeviceFinding, Interface, SessionFinding
from sniffer.model.records import Listening, RunEnd, RunStart, SensorRecord
from tests.inference.facts import DAY, EXCHANGE, NOW, attempt, fact, in_tls, judge
from tests.lab import database

RICOH = "00:26:73:a1:b2:c3"
SERVERS = 40
REFUSED = 0.05  # of sessions
REFUSAL = "535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [{host}.EURP123.PROD {time}]"


class Box(NamedTuple):
    """A device of the benchmark."""

    finding: DeviceFinding
    sessions: tuple[SessionFinding, ...]


def main() -> None:
    """Store days, ask, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=2000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--sessions", type=int, default=3, help="of a device, each day")
    parser.add_argument("--days-a-run", type=int, default=1)
    parser.add_argument("--sensor", default="default")
    parser.add_argument("--prune", type=int, help="keep details of so many days, as 'sniffer prune' does each day")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--db", help="a file or URL")
    where.add_argument("--fleet", action="store_true")
    asked = parser.parse_args()
    if asked.fleet:
        _fleet(asked)
        return
    began = time.perf_counter()
    with Store.open(asked.db) as store:
        print(f"open: {time.perf_counter() - began:.2f} s")
        _load(store, asked)
        _ask(store)
    _sizes(Path(asked.db), asked.devices * asked.days * asked.sessions)


def _fleet(asked: argparse.Namespace) -> None:
    """Store two sensors' sessions at once, and hold what is stored against what was sent."""
    words = [
        f"--{name.replace('_', '-')}={getattr(asked, name)}" for name in ("devices", "days", "sessions", "days_a_run")
    ]
    os.environ[PASSWORD] = database.PASSWORD
    with database.server() as server:
        name = server.make()
        argv = [sys.executable, "-m", "tests.bench.inventory", *words, "--db", server.url(name), "--sensor"]
        began = time.perf_counter()
        loaders = [subprocess.Popen([*argv, sensor]) for sensor in ("hq", "branch")]
        assert [each.wait() for each in loaders] == [0, 0]
        many, took = 2 * asked.devices * asked.days * asked.sessions, time.perf_counter() - began
        print(f"both: {many:,} sessions in {took:.1f} s: {many / took:,.0f}/s, the making of them included")
        server.sql("ANALYZE", name)
        with Store.open(server.url(name)) as store:
            _ask(store)
            judged = sum(
                service.judged + service.unjudged for each in store.devices() for service in each.finding.services
            )
        stored = int(server.sql("SELECT count(*) FROM session", name))
        octets = int(server.sql(f"SELECT pg_database_size('{name}')", name))
        print(f"sent {many:,}, stored {stored:,}, in verdicts {judged:,}; {octets / many:.0f} bytes a session")
        assert stored == judged == many


def _load(store: Store, asked: argparse.Namespace) -> None:
    random = Random(asked.sensor)
    boxes = [_box(place, asked.sensor) for place in range(asked.devices)]
    stored, spent, slowest = 0, 0.0, 0.0
    for day in range(0, asked.days, asked.days_a_run):
        span = range(day, min(day + asked.days_a_run, asked.days))
        sessions = [each for one in span for each in _sessions(boxes, one, asked.sessions, asked.sensor, random)]
        devices = [_seen(box, span) for box in boxes]
        first, last = NOW + span[0] * DAY, NOW + (span[-1] + 1) * DAY
        begun = time.perf_counter()
        run = store.begin(RunStart(
            key=f"{asked.sensor}-{day}", kind="captures", started=first, sensors=(SensorRecord(asked.sensor),),
        ))  # fmt: skip
        outcome = store.commit(
            run, sessions, devices, RunEnd(finished=last, listening=(Listening(asked.sensor, first, last),))
        )
        if asked.prune:
            store.prune(last, asked.prune)
        took = time.perf_counter() - begun
        stored, spent, slowest = stored + outcome.sessions.new, spent + took, max(slowest, took)
    print(f"{stored:,} sessions in {spent:.1f} s: {stored / spent:,.0f}/s; slowest run {slowest:.1f} s")


def _ask(store: Store) -> None:
    questions: dict[str, Callable[[], int]] = {
        "devices": lambda: len(store.devices()),
        "devices, affected": lambda: len(store.devices(DeviceFilter(verdicts=("affected",)))),
        "device": lambda: len(store.device("10.0.0.9")),
        "sessions": lambda: len(list(store.sessions(store.device("10.0.0.9")[0].device))),
        "runs": lambda: len(store.runs()),
    }
    for name, question in questions.items():
        begun = time.perf_counter()
        found = question()
        print(f"{name}: {found:,} in {time.perf_counter() - begun:.3f} s")


def _sizes(path: Path, sessions: int) -> None:
    if path.exists():
        octets = sum(each.stat().st_size for each in (path, Path(f"{path}-wal")) if each.exists())
        print(f"{octets / 1e6:.1f} MB, {octets / sessions:.0f} bytes a session")


def _box(place: int, sensor: str) -> Box:
    """A device, cloned from one of six that were judged."""
    mac = f"00:26:73:{place >> 16 & 255:02x}:{place >> 8 & 255:02x}:{place & 255:02x}"
    ip = f"10.{place >> 16 & 255}.{place >> 8 & 255}.{place & 255}"
    name, user = f"RNP{mac.replace(':', '').upper()}", f"device{place}@example.org"
    device, sessions = _judged(place % 6, sensor)
    lasting = device_id(mac)
    told = {RICOH: mac, "10.0.3.17": ip, "RNP002673A1B2C3": name, "scan@example.org": user}
    finding = replace(
        device, device=lasting, name=name,
        interfaces=tuple(replace(each, mac=mac) for each in device.interfaces),
        addresses=tuple(replace(each, ip=ip) for each in device.addresses),
        services=tuple(replace(each, users=(user,)) for each in device.services),
        evidence=tuple(replace(each, value=told.get(each.value, each.value)) for each in device.evidence),
    )  # fmt: skip
    return Box(finding, tuple(_own(each, lasting, mac, ip, name, user) for each in sessions))


def _own(made: SessionFinding, device: str, mac: str, ip: str, name: str, user: str) -> SessionFinding:
    fact = replace(made.fact, client_ip=ip, client_mac=mac, speech=replace(made.fact.speech, helo=name))
    attempts = tuple(replace(each, user=each.user and user) for each in made.auth.attempts)
    auth = replace(made.auth, user=made.auth.user and user, attempts=attempts)
    return replace(made, fact=fact, device=device, auth=auth)


@cache
def _judged(kind: int, sensor: str) -> tuple[DeviceFinding, list[SessionFinding]]:
    server = EXCHANGE if kind % 3 else "10.0.0.25"
    first = fact(attempt("LOGIN" if kind % 2 else "PLAIN"), server=server, sensor=sensor)
    found = judge([first, in_tls(0.1, server=server, sensor=sensor)])
    return found.device, found.sessions


def _seen(box: Box, span: range) -> DeviceFinding:
    """A device as a run of some days sees it."""
    first, last = NOW + span[0] * DAY, NOW + (span[-1] + 1) * DAY - 1
    addresses = tuple(Address(each.ip, each.domain, first, last, each.source) for each in box.finding.addresses)
    services = tuple(replace(each, first_seen=first, last_seen=last) for each in box.finding.services)
    evidence = tuple(replace(each, first_seen=first, last_seen=last) for each in box.finding.evidence)
    cards = tuple(Interface(each.mac, "global", each.domain) for each in box.finding.interfaces)
    return replace(box.finding, addresses=addresses, services=services, evidence=evidence, interfaces=cards)


def _sessions(boxes: list[Box], day: int, many: int, sensor: str, random: Random) -> Iterator[SessionFinding]:
    for box in boxes:
        for number in range(many):
            made = box.sessions[min(number % 3, 1)]
            start = NOW + day * DAY + random.randrange(DAY)
            server = made.fact.server_ip if number else f"52.97.{day % 8}.{random.randrange(SERVERS)}"
            seen = replace(
                made.fact, session=f"s-{random.getrandbits(64):016x}", start=start, end=start + random.randrange(9**7),
                client_port=random.randrange(49_152, 65_536), server_ip=server,
            )  # fmt: skip
            auth = made.auth
            if random.random() < REFUSED:
                host = f"AM{random.randrange(9)}PR{random.randrange(99)}CA{random.randrange(9999):04}"
                reply = REFUSAL.format(host=host, time=start)
                tried = replace(auth.attempts[0], outcome="failure", reply=reply) if auth.attempts else None
                auth = replace(auth, outcome="failure", reply=reply, attempts=(tried,) if tried else ())
            yield replace(made, fact=seen, auth=auth)


if __name__ == "__main__":
    main()
