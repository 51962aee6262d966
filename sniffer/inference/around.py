"""What stands around a device: those on the way and those that it may have been, and when it had which address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from sniffer.inference.identity import Owners, describe
from sniffer.inference.identity.scores import WEIGHTS
from sniffer.model import limits
from sniffer.model.clues import BindingFact
from sniffer.model.findings import Evidence, Other


def other(owners: Owners, device: str, key: str) -> Other:
    """Return what is known of a device that another one's sessions lead to; ``key`` is a card, or place and address."""
    place, _, ip = key.rpartition(" ")
    if place:
        return Other(device, ip=ip)
    box = describe(owners, owners.joins.cards(key), (), ())
    return Other(device, mac=key, name=box.name, vendor=box.vendor, model=box.model)


def bindings(facts: Iterable[BindingFact]) -> Iterator[Evidence]:
    """Give the addresses that a device's cards had, as clues; what a server leased and ARP claimed are two."""
    found: dict[tuple[str, str, int | None], Evidence] = {}
    for fact in facts:
        key = fact.source, fact.ip, fact.line
        weight = WEIGHTS["binding" if fact.line is None else "table"]
        seen = Evidence(
            fact.source, "address", fact.ip, "binding", True, weight, fact.first, held_until(fact), fact.count,
            fact.file, fact.line,
        )  # fmt: skip
        if key in found:
            found[key] = _joined(found[key], seen, found[key].count + seen.count)
        elif len(found) < limits.DEVICE_NAMES:
            found[key] = seen
    yield from found.values()


def held_until(fact: BindingFact) -> int:
    """Return until when a claim is known to hold: a lease in a table has its end, on the wire what was seen counts."""
    return fact.last if fact.line is None or fact.until is None else max(fact.last, fact.until)


def merged(clues: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return clues of which none is told twice: a message may say the same of a box's card and of its address."""
    found: dict[tuple[str, str, str, int | None], Evidence] = {}
    for each in clues:
        key = each.source, each.field, each.value, each.line
        told = found.get(key)
        found[key] = each if told is None else _joined(told, each, max(told.count, each.count))
    return tuple(found.values())


def _joined(one: Evidence, more: Evidence, count: int) -> Evidence:
    first = min(one, more, key=lambda each: each.first_seen)
    last = max(one.last_seen, more.last_seen)
    return replace(one, first_seen=first.first_seen, last_seen=last, count=count, file=first.file)
