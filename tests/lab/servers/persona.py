"""The engine behind the personas: a small SMTP server, a thread per connection, that follows a `Persona`.

Run as a program inside a namespace: `python -m tests.lab.servers.persona NAME IP PORT[s] ...`;
a port with an `s` behind it speaks TLS from its first byte.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import re
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tests.lab.accounts import SECRETS
from tests.lab.served import Witness
from tests.lab.servers import sasl
from tests.lab.servers.cast import ALL
from tests.lab.servers.personas import Persona
from tests.lab.servers.tls import Watched, handshake

MESSAGE_ID = re.compile(r"message-id:\s*(<[^>]*>)", re.IGNORECASE)
LIMIT = 1 << 20
PATIENCE = 30.0


class CancelledError(Exception):
    """The client gave no answer that could be read; `reply` is what it gets."""

    def __init__(self, reply: str | None) -> None:
        super().__init__(reply)
        self.reply = reply


class Conversation:
    """One connection, from banner to QUIT."""

    def __init__(self, server: Server, connection: socket.socket, implicit: bool) -> None:
        self.server, self.persona = server, server.cast(connection)
        self.secrets: Mapping[str, str] = server.secrets
        self.connection, self.reader = connection, connection.makefile("rb")
        self.prompts, self.error_challenge = self.persona.prompts, self.persona.error_challenge
        self.pushed_back: str | None = None
        self.refused: str | None = None
        self.mail_refused = False
        self.witness = Witness(connection.getpeername()[:2], connection.getsockname()[:2], implicit)

    def send(self, *lines: str) -> None:
        """Send lines in one write."""
        self.connection.sendall("".join(line + "\r\n" for line in lines).encode())
        for line in "\r\n".join(lines).split("\r\n"):
            self.witness.answered(line)

    def refuse(self, text: str) -> None:
        """Say no, late if the persona is like that."""
        time.sleep(self.persona.delay)
        self.send(text)

    def receive(self) -> str | None:
        """The next line, or None at the end."""
        if self.pushed_back is not None:
            line, self.pushed_back = self.pushed_back, None
            return line
        raw = self.reader.readline(LIMIT)
        return raw.decode("utf-8", "replace").rstrip("\r\n") if raw else None

    def run(self) -> None:
        """Talk until somebody leaves."""
        if self.witness.served.implicit:
            self.handshake()
        self.send(self.persona.banner)
        while (line := self.receive()) is not None:
            verb, _, rest = line.partition(" ")
            self.witness.said(line)
            if not self.obey(verb.upper(), rest.strip()):
                return

    def obey(self, verb: str, rest: str) -> bool:
        """Answer a command; false when it was the last."""
        fixed = self.persona.answers.get(verb)
        if fixed and not self.witness.tls:
            self.send(fixed)
            return True
        match verb:
            case "EHLO" | "HELO":
                self.greet(verb)
            case "AUTH":
                self.authenticate(rest)
            case "STARTTLS":
                return self.start_tls()
            case "DATA":
                self.take_data()
            case "BDAT":
                self.take_chunk(rest)
            case "QUIT":
                self.send(self.persona.bye)
                return False
            case _:
                answer = self.plain_answer(verb).replace("{address}", rest.partition("<")[2].partition(">")[0])
                (self.refuse if answer[0] == "5" else self.send)(answer)
        return True

    def greet(self, verb: str) -> None:
        """Answer EHLO or HELO, in one write or in many."""
        lines = self.greeting(verb)
        for part in [[line] for line in lines] if self.persona.line_by_line else [lines]:
            self.send(*part)

    def plain_answer(self, verb: str) -> str:
        """The answer to a command that needs no work; MAIL may need an AUTH before."""
        self.mail_refused |= verb == "MAIL"
        if verb == "MAIL" and self.persona.unauthenticated and not self.authenticated():
            error = f" Error: {self.refused}" if self.refused else f" {self.persona.tail}"
            return self.persona.unauthenticated + (error if self.persona.tail else "")
        if verb == "RCPT" and self.mail_refused and self.persona.need_mail:
            return self.persona.need_mail
        self.mail_refused &= verb != "MAIL"
        plain = {"MAIL": self.persona.mail_ok, "RCPT": self.persona.rcpt_ok}
        return plain.get(verb, self.persona.reset_ok if verb in ("RSET", "NOOP") else self.persona.unknown)

    def authenticated(self) -> bool:
        """Whether an AUTH of this connection succeeded."""
        return any(each.outcome == "success" for each in self.witness.served.attempts)

    def greeting(self, verb: str) -> list[str]:
        """The reply to EHLO or HELO."""
        said = self.persona.ehlo_tls if self.witness.tls else self.persona.ehlo
        lines = list(said) if verb == "EHLO" else [self.persona.helo]
        lines = [line.format(ip=self.server.options.greets) for line in lines]
        return [f"250-{line}" for line in lines[:-1]] + [f"250 {lines[-1]}"]

    def start_tls(self) -> bool:
        """Accept STARTTLS; without a certificate the promise is empty and clear text goes on."""
        self.send(self.persona.ready)
        if self.persona.in_place_of_tls:
            self.connection.recv(LIMIT)
            self.witness.unsecured()
            self.send(self.persona.in_place_of_tls)
            return False
        if self.server.tls:
            self.handshake()
        return True

    def handshake(self) -> None:
        """The TLS handshake, and what OpenSSL told of it."""
        assert self.server.tls, "TLS needs a certificate"
        wrapped = self.server.tls.wrap_socket(self.connection, server_side=True, do_handshake_on_connect=False)
        assert isinstance(wrapped, Watched)
        self.connection = wrapped
        try:
            wrapped.do_handshake()
        except OSError:
            self.witness.unsecured(handshake(wrapped, self.server.options.cert))
            raise
        self.witness.secured(handshake(wrapped, self.server.options.cert))
        self.reader = wrapped.makefile("rb")

    def leave(self) -> None:
        """Close, in TLS with a goodbye of its own."""
        with suppress(OSError):
            if self.witness.tls and isinstance(self.connection, Watched):
                self.connection.settimeout(1)
                self.connection = self.connection.unwrap()
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self.reader.close()
        self.connection.close()

    def authenticate(self, rest: str) -> None:
        """One AUTH command to its final reply."""
        name, _, initial = rest.partition(" ")
        mechanism = sasl.MECHANISMS.get(name.upper())
        shown = self.persona.ehlo_tls if self.witness.tls else self.persona.ehlo
        offered = " ".join(line for line in shown if line.startswith("AUTH")).upper().split()
        if not mechanism or name.upper() not in offered:
            self.refuse(self.persona.unoffered)
            return
        try:
            claim = mechanism(self, self.decode(initial) if initial else None)
        except CancelledError as gone:
            if gone.reply:
                self.send(gone.reply)
            return
        self.witness.named(claim.user)
        never = self.persona.refuses_all or name.upper() in self.persona.never
        refusal = self.persona.refusals.get(claim.user or "")
        if claim.proven and not never and not refusal:
            self.send(self.persona.success.replace("{user}", claim.user or ""))
            return
        self.refused = refusal if refusal and claim.proven else self.persona.failure
        self.refuse(self.refused)

    def challenge(self, text: str) -> bytes:
        """Send a challenge, give the decoded answer."""
        self.send(f"334 {text}")
        line = self.receive()
        if line is None:
            raise CancelledError(None)
        verb = line.partition(" ")[0].upper()
        if self.persona.verbs_in_auth and verb in ("QUIT", "MAIL", "RSET"):
            self.pushed_back, self.witness.pending = line, None
            raise CancelledError(None)
        return self.decode(line)

    def learnt(self, user: str) -> None:
        """The user is known, though not yet proven."""
        self.witness.named(user)

    def decode(self, line: str) -> bytes:
        """The bytes of an answer; `=` is the empty one, `*` cancels."""
        if line == "*":
            raise CancelledError(self.persona.cancelled)
        try:
            return b"" if line == "=" else base64.b64decode(line, validate=True)
        except binascii.Error:
            raise CancelledError("501 5.5.2 Cannot decode response") from None

    def take_data(self) -> None:
        """Swallow a mail up to its dot."""
        if self.mail_refused and self.persona.need_mail:
            self.refuse(self.persona.need_mail)
            return
        self.send(self.persona.data_go)
        named = None
        while (line := self.receive()) not in (None, "."):
            named = named or MESSAGE_ID.match(line or "")
        self.send(self.persona.queued.replace("{message_id}", named[1] if named else self.persona.own_message_id))

    def take_chunk(self, rest: str) -> None:
        """Swallow a BDAT chunk (RFC 3030)."""
        size, _, last = rest.partition(" ")
        self.reader.read(int(size))
        self.send(self.persona.queued if last else f"250 2.0.0 {size} octets received")


class Server:
    """A persona on some addresses, writing one log line per connection."""

    def __init__(self, persona: Persona, options: argparse.Namespace) -> None:
        self.persona, self.options = persona, options
        self.tls = persona.tls.context(options.cert, options.key) if options.cert else None
        self.secrets: Mapping[str, str] = SECRETS

    def cast(self, _: socket.socket) -> Persona:
        """Who speaks on this connection."""
        return self.persona

    def serve(self) -> None:
        """Listen on every port until killed."""
        for port in self.options.ports:
            family = socket.AF_INET6 if ":" in self.options.ip else socket.AF_INET
            listener = socket.create_server((self.options.ip, int(port.rstrip("s"))), family=family)
            threading.Thread(target=self.accept, args=(listener, port.endswith("s"))).start()

    def accept(self, listener: socket.socket, implicit: bool) -> None:
        """A thread for each connection."""
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.settimeout(PATIENCE)
            threading.Thread(target=self.meet, args=(connection, implicit)).start()

    def meet(self, connection: socket.socket, implicit: bool) -> None:
        """One connection; whatever breaks it, it is logged."""
        talk = Conversation(self, connection, implicit)
        try:
            talk.run()
        except OSError:
            pass
        finally:
            with Path(self.options.log).open("a") as log:
                log.write(talk.witness.as_line())
            talk.leave()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("persona", choices=sorted(ALL))
    parser.add_argument("ip")
    parser.add_argument("ports", nargs="+")
    parser.add_argument("--log", required=True)
    parser.add_argument("--greets", default="203.0.113.9")
    parser.add_argument("--cert", type=Path)
    parser.add_argument("--key", type=Path)
    options = parser.parse_args()
    Server(ALL[options.persona], options).serve()


if __name__ == "__main__":
    main()
