"""A batch of frames becomes the columns of its TCP segments and UDP datagrams."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from sniffer.decode.headers import TCP, UDP
from sniffer.decode.layers import LAYERS, Batch, Found, Next, Places
from sniffer.model import limits
from sniffer.model.frames import Frames, Ints
from sniffer.model.packets import Datagrams, Packets

Ports = npt.NDArray[np.bool_]
"""65,536 truth values."""


def link_is_known(link: int) -> bool:
    """Say whether frames of this link type (libpcap's DLT number) can be decoded."""
    return link in LAYERS["link"]


def decode(frames: Frames, tcp: Ports, udp: Ports) -> tuple[Packets, Datagrams]:
    """Decode the TCP segments from or to one of the ports ``tcp``, and the UDP datagrams from one of ``udp``.

    Source: the standards named in ``headers``.  What cannot be decoded is left out.
    """
    batch = Batch(frames)
    end = frames.offset + frames.length
    places = Places(np.arange(len(frames)), frames.offset, end, end)
    work = [Next("link", frames.link, places)]
    for _ in range(limits.LAYERS):
        work = [further for step in work for further in _step(batch, step)]
    return _packets(batch, tcp), _datagrams(batch, udp)


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


def _packets(batch: Batch, ports: Ports) -> Packets:
    """Gather the columns of the segments that matter."""
    places, header = _in_order(batch, batch.tcp, TCP)
    places, header = _chosen(places, header, ports[header["source"]] | ports[header["destination"]])
    start = places.at + (header["offset_flags"] >> 12).astype(np.int64) * 4
    return Packets(
        **_common(batch, places, header, start, np.maximum(places.wire_end - start, 0)),
        sequence=header["sequence"].astype(np.int64),
        acknowledged=header["acknowledged"].astype(np.int64),
        flags=(header["offset_flags"] & 0x3F).astype(np.int64),
    )


def _datagrams(batch: Batch, ports: Ports) -> Datagrams:
    """Gather the columns of the datagrams that matter; behind the length in their header is padding."""
    places, header = _in_order(batch, batch.udp, UDP)
    places, header = _chosen(places, header, ports[header["source"]])
    start = places.at + UDP.itemsize
    told = header["length"].astype(np.int64)
    length = np.where(told == 0, np.maximum(places.wire_end - start, 0), told - UDP.itemsize)
    return Datagrams(**_common(batch, places, header, start, length))


def _common(batch: Batch, places: Places, header: npt.NDArray[np.void], start: Ints, length: Ints) -> dict[str, Any]:
    """Return the columns of ``Transport``."""
    order, frames = places.frame, batch.frames
    return {
        "data": frames.data,
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
