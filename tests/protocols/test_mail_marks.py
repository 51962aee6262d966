"""Makers' marks in whole mails: what is kept, and what never is."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from sniffer.knowledge.catalogue import catalogue
from sniffer.protocols import SmtpSession
from sniffer.protocols.mail_traits import mailer, shape
from tests.protocols.dialogue import feed
from tests.protocols.labelled import OPENING
from tests.protocols.mails import heard, kept, makers, sent, traits, witness

HIKVISION = """Subject: Hall: on Camera1: Intrusion Detection
X-Mailer: HIKMailer
X-Priority: 2
MIME-Version: 1.0
Content-type: multipart/alternative; boundary="#BOUNDARY#"

--#BOUNDARY#
Content-Type: text/plain; charset=gb2312
Content-Transfer-Encoding: 8bit

This is an automatically generated e-mail from your IPC.

EVENT TYPE: Intrusion Detection
IPC NAME: Hall
IPC S/N: DS-2CD2032-I20150107CCCH497875383
IPC IP: 192.168.2.111

--#BOUNDARY#--
"""
DAHUA = """Subject: Alarm

Alarm Event: Motion Detection
Alarm Input Channel No.: 2
Alarm Input Channel Name: IPC
Alarm Start Time (D/M/Y H:M:S): 12/11/2025 16:03:57
Alarm Device Name: NVR-6C39
Alarm Name:
IP Address: 192.168.1.200
Alarm Details:
"""
CANON = """Date: Wed, 19 Feb 2025 12:13:19 +0100
From: scanner@example.org
To: office@example.org
Subject: Attached Image
X-Mailer: Canon MFP
X-Priority: 3
Message-ID: <20250219121319.0001.CanonTxNo.0485@example.org.>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="----_CANON_2502191213190485_"

------_CANON_2502191213190485_
Content-Type: application/pdf; name="0485_250219121319_001.pdf"
"""
RICOH = """Subject: Message from "RNP002673A1B2C3"
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="DC_BOUND_PRE"

--DC_BOUND_PRE
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

{text}
--DC_BOUND_PRE
"""
RICOH_TEXT = 'This E-mail was sent from "RNP002673A1B2C3" (MP C3003).\r\nQueries to: admin@example.org\r\n'
D_LINK = """Subject: test

Device Model:  WDC WD20EFZX-68AWUN0
Serial Number:  RESTRICTED
Sincerely,
Your dlink-02C972
"""
KONICA = """Subject: =?utf-8?B?TWVzc2FnZSBmcm9tIEtNQlRfQzM2NA==?=
Content-Type: multipart/mixed; boundary=xx

--xx
Content-Type: text/plain

--xx
Content-Type: application/pdf; name="SKMBT_C36414021715140.pdf"
"""
SHARP = "Subject: Scanned image from\r\n MX-C301W\r\n\r\nReply to: nobody\r\n"
XEROX = """Subject: Scanned from a Xerox Multifunction Printer
Content-Type: application/pdf; name="Scanned from a Xerox Multifunction Printer[001].pdf"

