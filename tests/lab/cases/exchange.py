"""Exchange Online today, after the switch-off, and when it lists no LOGIN any more; inside TLS and in clear.

In clear it is what the mirror port of a firewall shows that opens TLS.
"""

from __future__ import annotations

from tests.lab import case, clients
from tests.lab.case import MONITOR, SCAN, Device, basic, login_answers
from tests.lab.cases.office import EXCHANGE, GREETED, MAILBOX
from tests.lab.clients import Client, script
from tests.lab.scene import Act, Scene, Service, Visit
from tests.lab.servers.services import REFUSALS

RICOH_IP, DELL_IP, WINDOWS_IP, BROTHER_IP = "10.0.3.17", "10.0.3.30", "10.0.3.31", "10.0.3.18"
LOGS_IN = ("EHLO {helo}", "AUTH LOGIN", *login_answers(SCAN))
WRITES_ON = (*LOGS_IN, "MAIL FROM:<scan@example.org>", "QUIT")


def exchange(persona: str, ip: str = EXCHANGE, name: str | None = MAILBOX, **told: object) -> Service:
    """Exchange Online's front end."""
    return Service(persona, ip, name=name, told={**GREETED, **told})


def login(
    device: Device, ip: str, client: Client = clients.swaks, tls: str = "none", times: int = 1, **told: object
) -> Visit:
    """A device that logs in to Exchange Online with LOGIN."""
    return Visit(device, ip, client, MAILBOX, wish=basic("LOGIN", tls=tls), times=times, told=told)


def bearer(client: Client, tls: str = "none", times: int = 1) -> Visit:
    """A server that has a token."""
    return Visit(case.DELL, DELL_IP, client, MAILBOX, wish=basic("XOAUTH2", MONITOR, tls=tls), times=times)


def before_and_after(persona: str, others: tuple[Visit, ...] = ()) -> tuple[Act, Act]:
    """A device that logs in in clear, and then does so at a server that has changed its mind."""
    return (
        Act((exchange("exchange-today-clear"),), (login(case.RICOH, RICOH_IP), *others)),
        Act((exchange(persona),), (login(case.RICOH, RICOH_IP, times=2), *others)),
    )


def refusing(name: str) -> Service:
    """A front end of its own for each refusal."""
    return exchange(f"exchange-{name}-clear", f"52.97.1.{20 + list(REFUSALS).index(name)}", None)


def refused(name: str) -> Visit:
    """A device that meets a refusal."""
    number = list(REFUSALS).index(name)
    device = Device(f"RNP00267300000{number}", f"00:26:73:00:00:0{number}")
    return Visit(device, f"10.0.3.{60 + number}", clients.swaks, refusing(name).ip, wish=basic("LOGIN"))


def verdicts(state: str, verdict: str) -> dict[str, object]:
    """What is expected of a device of Exchange Online."""
    return {"state": state, "services": {"exchange-online": verdict}}


FOUND_REFUSED = ["family", "mechanism", "outcome", "likely_refusal"]
WORKING, MODERN = verdicts("working", "affected"), verdicts("working", "modern")
REFUSED, FAILING = verdicts("refused", "affected"), verdicts("failing", "affected")

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
                    login(case.RICOH, RICOH_IP, clients.phpmailer, "starttls", 2, demanded=FOUND_REFUSED),
                    Visit(
                        case.WINDOWS,
                        WINDOWS_IP,
                        script("EHLO {helo}", "STARTTLS", "tls", *WRITES_ON),
                        MAILBOX,
                        told={"demanded": FOUND_REFUSED},
                    ),
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
        "The same before and after the switch-off: LOGIN worked, then 535 5.7.139; one client goes on to MAIL and "
        "gets 530 with the same words.",
        before_and_after(
            "exchange-basic-off-clear",
            (bearer(clients.curl), Visit(case.WINDOWS, WINDOWS_IP, script(*WRITES_ON), MAILBOX)),
        ),
        told_devices={RICOH_IP: REFUSED, DELL_IP: MODERN, WINDOWS_IP: REFUSED},
    ),
    Scene(
        "services/mirror-refusals",
        "The other words with which Exchange Online refuses a password: a policy's, or a wrong password's.",
        (Act(tuple(map(refusing, REFUSALS)), tuple(map(refused, REFUSALS))),),
        told_devices={
            refused(name).ip: FAILING if name in ("credentials", "unsuccessful") else REFUSED for name in REFUSALS
        },
    ),
    Scene(
        "services/mirror-not-listed",
        "LOGIN worked, and then XOAUTH2 alone is listed: the client leaves after EHLO, twice.",
        before_and_after("exchange-oauth-only-clear", (bearer(clients.curl),)),
        told_devices={RICOH_IP: REFUSED, DELL_IP: MODERN},
    ),
    Scene(
        "services/mirror-gave-up",
        "LOGIN worked, and then no AUTH is listed: the client leaves after EHLO, twice.",
        before_and_after("exchange-no-auth-clear"),
        told_devices={RICOH_IP: verdicts("gave-up", "affected")},
    ),
)
SCENES = (*INSIDE_TLS, *IN_THE_CLEAR)
