"""How a verdict is known: what was read in clear, decrypted or inferred, and in how many of the sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sniffer.knowledge.mechanisms import family_of
from sniffer.model import limits
from sniffer.model.findings import Basis, ServiceFinding, SessionFinding
from sniffer.reports.auth_words import BASIS_WORDS, FAMILY_WORDS

Ways = Mapping[str, set[Basis]]
"""Mechanism → how it was known, in any of the sessions."""

TRUST: tuple[Basis, ...] = ("clear", "decrypted", "inferred")
"""The surest first."""


@dataclass(slots=True)
class Known:
    """How each mechanism of each device and service was known; a service tells only what its verdict rests on."""

    _ways: dict[tuple[str, str], dict[str, set[Basis]]] = field(default_factory=dict)

    def session(self, finding: SessionFinding) -> None:
        """Take a session."""
        auth = finding.auth
        if auth.unjudged or not auth.mechanism:
            return
        ways = self._ways.setdefault((finding.device, finding.service), {})
        if auth.mechanism in ways or len(ways) < limits.DEVICE_NAMES:
            ways.setdefault(auth.mechanism, set()).add(auth.basis)

    def ways(self, device: str, service: str) -> Ways:
        """Return how the mechanisms of a device with a service were known."""
        return self._ways.get((device, service), {})


def known_by(finding: ServiceFinding, ways: Ways | None = None) -> tuple[str, str]:
    """Return how a verdict is known, and in how many of the sessions."""
    counted = f"{finding.judged} of {finding.judged + finding.unjudged} judged"
    return _known(finding, ways or {}), counted


def _known(finding: ServiceFinding, ways: Ways) -> str:
    if finding.family == "unknown":
        return "sessions disagree" if finding.judged else "not seen clearly"
    if finding.family == "none":
        return "MAIL without AUTH" if finding.basis == "clear" else _banded(f"no AUTH {finding.basis}", finding)
    told = _grouped(finding, ways)
    words = ", ".join(f"{'/'.join(names)} {_how(bases)}" for bases, names in told.items())
    return _banded(words, finding) if all(bases == ("inferred",) for bases in told) else words


def _grouped(finding: ServiceFinding, ways: Ways) -> dict[tuple[Basis, ...], list[str]]:
    """Return the mechanisms of the verdict's families by how they were known."""
    families = {"basic", "oauth"} if finding.verdict == "mixed" else {finding.family}
    names = [name for name in finding.mechanisms if family_of(name) in families] or [FAMILY_WORDS[finding.family]]
    told: dict[tuple[Basis, ...], list[str]] = {}
    for name in names:
        seen = ways.get(name) or {finding.basis}
        told.setdefault(tuple(basis for basis in TRUST if basis in seen), []).append(name)
    return told


def _how(bases: tuple[Basis, ...]) -> str:
    return " and ".join(BASIS_WORDS[basis] for basis in bases)


def _banded(words: str, finding: ServiceFinding) -> str:
    return f"{words}, {finding.band}" if finding.basis == "inferred" and finding.band else words
