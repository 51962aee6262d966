"""The truth is only as good as its reading: servers' logs in, expectations out (no root needed)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fcntl", reason="the lab is for Linux")

from tests.expected import compare
from tests.lab import truth
from tests.lab.served import Handshake, Served, Witness, from_line
from tests.lab.servers import exim, postfix_log

CLIENT, SERVER = ("10.9.3.17", 49152), ("10.9.0.2", 25)

POSTFIX = """\
Nov 23 21:18:09 mail face/10.9.0.2/25/smtpd[7]: connect from unknown[10.9.3.17]:49152
Nov 23 21:18:09 mail face/10.9.0.2/25/smtpd[7]: > unknown[10.9.3.17]:49152: 220 mail.example.org ESMTP
Nov 23 21:18:09 mail face/10.9.0.2/25/smtpd[7]: < unknown[10.9.3.17]:49152: EHLO RNP
Nov 23 21:18:09 mail face/10.9.0.2/25/smtpd[7]: > unknown[10.9.3.17]:49152: 250-mail.example.org
Nov 23 21:18:09 mail face/10.9.0.2/25/smtpd[7]: > unknown[10.9.3.17]:49152: 250 STARTTLS
Nov 23 21:18:09 mail face/10.9.0.2/25/smtpd[7]: < unknown[10.9.3.17]:49152: AUTH LOGIN
Nov 23 21:18:09 mail face/10.9.0.2/25/smtpd[7]: > unknown[10.9.3.17]:49152: 334 VXNlcm5hbWU6
Nov 23 21:18:09 mail face/10.9.0.2/25/smtpd[7]: < unknown[10.9.3.17]:49152: MAIL FROM:<not@a.command>
Nov 23 21:18:09 mail face/10.9.0.2/25/smtpd[7]: warning: unknown[10.9.3.17]:49152: SASL LOGIN \
authentication failed: (reason unavailable), sasl_username=scan@example.org
Nov 23 21:18:09 mail face/10.9.0.2/25/smtpd[7]: > unknown[10.9.3.17]:49152: 535 5.7.8 Error
"""
EXIM = """\
2026-11-23 21:33:17 SMTP connection from [10.9.3.17]:49152 I=[10.9.0.2]:25 (TCP/IP connection count = 1)
2026-11-23 21:33:18 plain authenticator failed for (X) [10.9.3.17]:49152 I=[10.9.0.2]:25: 535 Incorrect \
authentication data (set_id=scan@example.org)
2026-11-23 21:33:18 no MAIL in SMTP connection from (X) [10.9.3.17]:49152 I=[10.9.0.2]:25 D=0.1s C=EHLO,AUTH
"""


def witnessed(*dialogue: str) -> Served:
    """What a witness notes of a dialogue; `>` is the client, `<` the server, `tls` the handshake."""
    witness = Witness(CLIENT, SERVER)
    for turn in dialogue:
        if turn == "tls":
            witness.secured()
        elif turn.startswith(">"):
            witness.said(turn[2:])
        else:
            witness.answered(turn[2:])
    return witness.served


GREETED = ("< 220 hi", "> EHLO x", "< 250-hi", "< 250 STARTTLS")
INTO_TLS = (*GREETED, "> STARTTLS", "< 220 go", "tls")
LOGIN = ("> AUTH LOGIN", "< 334 VXNlcm5hbWU6", "> eA==", "< 334 UGFzc3dvcmQ6", "> eA==")


@pytest.mark.parametrize(
    ("dialogue", "wanted"),
    [
        ((*GREETED, *LOGIN, "< 235 ok"), {"family": "basic", "outcome": "success", "starttls": "offered"}),
        ((*GREETED, *LOGIN, "< 535 no"), {"family": "basic", "outcome": "failure"}),
        ((*GREETED, *LOGIN), {"family": "basic", "outcome": "unknown"}),
        ((*GREETED, "> MAIL FROM:<a@b>"), {"family": "none", "outcome": None, "attempts": []}),
        ((*GREETED, "> QUIT"), {"family": "unknown", "unjudged": "no-auth-seen"}),
        (("< 220 hi", "> HELO x", "< 250 hi", "> QUIT"), {"starttls": "unseen"}),
        ((*GREETED, "> STARTTLS", "< 454 no"), {"starttls": "refused"}),
        ((*GREETED, "> STARTTLS", "< 220 go"), {"starttls": "requested"}),
        ((*GREETED, "> STARTTLS", "< 220 go", "> EHLO x"), {"starttls": "cleartext-after"}),
        (
            (*GREETED, "> STARTTLS", "< 220 go", "tls", *LOGIN, "< 235 ok"),
            {"starttls": "established", "attempts": [], "demanded": ["family", "mechanism"]},
        ),
    ],
)
def test_what_the_server_saw_becomes_what_must_be_reported(dialogue: tuple[str, ...], wanted: dict[str, Any]) -> None:
    """One row per way a session can go."""
    told = truth.session(witnessed(*dialogue))
    assert {field: told[field] for field in wanted} == wanted


def test_what_tls_hides_is_kept_apart() -> None:
    """The server's knowledge of an AUTH inside TLS goes to `hidden`."""
    told = truth.session(witnessed(*INTO_TLS, *LOGIN, "< 235 ok"))
    attempt = {"mechanism": "LOGIN", "outcome": "success", "user": None}
    assert told["hidden"] == {
        **attempt,
        "family": "basic",
        "unjudged": None,
        "attempts": [attempt],
        "likely_refusal": None,
    }
    assert not {"family", "mechanism", "outcome", "unjudged"} & set(told)