x
"""


def test_hikvision() -> None:
    found = witness(sent(HIKVISION), everywhere=False)
    assert makers(found) == {"Hikvision"}
    assert kept(found) == [
        ("hikvision-camera", "model", "DS-2CD2032"),
        ("hikvision-camera", "serial", "DS-2CD2032-I20150107CCCH497875383"),
        ("hikvision-address", "comment", "192.168.2.111"),
    ]
    assert traits(found, "boundary", "mailer") == ["boundary:hikvision", "mailer:HIKMailer"]


def test_an_address_alone_is_nobodys() -> None:
    assert heard(sent("Subject: x\r\n\r\nIPC IP: 192.168.2.111\r\nIP Address: 192.168.2.112\r\n")).marks == ()  # type: ignore[union-attr]


def test_dahua() -> None:
    found = witness(sent(DAHUA), everywhere=False)
    assert makers(found) == {"Dahua"}
    assert kept(found) == [("dahua-name", "name", "NVR-6C39"), ("dahua-address", "comment", "192.168.1.200")]


def test_canon() -> None:
    found = witness(sent(CANON), everywhere=False)
    assert makers(found) == {"Canon"}
    assert {mark.rule for mark in found.marks} == {"canon-mailer", "canon-message-id", "canon-boundary"}
    assert kept(found) == []
    assert traits(found, "message-id", "boundary", "zone") == ["boundary:canon", "message-id:canon", "zone:number"]


def test_ricoh_in_base64() -> None:
    found = witness(sent(RICOH.format(text=b64encode(RICOH_TEXT.encode()).decode())), everywhere=False)
    assert makers(found) == {"Ricoh"}
    assert kept(found) == [
        ("ricoh-subject", "name", "RNP002673A1B2C3"),
        ("ricoh-text", "name", "RNP002673A1B2C3"),
        ("ricoh-text", "model", "MP C3003"),
    ]
    assert "admin" not in repr(found)


def test_a_disk_s_model_is_not_the_box_s() -> None:
    assert kept(witness(sent(D_LINK), everywhere=False)) == [("d-link-nas", "name", "dlink-02C972")]


def test_konica_minolta_by_subject_and_file() -> None:
    found = witness(sent(KONICA), everywhere=False)
    assert kept(found) == [("konica-minolta-subject", "model", "C364"), ("konica-minolta-file", "model", "C364")]
    assert "SKMBT" not in repr(found)


def test_sharp_in_a_folded_subject() -> None:
    assert kept(witness(sent(SHARP), everywhere=False)) == [("sharp-subject", "model", "MX-C301W")]


def test_xerox() -> None:
    assert {mark.rule for mark in witness(sent(XEROX), everywhere=False).marks} == {"xerox-subject", "xerox-file"}


@pytest.mark.parametrize(
    ("received", "marks"),
    [
        ("from DiskStation (unknown [10.0.3.20])\r\n\tby mx (Postfix) with ESMTP", ["DiskStation", "10.0.3.20"]),
        ("from [192.0.2.7] (helo=x [IPv6:2001:db8::7])\r\n by mx", ["[192.0.2.7]", "2001:db8::7"]),
        ("from printer.example.org ([192.0.2.7]) by mx", ["printer.example.org", "192.0.2.7"]),
        ("from printer (192.0.2.7) by mx", ["printer", "192.0.2.7"]),
        ("from printer by mx", ["printer"]),
        ("by vm (sSMTP sendmail emulation); Mon", []),
        ("from <script> by mx", []),
        ("", []),
    ],
)
def test_where_the_mail_had_come_from(received: str, marks: list[str]) -> None:
    newer = "Received: from relay.example.org ([192.0.2.1]) by mx\r\n"
    found = witness(sent(f"{newer}Received: {received}\r\nSubject: x\r\n\r\nhi"), everywhere=False)
    assert [mark.value for mark in found.marks] == marks
    assert {mark.rule for mark in found.marks} <= {"received-from"}
    assert "received" in found.traits


def test_ssmtp_says_so() -> None:
    found = witness(sent("Received: by vm (sSMTP sendmail emulation); Mon\r\n\r\nhi"), everywhere=False)
    assert traits(found, "received") == ["received", "received:ssmtp"]


SECRET = "Geheimnis"
PRIVATE = f"""Received: from relay ([192.0.2.1]) (envelope-from {SECRET}@example.org)
  by mx for <{SECRET}@example.org>
Return-Path: <{SECRET}@example.org>
Date: Thu, 26 Nov 2026 10:00:00 +0000 ({SECRET})
From: {SECRET} <{SECRET}@example.org>
To: "{SECRET}" <{SECRET}@example.com>
Subject: {SECRET} Message from "RNP002673A1B2C3" {SECRET}
Message-ID: <{SECRET}@{SECRET}.example.org>
X-Mailer: Program 1.0 {SECRET}@example.org
X-{SECRET}: {SECRET}
Content-Type: multipart/mixed; boundary="{SECRET}"; name="{SECRET}.pdf"

--{SECRET}
Content-Type: text/plain

{SECRET} IPC S/N: DS-1 {SECRET}
IPC S/N: DS-2CD2032-I20150107CCCH497875383
{SECRET}
--{SECRET}
Content-Type: application/pdf; name="{SECRET}.pdf"
Content-Disposition: attachment; filename="{SECRET} SKMBT_C36414021715140.pdf"

