"""One whole process, measured from outside."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a run took."""

    seconds: float
    """Wall time, start-up included."""
    peak_mb: float
    """Largest resident set of the process (10**6 bytes), its waited-for children counted one by one."""
    problem: str | None = None
    """Why the run does not count."""


def measure(command: Sequence[str], accepted: Collection[int] = (0,)) -> Measurement:
    """Run a command to its end, its output thrown away; a status that is not `accepted` is a problem.

    Python may keep what it compiled, as of an installed program, whatever the shell says: sniffer's modules take 0.4 s.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile() as said:
        begun = time.perf_counter()
        try:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said, env=environment)
        except FileNotFoundError:
            return Measurement(0, 0, f"{command[0]} is not installed")
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)  # waited for here: Popen must not wait again
        problem = None
        if process.returncode not in accepted:
            said.seek(0)
            lines = said.read().decode(errors="replace").strip().splitlines()
            problem = f"exit status {process.returncode}: {lines[-1] if lines else 'no message'}"
    return Measurement(seconds, usage.ru_maxrss * 1024 / 1e6, problem)
