"""The server's side of a session: replies, each given to the oldest command that waits for one."""

from __future__ import annotations

from sniffer.model import limits
from sniffer.protocols.smtp_extensions import extensions, greeting
from sniffer.protocols.smtp_grammar import ENHANCED, is_tls, may_become_tls, text_of
from sniffer.protocols.smtp_memory import EARLY_REPLIES, IN_AUTH, Memory
from sniffer.protocols.smtp_replies import ACCEPTING, Reply, whole_replies
from sniffer.protocols.smtp_secrets import Secrets
from sniffer.protocols.smtp_states import REPLIED, Phase, Turn, fits

OF_MAIL = (Turn.MAIL, Turn.RCPT, Turn.DATA, Turn.END_OF_DATA)
"""Turns that say how far a mail came (RFC 5321 3.3)."""


class ServerSide(Memory):
    """Takes the server's bytes and follows what its replies mean."""

    def _from_server(self, data: bytes) -> None:
        if self._phase is Phase.HANDSHAKE:
            self._server_in_handshake(data)
            return
        if data[0] in ACCEPTING and not (self._server.unended or self._replies.unended or self._server_held):
            replies = whole_replies(data)
            if replies:
                self._server_opens = False
                for reply in replies:
                    self._reply(reply)
                return
        while data and self._phase not in (Phase.HANDSHAKE, Phase.DONE):
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
            self._encrypt(False, data, hello=data[0] in (0x15, 0x16))
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
        if self.ledger is not None:
            self.ledger.reply()
        self._torn = self._banner_torn = False
        self._server_opens = reply.code == 220  # TLS may be next, even if STARTTLS was not seen
        if self._phase is Phase.LOST:
            self._lost_reply(reply)
        elif reply.code == 354 and not self._waiting:
            self._mail_begins()
        elif not self._waiting:
            if reply.code != 421:  # the one reply that needs no command (RFC 5321 3.8)
                self._keep_early(reply)
                return
        elif fits(self._waiting[0], reply.code):
            self._answered(self._waiting.popleft(), reply)
        else:
            self._unfitting(reply)
        self._lacks = [False, False]

    def _keep_early(self, reply: Reply) -> None:
        """Keep a reply that came before its command; of too many nobody knows whose they are."""
        if len(self._early) < EARLY_REPLIES:
            self._early.append(reply)
            return
        for from_client in (False, True):
            self.miss(from_client, 1)

    def _answered(self, turn: Turn, reply: Reply) -> None:
        """Follow a command and its reply."""
        if turn is Turn.CONNECT:
            self._greet(reply)
        elif turn is Turn.HELLO:
            self._hello_answered(reply)
        elif turn is Turn.STARTTLS:
            self._starttls_answered(reply)
        elif turn in OF_MAIL:
            self._mail_answered(turn, reply)
        elif turn in IN_AUTH:
            self._auth_answered(turn, reply)
        elif turn is Turn.ASTRAY:
            self._astray_answered(reply)
        following = REPLIED.get((turn, reply.code // 100))
        if following is None or self._waiting:
            return
        if following is Phase.DONE and self._recorder is not None and self._recorder.wanted:
            following = self._go_on()
        if following is Phase.BODY:
            self._start_body()
        self._phase = following

    def _mail_answered(self, turn: Turn, reply: Reply) -> None:
        """Take how far a mail came: accepted until it, all its recipients or its text are refused.

        The words of a refusal may repeat what was said in AUTH, and are told with the same care.
        """
        if (turn is Turn.RCPT and self._recipients) or (turn is Turn.DATA and reply.code // 100 == 3):
            return
        self._accepted_mail = reply.code // 100 == 2
        self._recipients = turn is Turn.RCPT and self._accepted_mail
        if self._accepted_mail:
            self._mail_reply = None
            return
        secrets = self._attempts[-1].secrets if self._attempts else Secrets()
        secrets.complete &= not self._gap[True]
        said = f"{reply.code} {text_of(reply.text)}".strip()
        self._mail_reply = secrets.struck_out(said)[: limits.TEXT_CHARACTERS]

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
        self._banner, masked, printable = greeting(reply.code, reply.text)
        if masked:
            self._note("reply-masked")
        if not printable:
            self._note("control-characters")

    def _hello_answered(self, reply: Reply) -> None:
        """Take the reply to EHLO or HELO: the server's words, what it offers, and STARTTLS."""
        accepted = reply.code // 100 == 2
        if reply.torn or not (accepted or self._extended):
            return
        if not accepted:
            self._see_starttls(False)
            return
        found = extensions(tuple(reply.lines))
        if not found.printable:
            self._note("control-characters")
        self._greeted, self._greeted_octets = found.greeted, reply.octets
        if not self._extended:
            return
        if found.masked:
            self._note("reply-masked")
        self._extensions, self._offered = found.keywords, found.mechanisms
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
