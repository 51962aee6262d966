"""Which service a server is, by whatever gives it away, and what its devices do there."""

from __future__ import annotations

from tests.lab import case, clients
from tests.lab.case import COPIER, MONITOR, NAS, SCAN, Case, Device, basic, login_answers
from tests.lab.cases.office import EXCHANGE, GMAIL, GREETED, MAILBOX, PORT_25
from tests.lab.clients import Client, script
from tests.lab.scene import Act, Relay, Scene, Service, Visit
from tests.lab.tls_clients import curl

ANY = "ALL:@SECLEVEL=0"
TLS_10 = curl("--tlsv1.0", "--tls-max", "1.0", "--ciphers", ANY)
STRANGER = "203.0.113.40"
IN_CLEAR = ["starttls-not-used", "credentials-in-clear"]
RICOH_IP, BROTHER_IP, DELL_IP = "10.0.3.17", "10.0.3.18", "10.0.3.30"
WRITES_ON = script(
    "EHLO {helo}",
    "STARTTLS",
    "tls",
    "EHLO {helo}",
    "AUTH LOGIN",
    *login_answers(SCAN),
    "MAIL FROM:<scan@example.org>",
    "QUIT",
)


def exchange(persona: str, ip: str = EXCHANGE, name: str | None = MAILBOX, **told: object) -> Service:
    """Exchange Online's front end."""
    return Service(persona, ip, name=name, told={**GREETED, **told})


def login(device: Device, ip: str, client: Client = clients.swaks, tls: str = "none", times: int = 1) -> Visit:
    """A device that logs in to Exchange Online with LOGIN."""
    return Visit(device, ip, client, MAILBOX, wish=basic("LOGIN", tls=tls), times=times)


def bearer(client: Client, tls: str = "none", times: int = 1) -> Visit:
    """A server that has a token."""
    return Visit(case.DELL, DELL_IP, client, MAILBOX, wish=basic("XOAUTH2", MONITOR, tls=tls), times=times)


def before_and_after(persona: str, others: tuple[Visit, ...] = ()) -> tuple[Act, Act]:
    """A device that logs in in clear, and then does so at a server that has changed its mind."""
    return (
        Act((exchange("exchange-today-clear"),), (login(case.RICOH, RICOH_IP), *others)),
        Act((exchange(persona),), (login(case.RICOH, RICOH_IP, times=2), *others)),
    )


def verdicts(state: str, verdict: str) -> dict[str, object]:
    """What is expected of a device of Exchange Online."""
    return {"state": state, "services": {"exchange-online": verdict}}


WORKING, MODERN = verdicts("working", "affected"), verdicts("working", "modern")

