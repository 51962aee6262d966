"""Half-turns of records become the turns of a dialogue, with the length of what was said in each.

Rules of this file:
1. The dialogue begins behind the handshake (``inference.start``), with the EHLO that the client said in clear before
   (RFC 3207 4.2): a text of that length, answered by a list about as long as the one in clear.
2. Tickets stand in front of a reply: of TLS 1.3's first reply the list is the last record, or the last few short ones.
3. Some clients log in first and say EHLO later, some say another name, some none: then the anchor is missing, and the
   dialogue is read both ways (``inference.hidden``); or a third, as an EHLO with a command behind it in one message.
4. Alerts and KeyUpdates of TLS 1.3 look like texts of two and of five bytes.  No command is so short, but an empty
   answer is, and a 334 without a blank has five: a server's is an update beside a reply, or after a client's update.
   Who begins with one writes "EHLO ", "AUTH " and "MAIL " as records of their own: no keys are changed that early.
5. TLS 1.0 sends a record with hardly any text in front of a text.  Where records are missing, such a record at the end
   says that its text is among them: no message is so short.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

from sniffer.inference.plaintext import Length, Protection, exactly, protection
from sniffer.inference.start import Measure, Padding, start
from sniffer.model import limits
from sniffer.model.facts import Cut, HalfTurn, SessionFact, ShapeFact

SHORTEST_LIST, LONGEST_LIST = -16, 160
"""Bytes by which the EHLO reply inside TLS may differ from that in clear: STARTTLS goes (14), AUTH comes; the longest
list of mechanisms seen, written twice, takes 130."""

LONGEST_LINE = 160
"""Bytes of a line of an EHLO reply, where a server sends each as a record; a ticket is longer."""

LONG_LIST = 112
"""Bytes from which on a list is longer than what is said of an AUTH or a sender nearly always."""

LONGEST_HELLO = 262
"""Bytes of the longest EHLO line: its name has 255 at most (RFC 1035 2.3.4)."""

LATEST_HELLO = 4
"""Turns among which a late EHLO is looked for: an AUTH of LOGIN has three."""

CLOSE_NOTIFY = 2
"""Bytes of an alert (RFC 8446 6)."""

KEY_UPDATE = 5
"""Bytes of a KeyUpdate (RFC 8446 4.6.3)."""


class Half(Struct, frozen=True, gc=False):
    """One side's part of a turn: the text's length, in how many records, and their lengths as they were captured.

    ``first`` and ``last`` are the places of the shape's half-turns that it is made of (``began``, ``ended``).
    """

    text: Length
    records: int
    octets: int
    first: int
    last: int


class Turn(NamedTuple):
    """What the client said, and the reply.  Either may be missing: a server greets, a client leaves."""

    client: Half | None
    server: Half | None


class Dialogue(NamedTuple):
    """The turns behind the EHLO inside TLS, and how their lengths were worked out.

    ``hello`` is the turn of the EHLO, as far as that can be told, None where the client said none; ``anchored`` says
    that it surely is: as long as in clear and answered by a list.  ``greeting`` is that of a server that was spoken TLS
    to from the first byte; ``cut`` says why the end is missing, None when it is not.
    """

    turns: tuple[Turn, ...]
    hello: Turn | None
    greeting: Half | None
    anchored: bool
    padding: Padding
    cut: Cut | None
    protection: Protection

    @property
    def exact(self) -> bool:
        """Say whether the client's lengths are known to the byte."""
        return self.protection.block == 1 and self.padding.kind != "block"


class Records(NamedTuple):
    """All of a session that its dialogue is read from: no times, so that what a device says each time is the same.

    ``halves`` are (from the client, lengths, more, more octets).  ``hello`` and ``listed`` are the lengths of the last
    EHLO in clear and of the reply to it; ``implicit`` is TLS from the first byte.
    """

    how: Protection
    halves: tuple[tuple[bool, tuple[int, ...], int, int], ...]
    hello: int | None
    listed: int | None
    implicit: bool
    cut: Cut | None


def records(fact: SessionFact) -> Records | None:
    """Return what a session's dialogue is read from; None where its cipher or its records are not known."""
    how = protection(fact.tls) if fact.tls else None
    if how is None or fact.shape is None:
        return None
    speech = fact.speech
    return Records(
        how=how,
        halves=tuple([(half.from_client, half.lengths, half.more, half.more_octets) for half in fact.shape.half_turns]),
        hello=speech.hello_octets,
        listed=speech.greeted_octets,
        implicit=speech.starttls == "implicit",
        cut=fact.shape.cut,
    )


def began(shape: ShapeFact, half: Half) -> int:
    """Return when the first record of a half came."""
    return shape.half_turns[half.first].first


def ended(shape: ShapeFact, half: Half) -> int:
    """Return when the last record of a half came."""
    return shape.half_turns[half.last].last


