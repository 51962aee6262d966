"""An inventory that the tests of the command line ask: two sensors, two months, and what changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from sniffer.inference.changes import changes
from sniffer.inventory.store import Store
from sniffer.knowledge.catalogue import catalogue
from sniffer.model.changes import Change
from sniffer.model.facts import SessionFact
from sniffer.model.findings import DeviceFinding
from sniffer.model.records import Listening, RunEnd, RunStart, SensorRecord
from tests.inference.facts import DAY, NOW, attempt, fact, judge

PRINTER, PRINTER_MAC = "10.0.3.17", "00:26:73:a1:b2:c3"
AS_OF = date(2026, 12, 1)
COPIER, COPIER_MAC = "10.0.3.18", "00:80:77:4b:5c:6d"


def inventory(path: Path, *, sensor: str = "hq", site: str | None = "berlin") -> Path:
    """The printer mails by LOGIN every other day, and is refused at last; the copier moves to OAuth."""
    with Store.open(str(path)) as store:
        for place in range(5):
            seen = [
                fact(attempt(outcome="failure" if place == 4 else "success"), day=2 * place, sensor=sensor,
                     session=f"s-{place:016x}"),
                fact(attempt("XOAUTH2" if place > 2 else "PLAIN", user="copier@example.org"), day=2 * place + 0.5,
                     client=COPIER, mac=COPIER_MAC, helo="BRN0080774B5C6D", sensor=sensor,
                     session=f"s-{place + 100:016x}"),
            ]  # fmt: skip
            scan(store, place, seen, sensor, site)
    return path


def scan(store: Store, place: int, seen: Iterable[SessionFact], sensor: str, site: str | None) -> None:
    """One scan of two days."""

    def compare(before: DeviceFinding | None, after: DeviceFinding) -> list[Change]:
        return changes(before, after, catalogue(), day=AS_OF)

    seen = list(seen)
    found = judge(seen)
    first = NOW + 2 * place * DAY
    start = RunStart(key=f"{sensor}-{place}", kind="live", started=first, sensors=(SensorRecord(sensor, site),))
    end = RunEnd(finished=first + 2 * DAY, listening=(Listening(sensor, first, first + 2 * DAY),),
                 counts={"sessions": len(seen)}, problems=("lost power",) if place == 1 else ())  # fmt: skip
    store.commit(store.begin(start), found.sessions, found.devices, end, compare=compare)
