"""Privileges given up for good: root's, those of who has a capability alone; and what works after that."""

from __future__ import annotations

import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.program import ROOT, environment

TOOLS = ("setpriv", "unshare", "ip")

MISSING = [tool for tool in TOOLS if not shutil.which(tool)]

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(
        platform.system() != "Linux" or os.geteuid() != 0, reason="to give up root takes root, on Linux"
    ),
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]

NOBODY = 65_534

AMBIENT = ("--inh-caps=-all,+net_raw", "--ambient-caps=-all,+net_raw")
ORDINARY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")

SAY = """
import json, os, resource, socket, subprocess, sys
from sniffer.sources import accounts, capabilities, privileges

def tried(action):
    try:
        action()
    except (OSError, privileges.PrivilegeError) as error:
        return f"{type(error).__name__}: {error}"
    return None

def packets():
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).close()

def tell(**more):
    import ctypes
    told = {
        "may": privileges.may_capture(), "status": [each._asdict() for each in capabilities.threads()],
        "packets": tried(packets), "root": tried(lambda: os.setresuid(0, 0, 0)), "again": tried(lambda: os.seteuid(0)),
        "shadow": tried(lambda: open("/etc/shadow").close()), "core": resource.getrlimit(resource.RLIMIT_CORE),
        "dumpable": ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), "home": os.environ.get("HOME"),
    }
    print(json.dumps({**told, **more}))
"""

DROP = (
    SAY
    + """
may = privileges.may_capture()
name = privileges.drop(sys.argv[1] if len(sys.argv) > 1 else None)
su = subprocess.run(["su", "-c", "true"], capture_output=True, stdin=subprocess.DEVNULL)
tell(before=may, name=name, su=su.returncode)
"""
)


