"""Facts for judgement tests, each a line; and judging them as the program does, through the spool."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sniffer.inventory.spool import Spool
from sniffer.model.clues import BindingFact, ClueFact, TranslationFact
from sniffer.model.facts import (
    AttemptFact,
    CertificateFact,
    NameFact,
    Observation,
    Outcome,
    Quality,
    SessionFact,
    Speech,
    StartTls,
    TlsFact,
)
from sniffer.model.findings import DeviceFinding, ServiceFinding, SessionFinding
from sniffer.pipeline import Judgement

DAY = 24 * 3600 * 1_000_000
NOW = 1_795_000_000_000_000
EXCHANGE = "52.97.1.2"
EXCHANGE_BANNER = "220 AM0PR02CA0001.outlook.office365.com Microsoft ESMTP MAIL Service ready"
WHOLE = Quality(start_seen=True, end_seen=True, one_sided=False, gap_bytes=0, duplicates=0, snaplen_cut=False)
HANDSHAKE = TlsFact(offered="1.3", version="1.2", cipher="TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", complete=True)


def attempt(
    mechanism: str | None = "LOGIN",
    outcome: Outcome = "success",
    reply: str | None = None,
    user: str | None = "scan@example.org",
) -> AttemptFact:
    """One AUTH exchange."""
    said = {"success": "235 2.7.0 Ok", "failure": "535 5.7.8 Error", "unknown": None}[outcome]
    return AttemptFact(mechanism, outcome, user, reply or said, credential_sent=user is not None)


def fact(
    *attempts: AttemptFact,
    day: float = 0,
    lasts: int = 1_000_000,
    client: str = "10.0.3.17",
    mac: str | None = "00:26:73:a1:b2:c3",
    on_link: bool = True,
    helo: str | None = "RNP002673A1B2C3",
    server: str = EXCHANGE,
    port: int = 587,
    banner: str | None = EXCHANGE_BANNER,
    starttls: StartTls = "offered",
    mail: bool | None = None,
    mail_accepted: bool | None = None,
    encrypted: bool = False,
    smtp: bool = True,
    blind: bool = False,
    quality: Quality = WHOLE,
    sensor: str = "default",
    vlan: tuple[int, ...] = (),
    session: str | None = None,
    greeted: str | None = None,
    extensions: tuple[str, ...] = (),
    offered: tuple[str, ...] | None = ("LOGIN", "XOAUTH2"),
    mail_reply: str | None = None,
    tls: TlsFact | None = None,
) -> SessionFact:
    """One session, ``day`` days after the first."""
    start = NOW + round(day * DAY)
    speech = Speech(
        banner=banner, helo=helo, workstation=None, offered=offered, starttls=starttls,
        attempts=attempts, mail=bool(attempts) if mail is None else mail, mail_accepted=mail_accepted,
        encrypted=encrypted, smtp=smtp, blind=blind, anomalies=(),
        greeted=greeted, extensions=extensions, mail_reply=mail_reply,
    )  # fmt: skip
    return SessionFact(
        session=session or f"s-{start:x}{abs(hash((client, server, port, mac, helo, attempts))):x}"[:24],
        start=start, end=start + lasts, client_ip=client, client_port=49_152, client_mac=mac, on_link=on_link,
        server_ip=server, server_port=port, speech=speech, quality=quality,
        observations=(Observation(sensor, None, "office.pcap", vlan),), tls=tls,
    )  # fmt: skip


def no_auth(day: float = 0, **told: object) -> SessionFact:
    """A session that ended before AUTH or MAIL."""
    return fact(day=day, mail=False, **told)  # type: ignore[arg-type]


def in_tls(day: float = 0, **told: object) -> SessionFact:
    """A session that went into TLS before AUTH."""
    return fact(day=day, encrypted=True, **{"starttls": "established", "tls": HANDSHAKE, **told})  # type: ignore[arg-type]


UNREADABLE = TlsFact(offered="1.2", version="1.2", cipher="TLS_GOSTR341112_256_WITH_28147_CNT_IMIT", complete=True)
"""A handshake of a cipher of which lengths tell nothing."""


def unreadable(day: float = 0, **told: object) -> SessionFact:
    """A session that went into TLS before AUTH, of which nothing can be told."""
    return in_tls(day, **{"tls": UNREADABLE, **told})


def certificate(*names: str, first: float = -100, last: float = 100) -> CertificateFact:
    """A certificate for these names, valid between these days."""
    return CertificateFact(f"CN={names[0]}", "CN=Some CA", names, NOW + round(first * DAY), NOW + round(last * DAY))


def asked(name: str, address: str = EXCHANGE, *, client: str = "10.0.3.17", day: float = 0) -> NameFact:
    """A DNS answer."""
    when = NOW + round(day * DAY)
    return NameFact("default", client, name, address, when, when, 1)


class Judged(NamedTuple):
    """What facts mean."""

    sessions: list[SessionFinding]
    devices: list[DeviceFinding]

    @property
    def device(self) -> DeviceFinding:
        """The only device."""
        (device,) = self.devices
        return device

    @property
    def service(self) -> ServiceFinding:
        """The only service of the only device."""
        (service,) = self.device.services
        return service

    @property
    def session(self) -> SessionFinding:
        """The only session."""
        (session,) = self.sessions
        return session


def judge(
    facts: Iterable[SessionFact],
    local_nets: Iterable[str] = (),
    names: Iterable[NameFact] = (),
    boxes: Iterable[ClueFact | BindingFact | TranslationFact] = (),
    **more: Any,
) -> Judged:
    """Judge facts, whatever their order."""
    spool = Spool()
    for each in facts:
        spool.add(each)
    for name in names:
        spool.add_name(name)
    for box in boxes:
        spool.boxes.add(box)
    spool.seal()
    judgement = Judgement(spool, local_nets, **more)
    found = Judged(list(judgement.sessions()), judgement.devices())
    spool.close()
    return found
