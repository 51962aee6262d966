"""A log of lines as they were said, one JSON object each: how servers tell us that have no witness inside.

Each has the ends of its connection (`client port server at`), `who` said it (C, S, or T when TLS is there) and `line`.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.lab.served import Served, Witness


def read(path: Path) -> list[Served]:
    """All connections of a log, in the order they came."""
    seen: dict[tuple[str, int, str, int], Witness] = {}
    for text in path.read_text(errors="replace").splitlines() if path.exists() else ():
        row = json.loads(text)
        ends = row["client"], row["port"], row["server"], row["at"]
        witness = seen.setdefault(ends, Witness(ends[:2], ends[2:], implicit=row["at"] == 465))
        if row["who"] == "T":
            witness.secured()
        elif row["who"] == "C":
            witness.said(row["line"])
        else:
            for line in row["line"].splitlines():
                witness.answered(line)
    return [witness.served for witness in seen.values()]
