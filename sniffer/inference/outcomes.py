"""What became of a login: what the length of the server's last word says, and what followed, each for what it is worth.

Rules of this file:
1. The length of a last word speaks by how likely it is for an acceptance and for a refusal.  A share of last words is
   in words that we do not know (``replies``), and may be either: so a length that only a curve knows says little, and
   a known text much.
2. What followed says something (a client that was refused mostly leaves), but never more than ``MOST``: clients go
   on after a refusal, and servers take their mail.  That a mail was taken never speaks for a refusal.
3. That another AUTH followed speaks for a refusal (RFC 4954 4), as far as rule 2 goes: some clients log in twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log
from typing import NamedTuple

from sniffer.inference.attempts import Tried, mail_accepted, tried
from sniffer.inference.grammar import Grammar, Result, State, result_of
from sniffer.inference.lengths import Lengths
from sniffer.inference.plaintext import Length
from sniffer.inference.reading import Said, Step
from sniffer.inference.replies import LAST_WORDS, STRANGE

MOST = log(50.0)
"""What may be said by what followed a login, as the logarithm of odds."""

Ends = Sequence[tuple[State, float]]
"""States in which a dialogue may have ended, and how likely."""


class Word(NamedTuple):
    """The last word of an attempt, a reply with the symbol of the way; ``place`` is its turn, ``length`` its bytes.

    The others are logarithms of odds, acceptance to refusal: ``before`` anything of this one is known, by what it
    ``said`` (its length), and by what ``followed``.  ``either`` is False where only a refusal can stand.
    """

    place: int
    symbol: str
    length: Length
    before: float
    said: float
    followed: float
    either: bool

    @property
    def odds(self) -> float:
        """Return the odds for an acceptance."""
        return exp(self.before + self.said + self.followed)


def last_words(
    grammar: Grammar, replies: Lengths, said: Sequence[Said], path: Sequence[Step], ends: Ends
) -> list[Word]:
    """Return the last words of the attempts of a path that have one, oldest first.

    ``ends`` are those of the path's family, by which the last attempt is weighed.
    """
    found = []
    attempts = tried(path, grammar.forms)
    for attempt in attempts:
        step, reply = attempt.steps[-1], said[attempt.end - 1].server
        if step.server not in LAST_WORDS or reply is None:
            continue
        either = step.client == attempt.form.last
        accepted, refused, strange = _likely(grammar, replies, reply, attempt)
        last = attempt is attempts[-1]
        if last and either:
            followed = _followed(grammar, ends, accepted, refused)
            if mail_accepted(path[attempt.end :]):
                followed = max(followed, 0.0)
        else:
            followed = MOST if step.server == "accepted" else -MOST
        length = log((accepted + strange) / (refused + strange))
        found.append(Word(attempt.end - 1, step.server, reply, _before(grammar), length, followed, either))
    return found


def shares(words: Sequence[Word], grammar: Grammar, ends: Ends, attempt: Tried) -> dict[Result, float]:
    """Return how likely each result of a path's last attempt is, by the ends of its family; of sum 1."""
    found: dict[Result, float] = {}
    for state, value in ends:
        result = result_of(state, grammar.forms)
        found[result] = found.get(result, 0.0) + value
    whole = sum(found.values())
    found = {result: value / whole for result, value in found.items()}
    word = next((each for each in words if each.place == attempt.end - 1 and each.either), None)
    if word is not None:
        told = found.get("accepted", 0.0) + found.get("refused", 0.0)
        found["refused"] = told / (1.0 + word.odds)
        found["accepted"] = told - found["refused"]
    return found


def _before(grammar: Grammar) -> float:
    ways = grammar.model.exchange
    return log(ways["accepted"] / ways["failed"])


def _likely(grammar: Grammar, replies: Lengths, reply: Length, attempt: Tried) -> tuple[float, float, float]:
    """Return how likely a length is for an acceptance, for a refusal, and in words that nobody knows."""
    likely = dict(zip(replies.symbols, replies.likelihoods(reply), strict=False))
    refused = likely["refused"]
    if len(attempt.steps) == 1:  # the mechanism itself may be what is refused
        ways = grammar.model.exchange
        failed, rejected = ways["failed"], ways["rejected"]
        refused = (failed * refused + rejected * likely["unknown-mechanism"]) / (failed + rejected)
    return likely["accepted"], refused, likely[STRANGE] * replies.strange


def _followed(grammar: Grammar, ends: Ends, accepted: float, refused: float) -> float:
    """Return what followed says: what the whole says, without the length and without what holds of every login."""
    weights: dict[Result, float] = {}
    for state, value in ends:
        result = result_of(state, grammar.forms)
        weights[result] = weights.get(result, 0.0) + value
    taken, turned_down = weights.get("accepted", 0.0), weights.get("refused", 0.0)
    if not (taken and accepted):
        return -MOST
    if not (turned_down and refused):
        return MOST
    told = log(taken / accepted) - log(turned_down / refused) - _before(grammar)
    return min(max(told, -MOST), MOST)
