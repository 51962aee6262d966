"""One session: how did it authenticate, and if that cannot be known, why not."""

from __future__ import annotations

from sniffer.inference.devices import Links
from sniffer.inference.networks import Networks
from sniffer.inference.services import Server, identify
from sniffer.knowledge.mechanisms import family_of
from sniffer.knowledge.services import service
from sniffer.model.facts import AttemptFact, SessionFact, StartTls
from sniffer.model.findings import AuthFinding, Direction, Scope, SessionFinding, Unjudged

IMPLICIT_TLS = (465, 2465)
"""Ports on which TLS begins with the first byte (RFC 8314 3.3; 2465 is Amazon's)."""

WHY_UNJUDGED: dict[Unjudged, str] = {
    "tls": "what follows is inside TLS: its mechanism cannot be read in clear",
    "late": "the capture joined this connection late, so an AUTH may have come before",
    "gap": "bytes are missing from the capture where an AUTH may have been",
    "one-sided": "only one direction was captured",
    "no-auth-seen": "the connection ended before AUTH or MAIL",
    "ambiguous": "what was said cannot be read as SMTP",
}
"""Why a family is unknown, in the words of a reason."""


class Judge:
    """Judges sessions one by one, knowing what is our side and which links are whose."""

    def __init__(self, networks: Networks, links: Links) -> None:
        self._networks = networks
        self._links = links

    def session(self, fact: SessionFact) -> SessionFinding:
        """Say what a session means."""
        server = identify(fact.server_ip, fact.server_port, fact.speech.banner, self._networks)
        starttls = _starttls(fact)
        return SessionFinding(
            fact=fact,
            device=self._links.device(fact),
            direction=self._direction(fact),
            scope=self._scope(fact, server),
            service=server.service,
            name=server.name,
            name_basis=server.basis,
            starttls=starttls,
            auth=_auth(fact, starttls),
            findings=(server.claim,) if server.claim else (),
        )

    def _direction(self, fact: SessionFact) -> Direction:
        if not self._networks.holds(fact.server_ip):
            return "outbound"
        return "internal" if self._networks.holds(fact.client_ip) else "inbound"

    def _scope(self, fact: SessionFact, server: Server) -> Scope:
        """Clients on our side are local, and so is any client of a service that one submits to."""
        ours = self._networks.holds(fact.client_ip) or service(server.service).submission
        return "local" if ours else "remote"


def _starttls(fact: SessionFact) -> StartTls:
    """Correct what the stream alone cannot know: a connection joined late on a port of implicit TLS."""
    speech = fact.speech
    if speech.encrypted and speech.starttls == "unseen" and fact.server_port in IMPLICIT_TLS:
        return "implicit"
    return speech.starttls


def _auth(fact: SessionFact, starttls: StartTls) -> AuthFinding:
    speech = fact.speech
    if speech.attempts:
        return _attempted(fact)
    if speech.mail and not speech.blind and not speech.encrypted:
        return _without_attempt(None, f"mail was sent without AUTH ({fact.server})")
    why = _why_unjudged(fact)
    return _without_attempt(why, _unjudged_reason(fact, starttls, why))


def _attempted(fact: SessionFact) -> AuthFinding:
    """Judge by the last success, else by the last attempt."""
    attempts = fact.speech.attempts
    chosen = next((each for each in reversed(attempts) if each.outcome == "success"), attempts[-1])
    family = family_of(chosen.mechanism)
    outcome = chosen.outcome
    reason = _attempt_reason(fact, chosen)
    if fact.speech.encrypted and outcome != "success":
        outcome = "unknown"  # a later attempt, if any, is inside TLS
        reason += "; the session then went into TLS, where it may have succeeded"
    unjudged = _why_unknown(fact) if family == "unknown" else None
    return AuthFinding(
        family=family,
        mechanism=chosen.mechanism,
        basis="none" if unjudged else "clear",
        confidence=None if unjudged else 1.0,
        outcome=outcome,
        user=chosen.user,
        reply=chosen.reply,
        unjudged=unjudged,
        attempts=attempts,
        reason=reason,
    )


def _without_attempt(unjudged: Unjudged | None, reason: str) -> AuthFinding:
    return AuthFinding(
        family="unknown" if unjudged else "none",
        mechanism=None,
        basis="none" if unjudged else "clear",
        confidence=None if unjudged else 1.0,
        outcome=None,
        user=None,
        reply=None,
        unjudged=unjudged,
        attempts=(),
        reason=reason,
    )


def _why_unjudged(fact: SessionFact) -> Unjudged:
    speech, quality = fact.speech, fact.quality
    if speech.encrypted:
        return "tls"
    if not speech.smtp:
        return "ambiguous"
    if quality.one_sided:
        return "one-sided"
    if quality.gap_bytes and speech.blind:
        return "gap"
    return "late" if speech.blind else "no-auth-seen"


def _why_unknown(fact: SessionFact) -> Unjudged:
    """Say why the mechanism of an AUTH that was seen is not known."""
    why = _why_unjudged(fact)
    return "ambiguous" if why == "no-auth-seen" else why


def _unjudged_reason(fact: SessionFact, starttls: StartTls, why: Unjudged) -> str:
    if why == "tls":
        how = "TLS from the first byte" if starttls == "implicit" else f"STARTTLS {starttls}"
        return f"{how} ({fact.server}): {WHY_UNJUDGED[why]}"
    return f"{fact.server}: {WHY_UNJUDGED[why]}"


def _attempt_reason(fact: SessionFact, attempt: AttemptFact) -> str:
    what = f"AUTH {attempt.mechanism}" if attempt.mechanism else "an AUTH exchange of unknown mechanism"
    said = f"the server said {attempt.reply!r}" if attempt.reply else "the server's last word was not seen"
    return f"{what} was read in clear ({fact.server}); {said}"
