"""Exchange Online's replies: the lengths that logs of real sessions show, and the cause that a length tells."""

from __future__ import annotations

import pytest

from sniffer.knowledge.catalogue import catalogue
from sniffer.knowledge.exchange_replies import BRACKET_OCTETS, replies_of
from sniffer.knowledge.reply_lengths import (
    ExpectedReply,
    Symbol,
    collisions,
    expected_replies,
    fitting,
)
from sniffer.knowledge.reply_texts import Bracket, octets, tables
from tests.knowledge.banners import ID, LONG, SHORT, banner, old_banner


def of(text: str, symbol: Symbol, code: str | None) -> list[ExpectedReply]:
    return [reply for reply in expected_replies(text) if (reply.symbol, reply.code) == (symbol, code)]


FIXED: list[tuple[Symbol, int]] = [
    ("user-prompt", 18), ("password-prompt", 18), ("empty-prompt", 6), ("accepted", 37), ("mail-accepted", 21),
    ("recipient-accepted", 24), ("data-go", 46), ("bye", 48),
]  # fmt: skip


@pytest.mark.parametrize(("symbol", "length"), FIXED)
def test_what_it_accepts_is_as_long_everywhere(symbol: Symbol, length: int) -> None:
    for text in (banner(SHORT), banner("YQXPR0101CA0058"), old_banner(LONG)):
        assert [reply.length for reply in of(text, symbol, None)] == [length]


REFUSED: list[tuple[Symbol, str, int, int]] = [
    ("auth-refused", "authentication-unsuccessful", 122, 123),
    ("auth-refused", "basic-disabled", 159, 160),
    ("auth-refused", "credentials-incorrect", 162, 163),
    ("auth-refused", "organization-configuration", 199, 200),
    ("auth-refused", "security-defaults", 217, 218),
    ("auth-refused", "conditional-access", 225, 226),
    ("auth-refused", "tenant-switch", 240, 241),
    ("auth-refused", "mailbox-switch", 241, 242),
    ("auth-refused", "basic-removed", 156, 157),
    ("mechanism-refused", "mechanism-not-offered", 127, 128),
    ("mail-refused", "not-authenticated", 134, 135),
    ("mail-refused", "authentication-unsuccessful", 179, 180),
    ("mail-refused", "basic-disabled", 216, 217),
    ("mail-refused", "conditional-access", 282, 283),
    ("hello-refused", "hello-name-refused", 114, 115),
]
"""What is refused, by the symbol, the cause, and the octets with hosts of 38 and 39 characters."""


@pytest.mark.parametrize(("symbol", "code", "short", "long"), REFUSED)
def test_a_refusal_is_as_long_as_its_text_and_its_host(symbol: Symbol, code: str, short: int, long: int) -> None:
    assert [reply.length for reply in of(banner(SHORT), symbol, code)] == [short]
    assert [reply.length for reply in of(banner(LONG), symbol, code)] == [long]


VERBATIM = [
    (LONG, "auth-refused", "535 5.7.3 Authentication unsuccessful"),
    ("AS4P251CA0014", "auth-refused", "535 5.7.139 Authentication unsuccessful, basic authentication is disabled."),
    (
        "YQXPR0101CA0058",
        "mail-refused",
        "530 5.7.57 Client not authenticated to send mail. Error: 535 5.7.139 Authentication unsuccessful, the request"
        " did not meet the criteria to be authenticated successfully. Contact your administrator.",
    ),
]
FORESTS = {LONG: "INDPRD01", "AS4P251CA0014": "EURP251", "YQXPR0101CA0058": "CANPRD01"}


@pytest.mark.parametrize(("leaf", "symbol", "text"), VERBATIM)
def test_a_whole_line_is_counted(leaf: str, symbol: Symbol, text: str) -> None:
    line = f"{text} [{leaf}.{FORESTS[leaf]}.PROD.OUTLOOK.COM 2026-08-10T18:06:35.781Z {ID}]\r\n"
    found = fitting(banner(leaf), symbol, len(line))
    assert [reply.text for reply in found] == [text]
    cause = catalogue().refusal(line)
    assert cause
    assert found[0].code == cause.code


@pytest.mark.parametrize(
    ("leaf", "symbol", "code", "length"),
    [
        ("TY1PR01CA0183", "auth-refused", "tenant-switch", 199),
        ("YTXPR0101CA0050", "auth-refused", "authentication-unsuccessful", 83),
        (SHORT, "auth-refused", "old-tls-refused", 178),
        (LONG, "auth-refused", "old-tls-refused", 179),
    ],
)
def test_until_2022_the_bracket_held_the_host_alone(leaf: str, symbol: Symbol, code: str, length: int) -> None:
    assert length in [reply.length for reply in of(old_banner(leaf), symbol, code)]
    assert length not in [reply.length for reply in of(banner(leaf), symbol, code)]


