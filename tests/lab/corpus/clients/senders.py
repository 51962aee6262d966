"""More programs of the command line: esmtp, mailutils, git, and what is written around `openssl s_client`."""

from __future__ import annotations

import random
from pathlib import Path
from urllib.parse import quote

from tests.lab.clients import Command
from tests.lab.corpus.clients.commands import mail
from tests.lab.corpus.clients.program import (
    ANY,
    CRAM,
    LOGIN,
    LOGIN_EARLY,
    MODERN,
    MOSTLY,
    NONE,
    PLAIN,
    PLAIN_LATE,
    PROGRAMS,
    XOAUTH2,
    XOAUTH2_LATE,
    Form,
    Program,
    needs,
)
from tests.lab.corpus.hosts import MAIL_NAME, name_of
from tests.lab.corpus.wishes import Wish
from tests.lab.servers.sasl import encoded


def esmtp(wish: Wish, folder: Path) -> Command:
    """The esmtp relay, on libesmtp."""
    config = folder / "esmtprc"
    lines = [f"hostname={name_of(wish.host)}:{wish.port}", "starttls=required"]
    if wish.mechanism:
        lines += [f'username="{wish.user}"', f'password="{wish.secret}"']
    config.write_text("\n".join(lines) + "\n")
    config.chmod(0o600)
    trusted = folder.parent / ".authenticate"
    trusted.mkdir(mode=0o700, exist_ok=True)
    (trusted / "ca.pem").write_bytes((folder.parents[1] / f"{MAIL_NAME}.crt").read_bytes())
    (trusted / "ca.pem").chmod(0o600)
    return Command(("esmtp", "-C", str(config), "-f", wish.sender, *wish.to), mail(wish))


def mailutils(wish: Wish, _: Path) -> Command:
    """GNU mailutils' mail, whose mailer URL says it all."""
    known = (
        f"{quote(wish.user, safe='')}:{quote(wish.secret, safe='')};auth={wish.mechanism}@" if wish.mechanism else ""
    )
    scheme = "smtps" if wish.tls == "implicit" else "smtp"
    url = f"{scheme}://{known}{wish.host}:{wish.port};domain={quote(wish.helo, safe='')}"
    argv = ("mail.mailutils", "--no-site-config", "--no-user-config", "-E", f"set sendmail={url}")
    return Command((*argv, "-r", wish.sender, "-s", wish.subject, *wish.to), wish.body or "-")


def git_send_email(wish: Wish, folder: Path) -> Command:
    """Git send-email with a patch of ours."""
    patch = folder / "0001-made-up.patch"
    patch.write_text(
        f"From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\nFrom: {wish.sender}\n"
        f"Date: Mon, 23 Nov 2026 10:00:00 +0100\nSubject: [PATCH] {wish.subject}\n\n{wish.body or '-'}\n---\n"
    )
    argv = [
        "git",
        "-c",
        "sendemail.smtpSslCertPath=",
        "send-email",
        "--quiet",
        f"--from={wish.sender}",
        f"--envelope-sender={wish.sender}",
    ]
    argv += [f"--to={each}" for each in wish.to] + ["--confirm=never", "--suppress-cc=all"]
    argv += [f"--smtp-server={wish.host}", f"--smtp-server-port={wish.port}", f"--smtp-domain={wish.helo}"]
    argv += [f"--smtp-encryption={'ssl' if wish.tls == 'implicit' else 'tls'}"]
    if wish.mechanism:
        argv += [f"--smtp-user={wish.user}", f"--smtp-pass={wish.secret}"]
        argv += [] if wish.mechanism == "ANY" else [f"--smtp-auth={wish.mechanism}"]
    env = (
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("EMAIL", wish.sender),
        ("GIT_COMMITTER_EMAIL", wish.sender),
    )
    return Command((*argv, str(patch)), env=env)


def s_client(wish: Wish, folder: Path) -> Command:
    """A shell script of the kind that lives in cron: lines fed to `openssl s_client` one by one."""
    dice = random.Random(wish.line())
    lines = [f"EHLO {wish.helo}"] if dice.random() < 0.7 else []
    lines += authentication(wish)
    if wish.body is not None:
        lines += [f"MAIL FROM:<{wish.sender}>", *(f"RCPT TO:<{each}>" for each in wish.to), "DATA"]
        lines += [f"Subject: {wish.subject}", "", *wish.body.splitlines(), "."]
    name = ["-name", wish.helo.strip("[]")] if dice.random() < 0.6 else []
    start = [] if wish.tls == "implicit" else ["-starttls", "smtp", *name]
    argv = ["openssl", "s_client", "-quiet", "-crlf", "-cipher", "ALL:@SECLEVEL=0", *start]
    argv += ["-connect", f"{wish.host}:{wish.port}"]
    said = "\n".join([*lines, "QUIT"]) + "\n"
    if wish.odd != "resume":
        return Command(("python3", str(SAY), *argv), said)
    (folder / "lines").write_text(said)
    again = 'python3 "$@" -sess_out ticket <lines; [ ! -f ticket ] || exec python3 "$@" -sess_in ticket <lines'
    return Command(("sh", "-c", again, "-", str(SAY), *argv))


def authentication(wish: Wish) -> list[str]:
    """The lines of an AUTH by hand."""
    whole = {"PLAIN": f"\0{wish.user}\0{wish.secret}", "XOAUTH2": f"user={wish.user}\1auth=Bearer {wish.secret}\1\1"}
    if wish.mechanism == "LOGIN":
        first = [f"AUTH LOGIN {encoded(wish.user)}"] if wish.initial else ["AUTH LOGIN", encoded(wish.user)]
        return [*first, encoded(wish.secret)]
    if wish.mechanism in whole:
        answer = encoded(whole[wish.mechanism])
        return [f"AUTH {wish.mechanism} {answer}"] if wish.initial else [f"AUTH {wish.mechanism}", answer]
    return []


SAY = PROGRAMS / "say.py"
SENDERS = (
    Program(
        "esmtp", "OpenSSL3/libesmtp", (MOSTLY, NONE), command=esmtp, lacking=needs("esmtp"), implicit=False, parallel=4
    ),
    Program(
        "mailutils",
        "GnuTLS",
        (LOGIN, PLAIN, CRAM, Form("SCRAM-SHA-1", None, 0.3), NONE),
        command=mailutils,
        lacking=needs("mail.mailutils"),
        tls=MODERN,
        quits=False,
        parallel=4,
    ),
    Program(
        "git-send-email",
        "OpenSSL3/perl",
        (ANY, LOGIN, PLAIN, CRAM, NONE),
        command=git_send_email,
        lacking=needs("git", files=["/usr/lib/git-core/git-send-email"]),
    ),
    Program(
        "s_client-script",
        "OpenSSL3 s_client",
        (LOGIN, LOGIN_EARLY, PLAIN, PLAIN_LATE, XOAUTH2, XOAUTH2_LATE, NONE),
        command=s_client,
        odd=("", "", "resume"),
        parallel=3,
        lacking=needs("openssl"),
    ),
)
