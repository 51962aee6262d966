"""Reading Postfix's mail log: verbatim lines of `smtpd -v`, `sasl_username=`, TLS."""

from __future__ import annotations

import re
from pathlib import Path

from tests.lab.served import Served, Witness

LINE = re.compile(r" face/([^/]+)/(\d+)/smtpd\[(\d+)\]: (.*)$")
CONNECT = re.compile(r"connect from \S*\[([^\]]+)\]:(\d+)$")
SPOKEN = re.compile(r"([<>]) \S*\[[^\]]+\]:\d+: (.*)$")
NAMED = re.compile(r"sasl_username=(?!\(unavailable\))(.+)$|auth reply: OK\?.*\buser=([^?]+)")
FAILED = re.compile(r"SSL_accept error from ")
SECURED = re.compile(r"TLS connection established from ")


def read(path: Path, implicit: tuple[int, ...] = (465,)) -> list[Served]:
    """All connections in a mail log, in the order they came; one process serves one at a time."""
    now: dict[str, Witness] = {}
    done: list[Served] = []
    for line in path.read_text(errors="replace").splitlines():
        if found := LINE.search(line):
            ip, port, pid, text = found.groups()
            if start := CONNECT.match(text):
                now[pid] = Witness((start[1], int(start[2])), (ip, int(port)), int(port) in implicit)
                done.append(now[pid].served)
            elif pid in now:
                tell(now[pid], text)
    return done


def tell(witness: Witness, text: str) -> None:
    """Hand one line of the log to the connection's witness."""
    if spoken := SPOKEN.match(text):
        (witness.said if spoken[1] == "<" else witness.answered)(spoken[2])
    elif named := NAMED.search(text):
        witness.named(named[1] or named[2])
    elif SECURED.search(text):
        witness.secured()
    elif FAILED.search(text):
        witness.unsecured()
