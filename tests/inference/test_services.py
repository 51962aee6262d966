"""Which service a server is: what gives it away, in the order of trust."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from sniffer.model.findings import SessionFinding
from tests.inference.facts import EXCHANGE, EXCHANGE_BANNER, HANDSHAKE, asked, certificate, fact, in_tls, judge

HOST = "AM0PR02CA0001.outlook.office365.com"
GREETED = f"{HOST} Hello [203.0.113.9]"
SOMEWHERE = "203.0.113.80"
MASKED = "220 ****************************"


def seen(names: tuple[str, ...] = (), **told: Any) -> SessionFinding:
    """Judge one session inside TLS: ``sni`` and ``certified`` go into its handshake, ``names`` were asked for."""
    certified, sni = told.pop("certified", None), told.pop("sni", None)
    tls = replace(HANDSHAKE, sni=sni, certificate=certificate(*certified) if certified else None)
    server = told.setdefault("server", EXCHANGE)
    return judge([in_tls(tls=tls, **told)], names=[asked(each, server) for each in names]).session


def told(finding: SessionFinding) -> tuple[str, str | None, str | None]:
    return finding.service, finding.name, finding.name_basis


def codes(finding: SessionFinding) -> list[str]:
    return [each.code for each in finding.findings]


NOBODY = {"banner": None, "server": SOMEWHERE}
TRUST: list[tuple[dict[str, Any], tuple[str, str | None, str | None]]] = [
    # what gives a server away → service, name, basis; of several the one further up holds
    ({"banner": EXCHANGE_BANNER}, ("exchange-online", HOST, "banner")),
    ({"banner": MASKED, "greeted": GREETED}, ("exchange-online", HOST, "banner")),
    ({"banner": None, "greeted": GREETED}, ("exchange-online", HOST, "banner")),
    ({**NOBODY, "sni": "smtp.gmail.com"}, ("gmail", "smtp.gmail.com", "sni")),
    ({**NOBODY, "names": ("smtp.gmail.com",)}, ("gmail", "smtp.gmail.com", "dns")),
    ({**NOBODY, "certified": ("smtp.gmail.com",)}, ("gmail", "smtp.gmail.com", "certificate")),
    ({"banner": None}, ("exchange-online", None, "range")),
    (
        {"banner": "220 smtp.gmail.com ESMTP x - gsmtp", "sni": "smtp.office365.com"},
        ("gmail", "smtp.gmail.com", "banner"),
    ),
    ({**NOBODY, "sni": "smtp.gmail.com", "names": ("smtp.office365.com",)}, ("gmail", "smtp.gmail.com", "sni")),
    (
        {**NOBODY, "names": ("smtp.gmail.com",), "certified": ("smtp.office365.com",)},
        ("gmail", "smtp.gmail.com", "dns"),
    ),
    ({"banner": None, "certified": ("smtp.gmail.com",)}, ("gmail", "smtp.gmail.com", "certificate")),
    ({"banner": MASKED, "sni": "SMTP.Office365.com."}, ("exchange-online", "smtp.office365.com", "sni")),
    ({**NOBODY}, ("other", None, None)),
    ({**NOBODY, "sni": "203.0.113.80"}, ("other", None, None)),
    ({**NOBODY, "sni": "mail.example.net", "names": ("mx.example.net",)}, ("other", "mail.example.net", "sni")),
    ({**NOBODY, "banner": "220 mail.example.net ESMTP"}, ("other", "mail.example.net", "banner")),
]


@pytest.mark.parametrize(("clues", "service"), TRUST)
def test_the_first_clue_in_the_order_of_trust_holds(
    clues: dict[str, Any], service: tuple[str, str | None, str | None]
) -> None:
    assert told(seen(**clues)) == service


SHARED_GREETING = [
    ("smtp-mail.outlook.com", "outlook-consumer"),
    ("smtp-legacy.office365.com", "exchange-online-legacy-tls"),
    ("smtp-hve.office365.com", "exchange-online-hve"),
    ("smtp.office365.com", "exchange-online"),
]


@pytest.mark.parametrize(("name", "service"), SHARED_GREETING)
def test_a_name_tells_services_apart_that_greet_alike(name: str, service: str) -> None:
    assert seen(sni=name).service == service
    assert seen(names=(name,)).service == service


def test_a_server_on_our_side_is_private_whatever_it_claims() -> None:
    finding = seen(server="10.0.3.25", sni="smtp.office365.com")
    assert told(finding) == ("private", HOST, "banner")
    assert "claims-service" in codes(finding)
    assert "greets as Exchange Online" in finding.findings[0].text


@pytest.mark.parametrize(
    "clue", [{"sni": "smtp.office365.com"}, {"names": ("smtp.office365.com",)}, {"certified": ("smtp.office365.com",)}]
)
def test_so_it_is_when_only_others_say_it(clue: dict[str, Any]) -> None:
    finding = seen(banner="220 relay.example.org ESMTP", server="192.168.1.25", **clue)
    assert finding.service == "private"
    assert "claims-service" in codes(finding)


def test_our_own_relay_claims_nothing() -> None:
    assert codes(seen(banner="220 relay.example.org ESMTP", server="192.168.1.25")) == []


def test_a_named_network_of_ours_is_private_too() -> None:
    finding = judge([in_tls(server=SOMEWHERE)], ["203.0.113.0/24"]).session
    assert finding.service == "private"


def test_who_greets_in_words_of_its_own_is_not_exchange_whatever_it_was_asked_for() -> None:
    finding = seen(banner="220 proxy.example.net ESMTP", sni="smtp.office365.com")
    assert told(finding) == ("other", "proxy.example.net", "banner")
    assert "greets-otherwise" in codes(finding)


def test_a_greeting_from_outside_the_known_ranges_is_told() -> None:
    assert "outside-known-ranges" in codes(seen(server=SOMEWHERE))
    assert "outside-known-ranges" not in codes(seen(server=EXCHANGE))


def test_a_range_counts_on_a_submission_port_only() -> None:
    assert seen(banner=None, port=2525).service == "other"


HELLOS = [
    (GREETED, "203.0.113.9"),
    (f"{HOST} Hello [2001:db8:0:0::9]", "2001:db8::9"),
    (f"{HOST} Hello [10.0.0.9]", None),
    (f"{HOST} Hello [203.0.113.999]", None),
    (f"{HOST} Hello", None),
    (None, None),
]


@pytest.mark.parametrize(("greeted", "address"), HELLOS)
def test_the_public_address_is_what_exchange_greets(greeted: str | None, address: str | None) -> None:
    assert seen(greeted=greeted).public_ip == address


def test_other_servers_greet_whom_they_like() -> None:
    finding = seen(
        banner="220 mail.example.net ESMTP", server=SOMEWHERE, greeted="mail.example.net Hello [203.0.113.9]"
    )
    assert finding.public_ip is None


def test_what_the_client_asked_for_itself_goes_before_what_others_asked_for() -> None:
    session = in_tls(day=1, banner=None, server=SOMEWHERE)
    others = asked("smtp.mail.yahoo.com", SOMEWHERE, client="10.0.3.99", day=0.9)
    assert judge([session], names=[others]).session.service == "yahoo"
    own = asked("smtp.gmail.com", SOMEWHERE, day=0.1)
    assert judge([session], names=[others, own]).session.service == "gmail"


def test_of_its_own_questions_the_nearest_before_the_session_counts_and_a_late_one_is_better_than_none() -> None:
    session = in_tls(day=1, banner=None, server=SOMEWHERE)
    late = asked("smtp.gmail.com", SOMEWHERE, day=1.1)
    assert judge([session], names=[late]).session.name == "smtp.gmail.com"
    early = asked("a.example.net", SOMEWHERE, day=0.2)
    near = asked("b.example.net", SOMEWHERE, day=0.8)
    assert judge([session], names=[early, near]).session.name == "b.example.net"
    assert judge([session], names=[early, near, late]).session.service == "gmail", "the name that tells a service"


def test_a_session_in_clear_is_told_apart_the_same_way() -> None:
    assert judge([fact()]).session.service == "exchange-online"


def test_what_others_asked_for_tells_nothing_of_services_that_greet_alike() -> None:
    stranger = asked("smtp-mail.outlook.com", client="10.0.3.99", day=-0.01)
    assert judge([fact()], names=[stranger]).session.service == "exchange-online"


def test_nor_what_the_client_asked_for_beside_the_name_it_gives() -> None:
    both = [asked("smtp-mail.outlook.com", day=-0.02), asked("smtp.office365.com", day=-0.01)]
    assert judge([fact()], names=both).session.service == "exchange-online"
    session = in_tls(tls=replace(HANDSHAKE, sni="smtp.office365.com"))
    assert judge([session], names=both[:1]).session.service == "exchange-online"


def test_only_what_the_client_says_itself_is_called_its_question() -> None:
    named = seen(("smtp.office365.com",), banner="220 mail.example.net ESMTP", server=SOMEWHERE)
    assert (named.service, codes(named)) == ("other", [])
