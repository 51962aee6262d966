"""A program for the tests of ``preload``: loads, then runs verbs to the end, and says what it loaded after that.

``python rehearsed.py [--drop] CAPTURE [CAPTURE ...]``; with ``--drop`` it starts as root and becomes nobody in between.
The answer is one object on standard output: who we are, what was imported and which files of the program were opened
behind ``preload``, and how each verb ended.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import traceback
from typing import Any

from sniffer.cli.app import app
from sniffer.cli.preload import preload
from sniffer.sources.privileges import drop

WATCHED: list[str] = []
"""Empty until it is time: the folders whose files count."""

LOADED: list[str] = []


def listen(event: str, values: tuple[Any, ...]) -> None:
    """Note what is imported, and which files of the program or the interpreter are opened (PEP 578)."""
    if not WATCHED:
        return
    if event == "import":
        LOADED.append(f"import {values[0]}")
    elif event == "open" and isinstance(values[0], str) and values[0].startswith(tuple(WATCHED)):
        LOADED.append(f"open {values[0]}")


def words(captures: list[str]) -> list[list[str]]:
    """The verbs that are run."""
    told = []
    for view in ("devices", "sessions"):
        for form in ("table", "json", "jsonl", "csv"):
            told += [["triage", "--view", view, "--format", form, *captures]]
    return [*told, ["deadlines"]]


def run(line: list[str]) -> tuple[str, str]:
    """Run a verb in this process; return what it printed, and what went wrong."""
    out, err = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            app(line)
    except SystemExit as ending:
        if ending.code not in (0, 4, 5):
            return out.getvalue(), f"{ending.code}: {err.getvalue()}"
    except Exception:
        return out.getvalue(), traceback.format_exc()
    return out.getvalue(), ""


def main() -> None:
    """Load, become nobody, run."""
    dropping = "--drop" in sys.argv
    captures = [word for word in sys.argv[1:] if word != "--drop"]
    sys.addaudithook(listen)
    run(["triage", "--ports", "0"])  # a wrong option: the verb is found and its options are read, as always before
    preload()
    name = drop(None) if dropping else None
    folders = {sys.prefix, sys.base_prefix, *(each for each in sys.path if each)}
    WATCHED.extend(each.rstrip("/") + "/" for each in folders)
    wrong: dict[str, str] = {}
    for line in words(captures):
        _, problem = run(line)
        if problem:
            wrong[" ".join(line[:5])] = problem
    answer = {"name": name, "uid": os.getuid() if hasattr(os, "getuid") else None, "loaded": LOADED, "wrong": wrong}
    WATCHED.clear()
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
