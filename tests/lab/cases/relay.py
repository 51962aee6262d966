"""What stands between a device and a service: relays of the LAN, and a NAT."""

from __future__ import annotations

from tests.lab import case, clients
from tests.lab.case import SCAN, basic, login_answers, mail
from tests.lab.cases.office import EXCHANGE, GREETED, IN_CLEAR, IN_TLS, MAILBOX, PORT_25, SMTP_OUT
from tests.lab.clients import script
from tests.lab.scene import Act, Relay, Scene, Service, Visit

RELAY, NAT = "10.0.3.25", "10.0.3.40"
ELSEWHERE = {"private": "basic-elsewhere"}
CLEAR = Service("exchange-today-clear", EXCHANGE, name=MAILBOX, told=GREETED)
VISITS = (
    Visit(case.SYNOLOGY, "10.0.3.20", clients.curl, "relay.example.org", PORT_25, basic("PLAIN", case.NAS)),
    Visit(case.APC, "10.0.3.21", clients.net_smtp, "relay.example.org", PORT_25),
)
BESIDE = Visit(case.BROTHER, "10.0.3.18", clients.swaks, MAILBOX, wish=basic("LOGIN"))


def relay(out: str) -> Relay:
    """A relay that logs in to Exchange Online, and takes mail from the UPS as it comes."""
    return Relay(
        trusted="127.0.0.0/8 10.0.3.21/32",
        upstream=f"[{MAILBOX}]:587",
        out=(*SMTP_OUT, out),
        told={"service": "private"},
    )


SLOW = script("EHLO {helo}", "pause", "AUTH LOGIN", *login_answers(SCAN), "pause", *mail("x"), "QUIT")

RELAYS = (
    Scene(
        "relay/affected",
        "A relay that logs in to Exchange Online with LOGIN in clear: its clients are affected through it.",
        (Act((CLEAR,), (*VISITS, BESIDE)),),
        relay(IN_CLEAR),
        told_devices={
            RELAY: {"role": "relay", "state": "working", "affected_through": None},
            "10.0.3.18": {"role": "client", "state": "working", "affected_through": None},
            "10.0.3.20": {"affected_through": RELAY, "services": ELSEWHERE},
            "10.0.3.21": {"affected_through": RELAY, "services": {"private": "unauthenticated"}},
        },
    ),
    Scene(
        "relay/upstream-in-tls",
        "A relay that logs in to Exchange Online with LOGIN inside TLS: its clients are affected through it.",
        (Act((Service("exchange-today", EXCHANGE, name=MAILBOX, told=GREETED),), VISITS),),
        relay(IN_TLS),
        told_devices={
            RELAY: {"role": "relay", "affected_through": None},
            "10.0.3.20": {"affected_through": RELAY, "services": ELSEWHERE},
            "10.0.3.21": {"affected_through": RELAY},
        },
    ),
    Scene(
        "relay/nat",
        "Three devices behind one address of a NAT, their sessions interleaved.",
        (
            Act(
                (CLEAR,),
                (
                    Visit(case.RICOH, "192.168.7.11", SLOW, EXCHANGE),
                    Visit(case.KONICA, "192.168.7.12", SLOW, EXCHANGE),
                    Visit(case.XEROX, "192.168.7.13", SLOW, EXCHANGE),
                ),
                together=True,
            ),
        ),
        nat=(NAT, "d8:0d:17:01:02:03"),
        told_devices={NAT: {"mac": None, "name": ..., "role": "nat", "senders_at_least": 3}},
    ),
)
