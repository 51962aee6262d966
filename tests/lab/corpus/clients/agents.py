"""Programs that want a configuration file: mail user agents, monitors, small relays."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import quote

from tests.lab.clients import Command
from tests.lab.corpus.clients.commands import mail
from tests.lab.corpus.clients.fetched import DMA, NULLMAILER, OPENSMTPD, SSMTP
from tests.lab.corpus.clients.program import (
    ANY,
    BEARER,
    CRAM,
    LOGIN,
    MOSTLY,
    NONE,
    PLAIN,
    PROGRAMS,
    SCRAM,
    XOAUTH2,
    Program,
    needs,
)
from tests.lab.corpus.hosts import MAIL_NAME, name_of
from tests.lab.corpus.wishes import Wish

TOKENS = ("XOAUTH2", "OAUTHBEARER")


def trusted(folder: Path) -> Path:
    """The certificate of all servers."""
    return folder.parents[1] / f"{MAIL_NAME}.crt"


def mutt_like(binary: str, own: tuple[str, ...]) -> object:
    """Mutt or neomutt with a configuration of its own."""

    def command(wish: Wish, folder: Path) -> Command:
        scheme = "smtps" if wish.tls == "implicit" else "smtp"
        known = f"{quote(wish.user, safe='')}@" if wish.mechanism else ""
        rows = [
            f"set smtp_url='{scheme}://{known}{name_of(wish.host)}:{wish.port}/'",
            f"set from='{wish.sender}' use_from=yes use_envelope_from=yes envelope_from_address='{wish.sender}'",
            f"set hostname='{wish.helo.strip('[]')}' ssl_starttls=yes ssl_force_tls=yes",
            f"set certificate_file='{trusted(folder)}' ssl_use_tlsv1=yes ssl_use_tlsv1_1=yes",
            "set ssl_verify_dates=no ssl_verify_host=no copy=no record=''",
            "set mbox_type=mbox spoolfile=/dev/null folder=/tmp",
            *own,
        ]
        if wish.mechanism in TOKENS:
            rows += [f"set smtp_authenticators='{wish.mechanism.lower()}'"]
            rows += [f"set smtp_oauth_refresh_command=\"printf %s '{wish.secret}'\""]
        elif wish.mechanism:
            rows += [] if wish.mechanism == "ANY" else [f"set smtp_authenticators='{wish.mechanism.lower()}'"]
            rows += [f"set smtp_pass='{wish.secret}'"]
        config = folder / "muttrc"
        config.write_text("\n".join(rows) + "\n")
        return Command((binary, "-n", "-F", str(config), "-s", wish.subject, "--", *wish.to), wish.body or "-")

    return command


def nullmailer(wish: Wish, folder: Path) -> Command:
    """Nullmailer's protocol program: envelope and mail on its descriptor 3."""
    argv = ["sh", "-c", 'exec "$@" 3<queued', "-", str(NULLMAILER.made), f"--host={wish.host}", f"--port={wish.port}"]
    argv += ["--tls", "--insecure"] if wish.tls == "implicit" else ["--starttls", "--insecure"]
    if wish.mechanism:
        argv += [f"--user={wish.user}", f"--pass={wish.secret}"]
        argv += ["--auth-login"] if wish.mechanism == "LOGIN" else []
    greeting = (("HELOHOST", wish.helo.strip("[]")),)
    (folder / "queued").write_text("\n".join([wish.sender, *wish.to, "", ""]) + mail(wish))
    return Command(tuple(argv), env=greeting)


def ssmtp(wish: Wish, folder: Path) -> Command:
    """Ssmtp with its one file."""
    config = folder / "ssmtp.conf"
    method = "" if wish.mechanism in (None, "ANY") else f"AuthMethod={wish.mechanism}\n"
    known = f"AuthUser={wish.user}\nAuthPass={wish.secret}\n{method}" if wish.mechanism else ""
    secure = "UseTLS=YES\n" if wish.tls == "implicit" else "UseTLS=YES\nUseSTARTTLS=YES\n"
    config.write_text(
        f"mailhub={name_of(wish.host)}:{wish.port}\nhostname={wish.helo}\nFromLineOverride=YES\n{secure}{known}"
        "TLS_CA_File=" + str(trusted(folder)) + "\n"
    )
    return Command((str(SSMTP.made), "-C", str(config), "-f", wish.sender, *wish.to), mail(wish))


