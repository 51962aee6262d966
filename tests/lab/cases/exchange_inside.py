"""What Exchange Online is told and says inside TLS, word for word as its logs have it, behind different TLS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.lab import case, clients
from tests.lab.accounts import WRONG
from tests.lab.case import NAS, SCAN, Device, basic, login_answers, mail, plain_answer
from tests.lab.cases.office import EXCHANGE, GREETED, MAILBOX
from tests.lab.clients import Client, script
from tests.lab.scene import Act, Scene, Service, Visit
from tests.lab.servers import exchange_texts as texts
from tests.lab.tls_clients import conversing, curl

IP = "10.0.3.17"
TOKEN_USER = "reports@example.com"
FOUND = ["family", "mechanism", "outcome", "offered_tls"]
FOUND_REFUSED = [*FOUND, "likely_refusal"]
WORKING = {"state": "working"}
ANY = "ALL:@SECLEVEL=0"
INSIDE = ("EHLO {helo}", "STARTTLS", "tls")
LOGIN = ("AUTH LOGIN", *login_answers(SCAN))
NAS_LOGIN = ("AUTH LOGIN", *login_answers(NAS))
"""Nothing here is a command of s_client's."""
CONVERSED = (
    "MAIL FROM:<scan@example.org>",
    "rcpt to:<office@example.com>",
    "DATA",
    "nowait Subject: scan",
    "nowait ",
    "nowait One page.",
    ".",
    "quit",
)
"""A mail and a farewell as s_client can send them."""


def scene(
    name: str,
    about: str,
    client: Client,
    wish: Mapping[str, Any] | None = None,
    *,
    persona: str = "exo",
    device: Device = case.RICOH,
    demanded: list[str] | None = None,
    told: Mapping[str, Any] | None = None,
    told_device: Mapping[str, Any] | None = None,
) -> Scene:
    """One device and one front end."""
    demands = {} if demanded is None else {"demanded": demanded}
    service = Service(persona, EXCHANGE, name=MAILBOX, certified=MAILBOX, told={**GREETED, **demands, **(told or {})})
    visit = Visit(device, IP, client, MAILBOX, wish=dict(wish or {}))
    return Scene(f"starttls/exchange-{name}", about, (Act((service,), (visit,)),), told_devices={IP: told_device or {}})


def login(**more: Any) -> dict[str, Any]:
    """The wish to log in with LOGIN behind STARTTLS."""
    return basic("LOGIN", tls="starttls", **more)


def token(**more: Any) -> dict[str, Any]:
    """The same with a token."""
    return basic("XOAUTH2", TOKEN_USER, tls="starttls", **more)


def refused(name: str) -> Scene:
    """A LOGIN that meets one of the refusals, five seconds late."""
    text = texts.REFUSALS[name].words
    wish = login() if name in texts.DISABLED else login(secret=WRONG)
    state = "refused" if name in texts.DISABLED else "failing"
    return scene(
        f"refused-{name}",
        f"AUTH LOGIN inside TLS, refused: {text}",
        clients.swaks,
        wish,
        persona=f"exo-{name}",
        demanded=FOUND_REFUSED,
        told_device={"state": state},
    )


