"""Lengths of mail servers' replies, and the rows that they are counted from."""

from __future__ import annotations

import re

import msgspec
import pytest

from sniffer.knowledge.catalogue import catalogue
from sniffer.knowledge.reply_lengths import Symbol, expected_replies, greeting_profile, lengths, profiles
from sniffer.knowledge.reply_texts import Known, octets, tables
from tests.knowledge.banners import LONG, banner, old_banner

GREETINGS = [
    ("220 mail.example.org ESMTP Postfix (Debian/GNU)", "postfix"),
    ("220 exim.example.org ESMTP Exim 4.96 Mon, 23 Nov 2026 21:59:33 +0000", "exim"),
    ("220-mail.example.org ESMTP Exim 4.98.2 #2 Mon, 23 Nov 2026 21:59:33 +0000", "exim"),
    ("220 mail.example.org ESMTP Sendmail 8.15.2/8.15.2/Debian-22; Mon, 3 Feb 2025 20:58:16 GMT", "sendmail"),
    ("220 mail.example.org Dovecot ready.", "dovecot"),
    ("220 mail.example.org Dovecot (Debian) ready.", "dovecot"),
    ("220 mail.example.org ESMTP OpenSMTPD", "opensmtpd"),
    ("220 aio.example.net Python SMTP 1.4.6", "aiosmtpd"),
    ("220 smtp.gmail.com ESMTP 5b1f17b1804b1-48711 - gsmtp", "gmail"),
    ("220 mx.google.com ESMTP k20si1 - gsmtp", "gmail"),
    ("220 email-smtp.amazonaws.com ESMTP SimpleEmailService-d-VCSHDP1YZ A1b2C3d4E5f6G7h8I9j0", "amazon-ses"),
    ("220 SG ESMTP service ready at ismtpd0013p1las1.sendgrid.net", "sendgrid"),
    ("220 smtp.mail.yahoo.com ESMTP ready", "yahoo"),
    ("220 mx.zohomail.com SMTP Server ready March 21, 2018 6:50:04 PM PDT", "zoho"),
    ("220 gmx.net (mrgmx105) Nemesis ESMTP Service ready", "nemesis"),
    ("220 iva1-db9fc35c0844.qloud-c.yandex.net ESMTP (Want to use Yandex.Mail for your domain?)", "yandex"),
    ("220 newxmesmtplogicsvrsza9.qq.com XMail Esmtp QQ Mail Server.", "qq"),
    ("220 c1 Microsoft ESMTP MAIL Service, Version: 6.0.3790.3959 ready at  Fri, 25 Sep 2009 14:27:48 +0200",
     "microsoft-smtp-service"),
    ("220 EX01.corp.example.org Microsoft ESMTP MAIL Service ready at Mon, 23 Nov 2026 18:06:30 +0000",
     "exchange-server"),
    ("220 mail.example.org ESMTP Haraka/2.8.27 ready", "haraka"),
    ("220 h SMTP Server (JAMES SMTP Server 2.3.2) ready Wed, 13 Dec 2023 10:33:27 -0500 (EST)", "james"),
    ("220 example.com Kerio Connect 9.2.1 ESMTP ready", "kerio"),
    ("220 mail.example.org ESMTP MailEnable Service, Version: 10.43-- ready at 04/28/23 04:52:19", "mailenable"),
    ("220 example.org ESMTP MDaemon 7.1.2; Tue, 10 Aug 2004 16:59:55 +0800", "mdaemon"),
    ("220 mail.example.org ESMTP CommuniGate Pro 6.3.20 is glad to see you!", "communigate"),
    ("220 mail.example.org ESMTP Courier 1.0.16", "courier"),
    ("220 example.org ESMTP qpsmtpd 0.29 ready; send us your mail, but not your spam.", "qpsmtpd"),
    ("220 mail.example.org ESMTP Service Ready", "go-smtp"),
    ("220 mail.example.org Stalwart ESMTP at your service", "stalwart"),
    (banner(LONG), "exchange-online"),
    (old_banner(LONG), "exchange-online"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code"), GREETINGS)
def test_a_greeting_tells_whose_words_to_expect(text: str, code: str) -> None:
    profile = greeting_profile(text)
    assert profile
    assert profile.code == code


def test_every_greeting_is_tried() -> None:
    told = {row.code for row in tables().server if row.greeting} | {"exchange-online"}
    assert told == {code for _, code in GREETINGS}


COMMON = [
    "", "220 mail.example.org ESMTP", "220 ready", "220 mail.example.org ESMTP ready", "220 " + "*" * 92,
    "220 smtp-relay.brevo.com ESMTP Service Ready", "220 " + "x" * 600 + " ESMTP Postfix",
]  # fmt: skip


@pytest.mark.parametrize("text", COMMON, ids=range(len(COMMON)))
def test_other_greetings_tell_nothing(text: str) -> None:
    assert greeting_profile(text) is None


@pytest.mark.parametrize(
    ("greeting", "symbol", "length"),
    [
        ("220 h ESMTP Postfix", "accepted", 37),
        ("220 h ESMTP Postfix", "mail-accepted", 14),
        ("220 h ESMTP Postfix", "recipient-accepted", 14),
        ("220 h ESMTP Postfix", "data-go", 37),
        ("220 h ESMTP Exim 4.96", "accepted", 30),
        ("220 h ESMTP Exim 4.96", "mail-accepted", 8),
        ("220 h ESMTP Exim 4.96", "recipient-accepted", 14),
        ("220 h ESMTP Exim 4.96", "data-go", 56),
        ("220 h Python SMTP 1.4.6", "user-prompt", 22),
        ("220 h Python SMTP 1.4.6", "password-prompt", 18),
        ("220 h Stalwart SMTP", "auth-refused", 47),
        ("220 h ESMTP MailEnable Service, Version: 9.76--", "auth-refused", 34),
        ("220 h ESMTP Sendmail 8.15.2", "accepted", 28),
    ],
)
def test_the_lengths_of_a_server(greeting: str, symbol: Symbol, length: int) -> None:
    profile = greeting_profile(greeting)
    assert profile
    assert length in profile.lengths(symbol)
    assert profile.lengths(symbol)[length] == max(profile.lengths(symbol).values())


def test_a_server_of_which_a_text_is_not_known_has_no_length() -> None:
    profile = greeting_profile("220 h ESMTP CommuniGate Pro 6.3.20")
    assert profile
    assert not profile.lengths("accepted")


SYMBOLS: list[Symbol] = [
    "user-prompt", "password-prompt", "empty-prompt", "accepted", "auth-refused", "mechanism-refused", "mail-accepted",
    "mail-refused", "recipient-accepted", "recipient-refused", "data-go", "queued", "bye",
]  # fmt: skip


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_the_pooled_weights_are_a_distribution(symbol: Symbol) -> None:
    pooled = lengths(symbol)
    assert sum(pooled.values()) == pytest.approx(1)
    assert min(pooled.values()) > 0
    for profile in profiles():
        own = profile.lengths(symbol)
        assert not own or sum(own.values()) == pytest.approx(1)
        assert set(own) <= set(pooled)


def test_the_common_lengths_weigh_most() -> None:
    assert max(lengths("user-prompt").items(), key=lambda pair: pair[1])[0] == 18
    assert lengths("accepted")[37] > lengths("accepted")[30] > 0
    assert lengths("mail-accepted")[8] > lengths("mail-accepted")[21]


def test_nothing_can_be_changed() -> None:
    with pytest.raises(TypeError):
        lengths("accepted")[37] = 1.0  # type: ignore[index]
    with pytest.raises(AttributeError):
        expected_replies(banner(LONG))[0].low = 1  # type: ignore[misc]
    with pytest.raises(AttributeError):
        profiles()[0].name = "other"  # type: ignore[misc]


def test_a_cause_that_a_text_names_is_told() -> None:
    codes = {
        (profile.code, reply.code) for profile in profiles() for reply in profile.replies if reply.code is not None
    }
    assert ("postfix", "bad-credentials") in codes
    assert ("gmail", "google-bad-credentials") in codes
    assert ("exchange-server", "authentication-unsuccessful") in codes


# -- the rows ------------------------------------------------------------------------------------


ROWS: list[tuple[str, Known]] = [
    *((row.text, row) for row in tables().exchange),
    *((row.lines[0], row) for row in tables().auth),
    *((row.code, row) for row in tables().server),
]


@pytest.mark.parametrize("row", [row for _, row in ROWS], ids=[name for name, _ in ROWS])
def test_a_row_has_a_source_and_a_date(row: Known) -> None:
    assert row.source.strip()
    assert 2026 <= row.as_of.year < 2100


def test_no_row_stands_twice() -> None:
    replies = [(row.symbol, row.text, row.brackets) for row in tables().exchange]
    assert len(set(replies)) == len(replies)
    codes = [row.code for row in tables().server]
    assert len(set(codes)) == len(codes)
    for service in {None} | {service for row in tables().auth for service in row.services}:
        offers = [row.lines for row in tables().auth if service in row.services or (not service and not row.services)]
        assert len(set(offers)) == len(offers)


def test_a_cause_is_one_that_the_text_names() -> None:
    for row in tables().exchange:
        if row.code:
            assert catalogue().reply(row.code)
            cause = catalogue().refusal(row.text.replace("{", "").replace("}", ""))
            assert cause
            assert cause.code == row.code
        for code in row.seen:
            assert catalogue().reply(code)


def test_the_services_of_offers_have_rows() -> None:
    known = {row.code for row in catalogue().services}
    assert {service for row in tables().auth for service in row.services} <= known


def test_texts_are_replies() -> None:
    codes: dict[Symbol, str] = {
        "user-prompt": "334", "password-prompt": "334", "empty-prompt": "334", "accepted": "235",
        "mail-accepted": "250", "recipient-accepted": "250", "data-go": "354", "queued": "250", "bye": "221",
        "tls-ready": "220",
    }  # fmt: skip
    found = [(row.symbol, row.text) for row in tables().exchange]
    found += [(reply.symbol, reply.text) for profile in profiles() for reply in profile.replies]
    for symbol, text in found:
        assert re.match(codes.get(symbol, "[45]..") + "[ -]", text), text
        assert text.isascii()
        for line in text.split("\r\n")[:-1]:
            assert line[3] == "-"
        low, high = octets(text)
        assert 6 <= low <= high


def test_a_field_that_there_is_not_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="colour"):
        msgspec.convert({"exchange": [], "auth": [], "server": [], "colour": 1}, type=type(tables()))
