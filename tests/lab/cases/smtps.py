"""TLS from the first byte, on port 465: what is said inside, greeting and EHLO included."""

from __future__ import annotations

from tests.lab import case, clients
from tests.lab.accounts import WRONG
from tests.lab.case import APC, AXIS, CAMERA, NAS, RICOH, SYNOLOGY, XEROX, Case, Device, basic
from tests.lab.clients import Client
from tests.lab.scene import Act, Scene, Service, Visit
from tests.lab.tls_clients import curl

GMAIL, GMAIL_NAME = "142.251.31.109", "smtp.gmail.com"
TOKEN_USER = "reports@example.com"
SERVICE = Service("gmail", GMAIL, ("465s",), GMAIL_NAME, told={"service": "gmail"})

SMTPS = (
    Case(
        "smtps/login",
        "AUTH LOGIN inside TLS 1.3 from the first byte.",
        "postfix-implicit",
        clients.swaks,
        RICOH,
        basic("LOGIN", tls="implicit"),
    ),
    Case(
        "smtps/login-tls12",
        "The same inside TLS 1.2.",
        "postfix-implicit",
        curl("--tls-max", "1.2"),
        RICOH,
        basic("LOGIN", tls="implicit"),
    ),
    Case(
        "smtps/login-refused",
        "AUTH LOGIN with a wrong password.",
        "postfix-implicit",
        clients.smtplib,
        AXIS,
        basic("LOGIN", CAMERA, secret=WRONG, initial=False, tls="implicit"),
    ),
    Case(
        "smtps/plain",
        "AUTH PLAIN inside TLS 1.3 from the first byte.",
        "postfix-implicit",
        clients.msmtp,
        SYNOLOGY,
        basic("PLAIN", NAS, tls="implicit"),
    ),
    Case(
        "smtps/none",
        "Mail without AUTH inside TLS from the first byte.",
        "postfix-implicit-open",
        clients.swaks,
        APC,
        {"tls": "implicit"},
    ),
)


def scene(name: str, about: str, client: Client, device: Device, wish: dict[str, object]) -> Scene:
    """A device and Gmail's port 465."""
    visit = Visit(device, "10.0.3.23", client, GMAIL_NAME, 465, wish)
    return Scene(f"smtps/gmail-{name}", about, (Act((SERVICE,), (visit,)),))


SCENES = (
    scene("login", "AUTH LOGIN at Gmail's port 465.", clients.swaks, XEROX, basic("LOGIN", tls="implicit")),
    scene("plain", "AUTH PLAIN at Gmail's port 465.", clients.curl, XEROX, basic("PLAIN", tls="implicit")),
    scene(
        "xoauth2",
        "AUTH XOAUTH2 at Gmail's port 465, with a long token.",
        clients.smtplib,
        case.DELL,
        basic("XOAUTH2", TOKEN_USER, tls="implicit"),
    ),
    scene(
        "xoauth2-refused",
        "AUTH XOAUTH2 at Gmail's port 465, refused.",
        clients.smtplib,
        case.DELL,
        basic("XOAUTH2", TOKEN_USER, secret="x" * 1600, tls="implicit"),
    ),
    scene("none", "Mail without AUTH at Gmail's port 465.", clients.swaks, APC, {"tls": "implicit"}),
)
