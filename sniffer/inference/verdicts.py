"""The verdict rule: what a device does with one service, and whether it still works.

Rules of this file:
1. A family is decided by one session read in clear or decrypted (certain), by two inferred ones that are
   at least a tenth of the judged ones (strong), or by the only judged session, inferred (likely).
2. Sessions of families that are not decided are dissent: counted, shown, without effect.
3. Of decided families one that ended before another began has been left behind; Basic left behind for
   OAuth is a migration.  The others are current.  Behind one address that several senders share nothing is left
   behind: it may be another that began.
4. Mail that was refused for want of AUTH was not sent: it leaves nothing behind, and after Basic it is a symptom.
5. Only the last 30 days of the data speak of the present.
6. Basic that only fails is still Basic.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from sniffer.knowledge.catalogue import Catalogue
from sniffer.knowledge.mechanisms import family_of
from sniffer.knowledge.services import OTHER, PRIVATE
from sniffer.model import limits
from sniffer.model.facts import Family
from sniffer.model.findings import AuthFinding, Band, Basis, ServiceFinding, SessionFinding, State, Verdict

DAY = 24 * 3600 * 1_000_000
PRESENT = 30 * DAY
QUIET_INTERVALS = 3

GAVE_UP = 2
"""Sessions in a row that end before AUTH, after earlier success, from which on a device has given up."""

INFERRED_SHARE = 10
"""A family seen in at least one of so many judged sessions can be decided by inference."""

VERDICT_OF: dict[Family, Verdict] = {
    "basic": "basic-elsewhere",
    "challenge": "challenge",
    "oauth": "modern",
    "external": "modern",
    "none": "unauthenticated",
}
"""What one current family means where no date threatens, the first that is current first."""


class Reason(NamedTuple):
    """Why, in a sentence, and the user names that it may quote."""

    text: str
    names: tuple[str, ...] = ()


@dataclass(slots=True)
class FamilyTally:
    """Sessions of one family with one service, by how the family was known."""

    clear: int = 0
    decrypted: int = 0
    inferred: int = 0
    first: int = 0
    last: int = 0
    sure: float = 0.0

    def add(self, start: int, end: int, basis: Basis, sure: float = 1.0) -> None:
        """Count a session, and keep how sure the surest is."""
        self.sure = max(self.sure, sure)
        if not self.sessions:
            self.first = start
        self.first, self.last = min(self.first, start), max(self.last, end)
        self.clear += basis == "clear"
        self.decrypted += basis == "decrypted"
        self.inferred += basis == "inferred"

    @property
    def sessions(self) -> int:
        """Return how many sessions were counted."""
        return self.clear + self.decrypted + self.inferred

    def band(self, judged: int) -> Band | None:
        """Return how surely the family is decided, None if it is not (rule 1)."""
        if self.clear or self.decrypted:
            return "certain"
        if self.inferred >= 2 and self.inferred * INFERRED_SHARE >= judged:
            return "strong"
        return "likely" if self.inferred == judged == 1 else None


@dataclass(slots=True)
class ServiceLedger:
    """Folds the sessions of one device with one service, given oldest first; ``ends`` is the end of the data."""

    service: str
    ends: int
    catalogue: Catalogue
    families: dict[Family, FamilyTally] = field(default_factory=dict)
    turned_away: FamilyTally = field(default_factory=FamilyTally)
    servers: dict[str, None] = field(default_factory=dict)
    mechanisms: dict[str, None] = field(default_factory=dict)
    users: dict[str, None] = field(default_factory=dict)
    tls_versions: dict[str, None] = field(default_factory=dict)
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
    refusal: str | None = None
    gave_up: int = 0
    basic_gone: bool = False
    basic_server: str | None = None
    unjudged_reason: str = ""
    reasons: dict[Family, Reason] = field(default_factory=dict)
    last_reason: Reason | None = None
    newest: AuthFinding | None = None

    def add(self, finding: SessionFinding) -> None:
        """Take one session."""
        fact, auth = finding.fact, finding.auth
        _keep(self.servers, fact.server)
        if fact.tls and fact.tls.version:
            _keep(self.tls_versions, fact.tls.version)
        self.first_seen = fact.start if not self.sessions else self.first_seen
        self.last_seen = fact.start
        self.sessions += 1
        if auth.unjudged:
            self.unjudged += 1
            self.unjudged_reason = self.unjudged_reason or auth.reason
            self._ended_early(finding)
        else:
            self._judged(finding)

    def _ended_early(self, finding: SessionFinding) -> None:
        """Follow who ends before AUTH, session after session; what is hidden may have worked, and breaks the row.

        Who was offered Basic by this server and is not any more has been turned away.  Only without STARTTLS is
        the list of mechanisms in clear the whole list (RFC 3207 4.2); inside TLS it is.
        """
        if finding.auth.unjudged != "no-auth-seen":
            self.gave_up, self.basic_gone = 0, False
            return
        self.gave_up += 1
        listed = finding.auth.offered_tls
        if listed is None and finding.starttls == "not-offered":
            listed = finding.fact.speech.offered
        if listed and self._same_server(finding) and not any(family_of(name) == "basic" for name in listed):
            self.basic_gone = True

    def _same_server(self, finding: SessionFinding) -> bool:
        """Say whether Basic was used here before; a known service is one server, however many addresses it has."""
        known = "basic" in self.reasons and self.service not in (PRIVATE, OTHER)
        return known or self.basic_server == finding.fact.server

    def _judged(self, finding: SessionFinding) -> None:
        fact, auth = finding.fact, finding.auth
        self.judged += 1
        self.gave_up, self.basic_gone = 0, False
        if fact.start > self.ends - PRESENT:
            self._tally(finding).add(fact.start, fact.end, auth.basis, auth.confidence or 0.0)
        if auth.family == "basic":
            self.basic_server = fact.server
        self._outcome(finding)
        if auth is not self.newest:
            self._note(auth)

    def _note(self, auth: AuthFinding) -> None:
        """Take what a judgement says, however many sessions of a row are judged so."""
        self.newest = auth
        if auth.mechanism:
            _keep(self.mechanisms, auth.mechanism)
        if auth.user:
            _keep(self.users, auth.user)
        names = []
        for each in auth.attempts:
            if each.user:
                names.append(each.user)
            if each.credential_sent and each.family == "basic" and each.basis == "clear":
                self.cleartext = True
        self.last_reason = self.reasons[auth.family] = Reason(auth.reason, tuple(names))

    def _tally(self, finding: SessionFinding) -> FamilyTally:
        """Return where a session counts: mail that was refused for want of AUTH stands apart (rule 4)."""
        family = finding.auth.family
        if family == "none" and finding.auth.mail_accepted is False:
            return self.turned_away
        tally = self.families.get(family)
        if tally is None:
            tally = self.families[family] = FamilyTally()
        return tally

    def _outcome(self, finding: SessionFinding) -> None:
        start, auth, accepted = finding.fact.start, finding.auth, finding.auth.mail_accepted
        without = auth.family == "none"
        if auth.outcome == "success" or (without and accepted):
            self.succeeded += auth.outcome == "success"
            self.last_success, self.last_state, self.refusal = start, "working", None
        elif auth.outcome == "failure" or (without and accepted is False):
            self.failed += auth.outcome == "failure"
            self.first_failure = start if self.first_failure is None else self.first_failure
            self._refused(auth, without=without)
        else:
            self.unknown_outcome += auth.outcome == "unknown"

    def _refused(self, auth: AuthFinding, *, without: bool) -> None:
        """Follow a failure: a policy's, as far as its words say, or their length, or another."""
        reply = auth.reply or auth.mail_reply
        cause = self.catalogue.refusal(reply) if reply else None
        if cause is None and auth.likely_refusal:
            cause = self.catalogue.reply(auth.likely_refusal)
        self.refusal = cause.code if cause else None
        after_basic = without and "basic" in self.reasons  # who logged in before and cannot now
        self.last_state = "refused" if after_basic else cause.state if cause else "failing"

    def finding(self, *, shared: bool = False) -> ServiceFinding:
        """Return what the sessions mean; ``shared`` when several senders may stand behind them."""
        decided = self._decided()
        current = list(decided) if shared else current_families({family: self._of(family) for family in decided})
        row = self.catalogue.service(self.service)
        verdict, family = verdict_of(set(current), affected=row.affected)
        reason = self._reason(family)
        return ServiceFinding(
            service=self.service,
            title=row.name,
            family=family,
            verdict=verdict,
            band=decided.get(family),
            state=self._state(decided, current),
            servers=tuple(self.servers),
            mechanisms=tuple(self.mechanisms),
            basis=self._basis(family),
            confidence=self._of(family).sure if family in decided else None,
            judged=self.judged,
            unjudged=self.unjudged,
            dissent=self._dissent(set(decided)),
            succeeded=self.succeeded,
            failed=self.failed,
            unknown_outcome=self.unknown_outcome,
            users=tuple(self.users),
            tls_versions=tuple(sorted(self.tls_versions)),
            cleartext=self.cleartext,
            first_seen=self.first_seen,
            last_seen=self.last_seen,
            last_success=self.last_success,
            first_failure=self.first_failure,
            refusal=self.refusal,
            reason=reason.text,
            reason_names=reason.names,
        )

    def _decided(self) -> dict[Family, Band]:
        """Return the families that are decided (rules 1 and 4)."""
        judged = self.turned_away.sessions + sum(tally.sessions for tally in self.families.values())
        bands = {family: tally.band(judged) for family, tally in self.families.items()}
        decided = {family: band for family, band in bands.items() if band}
        alone = self.turned_away.band(judged)
        return decided or ({"none": alone} if alone else {})

    def _dissent(self, decided: set[Family]) -> int:
        """Count the sessions without effect (rules 2 and 4)."""
        undecided = sum(tally.sessions for family, tally in self.families.items() if family not in decided)
        return undecided + (0 if "none" in decided else self.turned_away.sessions)

    def _of(self, family: Family) -> FamilyTally:
        """Return the sessions of a family."""
        return self.families.get(family, self.turned_away)

    def _reason(self, family: Family) -> Reason:
        """Return the newest reason for the family that the verdict rests on."""
        if family in self.reasons:
            return self.reasons[family]
        if self.last_reason is None:
            return Reason(self.unjudged_reason)
        before = f"nothing of the last 30 days of the capture could be judged; before that {self.last_reason.text}"
        return Reason(before, self.last_reason.names)

    def _basis(self, family: Family) -> Basis:
        if family == "unknown":
            return "none"
        tally = self._of(family)
        return "clear" if tally.clear else "decrypted" if tally.decrypted else "inferred"

    def _state(self, decided: dict[Family, Band], current: list[Family]) -> State:
        situation = Situation(self, set(decided), set(current))
        return next((state for state, holds in STATES if holds(situation)), self.last_state)


