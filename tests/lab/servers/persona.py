"""The engine behind the personas: a small asyncio SMTP server that follows a `Persona`.

Run as a program inside a namespace: `python -m tests.lab.servers.persona NAME IP PORT[s] ...`;
a port with an `s` behind it speaks TLS from its first byte.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import binascii
import ssl
from functools import partial
from pathlib import Path

from tests.lab.served import Witness
from tests.lab.servers import sasl
from tests.lab.servers.personas import ALL, Persona

LIMIT = 1 << 20


class CancelledError(Exception):
    """The client gave no answer that could be read; `reply` is what it gets."""

    def __init__(self, reply: str | None) -> None:
        super().__init__(reply)
        self.reply = reply


class Conversation:
    """One connection, from banner to QUIT."""

    def __init__(
        self,
        server: Server,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        implicit: bool,
    ) -> None:
        self.persona, self.greets, self.tls = server.persona, server.options.greets, server.tls
        self.reader, self.writer = reader, writer
        self.prompts, self.error_challenge = self.persona.prompts, self.persona.error_challenge
        self.pushed_back: str | None = None
        client = writer.get_extra_info("peername")[:2]
        self.witness = Witness(client, writer.get_extra_info("sockname")[:2], implicit)

    async def send(self, *lines: str) -> None:
        """Send lines in one write."""
        self.writer.write("".join(line + "\r\n" for line in lines).encode())
        for line in lines:
            self.witness.answered(line)
        await self.writer.drain()

    async def receive(self) -> str | None:
        """The next line, or None at the end."""
        if self.pushed_back is not None:
            line, self.pushed_back = self.pushed_back, None
            return line
        raw = await self.reader.readline()
        return raw.decode("utf-8", "replace").rstrip("\r\n") if raw else None

    async def run(self) -> None:
        """Talk until somebody leaves."""
        await self.send(*self.persona.banner.split("\r\n"))
        while (line := await self.receive()) is not None:
            verb, _, rest = line.partition(" ")
            self.witness.said(line)
            if not await self.obey(verb.upper(), rest.strip()):
                return

    async def obey(self, verb: str, rest: str) -> bool:
        """Answer a command; false when it was the last."""
        fixed = self.persona.answers.get(verb)
        if fixed and not self.witness.tls:
            await self.send(fixed)
            return True
        match verb:
            case "EHLO" | "HELO":
                await self.send(*self.greeting(verb))
            case "AUTH":
                await self.authenticate(rest)
            case "STARTTLS":
                await self.start_tls()
            case "DATA":
                await self.take_data()
            case "BDAT":
                await self.take_chunk(rest)
            case "QUIT":
                await self.send(self.persona.bye)
                return False
            case _:
                plain = {"MAIL": self.persona.mail_ok, "RCPT": self.persona.rcpt_ok}
                await self.send(
                    plain.get(verb, "250 2.0.0 OK" if verb in ("RSET", "NOOP") else "500 5.5.1 Command unrecognized")
                )
        return True

    def greeting(self, verb: str) -> list[str]:
        """The reply to EHLO or HELO."""
        said = self.persona.ehlo_tls if self.witness.tls else self.persona.ehlo
        lines = list(said) if verb == "EHLO" else [self.persona.helo]
        lines = [line.format(ip=self.greets) for line in lines]
        return [f"250-{line}" for line in lines[:-1]] + [f"250 {lines[-1]}"]

    async def start_tls(self) -> None:
        """Accept STARTTLS; without a certificate the promise is empty and clear text goes on."""
        await self.send(self.persona.ready)
        if self.tls:
            try:
                await self.writer.start_tls(self.tls)
            except ssl.SSLError:
                self.witness.unsecured()
                raise
            self.witness.secured()

    async def authenticate(self, rest: str) -> None:
        """One AUTH command to its final reply."""
        name, _, initial = rest.partition(" ")
        mechanism = sasl.MECHANISMS.get(name.upper())
        shown = self.persona.ehlo_tls if self.witness.tls else self.persona.ehlo
        offered = " ".join(line for line in shown if line.startswith("AUTH")).upper().split()
        if not mechanism or name.upper() not in offered:
            await self.send(self.persona.unoffered)
            return
        try:
            claim = await mechanism(self, self.decode(initial) if initial else None)
        except CancelledError as gone:
            if gone.reply:
                await self.send(gone.reply)
            return
        self.witness.named(claim.user)
        never = self.persona.refuses_all or name.upper() in self.persona.never
        good = claim.proven and not never
        await self.send(self.persona.success if good else self.persona.failure)

    async def challenge(self, text: str) -> bytes:
        """Send a challenge, give the decoded answer."""
        await self.send(f"334 {text}")
        line = await self.receive()
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

    async def take_data(self) -> None:
        """Swallow a mail up to its dot."""
        await self.send(self.persona.data_go)
        while await self.receive() not in (None, "."):
            pass
        await self.send(self.persona.queued)

    async def take_chunk(self, rest: str) -> None:
        """Swallow a BDAT chunk (RFC 3030)."""
        size, _, last = rest.partition(" ")
        await self.reader.readexactly(int(size))
        await self.send(self.persona.queued if last else f"250 2.0.0 {size} octets received")


class Server:
    """A persona on some addresses, writing one log line per connection."""

    def __init__(self, persona: Persona, options: argparse.Namespace) -> None:
        self.persona, self.options = persona, options
        self.tls = context(options.cert, options.key) if options.cert else None

    async def serve(self) -> None:
        """Listen on every port until killed."""
        for port in self.options.ports:
            implicit = port.endswith("s")
            await asyncio.start_server(
                partial(self.meet, implicit),
                self.options.ip,
                int(port.rstrip("s")),
                ssl=self.tls if implicit else None,
                limit=LIMIT,
            )
        await asyncio.Event().wait()

    async def meet(self, implicit: bool, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection; whatever breaks it, it is logged."""
        talk = Conversation(self, reader, writer, implicit)
        try:
            await talk.run()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            with Path(self.options.log).open("a") as log:
                log.write(talk.witness.as_line())
            writer.close()


def context(cert: str, key: str) -> ssl.SSLContext:
    """The server's TLS settings."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(cert, key)
    return made


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("persona", choices=sorted(ALL))
    parser.add_argument("ip")
    parser.add_argument("ports", nargs="+")
    parser.add_argument("--log", required=True)
    parser.add_argument("--greets", default="203.0.113.9")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    options = parser.parse_args()
    asyncio.run(Server(ALL[options.persona], options).serve())


if __name__ == "__main__":
    main()
