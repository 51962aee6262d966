"""Real mail clients: each a function from a wish to a command line for a namespace."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.lab.accounts import SECRETS
from tests.lab.namespaces import UnavailableError

PROGRAMS = Path(__file__).with_name("programs")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sniffer-lab"
PATIENCE = 40
JARS = ("/usr/share/java/javax.mail.jar", "/usr/share/java/javax.activation.jar")
SENDER, RECIPIENT = "scan@example.org", "office@example.com"


@dataclass(frozen=True)
class Wish:
    """What a client shall do; `initial` asks for the credentials in the AUTH line itself.

    `sni` lets a client that can do without name the server in TLS.
    """

    host: str
    port: int
    helo: str
    mechanism: str | None = None
    user: str | None = None
    secret: str | None = None
    tls: str = "none"
    sni: bool = True
    initial: bool = True
    body: str | None = "Subject: scan\r\n\r\nOne page.\r\n"
    sender: str = SENDER
    to: str = RECIPIENT

    @property
    def password(self) -> str:
        """The secret given, or the right one of the user."""
        return self.secret if self.secret is not None else SECRETS.get(self.user or "", "")


@dataclass(frozen=True)
class Command:
    """A command line, what it reads, and what must be set around it."""

    argv: tuple[str, ...]
    stdin: str = ""
    env: tuple[tuple[str, str], ...] = ()


Client = Callable[[Wish], Command]


def filled(wish: Wish) -> str:
    """The wish as JSON with the right secret in it."""
    return json.dumps({**asdict(wish), "secret": wish.password})


def smtplib(wish: Wish) -> Command:
    """Python's smtplib: lower-case verbs, the user along with AUTH LOGIN."""
    return Command((sys.executable, str(PROGRAMS / "smtplib_send.py"), filled(wish)))


def nodemailer(wish: Wish) -> Command:
    """nodemailer, from the cache directory."""
    modules = str(CACHE / "node_modules")
    return Command(("node", str(PROGRAMS / "nodemailer_send.js"), filled(wish)), env=(("NODE_PATH", modules),))


def phpmailer(wish: Wish) -> Command:
    """PHPMailer as Debian packs it."""
    return Command(("php", str(PROGRAMS / "phpmailer_send.php"), filled(wish)))


def net_smtp(wish: Wish) -> Command:
    """Perl's Net::SMTP."""
    return Command(("perl", str(PROGRAMS / "net_smtp.pl"), filled(wish)))


def swaks(wish: Wish) -> Command:
    """swaks; without a body it leaves after AUTH, or after EHLO."""
    argv = [
        "swaks",
        "--server",
        wish.host,
        "--port",
        str(wish.port),
        "--ehlo",
        wish.helo,
        "--from",
        wish.sender,
        "--to",
        wish.to,
        "--timeout",
        "10",
    ]
    argv += {"none": [], "starttls": ["-tls"], "implicit": ["-tlsc"]}[wish.tls]
    if wish.tls != "none":
        argv += ["--tls-sni", wish.host] if wish.sni and not wish.host[0].isdigit() else []
    if wish.mechanism:
        argv += ["-a", wish.mechanism, "-au", wish.user or "", "-ap", wish.password]
    if wish.body is None:
        argv += ["--quit-after", "AUTH" if wish.mechanism else "EHLO"]
    return Command(tuple(argv))


def swaks_pipelined(wish: Wish) -> Command:
    """Swaks with PIPELINING."""
    plain = swaks(wish)
    return Command((*plain.argv, "--pipeline"))


def msmtp(wish: Wish) -> Command:
    """msmtp; `initial` says nothing to it, it has its own way for each mechanism."""
    argv = [
        "msmtp",
        f"--host={wish.host}",
        f"--port={wish.port}",
        f"--domain={wish.helo}",
        f"--from={wish.sender}",
        "--timeout=10",
        f"--tls={'off' if wish.tls == 'none' else 'on'}",
        f"--tls-starttls={'on' if wish.tls == 'starttls' else 'off'}",
        "--tls-certcheck=off",
    ]
    if wish.mechanism:
        argv += [
            f"--auth={wish.mechanism.lower()}",
            f"--user={wish.user}",
            f"--passwordeval=printf %s '{wish.password}'",
        ]
    return Command((*argv, "--", wish.to), stdin=wish.body or "")


def curl(wish: Wish) -> Command:
    """curl, which calls itself after the last part of the URL."""
    scheme = "smtps" if wish.tls == "implicit" else "smtp"
    argv = [
        "curl",
        "-sSk",
        "--max-time",
        "10",
        "--url",
        f"{scheme}://{wish.host}:{wish.port}/{wish.helo}",
        "--mail-from",
        wish.sender,
        "--mail-rcpt",
        wish.to,
        "-T",
        "-",
    ]
    argv += ["--ssl-reqd"] if wish.tls == "starttls" else []
    argv += ["--sasl-ir"] if wish.initial else []
    if wish.mechanism in ("XOAUTH2", "OAUTHBEARER"):
        argv += ["--user", f"{wish.user}:", "--oauth2-bearer", wish.password]
    elif wish.mechanism:
        argv += ["--user", f"{wish.user}:{wish.password}"]
    if wish.mechanism:
        argv += ["--login-options", f"AUTH={wish.mechanism}"]
    return Command(tuple(argv), stdin=wish.body or "")


def java_mail(wish: Wish) -> Command:
    """JavaMail, which sends its password in what Java makes of TLS."""
    absent = [path for path in (*JARS, shutil.which("java") or "java") if not Path(path).exists()]
    if absent:
        raise UnavailableError(f"not installed: {', '.join(absent)}")
    program = str(PROGRAMS / "JavaMailSend.java")
    words = (wish.host, str(wish.port), wish.helo, wish.sender, wish.to, wish.user or "", wish.password)
    return Command(("java", "-cp", ":".join(JARS), program, *words))


def script(*steps: str) -> Client:
    """A client that says these lines, whatever the wish; `{helo}` is filled in."""

    def client(wish: Wish) -> Command:
        lines = [step.replace("{helo}", wish.helo) for step in steps]
        return Command((sys.executable, str(PROGRAMS / "talk.py"), wish.host, str(wish.port), json.dumps(lines)))

    return client


def fetch_nodemailer() -> str | None:
    """Put nodemailer into the cache; the reason when that is not possible."""
    if (CACHE / "node_modules" / "nodemailer").exists():
        return None
    if not shutil.which("npm"):
        return "npm is not installed"
    CACHE.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["npm", "install", "--silent", "--prefix", str(CACHE), "nodemailer"],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return None if done.returncode == 0 else f"npm: {done.stderr.strip()[-200:]}"
