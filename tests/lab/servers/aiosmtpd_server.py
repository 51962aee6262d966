"""aiosmtpd as a server that logs: its LOGIN prompts are `User Name` with a NUL behind.

Run as a program inside a namespace, with the command line of the persona engine.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from tests.lab.accounts import SECRETS
from tests.lab.served import Witness


class Logged(SMTP):
    """aiosmtpd's SMTP with a witness beside it, and XOAUTH2."""

    log: Path
    secrets: Mapping[str, str] = SECRETS
    witness: Witness

    def connection_made(self, transport: Any) -> None:
        """A connection, or the same one after STARTTLS."""
        again = self.transport is not None
        super().connection_made(transport)
        if again:
            self.witness.secured()
        else:
            self.witness = Witness(transport.get_extra_info("peername")[:2], transport.get_extra_info("sockname")[:2])

    def connection_lost(self, error: Exception | None) -> None:
        """The end of it: one line in the log."""
        super().connection_lost(error)
        with self.log.open("a") as log:
            log.write(self.witness.as_line())

    async def push(self, status: Any) -> None:
        """Every reply passes here."""
        text = status.decode() if isinstance(status, bytes) else status
        self.witness.served.unread |= text.startswith("500 Command line too long")
        for line in text.splitlines():
            self.witness.answered(line)
        await super().push(status)

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802
        """EHLO, noted."""
        self.witness.said(f"EHLO {hostname}")
        await super().smtp_EHLO(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802
        """STARTTLS, noted."""
        self.witness.said("STARTTLS")
        await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802
        """AUTH, noted."""
        self.witness.said(f"AUTH {arg}")
        await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        """MAIL, noted."""
        self.witness.said(f"MAIL {arg}")
        await super().smtp_MAIL(arg)

    async def auth_XOAUTH2(self, _: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        """XOAUTH2 with the token along or after an empty challenge."""
        raw = base64.b64decode(args[1]) if len(args) > 1 else await self.challenge_auth("")
        fields = bytes(raw).decode().split("\1") if isinstance(raw, bytes) else []
        user = fields[0].removeprefix("user=") if fields else None
        self.witness.named(user)
        good = len(fields) > 1 and fields[1] == f"auth=Bearer {self.secrets.get(user or '')}"
        return AuthResult(success=good, handled=False, auth_data=user)


def context(options: argparse.Namespace) -> ssl.SSLContext | None:
    """TLS with the certificate of the command line, if there is one."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if options.cert else None
    if tls:
        tls.load_cert_chain(options.cert, options.key)
    return tls


def build(options: argparse.Namespace, tls: ssl.SSLContext | None, secrets: Mapping[str, str] = SECRETS) -> Logged:
    """One protocol instance for one connection."""

    def authenticator(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        """LOGIN and PLAIN end here."""
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        user = data.login.decode()
        server.witness.named(user)
        return AuthResult(success=secrets.get(user) == data.password.decode(), handled=False)

    made = Logged(
        Sink(),
        hostname="aio.example.net",
        authenticator=authenticator,
        auth_require_tls=False,
        tls_context=tls,
    )
    made.log, made.secrets = Path(options.log), secrets
    return made


async def serve(options: argparse.Namespace) -> None:
    """Listen until killed."""
    loop = asyncio.get_running_loop()
    for port in options.ports:
        await loop.create_server(lambda: build(options, context(options)), options.ip, int(port))
    await asyncio.Event().wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("ip")
    parser.add_argument("ports", nargs="+")
    parser.add_argument("--log", required=True)
    parser.add_argument("--cert")
    parser.add_argument("--key")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
