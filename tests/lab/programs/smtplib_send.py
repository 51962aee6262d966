"""Send one mail with Python's smtplib; the wish comes as JSON in the first argument."""

from __future__ import annotations

import json
import smtplib
import ssl
import sys
from functools import partial
from typing import Any


def bearer(wish: dict[str, Any]) -> Any:
    """An XOAUTH2 answer for `SMTP.auth`; an error challenge gets the empty answer."""

    def answer(challenge: bytes | None = None) -> str:
        if challenge:
            return ""
        return f"user={wish['user']}\1auth=Bearer {wish['secret']}\1\1"

    return answer


def unverified() -> ssl.SSLContext:
    """The lab's certificates are self-signed: take any."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def main() -> None:
    """Connect, perhaps STARTTLS, perhaps AUTH, send, leave."""
    wish = json.loads(sys.argv[1])
    context = unverified()
    implicit = partial(smtplib.SMTP_SSL, context=context)
    connect = implicit if wish["tls"] == "implicit" else smtplib.SMTP
    with connect(wish["host"], wish["port"], wish["helo"], timeout=10) as smtp:
        smtp.ehlo()
        if wish["tls"] == "starttls":
            smtp.starttls(context=context)
            smtp.ehlo()
        if wish["mechanism"] in ("XOAUTH2", "OAUTHBEARER"):
            smtp.auth(wish["mechanism"], bearer(wish), initial_response_ok=wish["initial"])
        elif wish["mechanism"]:
            smtp.user, smtp.password = wish["user"], wish["secret"]
            method = "auth_" + wish["mechanism"].lower().replace("-", "_")
            smtp.auth(wish["mechanism"], getattr(smtp, method), initial_response_ok=wish["initial"])
        if wish["body"] is not None:
            smtp.sendmail(wish["sender"], [wish["to"]], wish["body"])


if __name__ == "__main__":
    main()
