"""What the tables of a survey's connections add up to.

Where connections were sampled, counts are multiplied by what they stand for.  The server of a connection is whom its
SYN was for, or the end with the port of mail, or the lower port.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce

import numpy as np
import numpy.typing as npt

from sniffer.model import limits
from sniffer.model.frames import Ints
from sniffer.model.packets import NO_VLAN, Words
from sniffer.model.survey import Counted, Directions, Group, Loss, Mail, MailServer
from sniffer.model.survey_columns import CLIENT_HELLO, GREETING, STARTTLS, Flags, Segments
from sniffer.pipeline.addresses import ip_text
from sniffer.streams.coverage import JOINED, Coverage, Table

ENOUGH = 3
"""Segments with ACK of a connection from which it is asked where the other direction is: a handshake and an answer.  Of
less, a scan or the edge of the capture shows only one side."""

HOSTS_ASKED = 10
"""Connections from which it is asked whether all of them are one host's."""

KINDS = ("connections", "begun", "starttls", "implicit", "clear", "unanswered")


def directions(*tables: Coverage) -> Directions:
    """Return how many connections show both directions."""
    return reduce(_plus, (_directions(each.rows, each.sampled) for each in tables), Directions())


def _directions(rows: Table, weight: int) -> Directions:
    rows = rows[_judged(rows)]
    lone = _lone(rows)
    to_server = lone & ((rows["frames"][:, 1] > 0) != _server(rows))
    return Directions(len(rows) * weight, int(lone.sum()) * weight, int(to_server.sum()) * weight)


def _plus(one: Directions, other: Directions) -> Directions:
    return Directions(
        one.connections + other.connections, one.one_sided + other.one_sided, one.to_server + other.to_server
    )


def _judged(rows: Table) -> Flags:
    enough: Flags = rows["acking"].sum(axis=1) >= ENOUGH
    return enough


def _lone(rows: Table) -> Flags:
    """Say which connections show one direction."""
    lone: Flags = (rows["frames"] == 0).any(axis=1)
    return lone


def _server(rows: Table, is_mail: Flags | None = None) -> Ints:
    """Return which of the two ends is the server's."""
    ports = rows["ports"]
    guess = np.where(ports[:, 0] < ports[:, 1], 0, 1)
    if is_mail is not None:
        guess = np.where(is_mail[ports[:, 0]] == is_mail[ports[:, 1]], guess, np.where(is_mail[ports[:, 0]], 0, 1))
    server: Ints = np.where(rows["start"] == JOINED, guess, 1 - (rows["start"] >> 32))
    return server


def _grouped(name: str, *tables: Coverage) -> Iterator[tuple[int, Directions]]:
    """Give directions by a column, of the side that was seen; what was in several places is left out."""
    found: dict[int, Directions] = {}
    for table in tables:
        rows = table.rows[_judged(table.rows)]
        seen = np.where((rows["frames"][:, 0] > 0)[:, None], rows[name][:, 0], rows[name][:, 1])
        rows, values = rows[seen[:, 0] == seen[:, 1]], seen[seen[:, 0] == seen[:, 1], 0]
        for value in np.unique(values).tolist():
            part = _directions(rows[values == value], table.sampled)
            found[value] = _plus(found.get(value, Directions()), part)
    yield from sorted(found.items(), key=lambda item: (-item[1].connections, item[0]))[: limits.SURVEY_ROWS]


def by_vlan(*tables: Coverage) -> tuple[Group, ...]:
    """Return directions by the outermost tag."""
    return tuple(
        Group("untagged" if vlan == NO_VLAN else str(vlan), found) for vlan, found in _grouped("vlan", *tables)
    )


def by_origin(names: Sequence[str], *tables: Coverage) -> tuple[Group, ...]:
    """Return directions by file or interface."""
    return tuple(Group(names[number], found) for number, found in _grouped("origin", *tables))


def crossed(*tables: Coverage) -> int:
    """Return how many connections have another tag in each direction."""
    return _differing("vlan", tables)


