"""Personas: servers we cannot install, as tables of what they say.

Texts of the big services are those they were seen to send; `{ip}` is the address they greet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.lab.servers.tls import Policy

USUAL_PROMPTS = ("VXNlcm5hbWU6", "UGFzc3dvcmQ6")


@dataclass(frozen=True)
class Persona:
    """How one server talks; `answers` are fixed replies to a verb, whatever its argument.

    `unauthenticated` is what MAIL gets before AUTH, with the refusal of an AUTH or `tail` behind it;
    `in_place_of_tls` what the ClientHello gets in clear.  `refusals` are answers to users whose proof held;
    `queued` may name the `{message_id}` of the mail; `need_mail` is what a mail gets whose MAIL was refused.
    A refusal comes `delay` seconds late, and a `line_by_line` server writes each line of its EHLO reply by itself.
    """

    name: str
    banner: str
    ehlo: tuple[str, ...]
    ehlo_tls: tuple[str, ...] = ()
    helo: str = "hello"
    answers: Mapping[str, str] = field(default_factory=dict)
    prompts: tuple[str, str] = USUAL_PROMPTS
    success: str = "235 2.7.0 Authentication successful"
    failure: str = "535 5.7.8 Authentication credentials invalid"
    cancelled: str = "501 5.7.0 Authentication cancelled"
    unoffered: str = "504 5.5.4 Unrecognized authentication type"
    error_challenge: str | None = None
    refuses_all: bool = False
    never: tuple[str, ...] = ()
    verbs_in_auth: bool = False
    certificate: str | None = None
    mail_ok: str = "250 2.1.0 Sender OK"
    rcpt_ok: str = "250 2.1.5 Recipient OK"
    data_go: str = "354 Start mail input; end with <CRLF>.<CRLF>"
    queued: str = "250 2.0.0 OK queued as 4f2a"
    bye: str = "221 2.0.0 Service closing transmission channel"
    ready: str = "220 2.0.0 SMTP server ready"
    unauthenticated: str | None = None
    tail: str = ""
    in_place_of_tls: str | None = None
    refusals: Mapping[str, str] = field(default_factory=dict)
    own_message_id: str = "<4f2a@mail.example.net>"
    need_mail: str | None = None
    reset_ok: str = "250 2.0.0 OK"
    unknown: str = "500 5.5.1 Command unrecognized"
    delay: float = 0.0
    line_by_line: bool = False
    tls: Policy = field(default_factory=Policy)


LEAF = "FR3P281CA0016"
EXCHANGE_ID = "08DD842467C8274D"
EXCHANGE_TAIL = f"[{LEAF}.DEUP281.PROD.OUTLOOK.COM 2026-11-23T18:06:35.781Z {EXCHANGE_ID}]"


def exchange_ehlo(line: str) -> tuple[str, ...]:
    """Exchange Online's EHLO reply: AUTH stands where STARTTLS stood."""
    return (
        f"{LEAF}.outlook.office365.com Hello [{{ip}}]",
        "SIZE 157286400",
        "PIPELINING",
        "DSN",
        "ENHANCEDSTATUSCODES",
        line,
        "8BITMIME",
        "BINARYMIME",
        "CHUNKING",
        "SMTPUTF8",
    )


EXCHANGE = Persona(
    "exchange",
    banner=f"220 {LEAF}.outlook.office365.com Microsoft ESMTP MAIL Service ready at "
    f"Mon, 23 Nov 2026 18:06:30 +0000 [{EXCHANGE_ID}]",
    ehlo=exchange_ehlo("STARTTLS"),
    ehlo_tls=exchange_ehlo("AUTH LOGIN XOAUTH2"),
    helo=f"{LEAF}.outlook.office365.com Hello [{{ip}}]",
    unoffered=f"504 5.7.4 Unrecognized authentication type {EXCHANGE_TAIL}",
    failure=f"535 5.7.3 Authentication unsuccessful {EXCHANGE_TAIL}",
    queued="250 2.0.0 OK <4f2a@FR3P281MB1600.DEUP281.PROD.OUTLOOK.COM> "
    "[Hostname=FR3P281MB1600.DEUP281.PROD.OUTLOOK.COM]",
    certificate="outlook.office365.com",
)

GMAIL_EHLO = ("smtp.gmail.com at your service, [{ip}]", "SIZE 35882577", "8BITMIME")
GMAIL_AUTH = "AUTH LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH"
GMAIL_REST = ("ENHANCEDSTATUSCODES", "PIPELINING", "CHUNKING", "SMTPUTF8")
GMAIL = Persona(
    "gmail",
    banner="220 smtp.gmail.com ESMTP 5b1f17b1804b1-47b10be8c3bsm88274395e9.9 - gsmtp",
    ehlo=(*GMAIL_EHLO, "STARTTLS", *GMAIL_REST),
    ehlo_tls=(*GMAIL_EHLO, GMAIL_AUTH, *GMAIL_REST),
    success="235 2.7.0 Accepted",
    certificate="smtp.gmail.com",
    ready="220 2.0.0 Ready to start TLS",
    failure="535 5.7.8 Username and Password not accepted. For more information, go to",
)

