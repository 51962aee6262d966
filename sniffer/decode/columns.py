"""A batch of frames becomes the columns of its TCP segments."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from sniffer.decode.headers import TCP
from sniffer.decode.layers import LAYERS, Batch, Next, Places
from sniffer.model import limits
from sniffer.model.frames import Frames, Ints
from sniffer.model.packets import Packets


def link_is_known(link: int) -> bool:
    """Say whether frames of this link type (libpcap's DLT number) can be decoded."""
    return link in LAYERS["link"]


def decode(frames: Frames, ports: npt.NDArray[np.bool_]) -> Packets:
    """Decode the TCP segments from or to one of ``ports`` (65,536 truth values).

    Source: the standards named in ``headers``.  What cannot be decoded is left out.
    """
    batch = Batch(frames)
    end = frames.offset + frames.length
    places = Places(np.arange(len(frames)), frames.offset, end, end)
    work = [Next("link", frames.link, places)]
    for _ in range(limits.LAYERS):
        work = [further for step in work for further in _step(batch, step)]
    return _packets(batch, ports)


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


def _packets(batch: Batch, ports: npt.NDArray[np.bool_]) -> Packets:
    """Gather the columns of the segments that matter, in capture order."""
    order, places, header = _in_order(batch)
    source, destination = header["source"].astype(np.int64), header["destination"].astype(np.int64)
    wanted = ports[source] | ports[destination]
    if not wanted.all():
        order, places, header = order[wanted], places.take(wanted), header[wanted]
        source, destination = source[wanted], destination[wanted]
    start = places.at + (header["offset_flags"] >> 12).astype(np.int64) * 4
    frames = batch.frames
    return Packets(
        data=frames.data,
        time=frames.time[order],
        origin=frames.origin[order],
        origins=frames.origins,
        mac=batch.mac[order],
        vlan=batch.vlan[order],
        hops=batch.hops[order],
        source=batch.source[order],
        destination=batch.destination[order],
        source_port=source,
        destination_port=destination,
        sequence=header["sequence"].astype(np.int64),
        acknowledged=header["acknowledged"].astype(np.int64),
        flags=(header["offset_flags"] & 0x3F).astype(np.int64),
        start=start,
        captured=np.maximum(places.end - start, 0),
        length=np.maximum(places.wire_end - start, 0),
    )


def _in_order(batch: Batch) -> tuple[Ints, Places, npt.NDArray[np.void]]:
    """Join what several paths through the layers found, back into capture order."""
    if not batch.tcp:
        nothing = np.empty(0, np.int64)
        empty = Places(nothing, nothing, nothing, nothing)
        header, _ = batch.read(TCP, empty)
        return nothing, empty, header
    if len(batch.tcp) == 1:
        places, header = batch.tcp[0]
        return places.frame, places, header
    places = Places(*(np.concatenate(each) for each in zip(*map(_columns, batch.tcp), strict=True)))
    header = np.concatenate([header for _, header in batch.tcp])
    order = np.argsort(places.frame, kind="stable")
    places = Places(places.frame[order], places.at[order], places.end[order], places.wire_end[order])
    return places.frame, places, header[order]


def _columns(found: tuple[Places, npt.NDArray[np.void]]) -> tuple[Ints, Ints, Ints, Ints]:
    places, _ = found
    return places.frame, places.at, places.end, places.wire_end
