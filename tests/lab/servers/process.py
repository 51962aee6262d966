"""Starting a server in a namespace, waiting until it listens, and ending it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from tests.lab.namespaces import PREFIX, as_host, inside, run

READY = 20.0


def start(namespace: str, argv: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a program that stays in the foreground; what it prints goes to `log`."""
    name = namespace.removeprefix(PREFIX) + ".example.org"
    with log.open("ab") as output:
        return subprocess.Popen(
            inside(namespace, as_host(name, argv)), stdout=output, stderr=output, stdin=subprocess.DEVNULL
        )


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a program politely, then not."""
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


def await_listening(namespace: str, addresses: Sequence[tuple[str, int]]) -> None:
    """Wait until every address and port has a listener."""
    wanted = {f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}" for ip, port in addresses}
    end = time.monotonic() + READY
    while missing := wanted - listening(namespace):
        if time.monotonic() > end:
            raise RuntimeError(f"nobody listens on {sorted(missing)} in {namespace}")
        time.sleep(0.05)


def listening(namespace: str) -> set[str]:
    """Local `address:port` of all TCP listeners in a namespace."""
    lines = run(*inside(namespace, ["ss", "-Hltn"])).splitlines()
    return {line.split()[3] for line in lines}


def await_path(path: Path) -> None:
    """Wait until a file or socket is there."""
    end = time.monotonic() + READY
    while not path.exists():
        if time.monotonic() > end:
            raise RuntimeError(f"{path} never came")
        time.sleep(0.05)
