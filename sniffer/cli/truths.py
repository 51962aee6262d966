"""``--truth FAMILY=SELECTOR``, ``FAMILY-OUTCOME=SELECTOR`` and key logs: which sessions are known to be what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, cast, get_args

import typer

from sniffer.cli import reading, selector
from sniffer.inference.field_lessons import Truth
from sniffer.knowledge.site_profile import KnownFamily
from sniffer.model import limits
from sniffer.model.facts import Outcome
from sniffer.model.findings import SessionFinding
from sniffer.reports.auth_words import BASIS_WORDS
from sniffer.reports.escape import for_terminal

FAMILIES: tuple[str, ...] = get_args(KnownFamily)

OUTCOMES: tuple[str, ...] = ("success", "failure")

HOW = "write it like basic=10.0.3.17, oauth=10.0.3.30:49152 or oauth=s-4f0c2a"


class Told(NamedTuple):
    """One ``--truth``: what a person says, and of which sessions."""

    word: str
    truth: Truth
    who: selector.Selector


def told(words: Iterable[str]) -> list[Told]:
    """Return what is said on the command line.  Raises ``typer.BadParameter``."""
    return [_told(word.strip()) for word in words]


def _told(word: str) -> Told:
    what, equals, who = (part.strip() for part in word.partition("="))
    family, ended, outcome = what.partition("-")
    if not equals or not who:
        raise typer.BadParameter(f"{word!r} says nothing of a session; {HOW}")
    if family not in FAMILIES:
        raise typer.BadParameter(f"{family!r} is no family; choose from {', '.join(FAMILIES)}")
    if ended and (outcome not in OUTCOMES or family == "none"):
        raise typer.BadParameter(f"{what!r} is no outcome of a login; write it like basic-success or oauth-failure")
    truth = Truth(cast(KnownFamily, family), cast(Outcome, outcome) if ended else None)
    chosen = selector.by_client(who) if any(each in who for each in ".:") else selector.by_id(who)
    return Told(word, truth, chosen)


class Truths:
    """Gathers the sessions whose truth is known, shown every session once."""

    def __init__(self, said: Iterable[Told]) -> None:
        self._fitting: dict[Told, list[SessionFinding]] = {each: [] for each in said}
        self._by_keys: dict[str, Truth] = {}
        self.overflow = 0

    def look(self, finding: SessionFinding) -> None:
        """Take a session, as it was judged with all that is known of it."""
        for each, fitting in self._fitting.items():
            if each.who.fits(finding) and self._room(len(fitting)):
                fitting.append(finding)
        auth = finding.auth
        known = auth.basis == "decrypted" and auth.family != "unknown" and finding.fact.shape is not None
        if known and self._room(len(self._by_keys)):
            self._by_keys[finding.fact.session] = Truth(cast(KnownFamily, auth.family), auth.outcome, "key log")

    def _room(self, count: int) -> bool:
        self.overflow += count >= limits.CHECKED
        return count < limits.CHECKED

    def known(self) -> dict[str, Truth]:
        """Return the truth by session; ends the program where a ``--truth`` cannot be meant so."""
        found = dict(self._by_keys)
        for each, fitting in self._fitting.items():
            for finding in self._meant(each, fitting):
                session = finding.fact.session
                before = found.setdefault(session, each.truth)
                if _contradict(before, each.truth):
                    who = "the key log says" if before.by == "key log" else "another --truth says"
                    what = "-".join(part for part in (before.family, before.outcome) if part)
                    raise typer.BadParameter(f"'{each.word}': {who} that {session} is {what}; which is it?")
                if before.outcome is None:
                    found[session] = before._replace(outcome=each.truth.outcome)
        return found

    def _meant(self, each: Told, fitting: list[SessionFinding]) -> list[SessionFinding]:
        """Return the sessions that are meant, all inside TLS."""
        word = f"--truth {for_terminal(each.word)}"
        if not fitting:
            raise _failed(f"{word}: no such session; 'sniffer triage --view sessions --format csv' lists them")
        if each.who.client is None and len(fitting) > 1:
            some = ", ".join(finding.fact.session for finding in fitting[:3])
            raise _failed(f"{word}: {len(fitting):,} sessions begin so ({some} …); write more of the id")
        inside = [finding for finding in fitting if finding.fact.speech.encrypted]
        if not inside:
            how = BASIS_WORDS[fitting[0].auth.basis]
            raise _failed(f"{word}: nothing to check there, it did not go into TLS ({how}); name a session inside TLS")
        services = {finding.service: finding.title for finding in inside}
        if len(services) > 1:
            names = ", ".join(sorted(services.values()))
            raise _failed(
                f"{word}: mails to several services ({names}); name sessions, like {each.truth.family}=s-4f0c2a"
            )
        return inside


def _contradict(one: Truth, other: Truth) -> bool:
    return one.family != other.family or {one.outcome, other.outcome} == set(OUTCOMES)


def _failed(message: str) -> typer.Exit:
    typer.echo(f"sniffer: {message}", err=True)
    return typer.Exit(reading.FAILED)
