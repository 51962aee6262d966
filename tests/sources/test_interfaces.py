"""What the kernel tells of interfaces, in words that help to choose one."""

from __future__ import annotations

import socket
import struct
import sys
from typing import Any
from unittest.mock import patch

import pytest

from sniffer.sources import interfaces, netlink
from sniffer.sources.interfaces import Interface
from sniffer.sources.link_state import IFF_RUNNING, IFF_UP, LinkState
from sniffer.sources.netlink import Link

UP = IFF_UP | IFF_RUNNING
SPAN = Link(4, "enp3s0", 1, UP, 1500, "00:26:73:a1:b2:c3", promiscuous=1, received=10_000, sent=3)
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="netlink is Linux'")


def listed(link: Link, *addresses: str, permitted: bool = True) -> Interface:
    """An interface as it is listed."""
    with (
        patch.object(netlink, "links", lambda: [link]),
        patch.object(netlink, "addresses", lambda: {link.number: list(addresses)}),
        patch.object(interfaces, "may_capture", lambda: permitted),
        patch.object(sys, "platform", "linux"),
    ):
        found = interfaces.interfaces()
    assert found[-1].name == "any"
    return found[0]


@LINUX
def test_this_machine_has_what_python_says_it_has() -> None:
    found = interfaces.interfaces()
    assert [each.name for each in found] == [*(name for _, name in socket.if_nameindex()), "any"]


@LINUX
def test_an_interface_is_known_by_its_index() -> None:
    index, name = socket.if_nameindex()[0]
    state = LinkState(name)
    assert not state.gone
    with patch("socket.if_indextoname", side_effect=OSError):
        state.look(now=True)
    assert (state.gone, state.up) == (True, False)
    with patch("socket.if_indextoname", lambda _: name):
        assert not state.look()
        assert state.look(now=True)
    assert not state.gone
    assert index > 0


KINDS = [
    (SPAN, "ethernet"),
    (SPAN._replace(kind="veth"), "ethernet"),
    (SPAN._replace(kind="bridge"), "bridge"),
    (SPAN._replace(kind="bond"), "bond"),
    (SPAN._replace(kind="vlan"), "vlan"),
    (SPAN._replace(kind="vxlan"), "tunnel"),
    (SPAN._replace(hardware=65534, kind="tun"), "tunnel"),
    (SPAN._replace(hardware=772), "loopback"),
    (SPAN._replace(hardware=803), "wireless"),
    (SPAN._replace(hardware=280), "other"),
]


@pytest.mark.parametrize(("link", "kind"), KINDS, ids=[kind for _, kind in KINDS])
def test_what_kind_it_is(link: Link, kind: str) -> None:
    assert listed(link).kind == kind


def test_what_is_not_decoded_cannot_be_listened_to() -> None:
    for hardware in (280, 803):
        found = listed(SPAN._replace(hardware=hardware))
        assert (found.openable, found.why_not) == (False, f"its frames are not decoded (hardware type {hardware})")


def test_who_may_not_capture_may_open_none() -> None:
    found = listed(SPAN, permitted=False)
    assert (found.openable, found.why_not) == (False, "we may not capture (CAP_NET_RAW)")


def test_a_span_port_looks_like_one() -> None:
    hint = "may be a span port: up without an address, promiscuous, hears far more than it says"
    assert listed(SPAN).hint == hint
    assert listed(SPAN, "fe80::1/64", "169.254.3.4/16").hint == hint
    assert listed(SPAN._replace(promiscuous=0, sent=9000)).hint == "may be a span port: up without an address"


@pytest.mark.parametrize(
    "other",
    [
        SPAN._replace(flags=IFF_UP),
        SPAN._replace(flags=0),
        SPAN._replace(master=9),
        SPAN._replace(kind="bridge"),
        SPAN._replace(hardware=772),
    ],
)
def test_what_is_none_does_not(other: Link) -> None:
    assert listed(other).hint is None
    assert listed(SPAN, "10.0.0.9/24").hint is None
    assert listed(SPAN, "2001:db8::9/64").hint is None


def test_where_the_kernel_does_not_tell_there_are_names_at_least() -> None:
    with patch.object(netlink, "links", side_effect=OSError), patch.object(sys, "platform", "linux"):
        found = interfaces.interfaces()
    assert [each.name for each in found] == [*(name for _, name in socket.if_nameindex()), "any"]


def attribute(kind: int, value: bytes) -> bytes:
    """One attribute of a message, padded."""
    octets = struct.pack("=HH", 4 + len(value), kind) + value
    return octets + bytes(-len(octets) % 4)


def answer(*messages: tuple[int, bytes]) -> bytes:
    """A datagram of the kernel's."""
    return b"".join(struct.pack("=IHHII", 16 + len(body), kind, 2, 1, 0) + body for kind, body in messages)


class Kernel:
    """The other end of a netlink socket; datagrams end where they like."""

    def __init__(self, *datagrams: bytes) -> None:
        self._datagrams = list(datagrams)

    def __enter__(self) -> Kernel:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def bind(self, _: object) -> None:
        """Nothing to do."""

    def send(self, _: bytes) -> None:
        """Nothing to do."""

    def recv(self, _: int) -> bytes:
        """Return the next datagram."""
        return self._datagrams.pop(0)


def asking(*datagrams: bytes) -> Any:
    """Let the kernel say this."""
    return patch("socket.socket", lambda *_: Kernel(*datagrams))


@LINUX
def test_messages_are_read_over_datagrams_to_the_end() -> None:
    info = attribute(18 | 0x8000, attribute(1, b"bridge\0"))
    wire = attribute(3, b"br0\0") + attribute(4, struct.pack("=I", 1500)) + attribute(1, bytes.fromhex("002673a1b2c3"))
    more = (
        attribute(10, struct.pack("=I", 7))
        + attribute(30, struct.pack("=I", 2))
        + attribute(23, struct.pack("=QQ", 5, 6))
    )
    first = struct.pack("=BxHiII", 0, 1, 3, UP, 0) + wire + info + more
    second = struct.pack("=BxHiII", 0, 772, 1, UP, 0) + attribute(3, b"lo\0") + attribute(1, bytes(6))
    with asking(answer((16, first)), answer((16, second), (netlink.DONE, bytes(4)))):
        assert netlink.links() == [
            Link(3, "br0", 1, UP, 1500, "00:26:73:a1:b2:c3", "bridge", 7, 2, 5, 6),
            Link(1, "lo", 772, UP, 0),
        ]


@LINUX
def test_addresses_are_our_end_of_a_link() -> None:
    ours, theirs = bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])
    point = struct.pack("=BBBBI", 2, 32, 0, 0, 5) + attribute(1, theirs) + attribute(2, ours)
    six = struct.pack("=BBBBI", 10, 64, 0, 0, 5) + attribute(1, bytes.fromhex("fe80" + "00" * 13 + "01"))
    with asking(answer((20, point), (20, six), (netlink.DONE, bytes(4)))):
        assert netlink.addresses() == {5: ["10.0.0.1/32", "fe80::1/64"]}


@LINUX
def test_a_kernel_that_refuses_is_an_error() -> None:
    with asking(answer((netlink.ERROR, bytes(4)))), pytest.raises(OSError, match="does not tell"):
        netlink.links()


@LINUX
def test_half_an_attribute_ends_the_message() -> None:
    body = struct.pack("=BxHiII", 0, 1, 3, UP, 0) + attribute(3, b"e0\0") + struct.pack("=HH", 1, 4)
    with asking(answer((16, body), (netlink.DONE, bytes(4)))):
        assert [each.name for each in netlink.links()] == ["e0"]
