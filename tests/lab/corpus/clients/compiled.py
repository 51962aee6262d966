"""Libraries of compiled languages, each in one long process that plays a whole file of wishes."""

from __future__ import annotations

from tests.lab.corpus.clients.builds import CSHARP, JARS, JAVA, either, go
from tests.lab.corpus.clients.fetched import DOTNET, OPENSSL_111
from tests.lab.corpus.clients.program import (
    ANY,
    BEARER,
    BUILT,
    CRAM,
    LOGIN,
    LOGIN_EARLY,
    MOSTLY,
    NONE,
    NTLM,
    PLAIN,
    PLAIN_LATE,
    PROGRAMS,
    XOAUTH2,
    XOAUTH2_LATE,
    Form,
    Program,
    needs,
)

GO_TLS = ("13", "12", "cc", "mte", "10")
"""Go has no encrypt-then-MAC and no CCM."""
JSSE = ("13", "12", "cc", "mte", "10")
CLASSES = ":".join((str(BUILT), *JARS))
NET_SMTP = go("net_smtp")
GOMAIL = go("gomail", "gopkg.in/mail.v2")
SIMPLE_MAIL = go("simple_mail", "github.com/xhit/go-simple-mail")
EMERSION = go("emersion", "github.com/emersion/go-smtp", "github.com/emersion/go-sasl")
DOTNET_ENV = {
    "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
    "LD_LIBRARY_PATH": str(OPENSSL_111.made.parent),
    "DOTNET_CLI_TELEMETRY_OPTOUT": "1",
}
SYSTEM_NET_MAIL = (Form("LOGIN", True, 3.0), NONE)
"""NTLM needs a library of Kerberos that the runtime does not bring along."""


def java(main: str) -> tuple[str, ...]:
    """A class of ours, with the old TLS versions allowed."""
    options = (f"-Djava.security.properties={PROGRAMS / 'java' / 'old-tls.properties'}", "-Xshare:auto", "-Xmx256m")
    return ("java", *options, "-cp", CLASSES, main)


COMPILED = (
    Program(
        "go-net-smtp",
        "Go crypto/tls",
        (LOGIN, LOGIN_EARLY, PLAIN, XOAUTH2, CRAM, NONE),
        (str(NET_SMTP.made),),
        tls=GO_TLS,
        lacking=NET_SMTP.lacking,
        weight=1.2,
    ),
    Program("go-gomail", "Go crypto/tls", (MOSTLY, NONE), (str(GOMAIL.made),), tls=GO_TLS, lacking=GOMAIL.lacking),
    Program(
        "go-simple-mail",
        "Go crypto/tls",
        (LOGIN, PLAIN, CRAM, NONE),
        (str(SIMPLE_MAIL.made),),
        tls=GO_TLS,
        lacking=SIMPLE_MAIL.lacking,
        weight=0.8,
    ),
    Program(
        "go-emersion-smtp",
        "Go crypto/tls",
        (LOGIN, PLAIN, BEARER, NONE),
        (str(EMERSION.made),),
        tls=GO_TLS,
        lacking=EMERSION.lacking,
        weight=0.8,
    ),
    Program(
        "javamail",
        "JSSE17",
        (LOGIN, PLAIN, XOAUTH2, XOAUTH2_LATE, CRAM, NTLM, NONE, ANY),
        java("Many"),
        tls=JSSE,
        lacking=either(needs("java"), JAVA.lacking),
        weight=1.2,
    ),
    Program(
        "commons-net",
        "JSSE17",
        (LOGIN, PLAIN, PLAIN_LATE, CRAM, XOAUTH2, NONE),
        java("ManyNet"),
        tls=JSSE,
        lacking=either(needs("java"), JAVA.lacking),
    ),
    Program(
        "mono-systemnetmail",
        "Mono BoringSSL",
        (LOGIN, NONE),
        ("mono", str(CSHARP.made)),
        tls=("10",),
        lacking=either(needs("mono"), CSHARP.lacking),
        weight=0.8,
        implicit=False,
    ),
    Program(
        "dotnet-systemnetmail",
        ".NET Core 3.1/OpenSSL1.1.1",
        SYSTEM_NET_MAIL,
        (str(DOTNET.made), "exec", "--runtimeconfig", str(PROGRAMS / "dotnet.runtimeconfig.json"), str(CSHARP.made)),
        lacking=either(DOTNET.lacking, OPENSSL_111.lacking, CSHARP.lacking),
        weight=1.2,
        implicit=False,
        env=DOTNET_ENV,
    ),
)
