"""The rules of the house, as far as a machine can hold them."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.program import ROOT, command, environment

PACKAGE = ROOT / "sniffer"
MODULES = sorted(PACKAGE.rglob("*.py"))
INSIDE = ("decode", "streams", "protocols", "inference")
WORLD = {"os", "io", "socket", "time", "threading", "logging", "subprocess", "pathlib", "sys", "tempfile", "asyncio",
         "multiprocessing", "sqlite3", "select", "signal", "urllib", "http"}  # fmt: skip
"""Not ``secrets``: a key that nobody can guess, for the tables that a stranger's packets fill, changes no result."""

LONGEST_MODULE = 400
LIMITS = PACKAGE / "model" / "limits.py"
"""A table, not code: all bounds stand in this one file, however many there are."""


def named(path: Path) -> str:
    """A module's path from the root."""
    return str(path.relative_to(ROOT))


def imported(tree: ast.Module) -> Iterator[str]:
    """What a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_layers_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", MODULES, ids=map(named, MODULES))
def test_a_module_says_what_it_is_and_is_not_too_long(path: Path) -> None:
    text = path.read_text()
    assert ast.get_docstring(ast.parse(text))
    if path != LIMITS:
        assert len(text.splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("path", MODULES, ids=map(named, MODULES))
def test_nobody_prints(path: Path) -> None:
    calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    assert [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"] == []


INNER = [path for room in INSIDE for path in sorted((PACKAGE / room).rglob("*.py"))]


@pytest.mark.parametrize("path", INNER, ids=map(named, INNER))
def test_the_inside_has_no_world(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert {name for name in imported(tree) if name.partition(".")[0] in WORLD} == set()
    reads = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert reads & {"now", "today", "utcnow"} == set()
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert called & {"open", "print", "input"} == set()


def test_every_limit_has_its_reason() -> None:
    body = ast.parse(LIMITS.read_text()).body
    for place, node in enumerate(body):
        if isinstance(node, ast.Assign):
            reason = body[place + 1] if place + 1 < len(body) else None
            said = isinstance(reason, ast.Expr) and isinstance(reason.value, ast.Constant)
            assert said, f"line {node.lineno} of limits.py has no reason behind it"


def test_every_limit_is_used() -> None:
    text = "".join(path.read_text() for path in MODULES)
    names = re.findall(r"^([A-Z_]+) =", LIMITS.read_text(), re.MULTILINE)
    assert names
    assert [name for name in names if f"limits.{name}" not in text] == []


def readme_commands() -> list[str]:
    """The lines of the README's shell blocks that run the program."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    lines = (part.strip() for block in blocks for line in block.splitlines() for part in line.split("&&"))
    return [re.sub(r"^\S*/bin/", "", line) for line in lines if re.match(r"(\S*/bin/)?sniffer ", line)]


@pytest.mark.parametrize("line", readme_commands())
def test_a_command_of_the_readme_works(tmp_path: Path, line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    if ">" in words:
        words = words[: words.index(">")]
    (tmp_path / "captures").symlink_to(ROOT / "captures")
    for name in re.findall(r"[\w-]+\.pcap\b", line):  # the reader's own captures
        (tmp_path / name).symlink_to(ROOT / "captures" / "lan" / "office" / "capture.pcap")
    env = environment({"PYTHONPATH": str(ROOT)})
    done = subprocess.run(command(*words), cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 3, 5), done.stderr
    assert done.stdout


SHOWN = (
    ("triage captures/lan/office/capture.pcap", "", ""),
    ("triage captures/devices/s01-flat", "", ""),
    ("explain captures/devices/s01-flat --device RNP002673A1B2C3", "Which device it is", "What happens"),
)
"""Commands of which the README shows what they print, from one word to another where that is only a part."""


@pytest.mark.parametrize(("line", "begins", "ends"), SHOWN)
def test_the_readme_shows_what_the_program_prints(line: str, begins: str, ends: str) -> None:
    env = environment({"PYTHONPATH": str(ROOT), "TZ": "UTC"})
    done = subprocess.run(command(*line.split()), cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    part = done.stdout[done.stdout.index(begins) : done.stdout.index(ends) if ends else None]
    printed = "\n".join(each.rstrip() for each in part.strip("\n").splitlines())
    assert printed in (ROOT / "README.md").read_text()