{SECRET}
"""


def test_names_of_hosts_in_a_message_id() -> None:
    java = "<12345678.0.1234567890123.JavaMail.root@APPSRV2.example.org>"
    found = witness(sent(f"Message-ID: {java}\r\n\r\nhi"), everywhere=False)
    assert kept(found) == [("java-mail-host", "name", "APPSRV2")]
    assert makers(found) == set()
    found = witness(sent("Message-ID: <1@RNP002673A1B2C3>\r\n\r\nhi"), everywhere=False)
    assert kept(found) == [("factory-name", "name", "RNP002673A1B2C3")]


def test_nothing_else_of_a_mail_is_kept() -> None:
    before = (
        OPENING.replace("scanner", "printer")
        + f"C: AUTH PLAIN {b64encode(f'{chr(0)}{SECRET}{chr(0)}{SECRET}'.encode()).decode()}\nS: 235 Ok"
    )
    said = sent(PRIVATE, before=before + f"\nC: MAIL FROM:<{SECRET}@example.org> AUTH={SECRET} X={SECRET}\nS: 550 no")
    found = witness(said, everywhere=False)
    assert SECRET.lower() not in repr(found).lower()
    assert b64encode(SECRET.encode()).decode()[:8] not in repr(found)
    assert traits(found, "mailer") == ["mailer:Program 1.0"]
    assert kept(found) == [
        ("received-from", "name", "relay"),
        ("received-from", "comment", "192.0.2.1"),
        ("ricoh-subject", "name", "RNP002673A1B2C3"),
        ("hikvision-camera", "model", "DS-2CD2032"),
        ("hikvision-camera", "serial", "DS-2CD2032-I20150107CCCH497875383"),
    ]


def test_a_mailer_s_name() -> None:
    assert mailer("Program 1.0 (box@example.org) \x1b[31m\u202e") == "Program 1.0 [31m"
    assert mailer("x" * 100) == "x" * 40
    assert mailer("a@b") == ""


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("179568949998.12694.13082254376884178583@localhost", "python"),
        ("914504136.1.1795689506217@localhost", "java"),
        ("12345678.0.1234567890123.JavaMail.root@host", "javamail"),
        ("dbcde4e1ecb12e2d1013beb9e52b4ce4.scan@example.org", "hex32.word"),
        ("0e544146-9dde-907a-dea7-b5b3c01359c9@example.org", "uuid"),
        ("20261126103819.012570@vm", "stamp.pid"),
        ("620408.393765928-sendEmail@vm", "sendemail"),
        ("FnhraMxAi7WeI9Zsshjsbun9BOA3B4TfePgpxyBN2c@vm", "word40"),
        ("6b080c1fbced3_3282294-336@vm.mail", "ruby"),
        ("20261126103824.Vz9-4%a@example.org", "stamp.word"),
        ("awgMINpIYIwR72Ep@vm", "mutt"),
        ("1795689507.227281.13115@vm", "digits"),
        ("what ever", "other"),
    ],
)
def test_message_ids_of_real_programs(value: str, code: str) -> None:
    assert shape("message-id", value) == code


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("===============7692940543147655043==", "python"),
        ("----=_MIME_BOUNDARY_000_12570", "swaks"),
        ("----MIME delimiter for sendEmail-795228.569842042", "sendemail"),
        ("b1_FnhraMxAi7WeI9Zsshjsbun9BOA3B4TfePgpxyBN2c", "phpmailer"),
        ("--_NmP-577a739823ecd64e-Part_1", "nodemailer"),
        ("--==_mimepart_6b080c1fbbb4e_3282294-47a", "ruby"),
        ("=-=JlQeojCKkxN2y0tHeG0nVBkQgeNMo__wgg8I=-=", "s-nail"),
        ("CpVNmjmc8wZ+4LNa", "mutt"),
        ("----=_Part_0_1685538367.1795689506167", "java"),
        ("--boundary_0_93915873-bc56-44ee-a18d-0273082862d6", "dotnet"),
        ("----_CANON_2502191213190485_", "canon"),
        ("+-+-+-T-+-+", "toshiba"),
        ("what ever", "other"),
    ],
)
def test_boundaries_of_real_programs(value: str, code: str) -> None:
    assert shape("boundary", value) == code


def test_a_user_s_mark(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(
        """
[[mail-mark]]
code = "our-scale"
where = "x-scale"
pattern = '^Scale (?P<model>[A-Z]\\d+) (?P<mac>[0-9A-F]{12})'
vendor = "Ricoh"
kind = "other"
grade = "verified"
weight = 0.5
prose = "Ours."
examples = ["Scale A1 002673A1B2C3"]
source = "our own"
as_of = 2026-11-01
""",
        "utf-8",
    )
    for mac, kept_mac in (("002673A1B2C3", ["00:26:73:a1:b2:c3"]), ("00408CA1B2C3", [])):
        session = SmtpSession(witness=True, marks=catalogue(path).mark_table)
        feed(session, sent(f"X-Scale: Scale A1 {mac}\r\n\r\nhi"))
        found = session.witness(ended=True)
        assert found
        assert [mark.value for mark in found.marks] == ["Ricoh", "other", "A1", *kept_mac]


def test_a_mail_full_of_marks_is_bounded_and_quick() -> None:
    for line in (
        "Alarm Input Channel No.:",
        "Alarm Device Name: x",
        "IPC S/N: DS-",
        'RNP474CB6"',
        "Sincerely,\r\n",
        "name=",
    ):
        found = heard(sent(f"Subject: x\r\n\r\n{(line + chr(13) + chr(10)) * 700}"))
        assert found
        assert len(found.marks) <= 16
