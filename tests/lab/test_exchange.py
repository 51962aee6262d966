"""Exchange Online's persona is as long as the real one: byte counts of public logs (no root needed)."""

from __future__ import annotations

import datetime
import random

import pytest

pytest.importorskip("fcntl", reason="the lab is for Linux")

from tests.lab.servers import exchange_texts as texts
from tests.lab.servers.exchange import FrontEnd, exchange, front_end

NOW = datetime.datetime(2026, 11, 23, 18, 6, 35, 781_000, datetime.UTC)
FRONT = FrontEnd("FR3P281CA0016", "DEUP281", "08DD842467C8274D", "203.0.113.9", NOW)
LENGTHS = {"unsuccessful": 37, "basic": 74, "credentials": 77, "organization": 114, "defaults": 132, "criteria": 140,
           "tenant": 155, "mailbox": 156, "removed": 71}  # fmt: skip
CRLF = 2


def reply(lines: tuple[str, ...]) -> int:
    """The length of a reply of these lines on the wire: four bytes of code and CRLF each."""
    return sum(4 + len(line) + CRLF for line in lines)


def test_every_refusal_has_its_length() -> None:
    assert {name: len(text.words) for name, text in texts.REFUSALS.items()} == LENGTHS
    assert set(texts.DISABLED) < set(texts.REFUSALS)


def test_a_refusal_ends_in_the_bracket_of_its_session() -> None:
    said = FRONT.bracketed(texts.REFUSALS["basic"])
    assert said.endswith(" [FR3P281CA0016.DEUP281.PROD.OUTLOOK.COM 2026-11-23T18:06:35.781Z 08DD842467C8274D]")
    assert len(said) + CRLF == 74 + len(FRONT.host) + 47


def test_banner_and_ehlo_have_the_lengths_of_the_logs() -> None:
    assert len(FRONT.banner()) + CRLF == 117 + len(FRONT.leaf)
    early = FrontEnd(**{**FRONT.__dict__, "now": NOW.replace(day=3)})
    assert len(early.banner()) + CRLF == 116 + len(FRONT.leaf)
    before, after = reply(FRONT.ehlo("STARTTLS")), reply(FRONT.ehlo(texts.AUTH_LINE.words))
    assert (before, after) == (179 + 13 + 11, 189 + 13 + 11)


def test_a_mail_after_a_refusal_carries_it() -> None:
    made = exchange(FRONT, random.Random(1))
    assert made.unauthenticated
    assert len(made.unauthenticated) + 1 + len(made.tail) + CRLF == 49 + len(FRONT.host) + 47
    carried = f"{made.unauthenticated} Error: {made.failure}"
    assert len(carried) + CRLF == 57 + 37 + len(FRONT.host) + 47


def test_front_ends_keep_the_rule_of_their_names() -> None:
    dice = random.Random(2)
    for _ in range(200):
        front = front_end(dice, "203.0.113.9")
        assert len(front.leaf) in (13, 15)
        numbered = front.leaf[3:5] == "PR" and front.leaf[5].isdigit()
        assert len(front.host) == len(front.leaf) + (26 if numbered else 25)
