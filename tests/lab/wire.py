"""A wire of our own to listen at: a namespace with veth pairs, who replays, who records, and the program beside them.

Both ends of a pair are in the one namespace, without addresses and without IPv6, so that nobody but the replay says
anything.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.lab.namespaces import batch, inside, remove, run
from tests.lab.tcpdump import await_start
from tests.program import ROOT, command, environment

TAP, FAR = "tap0", "wire0"
"""The end that is listened at, and the end into which frames are sent."""

PATIENCE = 45.0
"""Seconds after which what we wait for will not come; a busy machine takes some."""

HELD = 1.3
"""Seconds for which tcpdump lets the kernel keep frames, and a little."""

TOOLS = ("ip", "tcpdump", "tcpreplay", "setpriv")


def missing() -> str | None:
    """Why these tests cannot run here, if they cannot."""
    if os.name != "posix" or os.geteuid() != 0:
        return "namespaces need root"
    gone = [tool for tool in TOOLS if not shutil.which(tool)]
    return f"not installed: {', '.join(gone)}" if gone else None


def until(done: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + seconds
    while not done():
        if time.monotonic() > ends:
            raise AssertionError(f"it never came: {what}")
        time.sleep(0.02)


class Program:
    """The program while it runs; what it says goes into files, which no pipe can block."""

    def __init__(
        self, argv: Sequence[str], folder: Path, name: str, env: Mapping[str, str], stdout: Any = None
    ) -> None:
        self.said, self.told = folder / f"{name}.err", folder / f"{name}.out"
        with self.said.open("wb") as err, self.told.open("wb") as out:
            self.process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=stdout or out, stderr=err, env=env, cwd="/"
            )

    @property
    def pid(self) -> int:
        """The process that judges: it asked for the listeners."""
        return self.process.pid

    @property
    def err(self) -> str:
        """What it said so far."""
        return self.said.read_text()

    @property
    def out(self) -> str:
        """What it wrote so far."""
        return self.told.read_text()

    def ready(self) -> Program:
        """Wait until it listens."""
        until(lambda: "listening on" in self.err or self.process.poll() is not None, "listening")
        assert self.process.poll() is None, self.err
        return self

    def listeners(self) -> list[int]:
        """The listening processes."""
        return children(self.pid)

    def send(self, number: int) -> None:
        """Send it a signal, as a person or a service manager does."""
        self.process.send_signal(number)

    def end(self, number: int = signal.SIGINT) -> int:
        """Ask for its end, and return its status."""
        self.send(number)
        return self.wait()

    def wait(self) -> int:
        """Return its status when it has ended."""
        status = self.process.wait(PATIENCE)
        assert "Traceback" not in self.err, self.err
        return status

    def report(self) -> dict[str, Any]:
        """The object that ``--format json`` writes."""
        found: dict[str, Any] = json.loads(self.out)
        return found

    def kill(self) -> None:
        """End it and its listeners, whatever it does."""
        left = self.listeners() if self.process.poll() is None else []
        self.process.kill()
        self.process.wait()
        kill(left)


def kill(pids: Sequence[int]) -> None:
    """End processes, some of which may be gone."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def children(pid: int) -> list[int]:
    """The children of a process."""
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


