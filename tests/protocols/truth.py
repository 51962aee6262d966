"""What a speech may claim of a labelled dialogue that was heard with holes: less than all, nothing wrong."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import msgspec

from sniffer.model.facts import AttemptFact, Speech
from sniffer.protocols.anomalies import ANOMALIES
from tests.protocols.dialogue import codes
from tests.protocols.labelled import Labelled

Truth = tuple[str, str | None, str]

LESS: dict[str, set[str]] = {
    "not-offered": {"unseen", "not-offered"},
    "established": {"unseen", "offered", "requested", "established"},
}
"""What may be told of STARTTLS where bytes are missing, by what is true of it."""


def wrong_claims(speech: Speech, labelled: Labelled) -> list[str]:
    """Return every claim that is not true of the dialogue."""
    return [*_wrong(speech, labelled), *leaks(speech, labelled.secrets)]


def _wrong(speech: Speech, labelled: Labelled) -> Iterator[str]:
    if not fits_in_order(list(speech.attempts), list(labelled.attempts)):
        yield f"attempts {speech.attempts}"
    if speech.mail and not labelled.sends_mail:
        yield "mail"
    if speech.mail and not speech.attempts and labelled.auth_before_mail and not speech.blind:
        yield "mail without AUTH"
    if speech.offered not in (None, labelled.offered):
        yield f"offered {speech.offered}"
    if speech.helo not in (None, "scanner"):
        yield f"EHLO {speech.helo}"
    if speech.banner not in (None, "220 mail.example.org ESMTP"):
        yield f"banner {speech.banner}"
    if speech.starttls not in LESS[labelled.starttls]:
        yield f"STARTTLS {speech.starttls}"
    if not set(codes(speech)) <= ANOMALIES.keys():
        yield f"anomalies {codes(speech)}"


def fits_in_order(claimed: list[AttemptFact], true: list[Truth]) -> bool:
    """Say whether each claimed attempt can be (a part of) one of the true ones, in their order."""
    if not claimed:
        return True
    places = (place for place, truth in enumerate(true) if _can_be(claimed[0], truth))
    return any(fits_in_order(claimed[1:], true[place:]) for place in places)


def _can_be(claimed: AttemptFact, truth: Truth) -> bool:
    mechanism, user, outcome = truth
    return (
        claimed.mechanism in (None, mechanism)
        and claimed.user in (None, user)
        and claimed.outcome in ("unknown", outcome)
    )


def leaks(speech: Speech, secrets: tuple[str, ...]) -> list[str]:
    """Return the secrets that a speech gives away in any of its forms."""
    forms = repr(speech).encode() + pickle.dumps(speech) + msgspec.json.encode(speech)
    return [f"secret {secret}" for secret in secrets if secret.encode() in forms]
