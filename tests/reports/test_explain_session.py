"""The page of one session: its verdict in words, its turns as a table, and a filter to copy."""

from __future__ import annotations

import re
from typing import Any

import pytest
from rich.cells import cell_len

from sniffer.model import limits
from sniffer.model.facts import Quality
from sniffer.model.findings import AuthFinding, DialogueFinding, Rival
from tests.cli.test_hostile_names import HOSTILE, harmless
from tests.inference.facts import attempt, fact, judge
from tests.reports.dialogues import DIALOGUE, TURNS, auth, finding, page, refused, story, turn, unknown


def words(text: str) -> str:
    """A page without its line breaks."""
    return " ".join(text.split())


def test_the_verdict_says_what_how_surely_and_what_came_of_it() -> None:
    told = words(page(story()))
    assert told.startswith("RNP002673A1B2C3 → Exchange Online s-4f0c2a9d1e7b5a60")
    assert "LOGIN (basic: user name and password), very likely (95 %), inferred from TLS record lengths" in told
    assert "outcome: success, very likely (97 %)" in told
    assert "the server offers inside TLS: LOGIN, XOAUTH2" in told
    assert "Inferred for Exchange Online: not yet checked against a real session of this service." in told
    assert "It may also have been OAuth 2 %, challenge 1 % Turns" in told
    assert "TLS 1.2, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384; asked for smtp.office365.com" in told
    assert "client: 10.0.3.17:49152, Ricoh, calls itself RNP002673A1B2C3" in told


def test_a_likely_refusal_is_told_with_who_can_undo_it() -> None:
    told = words(page(story(finding(refused()))))
    assert "outcome: failure, almost certain (99 %)" in told
    assert "likely the refusal: Basic authentication is switched off" in told
    assert "Reversible, by a tenant admin: look at AllowBasicAuthSmtp" in told


UNKNOWN: list[tuple[AuthFinding, float, str]] = [
    # what was found, what the dialogue says of Basic → what is told
    (unknown(), 0.72, "AUTH unknown: inside TLS, not seen clearly; probably basic (72 %)"),
    (unknown(), 0.97, "AUTH unknown: inside TLS, not seen clearly; probably basic Why"),
    (unknown(rivals=(Rival("none", 0.5),)), 0.5, "not seen clearly; perhaps basic (50 %)"),
    (unknown(likely=None, rivals=()), 0.5, "AUTH unknown: inside TLS, not seen clearly Why"),
]


@pytest.mark.parametrize(("found", "probability", "says"), UNKNOWN)
def test_what_is_not_judged_is_said_to_be_open(found: AuthFinding, probability: float, says: str) -> None:
    dialogue = DialogueFinding(turns=TURNS, families=(Rival("basic", probability),), calibration="measured")
    assert says in words(page(story(finding(found), dialogue)))


def test_without_a_front_runner_nothing_stands_beside_it() -> None:
    told = words(page(story(finding(unknown(likely=None, unjudged="no-auth-seen", rivals=(Rival("none", 0.92),))))))
    assert "AUTH unknown: ended before AUTH or MAIL Why" in told
    assert "It may have been no AUTH 92 %" in told


def test_a_turn_tells_times_lengths_and_what_it_most_likely_was() -> None:
    told = page(story())
    rows = re.split(r"\n\s*\n", told[told.index("Turns inside TLS") :])
    (row,) = (words(row) for row in rows if "AUTH LOGIN" in row)
    assert "0.1940 s 12 18 31 ms → AUTH LOGIN 97 %" in row
    assert "record 41 record 47 ← 334 asks for the user name" in row
    assert "or AUTH PLAIN 2 %" in row
    assert "CRAM" not in row  # below one per cent
    (last,) = (words(row) for row in rows if "QUIT" in row)
    assert last == "3.2110 s 6 – – → QUIT 99 % record 35"


def test_a_credential_is_told_by_its_class() -> None:
    told = page(story())
    (row,) = (row for row in re.split(r"\n\s*\n", told) if "the password" in row and "235" in row)
    assert words(row).startswith("0.2589 s 4k+2 37 2.41 s → the password 96 % class only record 66")
    assert "only the class of its length is told" in words(told)


