"""Feeds lines to a command as a person would: the next one when an answer has come.

`say.py COMMAND...` with the lines on stdin; a refusal (4xx, 5xx) of anything leads to QUIT, as careful scripts do.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from typing import IO

PATIENCE = 12


def reply(stream: IO[str]) -> str:
    """The last line of the next reply; empty at the end."""
    while line := stream.readline():
        if line[:3].isdigit() and line[3:4] != "-":
            return line
    return ""


def main() -> None:
    """Say everything."""
    lines = sys.stdin.read().splitlines()
    talk = subprocess.Popen(
        sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert talk.stdin
    assert talk.stdout
    in_data = False
    if "-starttls" not in sys.argv:
        reply(talk.stdout)
    elif lines and not lines[0].startswith("EHLO"):
        pass
    for line in lines:
        talk.stdin.write(line + "\n")
        talk.stdin.flush()
        if in_data and line != ".":
            continue
        answer = reply(talk.stdout)
        in_data = answer.startswith("354")
        if answer[:1] in ("4", "5", "") and line != "QUIT":
            talk.stdin.write("QUIT\n")
            talk.stdin.flush()
            break
    talk.stdin.close()
    talk.wait(PATIENCE)


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        main()
