"""The verdict rule: what a device does with one service, and whether it still works.

Rules of this file:
1. A family is decided by one session read in clear or decrypted (certain), by two inferred ones that are
   at least a tenth of the judged ones (strong), or by the only judged session, inferred (likely).
2. Sessions of families that are not decided are dissent: counted, shown, without effect.
3. Of decided families one that ended before another began has been left behind; Basic left behind for
   OAuth is a migration.  The others are current.
4. Only the last 30 days of the data speak of the present.
5. Basic that only fails is still Basic.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from sniffer.knowledge.services import service
from sniffer.model import limits
from sniffer.model.facts import Family
from sniffer.model.findings import Band, Basis, ServiceFinding, SessionFinding, State, Verdict

DAY = 24 * 3600 * 1_000_000
PRESENT = 30 * DAY
QUIET_INTERVALS = 3

POLICY_REFUSAL = re.compile(
    r"5\.7\.139|5\.7\.30\b|5\.7\.57\b|5\.7\.4\b"
    r"|basic authentication is (?:disabled|not supported)|SmtpClientAuthentication is disabled",
    re.IGNORECASE,
)
"""Replies by which Exchange Online refuses a way to log in, not a password."""

INFERRED_SHARE = 10
"""A family seen in at least one of so many judged sessions can be decided by inference."""

VERDICT_OF: dict[Family, Verdict] = {
    "basic": "basic-elsewhere",
    "challenge": "challenge",
    "oauth": "modern",
    "external": "modern",
    "none": "unauthenticated",
}
"""What one current family means where no date threatens."""


class Reason(NamedTuple):
    """Why, in a sentence, and the user names that it may quote."""

    text: str
    names: tuple[str, ...] = ()


@dataclass(slots=True)
class FamilyTally:
    """Sessions of one family with one service."""

    clear: int = 0
    inferred: int = 0
    first: int = 0
    last: int = 0

    def add(self, start: int, end: int, *, clear: bool) -> None:
        """Count a session."""
        if not self.clear + self.inferred:
            self.first = start
        self.first, self.last = min(self.first, start), max(self.last, end)
        self.clear += clear
        self.inferred += not clear

    def band(self, judged: int) -> Band | None:
        """Return how surely the family is decided, None if it is not (rule 1)."""
        if self.clear:
            return "certain"
        if self.inferred >= 2 and self.inferred * INFERRED_SHARE >= judged:
            return "strong"
        return "likely" if self.inferred == judged == 1 else None


@dataclass(slots=True)
class ServiceLedger:
    """Folds the sessions of one device with one service, given oldest first."""

    service: str
    ends: int
    families: dict[Family, FamilyTally] = field(default_factory=dict)
    servers: dict[str, None] = field(default_factory=dict)
    mechanisms: dict[str, None] = field(default_factory=dict)
    users: dict[str, None] = field(default_factory=dict)
    judged: int = 0
    unjudged: int = 0
    succeeded: int = 0
    failed: int = 0
    unknown_outcome: int = 0
    cleartext: bool = False
    sessions: int = 0
    first_seen: int = 0
    last_seen: int = 0
    last_success: int | None = None
    first_failure: int | None = None
    last_state: State = "unjudged"
    gave_up: int = 0
    unjudged_reason: str = ""
    reasons: dict[Family, Reason] = field(default_factory=dict)
    last_reason: Reason | None = None

    def add(self, finding: SessionFinding) -> None:
        """Take one session."""
        fact, auth = finding.fact, finding.auth
        _keep(self.servers, fact.server)
        self.first_seen = fact.start if not self.sessions else self.first_seen
        self.last_seen = fact.start
        self.sessions += 1
        if auth.unjudged:
            self.unjudged += 1
            self.gave_up += auth.unjudged == "no-auth-seen"
            self.unjudged_reason = self.unjudged_reason or auth.reason
            return
        self._judged(finding)

    def _judged(self, finding: SessionFinding) -> None:
        fact, auth = finding.fact, finding.auth
        self.judged += 1
        self.gave_up = 0
        if fact.start > self.ends - PRESENT:
            self.families.setdefault(auth.family, FamilyTally()).add(
                fact.start, fact.end, clear=auth.basis != "inferred"
            )
        if auth.mechanism:
            _keep(self.mechanisms, auth.mechanism)
        if auth.user:
            _keep(self.users, auth.user)
        self.cleartext |= auth.family == "basic" and auth.basis == "clear"
        self._outcome(finding)
        names = tuple(each.user for each in auth.attempts if each.user)
        self.last_reason = self.reasons[auth.family] = Reason(auth.reason, names)

    def _outcome(self, finding: SessionFinding) -> None:
        start, auth = finding.fact.start, finding.auth
        if auth.outcome == "success" or (auth.family == "none" and finding.fact.speech.mail_accepted):
            self.succeeded += auth.outcome == "success"
            self.last_success, self.last_state = start, "working"
        elif auth.outcome == "failure" or (auth.family == "none" and finding.fact.speech.mail_accepted is False):
            self.failed += auth.outcome == "failure"
            self.first_failure = start if self.first_failure is None else self.first_failure
            self.last_state = "refused" if POLICY_REFUSAL.search(auth.reply or "") else "failing"
        else:
            self.unknown_outcome += auth.outcome == "unknown"

    def finding(self) -> ServiceFinding:
        """Return what the sessions mean."""
        bands = {family: tally.band(self._present()) for family, tally in self.families.items()}
        decided = {family: band for family, band in bands.items() if band}
        current = current_families({family: self.families[family] for family in decided})
        verdict, family = verdict_of(set(current), affected=service(self.service).affected)
        reason = self._reason(family)
        return ServiceFinding(
            service=self.service,
            family=family,
            verdict=verdict,
            band=decided.get(family),
            state=self._state(decided, current),
            servers=tuple(self.servers),
            mechanisms=tuple(self.mechanisms),
            basis=self._basis(family),
            confidence=1.0 if decided.get(family) == "certain" else None,
            judged=self.judged,
            unjudged=self.unjudged,
            dissent=sum(tally.clear + tally.inferred for each, tally in self.families.items() if each not in decided),
            succeeded=self.succeeded,
            failed=self.failed,
            unknown_outcome=self.unknown_outcome,
            users=tuple(self.users),
            cleartext=self.cleartext,
            first_seen=self.first_seen,
            last_seen=self.last_seen,
            last_success=self.last_success,
            first_failure=self.first_failure,
            reason=reason.text,
            reason_names=reason.names,
        )

    def _reason(self, family: Family) -> Reason:
        """Return the newest reason for the family that the verdict rests on."""
        if family in self.reasons:
            return self.reasons[family]
        if self.last_reason is None:
            return Reason(self.unjudged_reason)
        before = f"nothing of the last 30 days of the capture could be judged; before that {self.last_reason.text}"
        return Reason(before, self.last_reason.names)

    def _present(self) -> int:
        return sum(tally.clear + tally.inferred for tally in self.families.values())

    def _basis(self, family: Family) -> Basis:
        tally = self.families.get(family)
        if tally is None or family == "unknown":
            return "none"
        return "clear" if tally.clear else "inferred"

    def _state(self, decided: dict[Family, Band], current: list[Family]) -> State:
        usual = (self.last_seen - self.first_seen) // max(self.sessions - 1, 1)
        if self.ends - self.last_seen > max(usual * QUIET_INTERVALS, PRESENT):
            return "quiet"
        if "basic" in decided and "basic" not in current and "oauth" in current:
            return "migrated"
        if self.gave_up >= 2 and self.last_success is not None:
            return "gave-up"
        return self.last_state


def current_families(decided: dict[Family, FamilyTally]) -> list[Family]:
    """Return the decided families that have not been left behind (rule 3)."""
    return [
        family
        for family, tally in decided.items()
        if not any(other.first > tally.last for other in decided.values() if other is not tally)
    ]


def verdict_of(current: set[Family], *, affected: bool) -> tuple[Verdict, Family]:
    """Return the verdict for the families that are current, and the family it rests on."""
    if "basic" in current:
        if affected:
            return "affected", "basic"
        return ("mixed" if "oauth" in current else "basic-elsewhere"), "basic"
    for family in ("challenge", "oauth", "external", "none"):
        if family in current:
            return VERDICT_OF[family], family
    return "unknown", "unknown"


def _keep(names: dict[str, None], name: str) -> None:
    if len(names) < limits.DEVICE_NAMES:
        names[name] = None