class Terminal:
    """A program on a terminal of 100×30, and all that it wrote there."""

    def __init__(self, argv: Sequence[str]) -> None:
        self.pid, self._master = pty.fork()
        if not self.pid:
            os.environ.update(environment({"PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}))
            os.execvp(argv[0], list(argv))  # noqa: S606 - a terminal of its own
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        self._parts: list[bytes] = []
        self._status: int | None = None

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        kill((*children(self.pid), self.pid))
        if self._status is None:
            os.waitpid(self.pid, 0)
        os.close(self._master)

    @property
    def text(self) -> str:
        """What was written so far."""
        while select.select([self._master], [], [], 0.02)[0]:
            try:
                part = os.read(self._master, 65_536)
            except OSError:  # EIO: nobody has the terminal any more
                break
            if not part:
                break
            self._parts.append(part)
        return b"".join(self._parts).decode(errors="replace")

    @property
    def running(self) -> bool:
        """Whether the program still runs."""
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._status = os.waitstatus_to_exitcode(status) if pid else None
        return self._status is None

    def until(self, words: str) -> None:
        """Wait until it has written something."""
        until(lambda: words in self.text or not self.running, words)
        assert words in self.text

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def wait(self, seconds: float = PATIENCE) -> int | None:
        """Return its status when it has ended; what it writes meanwhile is read."""
        until(lambda: (self.text, not self.running)[1], "the program's end", seconds)
        return self._status


class Wire:
    """A namespace, its veth pairs, and what runs in it."""

    def __init__(self, folder: Path, cleanup: ExitStack) -> None:
        self.folder = folder
        self.namespace = f"snl-{os.getpid()}"
        self._cleanup = cleanup
        self._number = 0

    def build(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Make the namespace and the pairs."""
        run("ip", "netns", "add", self.namespace)
        self._cleanup.callback(remove, self.namespace)
        silent = ("all", "default")
        run(*self.inside("sysctl", "-qw", *(f"net.ipv6.conf.{each}.disable_ipv6=1" for each in silent)))
        batch(self.namespace, ["link set lo up"])
        for tap, far in pairs:
            self.pair(tap, far)

    def pair(self, tap: str, far: str) -> None:
        """Make one more pair."""
        batch(
            self.namespace,
            [
                f"link add {tap} type veth peer name {far}",
                *(f"link set {each} mtu 65535 arp off up" for each in (tap, far)),
            ],
        )

    def inside(self, *argv: str) -> list[str]:
        """The same command inside."""
        return inside(self.namespace, argv)

    def ip(self, *lines: str) -> None:
        """Change something about the network."""
        batch(self.namespace, lines)

    def sniffer(
        self,
        *words: str | Path,
        env: Mapping[str, str] | None = None,
        before: Sequence[str] = (),
        stdout: Any = None,
    ) -> Program:
        """Start the program; ``before`` stands before its words (``setpriv`` and the like)."""
        self._number += 1
        argv = self.inside(*before, *command(*words))
        there = environment({"PYTHONPATH": str(ROOT), **(env or {})})
        started = Program(argv, self.folder, f"sniffer-{self._number}", there, stdout)
        self._cleanup.callback(started.kill)
        return started

    def capture(self, *words: str | Path, interfaces: Sequence[str] = (TAP,), **more: Any) -> Program:
        """Start a capture."""
        named = [word for each in interfaces for word in ("-i", each)]
        return self.sniffer("capture", *named, "--scope", "all", *words, **more)

    def replay(self, *paths: Path, interface: str = FAR, pace: Sequence[str] = ("--pps=20000",)) -> str:
        """Send captures one after the other."""
        return run(*self.inside("tcpreplay", "-q", "-i", interface, *pace, *map(str, paths)))

    def replaying(self, *paths: Path, pace: Sequence[str], interface: str = FAR) -> subprocess.Popen[bytes]:
        """Send captures meanwhile."""
        argv = self.inside("tcpreplay", "-q", "-i", interface, *pace, *map(str, paths))
        process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._cleanup.callback(process.wait)
        self._cleanup.callback(process.kill)
        return process

    @contextmanager
    def recording(self, path: Path, only: str = "", interface: str = TAP) -> Iterator[Path]:
        """Record what can be heard, with tcpdump; a recording that lost something is an error."""
        said = path.with_suffix(".stderr")
        words = ["-U", "-n", "-s0", "-B65536", "-Zroot", "-i", interface, "-w", str(path), only]
        with said.open("w") as stderr:
            process = subprocess.Popen(self.inside("tcpdump", *words), stderr=stderr)
            try:
                await_start(said, process)
                yield path
                time.sleep(HELD)
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(PATIENCE)
        assert "\n0 packets dropped" in said.read_text(), said.read_text()


@contextmanager
def wire(folder: Path, *pairs: tuple[str, str]) -> Iterator[Wire]:
    """A wire, taken away whatever happens; one pair unless more are named."""
    with ExitStack() as cleanup:
        made = Wire(folder, cleanup)
        remove(made.namespace)
        made.build(pairs or ((TAP, FAR),))
        yield made
