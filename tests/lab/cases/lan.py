"""Ways to record a LAN; `lan/office` has a module of its own."""

from __future__ import annotations

from tests.lab import clients
from tests.lab.case import HP, KONICA, PI, Case, basic

LAN = (
    Case(
        "lan/cooked",
        "AUTH LOGIN recorded on `any`: Linux cooked capture v2.",
        "postfix",
        clients.swaks,
        PI,
        basic("LOGIN"),
        view="cooked",
    ),
    Case(
        "lan/cooked-v1",
        "AUTH PLAIN recorded on `any`: Linux cooked capture v1.",
        "postfix",
        clients.smtplib,
        PI,
        basic("PLAIN"),
        view="cooked-v1",
    ),
    Case(
        "lan/nanoseconds",
        "AUTH LOGIN in a pcap with nanosecond times.",
        "postfix",
        clients.swaks,
        HP,
        basic("LOGIN"),
        view="nanoseconds",
    ),
    Case(
        "lan/both-legs",
        "Two legs of a switch in one pcapng: each frame twice, and not in order of time.",
        "postfix",
        clients.swaks,
        HP,
        basic("LOGIN"),
        view="both-legs",
    ),
    Case(
        "lan/one-sided",
        "Only what the client sent: AUTH LOGIN without a single reply.",
        "postfix",
        clients.swaks,
        KONICA,
        basic("LOGIN"),
        view="one-sided",
    ),
)
