"""The second pass: which frame of a capture shows a clue, counted from 1 as Wireshark counts.

Behind libpcap's filter frames have no numbers, so for what is shown to a person the capture is read again, whole.  A
number is given only to a frame that was read again and says the very thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from sniffer.decode import Discovery, decode, link_is_known
from sniffer.model.clues import BindingFact, ClueFact
from sniffer.model.findings import Evidence
from sniffer.model.frames import Frames
from sniffer.model.packets import Packets
from sniffer.pipeline.addresses import ip_text, mac_text
from sniffer.pipeline.clues import Clues
from sniffer.pipeline.follower import DISCOVERED, ports_of
from sniffer.protocols.smtp_grammar import command, text_of
from sniffer.sources.capture import Capture
from sniffer.sources.inputs import inputs
from sniffer.sources.problems import CaptureError

Flags = npt.NDArray[np.bool_]

HEARD_LATER = 60 * 1_000_000
"""Microseconds behind a session's start in which its EHLO is looked for."""


Thing = tuple[str, str, str]
"""What is said, as clues have it: source, field, value."""


def _thing(fact: ClueFact | BindingFact) -> Thing:
    if isinstance(fact, ClueFact):
        return fact.source, fact.field, fact.value
    return fact.source, "address", fact.ip


def numbered(
    paths: Iterable[tuple[str, Path]], evidence: Sequence[Evidence], ports: Sequence[int]
) -> tuple[Evidence, ...]:
    """Return clues with the numbers of the frames that show them first, as far as they are found."""
    found = dict.fromkeys(range(len(evidence)), 0)
    for source in inputs(list(paths), []):
        wanted = {place: each for place, each in enumerate(evidence) if each.file == source.name and not found[place]}
        if wanted and not source.stream:
            try:
                _search(Capture(source, lambda _: None, link_is_known), wanted, found, ports_of(ports))
            except CaptureError:
                continue  # the first pass has told of it
    return tuple(replace(each, frame=found[place] or None) for place, each in enumerate(evidence))


def _search(capture: Capture, wanted: dict[int, Evidence], found: dict[int, int], ports: Flags) -> None:
    """Look through one capture, frame by frame where the time of a clue has come."""
    before, last = 0, max(each.first_seen for each in wanted.values()) + HEARD_LATER
    discovery = Discovery(*map(ports_of, DISCOVERED))
    none = ports_of(())
    for frames in capture.batches():
        for place, each in [(place, each) for place, each in wanted.items() if not found[place]]:
            later = HEARD_LATER if each.source == "smtp" else 0
            near = (frames.time >= each.first_seen) & (frames.time <= each.first_seen + later)
            for index in np.nonzero(near)[0].tolist():
                if _shows(frames.part(index, index + 1), each, discovery, ports, none):
                    found[place] = before + index + 1
                    break
        before += len(frames)
        if int(frames.time.min()) > last or all(found[place] for place in wanted):
            return


def _shows(frame: Frames, clue: Evidence, discovery: Discovery, ports: Flags, none: Flags) -> bool:
    """Say whether a frame shows a clue."""
    segments, _, messages = decode(frame, ports, none, discovery)
    if clue.source in ("ethernet", "ip", "smtp"):
        return len(segments) > 0 and _segment_shows(segments, clue)
    facts: list[ClueFact | BindingFact] = []
    if messages is not None and len(messages):
        reader = Clues(facts.append)
        reader.feed("", messages)
        reader.finish()
    return (clue.source, clue.field, clue.value) in map(_thing, facts)


def _segment_shows(segments: Packets, clue: Evidence) -> bool:
    if clue.source == "ethernet":
        return mac_text(int(segments.mac[0])) == clue.value
    if clue.source == "ip":
        return ip_text(segments.source[0].astype(">u8").tobytes()) == clue.value
    start = int(segments.start[0])
    payload = segments.data[start : start + int(segments.captured[0])]
    said = command(payload.partition(b"\r\n")[0])
    return clue.source == "smtp" and said.verb in ("EHLO", "HELO") and text_of(said.argument) == clue.value
