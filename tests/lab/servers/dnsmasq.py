"""A LAN's resolver: dnsmasq, with the names of the lab."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.lab.servers import process


@dataclass
class Dnsmasq:
    """A resolver at one address that knows these names and no others; `aliases` are CNAMEs of some."""

    folder: Path
    ip: str
    names: Mapping[str, str]
    aliases: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self, namespace: str) -> None:
        """Start, and wait until it listens."""
        argv = ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts"]
        argv += ["--user=root", "--pid-file=", "--bind-interfaces", f"--listen-address={self.ip}"]
        argv += [f"--host-record={self.aliases.get(name, name)},{ip}" for name, ip in self.names.items()]
        argv += [f"--cname={name},{target}" for name, target in self.aliases.items()]
        self.process = process.start(namespace, argv, self.folder / "dnsmasq.out")
        process.await_listening(namespace, [(self.ip, 53)])

    def stop(self) -> None:
        """End it."""
        if self.process:
            process.stop(self.process)
