"""The runner: sniffer, tcpdump and tshark in turn on the same files, as whole processes.

This module and those it imports stay small: a child's peak memory begins at its parent's.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.measure import Measurement, measure
from tests.capture_files import write_pcap
from tests.wire import Conversation

PROGRAMS = ("sniffer", "without", "tcpdump", "tshark")
"""``without`` is sniffer that does not listen to what boxes say of themselves."""

DISCOVERY = ("s15", "mixed-discovery")
"""Captures that hold what boxes say; of the others only the mail is read."""
PORTS = (25, 465, 587, 2525, 2465, 2587)
TSHARK_FILTER = 'smtp.req.command=="AUTH" || tls.handshake.type==1'
JUDGED_OR_NOT = (0, 3, 5)  # the statuses of a triage that read all of its input
HELP, SMALL = "sniffer --help", "small triage"

Figures = dict[tuple[str, str], list[Measurement]]
"""The runs of (file, program)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run, and how often."""

    runs: int = 5
    tshark_runs: int = 1
    programs: tuple[str, ...] = PROGRAMS

    def counts(self, program: str, turn: int) -> bool:
        """Whether a program takes part in a turn; turn 0 warms up, and tshark needs no warming."""
        return 1 <= turn <= self.tshark_runs if program == "tshark" else True


def run(files: Iterable[Path], plan: Plan, *, startup: bool = True) -> Figures:
    """Measure every file; says on stderr what it is at."""
    figures: Figures = {}
    for path in files:
        figures |= _in_turn(path.stem, commands(path, plan.programs), plan)
    if startup and "sniffer" in plan.programs:
        with tempfile.TemporaryDirectory() as folder:
            figures |= _startup(Path(folder) / "small.pcap", plan)
    return figures


def commands(path: Path, programs: Iterable[str]) -> dict[str, list[str]]:
    """The command of each program for a capture."""
    listens = path.stem in DISCOVERY
    made = {
        "sniffer": triage(path) if listens else without_identity(path),
        "without": without_identity(path),
        "tcpdump": ["tcpdump", "-r", str(path), "-w", "/dev/null", bpf_filter()],
        "tshark": ["tshark", "-r", str(path), "-Y", TSHARK_FILTER],
    }
    return {program: made[program] for program in programs if program != "without" or listens}


def triage(path: Path) -> list[str]:
    """The command of a triage whose table nobody reads."""
    return [sys.executable, "-m", "sniffer", "triage", str(path), "--output", "/dev/null"]


def without_identity(path: Path) -> list[str]:
    """The same for mail alone."""
    return [*triage(path), "--no-identity"]


def bpf_filter() -> str:
    """The filter that sniffer itself hands to libpcap, asked for in a process of its own to stay small."""
    code = f"from sniffer.sources.bpf import selection; print(selection({PORTS}, senders=(53,)))"
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return asked.stdout.strip()


def _in_turn(name: str, programs: Mapping[str, Sequence[str]], plan: Plan) -> Figures:
    """A B C A B C and so on, after one turn that does not count."""
    figures: Figures = {(name, program): [] for program in programs}
    for turn in range(plan.runs + 1):
        for program in filter(lambda program: plan.counts(program, turn), programs):
            print(f"{name}: {program}, {f'turn {turn}' if turn else 'warm-up'}", file=sys.stderr)
            accepted = JUDGED_OR_NOT if program in ("sniffer", "without") else (0,)
            measured = measure(programs[program], accepted)
            if turn:
                figures[name, program].append(measured)
    return figures


def _startup(path: Path, plan: Plan) -> Figures:
    write_pcap(path, small_talk().frames())
    helped = [sys.executable, "-m", "sniffer", "--help"]
    return _in_turn(HELP, {"sniffer": helped}, plan) | _in_turn(SMALL, {"sniffer": triage(path)}, plan)


def small_talk() -> Conversation:
    """One session with AUTH LOGIN."""
    talk = Conversation()
    talk.open()
    talk.dialogue("""
        S: 220 mail.example.org ESMTP
        C: EHLO scanner
        S: 250-mail.example.org
        S: 250 AUTH LOGIN
        C: AUTH LOGIN
        S: 334 VXNlcm5hbWU6
        C: c2Nhbm5lckBleGFtcGxlLm9yZw==
        S: 334 UGFzc3dvcmQ6
        C: bWFkZS11cA==
        S: 235 2.7.0 Authentication successful
        C: QUIT
        S: 221 2.0.0 Bye
    """)
    talk.close()
    return talk
