"""Messages of discovery: every kind, tagged, cut anywhere, among others; nothing else is one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.decode import Exclusion, decode
from sniffer.model.packets import NO_VLAN, Messages
from tests.decode.test_hostile import ALL, mutilated, one_batch, stays_inside
from tests.discovery import CDP, IP4, KINDS, OTHERS, WANTED, Kind, frame, kind_frame, messages
from tests.frames import ALL_PORTS, NO_PORTS, batch
from tests.wire import Frame

EVERY = {**KINDS, "CDP": CDP}
every_kind = pytest.mark.parametrize("kind", EVERY.values(), ids=EVERY)


def said(found: Messages) -> list[bytes]:
    """What was captured of messages."""
    bounds = zip(found.start.tolist(), (found.start + found.captured).tolist(), strict=True)
    return [found.data[start:stop] for start, stop in bounds]


@every_kind
@pytest.mark.parametrize("tags", [(), (10,), (10, 20)])
def test_every_kind_is_handed_on_whole(kind: Kind, tags: tuple[int, ...]) -> None:
    found = messages([kind_frame(kind, tags)])
    assert found.kind.tolist() == [kind.kind]
    (message,) = said(found)
    assert message == kind.message
    assert found.length.tolist() == [len(kind.message)]
    assert found.mac.tolist() == [0x002673A1B2C3]
    assert tuple(tag for tag in found.vlan[0].tolist() if tag != NO_VLAN) == tags
    assert found.time.tolist() == [7]


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_nothing_else_is_one(other: Any) -> None:
    assert len(messages([frame(other)])) == 0


def test_what_is_not_wanted_is_not_looked_for() -> None:
    assert decode(batch([kind_frame(kind) for kind in EVERY.values()]), ALL_PORTS, ALL_PORTS).messages is None


def test_without_a_message_there_are_columns_of_none() -> None:
    found = messages([frame(OTHERS["NTP"])])
    assert (len(found), found.kind.tolist(), found.vlan.shape[0]) == (0, [], 0)


def test_messages_stand_in_the_order_of_the_capture_whatever_their_kinds() -> None:
    kinds = [*EVERY.values(), *reversed(EVERY.values())]
    found = messages([kind_frame(kind, time_us=place) for place, kind in enumerate(kinds)])
    assert found.time.tolist() == list(range(len(kinds)))
    assert found.kind.tolist() == [kind.kind for kind in kinds]


def test_below_ip_there_are_no_addresses_hops_and_ports() -> None:
    found = messages([kind_frame(EVERY["LLDP"]), kind_frame(EVERY["mDNS"])])
    assert found.source_port.tolist() == [0, 5353]
    assert found.hops.tolist() == [0, 64]
    assert found.source[0].tolist() == [0, 0]
    assert found.source[1].tolist()[1] & 0xFFFFFFFF == int.from_bytes(bytes(map(int, IP4[0].split("."))), "big")


@every_kind
def test_cut_anywhere_it_is_a_beginning_of_itself_or_none(kind: Kind) -> None:
    whole = kind_frame(kind).data
    for length in range(len(whole)):
        for message in said(messages([Frame(7, whole[:length])])):
            assert kind.message.startswith(message)


def test_padding_is_no_part_of_a_message_where_a_length_tells() -> None:
    for kind in EVERY.values():
        (message,) = said(messages([Frame(7, kind_frame(kind).data + bytes(18))]))
        assert message.rstrip(b"\0") == kind.message.rstrip(b"\0")


def test_the_same_message_in_the_mail_ports_columns_too() -> None:
    """A datagram of DNS is a message, and a name told."""
    found = decode(batch([kind_frame(EVERY["DNS"])]), NO_PORTS, ALL_PORTS, WANTED)
    assert (len(found.datagrams), len(found.messages or ())) == (1, 1)


def test_exclusions_hold_for_messages_too() -> None:
    found = messages([kind_frame(EVERY["mDNS"], (10,)), kind_frame(EVERY["mDNS"], (20,)), kind_frame(EVERY["LLDP"])])
    assert len(Exclusion((), (10,)).apply(found)) == 2
    assert len(Exclusion(("10.0.3.0/24",), ()).apply(found)) == 1


@st.composite
def spoilt(draw: st.DrawFn) -> tuple[int, bytes]:
    """A frame of Ethernet that holds a message, with octets overwritten, or cut."""
    data = bytearray(kind_frame(EVERY[draw(st.sampled_from(sorted(EVERY)))], draw(st.sampled_from(((), (10,))))).data)
    at, octets = draw(st.integers(0, len(data))), draw(st.binary(max_size=2))
    data[at : at + len(octets)] = octets
    return 1, bytes(data[: draw(st.one_of(st.none(), st.integers(0, len(data))))])


@given(st.lists(st.one_of(mutilated(), spoilt()), max_size=8))
def test_of_broken_frames_nothing_is_read_outside(frames: list[tuple[int, bytes]]) -> None:
    whole = one_batch(frames, b"before", b"behind")
    found = decode(whole, ALL, ALL, WANTED).messages
    assert found is not None
    stays_inside(whole, found)
