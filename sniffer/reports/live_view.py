"""The view of a running capture for a terminal: one screen, made anew each time from ``Watched``.

It is made of plain lines, not of rich's tables: those take ten milliseconds to lay out, and this is drawn for days.
All text is made harmless here, and every line is cut to the width.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.style import Style

from sniffer.model.health import Health, InterfaceHealth
from sniffer.reports.escape import for_terminal
from sniffer.reports.health_row import rates
from sniffer.reports.moments import SECOND, local
from sniffer.reports.notes import notes
from sniffer.reports.quality import dropped, received, share
from sniffer.reports.watched import Latest, Seen, Watched
from sniffer.reports.words import UNJUDGED_SHORT, VERDICT_STYLES, VERDICT_WORDS

Part = tuple[str, str]
"""Text, harmless, and its style."""

Line = Sequence[Part]

LABEL = 10
"""Columns of what a line is about."""

MOST_NOTES = 5
"""Notes shown; of more the worst."""

LEAST_SESSIONS = 4
"""Rows that sessions have, whatever else there is to show."""

LEAST_ABOVE = 3
"""Lines at the top that stay on a small screen; what notes say comes before the rest."""

TALL = 32
"""Lines of a screen from which on devices are shown beside the sessions."""

WIDE = 116
"""Columns from which on addresses, and how surely something is known, have room."""

GAP = "  "


class LiveView:
    """Draws what is watched in whatever room there is."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Give the screen, line by line."""
        width, height = options.max_width, options.height or console.height
        for place, line in enumerate(screen(self._watched, width, height)):
            if place:
                yield Segment.line()
            for text, style in fitted(line, width):
                yield Segment(text, console.get_style(style) if style else Style.null())


def screen(watched: Watched, width: int, height: int) -> list[Line]:
    """Return the lines of a screen, ``height`` of them at most."""
    above = [*_head(watched, width), [], *_figures(watched, width), []]
    below = [[], *_notes(watched, width), _foot(watched)]
    room = height - len(above) - len(below)
    middle = _middle(watched, width, max(room, LEAST_SESSIONS + 1))
    filling: list[Line] = [[]] * max(0, room - len(middle))
    seen = [*above, *middle, *filling][: max(height - len(below), LEAST_ABOVE)]
    return [*seen, *below][:height]


def fitted(line: Line, width: int) -> Iterator[Part]:
    """Give a line no wider than a screen; what is cut ends in an ellipsis."""
    room = width
    for place, (text, style) in enumerate(line):
        size = cell_len(text)
        last = place == len(line) - 1
        if size < room or (last and size == room):
            yield text, style
            room -= size
            continue
        yield _cell(text, room, cut=True), style
        return


def _cell(text: str, width: int, *, cut: bool = False) -> str:
    """Return text in so many columns, filled with blanks or cut."""
    size = cell_len(text)
    if size > width or cut:
        return set_cell_size(text, max(width - 1, 0)).rstrip() + "…" if width > 0 else ""
    return text + " " * (width - size)


# -- above ---------------------------------------------------------------------------------------


def _head(watched: Watched, width: int) -> Iterator[Line]:
    health = watched.health
    left: list[Part] = [("sniffer capture", "bold"), (f"{GAP}{for_terminal(health.sensor)}:", "")]
    for place, each in enumerate(health.interfaces):
        left.append((("," if place else "") + f" {for_terminal(each.interface)} ", ""))
        left.append(_state(each))
    right = f"{GAP}{clock(health.time - watched.course.began)}"
    if watched.until is not None:
        right += f", {clock(watched.until - health.time)} left"
    room = width - cell_len(right)
    shown = list(fitted(left, room))
    yield [*shown, (" " * (room - sum(cell_len(text) for text, _ in shown)), ""), (right, "")]


def _state(each: InterfaceHealth) -> Part:
    if each.gone is not None:
        return "gone", "bold red"
    return ("up", "green") if each.up else ("down", "bold red")


def clock(microseconds: int) -> str:
    """Return a length of time as a clock shows it: ``00:12:31``, ``2 d 03:00:00``; never below zero."""
    whole = max(0, microseconds) // SECOND
    days, rest = divmod(whole, 86_400)
    shown = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{days:,} d {shown}" if days else shown


def _figures(watched: Watched, width: int) -> Iterator[Line]:
    health, summary = watched.health, watched.course.summary
    yield from _flowing("Now", _now(watched), width)
    yield from _flowing("So far", _so_far(health), width)
    unjudged = [
        (f"{count:,} not judged: {UNJUDGED_SHORT[why]}", VERDICT_STYLES["unknown"])
        for why, count in summary.unjudged.most_common()
    ]
    counts: list[Part] = [(f"{summary.sessions:,} seen", ""), (f"{summary.judged:,} judged", "")]
    yield from _flowing("Sessions", [*counts, *unjudged, (f"{health.open:,} connections open", "dim")], width)
    devices = [
        (f"{summary.verdicts[verdict]:,} {words}", VERDICT_STYLES[verdict])
        for verdict, words in VERDICT_WORDS.items()
        if summary.verdicts[verdict]
    ]
    yield from _flowing("Devices", devices or [("none yet", "dim")], width)


