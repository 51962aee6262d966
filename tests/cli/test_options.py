"""Every option of ``triage``: what it changes, and what is said when it makes no sense."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.capture_files import write_pcap
from tests.mail import session
from tests.program import devices, program, sessions, sniffer

WRONG: list[tuple[tuple[str, ...], str]] = [
    (("--ports", "smtp"), "write them like 25,587,2500-2525"),
    (("--ports", "25,"), "write them like 25,587,2500-2525"),
    (("--ports", "25-"), "write them like 25,587,2500-2525"),
    (("--ports", "²"), "write them like 25,587,2500-2525"),
    (("--ports", "0"), "between 1 and 65535"),
    (("--ports", "25-70000"), "between 1 and 65535"),
    (("--ports", "30-25"), "the lower one first"),
    (("--ports", "1-9999999999"), "write them like"),
    (("--local-net", "10.0.0.0/33"), "write it like 10.20.0.0/16"),
    (("--exclude-net", "office"), "write it like 10.20.0.0/16"),
    (("--exclude-vlan", "4096"), "numbers from 0 to 4095"),
    (("--exclude-vlan", "²"), "numbers from 0 to 4095"),
    (("--fail-on", "affected,broken"), "choose from affected, mixed"),
    (("--sensor", "=office.pcap"), "write it like branch"),
    (("--sensor", "office="), "write it like branch=branch.pcap"),
    (("--sensor", "caf\udce9"), "is no UTF-8"),
    (("--view", "users"), "devices"),
    (("--format", "xml"), "jsonl"),
    (("--scope", "none"), "local"),
    (("--colour",), "No such option"),
]


@pytest.mark.parametrize(("words", "says"), WRONG, ids=[ascii(" ".join(words)) for words, _ in WRONG])
def test_wrong_usage_names_the_fix(good: Path, words: tuple[str, ...], says: str) -> None:
    outcome = sniffer("triage", *words, good)
    assert outcome.status == 2
    assert says in " ".join(outcome.err.replace("│", " ").split())
    assert outcome.out == ""


def test_no_capture_at_all_is_wrong_usage() -> None:
    outcome = sniffer("triage", "--format", "json")
    assert outcome.status == 2
    assert "name a capture, a folder, or - for standard input" in " ".join(outcome.err.split())


def test_help_has_examples_and_promises_silence() -> None:
    assert "sniffer triage office.pcap" in sniffer("--help").out
    text = sniffer("triage", "--help").out
    assert "sniffer triage office.pcap" in text
    assert "sends nothing" in text.lower()
    assert "Exit status" in text


def test_version() -> None:
    assert sniffer("--version").out.startswith("sniffer 0.")


def test_other_ports_and_ranges(tmp_path: Path) -> None:
    path = tmp_path / "odd.pcap"
    write_pcap(path, session(port=2501).frames())
    assert sessions(path) == []
    for ports in ("2501", "25,2500-2502", "2500 - 2501", "1-65535"):
        (row,) = sessions("--ports", ports, path)
        assert row["server"]["port"] == 2501


def test_the_run_record_tells_the_ports(good: Path) -> None:
    assert sniffer("triage", "--format", "jsonl", "--ports", "25,587-589", good).record["ports"] == [25, 587, 588, 589]


def test_a_local_net_makes_its_hosts_ours(tmp_path: Path) -> None:
    path = tmp_path / "public.pcap"
    write_pcap(path, session(client="192.0.2.7", server="203.0.113.25").frames())
    assert devices(path) == []
    for words in (("--local-net", "192.0.2.0/24"), ("--local-net", "203.0.113.1,192.0.2.7")):
        (row,) = devices(*words, path)
        assert row["scope"] == "local"


def test_scope_all_shows_what_scope_local_only_counts(tmp_path: Path) -> None:
    path = tmp_path / "guesser.pcap"
    write_pcap(path, [*session(client="203.0.113.66", server="10.0.3.2", ttl=50).frames(), *session().frames()])
    local = sniffer("triage", path)
    assert "203.0.113.66" not in local.out
    assert "1 session of 1 host on the Internet not shown (--scope all)" in local.out
    assert "203.0.113.66" in sniffer("triage", "--scope", "all", path).out
    record = sniffer("triage", "--format", "jsonl", path).record
    assert record["sessions"]["hidden"] == 1


def test_a_bare_sensor_labels_all_captures(good: Path) -> None:
    assert {row["observations"][0]["sensor"] for row in sessions("--sensor", "hq", good)} == {"hq"}


def test_a_sensor_may_name_its_own_captures(tmp_path: Path, good: Path) -> None:
    other = tmp_path / "a=b.pcap"
    write_pcap(other, session(client_port=40_000, start=1_795_000_100.0).frames())
    outcome = sniffer("triage", "--view", "sessions", "--format", "jsonl", "--sensor", f"branch={other}", good)
    assert [row["observations"][0]["sensor"] for row in outcome.rows] == ["default", "default", "branch"]
    assert outcome.record["sensors"] == ["branch", "default"]
    assert [each["sensor"] for each in outcome.record["listening"]] == ["branch", "default"]


def test_an_excluded_net_is_left_out(good: Path) -> None:
    assert [row["client"]["ip"] for row in sessions("--exclude-net", "10.0.3.17", good)] == ["10.0.3.18"]
    assert sessions("--exclude-net", "10.0.3.0/24", good) == []


def test_an_excluded_vlan_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "trunk.pcap"
    tagged = session(client="10.0.3.18").frames(vlan=(20,))
    inner = session(client="10.0.3.19").frames(vlan=(7, 30))
    write_pcap(path, [*session().frames(vlan=(10,)), *tagged, *inner])
    assert {row["client"]["ip"] for row in sessions("--exclude-vlan", "20,30", path)} == {"10.0.3.17"}


def test_output_goes_to_a_file_and_nowhere_else(tmp_path: Path, good: Path) -> None:
    target = tmp_path / "report.jsonl"
    outcome = sniffer("triage", "--format", "jsonl", "--output", target, good)
    assert outcome.out == ""
    assert target.read_text().count("\n") == 3


@pytest.mark.parametrize("where", ["nowhere/report.json", "."])
def test_an_output_that_cannot_be_written_is_said_before_the_work(tmp_path: Path, good: Path, where: str) -> None:
    outcome = sniffer("triage", "--output", tmp_path / where, good)
    assert outcome.status == 1
    assert "cannot be written" in outcome.err
    assert "choose another file" in outcome.err


def test_a_full_disk_is_said_without_a_traceback(good: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    with full.open("wb") as stream:
        outcome = program("triage", good, stdout=stream)
    assert outcome.status == 1
    assert "standard output: cannot be written (No space left on device)" in outcome.err
    assert "Exception ignored" not in outcome.err


CONFIG = """
format = "jsonl"
ports = [25, "500-587"]

