"""Captures of sessions inside TLS, and the keys to them."""

from __future__ import annotations

from ssl import TLSVersion

from tests.protocols.dialogue import Turns, b64, dialogue
from tests.protocols.handshakes import contexts
from tests.protocols.keyed import Spoken, encrypted
from tests.wire import Conversation, Frame

USER, PASSWORD = "scan@example.org", "correct-horse-9"
INSIDE = f"""
    C: EHLO RNP002673A1B2C3
    S: 250-mail.example.org Hello [203.0.113.9]
    S: 250 AUTH LOGIN XOAUTH2
    C: AUTH LOGIN
    S: 334 VXNlcm5hbWU6
    C: {b64(USER)}
    S: 334 UGFzc3dvcmQ6
    C: {b64(PASSWORD)}
    S: 235 2.7.0 Authentication successful
    C: QUIT
    S: 221 2.0.0 Bye
"""
GREETING = "S: 220 mail.example.org ESMTP"


def said(inside: str = INSIDE, *, starttls: bool = True, version: TLSVersion = TLSVersion.TLSv1_3) -> Spoken:
    """A dialogue inside TLS, behind STARTTLS or with its greeting from the first byte."""
    turns = dialogue(inside if starttls else GREETING + inside)
    spoken = encrypted(turns, *contexts(maximum=version))
    return Spoken(spoken.behind_starttls, spoken.log) if starttls else spoken


def frames(turns: Turns, *, port: int = 587, client: str = "10.0.3.17", client_port: int = 49152) -> list[Frame]:
    """The same as frames on a wire."""
    talk = Conversation(client=client, client_port=client_port, port=port)
    talk.open()
    for turn in turns:
        (talk.client if turn.from_client else talk.server)(turn.data)
    talk.close()
    return talk.frames(mss=1400)
