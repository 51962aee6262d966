"""Measurements → medians, ratios and targets, as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from tests.bench.run import DISCOVERY, HELP, SMALL, Figures

HEAD = ("file", "sniffer s", "tcpdump s", "ratio", "tshark s", "ratio", "sniffer MB")
PEAK_MB, DISCOVERY_PEAK_MB = 300, 400


@dataclass(frozen=True, slots=True)
class Target:
    """A bound on a figure; `least` turns it into a lower one."""

    text: str
    figure: float | None
    bound: float
    least: bool = False

    def __str__(self) -> str:
        """The figure, the bound, and whether it holds."""
        if self.figure is None:
            return f"  ?    {self.text}: not measured"
        held = self.figure >= self.bound if self.least else self.figure <= self.bound
        sign = "≥" if self.least else "≤"
        return f"  {'ok  ' if held else 'MISS'} {self.text}: {self.figure:.2f} (target {sign} {self.bound:g})"


def report(figures: Figures, frames: Mapping[str, int] = {}) -> str:
    """The whole answer; ``frames`` are the messages of discovery in each capture."""
    names = list(dict.fromkeys(name for name, _ in figures))
    rows = [HEAD, *(_row(figures, name) for name in names)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
    problems = sorted({f"{name}, {who}: {m.problem}" for (name, who), ms in figures.items() for m in ms if m.problem})
    return "\n".join(
        ["Medians of whole processes", *lines, "", "Targets", *map(str, targets(figures, frames)), *problems]
    )


def targets(figures: Figures, frames: Mapping[str, int] = {}) -> Iterator[Target]:
    """What was to be reached, for the files that were measured."""
    names = {name for name, _ in figures}
    for name in sorted(names & {"mixed", "mixed-vlan"}):
        yield Target(f"{name}: time of tcpdump", _ratio(figures, name, "sniffer", "tcpdump"), 4)
    if "smtp" in names:
        yield Target("smtp: times faster than tshark", _ratio(figures, "smtp", "tshark", "sniffer"), 15, least=True)
    for name in sorted(names - {HELP, SMALL}):
        most = DISCOVERY_PEAK_MB if name in DISCOVERY else PEAK_MB
        yield Target(f"{name}: peak memory in MB", peak(figures, name), most)
    if "mixed-discovery" in names:
        slower = _ratio(figures, "mixed-discovery", "sniffer", "without")
        yield Target("mixed-discovery: time without identity", slower, 1.5)
    if "s15" in names and frames.get("s15"):
        taken = seconds(figures, "s15", "sniffer")
        rate = frames["s15"] / taken if taken else None
        yield Target("s15: messages of discovery a second", rate, 30_000, least=True)
    if {"mixed", "mixed-small"} <= names:
        small, large = peak(figures, "mixed-small"), peak(figures, "mixed")
        yield Target("mixed: memory of mixed-small", large / small if large and small else None, 1.1)
    for name, bound in ((HELP, 0.5), (SMALL, 0.8)):
        if name in names:
            yield Target(f"{name}: seconds", seconds(figures, name, "sniffer"), bound)


def seconds(figures: Figures, name: str, program: str) -> float | None:
    """The median, if every run went well."""
    runs = figures.get((name, program), [])
    return median(m.seconds for m in runs) if runs and not any(m.problem for m in runs) else None


def peak(figures: Figures, name: str) -> float | None:
    """The most memory sniffer took in any run."""
    runs = figures.get((name, "sniffer"), [])
    return max(m.peak_mb for m in runs) if runs and not any(m.problem for m in runs) else None


def _ratio(figures: Figures, name: str, over: str, under: str) -> float | None:
    upper, lower = seconds(figures, name, over), seconds(figures, name, under)
    return upper / lower if upper and lower else None


def _row(figures: Figures, name: str) -> tuple[str, ...]:
    sniffer, tcpdump, tshark = (seconds(figures, name, program) for program in ("sniffer", "tcpdump", "tshark"))
    slower, faster = _ratio(figures, name, "sniffer", "tcpdump"), _ratio(figures, name, "tshark", "sniffer")
    numbers = ((sniffer, ".2f"), (tcpdump, ".2f"), (slower, ".1f"), (tshark, ".1f"), (faster, ".1f"))
    memory = peak(figures, name)
    return name, *(_shown(*number) for number in numbers), _shown(memory, ".0f")


def _shown(number: float | None, form: str) -> str:
    return "–" if number is None else format(number, form)
