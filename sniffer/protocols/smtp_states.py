"""The states of an SMTP session as a watcher sees them.

Rules of this file:
1. Everything that decides what the client's next bytes are stands here.
2. The next phase depends on the command and the class of its reply, never on the phase before: we
   follow, we do not judge.
3. A pair without a row leaves the phase as it is.
4. What nobody sends has a name too: the connection itself, an AUTH answer, its cancellation, the end
   of a mail's data.
"""

from __future__ import annotations

from enum import IntEnum, auto
from typing import TypeVar

Names = TypeVar("Names", bound=type[IntEnum])

END_OF_DATA = b"\r\n.\r\n"
BARE_END_OF_DATA = b"\n.\n"
"""The line that ends a mail, with the end of the line before it (RFC 5321 4.1.1.4)."""


def at_hand(names: Names) -> Names:
    """Keep an enumeration's members in the class itself, as Python 3.12 does: 3.11 takes 100 ns to look one up."""
    for name, member in names.__members__.items():
        type.__setattr__(names, name, member)
    return names


@at_hand
class Phase(IntEnum):
    """What the client's next bytes are."""

    OPENING = auto()  # nothing said yet: SMTP, or TLS from the first byte
    COMMAND = auto()
    AUTH = auto()  # AUTH or an answer sent, the reply not seen
    ANSWER = auto()  # the server asked (334)
    DATA = auto()  # DATA sent, the reply not seen
    BODY = auto()  # a mail, up to the line of one dot
    CHUNK = auto()  # a counted piece of a mail (BDAT)
    TLS = auto()  # STARTTLS sent: TLS, or a command if it was refused
    HANDSHAKE = auto()  # TLS has begun: records of its handshake
    LOST = auto()  # joined late or bytes missing: nothing is believed until both sides fit again
    DONE = auto()  # encrypted, or authenticated (RFC 4954 4: no AUTH may follow): nothing more can be learned


@at_hand
class Turn(IntEnum):
    """What a reply answers."""

    CONNECT = auto()
    HELLO = auto()
    AUTH = auto()
    ANSWER = auto()
    IN_PLACE = auto()  # a command where an AUTH answer was due
    CANCEL = auto()
    STARTTLS = auto()
    MAIL = auto()
    RCPT = auto()
    DATA = auto()
    END_OF_DATA = auto()
    QUIT = auto()
    OTHER = auto()
    ASTRAY = auto()  # whatever it was, its reply is missing or torn


TURNS: dict[str, Turn] = {
    "EHLO": Turn.HELLO, "HELO": Turn.HELLO, "LHLO": Turn.HELLO, "AUTH": Turn.AUTH, "X-EXPS": Turn.AUTH,
    "STARTTLS": Turn.STARTTLS, "MAIL": Turn.MAIL, "SEND": Turn.MAIL, "SOML": Turn.MAIL, "SAML": Turn.MAIL,
    "RCPT": Turn.RCPT, "DATA": Turn.DATA, "QUIT": Turn.QUIT,
}  # fmt: skip
"""Commands that matter; all others are OTHER."""

SENT: dict[Turn, Phase] = {
    Turn.AUTH: Phase.AUTH,
    Turn.ANSWER: Phase.AUTH,
    Turn.CANCEL: Phase.COMMAND,
    Turn.IN_PLACE: Phase.COMMAND,
    Turn.STARTTLS: Phase.TLS,
    Turn.DATA: Phase.DATA,
}
"""The phase after the client sent this and before the reply; COMMAND for what has no row."""

REPLIED: dict[tuple[Turn, int], Phase] = {
    (Turn.AUTH, 2): Phase.DONE,
    (Turn.AUTH, 3): Phase.ANSWER,
    (Turn.AUTH, 4): Phase.COMMAND,
    (Turn.AUTH, 5): Phase.COMMAND,
    (Turn.ANSWER, 2): Phase.DONE,
    (Turn.ANSWER, 3): Phase.ANSWER,
    (Turn.ANSWER, 4): Phase.COMMAND,
    (Turn.ANSWER, 5): Phase.COMMAND,
    (Turn.ASTRAY, 2): Phase.COMMAND,
    (Turn.ASTRAY, 4): Phase.COMMAND,
    (Turn.ASTRAY, 5): Phase.COMMAND,
    (Turn.STARTTLS, 2): Phase.TLS,
    (Turn.STARTTLS, 4): Phase.COMMAND,
    (Turn.STARTTLS, 5): Phase.COMMAND,
    (Turn.DATA, 3): Phase.BODY,
    (Turn.DATA, 4): Phase.COMMAND,
    (Turn.DATA, 5): Phase.COMMAND,
}
"""(what was answered, first digit of the reply) → the phase that follows."""

FITTING: dict[Turn, tuple[int, ...]] = {
    Turn.CONNECT: (220, 4, 520, 521, 550, 551, 553, 554, 556, 571),
    Turn.AUTH: (235, 334, 4, 5),
    Turn.ANSWER: (235, 334, 4, 5),
    Turn.STARTTLS: (220, 4, 5),
    Turn.DATA: (354, 4, 5),
    Turn.END_OF_DATA: (2, 4, 5),
    Turn.HELLO: (2, 4, 5),
    Turn.MAIL: (2, 4, 5),
    Turn.QUIT: (2, 4, 5),
}
"""Replies that can answer a turn: whole codes, or first digits.  Anything answers what has no row."""


CONFIRMING: dict[Turn, tuple[int, ...]] = {
    Turn.AUTH: (235, 334, 432, 454, 501, 503, 504, 530, 534, 535, 538),
    Turn.STARTTLS: (220, 454, 501, 503, 530),
}
"""Replies that prove a line to have been this command where it may as well have been part of a mail: no
mail is answered so (RFC 5321 4.3.2).  What has no row is proven by any reply that fits."""


def proves(turn: Turn, code: int) -> bool:
    """Say whether a reply proves that the line before it was a command of this kind."""
    return fits(turn, code) and code in CONFIRMING.get(turn, (code,))


def fits(turn: Turn, code: int) -> bool:
    """Say whether a reply can be the answer to a turn."""
    allowed = FITTING.get(turn)
    return allowed is None or code in allowed or code // 100 in allowed
