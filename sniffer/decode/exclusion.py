"""What the user wants left out: networks and VLANs, decided on whole columns."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from sniffer.decode.layers import MAPPED
from sniffer.model.packets import Transport, Words

Flags = npt.NDArray[np.bool_]
Kind = TypeVar("Kind", bound=Transport)

WORD = (1 << 64) - 1


class Exclusion:
    """Leaves out what is from or to some networks, and what has some VLAN tags."""

    def __init__(self, networks: Iterable[str], vlans: Iterable[int]) -> None:
        """Raise ``ValueError`` for what is no network."""
        self._networks = [_words(ip_network(each, strict=False)) for each in networks]
        self._vlans = np.array(sorted(vlans), np.int32)

    def __bool__(self) -> bool:
        return bool(self._networks) or bool(len(self._vlans))

    def apply(self, found: Kind) -> Kind:
        """Return the segments or datagrams that stay."""
        out: Flags = np.zeros(len(found), np.bool_)
        out |= np.isin(found.vlan, self._vlans).any(axis=1)
        for network, mask in self._networks:
            out |= _inside(found.source, network, mask) | _inside(found.destination, network, mask)
        return found.take(np.logical_not(out))


def _inside(address: Words, network: Words, mask: Words) -> Flags:
    inside: Flags = ((address & mask) == network).all(axis=1)
    return inside


def _words(network: IPv4Network | IPv6Network) -> tuple[Words, Words]:
    """Return a network and its mask as two 64-bit words each, IPv4 in the mapped form."""
    address, mask = int(network.network_address), int(network.netmask)
    if network.version == 4:
        address |= int(MAPPED)
        mask |= (1 << 128) - (1 << 32)
    return _two(address), _two(mask)


def _two(value: int) -> Words:
    return np.array([value >> 64, value & WORD], np.uint64)
