"""Units as systemd sees them: accepted, rated, and enough for the program to listen and to end well."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("fcntl", reason="the lab is for Linux")

from sniffer.reports.units import Schedule, Unit, scan_words, units
from tests.lab import sandboxed
from tests.program import ROOT

PROGRAM = (sys.executable, "-m", "sniffer")
PLAIN = Schedule(PROGRAM, ("eth1",))
REMOTE = PLAIN._replace(
    database="postgresql+psycopg://sniffer@db.example.org/a%20b", password_file="/etc/sniffer/pass word"
)
SCHEDULES = {
    "always": PLAIN,
    "window": PLAIN._replace(window=7200),
    "remote": REMOTE,
    "hook": PLAIN._replace(then="mail -s 'sniffer: 100 %' \"noc\"@example.org; echo $HOME"),
    "odd": Schedule(PROGRAM, ("e%i$x", "eth;1"), sensor='h "q" \\%n', window=60, then="true", more=("--x", "a b")),
}

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here"),
]


def analyzed(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """What systemd-analyze says."""
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False, cwd=cwd, timeout=60)


def written(wanted: Schedule, folder: Path) -> list[Unit]:
    """The units of a schedule, as files."""
    made = units(wanted)
    for each in made:
        (folder / each.name).write_text(each.text)
    return made


@pytest.mark.parametrize("name", SCHEDULES)
def test_systemd_accepts_them_without_a_word(tmp_path: Path, name: str) -> None:
    for each in written(SCHEDULES[name], tmp_path):
        told = analyzed("verify", f"./{each.name}", cwd=tmp_path)
        assert (told.returncode, told.stdout + told.stderr) == (0, ""), each.name


def test_it_would_say_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "bad.service").write_text("[Service]\nExecStart=/bin/true %q\nMemoryMaxx=1\n")
    told = analyzed("verify", "./bad.service", cwd=tmp_path)
    assert "MemoryMaxx" in told.stdout + told.stderr


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_service_is_rated_ok_or_better(tmp_path: Path, name: str) -> None:
    service = written(SCHEDULES[name], tmp_path)[0]
    told = analyzed("security", "--offline=true", "--threshold=25", f"./{service.name}", cwd=tmp_path)
    level = re.search(r"Overall exposure level for .*: ([\d.]+) (\w+)", told.stdout)
    assert level
    assert level[2] in ("OK", "SAFE")
    assert float(level[1]) <= 2.0


def test_the_timer_comes_once_a_day(tmp_path: Path) -> None:
    timer = written(SCHEDULES["window"], tmp_path)[1]
    when = re.search("^OnCalendar=(.*)$", timer.text, re.MULTILINE)
    assert when
    assert "*-*-* 00:00:00" in analyzed("calendar", when[1], cwd=tmp_path).stdout


# -- under what the unit allows ------------------------------------------------------------------


OPENED = """
set -e
mount --make-rprivate /
mkdir -p "$1/.base"; mount --bind "$2" "$1/.base"
mount -t tmpfs -o mode=755 tmpfs "$3"
mkdir -p "$2"; mount --bind "$1/.base" "$2"
shift 3
exec "$@"
"""
"""An interpreter that lies in somebody's home is shown to all, in a view of the files of our own."""


def service(unit: Path, words: Sequence[str], hold: Path) -> list[str]:
    """A command line that runs words as the service would."""
    inner = [*sandboxed.AS_SERVICE, sys.executable, "-m", "tests.lab.sandboxed", str(unit), *words]
    base = Path(os.path.realpath(sys.base_prefix))
    shut = next((each for each in reversed(base.parents) if not each.stat().st_mode & 0o001), None)
    if shut is None:
        return inner
    return ["unshare", "--mount", "sh", "-c", OPENED, "sh", str(hold), str(base), str(shut), *inner]


@pytest.fixture
def hold() -> Iterator[Path]:
    """A folder that everybody may enter."""
    path = Path("/run/snf-schedule")
    path.mkdir(exist_ok=True)
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@contextmanager
def started(unit: Unit, words: Sequence[str], hold: Path) -> Iterator[subprocess.Popen[str]]:
    """A process as the service would run it; it is ended in the end."""
    (hold / "unit").write_text(unit.text)
    (hold / "state").mkdir(exist_ok=True)
    (hold / "state").chmod(0o777)
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "XDG_DATA_HOME": str(hold / "state")}
    argv = service(hold / "unit", words, hold)
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


needs_root = pytest.mark.skipif(
    os.geteuid() != 0 or not sandboxed.NUMBERS.exists() or shutil.which("setpriv") is None,
    reason="needs root, setpriv and the kernel's numbers of system calls",
)


@needs_root
@pytest.mark.parametrize(("name", "networked"), [("always", False), ("remote", True)])
def test_the_filters_hold(hold: Path, name: str, networked: bool) -> None:
    asked = "import socket, os\nfor f in 'AF_INET', 'AF_INET6', 'AF_UNIX':\n try: socket.socket(getattr(socket, f), 2)"
    asked += (
        "\n except OSError as e: print(f, e.errno)\ntry: os.setpriority(0, 0, 5)\nexcept OSError as e: print(e.errno)"
    )
    with started(units(SCHEDULES[name])[0], [sys.executable, "-c", asked], hold) as process:
        told, _ = process.communicate(timeout=60)
    assert told.splitlines() == [*([] if networked else ["AF_INET 97", "AF_INET6 97"]), "1"]


@needs_root
def test_the_scan_listens_stores_and_ends_well_under_its_unit(hold: Path) -> None:
    """SIGTERM is how systemd stops it; its inventory is there, its report comes, and its status is good."""
    scheduled = Schedule(PROGRAM, ("lo",), sensor="hq", more=("--format", "json"))
    with started(units(scheduled)[0], [*PROGRAM, *scan_words(scheduled)], hold) as process:
        for _ in range(300):
            if process.poll() is not None or any((hold / "state").rglob("inventory.sqlite")):
                break
            time.sleep(0.1)
        time.sleep(3)  # its first run is begun, its listener started
        process.send_signal(signal.SIGTERM)
        told, said = process.communicate(timeout=60)
    assert process.returncode in (0, 3, 4, 5), said
    assert json.loads(told)["run"]["type"] == "run"
    (inventory,) = (hold / "state").rglob("inventory.sqlite")
    assert inventory.stat().st_mode & 0o777 == 0o600
