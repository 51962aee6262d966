"""The interfaces of this machine: what they are, how they are, and whether we may listen to them."""

from __future__ import annotations

import difflib
import socket
import sys
from ipaddress import ip_interface
from pathlib import Path
from typing import Literal, NamedTuple

from sniffer.model import limits
from sniffer.sources import netlink
from sniffer.sources.link_state import ANY, IFF_RUNNING, IFF_UP
from sniffer.sources.netlink import Link
from sniffer.sources.privileges import may_capture

Kind = Literal["ethernet", "loopback", "bridge", "bond", "vlan", "wireless", "tunnel", "pseudo", "other"]

KINDS: dict[str, Kind] = {
    "bridge": "bridge", "openvswitch": "bridge", "bond": "bond", "team": "bond", "vlan": "vlan", "macvlan": "vlan",
    "ipvlan": "vlan", "tun": "tunnel", "vxlan": "tunnel", "geneve": "tunnel", "gre": "tunnel", "gretap": "tunnel",
    "ip6gre": "tunnel", "ip6gretap": "tunnel", "ipip": "tunnel", "sit": "tunnel", "ip6tnl": "tunnel", "vti": "tunnel",
    "wireguard": "tunnel", "erspan": "tunnel", "ip6erspan": "tunnel",
}  # fmt: skip
"""By what made the interface (ip-link(8)); what is not here is what its hardware says."""

HARDWARE: dict[int, Kind] = {
    1: "ethernet", 772: "loopback", 512: "tunnel", 768: "tunnel", 776: "tunnel", 778: "tunnel", 65534: "tunnel",
    801: "wireless", 802: "wireless", 803: "wireless",
}  # fmt: skip
"""By ARPHRD_* (linux/if_arp.h)."""

NOT_DECODED = (801, 802, 803)
"""IEEE 802.11 as it is in the air: a card in monitor mode."""

MUCH = 100
"""Frames heard for each one sent: what a span port does, and a host hardly."""

SYSTEM = Path("/sys/class/net")


class Interface(NamedTuple):
    """An interface.

    ``up`` is what its administrator wants, ``running`` whether it has a carrier.  ``speed`` is in Mbit/s, ``mtu`` in
    octets, ``addresses`` have their prefix lengths.  None is what the system does not tell.  ``openable`` says whether
    we may listen to it, ``why_not`` why not; ``hint`` what makes it look like a span port, if anything does.
    """

    name: str
    kind: Kind
    up: bool
    running: bool
    addresses: tuple[str, ...] = ()
    mac: str | None = None
    speed: int | None = None
    mtu: int | None = None
    promiscuous: bool = False
    openable: bool = True
    why_not: str | None = None
    hint: str | None = None


def interfaces() -> list[Interface]:
    """Return the interfaces of this machine, and on Linux ``any``, which stands last."""
    permitted = may_capture()
    if sys.platform != "linux":
        return [_unknown(name, permitted) for _, name in socket.if_nameindex()]
    try:
        links, addresses = netlink.links(), netlink.addresses()
    except OSError:  # forbidden in here
        found = [_unknown(name, permitted) for _, name in socket.if_nameindex()]
    else:
        found = [_interface(link, tuple(addresses.get(link.number, ())), permitted) for link in links]
    return [*found, _any(permitted)]


def missing(name: str) -> tuple[str, str]:
    """Return what is said of a name that no interface has, and what to do."""
    names = [each for _, each in socket.if_nameindex()]
    names += [ANY] if sys.platform == "linux" else []
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    shown = ", ".join(names[: limits.INTERFACES_SHOWN]) + (" …" if len(names) > limits.INTERFACES_SHOWN else "")
    meant = f"did you mean {near[0]}? " if near else ""
    return "there is no such interface", f"{meant}there are {shown}; 'sniffer interfaces' says more of them"


def _interface(link: Link, addresses: tuple[str, ...], permitted: bool) -> Interface:
    kind = _kind(link)
    found = Interface(
        link.name,
        kind,
        bool(link.flags & IFF_UP),
        bool(link.flags & IFF_RUNNING),
        addresses,
        link.mac,
        _speed(link.name),
        link.mtu,
        link.promiscuous > 0,
    )
    if kind == "other" or link.hardware in NOT_DECODED:
        return found._replace(openable=False, why_not=f"its frames are not decoded (hardware type {link.hardware})")
    return _permitted(found, permitted)._replace(hint=_hint(found, link))


def _kind(link: Link) -> Kind:
    if (SYSTEM / link.name / "phy80211").exists() or (SYSTEM / link.name / "wireless").exists():
        return "wireless"
    if link.kind in KINDS:
        return KINDS[link.kind]
    return HARDWARE.get(link.hardware, "other")


def _speed(name: str) -> int | None:
    """Return Mbit/s; an interface without a wire, or without its plug, has none."""
    try:
        speed = int((SYSTEM / name / "speed").read_text())
    except (OSError, ValueError):
        return None
    return speed if speed > 0 else None


def _hint(found: Interface, link: Link) -> str | None:
    """Say what makes an interface look like one that a switch copies traffic to."""
    if found.kind not in ("ethernet", "bond") or not (found.up and found.running) or link.master is not None:
        return None
    if any(not ip_interface(each).is_link_local for each in found.addresses):
        return None
    signs = ["up without an address"]
    signs += ["promiscuous"] if found.promiscuous else []
    signs += ["hears far more than it says"] if link.received > MUCH * max(link.sent, 1) else []
    return "may be a span port: " + ", ".join(signs)


def _any(permitted: bool) -> Interface:
    """Return libpcap's name for all of them."""
    return _permitted(Interface(ANY, "pseudo", up=True, running=True), permitted)


def _unknown(name: str, permitted: bool) -> Interface:
    return _permitted(Interface(name, "other", up=True, running=True), permitted)


def _permitted(found: Interface, permitted: bool) -> Interface:
    return found if permitted else found._replace(openable=False, why_not="we may not capture (CAP_NET_RAW)")
