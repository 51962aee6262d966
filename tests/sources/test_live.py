"""Interfaces without interfaces: whatever libpcap and the kernel say, no frame is lost, and errors say what is next."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.decode import link_is_known
from sniffer.model import limits
from sniffer.model.frames import Frames, Origin
from sniffer.sources import bpf, link_state, live
from sniffer.sources.live import Listening, LiveReader
from sniffer.sources.problems import CaptureError
from tests.sources.facts import office
from tests.sources.live_fakes import WENT_DOWN, Clock, FakePcapy, FakeReader, FakeState, batch, seen
from tests.wire import Frame

OFFICE = office()
START, END = OFFICE[0].time_us, OFFICE[-1].time_us
ORIGIN = Origin("default", None, "span0")


@pytest.fixture(scope="module")
def wire() -> Iterator[int]:
    """A descriptor that never becomes readable."""
    ends = os.pipe()
    yield ends[0]
    for each in ends:
        os.close(each)


def opened(module: FakePcapy, **more: Any) -> tuple[LiveReader, FakeState]:
    """A reader of an interface that ``module`` makes up, and what the kernel thinks of that."""
    state = FakeState()
    with (
        patch("sniffer.sources.libpcap_live.pcapy", module),
        patch("sniffer.sources.libpcap.available", lambda: True),
        patch.object(live, "LinkState", lambda _: state),
        patch("sniffer.sources.link_state.mtu", lambda _: 1500),
    ):
        return LiveReader("span0", lambda link: bpf.selection((587,), link), link_is_known, ORIGIN, **more), state


def all_of(module: FakePcapy, reader: LiveReader) -> list[Frames]:
    """Everything it gives, until it gives nothing and the script is over."""
    found = []
    with patch("sniffer.sources.libpcap_live.pcapy", module):
        while (frames := reader.batch()) or module.script:
            found += [frames] if frames else []
    return found


def told(frames: list[Frame], interface: str = "span0") -> list[tuple[int, bytes, str]]:
    """Frames as ``seen`` gives them."""
    return [(each.time_us, each.data, interface) for each in frames]


@given(st.lists(st.integers(1, 50), max_size=60), st.integers(1, 40))
def test_where_batches_end_never_shows(cuts: list[int], most: int) -> None:
    module = FakePcapy(OFFICE, cuts)
    with patch.object(limits, "LIVE_BATCH_FRAMES", most):
        reader, _ = opened(module)
        found = all_of(module, reader)
    assert seen(found) == told(OFFICE)
    assert {int(link) for each in found for link in each.link} == {1}
    health = reader.health()
    assert (health.frames, health.octets) == (len(OFFICE), sum(len(each.data) for each in OFFICE))


@given(st.sets(st.integers(0, len(OFFICE)), max_size=5))
def test_an_interface_that_goes_down_loses_no_frame_that_was_captured(places: set[int]) -> None:
    script: list[Frame | str] = list(OFFICE)
    for place in sorted(places, reverse=True):
        script.insert(place, WENT_DOWN)
    module = FakePcapy(script)
    reader, _ = opened(module)
    assert seen(all_of(module, reader)) == told(OFFICE)
    assert (reader.health().downs, reader.health().up, reader.health().gone) == (len(places), True, None)


def test_an_interface_that_is_gone_says_so_once() -> None:
    module = FakePcapy([*OFFICE[:2], WENT_DOWN, OFFICE[2]], [2, 0])
    reader, state = opened(module)
    clock = Clock(START)
    with patch("sniffer.sources.libpcap_live.pcapy", module), patch.object(live, "time", clock):
        assert reader.batch() is not None
        state.now = (False, True)
        assert [reader.batch(), reader.batch()] == [None, None]
        assert seen([batch for batch in [reader.batch()] if batch]) == told(OFFICE[2:3])  # of the kernel's last block
        clock.sleep(limits.SIDES_LATE / 1_000_000)
        with pytest.raises(CaptureError, match=r"span0: gives nothing any more \(it was taken away\).*start again"):
            reader.batch()
        assert reader.batch() is None
    assert module.handles[-1].closed
    assert (reader.open, reader.fileno(), reader.more) == (False, -1, False)
    assert (reader.health().gone, reader.health().frames) == ("it was taken away", 3)
    reader.close()


def test_one_that_vanished_while_it_was_down_is_gone_too() -> None:
    """Then the kernel says nothing at all."""
    reader, state = opened(module := FakePcapy())
    state.now = (False, True)
    clock = Clock(START)
    with patch("sniffer.sources.libpcap_live.pcapy", module), patch.object(live, "time", clock):
        assert reader.batch() is None
        clock.sleep(limits.SIDES_LATE / 1_000_000)
        with pytest.raises(CaptureError, match="taken away"):
            reader.batch()


def test_what_fails_again_and_again_is_given_up_with_the_systems_words() -> None:
    module = FakePcapy(["Bad address"] * limits.READING_ERRORS)
    reader, _ = opened(module)
    with pytest.raises(CaptureError, match="Bad address"):
        all_of(module, reader)


def test_counters_of_32_bits_go_round() -> None:
    high = (1 << 32) - 10
    reader, _ = opened(FakePcapy(stats=[(high, 5, 0), (20, 7, 1)]))
    health = reader.health()
    assert (health.received, health.dropped) == (high + 30, 7)


def test_what_the_card_lost_is_not_what_nobody_else_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Libpcap's third number grows for frames that we were given, too: on a span of tagged traffic for all."""
    monkeypatch.setattr(link_state, "STATISTICS", f"{tmp_path}/{{}}-{{}}")
    for name, count in (("rx_dropped", 208), ("rx_missed_errors", 5), ("rx_fifo_errors", 2)):
        (tmp_path / f"span0-{name}").write_text(f"{count}\n")
    reader, _ = opened(FakePcapy(stats=[(10, 0, 0), (20, 0, 208)]))
    assert reader.health().dropped_before == 0
    (tmp_path / "span0-rx_missed_errors").write_text("8\n")
    assert reader.health().dropped_before == 3


