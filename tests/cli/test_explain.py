"""``sniffer explain``: one device, found by whatever a person calls it, and told in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.capture_files import write_pcap
from tests.mail import session
from tests.program import sniffer

OFFICE = Path(__file__).resolve().parents[2] / "captures" / "lan" / "office"
RICOH, BROTHER, WORKSTATION = "RNP002673A1B2C3", "BRN0080774B5C6D", "DESKTOP-4F7K2QP"

CALLINGS = [
    "10.0.3.18",
    "00:80:77:4b:5c:6d",
    "00-80-77-4B-5C-6D",
    "0080.774b.5c6d",
    BROTHER,
    BROTHER.lower(),
    "dept-copier@example.com",
]


@pytest.mark.parametrize("word", CALLINGS)
def test_a_device_is_found_by_whatever_it_is_called(word: str) -> None:
    told = sniffer("explain", OFFICE, "--device", word)
    assert told.status == 0
    assert told.out.strip().startswith(BROTHER)
    assert "AUTH LOGIN was read in clear" in told.out


def test_and_by_its_id() -> None:
    (row,) = (row for row in sniffer("triage", "--format", "jsonl", OFFICE).rows if row["name"] == BROTHER)
    assert row["device"] in sniffer("explain", OFFICE, "--device", row["device"]).out


def test_nobody_is_called_so() -> None:
    told = sniffer("explain", OFFICE, "--device", "\x1b[31mnobody")
    assert (told.status, told.out) == (1, "")
    assert "no device is called '\\x1b[31mnobody'" in told.err
    assert "sniffer triage" in told.err


def test_what_is_not_known_is_said_to_be_and_what_would_settle_it() -> None:
    told = sniffer("explain", OFFICE, "--device", WORKSTATION).out
    assert "Unknown; state: not known" in told
    assert "ended before AUTH or MAIL" in told
    assert "SMTP AUTH clients" in told


def test_what_is_inferred_is_said_to_be_and_how_surely() -> None:
    told = " ".join(sniffer("explain", OFFICE, "--device", RICOH).out.split())
    assert "Basic to Exchange Online (strong); state: works" in told
    assert "LOGIN inferred, strong, 3 of 3 judged" in told
    assert "STARTTLS established; LOGIN inferred, " in told


def test_the_wording_depends_on_the_day() -> None:
    before = sniffer("explain", OFFICE, "--device", RICOH, "--as-of", "2026-12-31").out
    after = sniffer("explain", OFFICE, "--device", RICOH, "--as-of", "2027-01-01").out
    assert before != after


def test_a_filter_stays_on_one_line() -> None:
    told = sniffer("explain", OFFICE, "--device", BROTHER).out
    filters = [line.strip() for line in told.splitlines() if line.strip().startswith("ip.addr==10.0.3.18")]
    assert filters
    assert all(line.endswith("tcp.port==587") for line in filters)


def test_users_are_redacted(tmp_path: Path) -> None:
    told = sniffer("explain", OFFICE, "--device", BROTHER, "--redact-users", env={"XDG_DATA_HOME": str(tmp_path)}).out
    assert "dept-copier" not in told
    assert "user-" in told


def test_several_devices_that_share_a_mailbox_are_all_told(tmp_path: Path) -> None:
    path = tmp_path / "two.pcap"
    other = session(client="10.0.3.18", client_mac="00:80:77:4b:5c:6d", helo=BROTHER, start=1_795_000_060.0)
    write_pcap(path, [*session().frames(), *other.frames()])
    told = sniffer("explain", path, "--device", "scan@example.org")
    assert told.out.count("which device it is:") == 2


def test_no_device_is_asked_for() -> None:
    assert sniffer("explain", OFFICE).status == 2


def test_what_could_not_be_read_is_said_and_the_rest_explained(tmp_path: Path) -> None:
    path = tmp_path / "cut.pcap"
    write_pcap(path, session().frames())
    path.write_bytes(path.read_bytes()[:-7])
    told = sniffer("explain", path, "--device", "10.0.3.17")
    assert told.status == 4
    assert "cut.pcap" in told.err
    assert "AUTH LOGIN was read in clear" in told.out