@pytest.fixture(scope="module")
def everybodys() -> Iterator[Path]:
    """A copy of the package that everybody can read."""
    with tempfile.TemporaryDirectory(prefix="snf-privileges-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        shutil.copytree(ROOT / "sniffer", folder / "sniffer", ignore=shutil.ignore_patterns("__pycache__"))
        subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
        yield folder


@pytest.fixture(scope="module")
def python() -> str:
    """An interpreter that everybody can run."""
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    for each in (sys.executable, "/usr/bin/python3"):
        try:
            words = [*ORDINARY, "env", each, "-c", check]  # setpriv itself may still reach what its user may not
            if subprocess.run(words, capture_output=True, check=False).returncode == 0:
                return each
        except OSError:
            continue
    pytest.skip("no interpreter that an ordinary user can run")


def run(
    words: Sequence[str], folder: Path, more: Mapping[str, str] | None = None, *, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run a command with the package at hand."""
    env = {name: value for name, value in environment().items() if not name.startswith(("SUDO_", "XDG_"))}
    env |= {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", **(more or {})}
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert not check or done.returncode == 0, done.stderr
    return done


def told(words: Sequence[str], folder: Path, more: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What a command printed."""
    found: dict[str, Any] = json.loads(run(words, folder, more).stdout)
    return found


def assert_powerless(found: Mapping[str, Any], uid: int, gid: int, groups: Sequence[int] = ()) -> None:
    """Nothing is left, and nothing can be had back."""
    assert found["may"] is False
    for thread in found["status"]:
        assert thread["uids"] == [uid] * 4
        assert thread["gids"] == [gid] * 4
        assert thread["groups"] == [*groups]
        assert {thread[each] for each in ("inheritable", "permitted", "effective", "ambient")} == {0}
        assert thread["no_new_privileges"]
    assert found["packets"].startswith("PermissionError")
    assert found["root"].startswith("PermissionError")
    assert found["again"].startswith("PermissionError")
    assert found["shadow"].startswith("PermissionError")
    assert found["core"] == [0, 0]
    assert found["dumpable"] == 0


def test_root_becomes_nobody() -> None:
    found = told([sys.executable, "-c", DROP], ROOT)
    assert found["before"] is True
    assert found["name"] == "nobody"
    assert_powerless(found, NOBODY, NOBODY)
    assert [thread["bounding"] for thread in found["status"]] == [0]
    assert found["home"] == "/nonexistent"
    assert found["su"] != 0


def test_root_becomes_who_called_sudo() -> None:
    found = told([sys.executable, "-c", DROP], ROOT, {"SUDO_UID": "4711", "SUDO_GID": "4712", "SUDO_USER": "x"})
    assert found["name"] == "x"
    assert_powerless(found, 4711, 4712)


def test_root_becomes_who_was_named() -> None:
    found = told([sys.executable, "-c", DROP, "4713:4714"], ROOT, {"SUDO_UID": "4711", "SUDO_GID": "4712"})
    assert_powerless(found, 4713, 4714)


def test_an_unknown_user_is_an_error_and_root_stays() -> None:
    script = SAY + "print(tried(lambda: privileges.drop('no-such-user')), os.geteuid())"
    done = run([sys.executable, "-c", script], ROOT)
    assert "no such user" in done.stdout
    assert done.stdout.endswith(" 0\n")


@pytest.mark.parametrize("more", [(), ("--bounding-set=-all,+net_raw", "--no-new-privs")])
def test_a_capability_alone_is_given_up_too(everybodys: Path, python: str, more: tuple[str, ...]) -> None:
    found = told([*ORDINARY, *AMBIENT, *more, python, "-c", DROP], everybodys)
    assert found["before"] is True
    assert found["name"] == "nobody"
    assert_powerless(found, NOBODY, NOBODY)


def test_who_has_nothing_has_nothing_to_give_up(everybodys: Path, python: str) -> None:
    found = told([*ORDINARY, "--inh-caps=-all", python, "-c", DROP], everybodys)
    assert found["before"] is False
    assert found["name"] is None
    assert_powerless(found, NOBODY, NOBODY)


THREAD = (
    SAY
    + """
import threading
go = threading.Event()
threading.Thread(target=go.wait, daemon=True).start()
print(tried(lambda: privileges.drop(None)))
go.set()
"""
)


def test_a_thread_that_keeps_a_capability_is_an_error(everybodys: Path, python: str) -> None:
    assert "a thread has capabilities" in run([*ORDINARY, *AMBIENT, python, "-c", THREAD], everybodys).stdout


def test_threads_change_with_root() -> None:
    """The C library changes the user of all threads, and the kernel takes their capabilities with it."""
    assert run([sys.executable, "-c", THREAD], ROOT).stdout == "None\n"


@pytest.mark.parametrize("words", [("setpriv", "--bounding-set=-all,+net_raw"), ("unshare", "-r")])
def test_root_that_cannot_change_user_is_told_so(words: tuple[str, ...]) -> None:
    """Root of a container to which less was given."""
    done = run([*words, sys.executable, "-c", DROP], ROOT, check=False)
    assert done.returncode != 0
    assert "cannot be given up" in done.stderr
    assert "--cap-add SETUID" in done.stderr


OPEN_BEFORE = (
    SAY
    + """
listening = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0003))
listening.bind(("lo", 0))
privileges.drop(None)
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"still heard", ("127.0.0.1", 9))
listening.settimeout(10)
print(b"still heard" in listening.recv(2048))
"""
)


def test_what_was_open_before_goes_on() -> None:
    """On the loopback of a network of our own."""
    script = 'ip link set lo up && exec "$0" -c "$1"'
    done = run(["unshare", "-n", "sh", "-c", script, sys.executable, OPEN_BEFORE], ROOT)
    assert done.stdout == "True\n"


WRITE = (
    SAY
    + """
from pathlib import Path
account = privileges.becoming("4711:4712")
private, public = Path(sys.argv[1]), Path(sys.argv[2])
old = private / "old.json"
old.write_text("something older and longer")
may = [accounts.writable_by(account, path) for path in (private / "x", old, public / "x", public)]
files = [accounts.opened_for(account, path) for path in (private / "new.json", old)]
privileges.drop("4711:4712")
[os.write(descriptor, b"{}") for descriptor in files]
made = os.open(public / "own.json", os.O_WRONLY | os.O_CREAT, 0o600)
print(json.dumps(may))
"""
)


def test_files_of_after_that(tmp_path: Path, everybodys: Path) -> None:
    public = everybodys / "public"
    public.mkdir()
    public.chmod(0o777)
    done = run([sys.executable, "-c", WRITE, str(tmp_path), str(public)], ROOT)
    assert json.loads(done.stdout) == [False, False, True, True]
    new, old, own = (path.stat() for path in (tmp_path / "new.json", tmp_path / "old.json", public / "own.json"))
    assert (new.st_uid, new.st_gid, new.st_mode & 0o777, new.st_size) == (4711, 4712, 0o600, 2)
    assert (old.st_uid, old.st_size) == (0, 2)
    assert own.st_uid == 4711


ADVICE = "from sniffer.sources.permission_advice import permission_advice as say; import sys; print(say(sys.argv[1:]))"


def test_the_line_with_setpriv_gives_the_right(everybodys: Path, python: str) -> None:
    """As it is pasted, but for sudo: root is who runs it here."""
    command = ["env", f"PYTHONPATH={everybodys}", python, "-c", DROP]
    text = run([*ORDINARY, python, "-c", ADVICE, *command], everybodys).stdout
    pasted = text[text.index("sudo setpriv") : text.index("under systemd")]
    found = told(shlex.split(pasted)[1:], everybodys)
    assert found["before"] is True
    assert_powerless(found, NOBODY, NOBODY, groups=os.getgrouplist("nobody", NOBODY))  # an ordinary user's own stay


REHEARSED = ROOT / "tests" / "cli" / "rehearsed.py"


@pytest.fixture
def out_of_reach(tmp_path: Path) -> Path:
    """The program and all libraries in a folder that only root may enter."""
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    shutil.copytree(ROOT / "sniffer", private / "sniffer", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REHEARSED, private)
    import rich  # noqa: PLC0415 - to find the libraries

    (private / "libraries").symlink_to(Path(rich.__file__).parents[1])
    return private


def rehearse(private: Path, folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the engine as nobody, on captures that everybody can read."""
    captures = folder / "captures"
    for name in ("lan/office", "tls/1.2-resumed", "tls/1.3-python", "devices/s06-vlans", "auth/ntlm"):
        shutil.copytree(ROOT / "captures" / name, captures / name, dirs_exist_ok=True)
    subprocess.run(["chmod", "-R", "a+rX", captures], check=True)
    words = [sys.executable, "-S", str(private / "rehearsed.py"), "--drop", *more, str(captures)]
    libraries = f"{private}:{private / 'libraries'}"
    return run(words, folder, {"PYTHONPATH": libraries, "TZ": "Europe/Berlin", "TMPDIR": str(private)}, check=False)


@pytest.mark.skipif(not Path("/usr/share/zoneinfo/Europe/Berlin").exists(), reason="no time zones here")
def test_the_engine_runs_where_the_program_is_out_of_reach(out_of_reach: Path, everybodys: Path) -> None:
    done = rehearse(out_of_reach, everybodys)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["name"], found["uid"]) == ("nobody", NOBODY)
    assert found["wrong"] == {}
    assert found["loaded"] == []
    assert found["rows"] > 10
    assert found["time"] == "1970-01-01 01:00:00 CET"
    assert "Traceback" not in done.stderr


def test_without_preload_it_does_not(out_of_reach: Path, everybodys: Path) -> None:
    done = rehearse(out_of_reach, everybodys, "--bare")
    assert done.returncode != 0 or json.loads(done.stdout)["wrong"]
