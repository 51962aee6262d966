"""What a session of known truth shows of its service, for a site profile.

Rules of this file:
1. Only what the server says is measured, and the difference of its two EHLO replies; never a message of the client.
2. Replies are learnt where the family that is known to be true is also the most probable, along its most probable
   way; the outcome of the login has to be known or all but certain (``habits``).
3. A refusal of Exchange Online ends in its front end's name: its length is kept without that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, cast

from sniffer.inference.delays import waited
from sniffer.inference.grammar import Result, State
from sniffer.inference.habits import CERTAIN, taught
from sniffer.inference.hidden import Ear, Hidden
from sniffer.inference.reading import Step
from sniffer.inference.turns import Dialogue, Turn, ended
from sniffer.knowledge.reply_lengths import host_length
from sniffer.knowledge.site_profile import KnownFamily, ReplySymbol
from sniffer.model.facts import HalfTurn, Outcome, SessionFact

RESULTS: dict[Outcome, Result] = {"success": "accepted", "failure": "refused"}

ENDS_IN_HOST = frozenset(("refused", "unknown-mechanism", "mail-refused"))
"""Replies that Exchange Online ends in its front end's name."""


class Truth(NamedTuple):
    """What is known of a session: the family, what became of the login (None where nobody says), and who says so."""

    family: KnownFamily
    outcome: Outcome | None = None
    by: Literal["key log", "told"] = "told"


class ReplySeen(NamedTuple):
    """A reply, and its length in bytes; ``beyond_host`` says that the front end's name is not counted in it."""

    symbol: ReplySymbol
    octets: int
    beyond_host: bool


class Lesson(NamedTuple):
    """What one session shows; None where it does not.

    ``hello`` is by how many bytes the EHLO reply is longer inside TLS than in clear, ``hello_records`` in how many
    records it came.  ``tickets`` are the lengths of the records before it.  ``answers`` are how long the server took
    to accept or refuse a login, in microseconds.
    """

    replies: tuple[ReplySeen, ...] = ()
    hello: int | None = None
    hello_records: int | None = None
    tickets: tuple[int, ...] | None = None
    answers: tuple[tuple[Literal["accepted", "refused"], int], ...] = ()


def lesson(fact: SessionFact, heard: Hidden, ear: Ear, truth: Truth) -> Lesson:
    """Return what a session shows."""
    found = heard.dialogue
    path, certain = _true_path(heard, ear, truth)
    turns = _turns(heard)
    return Lesson(
        replies=tuple(_replies(fact, path, turns, certain=certain)),
        hello=_hello_difference(fact, found),
        hello_records=found.hello.server.records if found.anchored and found.hello and found.hello.server else None,
        tickets=_tickets(fact, found),
        answers=tuple(_answers(fact, path, turns)) if certain else (),
    )


def _true_path(heard: Hidden, ear: Ear, truth: Truth) -> tuple[tuple[Step, ...], bool]:
    """Return the most probable way of the true family, and whether its outcome is certain (rule 2)."""
    front, _ = heard.front
    ends = ear.ends(heard, truth.family) if front == truth.family else []
    result = RESULTS.get(truth.outcome) if truth.outcome else None
    likely = [end for end in ends if result in (None, end[0].result)]
    if not likely:
        return (), False
    best, _ = likely[0]
    return ear.path(heard, best), result is not None or _share(ends, best) >= CERTAIN


def _share(ends: Sequence[tuple[State, float]], best: State) -> float:
    """Return how much of a family's ends have the same outcome as the best."""
    return sum(value for state, value in ends if state.result == best.result) / sum(value for _, value in ends)


def _turns(heard: Hidden) -> list[Turn]:
    """Return the turns that were read, with the records of each."""
    found = heard.dialogue
    return [found.hello, *found.turns] if found.hello and len(heard.said) > len(found.turns) else [*found.turns]


def _replies(fact: SessionFact, path: Sequence[Step], turns: Sequence[Turn], *, certain: bool) -> Iterator[ReplySeen]:
    host = host_length(fact.speech.banner) if fact.speech.banner else None
    lengths = [turn.server.text.least if turn.server and turn.server.text.exact else None for turn in turns]
    for symbol, length in taught(path, lengths if path else (), certain=certain):
        beyond = host is not None and symbol in ENDS_IN_HOST
        octets = length - host if beyond and host else length
        if octets > 0:
            yield ReplySeen(cast(ReplySymbol, symbol), octets, beyond)


def _answers(
    fact: SessionFact, path: Sequence[Step], turns: Sequence[Turn]
) -> Iterator[tuple[Literal["accepted", "refused"], int]]:
    """Give how long the server thought about logins; the network's time is only known where the SYN was seen."""
    if fact.round_trip is None:
        return
    for step, turn in zip(path, turns, strict=False):
        took = waited(fact, turn)
        if step.server in ("accepted", "refused") and took is not None:
            yield cast(Literal["accepted", "refused"], step.server), max(took - fact.round_trip, 0)


def _hello_difference(fact: SessionFact, found: Dialogue) -> int | None:
    listed, hello = fact.speech.greeted_octets, found.hello
    if listed is None or not found.anchored or hello is None or hello.server is None or not hello.server.text.exact:
        return None
    return hello.server.text.least - listed


def _tickets(fact: SessionFact, found: Dialogue) -> tuple[int, ...] | None:
    """Return the lengths of the records between a server's Finished of TLS 1.3 and its EHLO reply."""
    reply = found.hello.server if found.anchored and found.hello else None
    if reply is None or fact.shape is None or not found.protection.hides_type or fact.speech.starttls == "implicit":
        return None
    halves = _before(fact.shape.half_turns, ended(fact.shape, reply))
    lengths = [octets for half in halves for octets in half.lengths]
    if any(half.more for half in halves) or len(lengths) < reply.records:
        return None
    return tuple(lengths[: len(lengths) - reply.records])


def _before(halves: Sequence[HalfTurn], last: int) -> list[HalfTurn]:
    """Return what a server said behind the client's Finished, up to a time."""
    begins = next((place for place, half in enumerate(halves) if half.from_client), len(halves))
    return [half for half in halves[begins:] if not half.from_client and half.last <= last]