def test_frames_that_no_wire_carries_are_counted() -> None:
    frames = [Frame(each, bytes(size)) for each, size in enumerate((1514, 1600, 1601, 9000, limits.FRAME_BYTES))]
    module = FakePcapy(frames)
    reader, _ = opened(module)
    all_of(module, reader)
    assert (reader.health().giants, reader.health().cut) == (3, 1)


REFUSALS = [
    (-5, "there is no such interface", "'sniffer interfaces' says more"),
    (-8, "we may not capture on it", "CAP_NET_RAW"),
    (-11, "we may not capture on it", "CAP_NET_RAW"),
    (-1, "cannot be opened", "what does 'tcpdump -i span0' say?"),
]


@pytest.mark.parametrize(("status", "problem", "advice"), REFUSALS)
def test_what_cannot_be_opened_says_what_to_do(status: int, problem: str, advice: str) -> None:
    with pytest.raises(CaptureError) as caught:
        opened(module := FakePcapy(activate=lambda _: status))
    assert (caught.value.name, caught.value.problem) == ("span0", problem)
    assert advice in caught.value.advice
    assert all(each.closed for each in module.handles)


def test_a_link_type_that_is_not_decoded_is_refused() -> None:
    with pytest.raises(CaptureError, match=r"link type 127 \(IEEE 802.11 with radiotap\), which is not decoded; "):
        opened(module := FakePcapy(link=127))
    assert module.handles[-1].closed


def test_a_name_that_no_interface_has_brings_the_nearest_to_mind() -> None:
    with (
        patch("socket.if_nameindex", lambda: [(1, "lo"), (2, "enp3s0")]),
        pytest.raises(CaptureError, match="enp3so: there is no such interface; did you mean enp3s0"),
    ):
        LiveReader("enp3so", lambda _: None, link_is_known, ORIGIN)


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 99, "no such", "\x1b[31m"])
def test_a_name_that_cannot_be_is_no_interface(name: str) -> None:
    with pytest.raises(CaptureError, match="there is no such interface"):
        LiveReader(name, lambda _: None, link_is_known, ORIGIN)


def test_a_smaller_buffer_is_taken_where_there_is_no_room() -> None:
    room = limits.KERNEL_BUFFER_LEAST * 3
    reader, _ = opened(module := FakePcapy(activate=lambda size: 0 if size <= room else -1), buffer_bytes=room * 4)
    assert module.handles[-1].settings["set_buffer_size"] <= room
    assert 0 < reader.pause < limits.READING_PAUSE / 1_000_000 / 8


def test_the_kernel_selects_unless_it_cannot() -> None:
    reader, _ = opened(module := FakePcapy())
    assert module.handles[-1].filter == bpf.selection((587,), 1)
    assert reader.notes == ()
    reader, _ = opened(FakePcapy(refuses_filter=True))
    assert reader.notes == (live.UNFILTERED,)


def test_it_is_opened_as_wanted() -> None:
    _, _ = opened(module := FakePcapy(), promiscuous=False, buffer_bytes=7_000_000)
    wanted = {"set_snaplen": 262_144, "set_promisc": 0, "set_buffer_size": 7_000_000, "setnonblock": 1}
    assert module.handles[-1].settings.items() >= wanted.items()


