"""Names of versions, alerts and cipher suites."""

from __future__ import annotations

import re
import ssl
from datetime import date

import dpkt.ssl_ciphersuites
import pytest

from sniffer.knowledge.tls import _names, alert_name, as_of, cipher_name, is_version, version_name


@pytest.mark.parametrize(
    ("number", "name"),
    [(0x0304, "1.3"), (0x0303, "1.2"), (0x0301, "1.0"), (0x0300, "SSL 3.0"), (0x0002, "SSL 2.0"), (0x7F1C, "0x7F1C")],
)
def test_versions(number: int, name: str) -> None:
    assert version_name(number) == name
    assert is_version(number) is not name.startswith("0x")


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (0x1302, "TLS_AES_256_GCM_SHA384"),
        (0xC030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
        (0x000A, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
        (0x00FF, "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"),
        (0xC070, "TLS_ECDHE_PSK_WITH_ARIA_128_CBC_SHA256"),
        (0xC0FE, "0xC0FE"),
        (0x0A0A, "0x0A0A"),
    ],
)
def test_ciphers(number: int, name: str) -> None:
    assert cipher_name(number) == name


@pytest.mark.parametrize(
    ("number", "name"), [(0, "close_notify"), (48, "unknown_ca"), (120, "no_application_protocol"), (254, "254")]
)
def test_alerts(number: int, name: str) -> None:
    assert alert_name(number) == name


def test_alerts_as_the_ssl_module_names_them() -> None:
    spelled = {"user_cancelled": "user_canceled"}
    for known in ssl.AlertDescription:
        name = known.name.removeprefix("ALERT_DESCRIPTION_").lower()
        assert alert_name(known) == spelled.get(name, name)


def test_ciphers_as_dpkt_names_them() -> None:
    ours = _names("ciphers", 16)
    theirs = {
        code: suite.name for code, suite in dpkt.ssl_ciphersuites.BY_CODE.items() if suite.name.startswith("TLS_")
    }
    differing = {code for code in theirs if ours.get(code) != theirs[code]}
    assert differing == {0x00FF, 0x5600, 0xC070, 0xC071, 0xC0AA, 0xC0AB}  # where it departs from the registry


def test_every_row_has_a_name_that_can_be_told() -> None:
    for name in _names("ciphers", 16).values():
        assert re.fullmatch(r"TLS_[A-Za-z0-9_]+", name)
    for name in _names("alerts", 10).values():
        assert re.fullmatch(r"[a-z_]+", name)


def test_the_tables_have_a_date() -> None:
    assert date.fromisoformat(as_of()) >= date(2026, 11, 23)
