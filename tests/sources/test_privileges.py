"""Who may capture, whom root becomes, and what is said to who may not.  What takes root is in ``tests/lab``."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from sniffer.sources import accounts, capabilities, permission_advice, privileges
from sniffer.sources.accounts import Account, PrivilegeError
from tests.program import ROOT, environment

pytestmark = pytest.mark.skipif(not capabilities.LINUX, reason="capabilities are Linux'")

ROOTS = """\
Name:\tsniffer
State:\tR (running)
Uid:\t0\t0\t0\t0
Gid:\t0\t0\t0\t0
Groups:\t0 4
CapInh:\t0000000000000000
CapPrm:\t000001ffffffffff
CapEff:\t000001ffffffffff
CapBnd:\t000001ffffffffff
CapAmb:\t0000000000000000
NoNewPrivs:\t0
"""

AMBIENT = """\
Uid:\t1000\t1000\t1000\t1000
Gid:\t1000\t1000\t1000\t1000
Groups:\t
CapInh:\t0000000000002000
CapPrm:\t0000000000002000
CapEff:\t0000000000002000
CapBnd:\t0000000000002000
CapAmb:\t0000000000002000
NoNewPrivs:\t1
"""
"""As ``setpriv --ambient-caps=+net_raw`` leaves it."""

PLAIN = AMBIENT.replace("2000", "0000")

CONTAINER = ROOTS.replace("000001ffffffffff", "00000000a80405fb")
"""A container's root with less: Docker's default, without NET_RAW."""


def test_a_status_is_read() -> None:
    told = capabilities.parsed(AMBIENT)
    assert told.uids == told.gids == (1000, 1000, 1000, 1000)
    assert told.groups == ()
    assert told.ambient == 1 << capabilities.NET_RAW
    assert told.no_new_privileges
    assert capabilities.parsed(ROOTS).groups == (0, 4)


@pytest.mark.parametrize("text", ["", "Uid:\t0\n", ROOTS.replace("CapEff", "Other"), PLAIN.replace("CapAmb:", "x")])
def test_what_is_no_status_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="status"):
        capabilities.parsed(text)


@pytest.mark.parametrize(
    ("text", "allowed", "capable"),
    [(ROOTS, True, True), (AMBIENT, True, True), (PLAIN, False, False), (CONTAINER, False, True)],
)
def test_net_raw_is_what_it_takes(
    text: str, allowed: bool, capable: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "status").write_text(text)
    monkeypatch.setattr(capabilities, "PROCESS", tmp_path)
    assert privileges.may_capture() is allowed
    assert capabilities.parsed(text).capable is capable


@pytest.mark.parametrize("uid", [0, 1000])
def test_without_proc_root_is_what_counts(uid: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capabilities, "PROCESS", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    monkeypatch.setattr(privileges, "BPF", str(tmp_path / "bpf0"))
    assert privileges.may_capture() is (uid == 0)


class Row(NamedTuple):
    """A row of the system's users."""

    pw_name: str
    pw_uid: int
    pw_gid: int
    pw_dir: str


ROWS = {
    row.pw_name: row
    for row in (
        Row("root", 0, 0, "/root"),
        Row("alice", 1000, 1000, "/home/alice"),
        Row("capture", 990, 980, "/var/lib/capture"),
        Row("nobody", 65534, 65533, "/nonexistent"),
    )
}


@pytest.fixture
def users(monkeypatch: pytest.MonkeyPatch) -> dict[str, Row]:
    """A system's users; a test may take some away."""
    pwd = pytest.importorskip("pwd")
    rows = dict(ROWS)
    monkeypatch.setattr(pwd, "getpwnam", lambda name: rows[name])
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: {row.pw_uid: row for row in rows.values()}[uid])
    return rows


SUDO = {"SUDO_UID": "1000", "SUDO_GID": "1001", "SUDO_USER": "alice"}


@pytest.mark.parametrize(
    ("user", "told", "account"),
    [
        (None, {}, Account("nobody", 65534, 65533, "/nonexistent")),
        (None, SUDO, Account("alice", 1000, 1001, "/home/alice")),
        (None, {"SUDO_UID": "1000"}, Account("alice", 1000, 1000, "/home/alice")),
        (None, {"SUDO_UID": "4711", "SUDO_GID": "4712", "SUDO_USER": "gone"}, Account("gone", 4711, 4712)),
        (None, {"SUDO_UID": "0", "SUDO_GID": "0"}, Account("nobody", 65534, 65533, "/nonexistent")),
        (None, {"SUDO_UID": "1000; id", "SUDO_GID": "1"}, Account("nobody", 65534, 65533, "/nonexistent")),
        ("capture", SUDO, Account("capture", 990, 980, "/var/lib/capture")),
        ("990", SUDO, Account("capture", 990, 980, "/var/lib/capture")),
        ("990:7", {}, Account("capture", 990, 7, "/var/lib/capture")),
        ("4711:4712", {}, Account("4711:4712", 4711, 4712)),
    ],
)
def test_whom_root_becomes(users: dict[str, Row], user: str | None, told: dict[str, str], account: Account) -> None:
    assert accounts.chosen(user, told) == account


