"""aiosmtplib plays a file of wishes."""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtplib  # type: ignore[import-not-found, import-untyped, unused-ignore]

PATIENCE = 12


def unverified() -> ssl.SSLContext:
    """Take any certificate, and old versions too."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


async def play(wish: dict[str, Any], context: ssl.SSLContext) -> None:
    """One wish."""
    implicit = wish["tls"] == "implicit"
    smtp = aiosmtplib.SMTP(
        hostname=wish["host"], port=wish["port"], local_hostname=wish["helo"], timeout=PATIENCE,
        use_tls=implicit, start_tls=not implicit, tls_context=context,
    )  # fmt: skip
    try:
        async with smtp:
            await authenticate(smtp, wish)
            if wish["body"] is not None:
                mail = EmailMessage()
                mail["From"], mail["To"], mail["Subject"] = wish["sender"], ", ".join(wish["to"]), wish["subject"]
                mail.set_content(wish["body"])
                await smtp.send_message(mail)
    finally:
        smtp.close()


async def authenticate(smtp: aiosmtplib.SMTP, wish: dict[str, Any]) -> None:
    """AUTH as the wish wants it."""
    user, secret = wish["user"], wish["secret"]
    if wish["mechanism"] == "ANY":
        await smtp.login(user, secret)
    elif wish["mechanism"] == "XOAUTH2":
        await smtp.auth_xoauth2(user, secret)
    elif wish["mechanism"]:
        method = getattr(smtp, "auth_" + wish["mechanism"].lower().replace("-", ""))
        await method(user, secret)


async def main() -> None:
    """All wishes of the file."""
    context = unverified()
    for line in Path(sys.argv[1]).read_text().splitlines():
        with suppress(OSError, aiosmtplib.SMTPException, ValueError, asyncio.TimeoutError):
            await play(json.loads(line), context)


if __name__ == "__main__":
    asyncio.run(main())
