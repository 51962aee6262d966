"""What a session remembers, and the simplest changes of it.

The parts of a session (``smtp_client``, ``smtp_server``, ``smtp_tls``, ``smtp_lost``) share this memory and ask each
other by the methods that stand here without a body.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque

from sniffer.knowledge.mail_marks import MarkTable
from sniffer.model import limits
from sniffer.model.events import Watcher
from sniffer.model.facts import Speech, StartTls
from sniffer.protocols.anomalies import ANOMALIES, anomaly
from sniffer.protocols.lines import Lines
from sniffer.protocols.smtp_auth import Attempt
from sniffer.protocols.smtp_ledger import Ledger
from sniffer.protocols.smtp_replies import Reply, ReplyLines
from sniffer.protocols.smtp_states import Phase, Turn
from sniffer.protocols.smtp_witness import Recorder
from sniffer.protocols.tls_handshake import Handshake
from sniffer.protocols.tls_keys import KeyLog

IN_AUTH = (Turn.AUTH, Turn.ANSWER, Turn.CANCEL, Turn.IN_PLACE)
"""Turns of an AUTH exchange."""

EARLY_REPLIES = 8
"""Replies that may come before their commands: as many as one burst of pipelining can overtake."""

TORN = Reply(0, [], torn=True)
"""Stands for missing bytes among the replies that came before their commands."""


class Memory(ABC):
    """The state of one session.  ``speech`` gives what was said, at any time.

    ``keys`` may open the TLS that it goes into.  ``behind_starttls`` says that it begins inside TLS, where the client
    opens with EHLO (RFC 3207 4.2); with TLS from the first byte the greeting comes inside, as in clear.  With
    ``witness`` it hears who the client is too, also behind a successful AUTH; ``marks`` are what is looked for in
    mails, None for what ships.  A ``ledger`` is told which bytes are what.
    """

    def __init__(
        self,
        keys: KeyLog | None = None,
        *,
        behind_starttls: bool = False,
        witness: bool = False,
        marks: MarkTable | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        self._keys = keys
        self.ledger = ledger
        self._recorder = Recorder(marks) if witness else None
        self._told: Speech | None = None
        self._inside: Memory | None = None
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
        self._lost_in: Phase | None = None
        self._chunk = 0
        self._last_line = b""
        self._believable = True
        self._banner: str | None = None
        self._helo: str | None = None
        self._extended = False
        self._offered: tuple[str, ...] | None = None
        self._greeted: str | None = None
        self._extensions: tuple[str, ...] = ()
        self._hello_octets: int | None = None
        self._greeted_octets: int | None = None
        self._time = self._behind = 0
        self._starttls: StartTls = "unseen"
        self._accepted = False
        self._attempts: deque[Attempt] = deque(maxlen=limits.ATTEMPTS)
        self._mail = False
        self._accepted_mail: bool | None = None
        self._mail_reply: str | None = None
        self._recipients = False
        self._encrypted = False
        self._tls: Handshake | None = None
        self._smtp = False
        self._blind = False
        self._spoke = [False, False]
        self._anomalies: dict[str, None] = {}
        if behind_starttls:
            self._phase, self._begun, self._server_opens = Phase.COMMAND, True, False
            self._waiting.clear()

    def speech(self) -> Speech:
        """Return what was said in clear."""
        if self._told is not None:
            return self._told
        self._note_silence()
        codes = self._anomalies | self._tls.anomalies if self._tls else self._anomalies
        return Speech(
            banner=self._banner,
            helo=self._helo,
            workstation=next((each.workstation for each in self._attempts if each.workstation), None),
            offered=self._offered,
            starttls=self._starttls,
            attempts=tuple(attempt.fact() for attempt in self._attempts),
            mail=self._mail,
            mail_accepted=self._accepted_mail,
            mail_reply=self._mail_reply,
            encrypted=self._encrypted,
            smtp=self._smtp,
            blind=self._blind,
            anomalies=tuple(anomaly(code) for code in ANOMALIES if code in codes),
            greeted=self._greeted,
            extensions=self._extensions,
            hello_octets=self._hello_octets,
            greeted_octets=self._greeted_octets,
        )

    def _attempt(self) -> Attempt | None:
        """Return the AUTH exchange under way."""
        return self._attempts[-1] if self._attempts and self._attempts[-1].open else None

    def _new_attempt(self, mechanism: str | None) -> Attempt:
        attempt = Attempt(mechanism, self._attempts[-1].secrets if self._attempts else None)
        attempt.secrets.complete &= not self._gap[True]  # what was not heard cannot be struck out
        self._attempts.append(attempt)
        return attempt

    def _close_attempt(self) -> None:
        """End what is under way without a last word."""
        for attempt in self._attempts:
            if attempt.open:
                attempt.finish(None)

    def _mail_begins(self) -> None:
        """Take a 354 to a DATA that was not seen: it still says what the client's next bytes are."""
        self._blind |= not self._mail
        self._early.clear()
        self._waiting.clear()
        self._start_body()

    def _start_body(self, *, with_line: int | None = None) -> None:
        """Take a mail as next; ``with_line`` says that it began with the last line, of so many octets.

        What the client has begun of a line is the mail's too, and a mail that has begun goes on: 354 came late.
        """
        if self._phase is Phase.BODY:
            return
        self._phase = Phase.BODY
        begun = self._client.unfinished()
        if self.ledger is not None:
            in_order = with_line is None and not begun and not self._early
            matters = self._told is None
            self.ledger.mail_begins(len(begun), with_line=with_line, in_order=in_order if matters else None)
        self._held = b"\r\n" + begun

    def _lose(self) -> None:
        """Nothing is believed from here on until a command and its reply fit each other."""
        self._phase = Phase.LOST
        if self._recorder is not None:
            self._recorder.stop()
        self._waiting.clear()
        self._early.clear()
        self._held = self._last_line = b""
        self._believable = True

    def _go_on(self) -> Phase:
        """Listen on behind a successful AUTH, to who the client is: of its logins all was said."""
        self._told = self.speech()
        return Phase.COMMAND

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

    # -- what the parts of a session ask of each other ---------------------------------------------

    @abstractmethod
    def _enter(self) -> Watcher:
        """Begin to listen inside TLS (``SmtpSession``)."""

    @abstractmethod
    def miss(self, from_client: bool, length: int) -> bool:
        """Take note of missing bytes (``SmtpSession``)."""

    @abstractmethod
    def _command(self, line: bytes) -> None:
        """Take a command (``ClientSide``)."""

    @abstractmethod
    def _sent(self, turn: Turn) -> None:
        """Enter a turn that waits for its reply (``ClientSide``)."""

    @abstractmethod
    def _finish_banner(self) -> None:
        """Take a greeting without line end as ended (``ServerSide``)."""

    @abstractmethod
    def _reply(self, reply: Reply) -> None:
        """Give a reply to the turn that waits for it (``ServerSide``)."""

    @abstractmethod
    def _encrypt(self, from_client: bool, data: bytes, *, hello: bool) -> None:
        """Go into TLS (``IntoTls``)."""

    @abstractmethod
    def _server_in_handshake(self, data: bytes) -> None:
        """Take the server's bytes during the handshake (``IntoTls``)."""

    @abstractmethod
    def _answered(self, turn: Turn, reply: Reply) -> None:
        """Follow a command and its reply (``ServerSide``)."""

    @abstractmethod
    def _mail_answered(self, turn: Turn, reply: Reply) -> None:
        """Take how far a mail came (``ServerSide``)."""

    @abstractmethod
    def _greet(self, reply: Reply) -> None:
        """Take the greeting (``ServerSide``)."""

    @abstractmethod
    def _catch_up(self, early: tuple[Reply, ...]) -> None:
        """Take replies that came before their commands (``Lost``)."""

    @abstractmethod
    def _lost_line(self, line: bytes) -> None:
        """Take a line of the client while lost (``Lost``)."""

    @abstractmethod
    def _lost_reply(self, reply: Reply) -> None:
        """Find the way again by a reply (``Lost``)."""

    @abstractmethod
    def _prompted(self, reply: Reply, line: bytes = b"") -> None:
        """Take a 334 to a command that was not seen (``Lost``)."""
