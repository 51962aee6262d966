"""One SMTP session, followed from outside (RFC 5321, 4954, 3207, 3030, 2920).

The session keeps the commands that have no reply yet and gives each reply to the oldest of them.  What
the client's next bytes are is a phase of ``smtp_states``.  Spans deliver a reply before its command now
and then, captures begin in the middle and lose bytes; then the session is LOST until a command and its
reply fit each other again, and what cannot be known is not claimed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from sniffer.model import limits
from sniffer.model.facts import Speech, StartTls
from sniffer.protocols.anomalies import ANOMALIES, anomaly
from sniffer.protocols.lines import Lines
from sniffer.protocols.smtp_auth import Attempt
from sniffer.protocols.smtp_extensions import extensions
from sniffer.protocols.smtp_grammar import (
    ENHANCED,
    SHORTEST_HELLO,
    WHOLE_COMMAND,
    Command,
    command,
    is_masked_command,
    is_masked_text,
    is_tls,
    may_become_tls,
    text_of,
)
from sniffer.protocols.smtp_replies import ACCEPTING, Reply, ReplyLines, whole_replies
from sniffer.protocols.smtp_states import REPLIED, SENT, TURNS, Phase, Turn, fits, proves

OPENERS = ("EHLO", "HELO", "LHLO", "PROXY", "STARTTLS", "QUIT")
"""Commands that can come first; any other before a greeting was seen means that we joined late."""

IN_AUTH = (Turn.AUTH, Turn.ANSWER, Turn.CANCEL, Turn.IN_PLACE)
"""Turns of an AUTH exchange."""

EARLY_REPLIES = 8
"""Replies that may come before their commands: as many as one burst of pipelining can overtake."""

TORN = Reply(0, [], torn=True)
"""Stands for missing bytes among the replies that came before their commands."""

END_OF_DATA = b"\r\n.\r\n"
BARE_END_OF_DATA = b"\n.\n"


class SmtpSession:
    """Watches one connection.  ``speech`` gives what was said, at any time."""

    def __init__(self) -> None:
        self._phase = Phase.OPENING
        self._client = Lines()
        self._server = Lines()
        self._replies = ReplyLines()
        self._waiting: deque[Turn] = deque((Turn.CONNECT,))
        self._early: deque[Reply] = deque(maxlen=EARLY_REPLIES)
        self._held = b""
        self._server_held = b""
        self._server_opens = True
        self._gap = [False, False]
        self._lacks = [False, False]
        self._late = False
        self._begun = False
        self._torn = False
        self._banner_torn = False
        self._in_mail = False
        self._chunk = 0
        self._last_line = b""
        self._believable = True
        self._banner: str | None = None
        self._helo: str | None = None
        self._extended = False
        self._offered: tuple[str, ...] | None = None
        self._starttls: StartTls = "unseen"
        self._accepted = False
        self._attempts: deque[Attempt] = deque(maxlen=limits.ATTEMPTS)
        self._mail = False
        self._accepted_mail: bool | None = None
        self._encrypted = False
        self._smtp = False
        self._blind = False
        self._spoke = [False, False]
        self._anomalies: dict[str, None] = {}

    # -- the three things that come up a stream ---------------------------------------------------

    def receive(self, from_client: bool, data: bytes) -> bool:
        """Take the next bytes of one side; False when nothing more can be learned."""
        self._spoke[from_client] = True
        if not from_client:
            if data and self._phase is not Phase.DONE:
                self._from_server(data)
        else:
            while data and self._phase is not Phase.DONE:
                data = TAKERS[self._phase](self, data)
        return self._phase is not Phase.DONE

    def miss(self, from_client: bool, length: int) -> bool:
        """Take note of missing bytes: what was half read is forgotten, and order proves nothing more.

        ``length`` is 0 where a side's first bytes were not seen, however many they were.
        """
        if self._phase is Phase.DONE:
            return False
        self._gap[from_client] = self._lacks[from_client] = True
        if from_client and not length and self._smtp:
            self._blind = True  # joined late, but all since the first reply is there
            return True
        for attempt in self._attempts:
            attempt.doubt(unheard=from_client)
        if all(self._lacks):
            self._close_attempt()  # what comes next may belong to another one
        if from_client:
            self._miss_client(length)
        else:
            self._miss_server(length)
        return True

    def close(self) -> None:
        """End: a greeting or a command without line end still counts."""
        if self._waiting and self._waiting[0] is Turn.CONNECT:
            self._finish_banner()
        self._close_attempt()
        if self._attempts:
            self._attempts[-1].secrets.forget()
        self._last_line = b""

    def speech(self) -> Speech:
        """Return what was said in clear."""
        self._note_silence()
        return Speech(
            banner=self._banner,
            helo=self._helo,
            workstation=next((each.workstation for each in self._attempts if each.workstation), None),
            offered=self._offered,
            starttls=self._starttls,
            attempts=tuple(attempt.fact() for attempt in self._attempts),
            mail=self._mail,
            mail_accepted=self._accepted_mail,
            encrypted=self._encrypted,
            smtp=self._smtp,
            blind=self._blind,
            anomalies=tuple(anomaly(code) for code in ANOMALIES if code in self._anomalies),
        )

    # -- the client -------------------------------------------------------------------------------

    def _opening(self, data: bytes) -> bytes:
        """Tell TLS from text, at the start of the connection and behind STARTTLS."""
        data, self._held = self._held + data, b""
        if may_become_tls(data) or (self._phase is Phase.TLS and len(data) < SHORTEST_HELLO):
            self._held = data
            return b""
        if is_tls(data) or (self._phase is Phase.TLS and self._gap[True] and _is_binary(data)):
            self._encrypt(True, hello=data[0] not in (0x14, 0x15, 0x17))
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

    def _encrypt(self, from_client: bool, *, hello: bool) -> None:
        """End in TLS: implicit when nothing was said before it, and nothing could have been."""
        if self._smtp:
            if self._helo is None and self._starttls == "unseen" and all(each.code != 220 for each in self._early):
                self._banner = None  # the only 220 was the reply to STARTTLS
            self._starttls = "established"
        elif hello and not self._gap[from_client]:
            self._starttls = "implicit"
        self._encrypted = True
        self._phase = Phase.DONE

    def _commands(self, data: bytes) -> bytes:
        """Take one line, as the phase understands it."""
        line, rest = self._client.take(data)
        if self._client.cut:
            self._note("line-too-long")
        if line is not None:
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
        self._start_body()
        self._body(line + b"\r\n")

    def _command(self, line: bytes) -> None:
        said = command(line)
        if self._waiting and self._waiting[0] is Turn.CONNECT:
            self._finish_banner()
        if not self._begun and self._waiting and self._waiting[0] is Turn.CONNECT and said.verb not in OPENERS:
            self._blind = True  # no greeting, and no command that begins a session: joined late
            self._waiting.clear()
            if not said.verb:
                self._lose()
                self._lost_line(line)
                return
        if not said.verb:
            self._unknown_command(line)
            return
        self._smtp = self._begun = True
        if self._accepted:
            self._starttls, self._accepted = "cleartext-after", False
        turn = TURNS.get(said.verb, Turn.OTHER)
        in_place = self._phase is Phase.ANSWER and turn is not Turn.AUTH
        if in_place:
            self._note("auth-abandoned")
        if not (in_place and turn is Turn.STARTTLS):  # it may as well be an answer: its reply will tell
            self._note_command(turn, said)
        self._sent(Turn.IN_PLACE if in_place else turn)
        if said.verb == "BDAT":
            self._begin_chunk(said.argument)

    def _unknown_command(self, line: bytes) -> None:
        if line.strip():
            self._note("command-masked" if is_masked_command(line) else "command-unknown")
            self._sent(Turn.OTHER)

    def _note_command(self, turn: Turn, said: Command) -> None:
        """Keep what a command says, and follow those that change what comes next."""
        if turn is Turn.HELLO:
            self._helo, self._extended = self._name(said.argument), said.verb != "HELO"
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

    # -- AUTH -------------------------------------------------------------------------------------

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
        attempt = self._new_attempt(name if name and name.isprintable() and len(name) <= 40 else None)
        if initial.strip():
            attempt.answer(initial.strip(), initial=True)

    def _new_attempt(self, mechanism: str | None) -> Attempt:
        attempt = Attempt(mechanism, self._attempts[-1].secrets if self._attempts else None)
        attempt.secrets.complete &= not self._gap[True]  # what was not heard cannot be struck out
        self._attempts.append(attempt)
        return attempt

    def _answer(self, line: bytes) -> None:
        if line.strip() == b"*":
            self._note("auth-cancelled")
            self._sent(Turn.CANCEL)
            return
        attempt = self._attempt()
        if attempt:
            attempt.answer(line.strip())
        self._sent(Turn.ANSWER)

    def _attempt(self) -> Attempt | None:
        """Return the AUTH exchange under way."""
        return self._attempts[-1] if self._attempts and self._attempts[-1].open else None

    def _close_attempt(self) -> None:
        """End what is under way without a last word."""
        for attempt in self._attempts:
            if attempt.open:
                attempt.finish(None)

    # -- the mail ---------------------------------------------------------------------------------

    def _mail_begins(self) -> None:
        """Take a 354 to a DATA that was not seen: it still says what the client's next bytes are."""
        self._blind |= not self._mail
        self._early.clear()
        self._waiting.clear()
        self._start_body()

    def _start_body(self) -> None:
        self._phase = Phase.BODY
        self._held = b"\r\n"

    def _body(self, data: bytes) -> bytes:
        """Pass over a mail up to the line of one dot (RFC 5321 4.1.1.4), without keeping it.

        A client that never ended a line with CRLF may end its mail with bare line feeds too.
        """
        mark = END_OF_DATA if self._client.crlf else BARE_END_OF_DATA
        data = self._held + data
        end = data.find(mark)
        if end < 0:
            self._held = data[-len(END_OF_DATA) + 1 :]
            return b""
        self._held = b""
        self._sent(Turn.END_OF_DATA)
        return data[end + len(mark) :]

    def _begin_chunk(self, argument: bytes) -> None:
        """BDAT size [LAST] (RFC 3030 2): that many bytes follow at once."""
        size = argument.split(b" ")[0]
        self._chunk = int(size) if size.isdigit() and len(size) < 12 else 0
        if self._chunk:
            self._phase = Phase.CHUNK

    def _counted(self, data: bytes) -> bytes:
        taken = min(self._chunk, len(data))
        self._chunk -= taken
        if not self._chunk:
            self._phase = Phase.COMMAND
        return data[taken:]

    # -- the server -------------------------------------------------------------------------------

    def _from_server(self, data: bytes) -> None:
        if data[0] in ACCEPTING and not (self._server.unended or self._replies.unended or self._server_held):
            replies = whole_replies(data)
            if replies:
                self._server_opens = False
                for reply in replies:
                    self._reply(reply)
                return
        while data and self._phase is not Phase.DONE:
            if self._server_opens:
                data = self._server_opening(data)
            line, data = self._server.take(data)
            if line is None:
                break
            ended = self._replies.take(line)
            if ended is not None:
                self._reply(ended)
        if self._server.cut:
            self._note("line-too-long")
        self._note_malformed()

    def _server_opening(self, data: bytes) -> bytes:
        """Notice TLS from the server, where the client's side of it was not seen or comes later."""
        data, self._server_held = self._server_held + data, b""
        if may_become_tls(data):
            self._server_held = data
            return b""
        self._server_opens = False
        if is_tls(data):
            self._encrypt(False, hello=data[0] == 0x16)
            return b""
        return data

    def _finish_banner(self) -> None:
        """Take a greeting without line end as ended: the client has gone on."""
        line = self._server.unfinished()
        reply = self._replies.take(line) if line else None
        self._note_malformed()
        if reply is not None:
            self._note("banner-unfinished")
            self._reply(reply)
            self._banner_torn = True

    def _reply(self, reply: Reply) -> None:
        """Give a reply to the oldest turn that waits for one."""
        self._smtp = True
        self._torn = self._banner_torn = False
        self._server_opens = reply.code == 220  # TLS may be next, even if STARTTLS was not seen
        if self._phase is Phase.LOST:
            self._lost_reply(reply)
        elif reply.code == 354 and not self._waiting:
            self._mail_begins()
        elif not self._waiting:
            if reply.code != 421:  # the one reply that needs no command (RFC 5321 3.8)
                self._early.append(reply)
                return
        elif fits(self._waiting[0], reply.code):
            self._answered(self._waiting.popleft(), reply)
        else:
            self._unfitting(reply)
        self._lacks = [False, False]

    def _answered(self, turn: Turn, reply: Reply) -> None:
        """Follow a command and its reply."""
        if turn is Turn.CONNECT:
            self._greet(reply)
        elif turn is Turn.HELLO:
            self._extensions(reply)
        elif turn is Turn.STARTTLS:
            self._starttls_answered(reply)
        elif turn is Turn.MAIL:
            self._accepted_mail = reply.code // 100 == 2
        elif turn in IN_AUTH:
            self._auth_answered(turn, reply)
        elif turn is Turn.ASTRAY:
            self._astray_answered(reply)
        following = REPLIED.get((turn, reply.code // 100))
        if following is None or self._waiting:
            return
        self._phase = following
        if following is Phase.BODY:
            self._start_body()

    def _astray_answered(self, reply: Reply) -> None:
        """Take the reply behind missing bytes: it may be this turn's, or that of another not seen."""
        attempt = self._attempt()
        if not (attempt and reply.code == 334 and attempt.goes_on(reply.text)):
            self._close_attempt()
        if reply.code == 334:
            self._prompted(reply)

    def _greet(self, reply: Reply) -> None:
        if self._gap[False] and (reply.code != 220 or ENHANCED.match(reply.text)):
            return  # the reply to something that was not seen
        self._banner = f"{reply.code} {text_of(reply.text)}".strip()[: limits.TEXT_CHARACTERS]
        if is_masked_text(reply.text):
            self._note("reply-masked")
        if not self._banner.isprintable():
            self._note("control-characters")

    def _extensions(self, reply: Reply) -> None:
        """Take an EHLO reply: the mechanisms offered, and STARTTLS."""
        if not self._extended or reply.torn:
            return
        if reply.code // 100 != 2:
            self._see_starttls(False)
            return
        found = extensions(tuple(reply.lines[1:]))
        if found.masked:
            self._note("reply-masked")
        self._offered = found.mechanisms
        self._see_starttls(found.starttls)

    def _see_starttls(self, offered: bool) -> None:
        if self._starttls in ("unseen", "not-offered", "offered"):
            self._starttls = "offered" if offered else "not-offered"

    def _starttls_answered(self, reply: Reply) -> None:
        self._accepted = reply.code == 220
        if not self._accepted:
            self._starttls = "refused"

    def _auth_answered(self, turn: Turn, reply: Reply) -> None:
        newer = self._waiting.count(Turn.AUTH)  # AUTH commands that overtook this reply
        attempt = self._attempts[-1 - newer] if newer < len(self._attempts) else None
        if attempt and not attempt.open:
            attempt = None
        if reply.code == 334:
            if attempt:
                attempt.challenge(reply.text)
            if not self._waiting:
                self._phase = Phase.ANSWER
        elif turn is Turn.IN_PLACE and reply.code in (220, 221, 250, 354):
            self._close_attempt()  # the server took it for the command that it looks like
            if reply.code == 354:
                self._start_body()
            elif reply.code == 220:
                self._starttls, self._phase = "requested", Phase.TLS
                self._starttls_answered(reply)
        elif attempt:
            attempt.finish(reply.code, reply.text)

    def _unfitting(self, reply: Reply) -> None:
        """A reply that cannot be the answer to its turn; 334 still speaks for itself."""
        if self._waiting[0] is Turn.CONNECT:
            self._blind = True  # no greeting: joined late
            self._lose()
            self._lost_reply(reply)
            return
        if not self._gap[False]:
            self._note("reply-unexpected")
        if self._waiting[0] in IN_AUTH and reply.code != 334:
            self._waiting.popleft()
            self._close_attempt()
        if reply.code == 334:
            self._waiting.clear()
            self._prompted(reply)
        elif reply.code == 354 and (Turn.DATA in self._waiting or self._gap[True]):
            self._waiting.clear()
            self._start_body()

    # -- bytes missing ----------------------------------------------------------------------------

    def _miss_client(self, length: int) -> None:
        self._client.forget()
        self._torn = True
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
        self._in_mail = self._phase in (Phase.BODY, Phase.DATA, Phase.CHUNK)
        early = () if self._in_mail else tuple(self._early)
        self._lose()
        self._believable = not self._in_mail
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

    def _lose(self) -> None:
        """Nothing is believed from here on until a command and its reply fit each other."""
        self._phase = Phase.LOST
        self._waiting.clear()
        self._early.clear()
        self._held = self._last_line = b""
        self._believable = True

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
        in_mail, self._in_mail = self._in_mail, False
        if in_mail and fits(Turn.END_OF_DATA, reply.code) and reply.code not in (220, 221, 235):
            line = b""  # nothing but the mail can have been answered, whatever it quotes
        said = command(line) if WHOLE_COMMAND.match(line) else Command("", b"")
        turn = TURNS.get(said.verb, Turn.OTHER)
        if said.verb and proves(turn, reply.code):
            self._phase = Phase.COMMAND
            self._close_attempt()
            self._command(line)
            if self._lacks[False]:
                self._replies_missing()
            self._reply(reply)
        elif reply.code == 334:
            self._prompted(reply, line)
        elif reply.code == 354:
            self._mail_begins()
        elif reply.code == 220:
            self._phase = Phase.TLS
            if self._banner is None and self._helo is None and not self._mail:
                self._greet(reply)
        else:
            self._lost_outcome(reply, line)
        self._believable = True

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

    # -- notes ------------------------------------------------------------------------------------

    def _note(self, code: str) -> None:
        if len(self._anomalies) < limits.ANOMALIES:
            self._anomalies[code] = None

    def _note_malformed(self) -> None:
        if self._replies.malformed and not self._gap[False]:
            self._note("reply-malformed")

    def _note_silence(self) -> None:
        if not self._smtp and not self._encrypted:
            self._note("not-smtp")
        elif not all(self._spoke):
            self._note("server-silent" if self._spoke[True] else "client-silent")


def _like_dialogue(line: bytes) -> bool:
    """Say whether a line can be part of a dialogue: an answer in base64, the end of a mail, nothing."""
    return line.strip(b"\r .*") == b"" or (b" " not in line and len(line) % 4 == 0)


def _is_binary(data: bytes) -> bool:
    """Say whether bytes cannot begin a command."""
    return any(byte > 0x7E or byte < 0x09 for byte in data[:3])


TAKERS: dict[Phase, Callable[[SmtpSession, bytes], bytes]] = {
    Phase.OPENING: SmtpSession._opening,
    Phase.COMMAND: SmtpSession._commands,
    Phase.AUTH: SmtpSession._commands,
    Phase.ANSWER: SmtpSession._commands,
    Phase.DATA: SmtpSession._commands,
    Phase.BODY: SmtpSession._body,
    Phase.CHUNK: SmtpSession._counted,
    Phase.TLS: SmtpSession._opening,
    Phase.LOST: SmtpSession._commands,
}
"""Who takes the client's bytes in which phase; each returns those that it left."""
