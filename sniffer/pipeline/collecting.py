"""How often Python looks for cycles among what a run makes."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from sniffer.model import limits


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Let the garbage collector look seldom: facts, findings and what is remembered of them hold no cycles.

    At what was there before it does not look at all.
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(limits.MADE_BETWEEN_COLLECTIONS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
