"""What the lengths of two EHLO replies say of the mechanisms inside TLS."""

from __future__ import annotations

import pytest

from sniffer.knowledge.reply_lengths import auth_octets, offered_inside
from tests.knowledge.banners import LONG, SHORT

EXCHANGES = [
    "exchange-online", "exchange-online-legacy-tls", "exchange-online-21vianet", "exchange-online-hve",
    "outlook-consumer",
]  # fmt: skip
CAPABILITIES = [
    "SIZE 157286400",
    "PIPELINING",
    "DSN",
    "ENHANCEDSTATUSCODES",
    "{}",
    "8BITMIME",
    "BINARYMIME",
    "CHUNKING",
]


def ehlo(line: str | None, leaf: str = LONG, ip: str = "203.0.113.123") -> int:
    lines = [f"{leaf}.outlook.office365.com Hello [{ip}]", *CAPABILITIES, "SMTPUTF8"]
    return sum(4 + len(each.format(line)) + 2 for each in lines if line or each != "{}")


def test_the_ehlo_reply_is_as_long_as_the_facts_say() -> None:
    for leaf, ip in ((LONG, "203.0.113.123"), (SHORT, "198.51.100.7"), (LONG, "2001:db8:" + "a" * 30)):
        assert ehlo("STARTTLS", leaf, ip) == 179 + len(leaf) + len(ip)
        assert ehlo("AUTH LOGIN XOAUTH2", leaf, ip) == 189 + len(leaf) + len(ip)


@pytest.mark.parametrize("service", EXCHANGES)
@pytest.mark.parametrize(
    ("line", "difference", "offered"),
    [
        ("AUTH LOGIN XOAUTH2", 10, ("LOGIN", "XOAUTH2")),
        ("AUTH LOGIN", 2, ("LOGIN",)),
        ("AUTH XOAUTH2", 4, ("XOAUTH2",)),
        (None, -14, ()),
        ("AUTH LOGIN PLAIN XOAUTH2", 16, None),
        ("AUTH PLAIN LOGIN", 8, None),
        ("A", -7, None),
    ],
)
def test_what_exchange_online_offers(
    service: str, line: str | None, difference: int, offered: tuple[str, ...] | None
) -> None:
    clear, inside = ehlo("STARTTLS"), ehlo(line)
    assert inside - clear == difference
    assert auth_octets(clear, inside) == difference + 14
    assert offered_inside(clear, inside, (), service) == offered


@pytest.mark.parametrize(
    ("lines", "service", "offered"),
    [
        (
            ["AUTH LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH"], "gmail",
            ("LOGIN", "PLAIN", "XOAUTH2", "PLAIN-CLIENTTOKEN", "OAUTHBEARER", "XOAUTH"),
        ),
        (["AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER"], "yahoo", ("PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER")),
        (["AUTH PLAIN LOGIN", "AUTH=PLAIN LOGIN"], "sendgrid", ("PLAIN", "LOGIN")),
        (["AUTH PLAIN LOGIN", "AUTH=PLAIN LOGIN"], "other", ("PLAIN", "LOGIN")),
        (["AUTH LOGIN PLAIN"], None, ("PLAIN", "LOGIN")),
        (["AUTH LOGIN XOAUTH2"], None, None),
        (["AUTH LOGIN XOAUTH2"], "private", None),
        (["AUTH SOMETHING ELSE"], "private", None),
        (["AUTH PLAIN LOGIN"], "gmail", None),
    ],
)  # fmt: skip
def test_what_others_offer(lines: list[str], service: str | None, offered: tuple[str, ...] | None) -> None:
    inside = 200 - 14 + sum(len(f"250-{line}\r\n") for line in lines)
    assert offered_inside(200, inside, (), service) == offered


def test_what_was_offered_in_clear_stays_or_is_unknown() -> None:
    assert offered_inside(200, 186, ("LOGIN", "PLAIN"), "other") == ("LOGIN", "PLAIN")
    assert offered_inside(200, 210, ("LOGIN", "PLAIN"), "exchange-online") is None
    assert offered_inside(200, 185, (), "exchange-online") is None
