"""What a case is, who plays in it, and the lines that scripted clients say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.lab.accounts import SECRETS
from tests.lab.clients import Client
from tests.lab.servers.sasl import encoded


@dataclass(frozen=True)
class Device:
    """Who plays the client: a factory name and a MAC with the maker's prefix."""

    name: str
    mac: str


RICOH = Device("RNP002673A1B2C3", "00:26:73:a1:b2:c3")
BROTHER = Device("BRN0080774B5C6D", "00:80:77:4b:5c:6d")
SYNOLOGY = Device("DiskStation", "00:11:32:1a:2b:3c")
APC = Device("apcD4E5F6", "00:c0:b7:d4:e5:f6")
AXIS = Device("axis-00408c112233", "00:40:8c:11:22:33")
XEROX = Device("XRX9C934E2CF72C", "9c:93:4e:2c:f7:2c")
HP = Device("HP2B1F2E", "3c:d9:2b:2b:1f:2e")
KONICA = Device("KMBT112233", "00:20:6b:11:22:33")
DELL = Device("monitor.example.org", "98:90:96:01:02:03")
WINDOWS = Device("DESKTOP-4F7K2QP", "00:14:22:0a:0b:0c")
PI = Device("raspberrypi", "b8:27:eb:12:34:56")
PHONE = Device("phone", "5e:3a:9f:10:20:30")


@dataclass(frozen=True)
class Case:
    """One capture: who talks to whom, with which program and which wish.

    `view` is how it is recorded: pcap, pcapng, nanoseconds, cooked, cooked-v1, both-legs (each frame
    twice), one-sided, decrypted (a pcapng with the client's TLS keys in it).  `times` is how often the
    client does it, `told` what must be reported beside what the server's log tells, `told_device` the same
    of the device.
    """

    path: str
    about: str
    server: str
    client: Client
    device: Device
    wish: dict[str, Any] = field(default_factory=dict)
    view: str = "pcap"
    offload: bool = False
    ipv6: bool = False
    times: int = 1
    told: Mapping[str, Any] = field(default_factory=dict)
    told_device: Mapping[str, Any] = field(default_factory=dict)


def basic(mechanism: str, user: str = "scan@example.org", **more: Any) -> dict[str, Any]:
    """A wish for a mechanism and a user."""
    return {"mechanism": mechanism, "user": user, **more}


def login_answers(user: str, secret: str | None = None) -> tuple[str, str]:
    """The two answers of AUTH LOGIN."""
    return encoded(user), encoded(SECRETS[user] if secret is None else secret)


def plain_answer(user: str, secret: str | None = None) -> str:
    """The answer of AUTH PLAIN."""
    return encoded(f"\0{user}\0{SECRETS[user] if secret is None else secret}")


def mail(*more: str) -> tuple[str, ...]:
    """The lines of a mail, said one by one."""
    return (
        "MAIL FROM:<scan@example.org>",
        "RCPT TO:<office@example.com>",
        "DATA",
        "nowait Subject: scan",
        "nowait ",
        *(f"nowait {line}" for line in more),
        ".",
    )


SCAN, NAS, CAMERA = "scan@example.org", "nas@example.org", "camera@example.org"
MONITOR, COPIER = "monitor@example.net", "dept-copier@example.com"
