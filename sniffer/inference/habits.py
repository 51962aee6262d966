"""What sessions show of a server's replies: a server says the same words each time.

Rules of this file:
1. Only a session that is clear without this teaches: its family is all but certain, and so is what became of its login.
2. That MAIL follows proves no login: some clients go on after a refusal.  A reply counts as the acceptance of a login
   where a mail's text was taken after it, or where the length alone leaves no doubt.
3. One session proves nothing about itself: it counts once, however often it was told the same, and of what is counted
   one is taken off.
4. Counts are added up, so the order of sessions does not matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

from sniffer.inference.reading import Step
from sniffer.inference.replies import Learnt
from sniffer.knowledge.site_profile import ReplySymbol
from sniffer.model import limits

Server = tuple[str, int]
"""Address and port."""

CERTAIN = 0.97
"""Probability of family and outcome from which on a session teaches."""

TEACHES: frozenset[str] = frozenset(get_args(ReplySymbol))
"""Symbols of replies that a server says in the same words to everybody."""

TAKEN = frozenset(("text", "sent", "over"))
"""Phases that come behind a mail whose text was asked for."""


class Habits:
    """Counts replies, by server, symbol and length."""

    def __init__(self) -> None:
        self._counts: dict[Server, dict[tuple[str, int], int]] = {}

    @property
    def any(self) -> bool:
        """Say whether any session taught something."""
        return bool(self._counts)

    def add(self, server: Server, path: Sequence[Step], lengths: Sequence[int | None], outcome: float) -> None:
        """Take a session that is clear: its path, how long each reply was (None where that is not known to the byte).

        ``outcome`` is the probability of what became of its login, 1.0 without one.
        """
        counts = self._counts.get(server)
        if counts is None:
            if len(self._counts) >= limits.LEARNT_SERVERS:
                return
            counts = self._counts[server] = {}
        for key in dict.fromkeys(taught(path, lengths, certain=outcome >= CERTAIN)):
            if key in counts or len(counts) < limits.LEARNT_LENGTHS:
                counts[key] = counts.get(key, 0) + 1

    def learnt(self) -> dict[Server, Learnt]:
        """Return what was learnt of each server."""
        found = {}
        for server, counts in self._counts.items():
            usual = tuple(
                (symbol, length, min(times - 1, limits.LEARNT_TIMES))
                for (symbol, length), times in sorted(counts.items())
                if times > 1
            )
            if usual:
                found[server] = Learnt(usual)
        return found


def taught(path: Sequence[Step], lengths: Sequence[int | None], *, certain: bool) -> Iterator[tuple[str, int]]:
    """Give the replies by which a path teaches, (symbol, length); ``certain`` says that the login's outcome is."""
    taken = any(step.behind.phase in TAKEN and step.client in ("text", "chunk", "everything") for step in path)
    for step, length in zip(path, lengths, strict=True):
        if length is None or step.server not in TEACHES:
            continue
        if certain or taken or step.server not in ("accepted", "refused", "unknown-mechanism"):
            yield step.server, length
