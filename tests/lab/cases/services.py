"""Which service a server is, by whatever gives it away, and what its devices do there."""

from __future__ import annotations

from tests.lab import case, clients
from tests.lab.case import COPIER, NAS, Case, basic
from tests.lab.cases.exchange import BROTHER_IP, RICOH_IP, exchange, login
from tests.lab.cases.office import GMAIL, PORT_25
from tests.lab.scene import Act, Relay, Scene, Service, Visit
from tests.lab.tls_clients import curl

ANY = "ALL:@SECLEVEL=0"
TLS_10 = curl("--tlsv1.0", "--tls-max", "1.0", "--ciphers", ANY)
STRANGER = "203.0.113.40"
IN_CLEAR = ["starttls-not-used", "credentials-in-clear"]
SCENES = (
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
        aliases={"smtp.mail.yahoo.com": "smtp.mail.global.gm0.yahoodns.net"},
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
                        demanded=[],
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