def accepted() -> Iterator[Scene]:
    """Logins that work."""
    yield scene("login", "AUTH LOGIN inside TLS 1.3.", clients.swaks, login(), demanded=FOUND, told_device=WORKING)
    yield scene(
        "login-line-by-line",
        "The same; each line of the EHLO reply comes in a record of its own.",
        clients.swaks,
        login(),
        persona="exo-line-by-line",
        demanded=FOUND,
        told_device=WORKING,
    )
    yield scene(
        "login-no-tickets",
        "The same without session tickets.",
        clients.swaks,
        login(),
        persona="exo-no-tickets",
        demanded=FOUND,
        told_device=WORKING,
    )
    yield scene(
        "login-initial",
        "AUTH LOGIN with the user in the command, inside TLS.",
        clients.smtplib,
        login(),
        demanded=FOUND,
        told_device=WORKING,
    )
    yield scene(
        "xoauth2-inline",
        "AUTH XOAUTH2 with a token as long as Microsoft's, in the command.",
        clients.smtplib,
        token(),
        device=case.DELL,
        demanded=FOUND,
        told_device=WORKING,
    )
    yield scene(
        "xoauth2-continued",
        "AUTH XOAUTH2, and the token in answer to 334.",
        clients.curl,
        token(initial=False),
        device=case.DELL,
        demanded=FOUND,
        told_device=WORKING,
    )
    yield scene(
        "helo",
        "HELO inside TLS, then AUTH LOGIN.",
        script(*INSIDE, "HELO {helo}", *LOGIN, *mail("One page."), "QUIT"),
        demanded=["family", "mechanism", "outcome"],
        told_device=WORKING,
    )
    yield scene(
        "ehlo-twice",
        "EHLO twice inside TLS, then AUTH LOGIN.",
        script(*INSIDE, "EHLO {helo}", "EHLO {helo}", *LOGIN, *mail("One page."), "QUIT"),
        demanded=["family", "mechanism", "outcome"],
        told_device=WORKING,
    )


def not_accepted() -> Iterator[Scene]:
    """What is refused, or not tried at all."""
    yield from map(refused, texts.REFUSALS)
    yield scene(
        "xoauth2-refused",
        "AUTH XOAUTH2 with a token that is none any more: 535 5.7.3 at once, without a 334.",
        clients.smtplib,
        token(secret="x" * 1600),
        device=case.DELL,
        demanded=["family"],
    )
    yield scene(
        "xoauth2-continued-refused",
        "The same, the token in answer to 334.",
        clients.curl,
        token(secret="x" * 1600, initial=False),
        device=case.DELL,
        demanded=["family", "outcome"],
    )
    yield scene(
        "mail-without-auth",
        "MAIL without AUTH inside TLS: 530 5.7.57.",
        clients.swaks,
        {"tls": "starttls"},
        device=case.APC,
        demanded=["family", "offered_tls", "likely_refusal"],
    )
    yield scene(
        "refused-then-mail",
        "AUTH LOGIN is refused, the client goes on to MAIL: 530 5.7.57 with the refusal of before in it.",
        script(*INSIDE, "EHLO {helo}", *LOGIN, "MAIL FROM:<scan@example.org>", "QUIT"),
        persona="exo-basic",
        device=case.WINDOWS,
        demanded=FOUND_REFUSED,
        told_device={"state": "refused"},
    )
    yield scene(
        "plain-not-offered",
        "AUTH PLAIN inside TLS: 504 5.7.4.",
        script(*INSIDE, "EHLO {helo}", "AUTH PLAIN " + plain_answer(SCAN), "QUIT"),
        device=case.KONICA,
    )
    yield scene(
        "plain-then-login",
        "AUTH PLAIN gets 504 5.7.4, then AUTH LOGIN works.",
        script(*INSIDE, "EHLO {helo}", "AUTH PLAIN " + plain_answer(SCAN), *LOGIN, *mail("One page."), "QUIT"),
        device=case.KONICA,
        demanded=[*FOUND, "attempts"],
        told_device=WORKING,
    )
    yield scene(
        "ehlo-quit",
        "EHLO and QUIT inside TLS.",
        script(*INSIDE, "EHLO {helo}", "QUIT"),
        device=case.WINDOWS,
        demanded=["unjudged", "offered_tls"],
    )


