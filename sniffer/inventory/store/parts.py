"""Sessions as rows: what is a session's own, and the parts that it shares with others.

A device that mails every night says the same every night.  So a row is a few numbers, and three references: to the
client, to the server, and to the manner (how it authenticated, and what came of it).  No lengths of records are in
them, nor of EHLO lines; reasons tell of credentials the classes of their lengths only.  Greetings are left out: they
hold the time.  Confidences are rounded down to two places, and the server's address in a reason is put back when it is
read.

These structures are stored by position: fields are added at the end, with a default, and never taken away.
"""

from __future__ import annotations

import hashlib
import re
from math import floor
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sniffer.model.events import Anomaly
from sniffer.model.facts import (
    Family,
    Observation,
    Outcome,
    Quality,
    SessionFact,
    Speech,
    StartTls,
    TlsFact,
)
from sniffer.model.findings import (
    AttemptFinding,
    AuthFinding,
    Basis,
    Direction,
    Rival,
    Scope,
    SessionFinding,
    Unjudged,
)

ID = re.compile(r"[sd]-([0-9a-f]{16}|[0-9a-f]{12})")
"""The ids of the contract that are numbers: eight octets of a session, six of a device."""

SERVER = "\x00"
"""Stands in a stored reason for the server's address and port."""


class ClientPart(Struct, frozen=True, array_like=True):
    """Who the client is."""

    ip: str
    mac: str | None
    on_link: bool
    hops: int
    helo: str | None
    workstation: str | None
    routers: tuple[str, ...]


class ServerPart(Struct, frozen=True, array_like=True):
    """Where the server is, and what it is called."""

    ip: str
    port: int
    name: str | None
    name_basis: str | None


class Attempt(Struct, frozen=True, array_like=True):
    """An ``AttemptFinding``."""

    family: Family
    mechanism: str | None
    basis: Basis
    confidence: float | None
    outcome: Outcome | None
    reason: str
    outcome_confidence: float | None
    user: str | None
    reply: str | None
    unjudged: Unjudged | None
    likely: Family | None
    rivals: tuple[tuple[str, float], ...]
    likely_refusal: str | None
    credential_sent: bool


class Manner(Struct, frozen=True, array_like=True):
    """How a session authenticated, and what came of it; ``attempts`` is None where the only one is ``auth`` itself."""

    service: str
    title: str
    direction: Direction
    scope: Scope
    starttls: StartTls
    auth: Attempt
    attempts: tuple[Attempt, ...] | None
    mail_accepted: bool | None
    mail_reply: str | None
    offered: tuple[str, ...] | None
    offered_tls: tuple[str, ...] | None
    unverified_service: bool
    tls: TlsFact | None
    public_ip: str | None
    findings: tuple[tuple[str, str], ...]
    anomalies: tuple[tuple[str, str], ...]
    quality: tuple[bool, bool, bool, bool]


class Kind(Struct, frozen=True, array_like=True):
    """What of a session is counted when its details are gone."""

    service: str
    family: Family
    outcome: Outcome | None
    judged: bool


class PlacePart(Struct, frozen=True, array_like=True):
    """Where a session was seen: an ``Observation``."""

    sensor: str
    interface: str | None
    file: str | None
    vlan: tuple[int, ...]
    tunnel: tuple[str, ...]


ENCODER = msgspec.msgpack.Encoder()
CLIENTS = msgspec.msgpack.Decoder(ClientPart)
SERVERS = msgspec.msgpack.Decoder(ServerPart)
MANNERS = msgspec.msgpack.Decoder(Manner)
KINDS = msgspec.msgpack.Decoder(Kind)
PLACES = msgspec.msgpack.Decoder(PlacePart)


class Written(NamedTuple):
    """A session as it is stored: the values of its row, by column, and its parts by their ids.

    ``places`` are the parts of its observations.
    """

    row: dict[str, Any]
    parts: dict[int, bytes]
    places: tuple[int, ...]


