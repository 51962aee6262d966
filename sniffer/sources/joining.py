"""Batches of several captures become one, in order of time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sniffer.model.frames import Frames, Origin


def trimmed(frames: Frames) -> Frames:
    """Return frames without the bytes of others."""
    first = int(frames.offset.min())
    last = int((frames.offset + frames.length).max())
    return replace(frames, data=frames.data[first:last], offset=frames.offset - first)


def in_order(frames: Frames) -> Frames:
    """Sort frames by time; those of equal time keep their order."""
    order = np.argsort(frames.time, kind="stable")
    columns = {name: getattr(frames, name)[order] for name in ("time", "offset", "length", "link", "origin")}
    return replace(frames, **columns)


def joined(parts: list[Frames]) -> Frames:
    """Join batches into one, one behind the other."""
    places = np.cumsum([0] + [len(part.data) for part in parts[:-1]])
    origins: dict[Origin, int] = {}
    for part in parts:
        for each in part.origins:
            origins.setdefault(each, len(origins))
    numbers = [np.array([origins[each] for each in part.origins]) for part in parts]
    return Frames(
        data=b"".join(part.data for part in parts),
        time=np.concatenate([part.time for part in parts]),
        offset=np.concatenate([part.offset + place for part, place in zip(parts, places, strict=True)]),
        length=np.concatenate([part.length for part in parts]),
        link=np.concatenate([part.link for part in parts]),
        origin=np.concatenate([number[part.origin] for part, number in zip(parts, numbers, strict=True)]),
        origins=tuple(origins),
    )
