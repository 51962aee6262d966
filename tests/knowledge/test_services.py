"""The rows of mail services: complete, sourced, and telling."""

from __future__ import annotations

import pytest

from sniffer.knowledge.catalogue import catalogue
from sniffer.knowledge.mechanisms import family_of
from sniffer.knowledge.services import OTHER, PRIVATE, Service

KNOWN = catalogue()
ROWS = KNOWN.services


@pytest.mark.parametrize("row", ROWS, ids=[row.code for row in ROWS])
def test_a_row_has_a_way_to_tell(row: Service) -> None:
    assert row.hosts or row.greeting
    assert bool(row.networks) == bool(row.ports)
    assert not row.affected or row.submission
    assert row.within is None or KNOWN.service(row.within) in ROWS


def test_the_date_is_about_three_services() -> None:
    assert {row.code for row in ROWS if row.affected} == {
        "exchange-online", "exchange-online-legacy-tls", "exchange-online-21vianet",
    }  # fmt: skip


def test_what_greets_as_exchange_online_is_told_apart_by_name_only() -> None:
    assert {row.code for row in ROWS if row.within == "exchange-online"} == {
        "exchange-online-legacy-tls", "exchange-online-hve", "outlook-consumer",
    }  # fmt: skip


def test_no_ending_is_claimed_twice() -> None:
    endings = [ending.lstrip(".") for row in ROWS for ending in row.hosts]
    assert sorted(endings) == sorted(set(endings))


HOSTS = [
    ("smtp.office365.com", "exchange-online"),
    ("SMTP.Office365.com.", "exchange-online"),
    ("smtp.office365.us", "exchange-online"),
    ("am0pr02ca0001.outlook.office365.com", "exchange-online"),
    ("*.outlook.office365.com", "exchange-online"),
    ("smtp-legacy.office365.com", "exchange-online-legacy-tls"),
    ("smtp.partner.outlook.cn", "exchange-online-21vianet"),
    ("smtp-legacy.partner.outlook.cn", "exchange-online-21vianet"),
    ("NT0PR01CA0010.CHNPR01.prod.partner.outlook.cn", "exchange-online-21vianet"),
    ("example.mail.protection.partner.outlook.cn", "exchange-online-mx"),
    ("example-org.mail.protection.outlook.com", "exchange-online-mx"),
    ("example-org.n-v1.mx.microsoft", "exchange-online-mx"),
    ("smtp.hve.mx.microsoft", "exchange-online-hve"),
    ("smtp-hve.office365.com", "exchange-online-hve"),
    ("smtp-mail.outlook.com", "outlook-consumer"),
    ("smtp.live.com", "outlook-consumer"),
    ("outlook-com.olc.protection.outlook.com", "outlook-consumer-mx"),
    ("smtp.azurecomm.net", "azure-communication-services"),
    ("smtp.gmail.com", "gmail"),
    ("smtp-relay.gmail.com", "gmail-relay"),
    ("mx.google.com", "google-mx"),
    ("alt1.aspmx.l.google.com", "google-mx"),
    ("email-smtp.eu-west-1.amazonaws.com", "amazon-ses"),
    ("email-smtp-fips.us-gov-west-1.amazonaws.com", "amazon-ses"),
    ("smtp.sendgrid.net", "sendgrid"),
    ("smtp.eu.mailgun.org", "mailgun"),
    ("mail-eu.smtp2go.com", "smtp2go"),
    ("smtp-relay.sendinblue.com", "brevo"),
    ("smtp.1und1.de", "ionos"),
]


@pytest.mark.parametrize(("host", "code"), HOSTS)
def test_a_host_name_tells_the_service(host: str, code: str) -> None:
    row = KNOWN.by_name(host)
    assert row
    assert row.code == code


LOOK_ALIKE = [
    "smtp.office365.com.example.org", "notsmtp.gmail.com.example.org", "mail.example.org", "xsmtp.office365.com",
    "evil-outlook.office365.com", "ec2-192-0-2-1.compute-1.amazonaws.com", "email-smtp.a.b.amazonaws.com",
    "www.office365.com", "www.outlook.com", "*.example.org", "*.gmail.com", "com", "", ".", "..", "*",
    "a." * 200 + "smtp.gmail.com",
]  # fmt: skip


@pytest.mark.parametrize("host", LOOK_ALIKE)
def test_a_host_name_that_only_looks_alike_tells_nothing(host: str) -> None:
    assert KNOWN.by_name(host) is None


