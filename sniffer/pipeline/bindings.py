"""Which card has which address, as it goes on: claims become intervals in which nobody else claimed the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sniffer.model import limits
from sniffer.model.clues import BindingFact, ClueFact, Source

Add = Callable[[BindingFact | ClueFact], None]
"""Takes a fact of a box, or a part of one."""


class Place(NamedTuple):
    """An address in a domain, by one source."""

    sensor: str
    vlan: tuple[int, ...]
    source: Source
    ip: str


@dataclass(slots=True)
class _Run:
    """The claims of one card on end; ``until`` is the end of its lease."""

    mac: str
    first: int
    last: int
    count: int
    until: int | None
    file: str | None

    def add(self, other: _Run) -> None:
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        self.count += other.count
        self.until = self.until if other.until is None else other.until


class Bindings:
    """Follows who claims what.  Claims of one place must come in order of time; places may come in any."""

    def __init__(self, add: Add) -> None:
        """``add`` takes the facts."""
        self._add = add
        self._runs: dict[Place, _Run] = {}
        self._changes: Counter[Place] = Counter()
        self._fights: dict[Place, dict[str, _Run]] = {}
        self._begun_anew = False

    def claim(
        self,
        place: Place,
        mac: str,
        time: int,
        last: int | None = None,
        count: int = 1,
        *,
        until: int | None = None,
        file: str | None = None,
    ) -> bool:
        """Take a claim, or ``count`` of them up to the time ``last``; another card's before is over.

        True where it is the first of a run.
        """
        new = _Run(mac, time, time if last is None else last, count, until, file)
        run = self._runs.get(place)
        if run is not None and run.mac == mac:
            run.add(new)
            return False
        if run is not None:
            self._changes[place] += 1
            if self._changes[place] > limits.CHANGES:
                self._fight(place, new)
                return False
            self._write(place, run)
        elif len(self._runs) >= limits.BINDINGS:
            self.finish()
            self._begun_anew = True
        self._runs[place] = new
        return True

    def ask(self, place: Place, mac: str, time: int) -> None:
        """Take a wish: it counts where the card has the address already."""
        run = self._runs.get(place)
        if run is not None and run.mac == mac:
            run.last = max(run.last, time)
        elif run is None:
            self._add_later(place, mac, time)

    def give_up(self, place: Place, mac: str, time: int) -> None:
        """Take the end of a claim."""
        run = self._runs.get(place)
        if run is not None and run.mac == mac:
            run.last = max(run.last, time)
            self._write(self._forget(place), run, over=True)
        elif run is None:
            self._add_later(place, mac, time, over=True)

    def counted(self) -> list[BindingFact | ClueFact]:
        """Return what is left, as ``finish`` would write it now."""
        return [_fact(place, run) for place, run in self._left()]

    def finish(self) -> None:
        """Write out what is left."""
        for place, run in self._left():
            self._add(_fact(place, run))
        self._runs.clear()
        self._changes.clear()
        self._fights.clear()

    def _left(self) -> Iterator[tuple[Place, _Run]]:
        for place, run in self._runs.items():
            yield place, run
            for other in self._fights.get(place, {}).values():
                yield place, other

    def _fight(self, place: Place, new: _Run) -> None:
        """Take a claim to an address that changed hands too often: each card's claims are one."""
        cards = self._fights.setdefault(place, {})
        if new.mac in cards:
            cards[new.mac].add(new)
        elif len(cards) < limits.FIGHTERS:
            cards[new.mac] = new

    def _add_later(self, place: Place, mac: str, time: int, *, over: bool = False) -> None:
        """Leave to the spool what may belong to a run that was written already: it has no claim of its own."""
        if self._begun_anew:
            self._write(place, _Run(mac, time, time, 0, None, None), over=over)

    def _forget(self, place: Place) -> Place:
        del self._runs[place]
        return place

    def _write(self, place: Place, run: _Run, *, over: bool = False) -> None:
        self._add(_fact(place, run, over=over))


def _fact(place: Place, run: _Run, *, over: bool = False) -> BindingFact:
    return BindingFact(
        place.sensor, place.vlan, place.ip, run.mac, place.source, run.first, run.last, run.count,
        until=run.until, over=over, file=run.file,
    )  # fmt: skip
