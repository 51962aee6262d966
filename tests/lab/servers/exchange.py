"""One session's face of Exchange Online: its front end's name, its id, and every line made from them."""

from __future__ import annotations

import datetime
import random
from collections.abc import Mapping
from dataclasses import dataclass

from tests.lab.servers import exchange_texts as texts
from tests.lab.servers.exchange_texts import Text
from tests.lab.servers.personas import Persona
from tests.lab.servers.tls import Policy

NUMBERED = 4
"""Leaves with `PR` and a digit there are in a forest whose name has eight letters."""


@dataclass(frozen=True)
class FrontEnd:
    """Who answers: the first label of the banner, the forest, the id of the session, the address it sees, the time."""

    leaf: str
    forest: str
    id: str
    ip: str
    now: datetime.datetime
    domain: str = texts.DOMAIN

    @property
    def host(self) -> str:
        """The name in the bracket."""
        shout = self.forest.upper() == self.forest
        return f"{self.leaf}.{self.forest}.{'PROD.OUTLOOK.COM' if shout else 'prod.outlook.com'}"

    def bracketed(self, text: Text, **named: str) -> str:
        """A refusal as it goes out."""
        stamp = self.now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.now.microsecond // 1000:03d}Z"
        bracket = texts.BRACKET.words.format(host=self.host, stamp=stamp, id=self.id)
        return f"{text.words.format(**named)} {bracket}"

    def banner(self) -> str:
        """The first line."""
        day = self.now.strftime(texts.DAY).format(day=self.now.day)
        return texts.BANNER.words.format(leaf=self.leaf, domain=self.domain, day=day, id=self.id)

    def ehlo(self, auth: str) -> tuple[str, ...]:
        """The lines of the EHLO reply, with STARTTLS or AUTH in its place."""
        hello = texts.HELLO.words.format(leaf=self.leaf, domain=self.domain, ip=self.ip)
        return (hello, *(line.format(auth=auth) for line in texts.EXTENSIONS))

    def queued(self, dice: random.Random) -> tuple[str, str]:
        """The answer to a mail, and the id that a mail without one gets."""
        forest = self.forest.lower()
        mailbox_server = f"{letters(dice, 3)}PR{dice.randint(1, 20):02d}MB{dice.randint(1000, 9999)}"
        mailbox_server += f".{forest}.prod.outlook.com"
        own = f"<{letters(dice, 32)}@{mailbox_server}>"
        return texts.QUEUED.words.format(message_id="{message_id}", mailbox_server=mailbox_server), own


def letters(dice: random.Random, count: int) -> str:
    """Capital letters and digits, as such names have them."""
    return "".join(dice.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=count))


def front_end(dice: random.Random, ip: str) -> FrontEnd:
    """A front end as they are found: 13 or 15 letters, two kinds of forest."""
    numbered = dice.random() < 0.6
    leaf = dice.choice(texts.NUMBERED_LEAVES if numbered else texts.LEAVES)
    leaf = leaf[:-4] + f"{dice.randint(1, 499):04d}"
    forest = dice.choice(texts.NUMBERED_FORESTS if numbered else texts.FORESTS)
    return FrontEnd(leaf, forest, f"08DE{dice.randrange(16**12):012X}", ip, datetime.datetime.now(datetime.UTC))


def exchange(
    front: FrontEnd,
    dice: random.Random,
    name: str = "exo",
    delay: float = texts.DELAY,
    failure: str = "unsuccessful",
    refusals: Mapping[str, str] | None = None,
    line_by_line: bool = False,
    tls: Policy | None = None,
) -> Persona:
    """Exchange Online as this front end; `failure` and `refusals` name texts, these by user for right passwords."""
    queued, own = front.queued(dice)
    named = {user: front.bracketed(texts.REFUSALS[text]) for user, text in (refusals or {}).items()}
    return Persona(
        name,
        banner=front.banner(),
        ehlo=front.ehlo("STARTTLS"),
        ehlo_tls=front.ehlo(texts.AUTH_LINE.words),
        helo=texts.HELLO.words.format(leaf=front.leaf, domain=front.domain, ip=front.ip),
        answers={"AUTH": front.bracketed(texts.UNRECOGNIZED_AUTH), "MAIL": front.bracketed(texts.NEEDS_TLS)},
        prompts=texts.PROMPTS,
        success=texts.SUCCESS.words,
        failure=front.bracketed(texts.REFUSALS[failure]),
        refusals=named,
        cancelled=front.bracketed(texts.CANCELLED),
        unoffered=front.bracketed(texts.UNRECOGNIZED_AUTH),
        mail_ok=texts.SENDER_OK.words,
        rcpt_ok=texts.RECIPIENT_OK.words,
        reset_ok=texts.RESET_OK.words,
        data_go=texts.START_INPUT.words,
        queued=queued,
        own_message_id=own,
        bye=texts.BYE.words,
        ready=texts.READY.words,
        unauthenticated=texts.NOT_AUTHENTICATED.words,
        tail=front.bracketed(Text("", "V", None, None)).lstrip(),
        need_mail=front.bracketed(Text("503 5.5.2 Need mail command", "D", None, None)),
        unknown=front.bracketed(texts.UNRECOGNIZED, verb=""),
        delay=delay,
        line_by_line=line_by_line,
        tls=tls or Policy(),
    )