class Situation(NamedTuple):
    """What a state is told by."""

    ledger: ServiceLedger
    decided: set[Family]
    current: set[Family]


def _is_quiet(seen: Situation) -> bool:
    ledger = seen.ledger
    usual = (ledger.last_seen - ledger.first_seen) // max(ledger.sessions - 1, 1)
    return ledger.ends - ledger.last_seen > max(usual * QUIET_INTERVALS, PRESENT)


def _has_migrated(seen: Situation) -> bool:
    """Say whether Basic was left for OAuth, and that works."""
    left = "basic" in seen.decided - seen.current and "oauth" in seen.current
    return left and seen.ledger.last_state not in ("failing", "refused")


def _gave_up(seen: Situation) -> bool:
    ledger = seen.ledger
    return ledger.gave_up >= GAVE_UP and ledger.last_success is not None


STATES: tuple[tuple[State, Callable[[Situation], bool]], ...] = (
    ("quiet", _is_quiet),
    ("migrated", _has_migrated),
    ("refused", lambda seen: seen.ledger.basic_gone),
    ("gave-up", _gave_up),
)
"""The first that holds; else the state that the newest session left, which had a last word."""


def current_families(decided: dict[Family, FamilyTally]) -> list[Family]:
    """Return the decided families that have not been left behind (rule 3)."""
    return [
        family
        for family, tally in decided.items()
        if not any(other.first > tally.last for other in decided.values() if other is not tally)
    ]


def verdict_of(current: set[Family], *, affected: bool) -> tuple[Verdict, Family]:
    """Return the verdict for the families that are current, and the family it rests on."""
    if "basic" in current and affected:
        return "affected", "basic"
    if {"basic", "oauth"} <= current:
        return "mixed", "basic"
    family = next((family for family in VERDICT_OF if family in current), None)
    return (VERDICT_OF[family], family) if family else ("unknown", "unknown")


def _keep(names: dict[str, None], name: str) -> None:
    if len(names) < limits.DEVICE_NAMES:
        names[name] = None
