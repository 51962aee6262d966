"""TLS handshakes: versions, groups, resumption, failures, names and certificates."""

from __future__ import annotations

from tests.lab import clients
from tests.lab.case import (
    APC,
    AXIS,
    BROTHER,
    CAMERA,
    DELL,
    HP,
    KONICA,
    NAS,
    PI,
    RICOH,
    SCAN,
    SYNOLOGY,
    WINDOWS,
    XEROX,
    Case,
    Device,
    basic,
)
from tests.lab.clients import script
from tests.lab.tls_clients import curl, gnutls_cli, msmtp, presenting, returning, s_client

GNUTLS = Device("gnutls", "52:54:00:aa:bb:cc")
NAMELESS = {"name": ...}
"""gnutls-cli greets with the server's name in place of its own."""

ANY = "ALL:@SECLEVEL=0"
GNUTLS_11 = "NORMAL:-VERS-ALL:+VERS-TLS1.1"
GNUTLS_12 = "NORMAL:-VERS-ALL:+VERS-TLS1.2"
LOGIN = basic("LOGIN", tls="starttls")
OLD = {"findings": ["tls-old"]}
SNI = "smtp.office365.com"
NOT_TLS = {"starttls": "failed", "unjudged": "no-auth-seen", "tls": {"version": None, "cipher": None}}

