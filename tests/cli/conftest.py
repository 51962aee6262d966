"""Captures that the tests of the command line share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.capture_files import write_pcap
from tests.mail import session
from tests.wire import Frame


@pytest.fixture
def frames() -> list[Frame]:
    """Two devices, each with a session: LOGIN accepted, PLAIN refused."""
    refused = session("PLAIN", client="10.0.3.18", client_mac="00:80:77:4b:5c:6d", helo="BRN0080774B5C6D",
                      user="copier@example.org", answer="535 5.7.8 Error: authentication failed",
                      start=1_795_000_060.0)  # fmt: skip
    return [*session().frames(), *refused.frames()]


@pytest.fixture
def good(tmp_path: Path, frames: list[Frame]) -> Path:
    """A capture of those."""
    path = tmp_path / "good.pcap"
    write_pcap(path, frames)
    return path
