"""libcurl, by way of pycurl, plays a file of wishes; which TLS library that is depends on who built it."""

from __future__ import annotations

import io
import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pycurl  # type: ignore[import-not-found, import-untyped, unused-ignore]

PATIENCE = 12


def play(wish: dict[str, Any]) -> None:
    """One wish on a connection of its own."""
    curl = pycurl.Curl()
    scheme = "smtps" if wish["tls"] == "implicit" else "smtp"
    curl.setopt(pycurl.URL, f"{scheme}://{wish['host']}:{wish['port']}/{wish['helo'].strip('[]')}")
    curl.setopt(pycurl.TIMEOUT, PATIENCE)
    curl.setopt(pycurl.FRESH_CONNECT, 1)
    curl.setopt(pycurl.FORBID_REUSE, 1)
    curl.setopt(pycurl.SSL_VERIFYPEER, 0)
    curl.setopt(pycurl.SSL_VERIFYHOST, 0)
    curl.setopt(pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_0)
    curl.setopt(pycurl.USE_SSL, pycurl.USESSL_ALL)
    curl.setopt(pycurl.WRITEFUNCTION, lambda _: None)
    if "OpenSSL" in pycurl.version:
        curl.setopt(pycurl.SSL_CIPHER_LIST, "ALL:@SECLEVEL=0")
    authenticate(curl, wish)
    if wish["body"] is None:
        curl.setopt(pycurl.CUSTOMREQUEST, "NOOP")
    else:
        mail = f"Subject: {wish['subject']}\n\n{wish['body']}".replace("\n", "\r\n").encode()
        curl.setopt(pycurl.MAIL_FROM, wish["sender"])
        curl.setopt(pycurl.MAIL_RCPT, list(wish["to"]))
        curl.setopt(pycurl.UPLOAD, 1)
        curl.setopt(pycurl.READDATA, io.BytesIO(mail))
        curl.setopt(pycurl.INFILESIZE, len(mail))
    try:
        curl.perform()
    finally:
        curl.close()


def authenticate(curl: Any, wish: dict[str, Any]) -> None:
    """Tell curl who it is and how to say so."""
    if not wish["mechanism"]:
        return
    curl.setopt(pycurl.USERNAME, wish["user"])
    curl.setopt(pycurl.SASL_IR, int(bool(wish["initial"])))
    if wish["mechanism"] in ("XOAUTH2", "OAUTHBEARER"):
        curl.setopt(pycurl.XOAUTH2_BEARER, wish["secret"])
    else:
        curl.setopt(pycurl.PASSWORD, wish["secret"])
    if wish["mechanism"] != "ANY":
        curl.setopt(pycurl.LOGIN_OPTIONS, f"AUTH={wish['mechanism']}")


def main() -> None:
    """All wishes of the file."""
    for line in Path(sys.argv[1]).read_text().splitlines():
        with suppress(pycurl.error):
            play(json.loads(line))


if __name__ == "__main__":
    main()
