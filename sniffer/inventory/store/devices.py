"""Lasting ids: which device of the inventory a device of a run is.

Rules of this file:
1. A device is known again by its cards.  A card that was assigned (IEEE) is the same everywhere; one that was made up,
   or a virtual machine's, only within its site, since others make up the same.
2. A device of which only the address is known is known again by it within its domain (site and VLAN), and only as long
   as it is not silent for ``limits.ADDRESS_HELD``.  A card that is seen at the address later is another device: it may
   have the address only since.
3. What a run shows to be one device (two cards of a box; an address whose two times have become one) is merged: the id
   that the inventory had first stays, the other becomes one that the device had ``formerly``.  All that was stored goes
   along.
4. A session that is seen again, nearer to the client, goes to the device that it turns out to be; what becomes of the
   device that it was thought to be is told by ``views``.
5. A new device's id is that of the run where it is free, so that what ``triage`` prints is found in the inventory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select

from sniffer.inference.devices import device_id
from sniffer.inventory.store.labels import Labels
from sniffer.inventory.store.parts import number
from sniffer.inventory.store.rows import chosen, put
from sniffer.inventory.store.schema import alias, device, formerly
from sniffer.knowledge.vendors import is_shared
from sniffer.model import limits
from sniffer.model.findings import DeviceFinding


class Alias(NamedTuple):
    """By what a device is known again, and from when to when it was."""

    value: str
    first: int
    last: int


class Told(NamedTuple):
    """A device of a run, and what the run says of it, with the times of that.

    A device that comes from another inventory brings when it was ``seen`` and its ``aliases`` there; those of a run
    follow from the finding.
    """

    finding: DeviceFinding
    labels: Labels
    seen: tuple[int, int] | None = None
    aliases: tuple[Alias, ...] = ()

    @property
    def times(self) -> tuple[int, int]:
        """Return when the first and the last session of the device began."""
        return self.seen or seen_of(self.finding)

    def known_by(self, sites: Mapping[str, str]) -> tuple[Alias, ...]:
        """Return by what the device is known again; ``sites`` as in ``aliases_of``."""
        return self.aliases or tuple(Alias(value, *self.times) for value in aliases_of(self.finding, sites))


class Interval(NamedTuple):
    """When somebody was known by an alias; cards have one for all times."""

    first: int
    last: int
    device: int


@dataclass(slots=True)
class Known:
    """What a commit knows of devices, and what it changes; ``places`` are by the order in which devices became known.

    ``ids`` are the lasting ids of the run's devices by their ids in it; ``merges`` (old, new) in their order.
    """

    sites: Mapping[str, str]
    aliases: dict[str, list[Interval]]
    places: dict[int, int]
    taken: set[int]
    next_place: int
    ids: dict[str, int] = field(default_factory=dict)
    merges: list[tuple[int, int]] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)

    def lasting(self, told: Told) -> int:
        """Return the lasting id of a run's device; make one, or merge those that it shows to be one."""
        aliases = told.known_by(self.sites)
        met = [each.device for known in aliases for each in self._met(known)]
        lasting = self._oldest(met) if met else self._new(told.finding.device, told.times[0])
        for other in dict.fromkeys(met):
            if other != lasting:
                self.merge(other, lasting)
        for known in aliases:
            self._widen(known, lasting)
        self.ids[told.finding.device] = lasting
        return lasting

    def merge(self, old: int, new: int) -> None:
        """Take note that two devices are one."""
        self.merges.append((old, new))
        self.ids = {key: new if value == old else value for key, value in self.ids.items()}
        for value, intervals in self.aliases.items():
            if any(each.device == old for each in intervals):
                renamed = [each._replace(device=new) if each.device == old else each for each in intervals]
                self.aliases[value] = list(_closed(renamed, value))
                self.changed.add(value)
        self.places.pop(old)

    def _met(self, known: Alias) -> Iterator[Interval]:
        for each in self.aliases.get(known.value, ()):
            if is_card(known.value) or _touch(each, known.first, known.last):
                yield each

    def _oldest(self, devices: Iterable[int]) -> int:
        return min(devices, key=self.places.__getitem__)

    def _new(self, word: str, first: int) -> int:
        lasting = number(word)
        while lasting in self.taken or not 0 <= lasting < 1 << 48:
            lasting = number(device_id(f"{word} {first} {lasting}"))
        self.taken.add(lasting)
        self.places[lasting] = self.next_place
        self.next_place += 1
        return lasting

    def _widen(self, known: Alias, lasting: int) -> None:
        value = known.value
        intervals = [*self.aliases.get(value, ()), Interval(known.first, known.last, lasting)]
        closed = list(_closed(intervals, value))
        if closed != self.aliases.get(value):
            self.aliases[value] = closed
            self.changed.add(value)


