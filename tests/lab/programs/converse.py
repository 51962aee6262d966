"""Say lines of SMTP through `openssl s_client`, which can do inside TLS what no mail client does.

Arguments: how often, a JSON list of steps, and the command.  A step is a line to send, after which a whole reply is
awaited; with `nowait ` before it, none is awaited.  The steps `K` (update the keys) and `R` (renegotiate) are commands
of s_client's, and so would be any line that begins with a capital K, Q or R: write `quit`.  Whoever plays more than
once brings the session of the first time along.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

LAST_LINE = re.compile(rb"\d{3}(?: |\r?\n)")
COMMANDS = ("K", "k", "R")
WHILE = 0.4
"""Seconds that a command of s_client's takes."""


def reply(stream: IO[bytes]) -> bool:
    """Read one reply, and whatever s_client prints before it; false at the end."""
    while line := stream.readline():
        if LAST_LINE.match(line):
            return True
    return False


def play(argv: list[str], steps: list[str]) -> None:
    """Say the lines, wait for the replies."""
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin
        assert process.stdout
        for step in steps:
            if step in COMMANDS:
                time.sleep(WHILE)
            process.stdin.write(step.removeprefix("nowait ").encode() + b"\n")
            process.stdin.flush()
            if step in COMMANDS:
                time.sleep(WHILE)
            elif not step.startswith("nowait ") and not reply(process.stdout):
                break
        process.stdin.close()
        process.wait(10)


def main() -> None:
    """Play the script, as often as it is wanted."""
    times, steps, argv = int(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3:]
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "session"
        for time_ in range(times):
            session = ["-sess_in", str(kept)] if time_ else ["-sess_out", str(kept)]
            play([*argv, *(session if times > 1 else [])], steps)


if __name__ == "__main__":
    main()