def test_what_was_only_said_until_2022() -> None:
    anonymous = "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM"
    assert [reply.length for reply in expected_replies(old_banner(SHORT)) if reply.text == anonymous] == [85 + 38 + 5]
    assert not [reply for reply in expected_replies(banner(SHORT)) if reply.text == anonymous]
    assert 39 in [reply.length for reply in expected_replies(old_banner(SHORT))]
    assert 39 not in [reply.length for reply in of(banner(SHORT), "auth-refused", "authentication-unsuccessful")]


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        (banner(SHORT, "Fri, 2 Dec 2022", ""), {122 - 42}),
        (banner(SHORT, "Sat, 3 Dec 2022", ""), {122 - 42, 122}),
        (banner(SHORT, "Sun, 19 Feb 2023", ""), {122 - 42, 122}),
        (banner(SHORT, "Mon, 20 Feb 2023", ""), {122}),
        (banner(SHORT, "Thu, 17 Nov 2022"), {122}),
        (f"220 {SHORT}.outlook.office365.com Microsoft ESMTP MAIL Service ready", {122 - 42, 122}),
    ],
)
def test_the_bracket_is_that_of_the_banners_day(text: str, forms: set[int]) -> None:
    found = of(text, "auth-refused", "authentication-unsuccessful")
    assert {reply.length for reply in found if reply.length != 39} == forms


def test_the_octets_of_a_bracket() -> None:
    assert BRACKET_OCTETS == {"dated": 47, "host": 5}


def test_what_varies_has_a_range() -> None:
    (queued,) = of(banner(LONG), "queued", None)
    assert (queued.length, queued.low, queued.high) == (None, 27 + 5 + 38, 27 + 250 + 41)
    assert fitting(banner(LONG), "queued", 146) == (queued,)
    busy = of(banner(LONG), "message-refused", "too-many-connections")
    assert [(reply.low, reply.high) for reply in busy] == [(110 + 11 + 38 + 3, 165), (61 + 11 + 38 + 3, 116)]
    assert fitting(banner(LONG), "message-refused", 1700)[0].code == "send-as-denied"


def test_what_is_only_said_before_tls_is_not_expected_inside() -> None:
    assert not [reply for reply in expected_replies(banner(LONG)) if reply.symbol == "tls-ready"]
    assert not of(banner(LONG), "mail-refused", "starttls-required")
    clear = [octets(row.text).low for row in tables().exchange if row.clear and not row.brackets]
    assert clear == [29]
    (wanted,) = [row for row in tables().exchange if row.code == "starttls-required"]
    assert octets(wanted.text, 38 + BRACKET_OCTETS["dated"]).low == 128


def test_refusals_of_auth_come_again_at_mail() -> None:
    found = expected_replies(banner(LONG))
    at_auth = {reply.code for reply in found if reply.symbol == "auth-refused" and reply.text[0] == "5"}
    at_mail = {reply.code: reply.grade for reply in found if reply.symbol == "mail-refused"}
    assert set(at_mail) == {"not-authenticated"} | at_auth - {"invalid-oauth"}
    assert at_mail["conditional-access"] == "V"
    assert at_mail["tenant-switch"] == "C"


# -- two causes of one length --------------------------------------------------------------------


def test_tenant_and_mailbox_are_told_apart_by_the_host() -> None:
    for text, code in ((banner(SHORT), "mailbox-switch"), (banner(LONG), "tenant-switch")):
        assert [reply.code for reply in fitting(text, "auth-refused", 241)] == [code]


@pytest.mark.parametrize("host", [38, 39, 40, 41, 45])
@pytest.mark.parametrize("form", ["dated", "host"])
def test_causes_differ_in_length_where_the_bracket_is_known(host: int, form: Bracket) -> None:
    found = [reply for reply in replies_of(host, (form,)) if reply.code and reply.length]
    for symbols in ({"auth-refused", "mechanism-refused"}, {"mail-refused"}):
        causes = {(reply.length, reply.code) for reply in found if reply.symbol in symbols}
        assert len({length for length, _ in causes}) == len(causes)


def test_there_is_no_collision_today() -> None:
    assert not collisions(banner(SHORT))
    assert not collisions(old_banner(LONG))


def test_in_the_weeks_of_the_change_both_causes_are_named() -> None:
    text = banner(SHORT, "Sat, 7 Jan 2023", "")
    assert collisions(text)["auth-refused", 199] == ("mailbox-switch", "organization-configuration")
    assert {reply.code for reply in fitting(text, "auth-refused", 199)} == {
        "mailbox-switch",
        "organization-configuration",
    }


def test_a_range_of_lengths_fits_all_within() -> None:
    found = [reply.code for reply in fitting(banner(SHORT), "auth-refused", 225, 240)]
    assert found == ["conditional-access", "tenant-switch"]


def test_a_text_of_no_known_length_counts_where_no_other_fits() -> None:
    assert [reply.code for reply in fitting(banner(SHORT), "auth-refused", 190)] == ["invalid-oauth"]
    assert [reply.code for reply in fitting(banner(SHORT), "auth-refused", 240)] == ["tenant-switch"]
    assert not fitting(banner(SHORT), "auth-refused", 124)
