"""Starting our own small servers: a persona, or aiosmtpd with a log."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.lab.served import Served, read_log
from tests.lab.servers import process
from tests.lab.servers.certificates import certificate

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Scripted:
    """A scripted server: module, name, address and ports (`465s` speaks TLS at once)."""

    folder: Path
    module: str
    name: str
    ip: str
    ports: tuple[str, ...]
    certified: str | None = None
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """Where it notes what it served."""
        return self.folder / f"{self.name}-{self.ip}.jsonl"

    def start(self, namespace: str) -> None:
        """Start it and wait until it listens."""
        self.folder.mkdir(parents=True, exist_ok=True)
        argv = [
            sys.executable,
            "-m",
            f"tests.lab.servers.{self.module}",
            self.name,
            self.ip,
            *self.ports,
            "--log",
            str(self.log),
        ]
        if self.certified:
            cert, key = certificate(self.folder, self.certified)
            argv += ["--cert", str(cert), "--key", str(key)]
        argv = ["env", f"PYTHONPATH={ROOT}", *argv]
        self.process = process.start(namespace, argv, self.folder / f"{self.name}.out")
        process.await_listening(namespace, [(self.ip, int(p.rstrip("s"))) for p in self.ports])

    def stop(self) -> None:
        """End it."""
        if self.process:
            process.stop(self.process)

    def served(self) -> list[Served]:
        """All connections it has finished."""
        return read_log(self.log)