@pytest.mark.parametrize(
    ("dialogue", "hidden", "demanded"),
    [
        ((*LOGIN, "< 235 ok", "> MAIL FROM:<a@b>", "< 250 ok"), "basic", ["family", "mechanism", "outcome"]),
        ((*LOGIN, "< 535 no"), "basic", ["family", "mechanism"]),
        (LOGIN, "basic", []),
        (("> AUTH PLAIN eA==", "< 235 ok", "> MAIL FROM:<a@b>"), "basic", ["family", "mechanism", "outcome"]),
        (("> AUTH PLAIN eA==", "< 535 no"), "basic", []),
        (("> AUTH XOAUTH2 eA==", "< 235 ok", "> MAIL FROM:<a@b>"), "oauth", ["family", "outcome"]),
        (("> AUTH CRAM-MD5", "< 334 eA==", "> eA==", "< 235 ok"), "challenge", []),
        (("> EHLO x", "< 250 hi", "> MAIL FROM:<a@b>"), "none", ["family"]),
        (("> EHLO x", "< 250 hi", "> QUIT"), "unknown", ["unjudged"]),
    ],
)
def test_what_is_plain_inside_tls_is_demanded(dialogue: tuple[str, ...], hidden: str, demanded: list[str]) -> None:
    """What may well stay unknown is not."""
    told = truth.session(witnessed(*INTO_TLS, *dialogue))
    assert (told["hidden"]["family"], told["demanded"]) == (hidden, demanded)


def test_behind_a_block_cipher_nothing_is_demanded() -> None:
    """It hides how long a text is."""
    served = witnessed(*INTO_TLS, *LOGIN, "< 235 ok")
    served.tls = Handshake("1.2", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384")
    assert truth.session(served)["demanded"] == []


def test_keys_make_everything_demanded() -> None:
    """Then it is told as in clear."""
    told = truth.session(witnessed(*INTO_TLS, *LOGIN, "< 235 ok"), keyed=True)
    assert (told["family"], told["outcome"], "hidden" in told) == ("basic", "success", False)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ("535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [x]", "basic-disabled"),
        ("535 5.7.3 Authentication unsuccessful [x]", "authentication-unsuccessful"),
        ("535 5.7.8 Username and Password not accepted. For more", "google-bad-credentials"),
        ("535 5.7.8 Error: authentication failed", "bad-credentials"),
    ],
)
def test_a_refusal_with_a_name_is_told_by_it(reply: str, code: str) -> None:
    """By its words in the server's log."""
    assert truth.session(witnessed(*INTO_TLS, *LOGIN, f"< {reply}"))["hidden"]["likely_refusal"] == code


def test_a_refusal_without_a_name_leaves_the_cause_unsaid() -> None:
    """Whatever is told of it then is not compared."""
    assert "likely_refusal" not in truth.session(witnessed(*INTO_TLS, *LOGIN, "< 535 no"))["hidden"]


