"""A program for the tests of ``preload``: loads, runs the engine and its reports, and says what it loaded after that.

``python rehearsed.py [--drop] [--bare] CAPTURE ...``; with ``--drop`` it starts as root and becomes nobody in between,
with ``--bare`` it loads nothing before.  It needs nothing but the package.  The answer is one object on standard
output: who we are now, what was imported and which files of the program were opened behind ``preload``, how each verb
went wrong if it did, how many rows there were, and a local time.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import traceback
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live

from sniffer.cli import deadlines, explain, triage
from sniffer.cli.app import app
from sniffer.cli.preload import preload
from sniffer.knowledge.catalogue import catalogue
from sniffer.model import limits
from sniffer.pipeline import Judgement, Settings, gather
from sniffer.reports.moments import local
from sniffer.sources.privileges import drop

WATCHED: list[str] = []
"""Folders whose files count; none until it is time."""

LOADED: list[str] = []

VERBS = deadlines, explain, triage
"""Whoever calls a verb has imported it: they are imported here, like everything that is called before ``preload``."""

SETS = (
    *(f"iso-8859-{part}" for part in (*range(1, 12), *range(13, 17))),
    *(f"windows-{page}" for page in range(1250, 1259)),
    "utf-8", "utf-16", "utf-16le", "us-ascii", "koi8-r", "koi8-u", "gb2312", "gbk", "gb18030", "big5", "shift_jis",
    "euc-jp", "euc-kr", "iso-2022-jp", "iso-2022-kr",
)  # fmt: skip
"""Character sets that a mail may name."""


def listen(event: str, values: tuple[Any, ...]) -> None:
    """Note what is imported, and which files of the program or the interpreter are opened (PEP 578)."""
    if not WATCHED:
        return
    if event == "import":
        LOADED.append(f"import {values[0]}")
    elif event == "open" and isinstance(values[0], str) and values[0].startswith(tuple(WATCHED)):
        LOADED.append(f"open {values[0]}")


class Rehearsal:
    """The verbs, one after the other."""

    def __init__(self, captures: list[str]) -> None:
        self.captures = captures
        self.wrong: dict[str, str] = {}

    def verb(self, *words: str, statuses: tuple[int, ...] = (0, 5)) -> str:
        """Run a verb and return what it printed."""
        out, err = io.StringIO(), io.StringIO()
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                app([*words])
        except SystemExit as ending:
            if ending.code not in statuses:
                self.wrong[" ".join(words)] = f"{ending.code}: {err.getvalue()}"
        except Exception:
            self.wrong[" ".join(words)] = traceback.format_exc()
        return out.getvalue()

    def run(self) -> int:
        """Run all of it; return how many sessions and devices there were."""
        rows = {}
        for view in ("devices", "sessions"):
            for form in ("table", "jsonl", "json", "csv"):
                rows[form, view] = self.verb("triage", "--view", view, "--format", form, *self.captures)
        sessions, devices = ([json.loads(row) for row in rows["jsonl", view].splitlines()[:-1]]
                             for view in ("sessions", "devices"))  # fmt: skip
        self.verb("explain", "--device", devices[0]["device"], *self.captures)
        self.verb("explain", "--session", sessions[0]["session"], *self.captures)
        self.verb("deadlines")
        self.shared()
        self.watched()
        for name in SETS:
            b"mail".decode(name, "replace")
        b"xn--mller-kva.example".decode("idna")
        return len(sessions) + len(devices)

    def shared(self) -> None:
        """Gather on two processes, into a spool that has to write to disk, and judge."""
        limits.SPOOL_CACHE = 16
        paths = [("default", Path(each)) for each in self.captures]
        found = gather(paths, Settings(processes=2))
        list(Judgement(found.spool, known=catalogue(), as_of=date(2026, 11, 26)).sessions())

    def watched(self) -> None:
        """Show something on what is taken for a terminal, in colours, and the local time."""
        console = Console(file=io.StringIO(), force_terminal=True, color_system="truecolor", width=80)
        with Live(local(0), console=console, refresh_per_second=4) as live:
            live.update("\N{CJK UNIFIED IDEOGRAPH-4E00}\N{WARNING SIGN}")


def main() -> None:
    """Load, become nobody, run."""
    options = {word for word in sys.argv[1:] if word.startswith("--")}
    rehearsal = Rehearsal([word for word in sys.argv[1:] if word not in options])
    sys.addaudithook(listen)
    rehearsal.verb("triage", "--ports", "0", statuses=(2,))  # a wrong option: a verb is found and its options are read
    if "--bare" not in options:
        preload()
    name = drop(None) if "--drop" in options else None
    folders = {sys.prefix, sys.base_prefix, *(each for each in sys.path if each)}
    WATCHED.extend(each.rstrip("/") + "/" for each in folders)
    rows = rehearsal.run()
    WATCHED.clear()
    uid = os.getuid() if hasattr(os, "getuid") else None
    answer = {"name": name, "uid": uid, "loaded": LOADED, "wrong": rehearsal.wrong, "rows": rows, "time": local(0)}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
