"""Starting our own small servers: a persona, or aiosmtpd with a log."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.lab.served import Served, read_log
from tests.lab.servers import process
from tests.lab.servers.cast import ALL
from tests.lab.servers.certificates import VALID, certificate

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Scripted:
    """A scripted server: module, name, address and ports (`465s` speaks TLS at once).

    It has a certificate for `certified`, or for the name of its persona; `greets` is the address that it greets.
    """

    folder: Path
    module: str
    name: str
    ip: str
    ports: tuple[str, ...]
    certified: str | None = None
    greets: str | None = None
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """Where it notes what it served."""
        return self.folder / f"{self.name}-{self.ip}.jsonl"

    @property
    def output(self) -> Path:
        """What it prints: nothing, unless it breaks."""
        return self.folder / f"{self.name}-{self.ip}.out"

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
        if papers := self.papers():
            argv += ["--cert", str(papers[0]), "--key", str(papers[1])]
        if self.greets:
            argv += ["--greets", self.greets]
        argv = ["env", f"PYTHONPATH={ROOT}", *argv]
        self.process = process.start(namespace, argv, self.output)
        process.await_listening(namespace, [(self.ip, int(p.rstrip("s"))) for p in self.ports])

    def papers(self) -> tuple[Path, Path] | None:
        """Certificate and key, if it has any."""
        persona = ALL.get(self.name)
        name = self.certified or (persona.certificate if persona else None)
        if not name or not persona:
            return None
        return certificate(self.folder, name, persona.tls.names, persona.tls.days or VALID)

    def stop(self) -> None:
        """End it."""
        if self.process:
            process.stop(self.process)

    def served(self) -> list[Served]:
        """All connections it has finished; a server that broke tells no truth."""
        if "Traceback" in (said := self.output.read_text()):
            raise RuntimeError(f"{self.name}: {said.strip()}")
        return read_log(self.log)
