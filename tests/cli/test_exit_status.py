"""Exit statuses, and which of several holds: the first of 3, 5, 4; all flags stand in the run record."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.capture_files import encode_pcap
from tests.mail import EXCHANGE, EXCHANGE_IP, session
from tests.program import sniffer


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    """A device that uses Basic to Exchange Online."""
    path = tmp_path / "judged.pcap"
    path.write_bytes(encode_pcap(session(server=EXCHANGE_IP, port=587, banner=EXCHANGE).frames()))
    return path


@pytest.fixture
def hidden(tmp_path: Path) -> Path:
    """A device of which nothing can be judged."""
    path = tmp_path / "hidden.pcap"
    talk = session("STARTTLS", client="10.0.3.18", client_mac="00:80:77:4b:5c:6d", server=EXCHANGE_IP, port=587,
                   banner=EXCHANGE)  # fmt: skip
    path.write_bytes(encode_pcap(talk.frames()))
    return path


@pytest.fixture
def torn(tmp_path: Path) -> Path:
    """A file that cannot be read to its end."""
    path = tmp_path / "torn.pcap"
    path.write_bytes(encode_pcap([]) + b"torn")
    return path


CASES: list[tuple[str, tuple[str, ...], tuple[str, ...], int, list[str]]] = [
    ("done", ("judged",), (), 0, []),
    ("some judged", ("judged", "hidden"), (), 0, []),
    ("none judged", ("hidden",), (), 5, ["none-judged"]),
    ("partly read", ("judged", "torn"), (), 4, ["partly-read"]),
    ("nothing seen", (), (), 0, []),
    ("matched", ("judged",), ("--fail-on", "affected"), 3, ["fail-on:affected"]),
    ("matched another", ("judged", "hidden"), ("--fail-on", "modern,unknown"), 3, ["fail-on:unknown"]),
    ("not matched", ("judged",), ("--fail-on", "unknown,mixed"), 0, []),
    ("none judged before partly read", ("hidden", "torn"), (), 5, ["none-judged", "partly-read"]),
    ("matched before all", ("hidden", "torn"), ("--fail-on", "unknown"), 3,
     ["fail-on:unknown", "none-judged", "partly-read"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("names", "words", "status", "flags"), [row[1:] for row in CASES], ids=[row[0] for row in CASES]
)
def test_exit_status(
    request: pytest.FixtureRequest, tmp_path: Path, names: tuple[str, ...], words: tuple[str, ...], status: int,
    flags: list[str],
) -> None:  # fmt: skip
    quiet = tmp_path / "quiet.pcap"
    quiet.write_bytes(encode_pcap([]))
    paths = [request.getfixturevalue(name) for name in names]
    outcome = sniffer("triage", "--format", "jsonl", *words, quiet, *paths)
    assert outcome.status == status
    assert outcome.record["exit_status"] == status
    assert outcome.record["flags"] == flags


@pytest.mark.parametrize("form", ["table", "csv", "json", "jsonl"])
def test_the_status_is_the_same_in_every_format(hidden: Path, form: str) -> None:
    assert sniffer("triage", "--format", form, hidden).status == 5


def test_none_judged_is_said_in_the_table(hidden: Path) -> None:
    text = sniffer("triage", hidden).out
    assert "0 of 1 could be judged" in text
    assert "inside TLS" in text
    assert "no all-clear" in text
