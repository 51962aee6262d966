"""Several processes find what one finds, and libpcap selects a share as the columns do."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from sniffer.decode import decode
from sniffer.model import limits
from sniffer.model.facts import SessionFact
from sniffer.model.frames import Frames
from sniffer.model.packets import Packets
from sniffer.pipeline import DEFAULT_PORTS, Settings, gather
from sniffer.pipeline.shares import Worker, processes
from sniffer.sources.bpf import Share, selection
from sniffer.sources.capture import Capture
from sniffer.sources.inputs import inputs
from tests.capture_files import write_pcap
from tests.datagrams import told
from tests.frames import NO_PORTS
from tests.wire import Conversation, Frame, merge

PORTS = np.zeros(65_536, np.bool_)
PORTS[list(DEFAULT_PORTS)] = True


def talk(number: int) -> list[Frame]:
    """One session of many: IPv4 and IPv6, plain and tagged, with clients' usual even ports."""
    six = number % 3 == 0
    said = Conversation(
        client=f"2001:db8::{number + 16:x}" if six else f"10.0.3.{number + 16}",
        server="2001:db8::2" if six else "10.0.3.2",
        client_port=32_768 + 2 * number,
        client_isn=number * 7919,
        start=1_795_000_000 + number * 0.003,
    )
    said.open()
    said.dialogue(
        "S: 220 mail.example.org\nC: EHLO scanner\nS: 250-mail.example.org\nS: 250 AUTH LOGIN\nC: QUIT\nS: 221"
    )
    said.close()
    extensions = ("hop-by-hop",) if six and number % 2 else ()
    return said.frames(vlan=(10,) * (number % 4 % 3), extensions=extensions)


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """Forty sessions, interleaved."""
    path = tmp_path / "many.pcap"
    write_pcap(path, merge(*map(talk, range(40))))
    return path


def facts(path: Path, processes: int) -> tuple[list[SessionFact], int, list[tuple[str, int, int]]]:
    """What so many processes gather: sessions, frames selected, listening intervals."""
    found = gather([("default", path)], Settings(processes=processes))
    return list(found.spool.sessions()), found.counts.frames_selected, found.counts.listening


@pytest.mark.parametrize("processes", [2, 4])
def test_several_processes_find_what_one_finds(capture: Path, processes: int) -> None:
    alone = facts(capture, 1)
    assert len(alone[0]) == 40
    assert facts(capture, processes) == alone


def test_a_process_that_dies_loses_nothing(capture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = facts(capture, 1)
    started = Worker.__init__

    def killed(worker: Worker, *arguments: object) -> None:
        started(worker, *arguments)  # type: ignore[arg-type]
        worker._process.kill()

    monkeypatch.setattr(Worker, "__init__", killed)
    assert facts(capture, 2) == alone


def test_dns_answers_are_not_work_to_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SHARED_BYTES", 1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    counts = {}
    for name, frames in (("mail", talk(1)), ("dns", [told("mail.example.org", "10.0.3.2")] * 20)):
        write_pcap(tmp_path / f"{name}.pcap", frames)
        counts[name] = processes(inputs([("default", tmp_path / f"{name}.pcap")], []), Settings())
    assert counts == {"mail": 2, "dns": 1}


def segments(frames: Frames) -> Packets:
    """The segments of mail in frames."""
    return decode(frames, PORTS, NO_PORTS)[0]


def selected(path: Path, share: Share) -> list[Frames]:
    """The frames of a share, as libpcap selects them."""
    source = inputs([("default", path)], [])[0]
    return list(Capture(source, lambda link: selection(DEFAULT_PORTS, link, share), lambda _: True).batches())


def test_libpcap_selects_a_share_as_the_columns_do(capture: Path) -> None:
    (everything,) = selected(capture, Share())
    sizes = []
    for number in range(4):
        share = Share(number, 4)
        packets = segments(everything)
        mine = packets.take(share.holds(packets.source_port + packets.destination_port))
        chosen = [segments(frames) for frames in selected(capture, share)]
        passed = sum(int(share.holds(each.source_port + each.destination_port).sum()) for each in chosen)
        assert passed == len(mine)
        sizes.append(len(mine))
    assert sum(sizes) == len(everything)
    assert min(sizes) > len(everything) / 8  # even client ports spread too
