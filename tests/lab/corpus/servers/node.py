"""Node's smtp-server at several addresses."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

from tests.lab.corpus.clients.fetched import SMTP_SERVER
from tests.lab.corpus.clients.program import NODE_PACKAGES, PROGRAMS
from tests.lab.corpus.endpoints import CIPHERS, LOWEST_CONFIG, Addresses, Endpoint
from tests.lab.corpus.hosts import SERVERS
from tests.lab.corpus.servers import verbatim
from tests.lab.namespaces import UnavailableError, inside
from tests.lab.served import Served
from tests.lab.servers import process

LISTS = (("PLAIN", "LOGIN"), ("LOGIN", "PLAIN", "CRAM-MD5", "XOAUTH2"), ("XOAUTH2",), ("CRAM-MD5", "PLAIN"))
VARIANTS = ("13", "12", "cc", "13", "cbc", "12", "mte", "13", "10", "12")
REFUSALS = ("Invalid username or password", "Authentication credentials invalid", "Nope, not you")


def tls(variant: str) -> dict[str, Any]:
    """The settings of a kind of TLS, in Node's words; CBC is always encrypt-then-MAC where a client offers it."""
    if variant == "13":
        return {"minVersion": "TLSv1.3", "maxVersion": "TLSv1.3"}
    version = "TLSv1" if variant == "10" else "TLSv1.2"
    old = {"secureOptions": 1 << 19} if variant == "mte" else {}
    return {"minVersion": version, "maxVersion": version, "ciphers": CIPHERS[variant], **old}


@dataclass
class Node:
    """One process with all addresses."""

    folder: Path
    papers: tuple[Path, Path]
    accounts: Path
    endpoints: list[Endpoint] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        """Deal out addresses."""
        if reason := SMTP_SERVER.lacking():
            raise UnavailableError(reason)
        block, lists = Addresses(13), cycle(LISTS)
        for place, variant in enumerate(VARIANTS + VARIANTS[:4]):
            self.endpoints.append(Endpoint("node", block.next(), variant, next(lists), strict=place % 3 == 0))

    def start(self) -> None:
        """Start it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        config, spec = self.folder / "openssl.cnf", self.folder / "spec.json"
        config.write_text(LOWEST_CONFIG.format(more=""))
        cert, key = map(str, self.papers)
        sites = [
            {
                "ip": each.ip, "port": each.port, "offers": each.offers, "strict": each.strict,
                "tls": tls(each.variant), "refusal": REFUSALS[place % 3], "banner": "ready" if place % 2 else "",
                "queued": f"OK: message queued as {place * 7919 + 10007}",
            }
            for place, each in enumerate(self.endpoints)
        ]  # fmt: skip
        log = str(self.folder / "log")
        told = {"cert": cert, "key": key, "log": log, "accounts": str(self.accounts), "sites": sites}
        spec.write_text(json.dumps(told))
        around = {**os.environ, "OPENSSL_CONF": str(config), "NODE_PATH": str(NODE_PACKAGES)}
        argv = inside(SERVERS, ["node", str(PROGRAMS / "smtp_server.js"), str(spec)])
        with (self.folder / "out").open("wb") as said:
            self.process = subprocess.Popen(argv, stdout=said, stderr=said, env=around)
        process.await_listening(SERVERS, [(each.ip, each.port) for each in self.endpoints])

    def stop(self) -> None:
        """End it."""
        if self.process:
            process.stop(self.process)

    def served(self) -> list[Served]:
        """All connections of its log."""
        return verbatim.read(self.folder / "log")
