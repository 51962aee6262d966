"""What a change does to a capture, and that it does nothing else (no root needed)."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("fcntl", reason="the lab is for Linux")

from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import Ether

from tests.expected import CAPTURES, expected_of
from tests.lab.cases import ALL, SCENES
from tests.lab.cases.damaged import AUTH, DAMAGED, LOGIN
from tests.lab.damage import (
    APPLICATION,
    HEADER,
    application,
    client_port,
    direction,
    far,
    late,
    lost,
    make,
    read,
    records,
    segment_of,
    swapped,
)
from tests.wire import Frame

RECORDED = CAPTURES / LOGIN / "capture.pcap"


@pytest.fixture(scope="module")
def frames() -> list[Frame]:
    """A recorded login."""
    return read(RECORDED)


def stream(frames: list[Frame], *, from_client: bool) -> dict[int, int]:
    """The bytes of a side by their sequence numbers."""
    found = (segment_of(frame, frames) for frame in frames)
    mine = [each for each in found if each and each.from_client is from_client]
    return {each.seq + at: octet for each in mine for at, octet in enumerate(each.payload)}


def test_records_are_found_in_both_directions(frames: list[Frame]) -> None:
    kinds = [each.kind for each in records(frames, from_client=True)]
    assert kinds.count(APPLICATION) >= 8
    record = application(frames, AUTH, from_client=True)
    assert record.end - record.start == HEADER + 12 + 17  # AUTH LOGIN, and what TLS 1.3 adds


def test_lost_bytes_and_no_others_are_gone(frames: list[Frame]) -> None:
    made = lost(AUTH, 10, 20)(frames)
    record = application(frames, AUTH, from_client=True)
    before, after = stream(frames, from_client=True), stream(made, from_client=True)
    assert before.keys() - after.keys() == set(range(record.start + 10, record.start + 20))
    assert after.items() <= before.items()
    assert stream(made, from_client=False) == stream(frames, from_client=False)


def test_swapped_segments_say_the_same_in_another_order(frames: list[Frame]) -> None:
    made = swapped(AUTH)(frames)
    assert len(made) == len(frames) + 1
    assert stream(made, from_client=True) == stream(frames, from_client=True)
    sequence = [each.seq for each in (segment_of(frame, made) for frame in made) if each and each.from_client]
    assert sequence != sorted(sequence)
    assert [frame.time_us for frame in made] == sorted(frame.time_us for frame in made)


@pytest.mark.parametrize("from_client", [False, True])
def test_a_late_direction_is_late_and_the_other_is_not(frames: list[Frame], from_client: bool) -> None:
    made = late(500_000, from_client=from_client)(frames)
    assert sorted(frame.data for frame in made) == sorted(frame.data for frame in frames)
    moved = {frame.data: frame.time_us for frame in made}
    for frame in frames:
        wait = 500_000 if direction(frame, frames) is from_client else 0
        assert moved[frame.data] - frame.time_us == wait


def test_a_server_far_away_answers_later(frames: list[Frame]) -> None:
    made = far(20_000)(frames)
    opened, answered = (next(f.time_us for f in made if flags(f) == wanted) for wanted in ("S", "SA"))
    assert 40_000 <= answered - opened < 60_000
    assert [frame.time_us for frame in made] == sorted(frame.time_us for frame in made)


def flags(frame: Frame) -> str:
    """The TCP flags of a frame."""
    packet = Ether(frame.data)
    return str(packet[TCP].flags) if TCP in packet else ""


def test_what_was_cut_is_sound(frames: list[Frame]) -> None:
    """Lengths and checksums are those of the new segment."""
    for frame in lost(AUTH, 10, 20)(frames):
        packet = Ether(frame.data)
        if TCP not in packet or packet[TCP].sport != client_port(frames):
            continue
        told = packet[IP].chksum, packet[TCP].chksum
        del packet[IP].chksum, packet[TCP].chksum
        again = Ether(bytes(packet))
        assert (again[IP].chksum, again[TCP].chksum) == told


def test_a_label_is_that_of_the_capture_it_was_made_from(tmp_path: Path) -> None:
    source = expected_of(CAPTURES / LOGIN)
    told = make(DAMAGED["starttls/lost-header"], CAPTURES, tmp_path)
    assert [each["hidden"] for each in told["sessions"]] == [each["hidden"] for each in source["sessions"]]
    assert [each["demanded"] for each in told["sessions"]] == [[]]
    assert LOGIN in told["origin"]
    assert make(DAMAGED["starttls/swapped-segments"], CAPTURES, tmp_path)["sessions"] == source["sessions"]


def test_all_are_made_from_recorded_ones() -> None:
    assert {each.source for each in DAMAGED.values()} <= {*ALL, *SCENES}
