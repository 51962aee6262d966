"""Findings as the rows of the contract: plain values, times in UTC, absent knowledge as None."""

from __future__ import annotations

from math import floor
from typing import Any

from msgspec.structs import asdict

from sniffer.knowledge.makers import known_as
from sniffer.knowledge.vendors import mac_kind, vendor
from sniffer.model.events import Anomaly
from sniffer.model.facts import CertificateFact, Observation, SessionFact, TlsFact
from sniffer.model.findings import AttemptFinding, AuthFinding, DeviceFinding, Evidence, ServiceFinding, SessionFinding
from sniffer.reports import personal
from sniffer.reports.missing import rounded
from sniffer.reports.moments import utc
from sniffer.reports.personal import Mask
from sniffer.reports.redaction import Redactor

SCHEMA = 1

Row = dict[str, Any]


def session_row(finding: SessionFinding, redact: Redactor) -> Row:
    """Return a session as the contract has it."""
    fact = finding.fact
    speech, quality = fact.speech, fact.quality
    mask = personal.of_session(finding, redact)
    card = finding.owner.card if finding.owner and fact.on_link else None
    return {
        "type": "session",
        "schema": SCHEMA,
        "session": fact.session,
        "start": utc(fact.start),
        "end": utc(fact.end),
        "community_id": _community_id(fact),
        "direction": finding.direction,
        "client": {
            "ip": fact.client_ip,
            "port": fact.client_port,
            "mac": card,
            "vendor": (known_as(vendor(card) or "") or vendor(card)) if card else None,
            "helo": redact.host(fact.helo),
            "device": finding.device,
        },
        "server": {
            "ip": fact.server_ip,
            "port": fact.server_port,
            "name": finding.name,
            "name_basis": finding.name_basis,
            "banner": fact.banner,
            "service": finding.service,
        },
        "public_ip": finding.public_ip,
        "starttls": finding.starttls,
        "tls": _tls(fact.tls),
        "auth": _auth(finding.auth, speech.offered, mask),
        "quality": {
            "start_seen": quality.start_seen,
            "end_seen": quality.end_seen,
            "one_sided": quality.one_sided,
            "gap_bytes": rounded(quality.gap_bytes),
            "duplicates": quality.duplicates,
            "snaplen_cut": quality.snaplen_cut,
        },
        "findings": _named(finding.findings, mask),
        "anomalies": _named(speech.anomalies, mask),
        "observations": [_observation(each) for each in fact.observations],
        "evidence": {
            "file": fact.observations[0].file,
            "time": utc(fact.start),
            "frame": None,
            "display_filter": display_filter(fact),
        },
    }


def _tls(tls: TlsFact | None) -> Row | None:
    """Return a handshake; None where TLS was not tried, or nothing of its handshake was seen."""
    if tls is None:
        return None
    return {
        "version": tls.version,
        "cipher": tls.cipher,
        "sni": tls.sni,
        "ja3": tls.ja3,
        "ja4": tls.ja4,
        "resumed": tls.resumed,
        "certificate": _certificate(tls.certificate),
        "alert": tls.alert,
    }


def _certificate(certificate: CertificateFact | None) -> Row | None:
    if certificate is None:
        return None
    return {
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "names": list(certificate.names),
        "not_before": utc(certificate.not_before),
        "not_after": utc(certificate.not_after),
    }


def _auth(auth: AuthFinding, offered: tuple[str, ...] | None, mask: Mask) -> Row:
    return {
        **_attempt(auth, mask),
        "offered": None if offered is None else list(offered),
        "offered_tls": None if auth.offered_tls is None else list(auth.offered_tls),
        "attempts": [{**_attempt(each, mask), "unverified_service": _unverified(auth, each)} for each in auth.attempts],
        "unverified_service": auth.unverified_service,
    }


def _unverified(auth: AuthFinding, attempt: AttemptFinding) -> bool:
    return auth.unverified_service and attempt.basis == "inferred"


def _attempt(attempt: AttemptFinding, mask: Mask) -> Row:
    """Return what an attempt and the session that it decides are told by alike."""
    return {
        "family": attempt.family,
        "mechanism": attempt.mechanism,
        "basis": attempt.basis,
        "confidence": _floored(attempt.confidence),
        "likely": attempt.likely,
        "rivals": [{"label": each.label, "probability": round(each.probability, 5)} for each in attempt.rivals],
        "outcome": attempt.outcome,
        "outcome_confidence": _floored(attempt.outcome_confidence),
        "user": mask.redact.user(attempt.user),
        "reply": mask.text(attempt.reply),
        "likely_refusal": attempt.likely_refusal,
        "unjudged": attempt.unjudged,
        "reason": mask.prose(attempt.reason),
    }


