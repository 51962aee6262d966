"""What captures do to dialogues: turns missing, parts of turns missing, beginnings missing."""

from __future__ import annotations

from collections.abc import Collection

from tests.protocols.dialogue import Turn, Turns

LATE = [Turn(True, b"", 0), Turn(False, b"", 0)]
"""What a connection says whose first bytes were not seen."""


def without(said: Turns, places: Collection[int]) -> Turns:
    """Leave turns out and say so at once."""
    return [_missing(turn) if place in places else turn for place, turn in enumerate(said)]


def noticed_late(said: Turns) -> Turns:
    """Move each hole to where the stream notices it: in front of that side's next bytes."""
    pieces: Turns = []
    waiting: dict[bool, int] = {}
    for turn in said:
        if turn.missing >= 0:
            waiting[turn.from_client] = waiting.get(turn.from_client, 0) + turn.missing
            continue
        if turn.from_client in waiting:
            pieces.append(Turn(turn.from_client, b"", waiting.pop(turn.from_client)))
        pieces.append(turn)
    return [*pieces, *(Turn(side, b"", length) for side, length in waiting.items())]


def without_part(said: Turns, place: int, first: int, last: int) -> Turns:
    """Leave the bytes from ``first`` up to ``last`` of one turn out."""
    turn = said[place]
    parts = [Turn(turn.from_client, turn.data[:first]), Turn(turn.from_client, b"", last - first)]
    rest = [Turn(turn.from_client, turn.data[last:])] if last < len(turn.data) else []
    return [*said[:place], *(parts if first else parts[1:]), *rest, *said[place + 1 :]]


def joined_late(said: Turns, place: int) -> Turns:
    """Begin to listen at a turn."""
    return [*LATE, *said[place:]]


def one_side(said: Turns, *, client: bool) -> Turns:
    """Hear one side only."""
    return [turn for turn in said if turn.from_client is client]


def _missing(turn: Turn) -> Turn:
    return Turn(turn.from_client, b"", len(turn.data))
