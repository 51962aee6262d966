"""The head of a mail and its first text, against the standard library's reader, and whatever comes."""

from __future__ import annotations

import email
import email.policy
from email.header import Header as EncodedHeader
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.model import limits
from sniffer.protocols.mail_head import boundary, first_text, head_end, read_head


def parts(mail: bytes) -> tuple[bytes, bytes]:
    """Head and body of a mail."""
    end = head_end(mail)
    return mail[:end], mail[end:]


def text_of(mail: bytes) -> str:
    """The first text part of a mail."""
    head, body = parts(mail)
    return first_text(read_head(head), body)


@pytest.mark.parametrize(
    ("mail", "end"),
    [
        (b"A: b\r\n\r\nc", 8),
        (b"A: b\n\nc", 6),
        (b"\r\nc", 2),
        (b"\nc", 1),
        (b"A: b\r\n", -1),
        (b"", -1),
    ],
)
def test_where_the_head_ends(mail: bytes, end: int) -> None:
    assert head_end(mail) == end


def test_headers_folded_and_encoded() -> None:
    head = read_head(
        b"Received: from a\r\n\tby b\r\nX-Mailer:none\r\n"
        b"Subject: =?utf-8?B?R3LDvMOfZQ==?=\r\n =?iso-8859-1?q?_aus_K=F6ln?= x\r\n"
        b"no header\r\n: empty\r\nFrom : a\r\nsubject: second\r\n\r\n"
    )
    assert head.headers[:3] == (("received", "from a by b"), ("x-mailer", "none"), ("subject", "Grüße aus Köln x"))
    assert head.written == ("Received", "X-Mailer", "Subject", "From", "subject")
    assert head.first["subject"] == "Grüße aus Köln x"


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "utf-16"])
def test_encoded_words_as_the_library_writes_them(charset: str) -> None:
    words = "Scan vom Gerät im Erdgeschoß, " * 3
    line = EncodedHeader(words, charset).encode()
    assert read_head(f"Subject: {line}\r\n".encode()).first["subject"].split() == words.split()


@pytest.mark.parametrize(
    "word",
    [
        "=?x-nothing?B?SGk=?=",
        "=?utf-8?B?!!?=",
        "=?utf-8?Q?=ZZ?=",
        "=?utf-8?B?SGk=",
        "=?base64?B?SGk=?=",
        "=?rot13?Q?x?=",
        "=??Q?x?=",
    ],
)
def test_broken_words(word: str) -> None:
    assert read_head(f"Subject: {word}\r\n".encode()).first["subject"].isprintable()


@pytest.mark.parametrize("encoding", ["7bit", "8bit", "base64", "quoted-printable"])
@pytest.mark.parametrize("attached", [False, True])
def test_the_first_text_as_the_library_writes_it(encoding: str, attached: bool) -> None:
    text = "IPC S/N: DS-2CD2032\n" + ("Gerät\n" if encoding != "7bit" else "Geraet\n") + "end of a line = " * 12 + "\n"
    mail = EmailMessage(email.policy.SMTP)
    mail.set_content(text, cte=encoding)
    if attached:
        mail.add_alternative("<p>other</p>", subtype="html")
        mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="x.pdf")
    assert text_of(mail.as_bytes()).replace("\r\n", "\n").strip() == text.strip()


def test_what_is_no_text_is_not_read() -> None:
    assert text_of(b"Content-Type: application/pdf\r\n\r\nhello") == ""
    assert (
        text_of(
            b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: image/png\r\n\r\nhello\r\n--a--"
        )
        == ""
    )
    assert text_of(b"Content-Type: multipart/mixed; boundary=a\r\n\r\nno part at all") == ""
    assert text_of(b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\nhello\r\n--a--") == "hello\r\n"


def test_base64_cut_short() -> None:
    assert text_of(b"Content-Transfer-Encoding: base64\r\n\r\naGVsbG8gd29ybGQhIG") == "hello world! "[:12]


def test_parts_within_parts_have_an_end() -> None:
    mail = (
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n"
        + b"--a\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n" * 50
    )
    assert text_of(mail) == ""


def test_boundaries() -> None:
    assert boundary('multipart/mixed; boundary="a b"; x=y') == "a b"
    assert boundary("multipart/mixed;BOUNDARY=a;x") == "a"
    assert boundary(None) is boundary("text/plain") is None


def test_no_more_than_is_looked_at() -> None:
    head = read_head(b"".join(b"X-%d: %s\r\n" % (number, b"x" * 3000) for number in range(200)))
    assert len(head.headers) == limits.MAIL_HEADERS
    assert max(len(header.value) for header in head.headers) <= limits.HEADER_CHARACTERS


PIECE = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [
            b"Content-Type: multipart/mixed; boundary=a\r\n", b"Content-Type: text/plain; charset=", b"--a",
            b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: quoted-printable\r\n", b"\r\n",
            b"=?utf-8?B?", b"?=", b"=?idna?Q?", b"\r\n ", b"Subject: ", b"idna\r\n", b"unicode_escape\r\n", b"\\N{x}",
            b"utf-16\r\n", b"zlib\r\n", b"\r\n\r\n",
        ]
    ),
)  # fmt: skip


@given(st.lists(PIECE, max_size=25).map(b"".join))
def test_whatever_comes(mail: bytes) -> None:
    head, body = parts(mail)
    found = read_head(head)
    assert len(found.headers) == len(found.written)
    assert isinstance(first_text(found, body), str)
    assert isinstance(text_of(b"Content-Type: text/plain; charset=" + mail), str)


@given(st.lists(st.sampled_from(["Subject", "From", "X-Mailer", "Date"]), max_size=8), st.text("ab c:;\t", max_size=30))
def test_names_as_the_library_reads_them(names: list[str], value: str) -> None:
    raw = "".join(f"{name}: {value.strip()}\r\n" for name in names).encode()
    assert list(read_head(raw).written) == email.message_from_bytes(raw + b"\r\n").keys()
