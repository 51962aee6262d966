"""Where a report goes: a file or standard output, and what is said when that does not work."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import IO

import typer

from sniffer.sources.accounts import Account, opened_for

FAILED = 1


def check(path: Path | None) -> None:
    """End the program if the file cannot be written: better said before the work than behind it."""
    if path is None:
        return
    try:
        existed = path.exists()
        with path.open("a"):
            pass
        if not existed:
            path.unlink()
    except OSError as error:
        raise _failed(path, error) from None


@contextmanager
def opened(path: Path | None, *, for_programs: bool, whose: Account | None = None) -> Iterator[IO[str]]:
    """Open the file to write to, standard output if there is none; programs get UTF-8 everywhere.

    ``whose`` a new file is to be, if not ours: who opens it is about to become that.
    """
    try:
        if path is not None:
            file = opened_for(whose, path) if whose else path
            with open(file, "w", encoding="utf-8", newline="") as stream:  # noqa: PTH123 - a descriptor, too
                yield stream
        else:
            yield _standard_output(for_programs=for_programs)
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        if path is None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is still in hand
        raise _failed(path, error) from None


def _standard_output(*, for_programs: bool) -> IO[str]:
    if isinstance(sys.stdout, TextIOWrapper):
        if for_programs:
            sys.stdout.reconfigure(encoding="utf-8", newline="")
        else:
            sys.stdout.reconfigure(errors="replace")
    return sys.stdout


def _failed(path: Path | None, error: OSError) -> typer.Exit:
    name, advice = (path, "choose another file") if path else ("standard output", "write to a file with --output")
    typer.echo(f"sniffer: {name}: cannot be written ({error.strerror}); {advice}", err=True)
    return typer.Exit(FAILED)