def dialogue(seen: Records) -> Dialogue | None:
    """Return the dialogue in records; None where no text was found in them."""
    halves = [
        HalfTurn(from_client, place, place, lengths, more, octets)
        for place, (from_client, lengths, more, octets) in enumerate(seen.halves)
    ]
    measure = Measure(seen.how)
    if seen.how.hides_type:
        begins = start(halves, seen.how, seen.hello)
        if begins is None:
            return None
        halves = _behind(halves, begins.records, implicit=seen.implicit)
        measure = Measure(seen.how, begins.padding)
    halves = [half for half in halves if half.lengths]
    return _Reader(seen, measure, halves).dialogue() if halves else None


def _behind(halves: Sequence[HalfTurn], taken: int, *, implicit: bool) -> list[HalfTurn]:
    """Return what comes behind the client's Finished, its first records up to there taken away.

    What a server sends before the client says more are tickets, and a greeting where TLS was there first.
    """
    place = next(at for at, half in enumerate(halves) if half.from_client)
    rest = [_without(halves[place], taken), *halves[place + 1 :]]
    if not rest[0].lengths:
        rest = rest[1:]
        if rest and not rest[0].from_client and not implicit:
            rest = rest[1:]
    return rest


def _without(half: HalfTurn, taken: int) -> HalfTurn:
    return HalfTurn(half.from_client, half.first, half.last, half.lengths[taken:], half.more, half.more_octets)


class _Marks(NamedTuple):
    """What is asked of a measure for each half-turn, by who sent it: ``more``, how long an alert is, and an update."""

    more: tuple[int | None, int | None]
    alert: tuple[int, int]
    update: tuple[int, int]


@lru_cache(limits.MEASURES_REMEMBERED)
def _marks(measure: Measure) -> _Marks:
    sides = (False, True)
    more = measure.more(False), measure.more(True)
    alert, update = ([measure.octets(side, each) for side in sides] for each in (CLOSE_NOTIFY, KEY_UPDATE))
    return _Marks(more, (alert[0], alert[1]), (update[0], update[1]))