def split(*tables: Coverage) -> int:
    """Return of how many connections each direction is in another file, or on another interface."""
    return _differing("origin", tables)


def _differing(name: str, tables: Iterable[Coverage]) -> int:
    return sum(int((_differs(table.rows, name)).sum()) * table.sampled for table in tables)


def _differs(rows: Table, name: str) -> Flags:
    one, other = rows[name][:, 0], rows[name][:, 1]
    single = (one[:, 0] == one[:, 1]) & (other[:, 0] == other[:, 1])
    differs: Flags = _judged(rows) & ~_lone(rows) & single & (one[:, 0] != other[:, 0])
    return differs


def loss(*tables: Coverage) -> Loss:
    """Return what was acknowledged and never seen, in connections that show both directions."""
    found = np.zeros(4, np.int64)
    for table in tables:
        chosen = _judged(table.rows) & ~_lone(table.rows)
        lost = table.lost()[chosen].sum(axis=1)
        known = np.maximum(table.rows["acknowledged"][chosen], 0).sum(axis=1)
        found += np.array([chosen.sum(), (lost > 0).sum(), known.sum(), lost.sum()]) * table.sampled
    return Loss(*found.tolist())


def greeted(segments: Segments) -> Counter[int]:
    """Return to which ports EHLO was said."""
    greets = segments.said & GREETING != 0
    return Counter(segments.destination_port[greets].tolist())


def mail(table: Coverage, is_mail: npt.NDArray[np.bool_], elsewhere: Counter[int]) -> Mail:
    """Return what was seen of SMTP."""
    rows, weight = table.rows, table.sampled
    place, server = np.arange(len(rows)), _server(rows, is_mail)
    ports, begun = rows["ports"][place, server], rows["start"] != JOINED
    says = rows["said"][place, 1 - server]
    starttls, clear = says & STARTTLS != 0, says & GREETING != 0
    implicit = (says & CLIENT_HELLO != 0) & ~clear & ~starttls & begun
    counts = [len(rows), begun.sum(), starttls.sum(), implicit.sum(), (clear & ~starttls).sum()]
    counts += [(rows["acking"] == 0).all(axis=1).sum()]
    addresses = np.where((server == 0)[:, None], rows["source"], rows["destination"])
    found = Counter(int(port) for port in ports.tolist())
    return Mail(
        **{kind: int(count) * weight for kind, count in zip(KINDS, counts, strict=True)},
        ports=_texts(found, weight),
        servers=tuple(_servers(addresses, ports, begun, weight)),
        elsewhere=_texts(elsewhere, 1),
    )


def _texts(counts: Counter[int], weight: int) -> Counted:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[: limits.SURVEY_ROWS]
    return tuple((str(number), count * weight) for number, count in ordered)


def _servers(addresses: Words, ports: Ints, begun: Flags, weight: int) -> Iterator[MailServer]:
    """Give the busiest servers."""
    if not len(ports):
        return
    keys = np.concatenate([addresses, ports.astype(np.uint64)[:, None]], axis=1)
    ends, place, counts = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    openings = np.bincount(place.ravel(), weights=begun, minlength=len(ends))
    for each in np.argsort(-counts, kind="stable")[: limits.SURVEY_ROWS].tolist():
        ip = ip_text(ends[each, :2].astype(">u8").tobytes())
        yield MailServer(ip, int(ends[each, 2]), int(counts[each]) * weight, int(openings[each]) * weight)


def one_host(*tables: Coverage) -> str | None:
    """Return the address that is an end of all connections, if there are enough of them and it is the only one."""
    rows = np.concatenate([table.rows[_judged(table.rows)] for table in tables])
    if len(rows) < HOSTS_ASKED:
        return None
    source, destination = rows["source"], rows["destination"]
    found = [
        each
        for each in (source[0], destination[0])
        if ((source == each).all(axis=1) | (destination == each).all(axis=1)).all()
    ]
    return ip_text(found[0].astype(">u8").tobytes()) if len(found) == 1 else None
