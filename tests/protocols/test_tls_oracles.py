"""Fingerprints of all captures against other programs: JA3 of tshark, JA4 of ja4plus."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from scapy.layers.inet import TCP
from scapy.utils import PcapReader

from sniffer.model.facts import TlsFact
from tests.expected import capture_of, cases
from tests.sources.facts import facts

pytestmark = pytest.mark.lab

HIDDEN_HELLOS = {"implicit-to-587", "late-commands"}
"""Cases in which tshark takes TLS for what an SMTP client says: nobody asked for it, or it is captured too early."""

CUT_HELLOS = {"hello-in-records"}
"""Cases whose ClientHello lies in several records, of which ja4plus reads the first."""


def without(names: set[str]) -> list[Path]:
    """The cases, less those that the other program reads otherwise."""
    return [case for case in cases() if case.name not in names]


def ours(capture: Path) -> dict[int, TlsFact]:
    """Handshakes whose ClientHello we read."""
    return {each.client_port: each.tls for each in facts(capture) if each.tls is not None and each.tls.ja4}


def tshark(capture: Path) -> Iterator[tuple[int, str]]:
    """JA3 as tshark works it out, last hello first."""
    fields = ["-T", "fields", "-e", "tcp.srcport", "-e", "tls.handshake.ja3"]
    command = ["tshark", "-r", str(capture), "-2", "-Y", "tls.handshake.type==1", *fields]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for line in reversed(done.stdout.splitlines()):
        port, ja3 = line.split("\t")
        yield int(port), ja3


def ja4plus(capture: Path) -> Iterator[tuple[int, str]]:
    """JA4 as ja4plus works it out, last hello first."""
    fingerprinters = pytest.importorskip("ja4plus.fingerprinters.ja4")
    fingerprinter = fingerprinters.JA4Fingerprinter()
    with PcapReader(str(capture)) as packets:
        found = [(packet[TCP].sport, fingerprinter.process_packet(packet)) for packet in packets if TCP in packet]
    return ((port, ja4) for port, ja4 in reversed(found) if ja4)


def test_there_are_handshakes() -> None:
    assert sum(len(ours(capture_of(case))) for case in cases()) >= 10


@pytest.mark.parametrize("case", without(HIDDEN_HELLOS), ids=lambda case: case.name)
def test_ja3_as_tshark_has_it(case: Path) -> None:
    mine = {port: fact.ja3 for port, fact in ours(capture_of(case)).items()}
    assert mine == dict(tshark(capture_of(case)))


@pytest.mark.parametrize("case", without(CUT_HELLOS), ids=lambda case: case.name)
def test_ja4_as_ja4plus_has_it(case: Path) -> None:
    mine = {port: fact.ja4 for port, fact in ours(capture_of(case)).items()}
    assert mine == dict(ja4plus(capture_of(case)))
