"""Parties that are remembered are those that are told anew, whatever happens to addresses in between."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sniffer.inference import Link, Names, Networks, Owners, Site
from sniffer.inference.parties import Parties, PartiesOf
from sniffer.inventory.spool import Spool
from sniffer.knowledge.catalogue import catalogue
from sniffer.model.clues import Mark, Witness
from sniffer.model.facts import SessionFact
from tests.inference.facts import NOW
from tests.inference.identity.sites import HP, PI, RICOH, RICOH2, ROUTER, Box, arp, beyond, lease, mail, row, translated

IPS = ("10.0.3.17", "10.0.3.18", "198.51.100.9")
CARDS = (RICOH, RICOH2, HP, PI)
NAMES = ("RNP002673A1B2C3", "RNP002673A1B2C4", "scan", "localhost", None)
MARKED = Witness((), (Mark("from", "vendor", "Ricoh"),))


def some(chance: random.Random) -> tuple[list[SessionFact], list[Box]]:
    """Sessions of few clients at many times, and who had their addresses meanwhile: some change hands."""
    boxes: list[Box] = []
    for _ in range(chance.randint(0, 12)):
        ip, card, first = chance.choice(IPS), chance.choice(CARDS), chance.uniform(-60, 240)
        source = chance.choice((arp, lease, row))
        boxes.append(
            source(ip, card, first, first + chance.uniform(0, 60)) if source is arp else source(ip, card, first)
        )
    if chance.random() < 0.3:
        boxes.append(translated("10.0.3.17", outside=IPS[2], first=50, last=100))
    sessions = []
    for _ in range(chance.randint(2, 40)):
        far = chance.random() < 0.4
        told = mail if not far else beyond
        sessions.append(
            told(
                chance.uniform(-60, 300),
                ip=chance.choice(IPS),
                mac=ROUTER if far else chance.choice(CARDS),
                helo=chance.choice(NAMES),
                sensor=chance.choice(("lan", "far")),
                port=chance.choice((49_152, 50_000)),
                witness=chance.choice((None, MARKED)),
            )
        )
    return sessions, boxes


def compared(sessions: list[SessionFact], boxes: list[Box]) -> list[Parties]:
    """The parties of sessions, remembered; each is compared with what is told anew."""
    spool = Spool()
    for session in sessions:
        spool.add(session)
    for box in boxes:
        spool.boxes.add(box)
    spool.seal()
    owners = Owners((Link(*link) for link in spool.links()), spool.routers(), spool.boxes)
    site = Site(Networks(["198.51.100.0/24"]), owners, Names())
    remembering = PartiesOf(site, catalogue())
    for session in [*sessions, *reversed(sessions)]:
        assert remembering.of(session) == PartiesOf(site, catalogue()).of(session)
    found = [remembering.of(session) for session in sessions]
    spool.close()
    return found


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 1 << 30))
def test_remembered_parties_are_those_told_anew(seed: int) -> None:
    compared(*some(random.Random(seed)))


CHANGES: dict[str, tuple[list[SessionFact], list[Box]]] = {
    "cards stop to fight over an address": (
        [mail(11), mail(13)],
        [arp(IPS[0], RICOH, 0), arp(IPS[0], HP, 1), arp(IPS[0], RICOH, 2)],
    ),
    "a lease ends that another card was given": (
        [mail(19), mail(21)],
        [lease(IPS[0], HP, 0, 20), arp(IPS[0], RICOH, 5, 40)],
    ),
    "an address goes to another card": (
        [beyond(9), beyond(11)],
        [arp(IPS[0], RICOH, 0, 9, vlan=(99,)), arp(IPS[0], HP, 10, 20, vlan=(99,))],
    ),
    "a firewall's log speaks of one moment only": (
        [beyond(0, ip=IPS[2]), beyond(30, ip=IPS[2])],
        [translated("10.0.9.9", outside=IPS[2]), arp("10.0.9.9", HP, -1, 31)],
    ),
}
"""Two sessions that differ in nothing but their time, and what changes between them."""


@pytest.mark.parametrize("case", CHANGES)
def test_what_changes_between_two_sessions_shows(case: str) -> None:
    before, after = compared(*CHANGES[case])
    assert before.owner != after.owner


def test_a_device_that_mails_all_day_is_told_once() -> None:
    site = Site(Networks(), Owners(), Names())
    parties = PartiesOf(site, catalogue())
    first = parties.of(mail(0, helo="scan"))
    assert all(parties.of(mail(minutes, helo="scan", port=50_000 + minutes)) is first for minutes in range(1, 5))
    assert parties.of(mail(5, helo="other")) is not first


def test_a_server_that_greets_with_the_time_of_day_is_one_and_the_same() -> None:
    site = Site(Networks(), Owners(), Names())
    parties = PartiesOf(site, catalogue())
    fact = mail(0)
    greets = "220 FR0P281CA0001.outlook.office365.com Microsoft ESMTP MAIL Service ready at"
    banners = [f"{greets} Mon, 23 Nov 2026 18:00:0{second} +0000" for second in range(2)]
    first, second = (
        parties.of(replace(fact, start=NOW + place, speech=replace(fact.speech, banner=banner, greeted=None)))
        for place, banner in enumerate(banners)
    )
    assert first is second
    assert first.server.service.code == "exchange-online"