HANDSHAKES = (
    Case("tls/1.0-openssl", "TLS 1.0.", "tls10", s_client("-tls1", "-cipher", ANY), RICOH, told=OLD),
    Case(
        "tls/1.0-curl",
        "TLS 1.0, and AUTH LOGIN inside.",
        "tls10",
        curl("--tlsv1.0", "--tls-max", "1.0", "--ciphers", ANY),
        BROTHER,
        LOGIN,
        told=OLD,
    ),
    Case(
        "tls/1.1-gnutls",
        "TLS 1.1.",
        "tls11",
        gnutls_cli(GNUTLS_11, "--insecure"),
        GNUTLS,
        told_device=NAMELESS,
        told=OLD,
    ),
    Case("tls/1.2-swaks", "TLS 1.2.", "tls12", clients.swaks, RICOH, LOGIN),
    Case(
        "tls/1.2-msmtp",
        "TLS 1.2 of GnuTLS, an address as server name (SNI).",
        "tls12",
        msmtp(GNUTLS_12),
        SYNOLOGY,
        basic("PLAIN", NAS, tls="starttls"),
        told={"anomalies": ["sni-address"]},
    ),
    Case(
        "tls/refused-certificate",
        "TLS 1.2: the client shows a certificate, the server does not trust it: unknown_ca.",
        "tls12-asks",
        presenting("-tls1_2"),
        HP,
    ),
    Case(
        "tls/1.2-cbc-encrypt-then-mac",
        "TLS 1.2 with a CBC suite and encrypt-then-MAC (RFC 7366).",
        "tls12-cbc",
        s_client("-tls1_2"),
        XEROX,
    ),
    Case("tls/1.3-node", "TLS 1.3 of node.", "tls13", clients.nodemailer, DELL, LOGIN),
    Case(
        "tls/1.3-gnutls",
        "TLS 1.3 of GnuTLS.",
        "tls13",
        gnutls_cli("NORMAL", "--insecure"),
        GNUTLS,
        told_device=NAMELESS,
    ),
    Case(
        "tls/1.3-python", "TLS 1.3 of Python.", "tls13", clients.smtplib, AXIS, basic("LOGIN", CAMERA, tls="starttls")
    ),
    Case(
        "tls/hello-retry-request",
        "The server wants another group than the client guessed: HelloRetryRequest.",
        "tls-p384",
        s_client("-groups", "X25519:P-384"),
        HP,
    ),
    Case("tls/1.2-resumed", "TLS 1.2 resumed with a ticket: no certificate.", "tls12", returning("-tls1_2"), KONICA),
    Case("tls/1.3-resumed", "TLS 1.3 resumed with a ticket.", "tls13", returning("-tls1_3"), KONICA),
    Case(
        "tls/failed-version",
        "Nothing newer than TLS 1.1 offered: protocol_version.",
        "tls",
        s_client("-tls1_1", "-cipher", ANY),
        XEROX,
    ),
    Case(
        "tls/failed-cipher",
        "No suite in common: handshake_failure.",
        "tls12-gcm",
        s_client("-tls1_2", "-cipher", "ECDHE-RSA-CHACHA20-POLY1305"),
        XEROX,
    ),
    Case(
        "tls/failed-trust-1.2",
        "The client does not trust the certificate and says so in clear.",
        "tls12",
        curl("--tls-max", "1.2", trusting=False),
        DELL,
        LOGIN,
    ),
    Case(
        "tls/failed-trust-1.3",
        "OpenSSL does not trust the certificate, and says so before it has changed its keys: in clear.",
        "tls13",
        curl(trusting=False),
        DELL,
        LOGIN,
    ),
    Case(
        "tls/failed-trust-hidden",
        "GnuTLS does not trust the certificate; TLS 1.3 hides its alert.",
        "tls13",
        gnutls_cli(),
        GNUTLS,
        told_device=NAMELESS,
    ),
    Case(
        "tls/failed-trust-gnutls",
        "GnuTLS does not trust the certificate.",
        "tls12",
        gnutls_cli(GNUTLS_12),
        GNUTLS,
        told_device=NAMELESS,
    ),
    Case(
        "tls/closed-after-hello",
        "The client leaves when the server has answered.",
        "tls",
        script("EHLO {helo}", "STARTTLS", "tls silent"),
        PI,
        told={"tls": {"alert": ...}},
    ),
    Case(
        "tls/answered-in-clear",
        "220, and then 454 in clear in place of a ServerHello.",
        "tls-answered-in-clear",
        s_client("-tls1_2"),
        XEROX,
        told={**NOT_TLS, "anomalies": ["tls-answered-in-clear"]},
    ),
    Case(
        "tls/implicit-to-587",
        "A client that begins with TLS where SMTP is spoken.",
        "postfix-starttls",
        s_client(starttls=False),
        WINDOWS,
        told={**NOT_TLS, "anomalies": ["tls-to-smtp"]},
        told_device={"name": None},
    ),
    Case(
        "tls/hello-in-segments",
        "The ClientHello in segments of 24 bytes.",
        "tls",
        script("EHLO {helo}", "STARTTLS", "tls segments"),
        PI,
    ),
    Case(
        "tls/hello-in-records",
        "The ClientHello in records of 24 bytes.",
        "tls",
        script("EHLO {helo}", "STARTTLS", "tls records"),
        PI,
    ),
    Case(
        "tls/asks-certificate-1.2",
        "The server asks for a certificate, the client has none.",
        "tls12-asks",
        s_client(),
        HP,
    ),
    Case("tls/asks-certificate-1.3", "The same in TLS 1.3.", "tls-asks", s_client(), HP),
    Case("tls/alpn", "A client that offers protocols (ALPN).", "tls-alpn", s_client("-alpn", "smtp,esmtp"), PI),
    Case(
        "tls/certificate-expired",
        "A certificate that ended a month ago.",
        "tls-expired",
        s_client("-tls1_2"),
        RICOH,
        told={"findings": ["certificate-expired"]},
    ),
    Case(
        "tls/certificate-foreign",
        "The client asks for smtp.office365.com; the certificate is another's.",
        "tls-names",
        s_client("-tls1_2", "-servername", SNI),
        RICOH,
        told={"findings": ["certificate-foreign"]},
    ),
    Case(
        "tls/certificate-names",
        "A certificate with three names in TLS 1.2; nobody asked for one, so none is foreign.",
        "tls-names",
        curl("--tls-max", "1.2"),
        APC,
        basic("LOGIN", SCAN, tls="starttls"),
        told={"not_findings": ["certificate-foreign", "certificate-expired", "tls-old"]},
    ),
    Case(
        "tls/implicit-no-sni",
        "TLS from the first byte, no server name.",
        "postfix-implicit",
        clients.swaks,
        SYNOLOGY,
        basic("PLAIN", NAS, tls="implicit"),
        told={"tls": {"sni": None}},
    ),
    Case(
        "tls/implicit-sni",
        "TLS from the first byte, with a server name.",
        "postfix-implicit",
        s_client("-servername", "mail.example.org", starttls=False),
        APC,
        told={"tls": {"sni": "mail.example.org"}},
    ),
    Case("tls/postfix-1.2", "TLS 1.2 with Postfix.", "postfix-strict", curl("--tls-max", "1.2"), BROTHER, LOGIN),
)