INSIDE_TLS = (
    Scene(
        "services/exchange-online",
        "Exchange Online today: LOGIN of two devices and XOAUTH2 of one, inside TLS.",
        (
            Act(
                (exchange("exchange-today"),),
                (
                    login(case.RICOH, RICOH_IP, tls="starttls", times=2),
                    login(case.BROTHER, BROTHER_IP, clients.msmtp, "starttls"),
                    bearer(clients.curl, "starttls", 2),
                ),
            ),
        ),
    ),
    Scene(
        "services/exchange-online-basic-off",
        "After the switch-off: LOGIN gets 535 5.7.139, one client goes on to MAIL and gets 530; XOAUTH2 works.",
        (
            Act(
                (exchange("exchange-basic-off"),),
                (
                    login(case.RICOH, RICOH_IP, clients.phpmailer, "starttls", 2),
                    Visit(case.WINDOWS, "10.0.3.31", WRITES_ON, MAILBOX),
                    bearer(clients.curl, "starttls"),
                ),
            ),
        ),
    ),
    Scene(
        "services/exchange-online-oauth-only",
        "LOGIN works, and then is listed no more inside TLS: the client gives up after EHLO, three times.",
        (
            Act((exchange("exchange-today"),), (login(case.RICOH, RICOH_IP, tls="starttls"),)),
            Act((exchange("exchange-oauth-only"),), (login(case.RICOH, RICOH_IP, tls="starttls", times=3),)),
        ),
    ),
)
IN_THE_CLEAR = (
    Scene(
        "services/mirror-working",
        "Behind a firewall that opens TLS: LOGIN and XOAUTH2 at Exchange Online in clear, both work.",
        (
            Act(
                (exchange("exchange-today-clear"),),
                (login(case.RICOH, RICOH_IP, times=2), bearer(clients.curl)),
            ),
        ),
        told_devices={RICOH_IP: WORKING, DELL_IP: MODERN},
    ),
    Scene(
        "services/mirror-refused",
        "The same before and after the switch-off: LOGIN worked, then 535 5.7.139.",
        before_and_after("exchange-basic-off-clear", (bearer(clients.curl),)),
        told_devices={RICOH_IP: verdicts("refused", "affected"), DELL_IP: MODERN},
    ),
    Scene(
        "services/mirror-not-listed",
        "LOGIN worked, and then XOAUTH2 alone is listed: the client leaves after EHLO, twice.",
        before_and_after("exchange-oauth-only-clear", (bearer(clients.curl),)),
        told_devices={RICOH_IP: verdicts("refused", "affected"), DELL_IP: MODERN},
    ),
    Scene(
        "services/mirror-gave-up",
        "LOGIN worked, and then no AUTH is listed: the client leaves after EHLO, twice.",
        before_and_after("exchange-no-auth-clear"),
        told_devices={RICOH_IP: verdicts("gave-up", "affected")},
    ),
)
TOLD_APART = (
    Scene(
        "services/exchange-kin",
        "Services that greet alike, told apart by the name that the client asks for (SNI), and two that greet alone.",
        (
            Act(
                (
                    exchange(
                        "exchange-today",
                        "52.97.1.10",
                        "smtp-hve.office365.com",
                        service="exchange-online-hve",
                        name_basis="sni",
                    ),
                    exchange(
                        "exchange-today",
                        "52.97.1.11",
                        "smtp-mail.outlook.com",
                        service="outlook-consumer",
                        name_basis="sni",
                    ),
                    exchange(
                        "exchange-tls10",
                        "52.97.1.12",
                        "smtp-legacy.office365.com",
                        service="exchange-online-legacy-tls",
                        name_basis="sni",
                        findings=["tls-old"],
                    ),
                    exchange(
                        "exchange-21vianet",
                        "139.219.16.10",
                        "smtp.partner.outlook.cn",
                        service="exchange-online-21vianet",
                    ),
                    Service(
                        "exchange-mx",
                        "52.101.73.4",
                        ("25",),
                        "example-org.mail.protection.outlook.com",
                        told={"service": "exchange-online-mx"},
                    ),
                ),
                (
                    Visit(
                        case.KONICA,
                        "10.0.3.40",
                        clients.swaks,
                        "smtp-hve.office365.com",
                        wish=basic("LOGIN", tls="starttls"),
                    ),
                    Visit(case.HP, "10.0.3.41", curl(), "smtp-mail.outlook.com", wish=basic("LOGIN", tls="starttls")),
                    Visit(
                        case.XEROX,
                        "10.0.3.42",
                        TLS_10,
                        "smtp-legacy.office365.com",
                        wish=basic("LOGIN", tls="starttls"),
                    ),
                    Visit(
                        case.AXIS,
                        "10.0.3.43",
                        clients.swaks,
                        "smtp.partner.outlook.cn",
                        wish=basic("LOGIN", tls="starttls"),
                    ),
                    Visit(case.APC, "10.0.3.21", clients.net_smtp, "example-org.mail.protection.outlook.com", PORT_25),
                ),
            ),
        ),
    ),
    Scene(
        "services/elsewhere",
        "Gmail, Yahoo, Amazon SES, SendGrid and Azure Communication Services.",
        (
            Act(
                (
                    Service("gmail", GMAIL, name="smtp.gmail.com", told={"service": "gmail", "public_ip": None}),
                    Service(
                        "yahoo",
                        "188.125.73.26",
                        ("465s",),
                        "smtp.mail.yahoo.com",
                        told={"service": "yahoo", "name_basis": "sni"},
                    ),
                    Service(
                        "ses", "52.212.8.9", name="email-smtp.eu-west-1.amazonaws.com", told={"service": "amazon-ses"}
                    ),
                    Service("sendgrid", "167.89.115.53", name="smtp.sendgrid.net", told={"service": "sendgrid"}),
                    Service(
                        "bare",
                        "20.49.104.7",
                        name="smtp.azurecomm.net",
                        told={"service": "azure-communication-services"},
                    ),
                ),
                (
                    Visit(case.PI, "10.0.3.50", clients.smtplib, "smtp.gmail.com", wish=basic("PLAIN", tls="starttls")),
                    Visit(
                        case.XEROX,
                        "10.0.3.51",
                        clients.curl,
                        "smtp.mail.yahoo.com",
                        465,
                        basic("PLAIN", tls="implicit"),
                    ),
                    Visit(
                        case.SYNOLOGY,
                        "10.0.3.52",
                        clients.swaks,
                        "email-smtp.eu-west-1.amazonaws.com",
                        wish=basic("LOGIN", NAS),
                        told={"findings": IN_CLEAR},
                    ),
                    Visit(
                        case.HP,
                        "10.0.3.53",
                        clients.phpmailer,
                        "smtp.sendgrid.net",
                        wish=basic("LOGIN", tls="starttls"),
                        told={"not_findings": IN_CLEAR},
                    ),
                    Visit(
                        case.KONICA,
                        "10.0.3.54",
                        clients.swaks,
                        "smtp.azurecomm.net",
                        wish=basic("LOGIN", tls="starttls"),
                    ),
                ),
            ),
        ),
    ),
    Scene(
        "services/by-dns",
        "TLS 1.3 from the first byte, no server name: what the device asked DNS for just before tells the service.",
        (
            Act(
                (
                    Service(
                        "yahoo",
                        "188.125.73.26",
                        ("465s",),
                        "smtp.mail.yahoo.com",
                        told={"service": "yahoo", "name_basis": "dns"},
                    ),
                ),
                (
                    Visit(
                        case.XEROX,
                        "10.0.3.51",
                        clients.swaks,
                        "smtp.mail.yahoo.com",
                        465,
                        basic("PLAIN", COPIER, tls="implicit", sni=False),
                    ),
                ),
            ),
        ),
        resolver=True,
    ),
    Scene(
        "services/by-certificate",
        "TLS 1.2 from the first byte, neither server name nor DNS: the certificate tells the service.",
        (
            Act(
                (
                    Service(
                        "yahoo-tls12",
                        "188.125.73.27",
                        ("465s",),
                        told={"service": "yahoo", "name_basis": "certificate"},
                    ),
                ),
                (
                    Visit(
                        case.XEROX,
                        "10.0.3.51",
                        clients.swaks,
                        "188.125.73.27",
                        465,
                        basic("PLAIN", COPIER, tls="implicit"),
                    ),
                ),
            ),
        ),
    ),
    Scene(
        "services/by-range",
        "The capture begins inside TLS: only the address tells the service.",
        (
            Act(
                (
                    exchange(
                        "exchange-today",
                        name_basis="range",
                        starttls="unseen",
                        unjudged="tls",
                        public_ip=None,
                        tls=...,
                    ),
                ),
                (login(case.RICOH, RICOH_IP, tls="starttls"),),
            ),
        ),
        told_devices={RICOH_IP: {"name": ...}},
        skip=18,
    ),
    Scene(
        "services/outside-range",
        "It greets as Exchange Online, and its address is nobody's we know.",
        (
            Act(
                (exchange("exchange-today", STRANGER, findings=["outside-known-ranges"]),),
                (login(case.RICOH, RICOH_IP, tls="starttls"),),
            ),
        ),
    ),
    Scene(
        "services/masked-banner",
        "A firewall masks the banner; the EHLO reply tells the service.",
        (
            Act(
                (exchange("exchange-masked", not_findings=["outside-known-ranges"]),),
                (login(case.RICOH, RICOH_IP, tls="starttls"),),
            ),
        ),
    ),
    Scene(
        "services/starttls-uneven",
        "One server offers STARTTLS to one client and not to another.",
        (
            Act(
                (),
                (
                    Visit(
                        case.RICOH,
                        RICOH_IP,
                        clients.swaks,
                        "relay.example.org",
                        PORT_25,
                        basic("LOGIN", tls="starttls"),
                    ),
                    Visit(
                        case.BROTHER,
                        BROTHER_IP,
                        clients.swaks,
                        "relay.example.org",
                        PORT_25,
                        basic("LOGIN"),
                        told={"findings": ["starttls-uneven"]},
                    ),
                ),
            ),
        ),
        Relay(
            offers_tls=True,
            options=(
                "smtpd_sasl_auth_enable=yes",
                f"smtpd_discard_ehlo_keyword_address_maps=inline:{{{BROTHER_IP}=starttls}}",
            ),
        ),
    ),
)
SCENES = (*INSIDE_TLS, *IN_THE_CLEAR, *TOLD_APART)

PRIVATE = (
    Case(
        "services/claims-service",
        "A server on our side that greets as Exchange Online.",
        "exchange-today-clear",
        clients.swaks,
        case.RICOH,
        basic("LOGIN"),
        told={"service": "private", "findings": ["claims-service"]},
        told_device={"services": {"private": "basic-elsewhere"}},
    ),
    Case(
        "services/exchange-on-premises",
        "Exchange of our own: X-EXPS and X-ANONYMOUSTLS, AUTH LOGIN in clear.",
        "exchange-on-premises",
        clients.swaks,
        case.KONICA,
        basic("LOGIN"),
        told={"service": "private", "findings": ["vendor-extensions", *IN_CLEAR]},
    ),
    Case(
        "services/xclient",
        "A Postfix that lets a client speak for another (XCLIENT).",
        "postfix-xclient",
        clients.swaks,
        case.PI,
        basic("PLAIN"),
        told={"service": "private", "findings": ["vendor-extensions"]},
    ),
    Case(
        "services/starttls-not-used",
        "STARTTLS is listed, and the password goes in clear.",
        "postfix-starttls",
        clients.msmtp,
        case.BROTHER,
        basic("PLAIN"),
        told={"service": "private", "findings": IN_CLEAR},
    ),
)
