"""What listeners are told, and what they say."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from msgspec import Struct

from sniffer.inventory.spool import Row
from sniffer.model import limits
from sniffer.model.clues import BindingFact, ClueFact
from sniffer.model.facts import NameFact
from sniffer.model.health import Health
from sniffer.pipeline.values import Settings

STOP, COUNT = b"stop", b"count"
"""What a listener is told: to come to an end; to say what it is still counting."""


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """Where to listen, and how.

    ``settings`` say what is looked at, ``buffer_bytes`` is the kernel's buffer for each interface and process,
    ``user`` who listeners become if they were started as root (None for whoever called sudo, or nobody).
    """

    interfaces: tuple[str, ...]
    sensor: str
    settings: Settings = field(default_factory=Settings)
    buffer_bytes: int = limits.KERNEL_BUFFER
    promiscuous: bool = True
    processes: int = 1
    user: str | None = None


class Trouble(Struct, frozen=True, tag=True):
    """Something that does not work, as ``CaptureError`` has it."""

    name: str
    problem: str
    advice: str = ""


class Ready(Struct, frozen=True, tag=True):
    """It listens, at these interfaces, or could not open any.

    ``notes`` are what a person should know of how they were opened; ``user`` is who it has become, if somebody else.
    """

    interfaces: tuple[str, ...]
    troubles: tuple[Trouble, ...] = ()
    notes: tuple[str, ...] = ()
    user: str | None = None


class Facts(Struct, frozen=True, tag=True):
    """Facts: sessions as the spool keeps them."""

    sessions: tuple[Row, ...] = ()
    names: tuple[NameFact, ...] = ()
    clues: tuple[ClueFact, ...] = ()
    bindings: tuple[BindingFact, ...] = ()


class Counted(Struct, frozen=True, tag=True):
    """What is still being counted, in full: it takes the place of what was said so before.

    ``clients`` are the addresses of those who have a connection open, as far as ``limits.CLIENTS_SAID``.
    """

    names: tuple[NameFact, ...] = ()
    clues: tuple[ClueFact, ...] = ()
    bindings: tuple[BindingFact, ...] = ()
    clients: tuple[str, ...] = ()


class Beat(Struct, frozen=True, tag=True):
    """How it goes."""

    health: Health


class Ended(Struct, frozen=True, tag=True):
    """Everything was said.  ``decrypted`` are sessions of which keys opened some record."""

    health: Health
    decrypted: int = 0


Message = Ready | Trouble | Facts | Counted | Beat | Ended

ENCODER = msgspec.msgpack.Encoder()
DECODER: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(Message)
