"""Exchange Online as its logs show it: every text, length and delay, behind different TLS.

Each persona is a front end of its own; `exo-NAME` refuses the right password of `scan@example.org` with that refusal.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from typing import Any

from tests.lab.servers import exchange_texts as texts
from tests.lab.servers.exchange import FrontEnd, exchange
from tests.lab.servers.personas import Persona
from tests.lab.servers.tls import ANYTHING, Policy

NOW = datetime.datetime(2026, 11, 23, 18, 6, 35, 781_000, datetime.UTC)
GREETED = "{ip}"
"""The address that the server sees is filled in when it greets."""
USER = "scan@example.org"
CBC = "ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES256-SHA"
LEAVES = (*texts.NUMBERED_LEAVES, *texts.LEAVES)


def front_end(name: str) -> FrontEnd:
    """The front end of a persona, the same in every recording."""
    dice = random.Random(name)
    leaf = dice.choice(LEAVES)
    numbered = leaf[3:5] == "PR" and leaf[5].isdigit()
    forest = dice.choice(texts.NUMBERED_FORESTS if numbered else texts.FORESTS)
    return FrontEnd(leaf, forest, f"08DE{dice.randrange(16**12):012X}", GREETED, NOW)


def persona(name: str, **more: Any) -> Persona:
    """A persona by its name."""
    return exchange(front_end(name), random.Random(name), name, **more)


def refusing() -> Iterator[Persona]:
    """One for each refusal, of a wrong password or of the right one."""
    for name in texts.REFUSALS:
        if name in texts.DISABLED:
            yield persona(f"exo-{name}", refusals={USER: name})
        else:
            yield persona(f"exo-{name}", failure=name)


EXCHANGE_PERSONAS = (
    persona("exo"),
    persona("exo-line-by-line", line_by_line=True),
    persona("exo-no-tickets", tls=Policy(tickets=0)),
    persona("exo-tls12", tls=Policy(highest="TLSv1_2")),
    persona("exo-any-cipher", tls=Policy(highest="TLSv1_2", ciphers=ANYTHING)),
    persona("exo-cbc", tls=Policy(highest="TLSv1_2", ciphers=CBC)),
    persona("exo-cbc-mac-first", tls=Policy(highest="TLSv1_2", ciphers=CBC, encrypt_then_mac=False)),
    persona("exo-tls10", tls=Policy("TLSv1", "TLSv1", ANYTHING)),
    persona("exo-p384", tls=Policy(group="secp384r1")),
    persona("exo-renegotiates", tls=Policy(highest="TLSv1_2", renegotiates=True)),
    *refusing(),
)