[triage]
view = "sessions"
local-net = ["192.0.2.0/24"]
sensor = "hq"
"""


def test_options_may_stand_in_a_file(tmp_path: Path, good: Path) -> None:
    path = tmp_path / "sniffer.toml"
    path.write_text(CONFIG)
    outcome = sniffer("triage", "--config", path, good)
    record = outcome.record
    assert {row["type"] for row in outcome.rows} == {"session"}
    assert record["ports"] == [25, *range(500, 588)]
    assert record["sensors"] == ["hq"]


def test_the_command_line_wins_over_the_file(tmp_path: Path, good: Path) -> None:
    path = tmp_path / "sniffer.toml"
    path.write_text(CONFIG)
    assert sniffer("triage", "--config", path, "--format", "csv", good).out.startswith("session,start,")


def test_the_users_own_file_counts_without_being_named(tmp_path: Path, good: Path) -> None:
    folder = tmp_path / "sniffer"
    folder.mkdir()
    (folder / "config.toml").write_text('format = "csv"\n')
    assert sniffer("triage", good, env={"XDG_CONFIG_HOME": str(tmp_path)}).out.startswith("device,scope,")


BAD_FILES = [
    ("format = ", "see https://toml.io for the format"),
    ('colour = "red"', "there is no option 'colour'; see 'sniffer triage --help'"),
    ("[triag]\nports = 25", "there is no command 'triag'; see 'sniffer --help'"),
    ('redact-users = "yes"', "redact-users is true or false"),
    ('ports = "smtp"', "write them like 25,587,2500-2525"),
    ('fail-on = ["broken"]', "is no verdict"),
]


@pytest.mark.parametrize(("text", "says"), BAD_FILES)
def test_a_wrong_file_is_wrong_usage(tmp_path: Path, good: Path, text: str, says: str) -> None:
    path = tmp_path / "sniffer.toml"
    path.write_text(text)
    outcome = sniffer("triage", "--config", path, good)
    assert outcome.status == 2
    assert says in " ".join(outcome.err.replace("│", " ").split())


def test_a_missing_configuration_file_is_wrong_usage(tmp_path: Path, good: Path) -> None:
    outcome = sniffer("triage", "--config", tmp_path / "none.toml", good)
    assert outcome.status == 2
    assert "No such file" in " ".join(outcome.err.split())


def test_no_progress_where_nobody_watches(good: Path) -> None:
    assert program("triage", good).err == ""


def test_a_capture_named_twice_is_read_once(tmp_path: Path, good: Path) -> None:
    (tmp_path / "link.pcap").symlink_to(good)
    rows = sessions(good, good, tmp_path, tmp_path / "link.pcap")
    assert [row["quality"]["duplicates"] for row in rows] == [0, 0]
