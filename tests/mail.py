"""Whole SMTP connections for tests that care about what a session means, not how it is spelt."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from tests.wire import Conversation

CLIENT_HELLO = bytes.fromhex("1603010044010000400303") + bytes(range(57))
SERVER_HELLO = bytes.fromhex("160303003a020000360303") + bytes(range(47))

EXCHANGE = "220 AM0PR02CA0001.outlook.office365.com Microsoft ESMTP MAIL Service ready at Mon, 23 Nov 2026"
EXCHANGE_IP = "52.97.1.2"
DISABLED = "535 5.7.139 Authentication unsuccessful, basic authentication is disabled."
REFUSED = "535 5.7.8 Error: authentication failed"


def b64(text: str) -> str:
    """Text as an AUTH answer has it."""
    return b64encode(text.encode()).decode()


def session(
    mechanism: str | None = "LOGIN",
    *,
    user: str = "scan@example.org",
    answer: str = "235 2.7.0 Authentication successful",
    helo: str = "RNP002673A1B2C3",
    banner: str = "220 mail.example.org ESMTP",
    **told: Any,
) -> Conversation:
    """A connection that logs in with a mechanism: LOGIN, PLAIN, XOAUTH2, CRAM-MD5, EXTERNAL.

    None sends mail without AUTH, ``STARTTLS`` goes into TLS, ``QUIT`` leaves after EHLO.  The further
    keywords are those of ``Conversation``.
    """
    talk = Conversation(**told)
    talk.open()
    talk.server(banner)
    talk.client(f"EHLO {helo}")
    talk.server("250-mail.example.org", "250-STARTTLS", "250 AUTH LOGIN PLAIN XOAUTH2 CRAM-MD5 EXTERNAL")
    if mechanism == "STARTTLS":
        _into_tls(talk)
    elif mechanism is None:
        _mail(talk)
    elif mechanism != "QUIT":
        _log_in(talk, mechanism, user, answer)
        if answer.startswith("2"):
            _mail(talk)
    if mechanism != "STARTTLS":
        talk.client("QUIT")
        talk.server("221 2.0.0 Bye")
    talk.close()
    return talk


def _into_tls(talk: Conversation) -> None:
    talk.client("STARTTLS")
    talk.server("220 2.0.0 Ready to start TLS")
    talk.client(CLIENT_HELLO)
    talk.server(SERVER_HELLO)
    talk.client(b"\x17\x03\x03\x00\x28" + bytes(40))


def _log_in(talk: Conversation, mechanism: str, user: str, answer: str) -> None:
    if mechanism == "LOGIN":
        talk.client("AUTH LOGIN")
        talk.server("334 VXNlcm5hbWU6")
        talk.client(b64(user))
        talk.server("334 UGFzc3dvcmQ6")
        talk.client(b64("not-a-real-secret"))
    elif mechanism == "PLAIN":
        talk.client(f"AUTH PLAIN {b64(chr(0) + user + chr(0) + 'not-a-real-secret')}")
    elif mechanism == "XOAUTH2":
        talk.client(f"AUTH XOAUTH2 {b64(f'user={user}{chr(1)}auth=Bearer not-a-real-token{chr(1)}{chr(1)}')}")
    elif mechanism == "EXTERNAL":
        talk.client(f"AUTH EXTERNAL {b64(user)}")
    else:
        talk.client(f"AUTH {mechanism}")
        talk.server(f"334 {b64('<1896.697170952@mail.example.org>')}")
        talk.client(b64(f"{user} b913a602c7eda7a495b4e6e7334d3890"))
    talk.server(answer)


def _mail(talk: Conversation) -> None:
    talk.client("MAIL FROM:<scan@example.org>")
    talk.server("250 2.1.0 Ok")
    talk.client("RCPT TO:<mailbox@example.com>")
    talk.server("250 2.1.5 Ok")
    talk.client("DATA")
    talk.server("354 End data with <CR><LF>.<CR><LF>")
    talk.client("Subject: scan", "", "AUTH LOGIN", ".")
    talk.server("250 2.0.0 Ok: queued as 4F2A1")
