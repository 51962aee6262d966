"""The made-up people of the corpus: user names, passwords, tokens, and what their service thinks of them."""

from __future__ import annotations

import base64
import json
import random
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.servers.exchange_texts import DISABLED

WORDS = ("scan", "copier", "printer", "fax", "nas", "backup", "alerts", "monitor", "camera", "ups", "hvac", "door",
         "reception", "warehouse", "invoice", "accounts", "office", "lab", "noreply", "support", "service", "device",
         "floor2", "hall", "gate", "reports", "billing", "helpdesk", "archive", "studio", "north", "south")  # fmt: skip
HOSTS = ("example.org", "example.com", "example.net", "corp.example.com", "mail.example.org", "muenchen.example.net",
         "a.example", "branch-office.example.com", "intranet.manufacturing.example.org")  # fmt: skip
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
SAFE_SIGNS = "!+-./=?@_~^"
"""Signs that no configuration file, table or URL of the lab gives a meaning to."""
URL_SAFE = LETTERS + "-_"


@dataclass(frozen=True)
class Account:
    """A user with a password or a token; `refusal` names the text by which Exchange Online turns it away."""

    user: str
    secret: str
    token: bool = False
    refusal: str | None = None


@dataclass
class Book:
    """All accounts of a run."""

    accounts: list[Account] = field(default_factory=list)

    def draw(self, dice: random.Random, token: bool, refused: bool = False) -> Account:
        """Some account of a kind."""
        return dice.choice([a for a in self.accounts if a.token == token and (a.refusal is not None) == refused])

    def write(self, path: Path) -> None:
        """The book as servers read it: secret and refusal by user."""
        path.write_text(json.dumps({each.user: [each.secret, each.refusal] for each in self.accounts}))


def read(path: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Secrets and refusals by user."""
    rows: dict[str, list[str | None]] = json.loads(path.read_text())
    return (
        {user: row[0] for user, row in rows.items() if row[0] is not None},
        {user: row[1] for user, row in rows.items() if row[1] is not None},
    )


def book(dice: random.Random, passwords: int = 420, tokens: int = 220, refused: int = 90) -> Book:
    """A book of accounts with nobody in it twice."""
    made: dict[str, Account] = {}
    while len(made) < passwords + tokens + refused:
        user, count = user_name(dice), len(made)
        if user in made or not 8 <= len(user) <= 45:
            continue
        token = passwords <= count < passwords + tokens
        refusal = dice.choice(DISABLED) if count >= passwords + tokens else None
        made[user] = Account(user, bearer_token(dice) if token else password(dice), token, refusal)
    return Book(list(made.values()))


def user_name(dice: random.Random) -> str:
    """A mailbox mostly, sometimes a bare name."""
    parts = dice.sample(WORDS, dice.choice((1, 1, 2, 2, 3)))
    name = dice.choice((".", "-", "_", "")).join(parts)
    if dice.random() < 0.5:
        name += str(dice.randint(1, 9999))
    return name if dice.random() < 0.08 else f"{name}@{dice.choice(HOSTS)}"


def password(dice: random.Random) -> str:
    """Four to forty characters."""
    length = min(40, max(4, round(dice.lognormvariate(2.4, 0.45))))
    return "".join(dice.choices(LETTERS + SAFE_SIGNS, k=length))


def bearer_token(dice: random.Random) -> str:
    """A JWT, an opaque token of a consumer account, or a short one."""
    kind = dice.random()
    if kind < 0.5:
        claims = "".join(dice.choices(URL_SAFE, k=dice.randint(350, 3700)))
        head = base64.urlsafe_b64encode(b'{"typ":"JWT","alg":"RS256","kid":"made-up"}').decode().rstrip("=")
        return f"{head}.{claims}.{''.join(dice.choices(URL_SAFE, k=342))}"
    if kind < 0.7:
        return "EwB" + "".join(dice.choices(LETTERS + "+/", k=dice.randint(1097, 1297)))
    return "ya29." + "".join(dice.choices(URL_SAFE, k=dice.randint(195, 395)))


def wrong(dice: random.Random, account: Account) -> str:
    """A secret that is not the right one."""
    return bearer_token(dice) if account.token else password(dice) + "x"
