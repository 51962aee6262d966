"""Libraries of scripting languages, each in one long process that plays a whole file of wishes."""

from __future__ import annotations

import sys

from tests.lab.corpus.clients import fetched
from tests.lab.corpus.clients.builds import either
from tests.lab.corpus.clients.program import (
    ANY,
    BEARER,
    BEARER_LATE,
    CRAM,
    LOGIN,
    LOGIN_EARLY,
    MOSTLY,
    NODE_PACKAGES,
    NONE,
    NTLM,
    PLAIN,
    PLAIN_LATE,
    PROGRAMS,
    PYTHON_PACKAGES,
    XOAUTH2,
    XOAUTH2_LATE,
    Program,
    needs,
)

NODE = {"NODE_PATH": str(NODE_PACKAGES), "NODE_OPTIONS": "--tls-min-v1.0", "NODE_NO_WARNINGS": "1"}
PYTHON = {"PYTHONPATH": str(PYTHON_PACKAGES)}


def script(name: str) -> str:
    """The path of a driver program."""
    return str(PROGRAMS / name)


NODEMAILER_FORMS = (LOGIN, PLAIN, XOAUTH2, CRAM, NONE)
LIBRARIES = (
    Program(
        "smtplib",
        "OpenSSL3/py",
        (LOGIN, LOGIN_EARLY, PLAIN, PLAIN_LATE, XOAUTH2, XOAUTH2_LATE, BEARER, BEARER_LATE, CRAM, NONE, ANY),
        (sys.executable, script("smtplib_many.py")),
        weight=1.4,
    ),
    Program(
        "aiosmtplib",
        "OpenSSL3/py",
        (LOGIN, PLAIN, XOAUTH2, CRAM, NONE, ANY),
        (sys.executable, script("aiosmtplib_many.py")),
        lacking=fetched.AIOSMTPLIB.lacking,
        env=PYTHON,
    ),
    Program(
        "twisted-mail",
        "OpenSSL3/pyOpenSSL",
        (ANY, LOGIN, PLAIN, CRAM),
        (sys.executable, script("twisted_many.py")),
        lacking=fetched.TWISTED.lacking,
        env=PYTHON,
        implicit=False,
    ),
    Program(
        "nodemailer",
        "OpenSSL/node",
        NODEMAILER_FORMS,
        ("node", script("nodemailer_many.cjs")),
        lacking=either(needs("node"), fetched.NODEMAILER.lacking),
        env=NODE,
        weight=1.3,
    ),
    Program(
        "nodemailer-node12",
        "OpenSSL1.1.1/node",
        NODEMAILER_FORMS,
        (str(fetched.OLD_NODE.made), script("nodemailer_many.cjs")),
        lacking=either(fetched.OLD_NODE.lacking, fetched.NODEMAILER_6.lacking),
        env={"NODE_PATH": str(NODE_PACKAGES), "NODEMAILER": "nodemailer-6"},
        weight=0.7,
    ),
    Program(
        "nodemailer-bun",
        "BoringSSL/bun",
        NODEMAILER_FORMS,
        (str(fetched.BUN.made), script("nodemailer_many.cjs")),
        lacking=either(fetched.BUN.lacking, fetched.NODEMAILER.lacking),
        env=NODE,
        tls=("13", "12", "cc", "mte"),
        weight=0.6,
    ),
    Program(
        "nodemailer-deno",
        "rustls/deno",
        NODEMAILER_FORMS,
        (str(fetched.DENO.made), "run", "-A", script("nodemailer_many.cjs")),
        lacking=either(fetched.DENO.lacking, fetched.NODEMAILER.lacking),
        env=NODE,
        tls=("13", "12", "cc"),
        weight=0.6,
    ),
    Program(
        "emailjs",
        "OpenSSL/node",
        (LOGIN, PLAIN, XOAUTH2, CRAM, NONE, ANY),
        ("node", script("emailjs_many.mjs")),
        lacking=either(needs("node"), fetched.EMAILJS.lacking),
        env=NODE,
    ),
    Program(
        "smtp-client-js",
        "OpenSSL/node",
        (LOGIN, PLAIN, NONE),
        ("node", script("smtp_client_many.js")),
        lacking=either(needs("node"), fetched.SMTP_CLIENT.lacking),
        env=NODE,
        weight=0.8,
    ),
    Program(
        "phpmailer",
        "OpenSSL3/php",
        (LOGIN, PLAIN_LATE, XOAUTH2, CRAM, NONE, ANY),
        ("php", script("phpmailer_many.php")),
        lacking=needs("php", files=["/usr/share/php/libphp-phpmailer/autoload.php"]),
    ),
    Program(
        "pear-net-smtp",
        "OpenSSL3/php",
        (LOGIN, PLAIN_LATE, CRAM, XOAUTH2, NONE, ANY),
        ("php", script("pear_many.php")),
        lacking=needs("php", files=["/usr/share/php/Net/SMTP.php"]),
    ),
    Program(
        "symfony-mailer",
        "OpenSSL3/php",
        (ANY, LOGIN, PLAIN, CRAM, XOAUTH2, NONE),
        ("php", script("symfony_many.php")),
        lacking=needs("php", files=["/usr/share/php/Symfony/Component/Mailer/autoload.php"]),
    ),
    Program(
        "horde-smtp",
        "OpenSSL3/php",
        (MOSTLY, XOAUTH2, NONE),
        ("php", script("horde_many.php")),
        lacking=needs("php", files=["/usr/share/php/Horde/Smtp.php"]),
        weight=0.8,
    ),
    Program(
        "perl-net-smtps",
        "OpenSSL3/perl",
        (ANY, LOGIN, PLAIN, CRAM, NONE),
        ("perl", script("net_smtps_many.pl")),
        lacking=needs("perl", files=["/usr/share/perl5/Net/SMTPS.pm"]),
        weight=0.8,
    ),
    Program(
        "perl-net-smtp",
        "OpenSSL3/perl",
        (ANY, LOGIN, PLAIN, CRAM, NONE),
        ("perl", script("net_smtp_many.pl")),
        lacking=needs("perl", files=["/usr/share/perl5/Authen/SASL.pm", "/usr/share/perl5/IO/Socket/SSL.pm"]),
    ),
    Program(
        "perl-net-smtp-tls",
        "OpenSSL3/perl",
        (MOSTLY, NONE),
        ("perl", script("net_smtp_tls_many.pl"), "Net::SMTP::TLS"),
        lacking=needs("perl", files=["/usr/share/perl5/Net/SMTP/TLS.pm"]),
        implicit=False,
        weight=0.6,
    ),
    Program(
        "perl-smtp-tls-maintained",
        "OpenSSL3/perl",
        (MOSTLY, NONE),
        ("perl", script("net_smtp_tls_many.pl"), "Net::SMTP::TLS::ButMaintained"),
        lacking=needs("perl", files=["/usr/share/perl5/Net/SMTP/TLS/ButMaintained.pm"]),
        implicit=False,
        weight=0.6,
    ),
    Program(
        "ruby-net-smtp",
        "OpenSSL3/ruby",
        (LOGIN, PLAIN, CRAM, NONE),
        ("ruby", script("net_smtp_many.rb")),
        lacking=needs("ruby"),
    ),
    Program(
        "tcl-smtp",
        "OpenSSL3/tcl",
        (MOSTLY, NONE),
        ("tclsh", script("smtp_many.tcl")),
        lacking=needs("tclsh", files=["/usr/share/tcltk/tcllib1.21"]),
        implicit=False,
    ),
    Program(
        "luasocket-smtp",
        "OpenSSL3/luasec",
        (MOSTLY, NONE),
        ("lua5.3", script("smtp_many.lua")),
        lacking=needs("lua5.3", files=["/usr/share/lua/5.3/ssl.lua"]),
        weight=0.8,
    ),
    Program(
        "pycurl",
        "OpenSSL/pycurl",
        (LOGIN, LOGIN_EARLY, PLAIN, PLAIN_LATE, XOAUTH2, XOAUTH2_LATE, BEARER, BEARER_LATE, CRAM, NTLM, NONE, ANY),
        (sys.executable, script("pycurl_many.py")),
        lacking=fetched.PYCURL.lacking,
        env=PYTHON,
    ),
    Program(
        "curl-gnutls",
        "GnuTLS/libcurl",
        (LOGIN, LOGIN_EARLY, PLAIN, PLAIN_LATE, XOAUTH2, XOAUTH2_LATE, BEARER, BEARER_LATE, CRAM, NTLM, NONE, ANY),
        ("/usr/bin/python3", script("pycurl_many.py")),
        lacking=needs(files=["/usr/lib/python3/dist-packages/pycurl-7.45.2.egg-info"]),
    ),
)
