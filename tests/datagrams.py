"""Datagrams for tests: DNS answers as messages, and frames around them."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

import dpkt

from tests.wire import UDP, Encoding, Endpoint, Frame, Segment, enclose

A, AAAA = 1, 28
ANSWER = 0x8180
"""The flags of a usual answer: a response, recursion desired and available, no error."""


def message(
    name: str,
    addresses: Sequence[str] = (),
    *,
    aliases: Sequence[str] = (),
    kind: int | None = None,
    flags: int = ANSWER,
) -> bytes:
    """A DNS answer as dpkt writes it, names compressed: the aliases of a name in a chain, then the addresses."""
    kind = kind or (AAAA if addresses and ":" in addresses[0] else A)
    chain = [name, *aliases]
    said: Any = dpkt.dns.DNS(id=0x1234, op=flags, qd=[dpkt.dns.DNS.Q(name=name, type=kind)])
    said.an = [
        dpkt.dns.DNS.RR(name=one, type=dpkt.dns.DNS_CNAME, ttl=60, cname=other)
        for one, other in zip(chain, aliases, strict=False)
    ]
    for each in map(ip_address, addresses):
        record = dpkt.dns.DNS.RR(name=chain[-1], type=A if each.version == 4 else AAAA, ttl=60)
        setattr(record, "ip" if each.version == 4 else "ip6", each.packed)
        said.an.append(record)
    return bytes(said)


def datagram(payload: bytes, like: Segment, form: Encoding | None = None, length: int | None = None) -> Frame:
    """A frame with a payload between the ends of a segment; ``length`` is what the UDP header claims."""
    ends = like.source.port, like.target.port
    header = struct.pack("!HHHH", *ends, len(payload) + 8 if length is None else length, 0)
    return enclose(like, header + payload, form or Encoding(), UDP)


def told(
    name: str,
    *addresses: str,
    client: str = "10.0.3.17",
    server: str = "10.0.3.53",
    time: float = 1_795_000_000.0,
    form: Encoding | None = None,
    **said: Any,
) -> Frame:
    """A frame with the answer that a client gets; the further keywords are those of ``message``."""
    return datagram(message(name, addresses, **said), ends(server, client, round(time * 1_000_000)), form)


def ends(
    source: str = "10.0.3.53", target: str = "10.0.3.17", time_us: int = 0, source_port: int = 53, port: int = 40_053
) -> Segment:
    """Who sends a datagram to whom, and when."""
    macs = "00:50:56:00:00:35", "00:26:73:a1:b2:c3"
    return Segment(
        time_us, Endpoint(source, source_port, macs[0]), Endpoint(target, port, macs[1]),
        from_client=False, seq=0, ack=0, flags=0, ttl=63,
    )  # fmt: skip
