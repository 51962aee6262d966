"""What runs said of a device, put together: for each word the newest, of things in numbers all of them.

``merged`` is the same whatever the order, and however often the same is told: words bear the time of the last session
that they were said with, intervals grow, and of counts the largest holds, since two captures may tell of the same
frames.  What was said of two devices that turn out to be one is put together in the same way.  Only of more clues,
cards or addresses than the limits let be kept, it may depend on the order which ones are, and since when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sniffer.model import limits
from sniffer.model.events import Anomaly
from sniffer.model.findings import Address, DeviceFinding, Evidence, Identity, Interface, Role, Scope

WORDS = ("name", "vendor", "model", "kind", "location", "serial", "owner")
"""Fields of a finding of which the newest value holds, until another is told."""


class Labels(Struct, frozen=True):
    """What runs said of a device; ``words`` and the like are (time, value).

    ``affected_through`` ends when a run does not say it any more, which is told by an empty word.
    """

    scope: Scope
    role: tuple[int, Role]
    identity: tuple[int, Identity]
    senders_at_least: int
    words: dict[str, tuple[int, str]]
    interfaces: tuple[Interface, ...]
    findings: dict[str, tuple[int, str]]
    anomalies: dict[str, tuple[int, str]]
    affected_through: tuple[int, str]


def labels_of(finding: DeviceFinding, time: int) -> Labels:
    """Return what a run said of a device whose last session was at a time."""
    words = {field: (time, value) for field in WORDS if (value := getattr(finding, field)) is not None}
    return Labels(
        scope=finding.scope,
        role=(time, finding.role),
        identity=(time, finding.identity),
        senders_at_least=finding.senders_at_least,
        words=words,
        interfaces=finding.interfaces,
        findings={each.code: (time, each.text) for each in finding.findings},
        anomalies={each.code: (time, each.text) for each in finding.anomalies},
        affected_through=(time, finding.affected_through or ""),
    )


def merged(first: Labels, second: Labels) -> Labels:
    """Return what both say, whichever came first."""
    interfaces = sorted({*first.interfaces, *second.interfaces}, key=lambda each: (each.mac, each.domain, each.kind))
    return Labels(
        scope="local" if "local" in (first.scope, second.scope) else "remote",
        role=max(first.role, second.role),
        identity=max(first.identity, second.identity, key=_newest),
        senders_at_least=max(first.senders_at_least, second.senders_at_least),
        words=_newer(first.words, second.words),
        interfaces=tuple(interfaces[: limits.DEVICE_NAMES]),
        findings=_newer(first.findings, second.findings),
        anomalies=_newer(first.anomalies, second.anomalies),
        affected_through=max(first.affected_through, second.affected_through),
    )


def renamed(labels: Labels, name: Callable[[str], str]) -> Labels:
    """Return the labels with every device that they mention by another id."""
    time, identity = labels.identity
    told = replace(
        identity,
        via=tuple(dict.fromkeys(map(name, identity.via))),
        rivals=tuple(replace(each, label=name(each.label)) for each in identity.rivals),
        others=tuple(replace(each, device=name(each.device)) for each in identity.others),
    )
    when, relay = labels.affected_through
    return replace(labels, identity=(time, told), affected_through=(when, name(relay) if relay else ""))


def present(table: dict[str, tuple[int, str]], since: int) -> tuple[Anomaly, ...]:
    """Return what was said since a time, by its code."""
    return tuple(Anomaly(code, text) for code, (time, text) in sorted(table.items()) if time >= since)


def _newest(told: tuple[int, Identity]) -> tuple[int, bytes]:
    return told[0], msgspec.msgpack.encode(told[1])


def _newer(first: dict[str, tuple[int, str]], second: dict[str, tuple[int, str]]) -> dict[str, tuple[int, str]]:
    return {key: max(each for each in (first.get(key), second.get(key)) if each) for key in sorted({*first, *second})}


# -- intervals -------------------------------------------------------------------------------------


def evidence_of_both(first: Iterable[Evidence], second: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return clues, each over all of the time in which it was seen, the weightiest first."""
    found: dict[tuple[str, str, str], Evidence] = {}
    for each in (*first, *second):
        key = each.source, each.field, each.value
        found[key] = _joined(found[key], each) if key in found else each
    ranked = sorted(found.values(), key=lambda each: (-each.weight, each.source, each.field, each.value))
    return tuple(ranked[: limits.EVIDENCE])


def _joined(first: Evidence, second: Evidence) -> Evidence:
    early = min(first, second, key=_earliest)
    return replace(
        early,
        weight=max(first.weight, second.weight),
        measured=first.measured or second.measured,
        last_seen=max(first.last_seen, second.last_seen),
        count=max(first.count, second.count),
    )


def _earliest(each: Evidence) -> tuple[int, bytes]:
    """Order clues of the same by who told it first; what grows as they are joined must not tell."""
    return each.first_seen, msgspec.msgpack.encode(replace(each, weight=0.0, measured=False, last_seen=0, count=0))


def addresses_of_both(first: Iterable[Address], second: Iterable[Address]) -> tuple[Address, ...]:
    """Return addresses with their intervals; those that touch, or have a short gap between them, are one.

    The newest are kept, and given first.
    """
    by_place: dict[tuple[str, str], list[Address]] = {}
    for each in (*first, *second):
        by_place.setdefault((each.domain, each.ip), []).append(each)
    found = [joined for intervals in by_place.values() for joined in _closed(intervals)]
    found.sort(key=lambda each: (-each.last_seen, each.domain, each.ip))
    return tuple(found[: limits.STORE_ADDRESSES])


def _closed(intervals: list[Address]) -> list[Address]:
    """Close gaps between intervals of one address."""
    found: list[Address] = []
    for each in sorted(intervals, key=lambda each: (each.first_seen, each.source, each.last_seen)):
        if found and each.first_seen - found[-1].last_seen <= limits.STORE_GAP:
            found[-1] = replace(found[-1], last_seen=max(found[-1].last_seen, each.last_seen))
        else:
            found.append(each)
    return found