def arrivals(frames: list[Frame], interface: str, gaps: Iterator[int]) -> list[tuple[int, Frames]]:
    """Batches as the kernel gives them: what was captured since the last one, when it hands over the next."""
    found, at = [], START
    while frames:
        at += next(gaps)
        now = [each for each in frames if each.time_us <= at]
        frames = frames[len(now) :]
        if now:
            found.append((at, batch(now, Origin("default", None, interface))))
    return found


@given(st.data())
def test_several_interfaces_are_heard_in_order_of_time(wire: int, data: st.DataObject) -> None:
    """Any frame on any interface, in any batches, each of them late by what the kernel may take."""
    count = data.draw(st.integers(2, 3))
    places = data.draw(st.lists(st.integers(0, count - 1), min_size=len(OFFICE), max_size=len(OFFICE)))
    gaps = cycle(data.draw(st.lists(st.integers(100, limits.SIDES_LATE - 1), min_size=1, max_size=20)))
    clock = Clock(START)
    coming = {
        f"span{number}": arrivals(
            [frame for frame, place in zip(OFFICE, places, strict=True) if place == number], f"span{number}", gaps
        )
        for number in range(count)
    }
    listening = Listening([FakeReader(name, clock, batches, wire) for name, batches in coming.items()])
    found: list[Frames] = []
    with patch.object(live, "time", clock):
        while clock.now < END:
            clock.now += data.draw(st.sampled_from([1000, 50_000, 300_000]))
            found += listening.wait(0)
        found += listening.rest()
    times = [time for time, _, _ in seen(found)]
    assert times == sorted(times)
    sent = [each for batches in coming.values() for each in seen([frames for _, frames in batches])]
    assert sorted(seen(found)) == sorted(sent)


def test_nothing_waits_longer_than_it_must(wire: int) -> None:
    clock = Clock(START + limits.SIDES_LATE + 1)
    here = [(START, batch(OFFICE[:1], ORIGIN)), (START, batch(OFFICE[1:2], ORIGIN))]
    one, two = FakeReader("span0", clock, here, wire), FakeReader("span1", clock, [], wire)
    with patch.object(live, "time", clock):
        assert len(Listening([one]).wait(0)) == 1
        assert Listening([one, two]).wait(0) == []
        listening = Listening([FakeReader("span0", clock, [(START, batch(OFFICE[:1], ORIGIN))], wire), two])
        assert seen(listening.wait(0)) == told(OFFICE[:1])


@pytest.mark.parametrize("of", ["clock", "bytes"])
def test_order_gives_way_to_memory_and_to_a_clock_that_is_set_back(wire: int, of: str) -> None:
    clock = Clock(START - (1_000_000_000 if of == "clock" else 0))
    one = FakeReader("span0", clock, [(0, batch(OFFICE[:3], ORIGIN))], wire)
    listening = Listening([one, FakeReader("span1", clock, [], wire)])
    with patch.object(live, "time", clock), patch.object(limits, "SIDES_BYTES", 1 if of == "bytes" else 1 << 40):
        assert seen(listening.wait(0)) == told(OFFICE[:3])


def test_one_that_is_gone_does_not_stop_the_others(wire: int) -> None:
    gone, state = opened(module := FakePcapy())
    state.now = (False, True)
    clock = Clock(START)
    other = FakeReader("span1", clock, [(START, batch(OFFICE[:3], ORIGIN))], wire)
    listening = Listening([gone, other])
    with patch.object(live, "time", clock), patch("sniffer.sources.libpcap_live.pcapy", module):
        found = [*listening.wait(0), *listening.rest()]  # which waits for the last block
    assert seen(found) == told(OFFICE[:3])
    assert [problem.name for problem in listening.problems] == ["span0"]
    assert listening.open
    assert [each.gone for each in (gone.health(),)] == ["it was taken away"]


def test_frames_of_an_interface_that_come_out_of_order_are_put_in_order(wire: int) -> None:
    """Each of a machine's processors takes frames from the card, and they meet in one buffer."""
    clock = Clock(START + limits.SIDES_LATE * 4)
    coming = [(START, batch(list(reversed(OFFICE[:9])), ORIGIN))]
    with patch.object(live, "time", clock):
        assert seen(Listening([FakeReader("span0", clock, coming, wire)]).wait(0)) == told(OFFICE[:9])
        others = [FakeReader("span0", clock, coming, wire), FakeReader("span1", clock, [], wire)]
        assert seen(Listening(others).wait(0)) == told(OFFICE[:9])


def test_a_wake_up_ends_the_waiting(wire: int) -> None:
    asleep, awake = os.pipe()
    os.write(awake, b"!")
    listening = Listening([FakeReader("span0", Clock(START), [], wire)], wake=asleep)
    assert listening.wait(3600) == []
    os.close(asleep)
    os.close(awake)
