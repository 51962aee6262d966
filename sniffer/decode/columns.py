"""A batch of frames becomes the columns of its TCP segments and UDP datagrams."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sniffer.decode.headers import TCP, UDP
from sniffer.decode.layers import Batch, Found, Next, Places
from sniffer.decode.table import LAYERS
from sniffer.model import limits
from sniffer.model.frames import Frames, Ints, same
from sniffer.model.packets import ACK, SYN, TCP_PORT, UDP_PORT, Datagrams, Messages, Packets

Ports = npt.NDArray[np.bool_]
"""65,536 truth values."""

PORTLESS = np.dtype([("source", ">u2"), ("destination", ">u2")])
"""In place of the ports that messages below UDP and TCP do not have."""

PER_MESSAGE = (
    "time", "origin", "mac", "vlan", "hops", "source", "destination", "source_port", "destination_port", "start",
    "captured", "length", "kind", "frame",
)  # fmt: skip
"""Columns of messages."""

WEB_WORDS = (b"HTTP", b"GET ")
"""How a message of HTTP begins (RFC 9112 3, 4), as libpcap selects them too; others are the middle of one."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """Which messages of discovery are wanted, beside all those below UDP and TCP.

    Datagrams from or to some ports, and the beginnings of HTTP messages from or to some ports of TCP.
    """

    udp_from: Ports
    udp_to: Ports
    web: Ports


class Decoded(NamedTuple):
    """What a batch holds; no messages where none are wanted."""

    packets: Packets
    datagrams: Datagrams
    messages: Messages | None = None


def link_is_known(link: int) -> bool:
    """Say whether frames of this link type (libpcap's DLT number) can be decoded."""
    return link in LAYERS["link"]


def decode(frames: Frames, tcp: Ports, udp: Ports, discovery: Discovery | None = None) -> Decoded:
    """Decode the TCP segments from or to one of the ports ``tcp``, and the UDP datagrams from one of ``udp``.

    Where ``discovery`` says which are wanted, messages of discovery too.
    Source: the standards named in ``headers``.  What cannot be decoded is left out.
    """
    batch = Batch(frames)
    end = frames.offset + frames.length
    places = Places(np.arange(len(frames)), frames.offset, end, end)
    work = [Next("link", frames.link, places)]
    for _ in range(limits.LAYERS):
        work = [further for step in work for further in _step(batch, step)]
    segments, datagrams = _in_order(batch, batch.tcp, TCP), _in_order(batch, batch.udp, UDP)
    messages = _messages(batch, segments, datagrams, tcp, discovery) if discovery else None
    return Decoded(_packets(batch, segments, tcp), _datagrams(batch, datagrams, udp), messages)


def _step(batch: Batch, step: Next) -> Iterator[Next]:
    """Hand each place to the layer that its number names."""
    if not len(step.number):
        return
    rows = LAYERS[step.table]
    numbers = [int(step.number[0])] if (step.number == step.number[0]).all() else np.unique(step.number)
    for number in numbers:
        layer = rows.get(int(number))
        further = layer and layer(batch, step.places.take(step.number == number))
        if further:
            yield further


def _packets(batch: Batch, segments: Found, ports: Ports) -> Packets:
    """Gather the columns of the segments that matter."""
    places, header = segments
    places, header = _chosen(places, header, ports[header["source"]] | ports[header["destination"]])
    start = places.at + (header["offset_flags"] >> 12).astype(np.int64) * 4
    return Packets(
        **_common(batch, places, header, start, np.maximum(places.wire_end - start, 0)),
        sequence=header["sequence"].astype(np.int64),
        acknowledged=header["acknowledged"].astype(np.int64),
        flags=(header["offset_flags"] & 0x3F).astype(np.int64),
    )


def _datagrams(batch: Batch, datagrams: Found, ports: Ports) -> Datagrams:
    """Gather the columns of the datagrams that matter."""
    places, header = datagrams
    places, header = _chosen(places, header, ports[header["source"]])
    return Datagrams(**_common(batch, places, header, *_payload(places, header)))


def _payload(places: Places, header: npt.NDArray[np.void]) -> tuple[Ints, Ints]:
    """Return where the payload of datagrams begins and its length; behind the length in their header is padding."""
    start = places.at + UDP.itemsize
    told = header["length"].astype(np.int64)
    return start, np.where(told == 0, np.maximum(places.wire_end - start, 0), told - UDP.itemsize)


def _messages(batch: Batch, segments: Found, datagrams: Found, tcp: Ports, wanted: Discovery) -> Messages:
    """Gather the columns of all messages of discovery, in capture order."""
    parts = [*_link_messages(batch), *_udp_messages(batch, datagrams, wanted), *_web_messages(batch, segments, wanted)]
    parts += _opening_segments(batch, segments, tcp)
    columns = {name: np.concatenate([part[name] for part in parts]) for name in PER_MESSAGE}
    order = np.argsort(columns["frame"], kind="stable")
    return Messages(data=batch.frames.data, origins=batch.frames.origins, **{k: v[order] for k, v in columns.items()})


def _link_messages(batch: Batch) -> Iterator[dict[str, Any]]:
    """Give the messages below UDP and TCP; at least one part, that there is something to join."""
    nothing = np.empty(0, np.int64)
    for kind, places in [(0, Places(nothing, nothing, nothing, nothing)), *batch.messages]:
        header = np.zeros(len(places.at), PORTLESS)
        yield _part(batch, places, header, places.at, places.wire_end - places.at, same(kind, len(header)))


def _udp_messages(batch: Batch, datagrams: Found, wanted: Discovery) -> Iterator[dict[str, Any]]:
    places, header = datagrams
    sent = wanted.udp_from[header["source"]]
    places, header = _chosen(places, header, sent | wanted.udp_to[header["destination"]])
    port = np.where(wanted.udp_from[header["source"]], header["source"], header["destination"])
    yield _part(batch, places, header, *_payload(places, header), port.astype(np.int64) + UDP_PORT)


def _web_messages(batch: Batch, segments: Found, wanted: Discovery) -> Iterator[dict[str, Any]]:
    places, header = segments
    source = wanted.web[header["source"]]
    places, header = _chosen(places, header, source | wanted.web[header["destination"]])
    start = places.at + (header["offset_flags"] >> 12).astype(np.int64) * 4
    whole, words = start + 4 <= places.end, np.zeros(len(start), "S4")
    everywhere = np.ndarray((max(len(batch.frames.data) - 3, 0),), "S4", buffer=batch.frames.data, strides=(1,))
    words[whole] = everywhere[start[whole]]
    begins = np.isin(words, WEB_WORDS)
    places, header, start = places.take(begins), header[begins], start[begins]
    port = np.where(wanted.web[header["source"]], header["source"], header["destination"])
    kind = port.astype(np.int64) + TCP_PORT
    yield _part(batch, places, header, start, np.maximum(places.wire_end - start, 0), kind)


def _opening_segments(batch: Batch, segments: Found, ports: Ports) -> Iterator[dict[str, Any]]:
    """Give the headers of segments that open a connection to a mail port: how they do tells systems apart."""
    places, header = segments
    opens = (header["offset_flags"] & (SYN | ACK) == SYN) & ports[header["destination"]]
    places, header = places.take(opens), header[opens]
    size = (header["offset_flags"] >> 12).astype(np.int64) * 4
    yield _part(batch, places, header, places.at, size, same(TCP_PORT, len(header)))


def _part(
    batch: Batch, places: Places, header: npt.NDArray[np.void], start: Ints, length: Ints, kind: Ints
) -> dict[str, Any]:
    return _common(batch, places, header, start, length) | {"kind": kind}


def _common(batch: Batch, places: Places, header: npt.NDArray[np.void], start: Ints, length: Ints) -> dict[str, Any]:
    """Return the columns of ``Transport``."""
    order, frames = places.frame, batch.frames
    return {
        "data": frames.data,
        "frame": order,
        "time": frames.time[order],
        "origin": frames.origin[order],
        "origins": frames.origins,
        "mac": batch.mac[order],
        "vlan": batch.vlan[order],
        "hops": batch.hops[order],
        "source": batch.source[order],
        "destination": batch.destination[order],
        "source_port": header["source"].astype(np.int64),
        "destination_port": header["destination"].astype(np.int64),
        "start": start,
        "captured": np.clip(places.end - start, 0, length),
        "length": length,
    }


def _chosen(places: Places, header: npt.NDArray[np.void], wanted: Ports) -> Found:
    return (places, header) if wanted.all() else (places.take(wanted), header[wanted])


def _in_order(batch: Batch, found: list[Found], kind: np.dtype[np.void]) -> Found:
    """Join what several paths through the layers found, back into capture order."""
    if not found:
        nothing = np.empty(0, np.int64)
        header, places = batch.read(kind, Places(nothing, nothing, nothing, nothing))
        return places, header
    if len(found) == 1:
        return found[0]
    places = Places(*(np.concatenate(each) for each in zip(*map(_columns, found), strict=True)))
    header = np.concatenate([header for _, header in found])
    order = np.argsort(places.frame, kind="stable")
    places = Places(places.frame[order], places.at[order], places.end[order], places.wire_end[order])
    return places, header[order]


def _columns(found: Found) -> tuple[Ints, Ints, Ints, Ints]:
    places, _ = found
    return places.frame, places.at, places.end, places.wire_end
