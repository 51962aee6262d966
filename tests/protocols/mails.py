"""Mails as devices write them, wrapped into sessions, and what a session makes of who its client is."""

from __future__ import annotations

from collections.abc import Iterable

from sniffer.model.clues import Witness
from sniffer.protocols import SmtpSession
from tests.protocols.dialogue import Turn, Turns, byte_by_byte, cut, dialogue, feed
from tests.protocols.labelled import OPENING, QUIT, plain

ENVELOPE = """
    C: MAIL FROM:<scanner@example.org>
    S: 250 Ok
    C: RCPT TO:<office@example.org>
    S: 250 Ok
    C: DATA
    S: 354 go
"""


def sent(mail: str | bytes, *, before: str = OPENING + plain(), after: str = "S: 250 queued" + QUIT) -> Turns:
    """A session that sends a mail, behind a login unless said otherwise."""
    octets = mail.encode() if isinstance(mail, str) else mail
    body = b"\r\n".join(octets.splitlines()) + b"\r\n.\r\n"
    return [*dialogue(before + ENVELOPE), Turn(True, body), *dialogue(after)]


def heard(said: Iterable[Turn], *, ended: bool = True) -> Witness | None:
    """What a session that listens to who its client is makes of turns as they are."""
    session = SmtpSession(witness=True)
    feed(session, said)
    session.close()
    return session.witness(ended=ended)


def witness(said: Turns, *, everywhere: bool = True) -> Witness:
    """The same, however the bytes are cut."""
    whole = heard(said)
    assert heard(byte_by_byte(said)) == whole
    places = sum(len(turn.data) for turn in said)
    for place in range(0, places, 1 if everywhere else max(places // 200, 1)):
        assert heard(cut(said, place)) == whole
    assert whole
    return whole


def traits(found: Witness, *kinds: str) -> list[str]:
    """The traits of some kinds."""
    return [trait for trait in found.traits if trait.partition(":")[0] in kinds]


def kept(found: Witness) -> list[tuple[str, str, str]]:
    """The marks without what the rule itself says."""
    return [(mark.rule, mark.field, mark.value) for mark in found.marks if mark.field not in ("vendor", "kind")]


def makers(found: Witness) -> set[str]:
    """The makers that marks name."""
    return {mark.value for mark in found.marks if mark.field == "vendor"}
