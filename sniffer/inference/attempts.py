"""A path through a dialogue becomes AUTH attempts: which mechanism, in which turns, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sniffer.inference.grammar import Result, result_of
from sniffer.inference.reading import Step
from sniffer.knowledge.dialogue import Form

AUTH = "auth-"
"""How the symbols of commands that begin AUTH begin."""

MAIL = frozenset(("mail", "envelope", "envelope-half", "everything"))
"""Messages that hold a MAIL command."""

SECRETS_BEHIND = frozenset(
    ("password", "plain", "token", "cram", "digest", "ntlm-authenticate", "scram-final", "gssapi")
)
"""Answers that hold what an exchange is about; an initial response holds it too, but of LOGIN only the user."""


class Tried(NamedTuple):
    """An attempt of a path: its form, its turns (``first`` up to, not including, ``end``) and its result."""

    form: Form
    first: int
    end: int
    result: Result
    steps: tuple[Step, ...]

    @property
    def credential_sent(self) -> bool:
        """Say whether a password, a token or a digest was sent."""
        first = self.steps[0].client
        initial = first.endswith("-initial") and first != "auth-login-initial"
        return initial or any(step.client in SECRETS_BEHIND for step in self.steps)


def tried(path: Sequence[Step], forms: Sequence[Form]) -> list[Tried]:
    """Return the attempts of a path, oldest first; one whose end was not seen is open."""
    found = []
    begun: int | None = None
    for place, step in enumerate(path):
        if step.client.startswith(AUTH):
            begun = place
        if begun is not None and step.behind.step < 0:
            result = step.behind.result or "open"
            found.append(Tried(forms[step.behind.form], begun, place + 1, result, tuple(path[begun : place + 1])))
            begun = None
    if begun is not None:
        last = path[-1].behind
        found.append(Tried(forms[last.form], begun, len(path), result_of(last, forms), tuple(path[begun:])))
    return found


def says_mail(path: Sequence[Step]) -> bool:
    """Say whether a client sent MAIL."""
    return any(step.client in MAIL for step in path)


def asks(path: Sequence[Step]) -> bool:
    """Say whether a client asked something, or said what is no command."""
    return any(step.client == "question" for step in path)


def mail_accepted(path: Sequence[Step]) -> bool | None:
    """Say whether mail was taken: None while its fate is open."""
    if any(step.behind.phase == "sent" or step.server == "queued-bye" for step in path):
        return True
    return False if any(step.behind.phase == "denied" for step in path) else None