def dma(wish: Wish, folder: Path) -> Command:
    """The DragonFly mail agent, whose places are laid over by mounts of its own."""
    etc, spool = folder / "etc", folder / "spool"
    for each in (etc, spool):
        each.mkdir(exist_ok=True)
    spool.chmod(0o777)
    secure = "SECURETRANSFER\n" if wish.tls == "implicit" else "SECURETRANSFER\nSTARTTLS\n"
    (etc / "dma.conf").write_text(
        f"SMARTHOST {wish.host}\nPORT {wish.port}\nAUTHPATH {etc}/auth.conf\nSPOOLDIR {spool}\n{secure}"
        f"MAILNAME {wish.helo.strip('[]')}\nINSECURE\n"
    )
    known = f"{wish.user}|{wish.host}:{wish.secret}\n" if wish.mechanism else ""
    (etc / "auth.conf").write_text(known)
    recipients = " ".join(f"'{each}'" for each in wish.to)
    lines = "mkdir -p /etc/dma && mount -t tmpfs tmpfs /etc/dma && cp etc/* /etc/dma/ && "
    lines += f"timeout 3 {DMA.made} -D -i -f '{wish.sender}' {recipients}"
    return Command(("unshare", "-m", "sh", "-c", lines), mail(wish))


def opensmtpd(wish: Wish, _: Path) -> Command:
    """OpenSMTPD's own `smtp` client."""
    scheme = "smtps" if wish.tls == "implicit" else "smtp+tls"
    argv = [str(OPENSMTPD.made), "-C", "-H", wish.helo, "-F", wish.sender]
    known = f"{wish.user}:{wish.secret}@" if wish.mechanism else ""
    argv += ["-s", f"{scheme}://{known}{wish.host}:{wish.port}"]
    return Command((*argv, *wish.to), mail(wish))


def monit(wish: Wish, folder: Path) -> Command:
    """monit, which tells by mail that it has started."""
    config = folder / "monitrc"
    known = f'username "{wish.user}" password "{wish.secret}"' if wish.mechanism else ""
    secure = (
        "using ssl with options {verify: disable}"
        if wish.tls == "implicit"
        else "using tls with options {verify: disable}"
    )
    config.write_text(
        f"set daemon 30\nset mailserver {wish.host} port {wish.port} {known} {secure} with timeout 10 seconds "
        f'using hostname "{wish.helo.strip("[]")}"\n'
        f"set mail-format {{ from: {wish.sender} }}\nset alert {wish.to[0]}\n"
        f"set pidfile {folder}/pid\nset statefile {folder}/state\nset idfile {folder}/id\n"
        "check system machine if loadavg (1min) > 400 then alert\n"
    )
    config.chmod(0o600)
    return Command(("timeout", "2.5", "monit", "-I", "-c", str(config)))


AGENTS = (
    Program(
        "mutt",
        "GnuTLS+gsasl",
        (LOGIN, PLAIN, XOAUTH2, BEARER, CRAM, SCRAM[1], NONE, ANY),
        command=mutt_like("mutt", ()),  # type: ignore[arg-type]
        lacking=needs("mutt"),
        weight=1.1,
    ),
    Program(
        "neomutt",
        "GnuTLS+gsasl",
        (LOGIN, PLAIN, XOAUTH2, BEARER, CRAM, SCRAM[1], NONE, ANY),
        command=mutt_like("neomutt", ("set mail_check=0",)),  # type: ignore[arg-type]
        lacking=needs("neomutt"),
    ),
    Program(
        "emacs-smtpmail",
        "GnuTLS/emacs",
        (ANY, LOGIN, PLAIN, CRAM, XOAUTH2, NONE),
        ("emacs", "-Q", "--batch", "-l", str(PROGRAMS / "smtpmail_many.el"), "-f", "play-all"),
        lacking=needs("emacs"),
        tls=("13", "12", "cc", "cbc", "mte", "ccm"),
        quits=False,
    ),
    Program(
        "nullmailer",
        "GnuTLS",
        (LOGIN, PLAIN, NONE),
        command=nullmailer,
        lacking=NULLMAILER.lacking,
        weight=0.8,
    ),
    Program("ssmtp", "GnuTLS", (LOGIN, CRAM, NONE), command=ssmtp, lacking=SSMTP.lacking, weight=0.8, quits=False),
    Program("dma", "OpenSSL3", (MOSTLY, NONE), command=dma, lacking=DMA.lacking, weight=0.7, quits=False, parallel=5),
    Program(
        "opensmtpd-smtp-cli",
        "OpenSSL3(libtls-like)",
        (MOSTLY, NONE),
        command=opensmtpd,
        lacking=OPENSMTPD.lacking,
        quits=False,
        weight=0.8,
    ),
    Program(
        "monit",
        "OpenSSL3",
        (MOSTLY, NONE),
        command=monit,
        lacking=needs("monit"),
        quits=False,
        parallel=4,
        weight=0.6,
    ),
    Program(
        "alertmanager",
        "Go crypto/tls",
        (MOSTLY, NONE),
        (sys.executable, str(PROGRAMS / "alertmanager_many.py")),
        lacking=needs("prometheus-alertmanager"),
        tls=("13", "12", "cc", "mte", "10"),
        quits=False,
        weight=0.8,
    ),
)
