"""Findings beside the verdict, each seen where it is due and only there."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from sniffer.inference.remarks import covers
from sniffer.model.facts import SessionFact
from tests.inference.facts import HANDSHAKE, attempt, certificate, fact, in_tls, judge

OTHER: dict[str, Any] = {"server": "203.0.113.80", "banner": "220 mail.example.net ESMTP"}


def codes(session: SessionFact) -> set[str]:
    return {each.code for each in judge([session]).session.findings}


def handshake(**told: Any) -> SessionFact:
    return in_tls(**OTHER, tls=replace(HANDSHAKE, **told))


DUE: list[tuple[SessionFact, set[str]]] = [
    (handshake(), set()),
    (handshake(version="1.0"), {"tls-old"}),
    (handshake(version="1.1"), {"tls-old"}),
    (handshake(version="SSL 3.0"), {"tls-old"}),
    (handshake(version="1.3"), set()),
    (fact(attempt("LOGIN"), **OTHER), {"starttls-not-used", "credentials-in-clear"}),
    (fact(attempt("XOAUTH2"), starttls="not-offered", **OTHER), {"credentials-in-clear"}),
    (fact(attempt("CRAM-MD5"), starttls="not-offered", **OTHER), set()),
    (fact(attempt("PLAIN", "failure", "504 no", user=None), starttls="not-offered", **OTHER), set()),
    (fact(replace(attempt("LOGIN", "failure"), credential_sent=False), starttls="refused", **OTHER), set()),
    (fact(mail=True, **OTHER), {"starttls-not-used"}),
    (fact(mail=False, **OTHER), set()),
    (fact(mail=True, starttls="refused", **OTHER), set()),
    (handshake(certificate=certificate("mail.example.net")), set()),
    (handshake(certificate=certificate("mail.example.net", last=-1)), {"certificate-expired"}),
    (handshake(certificate=certificate("mail.example.net", first=1)), {"certificate-expired"}),
    (handshake(sni="mail.example.net", certificate=certificate("mail.example.net")), set()),
    (handshake(sni="mail.example.net", certificate=certificate("*.example.net")), set()),
    (handshake(sni="mail.example.net", certificate=certificate("firewall.example.org")), {"certificate-foreign"}),
    (handshake(sni="203.0.113.80", certificate=certificate("mail.example.net")), set()),
    (in_tls(tls=replace(HANDSHAKE, certificate=certificate("firewall.example.org"))), {"certificate-foreign"}),
    (in_tls(tls=replace(HANDSHAKE, certificate=certificate("outlook.com", "*.office365.com"))), set()),
    (in_tls(extensions=("SIZE", "XCLIENT", "STARTTLS", "XFORWARD"), **OTHER), {"vendor-extensions"}),
    (in_tls(extensions=("SIZE", "STARTTLS"), **OTHER), set()),
]


@pytest.mark.parametrize(("session", "due"), DUE)
def test_what_is_remarked(session: SessionFact, due: set[str]) -> None:
    assert codes(session) == due


def test_starttls_for_some_and_not_for_others() -> None:
    offered = fact(client="10.0.3.17", extensions=("SIZE", "STARTTLS"), mail=False, **OTHER)
    withheld = fact(client="10.0.3.18", mac=None, starttls="not-offered", extensions=("SIZE",), mail=False, **OTHER)
    unheard = fact(client="10.0.3.19", mac=None, starttls="unseen", mail=False, **OTHER)
    found = {
        each.fact.client_ip: {one.code for one in each.findings}
        for each in judge([offered, withheld, unheard]).sessions
    }
    assert found == {"10.0.3.17": set(), "10.0.3.18": {"starttls-uneven"}, "10.0.3.19": set()}


def test_one_client_alone_shows_nothing_uneven() -> None:
    withheld = fact(starttls="not-offered", extensions=("SIZE",), mail=False, **OTHER)
    assert codes(withheld) == set()


COVERED = [
    ("mail.example.net", "MAIL.example.net.", True),
    ("*.example.net", "mail.example.net", True),
    ("*.example.net", "a.mail.example.net", False),
    ("*.example.net", "example.net", False),
    ("*", "localhost", False),
    ("mail.example.net", "mail.example.org", False),
]


@pytest.mark.parametrize(("pattern", "host", "same"), COVERED)
def test_names_of_certificates(pattern: str, host: str, same: bool) -> None:
    assert covers(pattern, host) is same


def test_findings_of_all_sessions_stand_with_the_device() -> None:
    old = in_tls(0, **OTHER, tls=replace(HANDSHAKE, version="1.0"))
    new = in_tls(1, **OTHER, tls=replace(HANDSHAKE, version="1.3"))
    device = judge([old, new]).device
    assert [each.code for each in device.findings] == ["tls-old"]
    assert device.services[0].tls_versions == ("1.0", "1.3")
