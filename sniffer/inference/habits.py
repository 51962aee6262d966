"""What sessions show of a server's replies: a server says the same words each time.

Rules of this file:
1. Only a session that is clear without this teaches: its family is all but certain.
2. Sessions of one client are one observation: what one program does with one account, it does each time.  A client
   proves nothing about itself, so of what is counted one client is taken off, the one that says most.
3. A length that ends logins is an acceptance, a refusal, or both (``BOTH``).  Which, is asked of all clients at once:
   of each by what followed (``outcomes``), and once by the length itself.  So a label is never surer than what was
   seen beside the label.  Where some clients go on and others leave, it is both, and says nothing.
4. Counts are added up and the rest is sorted, so the order of sessions does not matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import cosh, exp, fsum, log
from typing import NamedTuple, get_args

from sniffer.inference.outcomes import Word
from sniffer.inference.reading import Step
from sniffer.inference.replies import LAST_WORDS, Learnt
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

BOTH = 0.05
"""Share of lengths that are those of an acceptance and of a refusal, where a server has one of them."""

TOGETHER = 0.5
"""What the logarithm of odds is worth that several clients give: those of one site and one server have much in common,
such as a server that takes mail from everybody."""

MOST_TOGETHER = log(1000.0)
"""What all clients together may say of a length, as the logarithm of odds."""


class Client(NamedTuple):
    """What the sessions of one client said of a length at most, for an acceptance and for a refusal (logarithms)."""

    accepted: float = 0.0
    refused: float = 0.0


class Ending(NamedTuple):
    """A length that ended logins: what it said by itself, and what each client's sessions said beside it.

    ``symbols`` are those that a refusal of such a length has.
    """

    said: float
    symbols: frozenset[str]
    clients: dict[str, Client]


class _Server:
    """What was seen of one server: which clients heard which reply, and the lengths that ended logins."""

    def __init__(self) -> None:
        self.heard: dict[tuple[str, int], set[str]] = {}
        self.endings: dict[int, Ending] = {}

    @property
    def full(self) -> bool:
        """Say whether no other length is counted."""
        return len(self.heard) + len(self.endings) >= limits.LEARNT_LENGTHS


class Habits:
    """Counts replies, by server, symbol and length."""

    def __init__(self) -> None:
        self._servers: dict[Server, _Server] = {}

    @property
    def any(self) -> bool:
        """Say whether any session taught something."""
        return bool(self._servers)

    def add(
        self, server: Server, client: str, path: Sequence[Step], lengths: Sequence[int | None], words: Sequence[Word]
    ) -> None:
        """Take a session that is clear: its path, how long each reply was (None where that is not known to the byte).

        ``words`` are the last words of its logins.
        """
        seen = self._servers.get(server)
        if seen is None:
            if len(self._servers) >= limits.LEARNT_SERVERS:
                return
            seen = self._servers[server] = _Server()
        for key in taught(path, lengths, certain=False):
            if key[0] not in LAST_WORDS and (key in seen.heard or not seen.full):
                seen.heard.setdefault(key, set()).add(client)
        for word in words:
            length = lengths[word.place]
            if length is not None and (length in seen.endings or not seen.full):
                _end(seen.endings, length, client, word)

    def learnt(self) -> dict[Server, Learnt]:
        """Return what was learnt of each server."""
        found = {}
        for server, seen in self._servers.items():
            counts: dict[tuple[str, int], float] = {
                key: len(clients) - 1 for key, clients in seen.heard.items() if len(clients) > 1
            }
            for length, ending in seen.endings.items():
                for symbol, times in meaning(ending).items():
                    counts[symbol, length] = counts.get((symbol, length), 0.0) + times
            if counts:
                usual = ((*key, min(times, limits.LEARNT_TIMES)) for key, times in counts.items())
                found[server] = Learnt(tuple(sorted(usual)))
        return found


def _end(endings: dict[int, Ending], length: int, client: str, word: Word) -> None:
    """Take a last word of a client."""
    known = endings.get(length)
    symbols = frozenset({"refused" if word.either else word.symbol, word.symbol} - {"accepted"})
    if known is None:
        known = endings[length] = Ending(word.said, symbols, {})
    else:  # of what a length says by itself the least, in whatever order it comes
        said = min(known.said, word.said, key=lambda each: (abs(each), each))
        known = endings[length] = known._replace(said=said, symbols=known.symbols | symbols)
    told = known.clients.get(client, Client())
    known.clients[client] = Client(max(told.accepted, word.followed), max(told.refused, -word.followed))


def meaning(ending: Ending) -> Mapping[str, float]:
    """Return how often a length is to be counted as an acceptance and as a refusal; nothing of one client's."""
    others = len(ending.clients) - 1
    if others < 1:
        return {}
    told = sorted(value for each in ending.clients.values() for value in (each.accepted, -each.refused) if value)
    if told:
        del told[-1 if fsum(told) > 0 else 0]
    speaks = fsum(told) / 2, -fsum(told) / 2, fsum(log(cosh(each / 2)) for each in told)
    likely = 1.0 / (1.0 + exp(-ending.said))
    before = likely, 1.0 - likely, BOTH * min(likely, 1.0 - likely)
    accepted, refused, both = (
        share * exp(max(TOGETHER * (each - max(speaks)), -MOST_TOGETHER))
        for share, each in zip(before, speaks, strict=True)
    )
    whole = accepted + refused + both
    turned_down = round(others * (refused + both / 2) / whole, 6)
    return {"accepted": round(others * (accepted + both / 2) / whole, 6), **dict.fromkeys(ending.symbols, turned_down)}


def taught(path: Sequence[Step], lengths: Sequence[int | None], *, certain: bool) -> Iterator[tuple[str, int]]:
    """Give the replies by which a path teaches, (symbol, length); ``certain`` says that the login's outcome is."""
    taken = any(step.behind.phase in TAKEN and step.client in ("text", "chunk", "everything") for step in path)
    for step, length in zip(path, lengths, strict=True):
        if length is None or step.server not in TEACHES:
            continue
        if certain or step.server not in LAST_WORDS or (taken and step.server == "accepted"):
            yield step.server, length
