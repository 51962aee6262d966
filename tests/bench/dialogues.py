"""SMTP dialogues as turns: what a device and its server say, by way of logging in.

A turn is (side, bytes). The turns from EHLO to QUIT are the same in clear text and inside TLS.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass

from tests.wire import Side

Turn = tuple[Side, bytes]
Turns = list[Turn]

LINE = 76  # characters of a base64 line (RFC 2045 §6.8)


@dataclass(frozen=True, slots=True)
class Device:
    """Who sends mail, and how much of it."""

    name: str
    user: str
    password: str
    body_size: int
    """Bytes of the message."""
    recipient: str = "office@example.org"


@dataclass(frozen=True, slots=True)
class Habit:
    """A way of logging in (or not), and what a reader of clear text must make of it."""

    mechanism: str | None
    family: str
    share: float
    """Part of all sessions."""
    login: Callable[[Device], Turns]
    sends: bool = True
    """Whether a mail follows."""


def client(line: str) -> Turn:
    """A line of the client."""
    return "client", line.encode() + b"\r\n"


def server(*lines: str) -> Turn:
    """A reply of the server."""
    return "server", b"".join(line.encode() + b"\r\n" for line in lines)


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _plain(device: Device) -> str:
    return _base64(f"\0{device.user}\0{device.password}")


ACCEPTED = server("235 2.7.0 Authentication successful")


def login(device: Device) -> Turns:
    """AUTH LOGIN, three turns."""
    return [
        client("AUTH LOGIN"),
        server("334 VXNlcm5hbWU6"),
        client(_base64(device.user)),
        server("334 UGFzc3dvcmQ6"),
        client(_base64(device.password)),
        ACCEPTED,
    ]


def login_initial(device: Device) -> Turns:
    """AUTH LOGIN with the user name as initial response."""
    return [
        client("AUTH LOGIN " + _base64(device.user)),
        server("334 UGFzc3dvcmQ6"),
        client(_base64(device.password)),
        ACCEPTED,
    ]


def login_refused(device: Device) -> Turns:
    """AUTH LOGIN with a password that no longer holds."""
    return [*login(device)[:-1], server("535 5.7.8 Error: authentication failed: (reason unavailable)")]


def plain(device: Device) -> Turns:
    """AUTH PLAIN, the credentials in a turn of their own."""
    return [client("AUTH PLAIN"), server("334 "), client(_plain(device)), ACCEPTED]


def plain_initial(device: Device) -> Turns:
    """AUTH PLAIN in one line."""
    return [client("AUTH PLAIN " + _plain(device)), ACCEPTED]


def xoauth2(device: Device) -> Turns:
    """AUTH XOAUTH2 with a made-up token of usual length."""
    token = (device.password * 200)[:1600]
    return [client("AUTH XOAUTH2 " + _base64(f"user={device.user}\1auth=Bearer {token}\1\1")), ACCEPTED]


def cram_md5(device: Device) -> Turns:
    """AUTH CRAM-MD5."""
    challenge = _base64("<1896.697170952@mail.example.org>")
    return [
        client("AUTH CRAM-MD5"),
        server("334 " + challenge),
        client(_base64(f"{device.user} {'9e' * 16}")),
        ACCEPTED,
    ]


def no_login(_device: Device) -> Turns:
    """Nothing: a relay that asks for no password, or a device that leaves."""
    return []


HABITS = (
    Habit("LOGIN", "basic", 0.34, login),
    Habit("LOGIN", "basic", 0.14, login_initial),
    Habit("PLAIN", "basic", 0.14, plain_initial),
    Habit("PLAIN", "basic", 0.06, plain),
    Habit("LOGIN", "basic", 0.05, login_refused, sends=False),
    Habit("XOAUTH2", "oauth", 0.10, xoauth2),
    Habit("CRAM-MD5", "challenge", 0.04, cram_md5),
    Habit(None, "none", 0.10, no_login),
    Habit(None, "unknown", 0.03, no_login, sends=False),
)


def session(device: Device, habit: Habit) -> Turns:
    """From EHLO to QUIT."""
    turns = [client("EHLO " + device.name), capabilities("AUTH LOGIN PLAIN CRAM-MD5 XOAUTH2")]
    turns += habit.login(device)
    if habit.sends:
        turns += mail(device)
    return [*turns, client("QUIT"), server("221 2.0.0 Bye")]


def greeting() -> Turn:
    """The banner."""
    return server("220 mail.example.org ESMTP Postfix")


def starttls(device: Device) -> Turns:
    """The clear prelude of a session that goes on inside TLS."""
    return [
        client("EHLO " + device.name),
        capabilities("STARTTLS"),
        client("STARTTLS"),
        server("220 2.0.0 Ready to start TLS"),
    ]


def capabilities(last: str) -> Turn:
    """The reply to EHLO."""
    extensions = ("PIPELINING", "SIZE 52428800", "ETRN", last, "ENHANCEDSTATUSCODES", "8BITMIME", "DSN")
    return server("250-mail.example.org", *(f"250-{name}" for name in extensions), "250 CHUNKING")


def mail(device: Device) -> Turns:
    """One message."""
    return [
        client(f"MAIL FROM:<{device.user}> SIZE={device.body_size}"),
        server("250 2.1.0 Ok"),
        client(f"RCPT TO:<{device.recipient}>"),
        server("250 2.1.5 Ok"),
        client("DATA"),
        server("354 End data with <CR><LF>.<CR><LF>"),
        ("client", message(device)),
        server("250 2.0.0 Ok: queued as 4bXyZ12345z9Q"),
    ]


def message(device: Device) -> bytes:
    """A scan as an attachment, whose lines look like SASL answers; its last line is as long as it comes."""
    head = (
        f"From: <{device.user}>\r\nTo: <{device.recipient}>\r\nSubject: Scan from {device.name}\r\n"
        "MIME-Version: 1.0\r\nContent-Type: application/pdf; name=scan.pdf\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
    ).encode()
    text = b64encode(f"{device.name} page ".encode() * 8)[:LINE]
    lines, rest = divmod(device.body_size, LINE + len(b"\r\n"))
    last = text[:rest] + b"\r\n" if rest else b""
    return head + (text + b"\r\n") * lines + last + b".\r\n"