ISP = Persona(
    "isp",
    banner="220 smtp.isp.example.net ESMTP ready",
    ehlo=("smtp.isp.example.net", "SIZE 52428800", "AUTH LOGIN PLAIN", "AUTH=LOGIN PLAIN", "8BITMIME"),
    failure="535 5.7.0 Incorrect authentication data",
)

OAUTH = Persona(
    "oauth",
    banner="220 tokens.example.net ESMTP",
    ehlo=("tokens.example.net", "AUTH XOAUTH2 OAUTHBEARER", "SIZE 35882577"),
    error_challenge='{"status":"400","schemes":"Bearer","scope":"https://mail.example.net/"}',
)

XOAUTH2 = Persona(
    "xoauth2",
    banner="220 hosting.example.net ESMTP",
    ehlo=("hosting.example.net", "SIZE 35882577", "AUTH LOGIN PLAIN XOAUTH2"),
)

ZOO = Persona(
    "zoo",
    banner="220 zoo.example.net ESMTP every mechanism",
    ehlo=(
        "zoo.example.net",
        "AUTH NTLM GSSAPI EXTERNAL CRAM-MD5 XYMCOOKIE LOGIN PLAIN",
        "ENHANCEDSTATUSCODES",
    ),
    success="235 Authentication succeeded",
    verbs_in_auth=True,
    failure="535 5.7.3 Authentication unsuccessful",
)

DISABLED = Persona(
    "disabled",
    banner="220 hub.example.com ESMTP",
    ehlo=("hub.example.com", "AUTH LOGIN PLAIN XOAUTH2"),
    refuses_all=True,
    answers={"MAIL": "530 5.7.57 Client not authenticated to send mail. [hub.example.com]"},
    failure="535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [hub.example.com]",
)

PROMPTS = Persona(
    "prompts",
    banner="220-old.example.net\r\n220 ESMTP ready",
    prompts=("dXNlcm5hbWU6", "cGFzc3dvcmQ6"),
    ehlo=("old.example.net", "AUTH LOGIN"),
    success="235 ok, go ahead (#2.0.0)",
)

NOT_OFFERED = Persona(
    "not-offered",
    banner="220 bare.example.net ESMTP",
    ehlo=("bare.example.net", "8BITMIME"),
    answers={"AUTH": "503 5.5.1 Error: authentication not enabled"},
)

NEEDS_TLS = Persona(
    "needs-tls",
    banner="220 strict.example.net ESMTP",
    ehlo=("strict.example.net", "AUTH LOGIN PLAIN", "STARTTLS"),
    ehlo_tls=("strict.example.net", "AUTH LOGIN PLAIN"),
    certificate="strict.example.net",
    answers={"AUTH": "538 5.7.11 Encryption required for requested authentication mechanism"},
)

TEMPORARY = Persona(
    "temporary",
    banner="220 busy.example.net ESMTP",
    ehlo=("busy.example.net", "AUTH PLAIN LOGIN"),
    refuses_all=True,
    failure="454 4.7.0 Temporary authentication failure",
)

TLS_REFUSED = Persona(
    "tls-refused",
    banner="220 nocert.example.net ESMTP",
    ehlo=("nocert.example.net", "STARTTLS", "AUTH PLAIN LOGIN"),
    answers={"STARTTLS": "454 4.7.0 TLS not available due to local problem"},
)

TLS_PRETENDED = Persona(
    "tls-pretended",
    banner="220 proxy.example.net ESMTP",
    ehlo=("proxy.example.net", "STARTTLS", "AUTH LOGIN PLAIN"),
    ready="220 go on",
)

HELO_ONLY = Persona(
    "helo-only",
    banner="220 ancient.example.net Simple Mail Transfer Service Ready",
    ehlo=(),
    helo="ancient.example.net",
    answers={"EHLO": "502 Command not implemented"},
    mail_ok="250 OK",
    rcpt_ok="250 OK",
    queued="250 OK",
    bye="221 bye",
)

MASKED = Persona(
    "masked", banner="220 " + "*" * 34, ehlo=("gate.example.net", "XXXXXXXA", "SIZE 10240000", "AUTH LOGIN")
)

HASHED = Persona(
    "hashed",
    banner="220 hashed.example.net ESMTP",
    ehlo=("hashed.example.net", "AUTH CRAM-MD5 LOGIN PLAIN", "8BITMIME"),
    never=("CRAM-MD5",),
)

MAIL_NEEDS_AUTH = Persona(
    "mail-needs-auth",
    banner="220 closed.example.net ESMTP",
    ehlo=("closed.example.net", "AUTH LOGIN PLAIN"),
    answers={
        "MAIL": "530 5.7.57 Client not authenticated to send mail.",
        "RCPT": "503 5.5.2 Need mail command",
        "DATA": "503 5.5.2 Need mail command",
    },
)

PERSONAS = (
    EXCHANGE,
    GMAIL,
    ISP,
    OAUTH,
    XOAUTH2,
    ZOO,
    DISABLED,
    PROMPTS,
    NOT_OFFERED,
    NEEDS_TLS,
    TEMPORARY,
    TLS_REFUSED,
    TLS_PRETENDED,
    HELO_ONLY,
    MASKED,
    HASHED,
    MAIL_NEEDS_AUTH,
)
