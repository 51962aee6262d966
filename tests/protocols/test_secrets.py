"""Passwords and tokens never leave the parser, whatever the server does with them."""

from __future__ import annotations

from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocols.dialogue import Turn, Turns, b64, byte_by_byte, dialogue, overheard
from tests.protocols.holes import LATE, noticed_late, without
from tests.protocols.labelled import (
    BASIC_SECRETS,
    DIALOGUES,
    OAUTHBEARER,
    OPENING,
    PASSWORD,
    TOKEN,
    TOKEN_SECRETS,
    USER,
    XOAUTH2,
    Labelled,
)
from tests.protocols.truth import leaks

SECRETIVE = tuple(each for each in DIALOGUES if each.secrets)


def with_echo(labelled: Labelled) -> Turns:
    """Let the server repeat, in each reply, every secret that the client has told by then."""
    said: Turns = []
    heard = b""
    for each in labelled.turns:
        turn = each
        heard += turn.data + decoded_lines(turn.data) if turn.from_client else b""
        told = [secret.encode() for secret in labelled.secrets if secret.encode() in heard]
        told += [b64(secret).encode() for secret in told]
        if told and turn.data[:3] not in (b"334", b"354") and not turn.from_client:
            turn = turn._replace(data=turn.data[:4] + b" ".join(told) + b" " + turn.data[4:])
        said.append(turn)
    return said


def decoded_lines(data: bytes) -> bytes:
    """Return what the last words of lines say in base64."""
    words = [line.split(b" ")[-1] for line in data.splitlines()]
    return b"\n".join(b64decode(word + b"==") for word in words if len(word) % 4 == 0)


@pytest.mark.parametrize("labelled", SECRETIVE, ids=lambda each: each.name)
def test_a_server_that_repeats_secrets_changes_nothing(labelled: Labelled) -> None:
    said = with_echo(labelled)
    assert leaks(overheard(said), labelled.secrets) == []
    assert leaks(overheard(byte_by_byte(said)), labelled.secrets) == []


@given(st.sampled_from(SECRETIVE), st.sets(st.integers(0, 40), max_size=5))
def test_nor_with_holes(labelled: Labelled, places: set[int]) -> None:
    holed = without(with_echo(labelled), places)
    for said in (holed, noticed_late(holed)):
        assert leaks(overheard(said), labelled.secrets) == []


@given(st.sampled_from(SECRETIVE), st.integers(0, 40))
def test_nor_joined_late(labelled: Labelled, place: int) -> None:
    assert leaks(overheard([*LATE, *with_echo(labelled)[place:]]), labelled.secrets) == []


@given(st.sampled_from(SECRETIVE), st.data())
def test_nor_when_the_two_sides_come_in_any_order(labelled: Labelled, data: st.DataObject) -> None:
    said = with_echo(labelled)
    sides = {side: [turn for turn in said if turn.from_client is side] for side in (True, False)}
    mixed: Turns = []
    while sides[True] and sides[False]:
        mixed.append(sides[data.draw(st.booleans())].pop(0))
    assert leaks(overheard([*mixed, *sides[True], *sides[False]]), labelled.secrets) == []


@given(st.sampled_from(SECRETIVE), st.integers(0, 40))
def test_nor_when_it_ends_in_the_middle(labelled: Labelled, place: int) -> None:
    for closed in (True, False):
        assert leaks(overheard(with_echo(labelled)[:place], closed=closed), labelled.secrets) == []


@pytest.mark.parametrize("reply", [f"500 unknown command {b64(PASSWORD)}", f"535 {PASSWORD}", f"235 hello {PASSWORD}"])
@pytest.mark.parametrize(
    "before",
    ["", "C: AUTH LOGIN\nS: 503 no", f"C: AUTH LOGIN {b64(USER)}\nS: 250 what?", "C: MAIL FROM:<a@b>\nS: 250 ok"],
)
def test_a_password_out_of_place_is_not_repeated(before: str, reply: str) -> None:
    speech = overheard(dialogue(OPENING + f"{before}\nC: {b64(PASSWORD)}\nS: {reply}"))
    assert leaks(speech, BASIC_SECRETS) == []


@pytest.mark.parametrize("said", [XOAUTH2, OAUTHBEARER])
def test_a_token_is_not_repeated_alone(said: str) -> None:
    for mechanism in ("XOAUTH2", "OAUTHBEARER", "X-OTHER"):
        speech = overheard(dialogue(OPENING + f"C: AUTH {mechanism} {b64(said)}\nS: 535 bad token <{TOKEN}>"))
        assert leaks(speech, TOKEN_SECRETS) == []
        assert speech.attempts[0].reply == "535 bad token <[…]>"


def test_a_token_longer_than_a_reply_is_not_repeated_in_part() -> None:
    token = "eyJ" + "x" * 6000
    said = b64(f"user={USER}\x01auth=Bearer {token}\x01\x01")
    speech = overheard(dialogue(OPENING + f"C: AUTH XOAUTH2 {said}\nS: 535 bad token {token}, sent as {said}"))
    assert "xxx" not in repr(speech)
    assert said[:40] not in repr(speech)


def test_a_line_too_long_to_keep_is_not_repeated() -> None:
    said = b64(f"\0{USER}\0{'secret' * 4000}")
    speech = overheard(dialogue(OPENING + f"C: AUTH PLAIN {said}\nS: 535 no: {'secret' * 4000}"))
    assert "secret" not in repr(speech)


def test_of_an_exchange_too_long_to_remember_the_last_word_is_its_code() -> None:
    answers = "\n".join(f"C: {b64(f'secret-number-{number}' + 300 * 'x')}\nS: 334 more" for number in range(400))
    speech = overheard(
        dialogue(OPENING + f"C: AUTH X-ENDLESS\nS: 334 more\n{answers}\nC: AQ==\nS: 535 secret-number-3")
    )
    assert speech.attempts[0].reply == "535"


def test_the_password_in_the_place_of_the_user_is_not_told_when_it_is_unprintable() -> None:
    speech = overheard(dialogue(OPENING + f"C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: {b64(bytes(8))}\nS: 535 no"))
    assert speech.attempts[0].user is None


def test_nothing_of_the_session_is_in_its_own_repr() -> None:
    said = [*dialogue(OPENING + f"C: AUTH LOGIN {b64(USER)}\nS: 334 UGFzc3dvcmQ6"), Turn(True, b64(PASSWORD).encode())]
    assert leaks(overheard(said, closed=False), BASIC_SECRETS) == []
