"""How well boxes are told apart: every session of the labelled captures held against who really sent it.

A session is *right* if its device has a card of the true one, *wrong* if it has others only, *unknown* if no card is
named.  What a device is said to be (maker, model, kind, place, serial number) counts where truth knows it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from sniffer.knowledge.makers import same_maker
from sniffer.model import limits
from sniffer.model.clues import BindingFact, ClueFact
from sniffer.model.findings import DeviceFinding, SessionFinding
from sniffer.pipeline import Gathered, Judgement, Settings, gather

CAPTURES = Path(__file__).parents[2] / "captures" / "devices"
BANDS = ("certain", "strong", "likely", "weak", "unknown")
TOLD = ("vendor", "model", "kind", "location", "serial", "name")

Result = Literal["right", "wrong", "unknown"]
Keep = Callable[[ClueFact | BindingFact], bool]


class Verdict(NamedTuple):
    """What became of one session: its case, the band of its device, and whether that is the true one."""

    case: str
    session: str
    band: str
    result: Result
    attributable: bool
    helo: str | None
    told: tuple[tuple[str, str | None, str | None], ...] = ()

    @property
    def mistaken(self) -> list[tuple[str, str | None, str | None]]:
        """What was said of the box and is not true, where truth knows it: (field, said, true)."""
        return [
            (field, said, true) for field, said, true in self.told if said and true and not alike(field, said, true)
        ]


def alike(field: str, said: str, true: str) -> bool:
    """Say whether two values mean the same."""
    if field == "vendor":
        return same_maker(said, true)
    if field == "model":
        one, other = said.casefold(), true.casefold()
        return one in other or other in one
    return said.casefold().partition(".")[0] == true.casefold().partition(".")[0]


def cases(folder: Path = CAPTURES) -> list[Path]:
    """Return all labelled cases, by name."""
    return sorted(path.parent for path in folder.glob("*/truth.json"))


class Opened(NamedTuple):
    """A case read once, to be judged as often as one likes."""

    truth: Mapping[str, Any]
    paths: tuple[tuple[str, Path], ...]
    found: Gathered


@cache
def opened(case: Path) -> Opened:
    """Read one case."""
    truth = json.loads((case / "truth.json").read_text())
    paths = tuple((sensor, case / name) for sensor, name in truth["sensors"].items())
    return Opened(truth, paths, gather(paths, Settings(processes=1)))


def judged(case: Path, keep: Keep = lambda _: True) -> Iterator[Verdict]:
    """Judge one case by the facts that ``keep`` lets through, and hold it against truth."""
    truth, found = opened(case).truth, opened(case).found
    judgement, findings = Judgement(Filtered(found.spool, keep)), list[SessionFinding]()  # type: ignore[arg-type]
    devices = {each.device: each for each in judgement.devices(findings.append)}
    rows = {(row["client"], row["client_port"], row["server"], row["port"]): row for row in truth["sessions"]}
    for finding in findings:
        fact = finding.fact
        row = rows.get((fact.client_ip, fact.client_port, fact.server_ip, fact.server_port))
        if row is not None:
            yield verdict(case.name, finding, devices[finding.device], row, truth["devices"])


def verdict(
    case: str, finding: SessionFinding, device: DeviceFinding, row: Mapping[str, Any], devices: Mapping[str, Any]
) -> Verdict:
    """Hold one session's device against the true one."""
    true = devices[row["device"]]
    macs = {each.mac for each in device.interfaces}
    result: Result = "unknown" if not macs else "right" if macs & set(true["macs"]) else "wrong"
    told = tuple((field, getattr(device, field), true.get(field)) for field in TOLD) if macs else ()
    return Verdict(
        case, finding.fact.session, device.identity.band, result, row["attributable"], finding.fact.helo, told
    )


class Filtered:
    """A spool that keeps some facts of boxes to itself, to see what is known without them."""

    def __init__(self, spool: Any, keep: Keep) -> None:
        self._spool = spool
        self.boxes = FilteredBoxes(spool.boxes, keep)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._spool, name)