def number(word: str) -> int:
    """Return the number that stands for an id of the contract, or for any other word."""
    found = ID.fullmatch(word)
    octets = bytes.fromhex(found[1]) if found else hashlib.blake2b(word.encode(), digest_size=8).digest()
    return int.from_bytes(octets, signed=len(octets) == 8)


def session_word(row_id: int, name: str | None) -> str:
    """Return a session's id."""
    return name or "s-" + row_id.to_bytes(8, signed=True).hex()


def device_word(row_id: int) -> str:
    """Return a device's id."""
    return f"d-{row_id:012x}"


def part_id(body: bytes) -> int:
    """Return the id of a part: 64 bits of its hash.  Of a million parts two share one once in forty million."""
    return int.from_bytes(hashlib.blake2b(body, digest_size=8).digest(), signed=True)


def written(finding: SessionFinding) -> Written:
    """Return a session as it is stored, but for its device."""
    fact = finding.fact
    parts: dict[int, bytes] = {}
    plain = session_word(number(fact.session), None) == fact.session
    row = {
        "id": number(fact.session),
        "start": fact.start,
        "lasted": fact.end - fact.start,
        "port": fact.client_port,
        "client": _keep(parts, _client(fact)),
        "server": _keep(parts, ServerPart(fact.server_ip, fact.server_port, finding.name, finding.name_basis)),
        "manner": _keep(parts, manner_of(finding)),
        "kind": _keep(parts, _kind(finding)),
        "near": _near(finding),
        "good": _good(finding),
        "name": None if plain else fact.session,
    }
    places = tuple(_keep(parts, _place(each)) for each in fact.observations)
    return Written(row, parts, places)


def _keep(parts: dict[int, bytes], part: Struct) -> int:
    body = ENCODER.encode(part)
    parts[place := part_id(body)] = body
    return place


def _client(fact: SessionFact) -> ClientPart:
    routers = fact.routers
    return ClientPart(fact.client_ip, fact.client_mac, fact.on_link, fact.hops, fact.helo, fact.workstation, routers)


def _place(seen: Observation) -> PlacePart:
    return PlacePart(seen.sensor, seen.interface, seen.file, seen.vlan, seen.tunnel)


def _kind(finding: SessionFinding) -> Kind:
    auth = finding.auth
    return Kind(finding.service, auth.family, auth.outcome, auth.unjudged is None)


def _near(finding: SessionFinding) -> int:
    """Order views by how near the client is, as ``spool.merged`` does: its card known, on its link, many hops left."""
    fact = finding.fact
    card = finding.owner is not None and finding.owner.card is not None
    return (not card) << 9 | (not fact.on_link) << 8 | 255 - min(fact.hops, 255)


def _good(finding: SessionFinding) -> int:
    """Order views by what they tell: the judged first, the read before the inferred, the whole before parts."""
    quality, auth = finding.fact.quality, finding.auth
    faults = (
        auth.unjudged is not None, auth.basis not in ("clear", "decrypted"), quality.one_sided,
        not quality.start_seen, quality.gap_bytes > 0, not quality.end_seen, quality.duplicates > 0,
    )  # fmt: skip
    return sum(fault << place for place, fault in enumerate(reversed(faults)))


def manner_of(finding: SessionFinding) -> Manner:
    """Return how a session authenticated."""
    fact, auth = finding.fact, finding.auth
    quality = fact.quality
    said = _attempt(auth, fact.server)
    attempts = tuple(_attempt(each, fact.server) for each in auth.attempts)
    return Manner(
        service=finding.service,
        title=finding.title,
        direction=finding.direction,
        scope=finding.scope,
        starttls=finding.starttls,
        auth=said,
        attempts=None if attempts == (said,) else attempts,
        mail_accepted=auth.mail_accepted,
        mail_reply=auth.mail_reply,
        offered=fact.speech.offered,
        offered_tls=auth.offered_tls,
        unverified_service=auth.unverified_service,
        tls=fact.tls,
        public_ip=finding.public_ip,
        findings=tuple((each.code, each.text) for each in finding.findings),
        anomalies=tuple((each.code, each.text) for each in fact.speech.anomalies),
        quality=(quality.start_seen, quality.end_seen, quality.one_sided, quality.snaplen_cut),
    )


