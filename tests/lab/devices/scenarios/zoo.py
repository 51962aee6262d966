"""S12: one box for each mail program, all in clear, so that each can be told by its habits."""

from __future__ import annotations

import time
from dataclasses import replace
from urllib.parse import quote

from tests.lab import clients
from tests.lab.clients import PROGRAMS as SCRIPTS
from tests.lab.clients import Client, Command, Wish, filled
from tests.lab.devices.box import Box
from tests.lab.devices.scenario import Case, Notes, Scenario
from tests.lab.devices.scenarios.names import farther
from tests.lab.devices.site import Site
from tests.lab.namespaces import UnavailableError


def mutt(wish: Wish) -> Command:
    """Mutt, all said on its command line."""
    url = f"smtp://{quote(wish.user or '', safe='')}@{wish.host}:{wish.port}/"
    settings = (
        f"smtp_url='{url}'", f"smtp_pass='{wish.password}'", "ssl_starttls=no", "ssl_force_tls=no",
        f"smtp_authenticators='{(wish.mechanism or '').lower()}'", f"hostname='{wish.helo}'", f"from='{wish.sender}'",
        "use_envelope_from=yes", "copy=no", "record=''", "spoolfile=/dev/null", "folder=/tmp",
    )  # fmt: skip
    words = (word for each in settings for word in ("-e", f"set {each}"))
    return Command(("mutt", "-n", "-F", "/dev/null", *words, "-s", "scan", "--", wish.to), "One page.\n")


def s_nail(wish: Wish) -> Command:
    """S-nail, all said on its command line."""
    known = f"{quote(wish.user or '', safe='')}:{quote(wish.password, safe='')}"
    settings = (
        f"mta=smtp://{known}@{wish.host}:{wish.port}", "v15-compat", f"hostname={wish.helo}",
        f"smtp-hostname={wish.helo}", f"from={wish.sender}", f"smtp-auth={(wish.mechanism or 'none').lower()}",
    )  # fmt: skip
    words = (word for each in settings for word in ("-S", each))
    return Command(("s-nail", "-:/", *words, "-s", "scan", wish.to), "One page.\n", (("MAILRC", "/dev/null"),))


def send_email(wish: Wish) -> Command:
    """Caspian's sendEmail: the mechanism is of its own choice."""
    argv = ["sendemail", "-q", "-f", wish.sender, "-t", wish.to, "-u", "scan", "-m", "One page."]
    argv += ["-s", f"{wish.host}:{wish.port}", "-o", "tls=no", "-o", f"fqdn={wish.helo}"]
    return Command((*argv, "-xu", wish.user or "", "-xp", wish.password))


def ruby(wish: Wish) -> Command:
    """Ruby's net/smtp."""
    return Command(("ruby", str(SCRIPTS / "net_smtp.rb"), filled(wish)))


def java_mail(wish: Wish) -> Command:
    """JavaMail without TLS; it takes LOGIN."""
    plain = clients.java_mail(wish)
    return replace(plain, argv=(*plain.argv, "clear"))


PROGRAMS: tuple[tuple[str, Client], ...] = (
    ("smtplib", clients.smtplib),
    ("swaks", clients.swaks),
    ("msmtp", clients.msmtp),
    ("curl", clients.curl),
    ("phpmailer", clients.phpmailer),
    ("netsmtp", clients.net_smtp),
    ("nodemailer", clients.nodemailer),
    ("mutt", mutt),
    ("s-nail", s_nail),
    ("sendemail", send_email),
    ("ruby", ruby),
    ("javamail", java_mail),
)
"""The key of a box, and the program that it runs."""


def play(site: Site) -> Notes:
    """Each program on a box of its own, two sessions in clear."""
    if reason := clients.fetch_nodemailer():
        raise UnavailableError(reason)
    clear = farther(site)
    boxes = [zoo_box(number, name) for number, (name, _) in enumerate(PROGRAMS)]
    for number, box in enumerate(boxes):
        site.join(box, "near", f"10.1.0.{80 + number}/24", via="10.1.0.1")
    site.knows({})
    with site.recorded():
        for _ in range(2):
            for box, (_, client) in zip(boxes, PROGRAMS, strict=True):
                site.mail(box, client, clear, mechanism="PLAIN", user="scan@example.org")
        time.sleep(0.3)
    return Notes(
        ("smtplib of Python", "swaks", "msmtp", "curl", "PHPMailer", "Net::SMTP of Perl", "nodemailer", "Mutt",
         "S-nail", "sendEmail", "net/smtp of Ruby", "JavaMail"),
        via={"far": "r1"},
    )  # fmt: skip


def zoo_box(number: int, program: str) -> Box:
    """A Dell with one mail program; its key is the program's."""
    return Box(program, f"host-{number}.example.org", f"98:90:96:00:12:{number:02x}", "Dell", None, "computer")


SCENARIO = Scenario(
    "zoo", play, (Case("s12-zoo", "Twelve mail programs, each on a box of its own, in clear.", ("near",)),)
)
