"""Finding the way again: bytes missing, joined late, replies that came too early.

A mail may quote SMTP, and replies may be another's: nothing is believed until a command and its reply fit
each other, and what the order of answers alone would prove is not believed at all.
"""

from __future__ import annotations

from sniffer.protocols.smtp_grammar import (
    WHOLE_COMMAND,
    Command,
    command,
)
from sniffer.protocols.smtp_memory import IN_AUTH, TORN, Memory
from sniffer.protocols.smtp_replies import Reply
from sniffer.protocols.smtp_states import TURNS, Phase, Turn, fits, proves

UP_TO_A_DOT = (Phase.BODY, Phase.DATA)
"""Phases in which a line of one dot ends a mail: its 354 was seen, or is to come."""

IN_MAIL = (*UP_TO_A_DOT, Phase.CHUNK)
"""Phases in which missing bytes are a mail's, at first."""


class Lost(Memory):
    """Takes what comes while the two sides do not fit."""

    def _miss_client(self, length: int) -> None:
        self._client.forget()
        self._torn = True
        if self._recorder is not None:
            self._recorder.stop()
        if self._phase is Phase.CHUNK and length <= self._chunk:
            self._chunk -= length
            self._phase = Phase.CHUNK if self._chunk else Phase.COMMAND
            return
        if not self._mail:
            self._blind = True
        if self._phase is Phase.TLS:
            self._held = b""
            return
        if self._phase is Phase.OPENING:
            self._held, self._late = b"", True
            return
        if self._phase is not Phase.LOST:  # a mail with several holes is one mail still
            self._lost_in = self._phase
        in_mail = self._lost_in in IN_MAIL
        early = () if in_mail else tuple(self._early)
        self._lose()
        self._believable = not in_mail
        self._catch_up(early)

    def _catch_up(self, early: tuple[Reply, ...]) -> None:
        """Take replies that came before their commands were found missing."""
        for reply in early:
            self._phase = Phase.LOST
            if reply is TORN:
                self._close_attempt()
            else:
                self._reply(reply)
        attempt = self._attempt()
        if attempt:
            attempt.doubt(unheard=True)  # nobody knows how many of these prompts have been answered

    def _miss_server(self, length: int) -> None:
        """Replies are missing: only the last of several commands can be sure that the next one is its own."""
        self._server.forget()
        self._replies.forget()
        self._server_held = b""
        if self._banner_torn:  # not unfinished: its end is what is missing
            self._banner = None
            self._anomalies.pop("banner-unfinished", None)
        if length and self._waiting:
            self._replies_missing()
        elif length:
            self._early.append(TORN)

    def _replies_missing(self) -> None:
        """Give up on the replies to all commands so far; that to the last may still come in part."""
        missed = [self._waiting.popleft() for _ in range(len(self._waiting) - 1)]
        last = self._waiting[0]
        if any(turn in IN_AUTH for turn in missed) and last not in IN_AUTH:
            self._close_attempt()
        attempt = self._attempt()
        if attempt:
            attempt.doubt(unheard=True)
        if last in IN_AUTH or (not missed and last not in (Turn.STARTTLS, Turn.DATA)):
            self._waiting[0] = Turn.ASTRAY

    def _lost_line(self, line: bytes) -> None:
        """Take a line of the client while lost.

        A mail may quote SMTP, so a line that looks like a command counts only while nothing that looks
        like mail came since; else it waits for a reply that fits it.  A line that may lack its beginning
        is nothing else.
        """
        torn, self._torn = self._torn, False
        whole = not torn and (self._client.framed or not self._client.crlf)
        if line == b"." and whole and self._lost_in in UP_TO_A_DOT:
            self._mail_over()
            return
        if self._believable and WHOLE_COMMAND.match(line):
            self._phase = Phase.COMMAND
            self._close_attempt()  # who goes on has had the last word on it
            self._command(line)
            return
        self._believable &= _like_dialogue(line)
        self._last_line = line if not torn or WHOLE_COMMAND.match(line) else b""

    def _lost_reply(self, reply: Reply) -> None:
        """Find the way again by a reply: to the last line of the client, or to what was not seen."""
        line, self._last_line = self._last_line, b""
        lost_in, self._lost_in = self._lost_in, None
        if reply.code == 354 and lost_in is Phase.DATA and not self._lacks[False]:
            self._mail_has_begun()
            return
        in_mail = lost_in in IN_MAIL
        if in_mail and fits(Turn.END_OF_DATA, reply.code) and reply.code not in (220, 221, 235):
            line = b""  # nothing but the mail can have been answered, whatever it quotes
            if lost_in is Phase.BODY and not self._lacks[False]:
                self._mail_answered(Turn.END_OF_DATA, reply)
        said = command(line) if WHOLE_COMMAND.match(line) else Command("", b"")
        turn = TURNS.get(said.verb, Turn.OTHER)
        if said.verb and proves(turn, reply.code):
            self._phase = Phase.COMMAND
            self._close_attempt()
            self._command(line)
            if self._lacks[False]:
                self._replies_missing()
            self._reply(reply)
        else:
            self._answer_alone(reply, line)
        self._believable = True

    def _answer_alone(self, reply: Reply, line: bytes) -> None:
        """Take a reply to what was not seen, after a line that was not understood."""
        if self.ledger is not None:
            self.ledger.mail_ends()
        if reply.code == 334:
            self._prompted(reply, line)
        elif reply.code == 354:
            self._mail_begins()
        elif reply.code == 220:
            self._phase = Phase.TLS
            if self._banner is None and self._helo is None and not self._mail:
                self._greet(reply)
        else:
            self._lost_outcome(reply, line)

    def _mail_has_begun(self) -> None:
        """Take a 354 that comes late: the missing bytes behind its DATA are of the mail, and may hold its end."""
        self._lost_in = Phase.BODY
        if self.ledger is not None:
            self.ledger.mail_begins(in_order=False)

    def _mail_over(self) -> None:
        """Take the end of a mail of which bytes are missing: no line in it is a dot alone (RFC 5321 4.5.2)."""
        if self._lost_in is Phase.DATA:
            self._waiting.append(Turn.DATA)
        if self.ledger is not None:
            self.ledger.mail_ends_here()
        self._lost_in = None
        self._sent(Turn.END_OF_DATA)

    def _lost_outcome(self, reply: Reply, line: bytes) -> None:
        """Take the end of an AUTH exchange whose beginning was not seen; else only the way is found."""
        self._phase = Phase.COMMAND
        attempt = self._attempt()
        if attempt is None and reply.code == 235:
            attempt = self._new_attempt(None)
            attempt.doubt(unheard=True)
            attempt.answer(line.strip())
        if attempt and (reply.code == 235 or reply.code // 100 in (4, 5)):
            attempt.finish(reply.code, reply.text)
        elif reply.code // 100 == 2:
            self._close_attempt()  # it was left for a command that was not seen

    def _prompted(self, reply: Reply, line: bytes = b"") -> None:
        """Take a 334 to a command that was not seen, after a line that was not understood."""
        attempt = self._attempt()
        if attempt is None:
            attempt = self._new_attempt(None)
            attempt.doubt(unheard=True)
        if line:
            attempt.answer(line.strip())
        attempt.challenge(reply.text)
        self._phase = Phase.ANSWER


def _like_dialogue(line: bytes) -> bool:
    """Say whether a line can be part of a dialogue: an answer in base64, the end of a mail, nothing."""
    return line.strip(b"\r .*") == b"" or (b" " not in line and len(line) % 4 == 0)
