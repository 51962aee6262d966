"""The program listens and sends nothing: no DNS question, no ARP, nothing, whatever it reads."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

pytest.importorskip("fcntl", reason="the lab is for Linux")

from tests.lab import record
from tests.lab.devices.reading import DEVICES
from tests.lab.devices.wires import read
from tests.lab.namespaces import BRIDGE, LAB, LEG, Host, inside, network, run
from tests.lab.tcpdump import recording

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(bool(record.missing()), reason=record.missing() or ""),
]

FLAT = DEVICES / "s01-flat" / "capture.pcap"
OBSERVER = Host("observer", "10.9.0.99/16", "02:00:00:00:00:99", gateway="10.9.0.1", resolver="10.9.0.1")
"""It has a way out and a resolver: who wanted to ask would ask."""


@contextmanager
def observed(tmp_path: Path) -> Iterator[list[Path]]:
    """An observer's machine, with all that leaves it recorded, on its interface and on `lo`."""
    spans = [tmp_path / "out.pcap", tmp_path / "lo.pcap"]
    with network() as net, ExitStack() as sensors:
        net.join(OBSERVER)
        for path, interface in zip(spans, (LEG, "lo"), strict=True):
            sensors.enter_context(recording(path, "", (interface,), OBSERVER.namespace))
        yield spans


def sniffer(*arguments: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    """The program, run on the observer's machine."""
    argv = inside(OBSERVER.namespace, [sys.executable, "-m", "sniffer", *arguments])
    return subprocess.run(argv, capture_output=True, text=True, timeout=seconds, check=False)


def test_the_recording_would_hear_it(tmp_path: Path) -> None:
    with observed(tmp_path) as spans:
        run(*inside(OBSERVER.namespace, ["getent", "hosts", "printer.example.org"]), check=False)
        run(*inside(OBSERVER.namespace, ["ping", "-c", "1", "-W", "1", "127.0.0.1"]), check=False)
    assert all(read(path) for path in spans)


@pytest.mark.parametrize(
    "words",
    [
        ("triage", str(FLAT), "--view", "sessions", "--format", "json"),
        ("triage", str(FLAT), "--view", "devices", "--format", "json"),
        ("triage", str(FLAT)),
        ("explain", str(FLAT), "--device", "10.1.0.51"),
    ],
    ids=" ".join,
)
def test_reading_a_capture_sends_nothing(words: Sequence[str], tmp_path: Path) -> None:
    with observed(tmp_path) as spans:
        done = sniffer(*words)
    assert "Traceback" not in done.stderr
    assert [len(read(path)) for path in spans] == [0, 0]


def test_listening_sends_nothing(tmp_path: Path) -> None:
    """What it hears while others speak is theirs; its own card says not a word."""
    live = f"timeout 5 tcpdump -i {LEG} -n -U -w - | {sys.executable} -m sniffer triage - --format json"
    with observed(tmp_path) as spans:
        argv = inside(OBSERVER.namespace, ["sh", "-c", live])
        with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            time.sleep(2)
            replay(FLAT)
            told, said = process.communicate(timeout=30)
    assert "Traceback" not in said
    assert json.loads(told)["devices"]
    heard = [frame.data for frame in read(spans[0])]
    assert len(heard) > 100
    mine = bytes.fromhex(OBSERVER.mac.replace(":", ""))
    assert [data for data in heard if data[6:12] == mine] == []
    assert read(spans[1]) == []


@pytest.mark.parametrize("interface", [LEG, "any"])
def test_capturing_sends_nothing(interface: str, tmp_path: Path) -> None:
    """Neither when it begins, nor while it listens and judges, nor at its end."""
    words = ["-m", "sniffer", "capture", "-i", interface, "--duration", "8s", "--format", "json"]
    with observed(tmp_path) as spans:
        argv = inside(OBSERVER.namespace, [sys.executable, *words])
        with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            time.sleep(3)
            replay(FLAT)
            told, said = process.communicate(timeout=60)
    assert "Traceback" not in said
    assert json.loads(told)["devices"]
    heard = [frame.data for frame in read(spans[0])]
    assert len(heard) > 100
    mine = bytes.fromhex(OBSERVER.mac.replace(":", ""))
    assert [data for data in heard if data[6:12] == mine] == []
    assert read(spans[1]) == []


def replay(path: Path) -> None:
    """Send the frames of a capture into the switch, as fast as they go."""
    program = (
        "import socket, sys; from pathlib import Path; from tests.lab.devices.wires import read; "
        "s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind((sys.argv[1], 0)); "
        "[s.send(each.data) for each in read(Path(sys.argv[2])) if len(each.data) <= 1514]"
    )
    root = str(Path(__file__).resolve().parents[2])
    run(*inside(LAB, ["env", f"PYTHONPATH={root}", sys.executable, "-c", program, BRIDGE, str(path)]))
