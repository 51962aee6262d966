"""How a capture is divided into files and batches, and in which order they are named, never shows."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.model import limits
from sniffer.pipeline import Settings
from tests.capture_files import encode_pcap, encode_pcapng
from tests.sources.facts import facts, facts_and_problems, office
from tests.wire import Frame

OFFICE = office()


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for one example."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@contextmanager
def batches(frames: int, size: int) -> Iterator[None]:
    """Read in batches of about so many frames and bytes."""
    with (
        patch.object(limits, "BATCH_FRAMES", frames),
        patch.object(limits, "BATCH_FRAMES_UNMEASURED", frames),
        patch.object(limits, "BATCH_BYTES", size),
        patch("sniffer.sources.libpcap._ask", lambda _: frames),
    ):
        yield


def write(path: Path, frames: list[Frame], *, ng: bool = False) -> Path:
    """A capture of frames, in either format."""
    path.write_bytes((encode_pcapng if ng else encode_pcap)(frames))
    return path


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    """The sessions of the whole."""
    found: list[object] = list(facts(write(tmp_path_factory.mktemp("whole") / "whole.pcap", OFFICE)))
    assert len(found) == 12
    return found


@given(st.integers(1, 300), st.sampled_from([200, 2000, 10_000_000]), st.booleans())
def test_the_size_of_batches(wanted: list[object], frames: int, size: int, scapy: bool) -> None:
    with folder() as here, batches(frames, size):
        assert facts(write(here / "whole.pcap", OFFICE), settings=Settings(scapy=scapy)) == wanted


@given(st.data())
def test_files_that_follow_each_other(wanted: list[object], data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, len(OFFICE) - 1), max_size=6)))
    bounds = [0, *cuts, len(OFFICE)]
    with folder() as here, batches(data.draw(st.integers(1, 100)), 10_000_000):
        parts = [
            write(here / f"{number}.pcap", OFFICE[first:last], ng=data.draw(st.booleans()))
            for number, (first, last) in enumerate(pairwise(bounds))
        ]
        assert facts(*data.draw(st.permutations(parts))) == wanted


@given(st.data())
def test_files_that_overlap(wanted: list[object], data: st.DataObject) -> None:
    """Any frame in any file, as taps, interfaces and mirrors divide them."""
    count = data.draw(st.integers(2, 4))
    places = data.draw(st.lists(st.integers(0, count - 1), min_size=len(OFFICE), max_size=len(OFFICE)))
    with folder() as here, batches(data.draw(st.integers(1, 100)), 10_000_000):
        parts = [
            write(
                here / f"{number}.pcap", [frame for frame, place in zip(OFFICE, places, strict=True) if place == number]
            )
            for number in range(count)
        ]
        assert facts(*data.draw(st.permutations(parts))) == wanted


def test_the_two_directions_of_a_tap(tmp_path: Path, wanted: list[object]) -> None:
    to_server = [frame for frame in OFFICE if frame.data[:6] == bytes.fromhex("005056000002")]
    to_client = [frame for frame in OFFICE if frame not in to_server]
    assert to_server
    assert to_client
    paths = [write(tmp_path / "a.pcap", to_server), write(tmp_path / "b.pcap", to_client)]
    assert facts(*paths) == facts(*reversed(paths)) == wanted


@given(st.data())
def test_files_with_equal_times(data: st.DataObject) -> None:
    """A coarse clock: the frames of both directions have the same times, and still nothing shows."""
    coarse = [Frame(frame.time_us // 10_000 * 10_000, frame.data, frame.network) for frame in OFFICE]
    to_server = [frame for frame in coarse if frame.data[:6] == bytes.fromhex("005056000002")]
    to_client = [frame for frame in coarse if frame.data[:6] != bytes.fromhex("005056000002")]
    with folder() as here:
        paths = [write(here / "a.pcap", to_server), write(here / "b.pcap", to_client)]
        with batches(10_000, 10_000_000):
            whole = facts(*paths)
        with batches(data.draw(st.integers(1, 60)), 10_000_000):
            assert facts(*data.draw(st.permutations(paths))) == whole


def test_more_files_than_may_be_open_at_once(tmp_path: Path, wanted: list[object]) -> None:
    paths = [write(tmp_path / f"{number:03}.pcap", OFFICE[number::8]) for number in range(8)]
    with patch.object(limits, "OPEN_FILES", 8):
        assert facts(*paths) == wanted
    with patch.object(limits, "OPEN_FILES", 3):
        _, problems = facts_and_problems([("default", path) for path in paths])
    assert [problem.advice for problem in problems] == ["give each capture point a --sensor of its own"]


def test_a_folder_is_its_files(tmp_path: Path, wanted: list[object]) -> None:
    (tmp_path / "deep").mkdir()
    write(tmp_path / "z.pcap", OFFICE[:50])
    write(tmp_path / "deep" / "a.pcap", OFFICE[50:])
    assert facts(tmp_path) == wanted


def test_sharing_the_work_does_not_show(tmp_path: Path, wanted: list[object]) -> None:
    path = write(tmp_path / "whole.pcap", OFFICE)
    for count in (1, 2, 3):
        assert facts(path, settings=Settings(processes=count)) == wanted
