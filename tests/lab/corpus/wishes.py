"""What a client shall do in one session, and the dice that make no two alike."""

from __future__ import annotations

import json
import random
from dataclasses import asdict, dataclass

from tests.lab.corpus.book import HOSTS, LETTERS, WORDS, user_name

HEX = "0123456789ABCDEF"
TEXT = ("please", "find", "the", "scanned", "document", "attached", "device", "status", "toner", "low", "tray", "job",
        "finished", "at", "page", "of", "temperature", "alarm", "backup", "completed", "with", "no", "errors", "disk",
        "volume", "is", "degraded", "see", "report", "for", "details", "regards", "do", "not", "reply")  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """One session as it is asked for; `body` is None where the client shall leave after AUTH.

    `initial` asks for an initial response, `odd` for what only some programs do; `slow` says that the server takes
    its time; `tls` is `starttls` or `implicit`.
    """

    host: str
    port: int
    tls: str
    helo: str
    mechanism: str | None
    initial: bool
    user: str
    secret: str
    sender: str
    to: tuple[str, ...]
    subject: str
    body: str | None
    variant: str = "13"
    slow: bool = False
    odd: str = ""

    def line(self) -> str:
        """The wish as a line of JSON: what driver programs read."""
        return json.dumps(asdict(self))


def wish_of(line: str) -> Wish:
    """Read a line again."""
    fields = json.loads(line)
    return Wish(**{**fields, "to": tuple(fields["to"])})


def helo_name(dice: random.Random) -> str:
    """A name as devices, servers and desktops give, four to sixty characters."""
    serial = "".join(dice.choices(HEX, k=12))
    kinds = (
        f"BRN{serial}", f"RNP{serial}", f"KMBT{serial[:6]}", f"EPSON{serial[:6]}", f"HP{serial[:6]}",
        f"NPI{serial[:6]}",
        f"XRX{serial}", f"SEC{serial}", f"ET{serial}", f"axis-{serial.lower()}", "localhost", "localhost.localdomain",
        f"DESKTOP-{serial[:7]}", "DiskStation", "raspberrypi", "copy", f"[10.20.0.{dice.randint(2, 60)}]",
        f"[192.168.{dice.randint(0, 9)}.{dice.randint(2, 254)}]", f"{dice.choice(WORDS)}.{dice.choice(HOSTS)}",
        f"{dice.choice(WORDS)}-{serial[:4].lower()}.{dice.choice(WORDS)}.{dice.choice(HOSTS)}",
        f"ip-10-20-0-{dice.randint(2, 60)}.eu-central-1.compute.internal.example.com",
    )  # fmt: skip
    return dice.choice(kinds)[:60]


def address(dice: random.Random) -> str:
    """A mailbox that nobody has."""
    while "@" not in (name := user_name(dice)):
        pass
    return name


def recipients(dice: random.Random) -> tuple[str, ...]:
    """One mostly, at times several."""
    return tuple(address(dice) for _ in range(dice.choice((1, 1, 1, 1, 1, 2, 2, 3, 5))))


def body(dice: random.Random) -> str:
    """A few lines, a page, or now and then an attachment of some thirty kilobytes; lines end in LF."""
    kind = dice.random()
    if kind < 0.07:
        size = dice.randint(300, 480)
        rows = ("".join(dice.choices(LETTERS + "+/", k=76)) for _ in range(size))
        return "Attached.\n\n" + "\n".join(rows) + "\n"
    count = dice.randint(1, 6) if kind < 0.65 else dice.randint(20, 70)
    return "".join(" ".join(dice.choices(TEXT, k=dice.randint(1, 12))) + "\n" for _ in range(count))


def subject(dice: random.Random) -> str:
    """Some words."""
    return " ".join(dice.choices(TEXT, k=dice.randint(1, 6)))
