"""Facts: what was seen, judged by nobody.  Immutable, and the only thing that phase B reads."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from sniffer.model.events import Anomaly

Family = Literal["basic", "oauth", "challenge", "external", "none", "unknown"]
Outcome = Literal["success", "failure", "unknown"]
StartTls = Literal[
    "not-offered", "offered", "requested", "refused", "failed", "established",
    "implicit", "cleartext-after", "unseen",
]  # fmt: skip


class AttemptFact(Struct, frozen=True, gc=False):
    """One AUTH exchange read in clear.  Neither password nor token, nor their lengths."""

    mechanism: str | None
    outcome: Outcome
    user: str | None
    reply: str | None


class Speech(Struct, frozen=True):
    """What one SMTP connection said in clear.

    ``workstation`` is the client's name of itself in an NTLM answer.
    ``offered`` are the mechanisms of the last EHLO reply in clear, None when none was seen.
    ``mail`` says that MAIL was seen (behind a successful AUTH nobody looks), ``mail_accepted`` how the last was
    answered, None when it was not.
    ``blind`` says that something before the first MAIL or the end could not be read, so that the
    absence of AUTH proves nothing.
    """

    banner: str | None
    helo: str | None
    workstation: str | None
    offered: tuple[str, ...] | None
    starttls: StartTls
    attempts: tuple[AttemptFact, ...]
    mail: bool
    mail_accepted: bool | None
    encrypted: bool
    smtp: bool
    blind: bool
    anomalies: tuple[Anomaly, ...]


class Quality(Struct, frozen=True, gc=False):
    """How well a connection was seen."""

    start_seen: bool
    end_seen: bool
    one_sided: bool
    gap_bytes: int
    duplicates: int
    snaplen_cut: bool


class Observation(Struct, frozen=True):
    """Where a connection was seen."""

    sensor: str
    interface: str | None
    file: str | None
    vlan: tuple[int, ...]
    tunnel: tuple[str, ...] = ()


class SessionFact(Struct, frozen=True):
    """One SMTP connection.  Times are microseconds since 1970, UTC.

    ``session`` is made of the endpoints and both initial sequence numbers, so another sensor or a
    second import gives the same.  ``client_mac`` is the sender of the client's frames nearest to
    it; ``on_link`` that their hop count was still an initial one, so no router lies between.
    """

    session: str
    start: int
    end: int
    client_ip: str
    client_port: int
    client_mac: str | None
    on_link: bool
    server_ip: str
    server_port: int
    speech: Speech
    quality: Quality
    observations: tuple[Observation, ...]

    @property
    def server(self) -> str:
        """Return the server's address and port as one word, IPv6 in brackets (RFC 3986 3.2.2)."""
        host = f"[{self.server_ip}]" if ":" in self.server_ip else self.server_ip
        return f"{host}:{self.server_port}"
