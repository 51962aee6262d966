"""Programs of the command line that take everything as arguments: one process for each wish."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from tests.lab.clients import Command
from tests.lab.corpus.clients.program import (
    ANY,
    BEARER,
    CRAM,
    DIGEST,
    LOGIN,
    LOGIN_EARLY,
    MOSTLY,
    NONE,
    NTLM,
    PLAIN,
    PLAIN_LATE,
    PROGRAMS,
    SCRAM,
    XOAUTH2,
    XOAUTH2_LATE,
    Program,
    needs,
)
from tests.lab.corpus.hosts import name_of
from tests.lab.corpus.wishes import Wish


def crlf_mail(wish: Wish) -> str:
    """The mail as a program wants it that sends it as it is."""
    text = f"From: {wish.sender}\nTo: {', '.join(wish.to)}\nSubject: {wish.subject}\n\n{wish.body or '-'}"
    return text.replace("\n", "\r\n")


def mail(wish: Wish) -> str:
    """The mail with plain line ends."""
    return f"From: {wish.sender}\nTo: {', '.join(wish.to)}\nSubject: {wish.subject}\n\n{wish.body or '-'}"


def curl(wish: Wish, _: Path) -> Command:
    """curl; the last part of the URL is its greeting."""
    scheme = "smtps" if wish.tls == "implicit" else "smtp"
    argv = ["curl", "-sSk", "--max-time", "12", "--tlsv1.0", "--ciphers", "ALL:@SECLEVEL=0", "--ssl-reqd"]
    argv += ["--url", f"{scheme}://{wish.host}:{wish.port}/{wish.helo.strip('[]')}"]
    if wish.body is not None:
        argv += ["--mail-from", wish.sender, "-T", "-"]
        argv += [word for each in wish.to for word in ("--mail-rcpt", each)]
    else:
        argv += ["-X", "NOOP"]
    argv += ["--sasl-ir"] if wish.initial else []
    if wish.mechanism in ("XOAUTH2", "OAUTHBEARER"):
        argv += ["--user", f"{wish.user}:", "--oauth2-bearer", wish.secret]
    elif wish.mechanism:
        argv += ["--user", f"{wish.user}:{wish.secret}"]
    if wish.mechanism and wish.mechanism != "ANY":
        argv += ["--login-options", f"AUTH={wish.mechanism}"]
    return Command(tuple(argv), crlf_mail(wish))


def swaks(wish: Wish, _: Path) -> Command:
    """swaks, at times pipelining."""
    argv = ["swaks", "--server", wish.host, "--port", str(wish.port), "--ehlo", wish.helo, "--timeout", "12"]
    argv += ["--from", wish.sender, "--to", ",".join(wish.to), "--tlsc" if wish.tls == "implicit" else "-tls"]
    if wish.mechanism:
        argv += ["-a", *([] if wish.mechanism == "ANY" else [wish.mechanism]), "-au", wish.user, "-ap", wish.secret]
    if wish.body is None:
        argv += ["--quit-after", "AUTH" if wish.mechanism else "EHLO"]
    else:
        argv += ["--h-Subject", wish.subject, "--body", wish.body.replace("\n", "\\n")]
    argv += ["--pipeline"] if wish.odd == "pipeline" else []
    return Command(tuple(argv))


def msmtp(wish: Wish, _: Path) -> Command:
    """msmtp; each mechanism in its own way."""
    argv = ["msmtp", f"--host={wish.host}", f"--port={wish.port}", f"--domain={wish.helo}", f"--from={wish.sender}"]
    argv += ["--timeout=12", "--tls=on", f"--tls-starttls={'off' if wish.tls == 'implicit' else 'on'}"]
    argv += ["--tls-certcheck=off", "--tls-priorities=NORMAL:+VERS-TLS1.0:%COMPAT"]
    if wish.mechanism:
        method = "on" if wish.mechanism == "ANY" else wish.mechanism.lower()
        argv += [f"--auth={method}", f"--user={wish.user}", f"--passwordeval=printf %s '{wish.secret}'"]
    if wish.body is None:
        return Command((*argv, "--serverinfo"))
    return Command((*argv, "--", *wish.to), mail(wish))


def sendemail(wish: Wish, _: Path) -> Command:
    """SendEmail, which takes LOGIN or PLAIN as the server lists them."""
    argv = ["sendemail", "-q", "-f", wish.sender, "-t", *wish.to, "-u", wish.subject, "-m", wish.body or "-"]
    argv += ["-s", f"{name_of(wish.host)}:{wish.port}", "-o", "tls=yes", "-o", f"fqdn={wish.helo}"]
    if wish.mechanism:
        argv += ["-xu", wish.user, "-xp", wish.secret]
    return Command(tuple(argv))


def gsasl(wish: Wish, _: Path) -> Command:
    """The gsasl tool: logs in and leaves."""
    argv = ["gsasl", "--client", f"--connect={wish.host}:{wish.port}", "--smtp", "--starttls", "--quiet"]
    argv += [f"--authentication-id={wish.user}", f"--password={wish.secret}", f"--hostname={wish.helo.strip('[]')}"]
    argv += ["--no-client-first"] if not wish.initial else []
    argv += ["--priority=NORMAL:+VERS-TLS1.0:%COMPAT", "--service=smtp", "--realm=", "--x509-ca-file="]
    argv += [f"--mechanism={wish.mechanism}"] if wish.mechanism != "ANY" else []
    return Command(tuple(argv), "")


def s_nail(wish: Wish, folder: Path) -> Command:
    """s-nail with everything set on the command line."""
    quoted = quote(wish.user, safe="")
    secret = quote(wish.secret, safe="")
    scheme = "smtps" if wish.tls == "implicit" else "smtp"
    known = f"{quoted}:{secret}@" if wish.mechanism else ""
    settings = [
        f"mta={scheme}://{known}{wish.host}:{wish.port}",
        "smtp-use-starttls",
        "v15-compat",
        "tls-verify=ignore",
        "tls-config-pairs=MinProtocol=TLSv1,CipherString=ALL:@SECLEVEL=0",
        f"hostname={wish.helo.strip('[]')}",
        f"smtp-hostname={wish.helo.strip('[]')}",
        f"from={wish.sender}",
        f"smtp-auth={(wish.mechanism or 'none').lower()}",
        "sendwait",
        "nosave",
    ]
    argv = ["s-nail", "-:/", *(word for each in settings for word in ("-S", each))]
    return Command((*argv, "-s", wish.subject, *wish.to), wish.body or "-", (("MAILRC", str(folder / "none")),))


def check_smtp(wish: Wish, _: Path) -> Command:
    """The monitoring plugin: AUTH LOGIN, perhaps MAIL, then QUIT."""
    argv = ["/usr/lib/nagios/plugins/check_smtp", "-H", wish.host, "-p", str(wish.port), "-S", "-F", wish.helo]
    argv += ["-t", "12"]
    if wish.mechanism:
        argv += ["-A", "LOGIN", "-U", wish.user, "-P", wish.secret]
    if wish.body is not None:
        argv += ["-f", wish.sender, "-C", f"RCPT TO:<{wish.to[0]}>"]
    return Command(tuple(argv))


EVERY = (LOGIN, LOGIN_EARLY, PLAIN, PLAIN_LATE, XOAUTH2, XOAUTH2_LATE, BEARER, CRAM, NTLM, NONE, ANY)
COMMANDS = (
    Program("curl", "OpenSSL3", EVERY, command=curl, lacking=needs("curl"), weight=1.1),
    Program(
        "swaks",
        "OpenSSL3/perl",
        (LOGIN, PLAIN, CRAM, DIGEST, NTLM, NONE, ANY),
        command=swaks,
        lacking=needs("swaks"),
        odd=("", "", "pipeline"),
    ),
    Program(
        "msmtp",
        "GnuTLS",
        (LOGIN, PLAIN, XOAUTH2, BEARER, CRAM, DIGEST, *SCRAM, NTLM, NONE, ANY),
        command=msmtp,
        lacking=needs("msmtp"),
        weight=1.3,
    ),
    Program(
        "sendemail",
        "OpenSSL3/perl",
        (MOSTLY, NONE),
        command=sendemail,
        lacking=needs("sendemail"),
        implicit=False,
        env={"PERL5LIB": str(PROGRAMS), "PERL5OPT": "-MUnverified"},
    ),
    Program(
        "gsasl",
        "GnuTLS",
        (LOGIN, PLAIN, PLAIN_LATE, CRAM, DIGEST, *SCRAM, NTLM, ANY),
        command=gsasl,
        lacking=needs("gsasl"),
        implicit=False,
    ),
    Program(
        "s-nail",
        "OpenSSL3",
        (LOGIN, PLAIN, CRAM, XOAUTH2, BEARER, NONE),
        command=s_nail,
        lacking=needs("s-nail"),
        parallel=4,
    ),
    Program(
        "check_smtp",
        "OpenSSL3",
        (LOGIN, LOGIN, NONE),
        command=check_smtp,
        lacking=needs(files=["/usr/lib/nagios/plugins/check_smtp"]),
        implicit=False,
        weight=0.8,
    ),
)
