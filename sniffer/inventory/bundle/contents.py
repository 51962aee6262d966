"""What stands in a bundle: records, in this order: the run that brings it, other runs, devices, then sessions.

A session's parts (``store.parts``) stand before the first that needs them, once.  Records are told apart by a tag and
stored by position: fields are added at the end, with a default, and never taken away.  As in the inventory, no lengths
of records and no greetings are in them.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from sniffer.inventory.store.devices import Alias
from sniffer.inventory.store.labels import Labels
from sniffer.inventory.store.parts import Written
from sniffer.model.findings import DeviceFinding
from sniffer.model.records import ManualField, RunEnd, RunStart, RunStatus


class RunPart(Struct, frozen=True, array_like=True, tag="run"):
    """A run; ``status`` is ``running`` for the one that brings what is in the bundle."""

    start: RunStart
    end: RunEnd | None
    status: RunStatus


class Saying(Struct, frozen=True, array_like=True):
    """What a person said of a device, and when; an empty value takes back what was said before."""

    field: ManualField
    value: str
    at: int


class Excepting(Struct, frozen=True, array_like=True):
    """An exemption, and when it was made; an empty reason takes it back."""

    reason: str
    until: int
    at: int


class DevicePart(Struct, frozen=True, array_like=True, tag="device"):
    """A device: its id where the bundle was written, all its addresses in its finding, what runs said and when.

    ``seen`` is when its first and its last session began, ``aliases`` by what it is known again; without them both
    follow from the finding (a run that was kept).
    """

    finding: DeviceFinding
    labels: Labels
    formerly: tuple[str, ...] = ()
    sayings: tuple[Saying, ...] = ()
    excepting: Excepting | None = None
    seen: tuple[int, int] | None = None
    aliases: tuple[Alias, ...] = ()


class Part(Struct, frozen=True, array_like=True, tag="part"):
    """A part of sessions; its id is the hash of its body."""

    body: bytes


class SessionPart(Struct, frozen=True, array_like=True, tag="session", gc=False):
    """A session as a row of the inventory; ``places`` are the parts of its observations.

    ``others`` are the devices that views of it told, if these differ.
    """

    device: str
    id: int
    start: int
    lasted: int
    port: int
    client: int
    server: int
    manner: int
    kind: int
    near: int
    good: int
    name: str | None
    places: tuple[int, ...]
    others: tuple[str, ...] = ()


Record = RunPart | DevicePart | Part | SessionPart

ENCODER = msgspec.msgpack.Encoder()

DECODER: msgspec.msgpack.Decoder[Record] = msgspec.msgpack.Decoder(Record)

COLUMNS = ("id", "start", "lasted", "port", "client", "server", "manner", "kind", "near", "good", "name")
"""Columns of a session's row that a bundle has as they are."""


def session_part(device: str, written: Written) -> SessionPart:
    """Return a session that is to be stored as a record."""
    return SessionPart(device=device, places=written.places, **{name: written.row[name] for name in COLUMNS})


def row_of(part: SessionPart) -> dict[str, Any]:
    """Return a session's row, without its device."""
    return {name: getattr(part, name) for name in COLUMNS}
