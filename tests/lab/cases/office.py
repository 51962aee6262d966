"""`lan/office`: one LAN behind a router, a mail relay of its own, and the mail services outside."""

from __future__ import annotations

from tests.lab import case, clients
from tests.lab.accounts import SECRETS, WRONG
from tests.lab.case import Device, basic
from tests.lab.clients import script
from tests.lab.scene import OUTSIDER, PUBLIC_IP, Act, Relay, Scene, Service, Visit

EXCHANGE, GMAIL = "52.97.1.2", "142.251.31.109"
ISP, HOSTING = "198.51.100.25", "203.0.113.40"
PHONE = Device("phone.example.com", "5e:3a:9f:10:20:30")
GUESSER = Device("User", "")
SMTP_OUT = (
    "smtp_helo_name = relay.example.org",
    "smtp_sasl_auth_enable = yes",
    "smtp_sasl_security_options = noanonymous",
    "smtp_sasl_mechanism_filter = login",
    f"smtp_sasl_password_maps = static:relay@example.org:{SECRETS['relay@example.org']}",
)
IN_TLS, IN_CLEAR = "smtp_tls_security_level = encrypt", "smtp_tls_security_level = none"
MAILBOX, PORT_25 = "smtp.office365.com", 25
GREETED = {"service": "exchange-online", "name_basis": "banner", "public_ip": PUBLIC_IP}
"""What a clear EHLO reply of Exchange Online tells."""


def guess(user: str) -> Visit:
    """The outsider tries a password at the relay."""
    wish = basic("LOGIN", user, secret=WRONG, initial=False)
    return Visit(GUESSER, OUTSIDER, clients.smtplib, "10.0.3.25", PORT_25, wish)


SERVICES = (
    Service("exchange", EXCHANGE, name=MAILBOX, certified=MAILBOX, told=GREETED),
    Service("gmail", GMAIL, ("587", "465s"), "smtp.gmail.com", told={"service": "gmail"}),
    Service("isp", ISP, name="smtp.isp.example.net", told={"service": "other"}),
    Service("xoauth2", HOSTING, name="hosting.example.net", told={"service": "other"}),
)
VISITS = (
    Visit(
        case.RICOH,
        "10.0.3.17",
        clients.swaks,
        MAILBOX,
        wish=basic("LOGIN", tls="starttls"),
        times=3,
        offload=True,
    ),
    Visit(
        case.BROTHER,
        "10.0.3.18",
        clients.msmtp,
        "smtp.isp.example.net",
        wish=basic("LOGIN", case.COPIER),
        times=2,
    ),
    Visit(case.HP, "10.0.3.19", clients.msmtp, "relay.example.org", PORT_25, basic("CRAM-MD5")),
    Visit(
        case.SYNOLOGY,
        "10.0.3.20",
        clients.curl,
        "relay.example.org",
        PORT_25,
        basic("PLAIN", case.NAS),
        times=2,
        offload=True,
    ),
    Visit(case.APC, "10.0.3.21", clients.net_smtp, "relay.example.org", PORT_25),
    Visit(
        case.AXIS,
        "10.0.3.22",
        clients.smtplib,
        "smtp.isp.example.net",
        wish=basic("LOGIN", case.CAMERA, secret=WRONG, initial=False),
        times=2,
    ),
    Visit(
        case.XEROX,
        "10.0.3.23",
        clients.swaks,
        "smtp.gmail.com",
        465,
        basic("PLAIN", case.COPIER, tls="implicit"),
    ),
    Visit(
        case.DELL,
        "10.0.3.30",
        clients.curl,
        "hosting.example.net",
        wish=basic("XOAUTH2", case.MONITOR),
        times=2,
    ),
    Visit(case.WINDOWS, "10.0.3.31", script("EHLO {helo}", "QUIT"), MAILBOX),
    Visit(
        PHONE,
        "10.0.3.77",
        clients.curl,
        "smtp.gmail.com",
        wish=basic("XOAUTH2", "phone@example.com", tls="starttls"),
    ),
    *map(guess, (case.SCAN, "admin@example.org", case.NAS)),
)
OFFICE = Scene(
    "lan/office",
    "One office LAN, recorded on its switch: eleven devices of different habits, a relay that "
    "sends on to Exchange Online, and an outsider who guesses passwords.",
    (Act(SERVICES, VISITS),),
    Relay(trusted="127.0.0.0/8 10.0.3.21/32", upstream=f"[{MAILBOX}]:587", out=(*SMTP_OUT, IN_TLS)),
    told_devices={
        "10.0.3.18": {"state": "working"},
        "10.0.3.19": {"state": "working", "affected_through": "10.0.3.25"},
        "10.0.3.20": {"state": "working", "affected_through": "10.0.3.25"},
        "10.0.3.21": {"affected_through": "10.0.3.25"},
        "10.0.3.22": {"state": "failing"},
        "10.0.3.25": {"role": "relay"},
        "10.0.3.30": {"state": "working"},
    },
    resolver=True,
)
