"""The cases and scenes, one row each, by topic."""

from __future__ import annotations

from tests.lab.case import Case
from tests.lab.cases import (
    auth,
    decrypted,
    exchange,
    exchange_inside,
    inside,
    lan,
    mechanisms,
    office,
    refusals,
    relay,
    services,
    smtp,
    smtps,
    starttls,
    tls,
)
from tests.lab.scene import Scene

TOPICS = (
    auth.AUTH,
    mechanisms.MECHANISMS,
    refusals.REFUSALS,
    starttls.STARTTLS,
    decrypted.DECRYPTED,
    inside.INSIDE,
    smtps.SMTPS,
    tls.HANDSHAKES,
    services.PRIVATE,
    smtp.SMTP,
    lan.LAN,
)
ALL: dict[str, Case] = {case.path: case for topic in TOPICS for case in topic}
SCENES: dict[str, Scene] = {
    scene.path: scene
    for scene in (
        *exchange.SCENES,
        *exchange_inside.SCENES,
        *smtps.SCENES,
        *services.SCENES,
        *relay.RELAYS,
        office.OFFICE,
    )
}
