"""Listen to interfaces until SIGTERM, then say as JSON what was heard; `--scapy` without libpcap."""

from __future__ import annotations

import json
import signal
import sys
from typing import Any

import msgspec

from sniffer.decode import link_is_known
from sniffer.model.frames import Frames, Origin
from sniffer.sources import bpf
from sniffer.sources.live import Listening, LiveReader
from sniffer.sources.problems import CaptureError

PORTS = (25, 465, 587, 2525)


def select(link: int) -> str:
    """Return the program's own selection, of mail."""
    return bpf.selection(PORTS, link)


def heard(batches: list[Frames]) -> list[tuple[int, str, str | None]]:
    """Return the frames: time, octets, interface."""
    return [
        (int(each.time[place]), each.frame(place).hex(), each.origins[int(each.origin[place])].interface)
        for each in batches
        for place in range(len(each))
    ]


def main(words: list[str]) -> dict[str, Any]:
    """Listen; the words are interfaces."""
    stop: list[int] = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
    scapy = "--scapy" in words
    names = [word for word in words if word != "--scapy"]
    try:
        readers = [LiveReader(name, select, link_is_known, Origin("lab", None, name), scapy=scapy) for name in names]
    except CaptureError as error:
        return {"error": str(error)}
    listening = Listening(readers)
    print("listening on", *names, file=sys.stderr, flush=True)
    found: list[Frames] = []
    while not stop and listening.open:
        found += listening.wait(0.2)
    found += listening.rest()
    return {
        "frames": heard(found),
        "links": [reader.link for reader in readers],
        "notes": [note for reader in readers for note in reader.notes],
        "health": msgspec.to_builtins(listening.health()),
        "problems": [str(problem) for problem in listening.problems],
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
