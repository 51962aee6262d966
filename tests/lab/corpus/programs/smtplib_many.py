"""Python's smtplib plays a file of wishes, one JSON object a line."""

from __future__ import annotations

import json
import smtplib
import ssl
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

PATIENCE = 12


def bearer(wish: dict[str, Any]) -> Any:
    """An XOAUTH2 or OAUTHBEARER answer for `SMTP.auth`; an error challenge gets the empty answer."""

    def answer(challenge: bytes | None = None) -> str:
        if challenge:
            return ""
        if wish["mechanism"] == "XOAUTH2":
            return f"user={wish['user']}\1auth=Bearer {wish['secret']}\1\1"
        where = f"host={wish['host']}\1port={wish['port']}"
        return f"n,a={wish['user']},\1{where}\1auth=Bearer {wish['secret']}\1\1"

    return answer


def unverified() -> ssl.SSLContext:
    """The lab's certificates are self-signed: take any, and old versions too."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def play(wish: dict[str, Any], context: ssl.SSLContext) -> None:
    """Connect, STARTTLS or TLS at once, AUTH, send, leave."""
    implicit = partial(smtplib.SMTP_SSL, context=context)
    connect = implicit if wish["tls"] == "implicit" else smtplib.SMTP
    with connect(wish["host"], wish["port"], wish["helo"], timeout=PATIENCE) as smtp:
        smtp.ehlo()
        if wish["tls"] == "starttls":
            smtp.starttls(context=context)
            smtp.ehlo()
        authenticate(smtp, wish)
        if wish["body"] is not None:
            head = f"Subject: {wish['subject']}\nFrom: {wish['sender']}\nTo: {', '.join(wish['to'])}\n\n"
            smtp.sendmail(wish["sender"], wish["to"], head + wish["body"])


def authenticate(smtp: smtplib.SMTP, wish: dict[str, Any]) -> None:
    """AUTH as the wish wants it."""
    if wish["mechanism"] in ("XOAUTH2", "OAUTHBEARER"):
        smtp.auth(wish["mechanism"], bearer(wish), initial_response_ok=wish["initial"])
    elif wish["mechanism"] == "ANY":
        smtp.login(wish["user"], wish["secret"])
    elif wish["mechanism"]:
        smtp.user, smtp.password = wish["user"], wish["secret"]
        method = "auth_" + wish["mechanism"].lower().replace("-", "_")
        smtp.auth(wish["mechanism"], getattr(smtp, method), initial_response_ok=wish["initial"])


def main() -> None:
    """All wishes of the file."""
    context = unverified()
    for line in Path(sys.argv[1]).read_text().splitlines():
        with suppress(OSError, smtplib.SMTPException, ValueError):
            play(json.loads(line), context)


if __name__ == "__main__":
    main()
