"""The devices that send mail: each with an address, a habit, a server, and templates of its sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from tests.bench.dialogues import HABITS, Device, Habit, greeting, session, starttls
from tests.bench.flows import Columns, new_flows
from tests.bench.templates import Pool, Rows, conversation
from tests.bench.tls import TLS12, TLS13, inside_tls

MAIL_SERVERS = ("10.0.3.2", "10.0.3.3", "198.51.100.25", "203.0.113.40")
CLEAR_PORTS, STARTTLS_PORTS = (25, 587, 2525), (587, 25)
PLACES = ("", "-hall", "-2nd-floor", "-accounting", "-warehouse-north", "-it", "-reception-and-mail-room")
RECIPIENTS = ("office", "it", "scans", "invoices", "a.b", "maria.mustermann", "incoming-documents", "fax2mail", "hr")
"""What makes turns as long as no other's: half of the sequences of turns in a capture of TLS are to be distinct."""
PACE = 20.0  # a template's turn takes 4 ms, a real one rather 80 ms


@dataclass(frozen=True, slots=True)
class Told:
    """A template of sessions, and what is true of every session made from it."""

    rows: Rows
    client: str
    server: str
    port: int
    family: str
    mechanism: str | None
    tls: bool


@dataclass(frozen=True, slots=True)
class Mix:
    """What a capture's mail is like."""

    devices: int
    templates: int
    """For each device."""
    starttls: float
    """Part of the devices that use STARTTLS."""
    body: tuple[int, int]
    """Least and most bytes of a message."""


def tell(mix: Mix, pool: Pool, noise: Random) -> list[Told]:
    """The templates of all devices."""
    habits = noise.choices(HABITS, [habit.share for habit in HABITS], k=mix.devices)
    # every habit has a device where there are enough of them
    habits[: len(HABITS)] = HABITS[: mix.devices]
    return [_told(number, habit, mix, pool, noise) for number, habit in enumerate(habits) for _ in range(mix.templates)]


def address(number: int) -> str:
    """A device's address; every sixteenth has IPv6."""
    if number % 16 == 15:
        return f"2001:db8:3::{number + 1:x}"
    return f"10.0.{4 + number // 250}.{1 + number % 250}"


def _told(number: int, habit: Habit, mix: Mix, pool: Pool, noise: Random) -> Told:
    name = f"scanner-{number:03}"
    password = f"Made-up-{number:03}-" + "x" * (number % 9)
    user, recipient = f"{name}{PLACES[number % len(PLACES)]}@example.org", f"{noise.choice(RECIPIENTS)}@example.org"
    device = Device(name, user, password, noise.randint(*mix.body), recipient)
    tls = number * 0.618 % 1 < mix.starttls  # spread evenly over devices and habits
    client = address(number)
    server = "2001:db8:3::53" if ":" in client else MAIL_SERVERS[number % len(MAIL_SERVERS)]
    turns = [greeting()]
    if tls:
        version = TLS12 if number % 2 else TLS13
        turns += starttls(device) + inside_tls(session(device, habit), version, "mail.example.org", noise)
    else:
        turns += session(device, habit)
    ports: Sequence[int] = STARTTLS_PORTS if tls else CLEAR_PORTS
    port = ports[number % len(ports)]
    return Told(conversation(turns, pool), client, server, port, habit.family, habit.mechanism, tls)


def sessions(
    count: int, told: Sequence[Told], host_numbers: dict[str, int], span_us: int, rng: np.random.Generator
) -> Columns:
    """`count` sessions as flows, begun at random within the span."""
    flows = new_flows(count, 0, rng)
    chosen = np.arange(count) % len(told)
    flows["template"] = chosen
    flows["take"] = np.iinfo(np.int32).max
    flows["start_us"] = np.sort(rng.integers(0, span_us, count))
    flows["pace"] = PACE * np.exp(rng.normal(0, 0.4, count))
    for name in ("client", "server"):
        numbers = np.array([host_numbers[getattr(one, name)] for one in told])
        flows[name] = numbers[chosen]
    flows["server_port"] = np.array([one.port for one in told])[chosen]
    return flows