def test_how_it_was_read_and_how_well_it_was_seen() -> None:
    cut = DialogueFinding(turns=TURNS[:2], families=(), calibration="Lengths are exact.", cut="bytes are missing")
    seen = Quality(start_seen=True, end_seen=False, one_sided=False, gap_bytes=1460, duplicates=0, snaplen_cut=True)
    told = words(page(story(finding(quality=seen), cut)))
    assert "Lengths are exact. The end of the dialogue is missing: bytes are missing." in told
    assert "its end was not seen, up to 1,500 bytes missing, frames cut by the capture" in told
    assert "class of its length" not in told


@pytest.mark.parametrize(
    ("cut", "says"),
    [
        ("limit", f"Only the first {limits.TURNS} turns of a dialogue are read"),
        ("gap", "bytes were not captured"),
        ("renegotiation", "TLS was renegotiated"),
    ],
)
def test_why_the_end_is_not_shown_is_said_in_words(cut: str, says: str) -> None:
    shown = DialogueFinding(turns=TURNS, families=(), calibration="Lengths are exact.", cut=cut)
    assert says in words(page(story(finding(), shown)))
    assert f"missing: {cut}" not in words(page(story(finding(), shown)))


def test_the_filter_stands_on_a_line_of_its_own() -> None:
    lines = page(story()).rstrip().splitlines()
    assert lines[-1].strip() == "ip.addr==10.0.3.17 && ip.addr==52.97.1.2 && tcp.port==49152 && tcp.port==587"


def test_a_session_in_clear_has_no_turns() -> None:
    told = words(page(story(judge([fact(attempt("LOGIN"))]).session, None)))
    assert "LOGIN (basic: user name and password), read in clear outcome: success user: scan@example.org" in told
    assert "Nothing was inside TLS: there are no turns to show." in told


WITHOUT_TURNS = [
    (auth(basis="decrypted", confidence=1.0), "read with its keys: there are no turns to guess"),
    (unknown(), "No turn inside TLS could be read."),
]


@pytest.mark.parametrize(("found", "says"), WITHOUT_TURNS)
def test_and_it_is_said_why_there_are_none(found: AuthFinding, says: str) -> None:
    told = words(page(story(finding(found), None)))
    assert says in told
    assert "Turns inside TLS" not in told


def test_several_attempts_are_told_in_order() -> None:
    one = judge([fact(attempt("PLAIN", "failure"), attempt("LOGIN"))]).session
    told = words(page(story(one, None)))
    assert "1. PLAIN in clear: failure" in told
    assert "2. LOGIN in clear: success" in told


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_stays_text_and_within_a_hundred_columns(text: str) -> None:
    strange = (turn(0, "22", "18", text, text, rivals=(Rival(text, 0.4),)),)
    dialogue = DialogueFinding(turns=strange, families=(), calibration=text, cut=text)
    told = page(story(finding(auth(reason=text), helo=text[:255]), dialogue))
    assert harmless(told)
    assert all(cell_len(line) <= 100 for line in told.splitlines())


def test_names_are_redacted() -> None:
    reason = "AUTH LOGIN for alice.miller@example.org"
    told = page(
        story(finding(auth(reason=reason, user="alice.miller@example.org"), helo="alices-laptop"), key=b"k" * 32)
    )
    assert "alice" not in told
    assert "user-" in told
    assert "host-" in told


def test_a_page_fits_a_hundred_columns() -> None:
    long: dict[str, Any] = {
        "client": "2001:db8:1111:2222:3333:4444:5555:1", "server": "2603:1026:c03:6033:1111:2222:3333:4444",
        "helo": "printer-with-a-rather-long-name.floor-2.building-7.example.org",
    }  # fmt: skip
    *lines, display_filter = page(story(finding(**long), DIALOGUE)).rstrip().splitlines()
    assert all(cell_len(line) <= 100 for line in lines)
    assert display_filter.strip().endswith("tcp.port==587")  # one line, however long: it is copied
