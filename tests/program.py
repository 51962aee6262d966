"""Running the program as a person does: words in, output, messages and exit status out."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from typer.testing import CliRunner

from sniffer.cli.app import app
from tests import contract

NOWHERE = {"XDG_CONFIG_HOME": "/nonexistent/config", "XDG_DATA_HOME": "/nonexistent/data", "TZ": "UTC"}
"""Settings of the person who runs the tests do not count."""

ROOT = Path(__file__).resolve().parents[1]


class Outcome(NamedTuple):
    """How a run ended and what it said."""

    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of JSON lines but the run's."""
        return contract.lines_of(self.out)[:-1]

    @property
    def record(self) -> dict[str, Any]:
        """The run's row of JSON lines."""
        return contract.lines_of(self.out)[-1]


def sniffer(*words: str | Path, env: Mapping[str, str] | None = None) -> Outcome:
    """Run the program in this process; what it writes as JSON is held against the contract."""
    told = CliRunner().invoke(app, [str(word) for word in words], env={**NOWHERE, **(env or {})})
    if told.exception is not None and not isinstance(told.exception, SystemExit):
        raise told.exception
    return checked(words, Outcome(told.exit_code, told.stdout, told.stderr))


def program(
    *words: str | Path,
    stdin: bytes | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdout: Any = subprocess.PIPE,
) -> Outcome:
    """Run the program in a process of its own."""
    done = subprocess.run(
        command(*words),
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=environment(env),
        cwd=cwd,
        timeout=60,
        check=False,
    )
    outcome = Outcome(done.returncode, (done.stdout or b"").decode(), done.stderr.decode())
    return checked(words, outcome) if stdout == subprocess.PIPE else outcome


def command(*words: str | Path) -> list[str]:
    """The command line of a process of its own."""
    return [sys.executable, "-m", "sniffer", *map(str, words)]


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a process of its own."""
    return {**os.environ, **NOWHERE, **(more or {})}


def checked(words: tuple[str | Path, ...], outcome: Outcome) -> Outcome:
    """Hold JSON output against the contract, and any output against what nobody must ever see."""
    assert "Traceback" not in outcome.err, outcome.err
    if outcome.out and "--output" not in words:
        if "jsonl" in words:
            contract.lines_of(outcome.out)
        elif "json" in words:
            contract.object_of(outcome.out)
    return outcome


def sessions(*words: str | Path, env: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """The sessions that ``triage`` reports, those of remote hosts too."""
    outcome = sniffer("triage", "--view", "sessions", "--format", "jsonl", "--scope", "all", *words, env=env)
    assert outcome.out, outcome.err
    return outcome.rows


def devices(*words: str | Path, env: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """The devices that ``triage`` reports."""
    outcome = sniffer("triage", "--format", "jsonl", *words, env=env)
    assert outcome.out, outcome.err
    return outcome.rows
