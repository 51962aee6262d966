"""Who meets whom, and what for: a list of wishes for each client program, drawn by seeded dice."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.lab.corpus import wishes
from tests.lab.corpus.book import Account, Book, wrong
from tests.lab.corpus.clients.program import Form, Program
from tests.lab.corpus.endpoints import Endpoint
from tests.lab.corpus.wishes import Wish

VARIANTS = {"13": 40, "12": 22, "cc": 9, "ccm": 2, "cbc": 10, "mte": 9, "10": 6}
"""How often each kind of TLS is wanted."""
GROUPS = {"exo": 4.0, "gmail": 1.0, "postfix": 3.0, "exim": 2.0, "aiosmtpd": 1.0, "node": 1.5, "submission": 1.5,
          "haraka": 1.0, "gen": 4.0}  # fmt: skip
TOKENS = ("XOAUTH2", "OAUTHBEARER")
BY_PASSWORD = ("LOGIN", "PLAIN", "CRAM-MD5", "DIGEST-MD5", "NTLM")
UNOFFERED, RIGHT, REFUSED_ACCOUNT, LEAVES = 0.05, 0.62, 0.45, 0.12
"""How often a client insists on what is not offered, knows its password, meets a closed account, goes after AUTH."""
BASE64 = 4 / 3


@dataclass
class Plan:
    """The dice and what they choose from."""

    dice: random.Random
    book: Book
    endpoints: Sequence[Endpoint]

    def session(self, program: Program, slow: bool) -> Wish | None:
        """One session of a program; None where no server suits it."""
        form = program.form(self.dice)
        token = form.mechanism in TOKENS
        endpoint = self.endpoint(program, form, slow)
        if endpoint is None:
            return None
        account, secret = self.credentials(endpoint, token)
        if (len(secret) + len(account.user) + 60) * BASE64 > endpoint.longest or len(secret) > program.longest:
            return None
        leaves = program.quits and self.dice.random() < LEAVES and form.mechanism is not None
        return Wish(
            host=endpoint.ip,
            port=endpoint.port,
            tls="implicit" if endpoint.implicit else "starttls",
            helo=wishes.helo_name(self.dice),
            mechanism=form.mechanism,
            initial=self.dice.random() < 0.5 if form.initial is None else form.initial,
            user=account.user,
            secret=secret,
            sender=account.user if "@" in account.user and self.dice.random() < 0.7 else wishes.address(self.dice),
            to=wishes.recipients(self.dice),
            subject=wishes.subject(self.dice),
            body=None if leaves else wishes.body(self.dice),
            variant=endpoint.variant,
            slow=endpoint.slow,
            odd=self.dice.choice(program.odd),
        )

    def credentials(self, endpoint: Endpoint, token: bool) -> tuple[Account, str]:
        """Who logs in and with what; a closed account comes with the right password."""
        right = self.dice.random() < RIGHT
        closed = endpoint.refuses_accounts and not token
        if closed and (endpoint.server == "exo-off" or (not right and self.dice.random() < REFUSED_ACCOUNT)):
            account = self.book.draw(self.dice, token=False, refused=True)
            return account, account.secret
        account = self.book.draw(self.dice, token)
        return account, account.secret if right else wrong(self.dice, account)

    def endpoint(self, program: Program, form: Form, slow: bool) -> Endpoint | None:
        """A server that this program can talk to, and mostly one that offers what it wants."""
        unoffered = self.dice.random() < UNOFFERED
        found: dict[str, dict[str, list[Endpoint]]] = defaultdict(lambda: defaultdict(list))
        for each in self.endpoints:
            fits = each.variant in program.tls and (program.implicit or not each.implicit) and each.slow == slow
            if fits and (unoffered or self.suits(each, form)):
                found[each.variant][group(each)].append(each)
        if not found:
            return None
        groups = found[drawn(self.dice, {name: VARIANTS[name] for name in found})]
        return self.dice.choice(groups[drawn(self.dice, {name: GROUPS.get(name, 1.0) for name in groups})])

    def suits(self, endpoint: Endpoint, form: Form) -> bool:
        """Whether a server offers what a form wants; mail without AUTH is tried where it is refused, too."""
        if form.mechanism is None:
            return not endpoint.strict or self.dice.random() < 0.15
        if form.mechanism == "ANY":
            return bool(set(endpoint.offers) & set(BY_PASSWORD))
        return form.mechanism in endpoint.offers


def group(endpoint: Endpoint) -> str:
    """The kind of server, for an even choice."""
    return endpoint.server.partition("-")[0]


def drawn(dice: random.Random, weights: Mapping[str, float]) -> str:
    """One of the names by its weight."""
    return dice.choices(list(weights), list(weights.values()))[0]


def plan(
    dice: random.Random, book: Book, programs: Sequence[Program], endpoints: Sequence[Endpoint], sessions: int
) -> dict[str, list[Wish]]:
    """So many wishes for each program, the first with the real delay of Exchange Online if there is such a server."""
    total = sum(each.weight for each in programs)
    made: dict[str, list[Wish]] = {}
    for program in programs:
        plan_of = Plan(random.Random(f"{dice.random()}{program.name}"), book, endpoints)
        count, own = max(1, round(sessions * program.weight / total)), []
        for attempt in range(count * 30):
            wish = plan_of.session(program, slow=attempt == 0 and count > 5)
            if wish:
                own.append(wish)
            if len(own) == count:
                break
        made[program.name] = own
    return made
