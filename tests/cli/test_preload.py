"""What ``preload`` loads is all that is needed later."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from sniffer.cli import preload as module
from sniffer.knowledge import rows, tls
from sniffer.knowledge.catalogue import catalogue
from tests.program import ROOT, environment

PROGRAM = Path(__file__).with_name("rehearsed.py")

CAPTURES = ("lan/office", "tls/1.2-resumed", "devices/s06-vlans")
"""Sessions in clear and inside TLS, with a certificate; boxes that speak of themselves."""

LATER = ("scapy", "alembic")
"""What a capture by libpcap never imports, and what whoever uses an inventory has imported by opening one."""


def test_nothing_of_the_program_is_loaded_behind_it(tmp_path: Path) -> None:
    for name in CAPTURES:  # away from the program's own folder, which is watched
        shutil.copytree(ROOT / "captures" / name, tmp_path / name)
    words = [sys.executable, str(PROGRAM), str(tmp_path)]
    done = subprocess.run(words, env=environment({"PYTHONPATH": str(ROOT)}), capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert told["wrong"] == {}
    assert told["loaded"] == []
    assert told["rows"] > 10
    assert "Traceback" not in done.stderr


def imported_late() -> Iterator[str]:
    """The modules that functions of the package import."""
    for path in (ROOT / "sniffer").rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef):
                for node in ast.walk(function):
                    if isinstance(node, ast.Import):
                        yield from (alias.name for alias in node.names)
                    elif isinstance(node, ast.ImportFrom) and node.module:
                        yield node.module
                        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_module(name: str) -> bool:
    """Whether a name is one of a module, not of something in it."""
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def test_every_late_import_of_the_package_is_among_it() -> None:
    late = {name for name in imported_late() if is_module(name) and name.partition(".")[0] not in LATER}
    assert "rich.table" in late
    script = "import sys; from sniffer.cli.preload import preload; preload(); print(*sys.modules)"
    words = [sys.executable, "-c", script]
    done = subprocess.run(words, env=environment({"PYTHONPATH": str(ROOT)}), capture_output=True, text=True, check=True)
    assert late - set(done.stdout.split()) == set()


def test_whoever_reads_a_file_of_the_package_is_asked() -> None:
    module.preload()
    readers = {loader.__name__ for loader in module._loaders()}
    assert {"_table", "fit", "_tables", "tables", "makers"} <= readers
    assert tls._tables.cache_info().currsize == 1
    assert rows.shipped.cache_info().currsize == len({*rows.FILES, *rows.OURS})


def test_a_users_file_is_read_too(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[[device-text]]\ncode = "x"\nfields = ["model"]\npattern = "X-1000"\ngrade = "sample"\n'
                   'examples = []\nkind = "printer"\nsource = "label"\nas_of = 2026-11-01\n')  # fmt: skip
    known = catalogue(own)
    module.preload(known)
    own.unlink()
    assert [each.value for each in known.described("model", "X-1000")] == ["printer"]


def test_an_extra_that_is_absent_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LATE", ("no_such_module_anywhere",))
    module.preload()
