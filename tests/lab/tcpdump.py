"""Recording: tcpdump or dumpcap in the lab namespace, and a stop that loses nothing."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.lab.namespaces import BRIDGE, LAB, inside, run

READY = 10.0
SETTLE = 0.25


def tcpdump(path: Path, interface: str, only: str, extra: Sequence[str] = ()) -> list[str]:
    """The command for a pcap; `-U` and immediate mode so that nothing waits in a buffer."""
    return [
        "tcpdump",
        "-U",
        "--immediate-mode",
        "-n",
        "-s",
        "0",
        "-B",
        "4096",
        "-Z",
        "root",
        *extra,
        "-i",
        interface,
        "-w",
        str(path),
        only,
    ]


def dumpcap(path: Path, interfaces: Sequence[str], only: str) -> list[str]:
    """The command for a pcapng, with one or more interfaces in it."""
    pairs = [word for name in interfaces for word in ("-i", name, "-f", only)]
    return ["dumpcap", "-q", "-n", *pairs, "-w", str(path)]


@contextmanager
def recording(
    path: Path,
    only: str,
    interfaces: Sequence[str] = (BRIDGE,),
    namespace: str = LAB,
    extra: Sequence[str] = (),
) -> Iterator[None]:
    """Record while the block runs; a pcapng when the name says so or interfaces are many."""
    ng = path.suffix == ".pcapng"
    argv = dumpcap(path, interfaces, only) if ng else tcpdump(path, interfaces[0], only, extra)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    said = path.with_suffix(".stderr")
    with said.open("w") as stderr:
        process = subprocess.Popen(inside(namespace, argv), stderr=stderr)
        try:
            await_start(said, process)
            yield
            time.sleep(SETTLE)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(READY)
    refuse_losses(said)


def await_start(said: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until the capturing program says that it listens."""
    end = time.monotonic() + READY
    while "listening on" not in said.read_text() and "File: " not in said.read_text():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"no capture: {said.read_text().strip()}")
        time.sleep(0.01)
    time.sleep(0.05)


def refuse_losses(said: Path) -> None:
    """A capture that dropped packets is no truth."""
    text = said.read_text()
    said.unlink()
    if re.search(r"[1-9]\d* packets? dropped by kernel|\(pcap:[1-9]|dumpcap:[1-9]", text):
        raise RuntimeError(f"packets were lost: {text.strip()}")


def await_silence(namespace: str, clients: Sequence[str], patience: float = 8.0) -> None:
    """Wait until none of these clients has a connection that is not closed on both sides."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        states = run(*inside(namespace, ["ss", "-Htan"])).splitlines()
        busy = [line for line in states if not line.startswith(("LISTEN", "TIME-WAIT"))]
        if not any(client in line for line in busy for client in clients):
            return
        time.sleep(0.03)
