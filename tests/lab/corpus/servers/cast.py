"""Which personas the corpus has, made anew for each connection where the real server changes its words."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tests.lab.corpus.servers.mta_texts import WORDS, Words
from tests.lab.servers.exchange import exchange, front_end
from tests.lab.servers.exchange_texts import DISABLED
from tests.lab.servers.personas import Persona
from tests.lab.servers.tls import Policy

OAUTH_ERROR = '{"status":"400","schemes":"Bearer","scope":"https://mail.example.net/"}'
SUPPORT = "https://support.google.com/mail/?p=BadCredentials"
GMAIL_EHLO = ("smtp.gmail.com at your service, [{ip}]", "SIZE 35882577", "8BITMIME")
GMAIL_REST = ("ENHANCEDSTATUSCODES", "PIPELINING", "CHUNKING", "SMTPUTF8")


@dataclass(frozen=True)
class Role:
    """A persona at an address: its kind, how it greets, what it offers, and its TLS.

    `strict` ones refuse mail without AUTH; `one_record` says how the EHLO reply is written.
    """

    kind: str
    mechanisms: tuple[str, ...]
    seed: int
    delay: float
    strict: bool
    one_record: bool
    tls: Policy


Casting = Callable[[Role, random.Random, Mapping[str, str]], Persona]


def client_ip(dice: random.Random) -> str:
    """The public address that a server far away sees; at times of the new kind."""
    if dice.random() < 0.12:
        return ":".join(f"{dice.randrange(1, 1 << 16):x}" for _ in range(8))
    return ".".join(str(dice.choice((dice.randint(1, 99), dice.randint(100, 254)))) for _ in range(4))


def exo(role: Role, dice: random.Random, refusals: Mapping[str, str]) -> Persona:
    """Exchange Online; one front end for each connection."""
    front = front_end(dice, client_ip(random.Random(role.seed)))
    failure = {"exo-off": dice.choice(DISABLED), "exo-consumer": "basic"}.get(role.kind)
    failure = failure or ("unsuccessful", "credentials")[role.seed % 2]
    never = () if role.kind == "exo" else ("LOGIN",)
    made = exchange(front, dice, role.kind, role.delay, failure, refusals, not role.one_record, role.tls)
    return replace(made, never=never)


def gmail(role: Role, dice: random.Random, _: Mapping[str, str]) -> Persona:
    """Gmail: an id of the session at the end of most replies."""
    session = (
        f"{dice.randrange(16**13):x}-{dice.randrange(16**11):x}sm{dice.randint(10**6, 10**8)}.{dice.randint(1, 60)}"
    )
    end = f" {session} - gsmtp"
    auth = "AUTH LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH"
    hello = [line.replace("{ip}", client_ip(random.Random(role.seed))) for line in GMAIL_EHLO]
    return Persona(
        role.kind,
        banner=f"220 smtp.gmail.com ESMTP{end}",
        ehlo=(*hello, "STARTTLS", *GMAIL_REST),
        ehlo_tls=(*hello, auth, *GMAIL_REST),
        ready="220 2.0.0 Ready to start TLS",
        success="235 2.7.0 Accepted",
        failure="535-5.7.8 Username and Password not accepted. For more information, go to\r\n"
        f"535 5.7.8  {SUPPORT}{end}",
        error_challenge=OAUTH_ERROR,
        mail_ok=f"250 2.1.0 OK{end}",
        rcpt_ok=f"250 2.1.5 OK{end}",
        data_go=f"354 Go ahead{end}",
        queued=f"250 2.0.0 OK  {dice.randint(1_700_000_000, 1_900_000_000)}{end}",
        bye=f"221 2.0.0 closing connection{end}",
        unauthenticated="530-5.7.0 Authentication Required. For more information, go to\r\n"
        f"530 5.7.0  https://support.google.com/mail/?p=WantAuthError{end}",
        need_mail=f"503 5.5.1 MAIL first{end}",
        delay=role.delay,
        tls=role.tls,
    )


def spoken(words: Words, role: Role, _: random.Random) -> Persona:
    """A server that talks in these words."""
    host = f"smtp{role.seed % 90}.{'mail.' * (role.seed % 3)}example.net"
    hello = words.hello.format(host=host, ip=client_ip(random.Random(role.seed)))
    auth = f"AUTH {' '.join(role.mechanisms)}"
    rest = [line.replace("{auth}", auth) for line in words.extensions]
    clear = [line.replace("{auth}", "STARTTLS") for line in words.extensions]
    known = {"host": host, "address": "{address}", "user": "{user}"}
    return Persona(
        role.kind,
        banner=words.banner.format(**known),
        ready=words.ready,
        ehlo=(hello, *clear),
        ehlo_tls=(hello, *rest),
        helo=hello,
        prompts=words.prompts,
        success=words.success.format(**known),
        failure=words.failure,
        error_challenge=OAUTH_ERROR if role.seed % 2 else None,
        mail_ok=words.mail.format(**known),
        rcpt_ok=words.rcpt.format(**known),
        data_go=words.data,
        queued=words.queued,
        bye=words.bye.format(**known),
        unauthenticated="530 5.7.0 Authentication required" if role.strict else None,
        need_mail="503 5.5.1 Error: need MAIL command" if role.strict else None,
        delay=role.delay,
        line_by_line=not role.one_record,
        tls=role.tls,
    )


def persona(role: Role, dice: random.Random, refusals: Mapping[str, str]) -> Persona:
    """The persona of a role for one connection."""
    if role.kind.startswith("exo"):
        return exo(role, dice, refusals)
    if role.kind == "gmail":
        return gmail(role, dice, refusals)
    kind = role.kind.removeprefix("gen-")
    words = WORDS.get(kind) or WORDS[sorted(WORDS)[role.seed % len(WORDS)]]
    made = spoken(words, role, dice)
    never = {"fallback": ("CRAM-MD5",), "ntlm": ("NTLM",) * (role.seed % 2)}.get(kind, ())
    return replace(made, never=never)
