"""Packets that come twice: a mirror that shows both ends of a link, a router that passes them on.

Two frames are copies when their packets have one fingerprint and lie close to each other, in time and in the capture;
a fingerprint holds what a retransmission changes and a router leaves as it is.  How frames are cut into batches
changes nothing.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from sniffer.model import limits
from sniffer.model.survey import Copies
from sniffer.model.survey_columns import Prints


class CopyCount:
    """Counts copies, by what differs between a packet and the one before it."""

    def __init__(self) -> None:
        self._before: Prints | None = None
        self._compared = 0
        self._kinds = np.zeros(5, np.int64)

    @property
    def copies(self) -> Copies:
        """Return what was counted."""
        return Copies(self._compared, *self._kinds.tolist())

    def feed(self, prints: Prints) -> None:
        """Take a batch."""
        if not len(prints):
            return
        self._compared += len(prints)
        fresh = 0 if self._before is None else len(self._before)
        both = prints if self._before is None else _joined(self._before, prints)
        order = np.argsort(both.mark, kind="stable")
        mark = both.mark[order]
        alike = np.flatnonzero(mark[1:] == mark[:-1])
        one, other = order[alike], order[alike + 1]
        near = (other >= fresh) & (other - one <= limits.COPIES_WINDOW)
        near &= np.abs(both.time[other] - both.time[one]) <= limits.COPY_APART
        one, other = one[near], other[near]
        kind = np.select(
            [
                both.hops[one] != both.hops[other],
                both.vlan[one] != both.vlan[other],
                both.origin[one] != both.origin[other],
                both.cards[one] != both.cards[other],
            ],
            [3, 2, 1, 4],
        )
        self._kinds += np.bincount(kind, minlength=5)
        self._before = _part(both, len(both) - limits.COPIES_WINDOW)


def _joined(one: Prints, other: Prints) -> Prints:
    names = [each.name for each in fields(Prints)]
    return Prints(*(np.concatenate([getattr(one, name), getattr(other, name)]) for name in names))


def _part(prints: Prints, first: int) -> Prints:
    """Return the prints from ``first`` on, in memory of their own."""
    return Prints(*(getattr(prints, each.name)[max(first, 0) :].copy() for each in fields(Prints)))
