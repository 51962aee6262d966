"""Writes `sniffer/knowledge/dialogue_fit.toml`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[2] / "sniffer" / "knowledge" / "dialogue_fit.toml"

HEAD = """\
# Fitted numbers: how dialogues inside TLS go on, how long replies are, and what a probability has proven to be worth.
#
# Written by `python -m tests.accuracy fit CORPUS...`, from sessions of which servers' logs tell the truth; not by hand.
# `paths`, `begins`, `ends`, `exchange`, `sharpness`, `client` and `server` take the place of what dialogue.toml says.
# `bins` tell, for sessions of clients or servers that the parameters were not fitted to, how many with at least this
# probability (and less than the next bin's) were right, and the share that this proves (exact lower bound, 95 %).
"""


def write(table: Mapping[str, Any], bins: Mapping[str, Any], sessions: int, corpora: Sequence[str], day: date) -> None:
    """Write the file."""
    lines = [HEAD, f"as_of = {day.isoformat()}", f"sessions = {sessions}", f"corpora = {_list(corpora)}", ""]
    for name in ("paths", "begins", "ends"):
        for situation, numbers in table[name].items():
            lines += [f"[{name}.{situation}]", *(f"{_key(key)} = {value:.6g}" for key, value in numbers.items()), ""]
    lines += ["[exchange]", *(f"{key} = {value:.6g}" for key, value in table["exchange"].items()), ""]
    lines += ["[sharpness]", *(f"{key} = {list(powers)}" for key, powers in table["sharpness"].items()), ""]
    for side in ("client", "server"):
        lines += [
            f"[{side}]",
            *(f"{symbol} = [{', '.join(map(_inline, parts))}]" for symbol, parts in table[side].items()),
            "",
        ]
    for of, kinds in bins.items():
        for lengths, rows in kinds.items():
            for row in rows:
                lines += [f"[[bins.{of}.{lengths}]]", *(f"{key} = {value}" for key, value in row.items()), ""]
    TARGET.write_text("\n".join(lines), "utf-8")


def _key(text: str) -> str:
    return f'"{text}"' if " " in text else text


def _list(texts: Sequence[str]) -> str:
    return json.dumps(list(texts), ensure_ascii=False)


def _inline(part: Mapping[str, Any]) -> str:
    cells = (f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value}" for key, value in part.items())
    return "{ " + ", ".join(cells) + " }"
