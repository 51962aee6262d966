"""The field check: what was inferred of sessions is held against what is known to be true of them.

Rules of this file:
1. What is checked was inferred blind: without keys, and without a profile of an earlier check.
2. Nothing inferred is no disagreement.  A wrong family is one, and so is a wrong outcome where both are told.  What
   agrees speaks for its own family: a mail without AUTH tests nothing of AUTH, a token nothing of passwords.
3. Where something else was inferred than the truth, or nothing, any message may be the credential, whatever it was read
   as: then no length of the client's is told, only its class.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median_low
from typing import Any, Literal, NamedTuple

from sniffer.inference.explained import dialogue_of
from sniffer.inference.field_lessons import Lesson, Truth, lesson
from sniffer.inference.hidden import Ear, Hidden
from sniffer.inference.notation import masked, told
from sniffer.knowledge.services import OTHER, PRIVATE
from sniffer.knowledge.site_profile import (
    Delay,
    FamilyCount,
    HelloDifference,
    HelloRecords,
    ReplyLength,
    SiteProfile,
    Tickets,
)
from sniffer.model import limits
from sniffer.model.findings import AuthFinding, SessionFinding

Agreement = Literal["agreed", "disagreed", "could-not-tell"]

NO_SERVICE = frozenset((PRIVATE, OTHER))
"""What stands for many servers that have nothing in common: no profile is made of them."""

ANSWERS: tuple[Literal["accepted", "refused"], ...] = ("accepted", "refused")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Checked(NamedTuple):
    """A session that was checked: what was inferred, the truth, its turns as they may be told, and what it shows."""

    finding: SessionFinding
    truth: Truth
    agreement: Agreement
    turns: tuple[str, ...]
    lesson: Lesson


def checked(finding: SessionFinding, heard: Hidden | None, ear: Ear, truth: Truth) -> Checked:
    """Hold a finding that was inferred blind against the truth; ``heard`` is what it was inferred from."""
    agreed = agreement(finding.auth, truth)
    if heard is None:
        return Checked(finding, truth, agreed, (), Lesson())
    turns = _as_read(finding, heard, ear) if agreed == "agreed" else _masked(heard)
    return Checked(finding, truth, agreed, tuple(turns), lesson(finding.fact, heard, ear, truth))


def agreement(auth: AuthFinding, truth: Truth) -> Agreement:
    """Say whether what was inferred is true (rule 2)."""
    if auth.basis != "inferred" or auth.family == "unknown":
        return "could-not-tell"
    if auth.family != truth.family:
        return "disagreed"
    return "disagreed" if _contradicts(auth, truth) else "agreed"


def _contradicts(auth: AuthFinding, truth: Truth) -> bool:
    """Say whether the login is told to have ended as it did not."""
    return {auth.outcome, truth.outcome} == {"success", "failure"}


def _as_read(finding: SessionFinding, heard: Hidden, ear: Ear) -> list[str]:
    """Return the turns behind the EHLO as they may be told of what was read rightly."""
    turns = dialogue_of(finding.fact, heard, ear).turns
    return [f"{turn.client}>{turn.server or '–'}" for turn in turns[len(turns) - len(heard.said) :]]


def _masked(heard: Hidden) -> list[str]:
    """Return the same, of the client's messages the class only (rule 3)."""
    return [f"{masked(turn.client)}>{told(turn.server) if turn.server else '–'}" for turn in heard.said]


def profile(service: str, sessions: Sequence[Checked], program: str) -> SiteProfile:
    """Sum up the checked sessions of a service; ``program`` is the version that inferred.  At least one session."""
    agreed = Counter(each.agreement for each in sessions)
    lessons = [each.lesson for each in sessions]
    agreeing = Counter(each.truth.family for each in sessions if each.agreement == "agreed")
    newest = max(each.finding.fact.start for each in sessions)
    return SiteProfile(
        service=service,
        program=program,
        newest=EPOCH + timedelta(microseconds=newest),
        families=tuple(
            FamilyCount(family=family, sessions=count, agreed=agreeing[family])
            for family, count in sorted(Counter(each.truth.family for each in sessions).items())
        ),
        agreed=agreed["agreed"],
        disagreed=agreed["disagreed"],
        could_not_tell=agreed["could-not-tell"],
        replies=tuple(
            ReplyLength(symbol=seen.symbol, octets=seen.octets, beyond_host=seen.beyond_host, times=times)
            for seen, times in _counted(seen for each in lessons for seen in each.replies)
        ),
        hello=tuple(
            HelloDifference(octets=octets, times=times) for octets, times in _counted(each.hello for each in lessons)
        ),
        hello_records=tuple(
            HelloRecords(records=records, times=times)
            for records, times in _counted(each.hello_records for each in lessons)
        ),
        tickets=tuple(
            Tickets(octets=octets, times=times) for octets, times in _counted(each.tickets for each in lessons)
        ),
        delays=tuple(_delays(lessons)),
    )


def _counted(seen: Iterable[Any]) -> list[tuple[Any, int]]:
    """Count what was seen, the most frequent rows in order; None is nothing."""
    counts = Counter(each for each in seen if each is not None)
    return sorted(sorted(counts.items(), key=lambda row: (-row[1], row[0]))[: limits.PROFILE_ROWS])


def _delays(lessons: Iterable[Lesson]) -> Iterable[Delay]:
    answers = [answer for each in lessons for answer in each.answers]
    for kind in ANSWERS:
        took = [delay for answer, delay in answers if answer == kind]
        if took:
            yield Delay(answer=kind, times=len(took), least=min(took), median=median_low(took), most=max(took))
