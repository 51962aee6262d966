"""A session inside TLS as a picture for a ticket or a report: who said how much when, and what each most likely was."""

from __future__ import annotations

from collections.abc import Iterable

from sniffer.model.findings import TurnFinding
from sniffer.reports import session_words as words
from sniffer.reports.auth_words import label
from sniffer.reports.moments import short, since
from sniffer.reports.rows import display_filter
from sniffer.reports.session_words import Story
from sniffer.reports.sureness import percent, telling
from sniffer.reports.svg import FAINT, GREY, INK, PAPER, arrow, box, document, fitted, line, paragraph, text, wrapped

WIDTH = 900
MARGIN = 28
INNER = WIDTH - 2 * MARGIN

TIME, CLIENT, SERVER, SURE = 88, 176, 614, 722
"""Where the columns stand: times (their right edge), both life lines, and how sure it is (its left edge)."""

BETWEEN, HEAD, RIGHT = SERVER - CLIENT - 24, 168, WIDTH - MARGIN - 8 - SURE
"""The room for an arrow's words, for the name of a side, and for how sure it is."""

HALF = 46
"""The height of a half-turn: what it was, its arrow, its length."""

PADDING, NOTE = 12, 15
"""Above and below a turn; the height of a note on its right."""

FROM_CLIENT, FROM_SERVER, SECRET, SECRET_PAPER, TURN_PAPER = "#0b5cad", "#2c6e49", "#8a4b00", "#fff4e0", "#f6f8fa"

FAMILY_INK = {
    "basic": "#b42318",
    "oauth": "#1a7f37",
    "challenge": "#0b6b80",
    "external": "#0b6b80",
    "none": GREY,
    "unknown": "#6f3b93",
}


def drawing(story: Story) -> str:
    """Return a session as SVG."""
    sheet = _Sheet()
    _heading(sheet, story)
    if story.dialogue and story.dialogue.turns:
        _dialogue(sheet, story)
    _caption(sheet, story)
    _foot(sheet, story)
    return document(WIDTH, sheet.y, _title(story), _description(story), sheet.parts)


class _Sheet:
    """What is drawn, from the top down; ``y`` is where the next thing begins."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.y = 20.0

    def lines(self, lines: Iterable[str], *, size: float = 12, fill: str = GREY, bold: bool = False) -> None:
        """Write lines over the whole width, each wrapped."""
        for each in lines:
            for part in wrapped(each, INNER, size):
                self.y += round(size * 1.45)
                self.parts.append(text(MARGIN, self.y, part, size=size, fill=fill, bold=bold))


def _title(story: Story) -> str:
    return f"{words.headline(story)}: {words.verdict(story)}"


def _description(story: Story) -> str:
    """Return the picture in words, turn by turn."""
    turns = story.dialogue.turns if story.dialogue else ()
    told = [f"{since(each.first)}: {each.what or 'nothing'}, answered by {each.reply or 'nothing'}" for each in turns]
    return story.clean(". ".join([story.finding.auth.reason.rstrip("."), *told]) + ".")


def _heading(sheet: _Sheet, story: Story) -> None:
    sheet.lines([words.headline(story)], size=19, fill=INK, bold=True)
    sheet.y += 2
    sheet.lines([story.finding.fact.session, *words.about(story)])
    sheet.y += 14
    top = sheet.y
    sheet.parts.append("")  # the verdict's paper, whose height is known behind its text
    place = len(sheet.parts) - 1
    ink = FAMILY_INK[story.finding.auth.family]
    sheet.y += 4
    _indented(sheet, [words.verdict(story)], size=15, fill=ink, bold=True)
    _indented(sheet, words.verdict_notes(story), size=12.5, fill=INK, bold=False)
    others = ", ".join(words.rivals(story.finding.auth, story.dialogue))
    _indented(
        sheet,
        [f"{words.rivals_heading(story.finding.auth)}: {others}"] if others else [],
        size=12.5,
        fill=INK,
        bold=False,
    )
    sheet.y += 12
    paper = box(MARGIN, top, INNER, sheet.y - top, fill=TURN_PAPER)
    sheet.parts[place] = paper + box(MARGIN, top, 4, sheet.y - top, fill=ink)


def _indented(sheet: _Sheet, lines: Iterable[str], *, size: float, fill: str, bold: bool) -> None:
    for each in lines:
        for part in wrapped(each, INNER - 32, size):
            sheet.y += round(size * 1.45)
            sheet.parts.append(text(MARGIN + 16, sheet.y, part, size=size, fill=fill, bold=bold))


def _dialogue(sheet: _Sheet, story: Story) -> None:
    """Draw the turns, the life lines behind them, and the heads above."""
    sheet.y += 24
    _heads(sheet, story)
    top = sheet.y
    turns = [_Turn(each, story) for each in story.dialogue.turns] if story.dialogue else []
    bottom = top + sum(each.height for each in turns) + 6
    papers, drawn = [], []
    for number, each in enumerate(turns):
        papers.append(box(MARGIN, sheet.y, INNER, each.height, fill=each.paper(number)))
        drawn += each.drawn(sheet.y)
        sheet.y += each.height
    ways = [line(x, top - 8, x, bottom, stroke=GREY, more=' stroke-dasharray="5 4"') for x in (CLIENT, SERVER)]
    sheet.parts += [*papers, *ways, *drawn]
    sheet.y = bottom


def _heads(sheet: _Sheet, story: Story) -> None:
    """Draw both sides' names, on top of their life lines."""
    fact, y = story.finding.fact, sheet.y
    client = story.redact.host(fact.speech.helo) or "client"
    for x, above, below in ((CLIENT, client, fact.client_ip), (SERVER, story.finding.title, fact.server)):
        sheet.parts += [
            box(x - HEAD / 2, y, HEAD, 38, fill=PAPER, stroke=GREY, radius=4),
            text(x, y + 16, fitted(above, HEAD - 8, 12), size=12, anchor="middle", bold=True),
            text(x, y + 31, fitted(below, HEAD - 8, 11), size=11, anchor="middle", fill=GREY),
        ]
    sheet.parts.append(text(TIME, y + 31, "since start", size=11, anchor="end", fill=GREY))
    sheet.parts.append(text(SURE, y + 31, "how likely", size=11, fill=GREY))
    sheet.y = y + 46


