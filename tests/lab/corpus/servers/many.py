"""Many personas in one process: `python -m tests.lab.corpus.servers.many SPEC`, inside the servers' namespace."""

from __future__ import annotations

import argparse
import json
import random
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lab.corpus import book
from tests.lab.corpus.servers.cast import Role, persona
from tests.lab.servers.persona import Server
from tests.lab.servers.personas import Persona
from tests.lab.servers.tls import Policy


@dataclass(frozen=True)
class Site:
    """A role at an address; `ports` as the persona engine takes them."""

    ip: str
    ports: tuple[str, ...]
    role: Role


class Varied(Server):
    """A persona made anew for each connection."""

    def __init__(self, role: Role, options: argparse.Namespace, accounts: Path) -> None:
        self.role, self.dice = role, random.Random(role.seed)
        self.secrets_of_all, self.refusals_of_all = book.read(accounts)
        super().__init__(persona(role, self.dice, self.refusals_of_all), options)
        self.secrets: Mapping[str, str] = self.secrets_of_all

    def cast(self, _: socket.socket) -> Persona:
        """The persona with the words of this connection."""
        return persona(self.role, self.dice, self.refusals_of_all)


def role_of(fields: dict[str, Any]) -> Role:
    """A role as it stands in the specification."""
    tls = Policy(**fields.pop("tls"))
    return Role(**{**fields, "mechanisms": tuple(fields["mechanisms"]), "tls": tls})


def main() -> None:
    """Read the specification and serve."""
    spec = json.loads(Path(sys.argv[1]).read_text())
    shared = {"cert": Path(spec["cert"]), "key": Path(spec["key"]), "log": spec["log"], "greets": "203.0.113.9"}
    for site in spec["sites"]:
        options = argparse.Namespace(ip=site["ip"], ports=site["ports"], **shared)
        Varied(role_of(site["role"]), options, Path(spec["accounts"])).serve()


if __name__ == "__main__":
    main()
