"""Twisted's mail client plays a file of wishes."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

from twisted.internet import defer, reactor, ssl, task  # type: ignore[import-not-found, import-untyped, unused-ignore]
from twisted.mail import smtp  # type: ignore[import-not-found, import-untyped, unused-ignore]

PATIENCE = 12


class Unverified(ssl.ClientContextFactory):  # type: ignore[misc]
    """Take any certificate, and old versions too."""

    method = ssl.SSL.TLS_METHOD

    def getContext(self) -> Any:  # noqa: N802
        """The settings for OpenSSL."""
        context = super().getContext()
        context.set_cipher_list(b"ALL:@SECLEVEL=0")
        return context


class Sender(smtp.ESMTPSender):  # type: ignore[misc]
    """Leaves out what the wish does not want."""

    only: str | None = None
    authenticators: list[Any]

    def _registerAuthenticators(self) -> None:  # noqa: N802
        super()._registerAuthenticators()
        every: list[Any] = self.authenticators
        self.authenticators = [each for each in every if self.only in (None, each.getName().decode())]


class Factory(smtp.ESMTPSenderFactory):  # type: ignore[misc]
    """Makes such senders."""

    protocol = Sender


async def play(wish: dict[str, Any]) -> None:
    """One wish."""
    done: Any = defer.Deferred()
    mail = io.BytesIO(f"Subject: {wish['subject']}\n\n{wish['body'] or '-'}".encode())
    factory = Factory(
        wish["user"].encode(), wish["secret"].encode(), wish["sender"], wish["to"], mail, done, retries=0,
        timeout=PATIENCE, contextFactory=Unverified(), requireAuthentication=True, hostname=wish["host"],
        requireTransportSecurity=True,
    )  # fmt: skip
    factory.domain = wish["helo"].encode()
    factory.noisy = False
    Sender.only = None if wish["mechanism"] == "ANY" else wish["mechanism"]
    reactor.connectTCP(wish["host"], wish["port"], factory, timeout=PATIENCE)
    try:
        await done
    except Exception as error:
        print(type(error).__name__)


async def everything(_: Any) -> None:
    """All wishes of the file."""
    for line in Path(sys.argv[1]).read_text().splitlines():
        await play(json.loads(line))


if __name__ == "__main__":
    task.react(lambda reactor: defer.ensureDeferred(everything(reactor)))