class FilteredBoxes:
    """The same for its tables."""

    def __init__(self, boxes: Any, keep: Keep) -> None:
        self._boxes = boxes
        self._keep = keep

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._boxes, name)
        if name in ("of_card", "of_address", "forwarding", "holders", "addresses"):
            return lambda *args: filter(self._keep, found(*args))
        return found

    def shared(self) -> list[tuple[str, str, str]]:
        """What several cards say, as far as it was said in what is kept."""
        said = {mac: {(each.field, each.value) for each in self.of_card(mac)} for _, _, mac in self._boxes.shared()}
        return [row for row in self._boxes.shared() if row[:2] in said[row[2]]]

    def answering_for_many(self) -> frozenset[str]:
        """The cards that claim many addresses in what is kept."""
        many = self._boxes.answering_for_many()
        return frozenset(mac for mac in many if len({each.ip for each in self.addresses(mac)}) > limits.BOX_ADDRESSES)


def without(*sources: str) -> Keep:
    """Leave out what some sources said."""
    return lambda fact: fact.source not in sources


@cache
def whole(case: Path) -> tuple[Verdict, ...]:
    """Return a case judged by all its facts."""
    return tuple(judged(case))


@cache
def asked(case: Path) -> list[str]:
    """Return the sources of all facts that judging a case asks for; any other makes no difference to it."""
    sources: set[str] = set()

    def keep(fact: ClueFact | BindingFact) -> bool:
        sources.add(fact.source)
        return True

    list(judged(case, keep))
    return sorted(sources)


def left_out(case: Path, source: str) -> Iterable[Verdict]:
    """Judge a case without what one source said."""
    return judged(case, without(source)) if source in asked(case) else whole(case)


SOURCES = ("arp", "nd", "dhcp", "dhcpv6", "mdns", "nbns", "browser", "llmnr", "ssdp", "ws-discovery", "lldp", "cdp",
           "snmp", "http", "dns", "vrrp")  # fmt: skip


def table(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """Give the band table: band × what was true, with counts."""
    counts = Counter((each.band, each.result) for each in verdicts)
    yield "| band | right | wrong | no card named |"
    yield "|---|---|---|---|"
    for band in BANDS:
        numbers = [counts[band, result] for result in ("right", "wrong", "unknown")]
        yield f"| {band} | " + " | ".join(map(str, numbers)) + " |"


def report(folder: Path = CAPTURES) -> Iterator[str]:
    """Give the report: the band table, coverage by case, what was mistaken, and every source left out in turn."""
    found = [each for case in cases(folder) for each in whole(case)]
    yield from table(found)
    yield ""
    by_case: dict[str, Counter[str]] = {}
    for each in found:
        by_case.setdefault(each.case, Counter())[each.result] += 1
        by_case[each.case]["attributable"] += each.attributable
    yield "| case | sessions | attributable | right | wrong | unknown |"
    yield "|---|---|---|---|---|---|"
    for case, counts in by_case.items():
        results = [counts[name] for name in ("right", "wrong", "unknown")]
        yield f"| {case} | " + " | ".join(map(str, (sum(results), counts["attributable"], *results))) + " |"
    yield ""
    for each in found:
        if each.result == "wrong":
            yield f"wrong: {each.case} {each.session} {each.band} EHLO {each.helo}"
        yield from (f"mistaken: {each.case} {field} {said!r} is {true!r}" for field, said, true in each.mistaken)
    yield ""
    yield "| left out | right | wrong (certain, strong) | wrong (others) | unknown |"
    yield "|---|---|---|---|---|"
    for source in SOURCES:
        less = [each for case in cases(folder) for each in left_out(case, source)]
        sure = sum(each.result == "wrong" and each.band in BANDS[:2] for each in less)
        wrong = sum(each.result == "wrong" for each in less) - sure
        right, unknown = (sum(each.result == name for each in less) for name in ("right", "unknown"))
        yield f"| {source} | {right} | {sure} | {wrong} | {unknown} |"
