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
    """One AUTH as the server saw it end; `tls` when it came inside TLS.

    `initial` when the AUTH line brought an initial response, `challenged` when the server went on with a 334,
    `code` of the reply that ended it, `refusal` its words when it said no.
    """

    mechanism: str
    outcome: str = "unknown"
    user: str | None = None
    tls: bool = False
    initial: bool = False
    challenged: bool = False
    code: str | None = None
    refusal: str | None = None


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
    established; `failed` also where TLS was to come first and did not.  `mail` is a MAIL in clear, `mail_tls` one
    inside TLS, `mail_refusal` the words with which that was refused; `unread` when a line of the client's was too
    long for the server to read.  `offered_tls` are the mechanisms listed inside TLS, None before an EHLO there.
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
    mail_tls: bool = False
    mail_refusal: str | None = None
    unread: bool = False
    offered_tls: list[str] | None = None
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
            words = rest.split() or ["?"]
            self.pending = Attempt(words[0].upper(), tls=self.tls, initial=len(words) > 1)
            self.served.attempts.append(self.pending)
        elif self.verb == "STARTTLS" and not self.tls:
            self.served.starttls = "asked"
        elif self.verb == "MAIL":
            self.served.mail |= not self.tls
            self.served.mail_tls |= self.tls

    def answered(self, line: str) -> None:
        """A line of the server's reply."""
        code, rest = line[:3], line[4:].strip().upper()
        if self.pending:
            self.close_attempt(line)
        elif self.verb == "EHLO":
            self.served.ehlo = True
            self.served.offered |= rest == "STARTTLS" and not self.tls
            if self.tls and code == "250":
                self.note_offer(rest)
        elif self.verb == "MAIL" and self.tls and code[0] in "45":
            self.served.mail_refusal = line
        elif self.verb == "STARTTLS" and self.served.starttls == "asked":
            self.served.starttls = "ready" if code == "220" else "refused"

    def note_offer(self, line: str) -> None:
        """Note the mechanisms of a line of an EHLO reply inside TLS, each once."""
        verb, _, names = line.partition(" ")
        listed = names.split() if verb == "AUTH" else []
        self.served.offered_tls = list(dict.fromkeys((*(self.served.offered_tls or ()), *listed)))

    def close_attempt(self, line: str) -> None:
        """Note the end of an AUTH; 334 is not an end, and 221 ends the session, not the AUTH."""
        code = line[:3]
        if self.pending and code == "235":
            self.pending.outcome = "success"
        elif self.pending and code[0] in "45":
            self.pending.outcome, self.pending.refusal = "failure", line
        if self.pending and code == "334":
            self.pending.challenged = True
        elif self.pending:
            self.pending.code, self.pending = code, None

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