def _now(watched: Watched) -> list[Part]:
    rate = rates(watched.health, watched.course.before)
    if rate is None:
        return [("…", "dim")]
    now = [(f"{rate['frames']:,.0f} frames/s", ""), (f"{rate['bits'] / 1e6:,.2f} Mbit/s selected", "")]
    if rate["dropped"] is None:
        return [*now, ("kernel drops not counted", "dim")]
    lost = rate["dropped"]
    return [*now, (f"{lost:,.0f} dropped/s", "bold red") if lost > 0 else ("none dropped", "")]


def _so_far(health: Health) -> list[Part]:
    frames, lost = received(health), dropped(health)
    got = sum(each.frames for each in health.interfaces) if frames is None else frames
    told: list[Part] = [(f"{got:,} frames received", "")]
    if lost:
        return [*told, (f"{lost:,} dropped by the kernel ({share(lost, got)})", "bold red")]
    return told if lost is None else [*told, ("none dropped", "")]


def _flowing(label: str, items: Iterable[Part], width: int) -> Iterator[Line]:
    """Give items one after another, on as many lines as they take."""
    line: list[Part] = [(_cell(label, LABEL), "dim")]
    room = width - LABEL
    for text, style in items:
        first = len(line) == 1
        size = cell_len(text) + (0 if first else len(GAP))
        if size > room and not first:
            yield line
            line, room, first = [(" " * LABEL, "")], width - LABEL, True
            size = cell_len(text)
        line.append(((("" if first else GAP) + text), style))
        room -= size
    yield line


# -- in the middle -------------------------------------------------------------------------------


def _middle(watched: Watched, width: int, room: int) -> list[Line]:
    """Return the latest sessions, and on a tall screen the devices below them."""
    devices: list[Line] = []
    if room >= TALL - LABEL and watched.devices:
        rows = min(len(watched.devices), (room - 3) // 2)
        devices = [
            [],
            [("Devices, the most urgent first", "bold")],
            *(_device(each, width) for each in watched.devices[:rows]),
        ]
    rows = room - 1 - len(devices)
    shown = watched.latest[:rows]
    age = "nothing judged yet"
    if watched.judged_at is not None:
        age = f"as judged {max(0, watched.health.time - watched.judged_at) // SECOND:,} s ago"
    title: Line = [("Latest sessions", "bold"), (f"{GAP}{age}", "dim")]
    none: list[Line] = [] if shown else [[("none yet", "dim")]]
    return [title, *none, *(_session(each, width) for each in shown), *devices]


def _session(each: Latest, width: int) -> Line:
    hour = local(each.time).split(" ")[1]
    cells: tuple[str, ...]
    if width < WIDE:
        sizes = _sizes(width - 10, (18, 16, 22, 8))
        cells = (each.device, each.service, each.short, each.outcome)
    else:
        sizes = _sizes(width - 10, (24, 18, 20, 36, 8))
        address = "" if each.address == each.device else each.address
        cells = (each.device, address, each.service, each.how, each.outcome)
    return [(f"{hour}{GAP}", "dim"), *_row(cells, sizes, styled=len(cells) - 2, style=each.style)]


def _device(each: Seen, width: int) -> Line:
    cells: tuple[str, ...] = (each.verdict, each.name or each.address or each.device, each.service, each.state)
    if width < WIDE:
        return [*_row(cells, _sizes(width, (24, 20, 18, 12)), styled=0, style=each.style)]
    cells = (each.verdict, each.name or "(no name)", each.address, each.made, each.service, each.state)
    return [*_row(cells, _sizes(width, (24, 22, 16, 16, 18, 12)), styled=0, style=each.style)]


def _sizes(width: int, least: tuple[int, ...]) -> list[int]:
    """Return the columns of cells: what is left over goes to all but the last, which is short."""
    left = max(0, width - sum(least) - len(GAP) * (len(least) - 1))
    each, rest = divmod(min(left, 12 * (len(least) - 1)), len(least) - 1)
    return [size + (each + (place < rest) if place < len(least) - 1 else 0) for place, size in enumerate(least)]


def _row(cells: tuple[str, ...], sizes: list[int], *, styled: int, style: str) -> Iterator[Part]:
    for place, (text, size) in enumerate(zip(cells, sizes, strict=True)):
        end = GAP if place < len(cells) - 1 else ""
        yield _cell(for_terminal(text), size) + end, style if place == styled else ""


# -- below ---------------------------------------------------------------------------------------


def _notes(watched: Watched, width: int) -> Iterator[Line]:
    found = notes(watched.course)
    for each in found[:MOST_NOTES]:
        style = "bold red" if each.severe else "yellow"
        for place, text in enumerate(_wrapped(each.text, width - 2)):
            yield [("  " if place else "! ", style), (text, style)]


def _wrapped(text: str, width: int) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        if line and cell_len(line) + 1 + cell_len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


def _foot(watched: Watched) -> Line:
    writes = f"{GAP}evidence goes to {for_terminal(watched.writes)}" if watched.writes else ""
    return [("Ctrl-C ends the capture and prints the report.", "dim"), (writes, "dim")]
