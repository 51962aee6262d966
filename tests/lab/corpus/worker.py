"""Plays the wishes of one client program, one after the other, inside its namespace.

`python -m tests.lab.corpus.worker PROGRAM WISHES FOLDER`: a driver program gets the file as it is, any other program is
started once for each wish, on a machine of the name that the wish greets with.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from tests.lab.corpus.clients.catalogue import CATALOGUE
from tests.lab.corpus.clients.program import Program
from tests.lab.corpus.hosts import MAIL_NAME
from tests.lab.corpus.wishes import Wish, wish_of

PATIENCE, SLOW_PATIENCE = 8.0, 25.0
"""Seconds for one session, and for one with a server that takes its time; nobody needs more but a hung program."""


def environment(program: Program, folder: Path) -> dict[str, str]:
    """What is set around every program: old TLS is allowed, and home is a folder of its own."""
    config = str(folder.parent / "openssl-clients.cnf")
    trusted = str(folder.parent / f"{MAIL_NAME}.crt")
    ours = {"OPENSSL_CONF": config, "SSL_CERT_FILE": trusted, "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    return {**os.environ, **ours, **program.env}


def run(argv: list[str], stdin: str, around: dict[str, str], folder: Path, patience: float) -> None:
    """Run one command to its end, or to the end of patience; all it started goes with it."""
    with (folder / "said").open("ab") as said:
        started = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=said, stderr=said, env=around, cwd=folder, start_new_session=True
        )
        with suppress(subprocess.TimeoutExpired):
            started.communicate(stdin.encode(), patience)
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()


def play(program: Program, wish: Wish, folder: Path, number: int) -> None:
    """One wish, one process."""
    assert program.command
    own = folder / str(number)
    own.mkdir(exist_ok=True)
    name = re.sub(r"[^A-Za-z0-9.-]", "", wish.helo) or "device"
    if program.parallel == 1:
        socket.sethostname(name)
    command = program.command(wish, own)
    patience = SLOW_PATIENCE if wish.slow else PATIENCE
    run(list(command.argv), command.stdin, {**environment(program, folder), **dict(command.env)}, own, patience)


def main() -> None:
    """Play a file of wishes."""
    program, path, folder = CATALOGUE[sys.argv[1]], Path(sys.argv[2]), Path(sys.argv[3])
    wishes = [wish_of(line) for line in path.read_text().splitlines()]
    if program.driver:
        patience = 60 + len(wishes) * PATIENCE / 5
        run([*program.driver, str(path)], "", environment(program, folder), folder, patience)
    else:
        with ThreadPoolExecutor(program.parallel) as pool:
            list(pool.map(lambda job: play(program, job[1], folder, job[0]), enumerate(wishes)))
    time.sleep(0.2)


if __name__ == "__main__":
    main()