def test_the_list_inside_tls_is_told() -> None:
    """Each mechanism once, as the server lists them."""
    listed = (
        "> EHLO x",
        "< 250-hi",
        "< 250-AUTH LOGIN XOAUTH2",
        "< 250 8BITMIME",
        "> EHLO x",
        "< 250 AUTH LOGIN XOAUTH2",
    )
    assert truth.session(witnessed(*INTO_TLS, *listed))["hidden"]["offered_tls"] == ["LOGIN", "XOAUTH2"]
    assert "offered_tls" not in truth.session(witnessed(*INTO_TLS, "> QUIT"))["hidden"]


@pytest.mark.parametrize(
    ("families", "verdict"),
    [(("basic", "unknown"), "basic-elsewhere"), (("oauth", "unknown"), "modern"), (("unknown",), "unknown")],
)
def test_sessions_that_ended_early_say_nothing_beside_others(families: tuple[str, ...], verdict: str) -> None:
    """A device is what its other sessions are."""
    assert truth.verdict(families) == verdict


def test_a_failed_handshake_leaves_nothing_to_hide() -> None:
    """No AUTH was made, in clear or inside."""
    witness = Witness(CLIENT, SERVER)
    for line in ("EHLO x", "STARTTLS"):
        witness.said(line)
        witness.answered("220 go")
    witness.unsecured(Handshake(alert="unknown_ca"))
    told = truth.session(witness.served)
    assert (told["starttls"], told["unjudged"], told["tls"]["alert"]) == ("failed", "no-auth-seen", "unknown_ca")
    assert "sni" not in told["tls"]


def test_what_a_case_knows_is_laid_over_the_log() -> None:
    """Inside `tls` too; an ellipsis takes a value away."""
    seen = {"family": "none", "tls": {"sni": None, "alert": "unknown_ca"}}
    more = {"service": "gmail", "tls": {"sni": "smtp.gmail.com", "alert": ...}}
    assert truth.told(seen, more) == {"family": "none", "service": "gmail", "tls": {"sni": "smtp.gmail.com"}}


def test_postfix_log_gives_mechanism_outcome_and_user(tmp_path: Path) -> None:
    """A line that looks like MAIL is an answer while AUTH waits for one."""
    log = tmp_path / "mail.log"
    log.write_text(POSTFIX)
    (served,) = postfix_log.read(log)
    told = truth.session(served)
    assert (told["mechanism"], told["outcome"], told["user"]) == ("LOGIN", "failure", "scan@example.org")
    assert not served.mail


def test_exim_log_gives_mechanism_outcome_and_user(tmp_path: Path) -> None:
    """The main log has it in its summaries."""
    log = tmp_path / "log-main"
    log.write_text(EXIM)
    told = truth.session(exim.read(log)[0])
    assert (told["mechanism"], told["outcome"], told["user"]) == ("PLAIN", "failure", "scan@example.org")


def test_a_scripted_log_line_comes_back_as_it_was() -> None:
    """What a witness writes, `from_line` reads."""
    witness = Witness(CLIENT, SERVER)
    witness.said("AUTH NTLM")
    witness.named("EXAMPLE\\svc-scan")
    assert from_line(witness.as_line()) == witness.served


def test_compare_names_every_difference() -> None:
    """Missing, surplus and differing sessions each give a line."""
    wanted = truth.session(witnessed(*GREETED, *LOGIN, "< 235 ok"))
    reported = {
        "client": {"ip": CLIENT[0], "port": CLIENT[1]},
        "server": {"ip": SERVER[0], "port": SERVER[1]},
        "starttls": "offered",
        "auth": {field: wanted[field] for field in ("family", "mechanism", "outcome", "user", "unjudged")}
        | {"attempts": wanted["attempts"]},
    }
    other = reported | {"client": {"ip": CLIENT[0], "port": 1}}
    assert compare([reported], {"sessions": [wanted]}) == []
    assert len(compare([reported | {"starttls": "unseen"}], {"sessions": [wanted]})) == 1
    assert len(compare([other], {"sessions": [wanted]})) == 2