def behind() -> Iterator[Scene]:
    """AUTH LOGIN behind other versions, suites, paddings and handshakes."""
    yield scene("tls12", "AUTH LOGIN inside TLS 1.2.", clients.swaks, login(), persona="exo-tls12", demanded=FOUND)
    yield scene(
        "chacha20",
        "AUTH LOGIN inside TLS 1.3 with ChaCha20-Poly1305.",
        curl("--tls13-ciphers", "TLS_CHACHA20_POLY1305_SHA256"),
        login(),
        demanded=FOUND,
    )
    yield scene(
        "chacha20-tls12",
        "AUTH LOGIN inside TLS 1.2 with ChaCha20-Poly1305.",
        curl("--tls-max", "1.2", "--ciphers", "ECDHE-RSA-CHACHA20-POLY1305"),
        login(),
        demanded=FOUND,
    )
    yield scene(
        "ccm8",
        "AUTH LOGIN inside TLS 1.2 with CCM_8, whose tags have eight bytes.",
        curl("--tls-max", "1.2", "--ciphers", "AES128-CCM8:@SECLEVEL=0"),
        login(),
        persona="exo-any-cipher",
        demanded=FOUND,
    )
    yield scene(
        "cbc",
        "AUTH LOGIN inside TLS 1.2 with a CBC suite and encrypt-then-MAC.",
        curl("--tls-max", "1.2"),
        login(),
        persona="exo-cbc",
    )
    yield scene(
        "cbc-mac-first",
        "AUTH LOGIN inside TLS 1.2 with a CBC suite, the MAC inside.",
        curl("--tls-max", "1.2"),
        login(),
        persona="exo-cbc-mac-first",
    )
    yield scene(
        "cbc-xoauth2",
        "AUTH XOAUTH2 inside TLS 1.2 with a CBC suite.",
        curl("--tls-max", "1.2"),
        token(),
        persona="exo-cbc",
        device=case.DELL,
    )
    yield scene(
        "tls10",
        "AUTH LOGIN inside TLS 1.0.",
        curl("--tlsv1.0", "--tls-max", "1.0", "--ciphers", ANY),
        login(),
        persona="exo-tls10",
    )
    yield scene(
        "java",
        "AUTH LOGIN of JavaMail: Java pads its records of TLS 1.3 by a constant.",
        clients.java_mail,
        login(),
        demanded=FOUND,
    )
    yield scene(
        "block-padding",
        "AUTH LOGIN of a client that pads its records of TLS 1.3 to multiples of 64.",
        conversing("EHLO {helo}", *NAS_LOGIN, *CONVERSED, options=("-record_padding", "64")),
        demanded=[],
    )
    yield scene(
        "hello-retry-request",
        "AUTH LOGIN behind a HelloRetryRequest.",
        curl("--curves", "X25519:P-384"),
        login(),
        persona="exo-p384",
        demanded=FOUND,
    )
    yield scene(
        "resumed",
        "AUTH LOGIN twice inside TLS 1.3; the second time the session is resumed.",
        conversing("EHLO {helo}", *NAS_LOGIN, *CONVERSED, times=2),
        demanded=FOUND,
    )
    yield scene(
        "resumed-tls12",
        "The same inside TLS 1.2.",
        conversing("EHLO {helo}", *NAS_LOGIN, *CONVERSED, times=2),
        persona="exo-tls12",
        demanded=FOUND,
    )
    yield scene(
        "key-update",
        "The client updates its keys before AUTH LOGIN and behind it.",
        conversing("EHLO {helo}", "K", *NAS_LOGIN, "K", *CONVERSED),
        demanded=FOUND,
    )
    yield scene(
        "key-update-in-auth",
        "The client updates its keys in the middle of AUTH LOGIN.",
        conversing("EHLO {helo}", "AUTH LOGIN", "K", *login_answers(NAS), *CONVERSED),
        demanded=["family", "mechanism"],
    )
    yield scene(
        "renegotiation",
        "TLS 1.2 is renegotiated before AUTH LOGIN.",
        conversing("EHLO {helo}", "R", *NAS_LOGIN, *CONVERSED),
        persona="exo-renegotiates",
        demanded=[],
    )


SCENES = (*accepted(), *not_accepted(), *behind())
