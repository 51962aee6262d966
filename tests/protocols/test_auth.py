"""AUTH in all its forms: which mechanism, who, and how it ended."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sniffer.model.facts import AttemptFact
from tests.protocols.dialogue import attempts, b64, codes, dialogue, hear, overheard
from tests.protocols.labelled import (
    MAIL,
    NTLM_CHALLENGE,
    NTLM_NEGOTIATE,
    OAUTHBEARER,
    OPENING,
    PASSWORD,
    QUIT,
    USER,
    XOAUTH2,
    login,
    ntlm_answer,
    plain,
)

PROMPTS = (
    ("VXNlcm5hbWU6", "UGFzc3dvcmQ6"),  # Username: Password:
    ("dXNlcm5hbWU6", "cGFzc3dvcmQ6"),  # username: password:
    ("VXNlciBOYW1lAA==", "UGFzc3dvcmQA"),  # User Name␀ Password␀
    ("TG9naW46", "UGFzc3dvcmQ6"),  # Login:
    ("Username:", "Password:"),
    ("Username", "Password"),
    ("User Name", "Pass Word"),
    ("Please tell your login name", "Now your password"),
    ("", ""),
    ("Vm9ybmFtZT8=", "R2VoZWltbmlzPw=="),
)


def only(script: str) -> AttemptFact:
    """Return the one attempt of a dialogue; whether a secret was sent has a test of its own."""
    speech = hear(OPENING + script)
    assert len(speech.attempts) == 1
    return replace(speech.attempts[0], credential_sent=False)


@pytest.mark.parametrize("prompts", PROMPTS)
def test_login_with_any_prompts(prompts: tuple[str, str]) -> None:
    for_user, for_password = prompts
    found = only(f"""
        C: AUTH LOGIN
        S: 334 {for_user}
        C: {b64(USER)}
        S: 334 {for_password}
        C: {b64(PASSWORD)}
        S: 235 2.7.0 Ok
    """)
    assert found == AttemptFact("LOGIN", "success", USER, "235 2.7.0 Ok")


@pytest.mark.parametrize("prompts", PROMPTS)
def test_login_with_the_user_in_the_command(prompts: tuple[str, str]) -> None:
    found = only(f"""
        C: AUTH LOGIN {b64(USER)}
        S: 334 {prompts[1]}
        C: {b64(PASSWORD)}
        S: 235 Ok
    """)
    assert found == AttemptFact("LOGIN", "success", USER, "235 Ok")


def test_login_where_the_server_asks_for_the_user_again_and_the_client_sends_the_password() -> None:
    found = only(f"""
        C: AUTH LOGIN {b64(USER)}
        S: 334 VXNlcm5hbWU6
        C: {b64(PASSWORD)}
        S: 535 no
    """)
    assert found == AttemptFact("LOGIN", "failure", USER, "535 no")


def test_login_all_in_lower_case() -> None:
    found = only(login().replace("AUTH LOGIN", "auth login"))
    assert (found.mechanism, found.user, found.outcome) == ("LOGIN", USER, "success")


def test_login_with_a_user_that_is_not_base64() -> None:
    found = only("C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: not base64!\nS: 501 5.5.2 cannot decode")
    assert found == AttemptFact("LOGIN", "failure", None, "501 5.5.2 cannot decode")


def test_login_asked_for_the_password_first() -> None:
    found = only(f"""
        C: AUTH LOGIN
        S: 334 UGFzc3dvcmQ6
        C: {b64(PASSWORD)}
        S: 334 VXNlcm5hbWU6
        C: {b64(USER)}
        S: 235 ok
    """)
    assert (found.user, found.outcome) == (USER, "success")


@pytest.mark.parametrize(
    "said",
    [f"\0{USER}\0{PASSWORD}", f"{USER}\0{USER}\0{PASSWORD}", f"other\0{USER}\0{PASSWORD}", f"\0{USER}\0{PASSWORD}\0"],
)
def test_plain_names_who_authenticates(said: str) -> None:
    inline = only(f"C: AUTH PLAIN {b64(said)}\nS: 235 ok")
    asked = only(f"C: AUTH PLAIN\nS: 334\nC: {b64(said)}\nS: 235 ok")
    assert inline == asked == AttemptFact("PLAIN", "success", USER, "235 ok")


@pytest.mark.parametrize("said", [f"{USER}\0{PASSWORD}", f"{USER}\0{PASSWORD}\0", PASSWORD, f"\0\0{PASSWORD}"])
def test_plain_gone_wrong_names_nobody(said: str) -> None:
    assert only(f"C: AUTH PLAIN {b64(said)}\nS: 535 no") == AttemptFact("PLAIN", "failure", None, "535 no")


def test_plain_after_a_prompt_in_words() -> None:
    found = only(f"C: AUTH PLAIN\nS: 334 Go ahead\nC: {b64(f'{chr(0)}{USER}{chr(0)}{PASSWORD}')}\nS: 235 ok")
    assert found.user == USER


def test_xoauth2_with_and_without_initial_response() -> None:
    inline = only(f"C: AUTH XOAUTH2 {b64(XOAUTH2)}\nS: 235 ok")
    asked = only(f"C: AUTH XOAUTH2\nS: 334\nC: {b64(XOAUTH2)}\nS: 235 ok")
    assert inline == asked == AttemptFact("XOAUTH2", "success", USER, "235 ok")


@pytest.mark.parametrize("answer", ["", "=", "AQ=="])
def test_oauth_refused_with_a_challenge_that_wants_an_empty_answer(answer: str) -> None:
    for mechanism, said in (("XOAUTH2", XOAUTH2), ("OAUTHBEARER", OAUTHBEARER)):
        found = only(f"""
            C: AUTH {mechanism} {b64(said)}
            S: 334 {b64('{"status":"401"}')}
            C: {answer}
            S: 535 5.7.3 Authentication unsuccessful
        """)
        assert found == AttemptFact(mechanism, "failure", USER, "535 5.7.3 Authentication unsuccessful")


def test_oauthbearer_may_name_nobody() -> None:
    found = only(f"C: AUTH OAUTHBEARER {b64(OAUTHBEARER.replace(f'a={USER}', ''))}\nS: 235 ok")
    assert found == AttemptFact("OAUTHBEARER", "success", None, "235 ok")


def test_ntlm_tells_domain_user_and_workstation() -> None:
    speech = hear(
        OPENING
        + f"""
        C: AUTH NTLM {b64(NTLM_NEGOTIATE)}
        S: 334 {b64(NTLM_CHALLENGE)}
        C: {b64(ntlm_answer())}
        S: 235 ok
    """
    )
    assert attempts(speech) == [("NTLM", "EXAMPLE\\scanner", "success")]
    assert speech.workstation == "MFP-2"


@pytest.mark.parametrize("mechanism", ["GSSAPI", "GSS-SPNEGO", "KERBEROS_V4", "X-VENDOR", "SCRAM-SHA-256-PLUS", "MSN"])
def test_mechanisms_that_name_nobody_are_still_named(mechanism: str) -> None:
    found = only(
        f"C: AUTH {mechanism} {b64(bytes(range(48)))}\nS: 334 {b64(bytes(32))}\nC: {b64(bytes(16))}\nS: 235 ok"
    )
    assert found == AttemptFact(mechanism, "success", None, "235 ok")


@pytest.mark.parametrize("initial", ["", " ="])
def test_external_may_name_nobody(initial: str) -> None:
    script = f"C: AUTH EXTERNAL{initial}\n" + ("S: 235 ok" if initial else "S: 334\nC:\nS: 235 ok")
    assert only(script) == AttemptFact("EXTERNAL", "success", None, "235 ok")


def test_x_exps_is_what_exchange_called_auth() -> None:
    found = only(
        f"C: X-EXPS LOGIN\nS: 334 VXNlcm5hbWU6\nC: {b64(USER)}\nS: 334 UGFzc3dvcmQ6\nC: {b64(PASSWORD)}\nS: 235 ok"
    )
    assert (found.mechanism, found.user, found.outcome) == ("LOGIN", USER, "success")


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        ("235 2.7.0 Authentication successful", "success"),
        ("535 5.7.139 Authentication unsuccessful, basic authentication is disabled.", "failure"),
        ("454 4.7.0 Temporary authentication failure", "failure"),
        ("421 4.7.0 Too many errors", "failure"),
        ("503 5.5.1 Error: authentication not enabled", "failure"),
        ("530 5.7.0 Must issue a STARTTLS command first", "failure"),
        ("538 5.7.11 Encryption required", "failure"),
        ("504 5.7.4 Unrecognized authentication type", "failure"),
    ],
)
def test_the_last_word_is_the_outcome(reply: str, outcome: str) -> None:
    assert only(plain(reply=reply)) == AttemptFact("PLAIN", outcome, USER, reply)  # type: ignore[arg-type]


def test_a_reply_of_several_lines_is_one_last_word() -> None:
    assert (
        only(plain(reply="535-5.7.8 no\n        S: 535 5.7.8 see our pages")).reply
        == "535 5.7.8 no 5.7.8 see our pages"
    )


def test_no_last_word_is_an_unknown_outcome() -> None:
    assert only("C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: dXNlcg==").outcome == "unknown"


def test_auth_refused_at_once_and_answers_sent_all_the_same() -> None:
    speech = hear(
        OPENING
        + f"""
        C: AUTH LOGIN
        S: 503 5.5.1 not here
        C: {b64(USER)}
        S: 500 5.5.2 {b64(USER)}?
        C: {b64(PASSWORD)}
        S: 500 5.5.2 {b64(PASSWORD)}?
    """
        + QUIT
    )
    assert attempts(speech) == [("LOGIN", None, "failure")]
    assert b64(PASSWORD) not in repr(speech)


def test_auth_that_was_not_offered_is_noted() -> None:
    speech = hear("S: 220 hi\nC: EHLO scanner\nS: 250-hi\nS: 250 SIZE\n" + plain(reply="503 5.5.1 not enabled"))
    assert attempts(speech) == [("PLAIN", USER, "failure")]
    assert codes(speech) == ["auth-not-offered"]


def test_auth_without_a_mechanism_is_noted() -> None:
    speech = hear(OPENING + "C: AUTH\nS: 501 5.5.4 what?")
    assert attempts(speech) == [(None, None, "failure")]
    assert codes(speech) == ["auth-no-mechanism"]


def test_auth_cancelled() -> None:
    speech = hear(OPENING + "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: *\nS: 501 5.7.0 cancelled" + plain() + QUIT)
    assert attempts(speech) == [("LOGIN", None, "failure"), ("PLAIN", USER, "success")]
    assert codes(speech) == ["auth-cancelled"]


def test_quit_in_place_of_an_answer() -> None:
    speech = hear(OPENING + "C: AUTH LOGIN\nS: 334 VXNlciBOYW1lAA==\nC: QUIT\nS: 221 bye")
    assert attempts(speech) == [("LOGIN", None, "unknown")]
    assert codes(speech) == ["auth-abandoned"]


def test_quit_taken_as_an_answer() -> None:
    speech = hear(
        OPENING + "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: QUIT\nS: 501 5.5.2 cannot decode\nC: QUIT\nS: 221 bye"
    )
    assert attempts(speech) == [("LOGIN", None, "failure")]


def test_a_mail_in_place_of_an_answer() -> None:
    script = "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: MAIL FROM:<scanner@example.org>\nS: 250 Ok"
    speech = hear(OPENING + script + MAIL.split("Ok", 1)[1] + QUIT)
    assert attempts(speech) == [("LOGIN", None, "unknown")]
    assert (speech.mail, codes(speech)) == (True, ["auth-abandoned"])


def test_data_in_place_of_an_answer_begins_a_mail() -> None:
    speech = hear(
        OPENING
        + f"""
        C: AUTH LOGIN
        S: 334 VXNlcm5hbWU6
        C: DATA
        S: 354 go ahead
        C: {b64("body@example.org")}
        C: {b64("body")}
        C: .
        S: 250 queued
    """
        + plain()
    )
    assert attempts(speech) == [("LOGIN", None, "unknown"), ("PLAIN", USER, "success")]


@pytest.mark.parametrize("verb", ["QUIT", "RSET", "NOOP", "DATA", "STARTTLS"])
def test_a_password_whose_base64_spells_a_verb(verb: str) -> None:
    script = f"C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: {b64(USER)}\nS: 334 UGFzc3dvcmQ6\nC: {verb}\nS: 235 Ok"
    speech = hear(OPENING + script + MAIL + QUIT)
    assert attempts(speech) == [("LOGIN", USER, "success")]
    assert (speech.mail_accepted, speech.starttls) == (True, "not-offered")


@pytest.mark.parametrize("verb", ["QUIT", "RSET", "NOOP", "DATA"])
def test_a_user_whose_base64_spells_a_verb_is_not_told_but_not_confused(verb: str) -> None:
    script = f"C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: {verb}\nS: 334 UGFzc3dvcmQ6\nC: {b64(PASSWORD)}\nS: 235 Ok"
    speech = hear(OPENING + script + MAIL + QUIT)
    assert [(each.mechanism, each.outcome) for each in speech.attempts] == [("LOGIN", "success")]
    assert PASSWORD not in repr(speech)


def test_many_attempts_are_all_told_up_to_a_limit() -> None:
    many = "".join(plain(user=f"user{number}@example.org", reply="535 no") for number in range(70))
    speech = overheard(dialogue(OPENING + many))
    assert [each.user for each in speech.attempts] == [f"user{number}@example.org" for number in range(6, 70)]
    assert codes(speech) == ["auth-too-many"]


def test_auth_in_one_burst_with_everything_else() -> None:
    speech = hear(
        f"""
        S: 220 mail.example.org
        C: EHLO scanner
        C: AUTH LOGIN
        C: {b64(USER)}
        C: {b64(PASSWORD)}
        C: MAIL FROM:<scanner@example.org>
        S: 250-mail.example.org
        S: 250 AUTH LOGIN
        S: 334 VXNlcm5hbWU6
        S: 334 UGFzc3dvcmQ6
        S: 235 ok
        S: 250 ok
    """
    )
    assert attempts(speech) == [("LOGIN", USER, "success")]
    assert speech.mail_accepted is True


def test_replies_that_overtake_their_commands_still_belong_to_them() -> None:
    speech = hear(
        OPENING
        + f"""
        S: 334 VXNlcm5hbWU6
        C: AUTH LOGIN
        S: 334 UGFzc3dvcmQ6
        C: {b64(USER)}
        S: 235 ok
        C: {b64(PASSWORD)}
    """
    )
    assert attempts(speech) == [("LOGIN", USER, "success")]
    assert not speech.blind


SENT = [
    ("C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: c2Nhbg==\nS: 535 5.7.8 unknown user", False),
    ("C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: c2Nhbg==\nS: 334 UGFzc3dvcmQ6\nC: *\nS: 501 no", False),
    ("C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: c2Nhbg==\nS: 334 UGFzc3dvcmQ6\nC: aHVudGVyMg==\nS: 535 no", True),
    ("C: AUTH LOGIN c2Nhbg==\nS: 334 UGFzc3dvcmQ6\nC: aHVudGVyMg==\nS: 535 no", True),
    ("C: AUTH PLAIN\nS: 504 5.7.4 no", False),
    ("C: AUTH PLAIN AHNjYW4AaHVudGVyMg==\nS: 535 no", True),
]


@pytest.mark.parametrize(("rest", "sent"), SENT)
def test_whether_the_password_was_sent(rest: str, *, sent: bool) -> None:
    (attempt,) = hear("S: 220 hi\nC: EHLO scanner\nS: 250 AUTH LOGIN PLAIN\n" + rest).attempts
    assert attempt.credential_sent is sent
