"""What is still told when not all was heard: the cases that taps produce every day."""

from __future__ import annotations

import pytest

from tests.protocols.dialogue import attempts, b64, codes, dialogue, overheard
from tests.protocols.holes import LATE, joined_late, noticed_late, one_side, without
from tests.protocols.labelled import (
    CRAM_CHALLENGE,
    CRAM_DIGEST,
    MAIL,
    OPENING,
    PASSWORD,
    USER,
    XOAUTH2,
    login,
    ntlm_answer,
    plain,
)

LOGIN = dialogue(OPENING + login() + MAIL)
GREETING, EHLO, OFFERS, AUTH, FOR_USER, HERE_USER, FOR_PASSWORD, HERE_PASSWORD, LAST_WORD = range(9)

AFTER_JOINING_AT = {
    GREETING: ("LOGIN", USER, "success"),
    EHLO: ("LOGIN", USER, "success"),
    OFFERS: ("LOGIN", USER, "success"),
    AUTH: ("LOGIN", USER, "success"),
    FOR_USER: ("LOGIN", USER, "success"),
    HERE_USER: ("LOGIN", None, "success"),
    FOR_PASSWORD: ("LOGIN", None, "success"),
    HERE_PASSWORD: (None, None, "success"),
    LAST_WORD: (None, None, "success"),
}


@pytest.mark.parametrize(("place", "told"), AFTER_JOINING_AT.items())
def test_joined_late_in_a_login_dialogue(place: int, told: tuple[str | None, str | None, str]) -> None:
    speech = overheard(joined_late(LOGIN, place))
    assert attempts(speech) == [told]
    assert (speech.banner is not None) == (place == GREETING)


def test_joined_behind_auth_a_mail_proves_nothing() -> None:
    speech = overheard(joined_late(LOGIN, LAST_WORD + 1))
    assert (speech.mail, speech.attempts, speech.blind) == (True, (), True)


def test_joined_late_and_seen_from_a_new_ehlo_on() -> None:
    speech = overheard([*LATE, *dialogue("S: 250 ok\nC: EHLO scanner\nS: 250-hi\nS: 250 AUTH PLAIN" + plain())])
    assert attempts(speech) == [("PLAIN", USER, "success")]
    assert (speech.helo, speech.offered, speech.blind) == ("scanner", ("PLAIN",), True)


MISSING = {
    "greeting": ({GREETING}, ("LOGIN", USER, "success")),
    "EHLO": ({EHLO}, ("LOGIN", USER, "success")),
    "its reply": ({OFFERS}, ("LOGIN", USER, "success")),
    "AUTH": ({AUTH}, ("LOGIN", USER, "success")),
    "prompt for the user": ({FOR_USER}, ("LOGIN", USER, "success")),
    "user": ({HERE_USER}, ("LOGIN", None, "success")),
    "password": ({HERE_PASSWORD}, ("LOGIN", USER, "success")),
    "last word": ({LAST_WORD}, ("LOGIN", USER, "unknown")),
    "everything of the server's in it": ({FOR_USER, FOR_PASSWORD, LAST_WORD}, ("LOGIN", None, "unknown")),
}


@pytest.mark.parametrize(("places", "told"), MISSING.values(), ids=MISSING)
def test_a_hole_costs_only_what_was_in_it(places: set[int], told: tuple[str | None, str | None, str]) -> None:
    speech = overheard(without(LOGIN, places))
    assert attempts(speech)[-1] == told


@pytest.mark.parametrize("name", ["greeting", "EHLO", "AUTH", "user", "password", "last word"])
def test_a_hole_noticed_late_costs_no_more_than_the_outcome(name: str) -> None:
    places, (mechanism, user, outcome) = MISSING[name]
    speech = overheard(noticed_late(without(LOGIN, places)))
    assert [(each.mechanism, each.user) for each in speech.attempts] == [(mechanism, user)]
    assert speech.attempts[0].outcome in (outcome, "unknown")


def test_the_client_alone_shows_who_and_how_but_not_the_outcome() -> None:
    speech = overheard(one_side(LOGIN, client=True))
    assert attempts(speech) == [("LOGIN", USER, "unknown")]
    assert (speech.helo, speech.mail, speech.blind, codes(speech)) == ("scanner", True, False, ["server-silent"])


def test_the_client_alone_without_auth_proves_that_there_was_none() -> None:
    speech = overheard(one_side(dialogue(OPENING + MAIL), client=True))
    assert (speech.mail, speech.attempts, speech.blind) == (True, (), False)


def test_the_server_alone_shows_its_greeting() -> None:
    speech = overheard(one_side(LOGIN, client=False))
    assert (speech.banner, speech.mail) == ("220 mail.example.org ESMTP", False)
    assert codes(speech) == ["client-silent"]


FORMS = {
    "PLAIN": f"\0{USER}\0{PASSWORD}".encode(),
    "XOAUTH2": XOAUTH2.encode(),
    "CRAM-MD5": f"{USER} {CRAM_DIGEST}".encode(),
    "NTLM": ntlm_answer(),
}


@pytest.mark.parametrize(("mechanism", "answer"), FORMS.items(), ids=FORMS)
def test_an_answer_shows_its_mechanism_by_its_form(mechanism: str, answer: bytes) -> None:
    challenge = CRAM_CHALLENGE if mechanism == "CRAM-MD5" else ""
    speech = overheard([*LATE, *dialogue(f"S: 334 {challenge}\nC: {b64(answer)}\nS: 235 ok")])
    user = "EXAMPLE\\scanner" if mechanism == "NTLM" else USER
    assert attempts(speech) == [(mechanism, user, "success")]


@pytest.mark.parametrize("challenge", [CRAM_CHALLENGE, b64('{"status":"401","user":"x"}'), b64(bytes(40))])
def test_a_challenge_is_no_login_prompt(challenge: str) -> None:
    """A host called login, mail or name in a challenge once made LOGIN of CRAM-MD5."""
    speech = overheard([*LATE, *dialogue(f"S: 334 {challenge}\nC: {b64(bytes(9))}\nS: 235 ok")])
    assert attempts(speech) == [(None, None, "success")]


def test_a_tail_of_a_line_names_nobody() -> None:
    answer = b64(f"{USER} {CRAM_DIGEST}")
    for at in range(1, len(answer)):
        speech = overheard([*LATE, *dialogue(f"C: {answer[at:]}\nS: 235 ok")])
        assert [(each.mechanism, each.user) for each in speech.attempts] == [(None, None)]


def test_the_codes_alone_are_told_of_a_reply_that_may_repeat_what_was_not_heard() -> None:
    said = dialogue(OPENING + login(reply=f"535 5.7.139 {PASSWORD} is wrong"))
    speech = overheard(without(said, {HERE_PASSWORD}))
    assert speech.attempts[0].reply == "535 5.7.139"
