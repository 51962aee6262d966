"""How a client words its dialogue shows which program it is; what was said is told as without listening."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.model import limits
from sniffer.pipeline import Settings
from sniffer.protocols import SmtpSession
from sniffer.protocols.smtp_traits import name_form
from tests.expected import capture_of, cases
from tests.protocols.dialogue import Turn, Turns, cut, dialogue, feed, overheard, told
from tests.protocols.labelled import BASIC_SECRETS, DIALOGUES, OPENING, QUIT, Labelled, plain
from tests.protocols.mails import heard, sent, traits, witness
from tests.sources.facts import facts

MAIL = "Subject: a\r\n\r\nb\r\n"


def opening(hello: str, offers: str = "AUTH LOGIN PLAIN") -> str:
    """The first turns."""
    return f"\nS: 220 mail.example.org\nC: {hello}\nS: 250-mail.example.org\nS: 250-PIPELINING\nS: 250 {offers}\n"


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("[127.0.0.1]", "127.0.0.1"),
        ("[127.0.1.1]", "127.0.1.1"),
        ("[192.0.2.7]", "literal"),
        ("[IPv6:2001:db8::7]", "literal"),
        ("192.0.2.7", "address"),
        ("localhost", "localhost"),
        ("LOCALHOST.localdomain", "localhost.localdomain"),
        ("RNP002673A1B2C3", "name"),
        ("printer.example.org", "fqdn"),
        ("m.txt", "file"),
        ("scan.eml", "file"),
        ("my_printer", "odd"),
        ("Drucker Büro", "odd"),
        ("", "empty"),
        ("-" * 20_000, "odd"),
        ("a" * 20_000, "name"),
    ],
)
def test_the_form_of_a_name(name: str, form: str) -> None:
    assert name_form(name.encode()) == form


def test_verbs_of_one_case() -> None:
    found = witness(dialogue(opening("EHLO scanner") + plain() + QUIT))
    assert found.traits == ("auth:PLAIN+initial", "case:upper", "ehlo:name", "quit:sent")
    found = witness(dialogue(opening("ehlo scanner") + "C: quit\nS: 221 bye"))
    assert found.traits == ("case:lower", "ehlo:name", "quit:sent")


def test_verbs_as_smtplib_writes_them() -> None:
    script = opening("ehlo [127.0.1.1]") + plain() + "C: mail FROM:<a@example.org> size=153\nS: 250 Ok\nC: QUIT\nS: 221"
    assert witness(dialogue(script)).traits == (
        "auth:PLAIN+initial",
        "case:mixed",
        "ehlo:127.0.1.1",
        "from:upper",
        "lower:EHLO",
        "lower:MAIL",
        "mail:size",
        "quit:sent",
    )


def test_mixed_letters() -> None:
    found = witness(dialogue(opening("Ehlo scanner") + "C: Quit\nS: 221 bye"))
    assert found.traits == ("case:odd", "ehlo:name", "quit:sent")


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("MAIL FROM:<a@example.org>", ["from:upper", "mail:none"]),
        ("MAIL FROM: <a@example.org>", ["from:space", "from:upper", "mail:none"]),
        ("MAIL FROM:a@example.org", ["from:bare", "from:upper", "mail:none"]),
        ("MAIL From:<>  SIZE=35", ["from:odd", "mail:SIZE"]),
        (
            "MAIL FROM:<a@example.org> BODY=8BITMIME SMTPUTF8 AUTH=<>",
            ["from:upper", "mail:AUTH", "mail:BODY=8BITMIME", "mail:SMTPUTF8"],
        ),
        ("MAIL FROM:<a> X-SECRET=word", ["from:upper", "mail:other"]),
        ("MAIL", ["from:odd"]),
    ],
)
def test_mail(command: str, wanted: list[str]) -> None:
    found = witness(dialogue(opening("EHLO scanner") + f"C: {command}\nS: 250 Ok" + QUIT))
    assert traits(found, "from", "mail") == wanted


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("AUTH LOGIN", ["auth:LOGIN+asked"]),
        ("AUTH login c2Nhbm5lcg==", ["auth:LOGIN+initial", "auth:lower"]),
        ("AUTH CRAM-MD5", ["auth:CRAM-MD5+asked"]),
        ("AUTH correct-horse-9 x", ["auth:lower", "auth:other+initial"]),
        ("AUTH", ["auth:lower", "auth:other+asked"]),
    ],
)
def test_auth(command: str, wanted: list[str]) -> None:
    found = witness(dialogue(opening("EHLO scanner") + f"C: {command}\nS: 535 no" + QUIT))
    expected = [trait for trait in wanted if command != "AUTH" or trait != "auth:lower"]
    assert [trait for trait in traits(found, "auth") if command != "AUTH" or trait != "auth:lower"] == expected


def test_pipelining_only_where_it_is_offered_and_used() -> None:
    burst = "C: MAIL FROM:<a>\nC: RCPT TO:<b>\nC: DATA\nS: 250 Ok\nS: 250 Ok\nS: 354 go\nC: .\nS: 250 Ok"
    assert traits(witness(dialogue(opening("EHLO x") + burst)), "pipelining")
    assert not traits(witness(dialogue(opening("EHLO x").replace("PIPELINING", "HELP") + burst)), "pipelining")
    assert not traits(witness(sent(MAIL, before=opening("EHLO x"))), "pipelining")


def test_a_client_that_goes_without_quit() -> None:
    said = sent(MAIL, after="S: 250 queued")
    assert traits(witness(said), "quit") == ["quit:none"]
    unended = heard(said, ended=False)
    assert unended
    assert traits(unended, "quit") == []
    assert traits(witness(dialogue(opening("EHLO x") + plain())), "quit") == []


def test_nobody_listens_unless_asked() -> None:
    session = SmtpSession()
    feed(session, sent(MAIL))
    assert session.witness() is None


def test_behind_a_login_it_listens_until_the_first_mail_was_read() -> None:
    first, *rest = dialogue(opening("EHLO x") + plain() + QUIT), sent(MAIL, before="")
    session = SmtpSession(witness=True)
    assert feed(session, first[:-2])
    for turn in rest[0][:-2]:
        assert session.receive(turn.from_client, turn.data)
    assert not session.receive(True, b"QUIT\r\n")
    off = SmtpSession()
    assert not feed(off, first[:-2])


def test_a_long_mail_ends_the_listening() -> None:
    session = SmtpSession(witness=True)
    assert feed(session, dialogue(opening("EHLO x") + plain() + "C: MAIL FROM:<a>\nS: 250\nC: DATA\nS: 354 go"))
    line = b"x" * 998 + b"\r\n"
    assert session.receive(True, b"Subject: a\r\n\r\n" + line)
    lines = 1
    while session.receive(True, line):
        lines += 1
        assert lines <= limits.MAIL_TEXT_BYTES // len(line) + 1
    found = session.witness(ended=True)
    assert found
    assert traits(found, "headers", "quit") == ["headers:Subject"]


@pytest.mark.parametrize("size", range(limits.MAIL_TEXT_BYTES - 12, limits.MAIL_TEXT_BYTES + 12))
def test_a_mail_as_long_as_is_read(size: int) -> None:
    said = sent(b"Subject: a\r\n\r\n" + b"x" * size)
    whole = heard(said)
    total = sum(len(turn.data) for turn in said)
    for place in range(total - 60, total):
        assert heard(cut(said, place)) == whole


@pytest.mark.parametrize("size", range(limits.MAIL_HEAD_BYTES - 2, limits.MAIL_HEAD_BYTES + 6))
def test_a_head_as_long_as_is_read(size: int) -> None:
    head = b"X: " + b"y" * (size - 7) + b"\r\n\r\n"
    said = sent(head + b"IPC S/N: DS-2CD2032-I20150107CCCH497875383\r\n")
    whole = heard(said)
    assert whole
    assert bool(whole.marks) == (size <= limits.MAIL_HEAD_BYTES)
    for place in range(sum(len(turn.data) for turn in said) - size - 100, sum(len(turn.data) for turn in said), 97):
        assert heard(cut(said, place)) == whole


def test_a_mail_in_chunks() -> None:
    piece = "X-Mailer: HIKMailer\r\n\r\nhello\r\n"
    said: Turns = [
        *dialogue(opening("EHLO x") + plain() + "C: MAIL FROM:<a>\nS: 250"),
        Turn(True, f"BDAT {len(piece) - 9}\r\n{piece[:-9]}".encode()),
        *dialogue("S: 250 Ok"),
        Turn(True, f"BDAT 9 LAST\r\n{piece[-9:]}".encode()),
        *dialogue("S: 250 Ok" + QUIT),
    ]
    found = witness(said)
    assert traits(found, "mailer", "bdat") == ["bdat", "mailer:HIKMailer"]
    assert [mark.value for mark in found.marks] == ["Hikvision", "camera"]


def test_only_the_first_mail_counts() -> None:
    said = [*sent(MAIL, after="S: 250 queued"), *sent("X-Mailer: HIKMailer\r\n\r\n", before="")]
    assert witness(said).marks == ()


def test_an_empty_mail() -> None:
    found = witness(sent("", before=opening("EHLO x")))
    assert traits(found, "headers", "message-id", "quit") == ["message-id:none", "quit:sent"]


def test_missing_bytes_end_it() -> None:
    begun = dialogue(opening("EHLO x") + plain() + "C: MAIL FROM:<a>\nS: 250\nC: DATA\nS: 354 go")
    lost = [*begun, Turn(True, b"X-Mailer: HIKMailer\r\n"), Turn(True, b"", 100), Turn(True, b"\r\n\r\nhi\r\n.\r\n")]
    found = heard([*lost, *dialogue("S: 250 queued" + QUIT)])
    assert found
    assert found.traits == ("auth:PLAIN+initial", "case:upper", "ehlo:name", "from:upper", "mail:none")
    assert found.marks == ()


def test_a_mail_that_quotes_a_session_behind_missing_bytes_says_nothing() -> None:
    begun = dialogue(opening("EHLO x") + "C: MAIL FROM:<a>\nS: 250\nC: DATA\nS: 354 go")
    quoted = dialogue("C: ehlo [127.0.0.1]\nC: mail FROM:<b> size=1\nC: quit")
    found = heard([*begun, Turn(True, b"", 10), *quoted])
    assert found
    assert found.traits == ("case:upper", "ehlo:name", "from:upper", "mail:none")


def test_a_session_inside_tls_is_not_heard_without_keys() -> None:
    found = witness(dialogue(opening("EHLO x", "STARTTLS") + "C: STARTTLS\nS: 220 go\nC: <hello>\nS: <server hello>"))
    assert found.traits == ("case:upper", "ehlo:name")


def test_tls_behind_a_login_is_none_of_ours() -> None:
    said = dialogue(opening("EHLO x") + plain() + "C: STARTTLS\nS: 220 go\nC: <hello>\nS: <server hello>")
    session = SmtpSession(witness=True)
    feed(session, said)
    session.close()
    assert (session.speech(), session.tls(), session.shape(), session.inside()) == (*told(said), None, None)


@pytest.mark.parametrize("label", DIALOGUES, ids=[label.name for label in DIALOGUES])
def test_what_was_said_is_told_as_without_listening(label: Labelled) -> None:
    session = SmtpSession(witness=True)
    feed(session, label.turns)
    session.close()
    assert session.speech() == overheard(label.turns)
    found = session.witness(ended=True)
    for secret in label.secrets:
        assert secret not in repr(found)
    heard_whole = heard(label.turns)
    for place in range(0, sum(len(turn.data) for turn in label.turns), 11):
        assert heard(cut(label.turns, place)) == heard_whole


@pytest.mark.parametrize("case", cases()[::6], ids=[case.name for case in cases()[::6]])
def test_captures_tell_the_same(case) -> None:  # type: ignore[no-untyped-def]
    path = capture_of(case)
    off, on = (facts(path, settings=Settings(processes=1, identity=each)) for each in (False, True))
    assert [msgspec.structs.replace(fact, witness=None) for fact in on] == off
    assert all(fact.witness is None for fact in off)


PIECES = st.lists(
    st.tuples(
        st.booleans(),
        st.one_of(
            st.binary(max_size=60),
            st.sampled_from(
                [
                    b"EHLO x\r\n", b"MAIL FROM:<a> SIZE=1\r\n", b"DATA\r\n", b"354 go\r\n", b"250 Ok\r\n",
                    b"AUTH PLAIN AHgAeQ==\r\n", b"\r\n.\r\n", b"Subject: \x1b[31m\xe2\x80\xaex\r\n\r\n", b"220 hi\r\n",
                    b"X-Mailer: \xff\x1b]0;a\x07b\r\n", b"BDAT 5 LAST\r\nab\r\n\r\n", b"QUIT\r\n", b"235 Ok\r\n",
                    b"Content-Type: multipart/mixed; boundary=a\r\n", b"--a\r\n", b"Received: from [::1] (x)\r\n",
                ]
            ),
        ),
        st.sampled_from([-1, -1, -1, -1, 0, 7]),
    ),
    max_size=30,
)  # fmt: skip


@given(PIECES)
def test_whatever_comes(pieces: list[tuple[bool, bytes, int]]) -> None:
    said = [Turn(side, b"" if missing >= 0 else data, missing) for side, data, missing in pieces]
    found = heard(said)
    if found:
        assert len(found.marks) <= limits.MARKS
        assert list(found.traits) == sorted(set(found.traits))
        for value in (*found.traits, *(mark.value for mark in found.marks)):
            assert value.isprintable()
            assert 0 < len(value) <= limits.CLUE_CHARACTERS
    session = SmtpSession(witness=True)
    feed(session, said)
    session.close()
    assert session.speech().attempts == overheard(said).attempts


def test_a_login_does_not_show() -> None:
    found = repr(witness(dialogue(OPENING + plain() + QUIT)))
    assert not [secret for secret in BASIC_SECRETS if secret in found]