class _Reader:
    """Reads one session's records behind the handshake: ``halves``, whose times are their places in the shape."""

    def __init__(self, seen: Records, measure: Measure, halves: list[HalfTurn]) -> None:
        self._hello, self._listed, self._cut = seen.hello, seen.listed, seen.cut
        self._measure = measure
        self._halves = halves
        self._more, self._alert, self._update = _marks(measure)

    def dialogue(self) -> Dialogue:
        """Find the EHLO, and read on."""
        if self._measure.how.hides_type:
            self._drop_tickets()
            self._drop_updates()
            self._drop_alerts()
        if self._cut and self._measure.how.splits:
            self._drop_torn()
        turns = self._turns()
        greeting = turns.pop(0).server if turns and turns[0].client is None else None
        place = next((at for at, turn in enumerate(turns[:LATEST_HELLO]) if self._is_hello(turn, late=at > 0)), None)
        hello = None
        if place is not None:
            hello = turns.pop(place)
        elif turns and (greeting or self._may_be_hello(turns[0])):
            hello = turns.pop(0)
        behind = place or 0
        while hello and (greeting or place is not None) and len(turns) > behind and _same(turns[behind], hello):
            turns.pop(behind)  # some clients greet twice
        said = [turn for turn in turns if turn.client]
        return Dialogue(
            turns=tuple(said[: limits.TURNS]),
            hello=hello,
            greeting=greeting,
            anchored=place is not None,
            padding=self._measure.padding,
            cut=self._cut or ("limit" if len(said) > limits.TURNS else None),
            protection=self._measure.how,
        )

    # -- the EHLO -------------------------------------------------------------------------------------

    def _is_hello(self, turn: Turn, *, late: bool) -> bool:
        """Say whether a turn is the EHLO that was said in clear; a late one must be told to the byte."""
        if (
            self._hello is None
            or turn.client is None
            or not turn.client.text.least <= self._hello <= turn.client.text.most
        ):
            return False
        if turn.server is None:
            return not late
        return self._is_list(turn.server.text) and (turn.client.text.exact or not late)

    def _may_be_hello(self, turn: Turn) -> bool:
        """Say whether a turn may be an EHLO of another name."""
        if turn.client is None or turn.client.text.least > LONGEST_HELLO:
            return False
        if self._hello is not None and turn.client.text.least <= self._hello <= turn.client.text.most:
            return True  # a HELO perhaps, which is answered without a list
        if self._listed is None or turn.server is None:
            return True  # implicit TLS, or joined late: who speaks first says EHLO
        return self._is_list(turn.server.text)

    def _is_list(self, text: Length) -> bool:
        """Say whether a reply is about as long as the list in clear."""
        listed = self._listed
        return listed is None or (text.most >= listed + SHORTEST_LIST and text.least <= listed + LONGEST_LIST)

    # -- what is no text ------------------------------------------------------------------------------

    def _drop_tickets(self) -> None:
        """Leave of the first reply what is no ticket (rule 2)."""
        place = next((at for at, half in enumerate(self._halves) if not half.from_client), None)
        if place is not None:
            half = self._halves[place]
            self._halves[place] = _without(half, self._tickets(half.lengths))

    def _tickets(self, lengths: Sequence[int]) -> int:
        """Return how many records in front are tickets."""
        last = len(lengths) - 1
        if self._listed is not None and not self._is_list(self._measure.all(False, lengths[last:])):
            lines = last
            while lines and self._measure.one(False, lengths[lines - 1]).most <= LONGEST_LINE:
                lines -= 1
            if self._is_list(self._measure.all(False, lengths[lines:])):
                return lines
        return last

    def _drop_updates(self) -> None:
        first = next((half for half in self._halves if half.from_client), None)
        verbs = first is not None and self._update[True] in first.lengths
        updated = False  # by the client, just before: the server answers in kind
        for place, half in enumerate(self._halves):
            update, asked, updated = self._update[half.from_client], updated, False
            if len(half.lengths) > 2 or half.more or update not in half.lengths or (half.from_client and verbs):
                continue
            if half.lengths == (update, update):
                continue  # an answer in two halves: nobody changes keys twice on end
            kept = tuple([each for each in half.lengths if each != update])
            if kept or half.from_client or asked:
                self._halves[place] = HalfTurn(half.from_client, half.first, half.last, kept)
                updated = half.from_client
        self._halves = [half for half in self._halves if half.lengths]

    def _drop_alerts(self) -> None:
        """Drop the close_notify with which a side ends (rule 4)."""
        while self._halves and all(self._is_alert(self._halves[-1], each) for each in self._halves[-1].lengths):
            self._halves.pop()
        for from_client in (True, False):
            self._drop_close_notify([at for at, half in enumerate(self._halves) if half.from_client is from_client])

    def _drop_close_notify(self, places: Sequence[int]) -> None:
        """Drop the alert behind the last words of a side, unless it sends each line's end in a record of its own."""
        if not places:
            return
        last = self._halves[places[-1]]
        if last.more or not self._sends_line_ends(last):
            return
        if any(self._sends_line_ends(self._halves[at]) for at in places[:-1]):
            return
        kept = list(last.lengths)
        while len(kept) > 1 and self._is_alert(last, kept[-1]):
            kept.pop()
        self._halves[places[-1]] = HalfTurn(last.from_client, last.first, last.last, tuple(kept))

    def _drop_torn(self) -> None:
        """Drop what ends in the record that TLS 1.0 sends in front of a text, and all behind it (rule 5)."""
        for place, half in enumerate(self._halves):
            alone = len(half.lengths) % 2 and not half.more
            if alone and self._measure.how.hardly_any(half.lengths[-1]):
                del self._halves[place:]
                return

    def _is_alert(self, half: HalfTurn, octets: int) -> bool:
        return octets == self._alert[half.from_client]

    def _sends_line_ends(self, half: HalfTurn) -> bool:
        """Say whether a side sends a line's end in a record behind the line."""
        return len(half.lengths) > 1 and self._is_alert(half, half.lengths[-1])

    # -- turns ----------------------------------------------------------------------------------------

    def _turns(self) -> list[Turn]:
        """Join what each side said on end, and to each message of the client's the reply."""
        halves, more, end, place = self._halves, self._more, len(self._halves), 0
        turns: list[Turn] = []
        client: Half | None = None
        while place < end:
            half = halves[place]
            from_client, lengths, behind = half.from_client, half.lengths, place + 1
            longer = more[from_client]
            alone = behind == end or halves[behind].from_client is not from_client
            if alone and longer is not None and not half.more:  # as nearly always
                captured, records = sum(lengths), len(lengths)
                said = Half(exactly(captured - records * longer), records, captured, half.first, half.last)
            else:
                while behind < end and halves[behind].from_client is from_client:
                    behind += 1
                said = self._half(halves[place:behind])
            place = behind
            if from_client:
                client = said
            else:
                turns.append(Turn(client, said))
                client = None
        if client or not turns:
            turns.append(Turn(client, None))
        return turns

    def _half(self, halves: Sequence[HalfTurn]) -> Half:
        """Return neighbours of one side as one; between them something was dropped."""
        first, last = halves[0], halves[-1]
        lengths, more, octets = first.lengths, first.more, first.more_octets
        if len(halves) > 1:
            lengths = tuple(each for half in halves for each in half.lengths)
            more, octets = sum(half.more for half in halves), sum(half.more_octets for half in halves)
        text = self._measure.all(first.from_client, lengths)
        if more:
            rest = self._measure.sum(first.from_client, more, octets)
            text = Length(text.least + rest.least, text.most + rest.most)
        return Half(text, len(lengths) + more, sum(lengths) + octets, first.first, last.last)


def _same(turn: Turn, other: Turn) -> bool:
    """Say whether two turns have the same lengths: known to the byte, or as near as a long reply's in a range."""
    if not (turn.client and turn.server and other.client and other.server):
        return False
    pairs = ((turn.client.text, other.client.text), (turn.server.text, other.server.text))
    if any(mine != yours for mine, yours in pairs):
        return False
    return all(mine.exact for mine, _ in pairs) or turn.server.text.least >= LONG_LIST