def known_devices(connection: Connection, devices: Sequence[Told], sites: Mapping[str, str]) -> Known:
    """Return what is known of the devices that a run may have met."""
    values = {known.value for each in devices for known in each.known_by(sites)}
    aliases: dict[str, list[Interval]] = {}
    for row in chosen(connection, select(alias), alias.c.value, sorted(values)):
        aliases.setdefault(row.value, []).append(Interval(row.first, row.last, row.device))
    met = {each.device for intervals in aliases.values() for each in intervals}
    for row in chosen(connection, select(alias), alias.c.device, sorted(met)):  # all of theirs: they may be merged
        intervals = aliases.setdefault(row.value, [])
        if (each := Interval(row.first, row.last, row.device)) not in intervals:
            intervals.append(each)
    places = dict(map(tuple, chosen(connection, select(device.c.id, device.c.place), device.c.id, sorted(met))))
    numbers = [number(each.finding.device) for each in devices]
    taken = {row.id for row in chosen(connection, select(device.c.id), device.c.id, numbers)}
    taken |= {row.old for row in chosen(connection, select(formerly.c.old), formerly.c.old, numbers)}
    most = connection.execute(select(func.max(device.c.place))).scalar()
    return Known(sites, aliases, places, taken, (most or 0) + 1)


def write_aliases(connection: Connection, known: Known) -> None:
    """Store the aliases that changed."""
    values = sorted(known.changed)
    for start in range(0, len(values), limits.STORE_KEYS):
        connection.execute(delete(alias).where(alias.c.value.in_(values[start : start + limits.STORE_KEYS])))
    put(connection, alias, [{"value": value, **each._asdict()} for value in values for each in known.aliases[value]])


def seen_of(finding: DeviceFinding) -> tuple[int, int]:
    """Return when the first and the last session of a device began."""
    return min(each.first_seen for each in finding.services), max(each.last_seen for each in finding.services)


def aliases_of(finding: DeviceFinding, sites: Mapping[str, str]) -> list[str]:
    """Return by what a device is known again; ``sites`` are by the names of sensors (rules 1 and 2)."""
    cards: dict[str, None] = {}
    for each in finding.interfaces:
        if not is_shared(each.mac):
            where = "" if each.kind == "global" else f"{_at_site(each.domain, sites).partition('/vlan')[0]} "
            cards[f"card {where}{each.mac}"] = None
    if cards:
        return list(cards)
    own = [each for each in finding.addresses if device_id(f"{each.domain} {each.ip}") == finding.device]
    found = own or finding.addresses[:1]
    return [f"address {_at_site(each.domain, sites)} {each.ip}" for each in found] or [f"device {finding.device}"]


def _at_site(domain: str, sites: Mapping[str, str]) -> str:
    """Return a domain (``sensor/vlan10``) with the site in the place of its sensor."""
    for sensor, site in sites.items():
        if domain == sensor or domain.startswith(f"{sensor}/vlan"):
            return site + domain[len(sensor) :]
    return domain


def is_card(value: str) -> bool:
    """Say whether an alias is a card, and no address."""
    return not value.startswith("address ")


def _touch(each: Interval, first: int, last: int) -> bool:
    held = limits.ADDRESS_HELD
    return each.first - held <= last and first - held <= each.last


def _closed(intervals: Iterable[Interval], value: str) -> Iterator[Interval]:
    """Join the intervals of one device at one alias that touch."""
    open_: Interval | None = None
    for each in sorted(intervals):
        if open_ is None:
            open_ = each
        elif open_.device == each.device and (is_card(value) or _touch(open_, each.first, each.last)):
            open_ = Interval(open_.first, max(open_.last, each.last), each.device)
        else:
            yield open_
            open_ = each
    if open_:
        yield open_
