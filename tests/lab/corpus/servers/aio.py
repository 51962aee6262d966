"""aiosmtpd at several addresses: its LOGIN prompts are `User Name` with a NUL behind, its lines end at 512 bytes.

Run as a program with a specification, it serves; as a module it is the server kind.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.lab.corpus import book
from tests.lab.corpus.endpoints import LOWEST_CONFIG, Addresses, Endpoint
from tests.lab.corpus.hosts import SERVERS
from tests.lab.corpus.servers.farm import ROOT, policy
from tests.lab.namespaces import inside
from tests.lab.served import Served, read_log
from tests.lab.servers import aiosmtpd_server, process
from tests.lab.servers.tls import Policy

OFFERS = ("LOGIN", "PLAIN", "XOAUTH2")
VARIANTS = ("13", "12", "cc", "cbc", "mte", "10", "13")
TOO_LONG = 500


@dataclass
class Aio:
    """The processes of it: one, with an address for each kind of TLS."""

    folder: Path
    papers: tuple[Path, Path]
    accounts: Path
    endpoints: list[Endpoint] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        """Deal out addresses."""
        block = Addresses(12)
        for variant in VARIANTS:
            self.endpoints.append(Endpoint("aiosmtpd", block.next(), variant, OFFERS, longest=TOO_LONG))

    def start(self) -> None:
        """Start it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        config, spec = self.folder / "openssl.cnf", self.folder / "spec.json"
        config.write_text(LOWEST_CONFIG.format(more=""))
        cert, key = map(str, self.papers)
        sites = [{"ip": each.ip, "tls": asdict(policy(each.variant))} for each in self.endpoints]
        told = {
            "cert": cert,
            "key": key,
            "log": str(self.folder / "log"),
            "accounts": str(self.accounts),
            "sites": sites,
        }
        spec.write_text(json.dumps(told))
        around = {**os.environ, "OPENSSL_CONF": str(config), "PYTHONPATH": str(ROOT)}
        argv = inside(SERVERS, [sys.executable, "-m", "tests.lab.corpus.servers.aio", str(spec)])
        with (self.folder / "out").open("wb") as said:
            self.process = subprocess.Popen(argv, stdout=said, stderr=said, env=around)
        process.await_listening(SERVERS, [(each.ip, each.port) for each in self.endpoints])

    def stop(self) -> None:
        """End it."""
        if self.process:
            process.stop(self.process)

    def served(self) -> list[Served]:
        """All connections, but those with a line too long to be read: what it held, only the client knows."""
        return [each for each in read_log(self.folder / "log") if not each.unread]


async def serve(spec: dict[str, Any]) -> None:
    """Listen at all addresses until killed."""
    loop = asyncio.get_running_loop()
    secrets, _ = book.read(Path(spec["accounts"]))
    for site in spec["sites"]:
        tls = Policy(**site["tls"]).context(Path(spec["cert"]), Path(spec["key"]))
        tls.sni_callback = tls._msg_callback = None  # type: ignore[attr-defined]  # asyncio has no socket to note on
        options = argparse.Namespace(log=spec["log"])
        await loop.create_server(
            lambda options=options, tls=tls: aiosmtpd_server.build(options, tls, secrets),  # type: ignore[misc]
            site["ip"],
            587,
        )
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(json.loads(Path(sys.argv[1]).read_text())))
