"""Findings: what the facts mean.  Every finding carries its reason."""

from __future__ import annotations

from typing import Literal, NamedTuple

from msgspec import Struct

from sniffer.model.events import Anomaly
from sniffer.model.facts import Family, Outcome, SessionFact, StartTls

Verdict = Literal[
    "affected", "mixed", "basic-elsewhere", "challenge", "unknown", "modern", "unauthenticated"
]  # fmt: skip
Band = Literal["certain", "strong", "likely"]
IdentityBand = Literal["certain", "strong", "likely", "weak", "unknown"]
State = Literal["working", "failing", "refused", "gave-up", "migrated", "quiet", "unjudged"]
Unjudged = Literal["tls", "late", "gap", "one-sided", "no-auth-seen", "ambiguous"]
Role = Literal["client", "relay", "nat", "router"]
Direction = Literal["outbound", "internal", "inbound"]
Scope = Literal["local", "remote"]
Basis = Literal["clear", "decrypted", "inferred", "none"]
MacKind = Literal["global", "random", "virtual"]

VERDICTS: tuple[Verdict, ...] = (
    "affected", "mixed", "basic-elsewhere", "challenge", "unknown", "modern", "unauthenticated",
)  # fmt: skip
"""In the order of urgency: of a device's services the first of these that one has is the device's."""


class Rival(Struct, frozen=True, gc=False):
    """Something else that it may have been, and how probable that is."""

    label: str
    probability: float


class AttemptFinding(Struct, frozen=True, kw_only=True):
    """One AUTH exchange and what became of it.

    ``confidence`` is that of the family, None when it is unknown; then ``likely`` is the family in front.  ``rivals``
    are the others.  ``likely_refusal`` is the code of the cause (``knowledge/replies.toml``) that the length of the
    refusal points to.  ``credential_sent`` as in ``AttemptFact``, inside TLS or not.
    """

    family: Family
    mechanism: str | None
    basis: Basis
    confidence: float | None
    outcome: Outcome | None
    reason: str
    outcome_confidence: float | None = None
    user: str | None = None
    reply: str | None = None
    unjudged: Unjudged | None = None
    likely: Family | None = None
    rivals: tuple[Rival, ...] = ()
    likely_refusal: str | None = None
    credential_sent: bool = False


class AuthFinding(AttemptFinding, frozen=True, kw_only=True):
    """How a session authenticated: its last success, else its last attempt; ``attempts`` are all, oldest first.

    ``mail_accepted`` says what became of mail, as far as that is known, ``mail_reply`` the words of its refusal.
    ``offered_tls`` are the mechanisms that the server lists inside TLS, None where that is not known.
    ``unverified_service`` says that this was inferred for a service of which no real session of
    this family was checked.
    """

    attempts: tuple[AttemptFinding, ...] = ()
    mail_accepted: bool | None = None
    mail_reply: str | None = None
    offered_tls: tuple[str, ...] | None = None
    unverified_service: bool = False


class TurnFinding(Struct, frozen=True, kw_only=True):
    """One turn inside TLS as it was read, for people.

    ``first`` is when the client's half-turn began, ``answered`` how long the reply took; microseconds since the
    connection's start, and microseconds.  ``client`` and ``server`` are the plaintext lengths in bytes as they may be
    told: a number, a range, or a class only (``4k+2``); empty where that side said nothing.  ``fixed`` says that the
    client's message is one whose length everybody knows: of all others only the class is told.  ``credential`` says
    that it is or may be a credential, as far as the reading is right.
    ``client_records`` and ``server_records`` tell the records' lengths (``43``; ``6 records, 512``), a masked one
    not.  ``what`` and ``reply`` are what the two most likely were, ``probability`` how likely that is.
    """

    first: int
    answered: int | None
    client: str
    client_records: str
    server: str
    server_records: str
    what: str
    reply: str
    credential: bool
    probability: float
    fixed: bool = False
    rivals: tuple[Rival, ...] = ()


class DialogueFinding(Struct, frozen=True, kw_only=True):
    """A dialogue inside TLS as it was read; ``families`` are all families with their probabilities, the first first.

    ``calibration`` says in a sentence how plaintext lengths were worked out, ``cut`` why the end is missing.
    """

    turns: tuple[TurnFinding, ...]
    families: tuple[Rival, ...]
    calibration: str
    cut: str | None = None


GroundKind = Literal["link", "binding", "table", "nat-log", "embedded-mac", "name", "content"]
"""Classes of evidence for which device it is.  A name in EHLO, DHCP and mDNS is one class: it has one cause."""


class Ground(NamedTuple):
    """Why a session is a device's: the class, and in words what was seen."""

    kind: GroundKind
    words: str


