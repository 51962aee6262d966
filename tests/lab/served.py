"""What a server says it served: one record per connection, made from its own log.

A `Witness` sits on the server's side of the wire (or reads the server's verbatim log) and
notes what came of each AUTH. It never keeps an answer to a challenge.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Attempt:
    """One AUTH as the server saw it end; `tls` when it came inside TLS."""

    mechanism: str
    outcome: str = "unknown"
    user: str | None = None
    tls: bool = False


@dataclass
class Handshake:
    """What the server knows of a TLS handshake: version as in "1.2", cipher by its IANA name.

    `alert` is what ended it, by its name in RFC 8446 6, `encrypted` where the wire hides the name.
    `named` says that `sni` is known, also when that is None.
    """

    version: str | None = None
    cipher: str | None = None
    sni: str | None = None
    named: bool = False
    resumed: bool | None = None
    alert: str | None = None
    certificate_names: list[str] | None = None


@dataclass
class Served:
    """One connection: who, how it greeted, what became of STARTTLS, AUTH and MAIL.

    `starttls` is None without the command, else asked, refused, ready (220), failed or
    established; `failed` also where TLS was to come first and did not.
    """

    client: str
    client_port: int
    server: str
    port: int
    ehlo: bool = False
    offered: bool = False
    implicit: bool = False
    starttls: str | None = None
    after_ready: bool = False
    mail: bool = False
    attempts: list[Attempt] = field(default_factory=list)
    tls: Handshake | None = None


def read_log(path: Path) -> list[Served]:
    """All records of a scripted server's log."""
    if not path.exists():
        return []
    return [from_line(line) for line in path.read_text().splitlines()]


def from_line(line: str) -> Served:
    """Read one line of a scripted server's log."""
    data: dict[str, Any] = json.loads(line)
    attempts = [Attempt(**each) for each in data.pop("attempts")]
    tls = data.pop("tls", None)
    return Served(**data, attempts=attempts, tls=Handshake(**tls) if tls else None)


class Witness:
    """Follows one connection from the server's side."""

    def __init__(self, client: tuple[str, int], server: tuple[str, int], implicit: bool = False) -> None:
        self.served = Served(*client, *server, implicit=implicit)
        self.tls = implicit
        self.pending: Attempt | None = None
        self.verb = ""

    def said(self, line: str) -> None:
        """A line from the client; answers to challenges are not looked at."""
        if self.pending:
            return
        self.verb, _, rest = line.strip().partition(" ")
        self.verb = self.verb.upper()
        if not self.tls and self.served.starttls == "ready":
            self.served.after_ready = True
        if self.verb == "AUTH":
            self.pending = Attempt((rest.split() or ["?"])[0].upper(), tls=self.tls)
            self.served.attempts.append(self.pending)
        elif self.verb == "STARTTLS" and not self.tls:
            self.served.starttls = "asked"
        elif self.verb == "MAIL":
            self.served.mail |= not self.tls

    def answered(self, line: str) -> None:
        """A line of the server's reply."""
        code, rest = line[:3], line[4:].strip().upper()
        if self.pending:
            self.close_attempt(code)
        elif self.verb == "EHLO":
            self.served.ehlo = True
            self.served.offered |= rest == "STARTTLS" and not self.tls
        elif self.verb == "STARTTLS" and self.served.starttls == "asked":
            self.served.starttls = "ready" if code == "220" else "refused"

    def close_attempt(self, code: str) -> None:
        """Note the end of an AUTH; 334 is not an end, and 221 ends the session, not the AUTH."""
        if self.pending and code == "235":
            self.pending.outcome = "success"
        elif self.pending and code[0] in "45":
            self.pending.outcome = "failure"
        if code != "334":
            self.pending = None

    def named(self, user: str | None) -> None:
        """The server has learnt the user of the attempt it is at, or was at last."""
        if self.served.attempts and user:
            self.served.attempts[-1].user = user

    def secured(self, handshake: Handshake | None = None) -> None:
        """The TLS handshake came to its end."""
        self.tls, self.served.tls = True, handshake
        if not self.served.implicit:
            self.served.starttls = "established"

    def unsecured(self, handshake: Handshake | None = None) -> None:
        """The TLS handshake failed."""
        self.served.starttls, self.served.tls = "failed", handshake

    def as_line(self) -> str:
        """The record as one line of JSON: how scripted servers log."""
        return json.dumps(asdict(self.served)) + "\n"