GREETINGS = [
    ("220 AM0PR02CA0001.outlook.office365.com Microsoft ESMTP MAIL Service ready at Thu, 17 Nov 2022 13:42:50 +0000",
     "exchange-online"),
    ("AM0PR02CA0001.outlook.office365.com Hello [203.0.113.9]", "exchange-online"),
    ("250-AM0PR02CA0001.outlook.office365.com Hello [2001:db8::1]", "exchange-online"),
    ("220 NT0PR01CA0010.CHNPR01.prod.partner.outlook.cn Microsoft ESMTP MAIL Service", "exchange-online-21vianet"),
    ("220 DB1PEPF000509E3.mail.protection.outlook.com Microsoft ESMTP MAIL Service ready", "exchange-online-mx"),
    ("220 smtp.gmail.com ESMTP 5b1f17b1804b1-48711 - gsmtp", "gmail"),
    ("220 smtp-relay.gmail.com ESMTP h13sm106940wrr.3 - gsmtp", "gmail-relay"),
    ("220 mx.google.com ESMTP k20si1 - gsmtp", "google-mx"),
    ("220 smtp.mail.yahoo.com ESMTP ready", "yahoo"),
    ("220 email-smtp.amazonaws.com ESMTP SimpleEmailService-d-VCSHDP1YZ A1b2C3d4E5f6G7h8I9j0", "amazon-ses"),
    ("220 SG ESMTP service ready at ismtpd0013p1las1.sendgrid.net", "sendgrid"),
    ("220 gmx.net (mrgmx105) Nemesis ESMTP Service ready", "gmx"),
    ("220 kundenserver.de (mreue106) Nemesis ESMTP Service ready", "ionos"),
    ("220 in.mailjet.com ESMTP Mailjet", "mailjet"),
    ("220 mail.smtp2go.com ESMTP Exim 4.97.1-S2G Fri, 13 Dec 2024 20:59:01 +0000", "smtp2go"),
    ("220 smtp-relay.brevo.com ESMTP Service Ready", "brevo"),
    ("220 smtp.mandrillapp.com ESMTP", "mailchimp-transactional"),
    ("220 smtp.fastmail.com ESMTP ready", "fastmail"),
    ("220 mx.zohomail.com SMTP Server ready March 21, 2018 6:50:04 PM PDT", "zoho"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code"), GREETINGS)
def test_a_greeting_tells_the_service(text: str, code: str) -> None:
    row = KNOWN.by_greeting(text)
    assert row
    assert row.code == code


MUTE = [
    "220 mail.example.org ESMTP Postfix", "220 gmx.net (mxgmx105) Nemesis ESMTP Service ready", "220", "", "220 ESMTP",
    "220 smtp.gmail.com.example.org ESMTP", "220 smtp.gmail.com-1 ESMTP", "220 relay smtp.gmail.com",
]  # fmt: skip


@pytest.mark.parametrize("text", MUTE)
def test_other_greetings_tell_nothing(text: str) -> None:
    assert KNOWN.by_greeting(text) is None


CERTIFICATES = [
    (("*.hotmail.com", "*.office365.com", "*.outlook.com", "*.outlook.office365.com"), "exchange-online"),
    (("*.OUTLOOK.office365.com",), "exchange-online"),
    (("mail.protection.outlook.com", "*.mail.eo.outlook.com", "*.mail.protection.outlook.com"), "exchange-online-mx"),
    (("*.partner.outlook.cn",), "exchange-online-21vianet"),
    (("smtp.gmail.com",), "gmail"),
    (("*.smtp.sendgrid.net", "smtp.sendgrid.net"), "sendgrid"),
    (("smtp.gmail.com", "smtp.mail.yahoo.com"), None),
    (("mail.example.org", "*.example.org"), None),
    ((), None),
]  # fmt: skip


@pytest.mark.parametrize(("names", "code"), CERTIFICATES)
def test_a_certificate_tells_the_service_if_it_is_for_one(names: tuple[str, ...], code: str | None) -> None:
    row = KNOWN.by_certificate(names)
    assert (row.code if row else None) == code


ADDRESSES = [
    ("52.97.1.2", 587, "exchange-online"),
    ("52.97.1.2", 25, None),
    ("52.101.1.2", 25, "exchange-online-mx"),
    ("2603:1026:c0b::1", 587, "exchange-online"),
    ("192.0.2.1", 587, None),
    ("2001:db8::1", 25, None),
]


@pytest.mark.parametrize(("ip", "port", "code"), ADDRESSES)
def test_an_address_counts_on_a_port_where_the_range_means_it(ip: str, port: int, code: str | None) -> None:
    row = KNOWN.by_address(ip, port)
    assert (row.code if row else None) == code


def test_what_has_no_row_gets_a_plain_one() -> None:
    assert (KNOWN.service(PRIVATE).name, KNOWN.service(OTHER).name) == ("own server", "other server")
    assert KNOWN.service("unheard-of").name == "unheard-of"
    assert not KNOWN.service("unheard-of").affected


@pytest.mark.parametrize(("mechanism", "family"), [("LOGIN", "basic"), ("XOAUTH2", "oauth"), ("XYMCOOKIE", "challenge"),
                                                   ("EXTERNAL", "external"), (None, "unknown")])  # fmt: skip
def test_a_mechanism_has_a_family(mechanism: str | None, family: str) -> None:
    assert family_of(mechanism) == family