def test_a_system_without_users_has_a_nobody(users: dict[str, Row]) -> None:
    users.clear()
    assert accounts.chosen(None, {}) == Account("nobody", 65534, 65534)


@pytest.mark.parametrize(
    ("user", "problem"),
    [("bob", "no such user"), ("4711", "there is none"), ("", "no such user"), ("root", "root"), ("0:5", "root")],
)
def test_whom_root_does_not_become(users: dict[str, Row], user: str, problem: str) -> None:
    with pytest.raises(PrivilegeError, match=problem) as raised:
        accounts.chosen(user, {})
    assert raised.value.advice


def test_who_is_not_root_stays_who_it_is(users: dict[str, Row], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(os, "getegid", lambda: 1000)
    assert [privileges.becoming(user) for user in (None, "alice", "1000", "1000:1000")] == [None] * 4
    with pytest.raises(PrivilegeError, match="only root"):
        privileges.becoming("capture")


def test_nothing_points_into_roots_home() -> None:
    told = {
        "HOME": "/root",
        "XDG_DATA_HOME": "/root/data",
        "TMPDIR": "/nonexistent/tmp",
        "PATH": "/bin",
        "USER": "root",
    }
    privileges._move_out(Account("alice", 1000, 1000, "/home/alice"), told)
    assert told == {"HOME": "/home/alice", "USER": "alice", "LOGNAME": "alice", "PATH": "/bin"}


def test_what_may_be_written(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.touch()
    for path in (file, tmp_path, tmp_path / "new.json"):
        assert accounts.may_write(path)
    assert not accounts.may_write(tmp_path / "absent" / "new.json")
    assert not accounts.may_write(file / "below")


THREADS = """
import json, numpy
from sniffer.sources import capabilities, privileges
before = len(capabilities.threads())
name = privileges.drop(None)
print(json.dumps([before, len(capabilities.threads()), float((numpy.ones((300, 300)) @ numpy.ones((300, 300))).sum())]))
"""


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="numpy has no threads on one processor")
def test_threads_of_numpy_end_and_come_back() -> None:
    """Each would keep capabilities of its own."""
    words = [sys.executable, "-c", THREADS]
    env = environment({"PYTHONPATH": str(ROOT)})
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=True)
    before, behind, product = json.loads(done.stdout)
    assert before > 1
    assert behind == 1
    assert product == 300.0**3


COMMAND = ["/opt/net tools/bin/sniffer", "capture", "-i", "eth0", "--output", "100% $HOME.json"]


@pytest.fixture
def ordinary(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be an ordinary user, as far as words go."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(os, "getegid", lambda: 100)


@pytest.mark.usefixtures("ordinary")
def test_each_line_of_the_advice_runs_this_very_command() -> None:
    text = permission_advice.permission_advice(COMMAND)
    lines = [shlex.split(line) for line in text.splitlines() if line.startswith("  sudo ")]
    assert [words[1] for words in lines] == [COMMAND[0], "setpriv", "systemd-run"]
    assert all(words[-len(COMMAND) :] == COMMAND for words in lines)
    assert "--reuid=1000" in lines[1]
    assert "--regid=100" in lines[1]
    (docker,) = (shlex.split(line) for line in text.splitlines() if line.startswith("  docker "))
    assert docker[docker.index("IMAGE") + 1 :] == ["sniffer", *COMMAND[1:]]
    assert "setcap on the program does nothing" in text


@pytest.mark.usefixtures("ordinary")
def test_the_unit_takes_the_command_as_it_is() -> None:
    text = permission_advice.permission_advice(COMMAND)
    assert '  ExecStart="/opt/net tools/bin/sniffer" capture -i eth0 --output "100%% $$HOME.json"\n' in text
    assert "  AmbientCapabilities=CAP_NET_RAW\n" in text


@pytest.mark.parametrize(
    ("word", "shown"),
    [("plain", "plain"), ("", '""'), ("a b", '"a b"'), (";", '";"'), ('"', '"\\""'), ("it's", '"it\'s"'),
     ("\\n", "\\\\n"), ("%h", "%%h"), ("${X}", "$${X}")],
)  # fmt: skip
def test_words_of_a_unit(word: str, shown: str) -> None:
    assert permission_advice.for_unit([word]) == shown


def test_root_without_the_capability_is_told_of_containers_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    text = permission_advice.permission_advice(COMMAND)
    assert "sudo" not in text
    assert "--cap-add NET_RAW" in text


def test_the_program_is_named_by_its_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "sniffer"
    program.touch(mode=0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["./sniffer", "capture"])
    assert permission_advice.called() == [str(program), "capture"]
    monkeypatch.setattr(sys, "argv", [str(ROOT / "sniffer" / "__main__.py"), "capture"])
    assert permission_advice.called() == [sys.executable, "-m", "sniffer", "capture"]
    monkeypatch.setattr(sys, "argv", ["-c"])
    assert permission_advice.called() == [sys.executable, "-m", "sniffer"]
