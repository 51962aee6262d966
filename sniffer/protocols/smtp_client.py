"""The client's side of a session: commands, AUTH answers, and mails that are passed over."""

from __future__ import annotations

from collections import deque

from sniffer.model import limits
from sniffer.protocols.smtp_blank import shown_answer, shown_command, shown_mask
from sniffer.protocols.smtp_grammar import (
    SHORTEST_HELLO,
    WHOLE_COMMAND,
    Command,
    command,
    is_masked_command,
    is_tls,
    may_become_tls,
    text_of,
)
from sniffer.protocols.smtp_memory import IN_AUTH, TORN, Memory
from sniffer.protocols.smtp_states import BARE_END_OF_DATA, END_OF_DATA, SENT, TURNS, Phase, Turn, fits

OPENERS = ("EHLO", "HELO", "LHLO", "PROXY", "STARTTLS", "QUIT")
"""Commands that can come first; any other before a greeting was seen means that we joined late."""


PROXY = "PROXY"
"""Begins the line in which a load balancer says whose connection it passes on (HAProxy, The PROXY protocol 2.1)."""

CRLF, LF = 2, 1
"""Octets of a line's end."""


class ClientSide(Memory):
    """Takes the client's bytes, as the phase understands them."""

    def _opening(self, data: bytes) -> bytes:
        """Tell TLS from text, at the start of the connection and behind STARTTLS."""
        data, self._held = self._held + data, b""
        if may_become_tls(data) or (self._phase is Phase.TLS and len(data) < SHORTEST_HELLO):
            self._held = data
            return b""
        if is_tls(data) or (self._phase is Phase.TLS and self._gap[True] and _is_binary(data)):
            self._encrypt(True, data, hello=data[0] not in (0x14, 0x15, 0x17))
            return b""
        if self._phase is Phase.TLS and self._accepted and _is_binary(data):
            self._note("tls-unreadable")
            self._blind, self._phase = True, Phase.DONE
            return b""
        joined_late = self._late and self._phase is Phase.OPENING
        self._phase = Phase.COMMAND
        if joined_late:
            early = tuple(self._early)
            self._lose()
            self._believable = False  # this may be a mail
            self._catch_up(early)
        return data

    def _commands(self, data: bytes) -> bytes:
        """Take one line, as the phase understands it."""
        line, rest = self._client.take(data)
        if self._client.cut:
            self._note("line-too-long")
        if line is not None:
            if self.ledger is not None:
                self.ledger.line(len(rest))
            self._line(line)
        return rest

    def _line(self, line: bytes) -> None:
        phase = self._phase
        if phase is Phase.LOST:
            self._lost_line(line)
        elif phase is Phase.DATA:
            self._line_after_data(line)
        elif phase in (Phase.AUTH, Phase.ANSWER) and not self._is_command_in_auth(line):
            self._answer(line)
        else:
            self._command(line)

    def _is_command_in_auth(self, line: bytes) -> bool:
        return WHOLE_COMMAND.match(line) is not None

    def _line_after_data(self, line: bytes) -> None:
        """The reply to DATA was not seen: another command means it was refused, anything else is mail."""
        if WHOLE_COMMAND.match(line):
            self._waiting = deque(turn for turn in self._waiting if turn is not Turn.DATA)
            self._command(line)
            return
        self._start_body(with_line=len(line) + (CRLF - LF if self._client.crlf else 0))
        self._body(line + b"\r\n")

    def _command(self, line: bytes) -> None:
        said = command(line)
        if not self._may_begin(said, line):
            return
        if not said.verb:
            self._unknown_command(line)
            return
        self._smtp = self._begun = True
        if self.ledger is not None:
            self.ledger.mail_ends_before(line)
            self.ledger.show(line, shown_command(line, said, self._offered or ()))
        if self._accepted:
            self._starttls, self._accepted = "cleartext-after", False
        turn = TURNS.get(said.verb, Turn.OTHER)
        in_place = self._phase is Phase.ANSWER and turn is not Turn.AUTH
        if in_place:
            self._note("auth-abandoned")
        if not (in_place and turn is Turn.STARTTLS):  # it may as well be an answer: its reply will tell
            self._note_command(turn, said, line)
        self._sent(Turn.IN_PLACE if in_place else turn)
        if said.verb == "BDAT":
            self._begin_chunk(said.argument)

    def _may_begin(self, said: Command, line: bytes) -> bool:
        """Take what comes before any reply; False where the line is no command to follow."""
        if not self._waiting or self._waiting[0] is not Turn.CONNECT:
            return True
        if said.verb == PROXY and not self._begun:
            return False  # in front of the greeting, by a load balancer: nobody answers it
        self._finish_banner()
        if not self._begun and self._waiting and self._waiting[0] is Turn.CONNECT and said.verb not in OPENERS:
            self._blind = True  # no greeting, and no command that begins a session: joined late
            self._waiting.clear()
            if not said.verb:
                self._lose()
                self._lost_line(line)
                return False
        return True

    def _unknown_command(self, line: bytes) -> None:
        if line.strip():
            masked = is_masked_command(line)
            self._note("command-masked" if masked else "command-unknown")
            if masked and self.ledger is not None:
                self.ledger.show(line, shown_mask(line))
            self._sent(Turn.OTHER)

    def _note_command(self, turn: Turn, said: Command, line: bytes) -> None:
        """Keep what a command says, and follow those that change what comes next."""
        if self._recorder is not None and self._phase is not Phase.ANSWER:
            self._recorder.command(line, said, len(self._waiting), self._extensions)
        if turn is Turn.HELLO:
            self._helo, self._extended = self._name(said.argument), said.verb != "HELO"
            self._hello_octets = len(line) + (CRLF if self._client.crlf else LF)
        elif turn is Turn.AUTH:
            self._begin_auth(said.argument)
        elif turn is Turn.MAIL:
            self._mail = True
        elif turn is Turn.STARTTLS:
            self._starttls, self._accepted, self._server_opens = "requested", False, True

    def _name(self, argument: bytes) -> str | None:
        name = text_of(argument)
        if len(name) > limits.NAME_CHARACTERS:
            self._note("name-too-long")
        if not name.isprintable():
            self._note("control-characters")
        return name[: limits.NAME_CHARACTERS] or None

    def _sent(self, turn: Turn) -> None:
        """Enter a turn that waits for its reply; a reply that came before it is given to it now.

        Who sends another has had the reply that went astray.
        """
        if self._waiting and self._waiting[-1] is Turn.ASTRAY:
            self._waiting.pop()
            if turn not in IN_AUTH:
                self._close_attempt()
        self._waiting.append(turn)
        if len(self._waiting) > limits.OUTSTANDING:
            self._waiting.popleft()
        self._phase = SENT.get(turn, Phase.COMMAND)
        if TORN in self._early:  # nobody knows what they answer
            self._early.clear()
        while self._early and self._waiting:
            early = self._early.popleft()
            if fits(self._waiting[0], early.code):
                self._answered(self._waiting.popleft(), early)

    def _begin_auth(self, argument: bytes) -> None:
        mechanism, _, initial = argument.partition(b" ")
        name = text_of(mechanism).upper()
        if not name:
            self._note("auth-no-mechanism")
        if self._offered is not None and not self._offered:
            self._note("auth-not-offered")
        if len(self._attempts) == limits.ATTEMPTS:
            self._note("auth-too-many")
        if not any(turn in IN_AUTH for turn in self._waiting):
            self._close_attempt()  # else its last word is still to come
        named = name and name.isprintable() and len(name) <= limits.MECHANISM_CHARACTERS
        attempt = self._new_attempt(name if named else None)
        if initial.strip():
            attempt.answer(initial.strip(), initial=True)

    def _answer(self, line: bytes) -> None:
        if self.ledger is not None:
            self.ledger.show(line, shown_answer(line))
        if line.strip() == b"*":
            self._note("auth-cancelled")
            self._sent(Turn.CANCEL)
            return
        attempt = self._attempt()
        if attempt:
            attempt.answer(line.strip())
        self._sent(Turn.ANSWER)

    def _body(self, data: bytes) -> bytes:
        """Pass over a mail up to the line of one dot (RFC 5321 4.1.1.4), without keeping it.

        A client that never ended a line with CRLF may end its mail with bare line feeds too.
        """
        mark = END_OF_DATA if self._client.crlf else BARE_END_OF_DATA
        data = self._held + data
        end = data.find(mark)
        if self._recorder is not None:
            self._recorder.text(data, end)
        if end < 0:
            self._held = data[-len(END_OF_DATA) + 1 :]
            return b""
        self._held = b""
        if self.ledger is not None:
            self.ledger.mail_ends(len(data) - end - len(mark))
        self._sent(Turn.END_OF_DATA)
        return data[end + len(mark) :]

    def _begin_chunk(self, argument: bytes) -> None:
        """BDAT size [LAST] (RFC 3030 2): that many bytes follow at once."""
        size = argument.split(b" ")[0]
        self._chunk = int(size) if size.isdigit() and len(size) < 12 else 0
        if self._chunk:
            self._phase = Phase.CHUNK
            if self.ledger is not None:
                self.ledger.chunk_begins()

    def _counted(self, data: bytes) -> bytes:
        taken = min(self._chunk, len(data))
        if self._recorder is not None:
            self._recorder.chunk(data[:taken])
        self._chunk -= taken
        if not self._chunk:
            self._phase = Phase.COMMAND
            if self.ledger is not None:
                self.ledger.mail_ends(len(data) - taken)
        return data[taken:]


def _is_binary(data: bytes) -> bool:
    """Say whether bytes cannot begin a command."""
    return any(byte > 0x7E or byte < 0x09 for byte in data[:3])
