"""A finished connection becomes a fact."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from sniffer.model import limits
from sniffer.model.facts import Observation, Quality, SessionFact
from sniffer.pipeline.addresses import INITIAL_HOPS, ip_text, mac_text
from sniffer.protocols import SmtpSession
from sniffer.streams import Connection

LEAST = 1 << 16
"""Initial sequence numbers below this are a simple system's counter, which others have too; of random ones (RFC 6528)
one in 65,536 is."""


def session_fact(connection: Connection) -> SessionFact:
    """Return the fact that a finished connection leaves."""
    watcher = connection.watcher
    session = watcher if isinstance(watcher, SmtpSession) else SmtpSession()
    client, server = client_ip(connection), _address(*connection.server[:2])
    mac = mac_text(connection.mac)
    on_link = mac is not None and connection.hops in INITIAL_HOPS
    return SessionFact(
        session=_session_id(connection, client, server),
        start=connection.first,
        end=connection.last,
        client_ip=client,
        client_port=connection.client.port,
        client_mac=mac,
        on_link=on_link,
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
        hops=connection.hops,
        joint=_joint(connection, server),
        routers=() if on_link or mac is None else (mac,),
        witness=session.witness(ended=connection.end_seen),
    )


def client_ip(connection: Connection) -> str:
    """Return the address of a connection's client."""
    return _address(*connection.client[:2])


def _session_id(connection: Connection, client: str, server: str) -> str:
    """Return the id of a session: the same for every sensor and every import.

    Made of the endpoints and both initial sequence numbers.  Of a connection that was joined late, the first
    sequence numbers that were seen stand for them: another capture of it may then give another id.
    """
    numbers = [half.initial if half.initial is not None else "-" for half in connection.half]
    key = f"{client} {connection.client.port} {server} {connection.server.port} {numbers[0]} {numbers[1]}"
    return "s-" + hashlib.blake2s(key.encode(), digest_size=8).hexdigest()


def _joint(connection: Connection, server: str) -> str | None:
    """Return what all views of a connection have in common: translation changes the client's address and port alone."""
    client, answer = (half.initial for half in connection.half)
    if client is None or answer is None or min(client, answer) < LEAST:
        return None
    key = f"{server} {connection.server.port} {client} {answer}"
    return hashlib.blake2s(key.encode(), digest_size=8).hexdigest()


@lru_cache(limits.ADDRESSES_REMEMBERED)
def _address(high: int, low: int) -> str:
    return ip_text(high.to_bytes(8, "big") + low.to_bytes(8, "big")) or "::"