def _attempt(each: AttemptFinding, server: str) -> Attempt:
    rivals = tuple((rival.label, round(rival.probability, 2)) for rival in each.rivals)
    return Attempt(
        family=each.family,
        mechanism=each.mechanism,
        basis=each.basis,
        confidence=_floored(each.confidence),
        outcome=each.outcome,
        reason=each.reason.replace(server, SERVER),
        outcome_confidence=_floored(each.outcome_confidence),
        user=each.user,
        reply=each.reply,
        unjudged=each.unjudged,
        likely=each.likely,
        rivals=tuple(rival for rival in rivals if rival[1]),
        likely_refusal=each.likely_refusal,
        credential_sent=each.credential_sent,
    )


def _floored(confidence: float | None) -> float | None:
    """Return a confidence to two places, never more than was proven."""
    return None if confidence is None else floor(confidence * 100 + 1e-6) / 100


# -- back ------------------------------------------------------------------------------------------


def template(manner: Manner) -> SessionFinding:
    """Return a session without what is its own (ids, times, client, observations), and without its server."""
    start_seen, end_seen, one_sided, snaplen_cut = manner.quality
    speech = Speech(
        banner=None, helo=None, workstation=None, offered=manner.offered, starttls=manner.starttls, attempts=(),
        mail=manner.mail_accepted is not None, mail_accepted=manner.mail_accepted,
        encrypted=manner.tls is not None, smtp=True, blind=False,
        anomalies=tuple(Anomaly(*each) for each in manner.anomalies), mail_reply=manner.mail_reply,
    )  # fmt: skip
    fact = SessionFact(
        session="", start=0, end=0, client_ip="", client_port=0, client_mac=None, on_link=False,
        server_ip="", server_port=0, speech=speech,
        quality=Quality(start_seen, end_seen, one_sided, 0, 0, snaplen_cut), observations=(), tls=manner.tls,
    )  # fmt: skip
    own = _told(manner.auth)
    attempts = tuple(AttemptFinding(**_told(each)) for each in manner.attempts or ())
    auth = AuthFinding(
        **own,
        attempts=attempts if manner.attempts is not None else (AttemptFinding(**own),),
        mail_accepted=manner.mail_accepted,
        mail_reply=manner.mail_reply,
        offered_tls=manner.offered_tls,
        unverified_service=manner.unverified_service,
    )
    return SessionFinding(
        fact=fact, device="", direction=manner.direction, scope=manner.scope, service=manner.service,
        name=None, name_basis=None, starttls=manner.starttls, auth=auth, title=manner.title,
        public_ip=manner.public_ip, findings=tuple(Anomaly(*each) for each in manner.findings),
    )  # fmt: skip


def _told(said: Attempt) -> dict[str, Any]:
    return msgspec.structs.asdict(said) | {"rivals": tuple(Rival(*each) for each in said.rivals)}


def at_server(made: SessionFinding, server: ServerPart) -> SessionFinding:
    """Return a template with its server, also in its reason; those of its attempts are left (``with_attempts``)."""
    fact = replace(made.fact, server_ip=server.ip, server_port=server.port)
    auth = replace(made.auth, reason=made.auth.reason.replace(SERVER, fact.server))
    return replace(made, fact=fact, auth=auth, name=server.name, name_basis=server.name_basis)


def with_attempts(made: SessionFinding) -> SessionFinding:
    """Return a session with the server in the reasons of its attempts."""
    where = made.fact.server
    told = tuple(replace(each, reason=each.reason.replace(SERVER, where)) for each in made.auth.attempts)
    return replace(made, auth=replace(made.auth, attempts=told))


def observation_of(place: PlacePart) -> Observation:
    """Return where a session was seen."""
    return Observation(place.sensor, place.interface, place.file, place.vlan, place.tunnel)
