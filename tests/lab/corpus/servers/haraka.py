"""Haraka: a process for each kind of TLS, and a plugin of ours that notes every line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.corpus.clients.fetched import HARAKA
from tests.lab.corpus.clients.program import PROGRAMS
from tests.lab.corpus.endpoints import CIPHERS, Addresses, Endpoint
from tests.lab.corpus.hosts import SERVERS
from tests.lab.corpus.servers import verbatim
from tests.lab.namespaces import UnavailableError, inside
from tests.lab.served import Served
from tests.lab.servers import process

LISTS = (("PLAIN", "LOGIN", "CRAM-MD5"), ("LOGIN",), ("PLAIN", "LOGIN"))
VARIANTS = {"13": "--tls-min-v1.3", "12": "--tls-max-v1.2", "cc": "--tls-max-v1.2", "cbc": "--tls-max-v1.2"}
"""Kinds of TLS, by Node's own switches: Haraka has no highest version."""


@dataclass
class Haraka:
    """The processes."""

    folder: Path
    papers: tuple[Path, Path]
    accounts: Path
    endpoints: list[Endpoint] = field(default_factory=list)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Deal out addresses."""
        if reason := HARAKA.lacking():
            raise UnavailableError(reason)
        block = Addresses(15)
        for place, variant in enumerate(VARIANTS):
            self.endpoints.append(Endpoint("haraka", block.next(), variant, LISTS[place % len(LISTS)], longest=500))

    def start(self) -> None:
        """Start them."""
        for endpoint in self.endpoints:
            self.start_one(endpoint)
        process.await_listening(SERVERS, [(each.ip, each.port) for each in self.endpoints])

    def start_one(self, endpoint: Endpoint) -> None:
        """Write the folder of one process, and start it."""
        own = self.folder / endpoint.ip
        for part in ("config", "plugins", "queue"):
            (own / part).mkdir(parents=True, exist_ok=True)
        shutil.copytree(HARAKA.made.parents[1] / "config", own / "config", dirs_exist_ok=True)
        cert, key = self.papers
        shutil.copy(cert, own / "config" / "tls_cert.pem")
        shutil.copy(key, own / "config" / "tls_key.pem")
        shutil.copy(PROGRAMS / "haraka_witness.js", own / "plugins" / "witness.js")
        ciphers = CIPHERS.get(endpoint.variant, "ALL")
        files = {
            "smtp.ini": f"listen={endpoint.ip}:{endpoint.port}\nnodes=0\n",
            "tls.ini": f"ciphers={ciphers}\n",
            "plugins": "tls\nwitness\n",
            "me": "haraka.example.org\n",
            "log.ini": "level=error\n",
        }
        for name, text in files.items():
            (own / "config" / name).write_text(text)
        spec = {"ip": endpoint.ip, "log": str(own / "log"), "accounts": str(self.accounts), "offers": endpoint.offers}
        (own / "spec.json").write_text(json.dumps(spec))
        around = {"HARAKA_SPEC": str(own / "spec.json")}
        argv = inside(SERVERS, ["node", VARIANTS[endpoint.variant], str(HARAKA.made), "-c", str(own)])
        with (own / "out").open("wb") as said:
            self.processes.append(subprocess.Popen(argv, stdout=said, stderr=said, env={**os.environ, **around}))

    def stop(self) -> None:
        """End them."""
        for each in self.processes:
            process.stop(each)

    def served(self) -> list[Served]:
        """All connections of their logs."""
        return [served for each in self.endpoints for served in verbatim.read(self.folder / each.ip / "log")]
