"""What a banner tells of Exchange Online's front end."""

from __future__ import annotations

import pytest

from sniffer.knowledge.reply_lengths import collisions, expected_replies, fitting, host_length
from tests.knowledge.banners import LONG, SHORT, banner

HOSTS = [
    "BMXPR01CA0083.INDPRD01.PROD.OUTLOOK.COM",
    "YTXPR0101CA0050.CANPRD01.PROD.OUTLOOK.COM",
    "TY1PR01CA0183.jpnprd01.prod.outlook.com",
    "US22278CA0034.US7P278.PROD.OUTLOOK.COM",
    "AS4P251CA0014.EURP251.PROD.OUTLOOK.COM",
    "FR3P281CA0016.DEUP281.PROD.OUTLOOK.COM",
]  # fmt: skip
"""Hosts as brackets have them."""


@pytest.mark.parametrize("host", HOSTS)
def test_the_banner_tells_how_long_the_host_is(host: str) -> None:
    assert host_length(banner(host.partition(".")[0])) == len(host)


@pytest.mark.parametrize(
    ("leaf", "length"),
    [
        ("PN4P287CA0064", 38), ("LO2P265CA0443", 38), ("SY5P282CA0097", 38), ("LO4P302CA0005", 38),
        ("BY3PR04CA0028", 39), ("MN2PR01CA0065", 39), ("AM3PR05CA0094", 39), ("am0pr02ca0001", 39),
        ("DB6P18901CA0015", 40),
        ("YQXPR0101CA0058", 41), ("VI1PR0302CA0014", 41), ("SN4PR0601CA0002", 41),
    ],
)  # fmt: skip
def test_hosts_have_38_to_41_characters(leaf: str, length: int) -> None:
    assert host_length(banner(leaf)) == length
    assert host_length(f"250-{leaf}.outlook.office365.com Hello [192.0.2.1]") == length


def test_the_host_in_china() -> None:
    text = "220 NT0PR01CA0010.CHNPR01.prod.partner.outlook.cn Microsoft ESMTP MAIL Service ready"
    assert host_length(text) == len("NT0PR01CA0010.CHNPR01.prod.partner.outlook.cn") == 45
    assert [reply.length for reply in fitting(text, "auth-refused", 129)] == [129]
    assert host_length("220 BJXPR01CA015.partner.outlook.cn Microsoft ESMTP MAIL Service") == 12 + 32


BAD = [
    "", "220", "220 ", "220 smtp.gmail.com ESMTP", "220 " + "*" * 92, banner("DU2PEPF00028D05"),
    "220 DU2PEPF00028D05.mail.protection.outlook.com Microsoft ESMTP MAIL Service ready",
    "220 EX01.corp.example.org Microsoft ESMTP MAIL Service ready at Mon, 23 Nov 2026 18:06:30 +0000",
    "220 FR3P281CA0016.outlook.office365.us Microsoft ESMTP MAIL Service ready",
    "220 FR3P281CA0016.outlook.office365.com.example.org Microsoft ESMTP MAIL Service ready",
    "220 FR3P281CA0016.outlook.office365.com ESMTP Postfix", "220 .outlook.office365.com Microsoft ESMTP MAIL Service",
    "x" + banner(SHORT), "220 " + "A" * 100_000 + "CA0016.outlook.office365.com Microsoft ESMTP MAIL Service",
    "554 FR3P281CA0016.outlook.office365.com Microsoft ESMTP MAIL Service",
]  # fmt: skip


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
def test_other_banners_tell_no_host(text: str) -> None:
    assert host_length(text) is None
    assert expected_replies(text) == ()
    assert not collisions(text)
    assert not fitting(text, "accepted", 37)


@pytest.mark.parametrize("day", ["Xyz, 99 Abc 0000", "Sat, 31 Feb 2025", "Sat, 0 Apr 9999"])
def test_a_banner_with_an_impossible_day_may_be_of_any(day: str) -> None:
    disabled = [reply for reply in expected_replies(banner(SHORT, day, "")) if reply.code == "basic-disabled"]
    assert [reply.length for reply in disabled if reply.symbol == "auth-refused"] == [159, 117]


def test_banners_are_as_long_as_the_facts_say() -> None:
    two_digits, one_digit = "Thu, 17 Nov 2022", "Wed, 9 Nov 2022"
    for leaf in (LONG, "YQXPR0101CA0058"):
        assert len(banner(leaf, two_digits, "")) + 2 == 98 + len(leaf)
        assert len(banner(leaf, one_digit, "")) + 2 == 97 + len(leaf)
        assert len(banner(leaf)) + 2 == 117 + len(leaf)
