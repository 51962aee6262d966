"""Captures made from others, as a span port shows what was said: with holes, late, or turned around."""

from __future__ import annotations

from tests.lab.damage import HEADER, Damaged, far, late, lost, swapped

LOGIN, REFUSED, TOKEN = "starttls/exchange-login", "starttls/exchange-refused-basic", "starttls/exchange-xoauth2-inline"
ORDERLY = "starttls/exchange-java"
"""A connection that both sides close in good order: behind a reset nothing more is waited for."""
AUTH, PASSWORD = 2, 4
"""Records of the client behind its Finished (0) and its EHLO (1); between the two comes the user."""
ACCEPTED, REFUSAL = -7, -3
"""Records of the server, from its last: behind a 235 come a mail, a farewell and an alert, behind a refusal two."""

ALL = (
    Damaged(
        "starttls/lost-in-auth",
        "Bytes are missing in the middle of the record with AUTH LOGIN.",
        LOGIN,
        lost(AUTH, 10, 20),
        demanded=(),
    ),
    Damaged(
        "starttls/lost-in-token",
        "A segment is missing in the middle of the record with a long token.",
        TOKEN,
        lost(AUTH, 600, 1200),
        demanded=(),
    ),
    Damaged(
        "starttls/lost-password",
        "The whole record with the password is missing.",
        LOGIN,
        lost(PASSWORD, 0, -1),
        demanded=(),
    ),
    Damaged(
        "starttls/lost-header",
        "The header of the record with the password is missing in part.",
        LOGIN,
        lost(PASSWORD, 2, HEADER + 1),
        demanded=(),
    ),
    Damaged(
        "starttls/lost-answer",
        "The middle of the record with the answer to the password is missing.",
        LOGIN,
        lost(ACCEPTED, 8, 16, from_client=False),
        demanded=(),
    ),
    Damaged(
        "starttls/late-replies",
        "What the server says reaches the capture 20 ms late.",
        ORDERLY,
        late(20_000, from_client=False),
    ),
    Damaged(
        "starttls/late-commands",
        "What the client says reaches the capture 20 ms late.",
        ORDERLY,
        late(20_000, from_client=True),
    ),
    Damaged(
        "starttls/swapped-segments",
        "The record with the password comes in two segments, the second first.",
        LOGIN,
        swapped(PASSWORD),
    ),
    Damaged(
        "starttls/swapped-answer",
        "The record with a refusal comes in two segments, the second first.",
        REFUSED,
        swapped(REFUSAL, from_client=False),
    ),
    Damaged(
        "starttls/refused-far-away",
        "A refusal, five seconds late, from a server that is 20 ms away.",
        REFUSED,
        far(20_000),
    ),
)
DAMAGED = {each.path: each for each in ALL}
