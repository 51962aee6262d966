"""The fourteen cases that defeat tshark and PCredz, from frames to facts."""

from __future__ import annotations

import numpy as np
import pytest

from sniffer.model.facts import Speech
from sniffer.protocols import SmtpSession
from sniffer.streams import ConnectionTable
from tests.frames import packets
from tests.protocols.dialogue import attempts, b64
from tests.protocols.labelled import MAIL, OPENING, PASSWORD, QUIT, TOKEN, USER, XOAUTH2, login, plain
from tests.wire import Conversation, Frame, Segment, duplicate, encode, swap

PORTS = np.isin(np.arange(65_536), (25, 465, 587, 2525, 2465, 2587))
REFUSED = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."
SECRETS = (PASSWORD, b64(PASSWORD), TOKEN, b64(XOAUTH2))


def told(script: str, *, port: int = 25) -> Conversation:
    """Return a whole connection."""
    talk = Conversation(port=port)
    talk.open()
    talk.dialogue(script)
    talk.close()
    return talk


def heard(frames: list[Frame]) -> Speech:
    """Return what the one connection in a capture said; never a secret."""
    speeches: list[Speech] = []
    table = ConnectionTable(
        PORTS,
        SmtpSession,
        lambda connection: speeches.append(connection.watcher.speech()),  # type: ignore[union-attr]
    )
    table.feed(packets(frames, PORTS))
    table.finish()
    assert len(speeches) == 1
    assert not any(secret in repr(speeches) for secret in SECRETS)
    return speeches[0]


CASES = {
    "LOGIN in several steps": (login(), ("LOGIN", USER, "success")),
    "LOGIN refused": (login(reply=REFUSED), ("LOGIN", USER, "failure")),
    "LOGIN in lower case": (login().replace("AUTH LOGIN", "auth login"), ("LOGIN", USER, "success")),
    "LOGIN with initial response": (
        f"C: AUTH LOGIN {b64(USER)}\nS: 334 UGFzc3dvcmQ6\nC: {b64(PASSWORD)}\nS: 235 ok",
        ("LOGIN", USER, "success"),
    ),
    "PLAIN inline": (plain(), ("PLAIN", USER, "success")),
    "PLAIN continued": (
        f"C: AUTH PLAIN\nS: 334\nC: {b64(f'{chr(0)}{USER}{chr(0)}{PASSWORD}')}\nS: 235 ok",
        ("PLAIN", USER, "success"),
    ),
    "XOAUTH2 inline": (f"C: AUTH XOAUTH2 {b64(XOAUTH2)}\nS: 235 ok", ("XOAUTH2", USER, "success")),
    "XOAUTH2 continued": (f"C: AUTH XOAUTH2\nS: 334\nC: {b64(XOAUTH2)}\nS: 235 ok", ("XOAUTH2", USER, "success")),
}


@pytest.mark.parametrize(("exchange", "truth"), CASES.values(), ids=CASES)
def test_an_exchange_is_told_as_it_was(exchange: str, truth: tuple[str, str, str]) -> None:
    speech = heard(told(OPENING + exchange + MAIL + QUIT).frames())
    assert attempts(speech) == [truth]
    assert not speech.blind


def test_refused_is_told_with_its_reason() -> None:
    assert heard(told(OPENING + login(reply=REFUSED) + QUIT).frames()).attempts[0].reply == REFUSED


@pytest.mark.parametrize("port", [587, 2525, 2465, 2587])
def test_any_submission_port_will_do(port: int) -> None:
    assert attempts(heard(told(OPENING + login() + QUIT, port=port).frames())) == [("LOGIN", USER, "success")]


def test_the_client_side_alone_tells_who_and_how() -> None:
    talk = told(OPENING + login() + MAIL + QUIT)
    speech = heard(encode(segment for segment in talk.segments if segment.from_client))
    assert attempts(speech) == [("LOGIN", USER, "unknown")]


def from_answer_on(segments: list[Segment], text: str) -> list[Segment]:
    """Return the segments from the one that says ``text`` on."""
    place = next(place for place, each in enumerate(segments) if text.encode() in each.payload)
    return segments[place:]


def test_midstream_inside_auth_tells_how_and_how_it_ended() -> None:
    talk = told(OPENING + login() + MAIL + QUIT)
    from_prompt = heard(encode(from_answer_on(talk.segments, "VXNlcm5hbWU6")))
    assert attempts(from_prompt) == [("LOGIN", USER, "success")]
    from_password = heard(encode(from_answer_on(talk.segments, b64(PASSWORD))))
    assert attempts(from_password) == [(None, None, "success")]
    assert from_prompt.blind
    assert from_password.blind


def test_out_of_order_changes_nothing() -> None:
    talk = told(OPENING + login() + MAIL + QUIT)
    straight = heard(talk.frames())
    for first in range(3, len(talk.segments) - 4):
        assert attempts(heard(swap(talk.frames(), first, first + 1))) == attempts(straight)


@pytest.mark.parametrize("vlan", [None, (10,), (10, 20)])
@pytest.mark.parametrize("ttl_minus", [0, 1])
def test_every_frame_twice_changes_nothing(vlan: tuple[int, ...] | None, ttl_minus: int) -> None:
    talk = told(OPENING + login() + MAIL + QUIT)
    assert heard(duplicate(talk.frames(), vlan=vlan, ttl_minus=ttl_minus)) == heard(talk.frames())


def test_base64_in_a_mail_is_no_credential() -> None:
    script = OPENING + MAIL.replace("Subject: Scan", f"AUTH LOGIN\n    C: {b64(USER)}\n    C: {b64(PASSWORD)}") + QUIT
    speech = heard(told(script).frames(mss=40))
    assert (speech.attempts, speech.mail, speech.blind) == ((), True, False)


def test_one_character_a_segment_changes_nothing() -> None:
    talk = told(OPENING + login() + MAIL + QUIT)
    assert heard(talk.frames(mss=1)) == heard(talk.frames())
