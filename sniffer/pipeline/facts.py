"""A finished connection becomes a fact."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

from sniffer.model.facts import Observation, Quality, SessionFact
from sniffer.model.packets import NO_MAC
from sniffer.protocols import SmtpSession
from sniffer.streams import Connection

INITIAL_HOPS = frozenset((32, 64, 128, 255))
"""Hop counts with which systems send (RFC 1700: 64; Windows 128; many devices 255): none was taken off."""

MAPPED = 0xFFFF << 32
"""The low word of an IPv4-mapped IPv6 address, without the IPv4 address."""


def session_fact(connection: Connection) -> SessionFact:
    """Return the fact that a finished connection leaves."""
    watcher = connection.watcher
    session = watcher if isinstance(watcher, SmtpSession) else SmtpSession()
    client, server = _address(*connection.client[:2]), _address(*connection.server[:2])
    mac = _mac(connection.mac)
    return SessionFact(
        session=_session_id(connection, client, server),
        start=connection.first,
        end=connection.last,
        client_ip=client,
        client_port=connection.client.port,
        client_mac=mac,
        on_link=mac is not None and connection.hops in INITIAL_HOPS,
        server_ip=server,
        server_port=connection.server.port,
        speech=session.speech(),
        quality=Quality(
            start_seen=connection.start_seen,
            end_seen=connection.end_seen,
            one_sided=connection.one_sided,
            gap_bytes=connection.gap_bytes,
            duplicates=connection.duplicates,
            snaplen_cut=connection.snaplen_cut,
        ),
        observations=tuple(
            Observation(origin.sensor, origin.interface, origin.file, connection.vlan) for origin in connection.origins
        ),
        tls=session.tls(),
        shape=session.shape(connection.first),
        inside=session.inside(),
        round_trip=connection.round_trip,
    )


def _session_id(connection: Connection, client: str, server: str) -> str:
    """Return the id of a session: the same for every sensor and every import.

    Made of the endpoints and both initial sequence numbers.  Of a connection that was joined late, the first
    sequence numbers that were seen stand for them: another capture of it may then give another id.
    """
    numbers = [half.initial if half.initial is not None else "-" for half in connection.half]
    key = f"{client} {connection.client.port} {server} {connection.server.port} {numbers[0]} {numbers[1]}"
    return "s-" + hashlib.blake2s(key.encode(), digest_size=8).hexdigest()


@lru_cache(4096)
def _address(high: int, low: int) -> str:
    if not high and low & ~0xFFFFFFFF == MAPPED:
        return str(IPv4Address(low & 0xFFFFFFFF))
    return str(IPv6Address(high << 64 | low))


@lru_cache(4096)
def _mac(number: int) -> str | None:
    """Return a card's address; groups and zero are nobody's."""
    if number in (NO_MAC, 0) or number >> 40 & 1:
        return None
    return number.to_bytes(6, "big").hex(":")