class _Turn:
    """One turn: the client's arrow, the server's, and on the right how likely this reading is."""

    def __init__(self, turn: TurnFinding, story: Story) -> None:
        self._turn = turn
        self._story = story
        self._notes = [*self._answered(), *self._rivals()]
        halves = bool(turn.client or turn.what) + bool(turn.server or turn.reply)
        self.height = PADDING + max(halves * HALF, 30 + len(self._notes) * NOTE)

    def paper(self, number: int) -> str:
        """Return the colour behind it: a credential's own, else every second turn a little darker."""
        return SECRET_PAPER if self._turn.credential else (PAPER, TURN_PAPER)[number % 2]

    def drawn(self, top: float) -> list[str]:
        """Return the parts of the drawing, the first at ``top``."""
        turn, y = self._turn, top + PADDING / 2
        parts = self._sure(y)
        if turn.client or turn.what:
            ink = SECRET if turn.credential else FROM_CLIENT
            told = _told(turn.client, turn.client_records, masked=not turn.fixed)
            parts += self._half(y, CLIENT, SERVER, turn.what, told, ink, turn.first)
            y += HALF
        if turn.server or turn.reply:
            when = None if turn.answered is None else turn.first + turn.answered
            told = _told(turn.server, turn.server_records, masked=False)
            parts += self._half(y, SERVER, CLIENT, turn.reply, told, FROM_SERVER, when)
        return parts

    def _half(self, y: float, start: float, end: float, what: str, told: str, ink: str, when: int | None) -> list[str]:
        """Draw an arrow, above it what it was, below it how long."""
        middle = (CLIENT + SERVER) / 2
        words_of_it = fitted(self._story.clean(what) or "not known", BETWEEN, 13)
        moment = [] if when is None else [text(TIME, y + 24, since(when), size=11, anchor="end", fill=GREY, mono=True)]
        tick = [] if when is None else [line(TIME + 4, y + 20, TIME + 12, y + 20, stroke=GREY)]
        return [
            *moment,
            *tick,
            text(middle, y + 14, words_of_it, size=13, anchor="middle", fill=ink, bold=True),
            arrow(start, end, y + 20, stroke=ink),
            text(middle, y + 34, fitted(told, BETWEEN, 11), size=11, anchor="middle", fill=GREY),
        ]

    def _sure(self, y: float) -> list[str]:
        """Draw how likely it is: the number, a bar, and notes."""
        turn = self._turn
        share = min(max(turn.probability, 0.0), 1.0)
        notes = (
            text(SURE, y + 30 + NOTE * (place + 1) - 4, each, size=11, fill=GREY)
            for place, each in enumerate(self._notes)
        )
        return [
            text(SURE, y + 16, percent(turn.probability), size=14, bold=True),
            box(SURE, y + 22, RIGHT, 5, fill=FAINT, radius=2),
            box(SURE, y + 22, RIGHT * share, 5, fill=INK, radius=2),
            *notes,
        ]

    def _answered(self) -> list[str]:
        after = self._turn.answered
        return ["not answered"] if after is None else [f"answered after {short(after)}"]

    def _rivals(self) -> list[str]:
        rivals = (f"or {label(each.label)} {percent(each.probability)}" for each in telling(self._turn.rivals))
        return [part for each in rivals for part in wrapped(self._story.clean(each), RIGHT, 11)]


def _told(plain: str, records: str, *, masked: bool) -> str:
    """Return the lengths of a half-turn."""
    if masked:
        return f"{plain} bytes (only the class of its length is told)"
    within = words.records(records, masked=False)
    return f"{plain} bytes ({within})" if plain and within else f"{plain} bytes" if plain else within


def _caption(sheet: _Sheet, story: Story) -> None:
    """Write why, how it was read and how well it was seen."""
    sheet.y += 8
    sheet.lines([f"Why: {story.clean(story.finding.auth.reason)}"], size=13, fill=INK)
    sheet.y += 4
    sheet.lines([*words.measure(story), words.quality(story.finding.fact)])


def _foot(sheet: _Sheet, story: Story) -> None:
    """Write how to find the session in Wireshark."""
    sheet.y += 14
    sheet.parts.append(line(MARGIN, sheet.y, WIDTH - MARGIN, sheet.y))
    sheet.lines(["Wireshark display filter:"], size=11)
    parts = wrapped(display_filter(story.finding.fact), INNER, 12, mono=True)
    sheet.parts.append(paragraph(MARGIN, sheet.y + 18, parts, size=12))
    sheet.y += 18 * len(parts) + 20
