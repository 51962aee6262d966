"""The rows of mail services: complete, sourced, and telling."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from typing import Any

import pytest

from sniffer.knowledge.mechanisms import family_of
from sniffer.knowledge.services import OTHER, PRIVATE, as_of, service, services

ROWS: list[dict[str, Any]] = tomllib.loads((resources.files("sniffer.knowledge") / "services.toml").read_text("utf-8"))[
    "service"
]


@pytest.mark.parametrize("row", ROWS, ids=[row["code"] for row in ROWS])
def test_a_row_has_a_source_a_date_and_a_way_to_tell(row: dict[str, Any]) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row["code"])
    assert len(row["source"]) > 10
    assert row["as_of"].year >= 2026
    assert row.get("hosts") or row.get("greeting")
    assert bool(row.get("networks")) <= bool(row.get("ports"))
    assert not row.get("affected") or row.get("submission")


def test_codes_are_there_once() -> None:
    codes = [row["code"] for row in ROWS]
    assert len(codes) == len(set(codes)) == len(services())


def test_the_newest_date_is_that_of_the_knowledge() -> None:
    assert as_of() == max(str(row["as_of"]) for row in ROWS)


HOSTS = [
    ("smtp.office365.com", "exchange-online"),
    ("SMTP.Office365.com.", "exchange-online"),
    ("am0pr02ca0001.outlook.office365.com", "exchange-online"),
    ("example-org.mail.protection.outlook.com", "exchange-online-mx"),
    ("smtp.partner.outlook.cn", "exchange-online-21vianet"),
    ("smtp.gmail.com", "gmail"),
    ("smtp.sendgrid.net", "sendgrid"),
    ("email-smtp.eu-west-1.amazonaws.com", "amazon-ses"),
]


@pytest.mark.parametrize(("host", "code"), HOSTS)
def test_a_host_name_tells_the_service(host: str, code: str) -> None:
    assert next(row.code for row in services() if row.has_host(host)) == code


@pytest.mark.parametrize("host", ["smtp.office365.com.example.org", "notsmtp.gmail.com.example.org", "mail.example.org",
                                  "xsmtp.office365.com", "evil-outlook.office365.com"])  # fmt: skip
def test_a_host_name_that_only_looks_alike_tells_nothing(host: str) -> None:
    assert [row.code for row in services() if row.has_host(host)] == []


def test_what_has_no_row_gets_a_plain_one() -> None:
    assert (service(PRIVATE).name, service(OTHER).name) == ("own server", "other server")
    assert not service("unheard-of").affected


@pytest.mark.parametrize(("mechanism", "family"), [("LOGIN", "basic"), ("XOAUTH2", "oauth"), ("XYMCOOKIE", "challenge"),
                                                   ("EXTERNAL", "external"), (None, "unknown")])  # fmt: skip
def test_a_mechanism_has_a_family(mechanism: str | None, family: str) -> None:
    assert family_of(mechanism) == family
