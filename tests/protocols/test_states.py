"""The tables of states, walked whole."""

from __future__ import annotations

from itertools import product

import pytest

from sniffer.protocols import SmtpSession
from sniffer.protocols.anomalies import ANOMALIES, anomaly
from sniffer.protocols.smtp import TAKERS
from sniffer.protocols.smtp_grammar import VERBS
from sniffer.protocols.smtp_states import CONFIRMING, FITTING, REPLIED, SENT, TURNS, Phase, Turn, fits, proves
from tests.protocols.dialogue import codes, dialogue, feed
from tests.protocols.labelled import OPENING

REACHING = {
    Phase.OPENING: "",
    Phase.COMMAND: OPENING,
    Phase.AUTH: OPENING + "C: AUTH LOGIN",
    Phase.ANSWER: OPENING + "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6",
    Phase.DATA: OPENING + "C: DATA",
    Phase.BODY: OPENING + "C: DATA\nS: 354 go",
    Phase.CHUNK: OPENING + "C: BDAT 5",
    Phase.TLS: OPENING + "C: STARTTLS",
    Phase.HANDSHAKE: "C: <hello>",
    Phase.LOST: OPENING + "C: <5 missing>",
    Phase.DONE: OPENING + "C: AUTH PLAIN AHgAeQ==\nS: 235 ok",
}
SAID = {
    Turn.CONNECT: "C:",
    Turn.HELLO: "C: EHLO again",
    Turn.AUTH: "C: AUTH PLAIN",
    Turn.ANSWER: "C: dXNlcg==",
    Turn.IN_PLACE: "C: RSET",
    Turn.CANCEL: "C: *",
    Turn.STARTTLS: "C: STARTTLS",
    Turn.MAIL: "C: MAIL FROM:<a@example.org>",
    Turn.RCPT: "C: RCPT TO:<b@example.org>",
    Turn.DATA: "C: DATA",
    Turn.END_OF_DATA: "C: x\nC: .",
    Turn.QUIT: "C: QUIT",
    Turn.OTHER: "C: NOOP",
    Turn.ASTRAY: "S: <5 missing>",
}
REPLIES = (220, 221, 235, 250, 334, 354, 421, 451, 500, 535, 554)


def reached(phase: Phase) -> SmtpSession:
    """Return a session in a phase."""
    session = SmtpSession()
    feed(session, dialogue(REACHING[phase]))
    return session


def test_every_phase_and_turn_is_walked() -> None:
    assert set(REACHING) == set(Phase)
    assert set(SAID) == set(Turn)


@pytest.mark.parametrize("phase", Phase)
def test_each_phase_is_reached(phase: Phase) -> None:
    assert reached(phase)._phase is phase


@pytest.mark.parametrize(("phase", "turn"), list(product(Phase, Turn)), ids=lambda each: each.name)
def test_whatever_is_said_and_replied_gives_a_phase(phase: Phase, turn: Turn) -> None:
    for code in REPLIES:
        session = reached(phase)
        wanted = feed(session, dialogue(f"{SAID[turn]}\nS: {code} text\nC: EHLO then\nS: 250 ok"))
        assert isinstance(session._phase, Phase)
        assert wanted is (session._phase is not Phase.DONE)
        session.close()
        assert set(codes(session.speech())) <= ANOMALIES.keys()


def test_every_phase_but_the_last_has_a_taker() -> None:
    assert set(TAKERS) == set(Phase) - {Phase.DONE}


def test_every_verb_with_a_turn_is_known() -> None:
    assert TURNS.keys() <= VERBS


def test_what_was_sent_leads_to_a_phase_that_its_reply_can_leave() -> None:
    for turn, phase in SENT.items():
        if phase is not Phase.COMMAND:
            assert (turn, 5) in REPLIED, turn


@pytest.mark.parametrize("turn", Turn)
def test_a_refusal_leads_back_to_commands(turn: Turn) -> None:
    assert REPLIED.get((turn, 5), Phase.COMMAND) is Phase.COMMAND
    assert fits(turn, 554)


@pytest.mark.parametrize("turn", FITTING)
def test_each_turn_has_a_reply_that_says_yes(turn: Turn) -> None:
    assert any(fits(turn, code) for code in (220, 235, 250, 354))
    assert not fits(turn, 100)


def test_what_proves_a_command_fits_it() -> None:
    for turn, proofs in CONFIRMING.items():
        for code in proofs:
            assert fits(turn, code)
            assert proves(turn, code)


@pytest.mark.parametrize("code", [250, 451, 452, 550, 552, 554])
def test_the_reply_to_a_mail_proves_no_auth_in_it(code: int) -> None:
    assert not proves(Turn.AUTH, code)
    assert not proves(Turn.STARTTLS, code)


def test_anomalies_have_rows_and_nothing_else_has() -> None:
    assert all(anomaly(code).text for code in ANOMALIES)
    with pytest.raises(KeyError):
        anomaly("made-up")
