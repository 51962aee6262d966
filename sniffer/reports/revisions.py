"""What is new since the last time: rows of a capture that goes on, for whoever collects its lines.

A device is told when it is new, and again with the next ``revision`` when what is said of it changes (``SAYS``).  Where
only counts, times, confidences or evidence changed, which they do with every session, the row comes again at most every
``limits.COUNTS_AGAIN``, and at the end, under the revision that it has: a line with a known device and revision is an
update of its figures.  Servers count as figures: large services answer from another address each time.

A session is told once, as it is judged then; what a later name or reply changes in it shows in its device.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from hashlib import blake2s
from typing import Any, NamedTuple

import msgspec

from sniffer.model import limits
from sniffer.model.facts import SessionFact
from sniffer.reports.rows import Row

SAYS = (
    "scope", "verdict", "band", "state", "affected_through", "name", "vendor", "model", "kind", "location", "serial",
    "role", "senders_at_least", "owner", "exception", "formerly",
)  # fmt: skip
"""Fields of a device that make a revision as they stand."""

SAYS_OF_SERVICE = (
    "service",
    "family",
    "verdict",
    "band",
    "state",
    "mechanisms",
    "basis",
    "users",
    "tls_versions",
    "cleartext",
)
"""Fields of a device's services that do."""

_encoder = msgspec.json.Encoder()


class _Told(NamedTuple):
    """What was told of a device: digests of what is said and of the whole row, its revision, and when."""

    said: bytes
    whole: bytes
    revision: int
    time: int


class Revisions:
    """Remembers what was told of each device, the ``limits.REVISIONS`` that were judged last."""

    def __init__(self) -> None:
        self._told: dict[str, _Told] = {}

    def changed(self, rows: Iterable[Row], now: int, *, last: bool = False) -> Iterator[Row]:
        """Give those of a judgement's rows that are to be told at ``now`` (microseconds), with their revisions.

        ``last`` says that no other judgement follows: then all figures that are not up to date are told.
        """
        for row in rows:
            device = row["device"]
            before = self._told.pop(device, None)
            told = _next(before, row, now, last=last)
            self._told[device] = told
            if told is not before:
                yield row | {"revision": told.revision}
            if len(self._told) > limits.REVISIONS:
                del self._told[next(iter(self._told))]


def _next(before: _Told | None, row: Row, now: int, *, last: bool) -> _Told:
    """Return what is told of a device now; ``before`` itself where that is nothing new."""
    said, whole = _digest(_said(row)), _digest(row)
    if before is None or before.said != said:
        return _Told(said, whole, before.revision + 1 if before else 1, now)
    due = last or not 0 <= now - before.time < limits.COUNTS_AGAIN  # a clock that was set back is no reason to wait
    return _Told(said, whole, before.revision, now) if due and before.whole != whole else before


def _said(row: Row) -> list[Any]:
    """Return what is said of a device, without what changes with every session."""
    return [
        *(row[name] for name in SAYS),
        row["identity"]["band"],
        sorted(row["identity"]["via"]),
        sorted(each["label"] for each in row["identity"]["rivals"]),
        sorted({each["mac"] for each in row["interfaces"]}),
        sorted({(each["ip"], each["domain"]) for each in row["addresses"]}),
        [
            [each[name] for name in SAYS_OF_SERVICE]
            for each in sorted(row["services"], key=lambda each: each["service"])
        ],
        *(sorted({each["code"] for each in row[name]}) for name in ("findings", "anomalies", "advice")),
    ]


def _digest(value: object) -> bytes:
    return blake2s(_encoder.encode(value), digest_size=16).digest()


class Once:
    """Says of each session whether it is the first time.

    It remembers the ``limits.SESSIONS_TOLD`` that ended last.  What ended before all of these and is not among them
    was told: sessions come in the order of their ends, but for some minutes that a connection is waited for.
    """

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._ends: list[tuple[int, str]] = []
        self._forgotten = -1

    def first(self, fact: SessionFact) -> bool:
        """Take note of a session; True when it was not told before."""
        if fact.session in self._known or fact.end <= self._forgotten:
            return False
        self._known.add(fact.session)
        heapq.heappush(self._ends, (fact.end, fact.session))
        if len(self._ends) > limits.SESSIONS_TOLD:
            self._forgotten, gone = heapq.heappop(self._ends)
            self._known.discard(gone)
        return True