def device_row(finding: DeviceFinding, redact: Redactor) -> Row:
    """Return a device as the contract has it."""
    mask = personal.of_device(finding, redact)
    return {
        "type": "device",
        "schema": SCHEMA,
        "device": finding.device,
        "revision": 1,
        "run_local": True,
        "formerly": [],
        "scope": finding.scope,
        "verdict": finding.verdict,
        "band": finding.band,
        "state": finding.state,
        "reason": mask.prose(finding.reason),
        "affected_through": finding.affected_through,
        "name": redact.host(finding.name),
        "vendor": finding.vendor,
        "model": mask.text(finding.model),
        "kind": finding.kind,
        "location": redact.place(finding.location),
        "serial": finding.serial,
        "role": finding.role,
        "senders_at_least": finding.senders_at_least,
        "identity": {
            "band": finding.identity.band,
            "confidence": finding.identity.confidence,
            "type_confidence": finding.identity.type_confidence,
            "via": list(finding.identity.via),
            "rivals": [{"label": each.label, "probability": each.probability} for each in finding.identity.rivals],
            "grounds": [mask.prose(each) for each in finding.identity.grounds],
            "settles": finding.identity.settles,
            "others": [asdict(each) | {"name": redact.host(each.name)} for each in finding.identity.others],
        },
        "interfaces": [
            {"mac": each.mac, "kind": mac_kind(each.mac), "domain": each.domain} for each in finding.interfaces
        ],
        "addresses": [
            {
                "ip": each.ip,
                "domain": each.domain,
                "from": utc(each.first_seen),
                "until": utc(each.last_seen),
                "source": each.source,
            }
            for each in finding.addresses
        ],
        "services": [_service(each, redact) for each in finding.services],
        "findings": _named(finding.findings, mask),
        "anomalies": _named(finding.anomalies, mask),
        "owner": redact.user(finding.owner),
        "exception": None,
        "advice": [
            {"code": each.code, "text": each.text, "source": each.source, "as_of": each.as_of}
            for each in finding.advice
        ],
        "evidence": [_evidence(each, mask) for each in finding.evidence],
        "inventory": None,
    }


def _service(finding: ServiceFinding, redact: Redactor) -> Row:
    return {
        "service": finding.service,
        "family": finding.family,
        "verdict": finding.verdict,
        "band": finding.band,
        "state": finding.state,
        "servers": list(finding.servers),
        "mechanisms": list(finding.mechanisms),
        "basis": finding.basis,
        "confidence": _floored(finding.confidence),
        "judged": finding.judged,
        "unjudged": finding.unjudged,
        "dissent": finding.dissent,
        "succeeded": finding.succeeded,
        "failed": finding.failed,
        "unknown_outcome": finding.unknown_outcome,
        "users": [redact.user(user) for user in finding.users],
        "tls_versions": list(finding.tls_versions),
        "cleartext": finding.cleartext,
        "first_seen": utc(finding.first_seen),
        "last_seen": utc(finding.last_seen),
        "last_success": _maybe(finding.last_success),
        "first_failure": _maybe(finding.first_failure),
    }


def _evidence(clue: Evidence, mask: Mask) -> Row:
    return {
        "source": clue.source,
        "field": clue.field,
        "value": mask.value(clue),
        "class": clue.kind,
        "measured": clue.measured,
        "weight": clue.weight,
        "first_seen": utc(clue.first_seen),
        "last_seen": utc(clue.last_seen),
        "count": clue.count,
        "file": clue.file,
        "line": clue.line,
        "time": utc(clue.first_seen),
        "frame": clue.frame,
    }


def _floored(confidence: float | None) -> float | None:
    """Return a confidence to five places, never more than was proven."""
    return None if confidence is None else floor(confidence * 100_000 + 1e-6) / 100_000


def _maybe(microseconds: int | None) -> str | None:
    return None if microseconds is None else utc(microseconds)


def _named(anomalies: tuple[Anomaly, ...], mask: Mask) -> list[Row]:
    return [{"code": each.code, "text": mask.prose(each.text)} for each in anomalies]


def _observation(seen: Observation) -> Row:
    return {
        "sensor": seen.sensor,
        "interface": seen.interface,
        "file": seen.file,
        "vlan": list(seen.vlan),
        "tunnel": list(seen.tunnel),
    }


def display_filter(fact: SessionFact) -> str:
    """Return the filter that shows a session in Wireshark."""
    field = "ipv6.addr" if ":" in fact.client_ip else "ip.addr"
    ends = f"{field}=={fact.client_ip} && {field}=={fact.server_ip}"
    return f"{ends} && tcp.port=={fact.client_port} && tcp.port=={fact.server_port}"


def _community_id(fact: SessionFact) -> str:
    """Return the Community ID, version 1, seed 0."""
    import communityid  # noqa: PLC0415 - only JSON and CSV of sessions show it

    flow = communityid.FlowTuple.make_tcp(fact.client_ip, fact.server_ip, fact.client_port, fact.server_port)
    return str(communityid.CommunityID().calc(flow))
