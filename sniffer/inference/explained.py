"""A dialogue inside TLS turn by turn, as it was read: for a reader who has Wireshark open beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from msgspec.structs import replace

from sniffer.inference.attempts import AUTH
from sniffer.inference.delays import waited
from sniffer.inference.hidden import Ear, Hidden
from sniffer.inference.notation import CREDENTIALS, is_fixed, masked, may_be_secret, told, told_of_client
from sniffer.inference.reading import Said
from sniffer.inference.reading_turns import Meaning
from sniffer.inference.turns import Dialogue, Half, Turn, began
from sniffer.model.facts import SessionFact
from sniffer.model.findings import DialogueFinding, Rival, TurnFinding

SHOWN = 0.01
"""Probability from which on something is shown."""

ODD = 0.1
"""Probability that nothing explains a dialogue, from which on each of its turns may be a credential."""

SAID: dict[str, str] = {
    "user": "user name",
    "password": "password",
    "plain": "PLAIN answer",
    "token": "token",
    "cram": "CRAM-MD5 answer",
    "digest": "DIGEST-MD5 answer",
    "ntlm-negotiate": "NTLM negotiate",
    "ntlm-authenticate": "NTLM authenticate",
    "scram-first": "SCRAM first message",
    "scram-final": "SCRAM final message",
    "gssapi": "GSSAPI token",
    "gssapi-wrap": "GSSAPI wrap",
    "external": "EXTERNAL answer",
    "answer": "AUTH answer",
    "empty": "empty answer",
    "cancel": "* (cancel)",
    "anything": "a command in place of an answer",
    "mail": "MAIL FROM",
    "recipient": "RCPT TO",
    "recipients": "RCPT TO, several",
    "data": "DATA",
    "envelope": "MAIL, RCPT, DATA",
    "envelope-half": "MAIL, RCPT",
    "recipient-data": "RCPT, DATA",
    "text": "the mail's text",
    "chunk": "BDAT and text",
    "everything": "MAIL, RCPT, BDAT and text",
    "quit": "QUIT",
    "reset": "RSET",
    "reset-quit": "RSET, QUIT",
    "alert": "close_notify",
    "hello": "EHLO",
    "question": "VRFY, EXPN, HELP or no command",
    "aside": "something else",
}
"""What a client says, in words."""

REPLIED: dict[str, str] = {
    "prompt": "334 prompt",
    "go-on": "334",
    "challenge-cram": "334 challenge",
    "challenge-digest": "334 challenge",
    "digest-proof": "334 rspauth",
    "challenge-ntlm": "334 challenge",
    "challenge-scram": "334 challenge",
    "scram-proof": "334 server's proof",
    "challenge-gssapi": "334 token",
    "challenge": "334 challenge",
    "oauth-error": "334 error",
    "accepted": "235 accepted",
    "refused": "535 refused",
    "unknown-mechanism": "504/535 refused",
    "mail-accepted": "250",
    "recipient-accepted": "250",
    "recipient-again": "250",
    "chunk-accepted": "250",
    "go-ahead": "354",
    "queued": "250 taken",
    "mail-refused": "530/550 refused",
    "rejected": "5xx refused",
    "envelope-accepted": "250, 250, 354",
    "envelope-half-accepted": "250, 250",
    "envelope-refused": "5xx refused",
    "data-accepted": "250, 354",
    "everything-accepted": "250s",
    "queued-bye": "250 taken, 221",
    "bye": "221",
    "reset-done": "250",
    "reset-bye": "250, 221",
    "echoed": "250 with the address",
    "list": "250 list",
    "answered": "an answer",
    "aside-answer": "an answer",
    "unanswered": "",
}
"""What a server says, in words."""


class _Times(TypedDict):
    first: int
    answered: int | None


def dialogue_of(fact: SessionFact, heard: Hidden, ear: Ear) -> DialogueFinding:
    """Return a dialogue as it was read."""
    found = heard.dialogue
    read = ear.meanings(heard)
    odd = heard.odd >= ODD
    turns = [
        _turn(fact, turn, said, meaning, odd=odd)
        for turn, said, meaning in zip(heard.turns, heard.said, read, strict=True)
    ]
    hello = [_hello(fact, found.hello, found)] if found.hello and len(heard.said) == len(found.turns) else []
    greeting = [_greeting(fact, found.greeting)] if found.greeting else []
    families = [Rival(family, round(value, 4)) for family, value in heard.families.items() if value >= SHOWN]
    others = [Rival("none of these", round(heard.odd, 4))] if heard.odd >= SHOWN else []
    return DialogueFinding(
        turns=(*greeting, *hello, *turns),
        families=tuple(sorted([*families, *others], key=lambda each: (-each.probability, each.label))),
        calibration=calibration(fact, heard),
        cut=found.cut,
    )


def _turn(fact: SessionFact, turn: Turn, said: Said, meanings: Mapping[Meaning, float], *, odd: bool) -> TurnFinding:
    """Return a turn; of a dialogue that is ``odd`` each may be a credential."""
    ranked = sorted(meanings.items(), key=lambda each: (-each[1], each[0]))
    (client, server), probability = ranked[0] if ranked else (("", ""), 0.0)
    credential = client in CREDENTIALS or odd or may_be_secret(meanings)
    rivals = [Rival(f"{words(*meaning)}", round(value, 4)) for meaning, value in ranked[1:] if value >= SHOWN]
    mine, reply, fixed = turn.client, turn.server, not credential and is_fixed(said.client, client)
    return TurnFinding(
        **_times(fact, turn),
        client=told_of_client(said.client, client, doubtful=credential),
        client_records=_records(mine) if mine and fixed else "",
        server=told(said.server) if said.server else "",
        server_records=_records(reply) if reply else "",
        what=_said(client) if ranked else "nothing known",
        reply=REPLIED.get(server, server),
        credential=credential,
        fixed=fixed,
        probability=round(probability, 4),
        rivals=tuple(rivals),
    )


def words(client: str, server: str) -> str:
    """Return the meaning of a turn in words."""
    reply = REPLIED.get(server, server)
    return f"{_said(client)} > {reply}" if reply else _said(client)


def _said(client: str) -> str:
    if not client.startswith(AUTH):
        return SAID[client]
    name = {"cram": "CRAM-MD5", "digest": "DIGEST-MD5", "scram-1": "SCRAM-SHA-1", "scram-256": "SCRAM-SHA-256"}
    mechanism, _, initial = client.removeprefix(AUTH).partition("-initial")
    initial = "-initial" if client.endswith("-initial") else ""
    name |= {"other": "of another mechanism", "odd": "in an odd way"}
    shown = f"AUTH {name.get(mechanism, mechanism.upper())}"
    return f"{shown} with initial response" if initial else shown


def _records(half: Half) -> str:
    return str(half.octets) if half.records == 1 else f"{half.records} records, {half.octets}"


def _hello(fact: SessionFact, turn: Turn, inside: Dialogue) -> TurnFinding:
    """Return the EHLO; where it is not the one that was said in clear, it may be another command, and is masked."""
    if inside.anchored or turn.client is None:
        return _certain(fact, turn, "EHLO again", "250 list")
    what = "EHLO" if inside.greeting else "EHLO, another name"
    found = _certain(fact, turn, what, "250 list")
    return replace(found, client=masked(turn.client.text), client_records="", credential=True, fixed=False)


def _greeting(fact: SessionFact, half: Half) -> TurnFinding:
    return _certain(fact, Turn(None, half), "", "220 greeting")


def _times(fact: SessionFact, turn: Turn) -> _Times:
    """Return when a turn began, and how long its reply took."""
    took, begins = waited(fact, turn), turn.client or turn.server
    first = began(fact.shape, begins) if fact.shape and begins else 0
    return {"first": first, "answered": None if took is None else max(took, 0)}


def _certain(fact: SessionFact, turn: Turn, what: str, reply: str) -> TurnFinding:
    client, server = turn
    return TurnFinding(
        **_times(fact, turn),
        client=told(client.text) if client else "",
        client_records=_records(client) if client else "",
        server=told(server.text) if server else "",
        server_records=_records(server) if server else "",
        what=what,
        reply=reply,
        credential=False,
        fixed=client is not None,
        probability=1.0,
    )


def calibration(fact: SessionFact, heard: Hidden) -> str:
    """Return how plaintext lengths were worked out, in a sentence or two."""
    found, tls = heard.dialogue, fact.tls
    how, cipher = found.protection, tls.cipher if tls else None
    if how.block > 1:
        text = f"{cipher}: a record is {how.overhead} bytes and up to {how.block} of padding longer than its text"
    else:
        text = f"{cipher}: a record is {how.overhead} bytes longer than its text"
    if found.padding.kind == "constant":
        text += f", and the client adds {found.padding.client} bytes to each (as Java does)"
    elif found.padding.kind == "block":
        text += f", and the client pads to a multiple of {found.padding.client}"
    if found.padding.server:
        text += f", the server {found.padding.server}"
    if found.greeting:
        return f"{text}. The server greets inside TLS, and what the client says begins behind that."
    if found.anchored:
        return f"{text}. A text as long as the EHLO in clear ({fact.speech.hello_octets}) came again inside TLS."
    return f"{text}. The EHLO in clear did not come again: the start is where the handshake ends."