class Attribution(NamedTuple):
    """A session's device: its key, its card, and why.

    ``key`` is a card, or a domain and an address where no card is known.  ``via`` are the cards of routers on the
    way, ``rivals`` keys of other devices that it may have been.  ``settles`` says what would tell, where this did not.
    ``doubts`` are codes of anomalies.  ``inside`` is the address that a firewall's log has behind the client's.
    """

    key: str
    card: str | None = None
    grounds: tuple[Ground, ...] = ()
    via: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    settles: str | None = None
    inside: str | None = None


class SessionFinding(Struct, frozen=True):
    """A session and what it means; ``title`` is the service's name for people, ``owner`` why it is the device's."""

    fact: SessionFact
    device: str
    direction: Direction
    scope: Scope
    service: str
    name: str | None
    name_basis: str | None
    starttls: StartTls
    auth: AuthFinding
    title: str = ""
    public_ip: str | None = None
    findings: tuple[Anomaly, ...] = ()
    owner: Attribution | None = None


class ServiceFinding(Struct, frozen=True, gc=False):
    """What a device does with one service.  Times are microseconds.

    ``title`` is the service's name for people.  ``reason_names`` are the user names that the reason may quote.
    ``refusal`` is the code of the cause (``knowledge/replies.toml``) behind the newest refusal that names one.
    """

    service: str
    family: Family
    verdict: Verdict
    band: Band | None
    state: State
    servers: tuple[str, ...]
    mechanisms: tuple[str, ...]
    basis: Basis
    confidence: float | None
    judged: int
    unjudged: int
    dissent: int
    succeeded: int
    failed: int
    unknown_outcome: int
    users: tuple[str, ...]
    cleartext: bool
    first_seen: int
    last_seen: int
    last_success: int | None
    first_failure: int | None
    reason: str
    reason_names: tuple[str, ...]
    title: str = ""
    tls_versions: tuple[str, ...] = ()
    refusal: str | None = None


class Advice(Struct, frozen=True, gc=False):
    """What a person should know or do, where that is from, and the day it was true (ISO 8601)."""

    code: str
    text: str
    source: str
    as_of: str


class Evidence(Struct, frozen=True, gc=False):
    """One clue to who a device is, compacted to the interval over which it was seen.

    ``file`` is where it was seen first, with the ``line`` of a table or the number of the ``frame``, from 1, where
    somebody looked for it.
    """

    source: str
    field: str
    value: str
    kind: str
    measured: bool
    weight: float
    first_seen: int
    last_seen: int
    count: int
    file: str | None
    line: int | None = None
    frame: int | None = None


class Interface(Struct, frozen=True, gc=False):
    """A network card of a device."""

    mac: str
    kind: MacKind
    domain: str


class Address(Struct, frozen=True, gc=False):
    """An address of a device over an interval."""

    ip: str
    domain: str
    first_seen: int
    last_seen: int
    source: str = "smtp"


class Other(Struct, frozen=True, gc=False):
    """A device on the way of another, or one that it may have been: what is known of it."""

    device: str
    mac: str | None = None
    ip: str | None = None
    name: str | None = None
    vendor: str | None = None
    model: str | None = None


class Identity(Struct, frozen=True, gc=False):
    """How sure it is that this is one device, and which.

    The band is that of the least sure of its sessions.  ``type_confidence`` is of what it is.  ``via`` are the
    ids of devices on the way, ``rivals`` of those that it may have been, and ``others`` what is known of both.
    ``grounds`` say why in sentences, and ``settles`` what would tell, where it is not known.
    """

    band: IdentityBand
    confidence: float | None
    type_confidence: float | None = None
    via: tuple[str, ...] = ()
    rivals: tuple[Rival, ...] = ()
    grounds: tuple[str, ...] = ()
    settles: str | None = None
    others: tuple[Other, ...] = ()


class DeviceFinding(Struct, frozen=True, gc=False):
    """A device, its verdict and the reason."""

    device: str
    scope: Scope
    verdict: Verdict
    band: Band | None
    state: State
    reason: str
    name: str | None
    vendor: str | None
    identity: Identity
    interfaces: tuple[Interface, ...]
    addresses: tuple[Address, ...]
    services: tuple[ServiceFinding, ...]
    findings: tuple[Anomaly, ...]
    anomalies: tuple[Anomaly, ...]
    evidence: tuple[Evidence, ...]
    role: Role = "client"
    senders_at_least: int = 1
    affected_through: str | None = None
    advice: tuple[Advice, ...] = ()
    model: str | None = None
    kind: str | None = None
    location: str | None = None
    serial: str | None = None
    owner: str | None = None
