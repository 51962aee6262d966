"""Personas of the mail services outside, as they greet today and as Exchange Online may greet tomorrow.

The variants `clear` show Exchange Online as the mirror port of a firewall that opens TLS shows it: the
same words, no STARTTLS, and AUTH where everybody can read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.lab.servers import exchange_texts as texts
from tests.lab.servers.personas import EXCHANGE, EXCHANGE_TAIL, Persona, exchange_ehlo
from tests.lab.servers.tls import ANYTHING, Policy

BASIC_OFF = f"{texts.REFUSALS['basic'].words} {EXCHANGE_TAIL}"
OTHERS = ("tenant", "mailbox", "defaults", "criteria", "organization", "removed", "credentials", "unsuccessful")
REFUSALS = {name: texts.REFUSALS[name].words for name in OTHERS}
"""What public logs and Microsoft's pages quote; the last two are of a wrong password."""
BOTH, OAUTH_ONLY = "AUTH LOGIN XOAUTH2", "AUTH XOAUTH2"
TODAY = replace(
    EXCHANGE,
    name="exchange-today",
    unauthenticated=texts.NOT_AUTHENTICATED.words,
    tail=EXCHANGE_TAIL,
)
HOUR = "Mon, 23 Nov 2026 18:06:30 +0000"


def exchange(name: str, line: str = BOTH, clear: bool = False, basic_off: bool = False) -> Persona:
    """Exchange Online with this AUTH line, inside TLS or in clear."""
    made = replace(TODAY, name=name, ehlo_tls=exchange_ehlo(line))
    if clear:
        made = replace(made, ehlo=exchange_ehlo(line), ehlo_tls=(), certificate=None)
    return replace(made, never=("LOGIN",), failure=BASIC_OFF) if basic_off else made


def exchanges() -> Iterator[Persona]:
    """Exchange Online now, after the switch-off, and without LOGIN in its list."""
    for clear in (False, True):
        end = "-clear" if clear else ""
        yield exchange("exchange-today" + end, clear=clear)
        yield exchange("exchange-basic-off" + end, clear=clear, basic_off=True)
        yield exchange("exchange-oauth-only" + end, OAUTH_ONLY, clear)


def refusing() -> Iterator[Persona]:
    """Exchange Online with each of its other refusals, in clear."""
    for name, text in REFUSALS.items():
        made = exchange(f"exchange-{name}-clear", clear=True)
        yield replace(made, refuses_all=True, failure=f"{text} {EXCHANGE_TAIL}")


def without_auth() -> Persona:
    """Exchange Online that lists no AUTH at all, in clear."""
    lines = tuple(line for line in exchange_ehlo("") if line)
    return replace(TODAY, name="exchange-no-auth-clear", ehlo=lines, ehlo_tls=(), certificate=None)


def kin(name: str, host: str, line: str | None, **more: str) -> Persona:
    """Another server of Microsoft's making, that greets as this host."""
    rest = [each for each in exchange_ehlo("")[1:] if each]
    clear = (f"{host} Hello [{{ip}}]", *rest, "STARTTLS")
    return Persona(
        name,
        banner=f"220 {host} Microsoft ESMTP MAIL Service ready at {HOUR}",
        ehlo=clear,
        ehlo_tls=(*clear[:-1], *((line,) if line else ())),
        **more,  # type: ignore[arg-type]
    )


ON_PREMISES = "EX01.corp.example.org"
SES = ("email-smtp.amazonaws.com", "8BITMIME", "STARTTLS", "AUTH PLAIN LOGIN", "Ok")
SENDGRID = ("smtp.sendgrid.net", "8BITMIME", "PIPELINING", "SIZE 31457280", "STARTTLS", "AUTH PLAIN LOGIN")
YAHOO = ("hermes--production-ir2-65bd8f5f6c-x7k2m.mail.yahoo.com Hello [{ip}]", "PIPELINING", "8BITMIME", "STARTTLS")
SERVICES = (
    *exchanges(),
    *refusing(),
    without_auth(),
    replace(TODAY, name="exchange-tls10", tls=Policy("TLSv1", "TLSv1", ANYTHING)),
    replace(TODAY, name="exchange-masked", banner="220 " + "*" * 92),
    kin(
        "exchange-mx",
        "DU2PEPF00028D05.mail.protection.outlook.com",
        None,
        certificate="mail.protection.outlook.com",
    ),
    kin(
        "exchange-21vianet",
        "BJXPR01CA0152.CHNPR01.prod.partner.outlook.cn",
        BOTH,
        certificate="partner.outlook.cn",
    ),
    Persona(
        "exchange-on-premises",
        banner=f"220 {ON_PREMISES} Microsoft ESMTP MAIL Service ready at {HOUR}",
        ehlo=(
            f"{ON_PREMISES} Hello [{{ip}}]",
            "SIZE 37748736",
            "PIPELINING",
            "DSN",
            "ENHANCEDSTATUSCODES",
            "STARTTLS",
            "X-ANONYMOUSTLS",
            "AUTH NTLM LOGIN",
            "X-EXPS GSSAPI NTLM",
            "8BITMIME",
            "BINARYMIME",
            "CHUNKING",
            "XRDST",
        ),
        certificate=ON_PREMISES,
    ),
    Persona(
        "ses",
        banner="220 email-smtp.amazonaws.com ESMTP SimpleEmailService-d-4PZ7LQXYZ 7f1kqG2pTn0a",
        ehlo=SES,
        ehlo_tls=tuple(line for line in SES if line != "STARTTLS"),
        success="235 Authentication successful.",
        failure="535 Authentication Credentials Invalid",
        certificate="email-smtp.eu-west-1.amazonaws.com",
    ),
    Persona(
        "sendgrid",
        banner="220 SG ESMTP service ready at geopod-ismtpd-canary-0",
        ehlo=SENDGRID,
        ehlo_tls=tuple(line for line in SENDGRID if line != "STARTTLS"),
        success="235 Authentication successful",
        failure="535 Authentication failed: Bad username / password",
        certificate="*.smtp.sendgrid.net",
    ),
    Persona(
        "yahoo",
        banner="220 smtp.mail.yahoo.com ESMTP ready",
        ehlo=YAHOO,
        ehlo_tls=(*YAHOO[:-1], "AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER"),
        success="235 2.0.0 OK",
        certificate="smtp.mail.yahoo.com",
        tls=Policy(names=("smtp.mail.global.gm0.yahoodns.net",)),
    ),
    Persona(
        "yahoo-tls12",
        banner="220 smtp.mail.yahoo.com ESMTP ready",
        ehlo=YAHOO,
        ehlo_tls=(*YAHOO[:-1], "AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER"),
        success="235 2.0.0 OK",
        certificate="smtp.mail.yahoo.com",
        tls=Policy(highest="TLSv1_2", names=("smtp.mail.global.gm0.yahoodns.net",)),
    ),
    Persona(
        "bare",
        banner="220 ready",
        ehlo=("ready", "STARTTLS", "SIZE 31457280"),
        ehlo_tls=("ready", "AUTH LOGIN", "SIZE 31457280"),
        failure="535 5.7.3 Authentication unsuccessful",
        certificate="smtp.azurecomm.net",
    ),
)
