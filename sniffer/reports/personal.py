"""Which words of a finding may name a person, and how the finding is told without them (``--redact-users``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sniffer.model.facts import SessionFact
from sniffer.model.findings import DeviceFinding, Evidence, SessionFinding
from sniffer.reports.redaction import Redactor

HOSTS = frozenset(("name", "ehlo", "workstation", "on-behalf-of", "comment"))
"""Fields of evidence that hold a host's name, or words that people typed to name one."""

USERS = frozenset(("owner", "asset"))
"""Fields that hold a person's name, or what may be one."""

PLACES = frozenset(("location", "site"))
"""Fields that hold a place: a person's room as often as a floor."""


class Mask(NamedTuple):
    """Replaces the user names and host names of one finding wherever they stand."""

    redact: Redactor
    users: tuple[str | None, ...]
    hosts: tuple[str, ...]

    def text(self, text: str | None) -> str | None:
        """Return a text without them."""
        told = self.redact.text(text, *self.users)
        return None if told is None else self.redact.named(told, self.hosts)

    def prose(self, text: str | None) -> str | None:
        """Return a sentence of ours without them."""
        told = self.redact.prose(text, *self.users)
        return None if told is None else self.redact.named(told, self.hosts)

    def words(self, text: str) -> str:
        """Return a text without them, where there is one."""
        return self.text(text) or ""

    def value(self, clue: Evidence) -> str:
        """Return what a clue says, as far as it names no person."""
        if clue.field in HOSTS or clue.kind == "name":
            return self.redact.host(clue.value) or ""
        if clue.field in USERS:
            return self.redact.user(clue.value) or ""
        if clue.field in PLACES:
            return self.redact.place(clue.value) or ""
        return self.words(clue.value)


def of_device(device: DeviceFinding, redact: Redactor) -> Mask:
    """Return what hides the names of a device."""
    users = tuple(user for each in device.services for user in (*each.users, *each.reason_names))
    return Mask(redact, users, tuple(dict.fromkeys(_hosts(device))))


def _hosts(device: DeviceFinding) -> Iterator[str]:
    yield from (each for each in (device.name, device.owner) if each)
    yield from (each.name for each in device.identity.others if each.name)
    yield from (each.value for each in device.evidence if each.field in HOSTS | USERS or each.kind == "name")


def of_session(finding: SessionFinding, redact: Redactor) -> Mask:
    """Return what hides the names of a session."""
    users = tuple(each.user for each in finding.auth.attempts)
    return Mask(redact, users, tuple(dict.fromkeys(_said(finding.fact))))


def of_box(name: str | None, owner: str | None, redact: Redactor) -> Mask:
    """Return what hides the names of a box of which no more is told."""
    return Mask(redact, (owner,), (name,) if name else ())


def _said(fact: SessionFact) -> Iterator[str]:
    """Give what a session's client calls itself, in its commands, its logins and its mails."""
    yield from (each for each in (fact.speech.helo, fact.helo, fact.workstation) if each)
    yield from (mark.value for mark in (fact.witness.marks if fact.witness else ()) if mark.field == "name")
