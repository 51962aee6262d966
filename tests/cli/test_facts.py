"""``--facts``: what the site knows names boxes behind a router; what cannot be read is said, and nothing is lost."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.program import NOWHERE, ROOT, sniffer

FAR = ROOT / "captures" / "devices" / "s03-far-side"
MAC = "00:11:32:1a:2b:3c"
LEASE = f"""lease 10.1.0.60 {{
  starts 4 2026/11/26 10:00:00;
  ends 4 2026/11/26 12:00:00;
  binding state active;
  hardware ethernet {MAC};
  client-hostname "copy-room";
}}
"""
INVENTORY = f"name,ip,mac,owner,location\nKüche,10.1.0.60,{MAC},Facility,Küche\n"


@pytest.fixture
def leases(tmp_path: Path) -> Path:
    """A file of an ISC server: who had 10.1.0.60."""
    path = tmp_path / "dhcpd.leases"
    path.write_text(LEASE)
    return path


def test_a_lease_names_the_box_behind_the_router_with_file_and_line(leases: Path) -> None:
    told = sniffer("triage", "--format", "jsonl", FAR, "--facts", leases)
    assert told.status == 0
    (device,) = (row for row in told.rows if row["name"] == "copy-room")
    assert [each["mac"] for each in device["interfaces"]] == [MAC]
    assert any("dhcpd.leases, line 1" in each for each in device["identity"]["grounds"])
    (binding,) = (each for each in device["evidence"] if each["class"] == "binding")
    assert (binding["source"], binding["value"], binding["line"]) == ("leases", "10.1.0.60", 1)
    assert (binding["first_seen"][11:16], binding["last_seen"][11:16]) == ("10:00", "12:00")


def test_an_arp_table_taken_with_the_capture_tells_too(tmp_path: Path) -> None:
    path = tmp_path / "arp.csv"
    path.write_text(f"IP,MAC\n10.1.0.60,{MAC}\n")
    told = sniffer("triage", "--format", "jsonl", FAR, "--facts", path)
    (device,) = (row for row in told.rows if MAC in {each["mac"] for each in row["interfaces"]})
    assert (device["identity"]["band"], device["vendor"]) == ("likely", "Synology")


def test_without_it_the_box_is_an_address_and_the_report_says_what_would_tell() -> None:
    told = " ".join(sniffer("triage", FAR).out.split())
    assert "10.1.0.60, address only" in told
    assert "4 devices known by address only (10.1.0.60, " in told
    assert "the DHCP leases or the ARP table that hold these addresses" in told


def test_explain_cites_the_table(leases: Path) -> None:
    told = " ".join(sniffer("explain", FAR, "--facts", leases, "--device", "copy-room").out.split())
    assert "had 10.1.0.60 then" in told
    assert "dhcpd.leases, line 1" in told
    assert "Not seen on its own link: its frames came through MikroTik" in told


def test_the_table_says_which_tables_were_read(leases: Path) -> None:
    told = "".join(sniffer("triage", FAR, "--facts", leases).out.split())
    assert f"Readbesidethecaptures:{leases}(isc-leases,1row)." in told


def test_the_run_record_lists_the_tables_and_whether_boxes_were_heard(leases: Path) -> None:
    record = sniffer("triage", "--format", "jsonl", FAR, "--facts", leases).record
    (table,) = record["tables"]
    assert table == {"file": str(leases), "kind": "isc-leases", "rows": 1, "unused": [], "problem": None}
    assert record["identity"]["listened"] is True
    assert record["identity"]["messages"] > 0
    assert {"device-names", "device-texts", "makers", "mail-marks", "client-programs"} <= set(record["knowledge"])


def test_a_run_that_did_not_listen_says_so() -> None:
    record = sniffer("triage", "--format", "jsonl", FAR, "--no-identity").record
    assert record["identity"] == {"listened": False, "messages": 0}


def test_rows_that_cannot_be_used_are_counted_and_the_others_count(tmp_path: Path) -> None:
    path = tmp_path / "dhcpd.leases"
    path.write_text(LEASE + "lease 10.1.0.61 {\n  starts 4 2026/11/26 10:0")
    told = sniffer("triage", "--format", "jsonl", FAR, "--facts", path)
    assert told.status == 0
    assert f"{path}: not used: a lease that does not end (line 8)" in told.err
    (table,) = told.record["tables"]
    assert table["unused"] == [{"problem": "a lease that does not end", "rows": 1, "line": 8}]
    assert "copy-room" in {row["name"] for row in told.rows}


def binary(path: Path) -> None:
    """What is no text."""
    path.write_bytes(bytes(range(1, 256)) * 8)


def cut(path: Path) -> None:
    """A compressed table that breaks off; its beginning can be read."""
    rows = "".join(f"host{n},10.9.{n // 250}.{n % 250 + 1},{os.urandom(5).hex(':')}:01\n" for n in range(5000))
    packed = gzip.compress(f"name,ip\nprinter,10.1.0.99\n{rows.replace(':', '')}".encode())
    path.write_bytes(packed[: len(packed) // 2])


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "wrong columns": (lambda path: path.write_text("color,size\nred,3\n"), "columns that make no known table: color"),
    "no table": (lambda path: path.write_text("Dear all\nplease find attached\n"), "no table that is known"),
    "binary": (binary, "is no text; export the table as text or CSV"),
    "a workbook": (lambda path: path.write_bytes(b"PK\x03\x04" + bytes(100)), "Excel workbook; save the sheet as CSV"),
    "empty": (lambda path: path.write_text(""), "is empty; export it again"),
    "missing": (lambda path: path.unlink(missing_ok=True), "no such file; check the path"),
    "a folder": (lambda path: path.mkdir(), "is no file"),
    "a capture": (lambda path: path.write_bytes((FAR / "capture.pcap").read_bytes()), "is a capture, not a table"),
    "nothing usable": (lambda path: path.write_text("name,ip\n,\n"), "holds nothing that can be used"),
    "cut": (cut, "cannot be unpacked further"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_table_is_named_with_what_to_do_and_the_rest_is_reported(tmp_path: Path, leases: Path, name: str) -> None:
    make, message = BAD[name]
    bad = tmp_path / "bad.csv"
    make(bad)
    told = sniffer("triage", "--format", "jsonl", FAR, "--facts", bad, "--facts", leases)
    assert told.status == 4
    assert f"sniffer: {bad}: " in told.err
    assert message in told.err
    assert told.err.replace("\n", "").isprintable()
    assert "copy-room" in {row["name"] for row in told.rows}
    assert "partly-read" in told.record["flags"]
    first, second = told.record["tables"]
    assert first["problem"]
    assert (second["problem"], second["rows"]) == (None, 1)


def test_a_bad_table_takes_nothing_from_what_is_explained(tmp_path: Path) -> None:
    told = sniffer("explain", FAR, "--facts", tmp_path / "nothing", "--device", "RNP002673A1B2C3")
    assert (told.status, "no such file" in told.err) == (4, True)
    assert "Ricoh MP C3003" in told.out


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_table_that_may_not_be_read(leases: Path) -> None:
    leases.chmod(0)
    told = sniffer("triage", FAR, "--facts", leases)
    assert told.status == 4
    assert "may not be read; check its permissions" in told.err


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_whatever_the_encoding_names_are_read_as_they_are(tmp_path: Path, leases: Path, encoding: str) -> None:
    path = tmp_path / "inventory.csv"
    path.write_bytes(INVENTORY.encode(encoding))
    told = sniffer("triage", "--format", "jsonl", FAR, "--facts", leases, "--facts", path)
    (device,) = (row for row in told.rows if MAC in {each["mac"] for each in row["interfaces"]})
    assert (told.status, device["name"], device["location"], device["owner"]) == (0, "Küche", "Küche", "Facility")


def test_the_same_table_twice_is_one(leases: Path) -> None:
    assert len(sniffer("triage", "--format", "jsonl", FAR, "--facts", leases, "--facts", leases).record["tables"]) == 1


@pytest.mark.parametrize("line", ["identity = false", "no-identity = true", "[triage]\nno_identity = true"])
def test_the_configuration_may_say_so_too(tmp_path: Path, leases: Path, line: str) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        f'{line}\n[triage]\nfacts = ["{leases}"]\n' if "[" not in line else f'{line}\nfacts = ["{leases}"]\n'
    )
    record = sniffer("triage", "--config", config, "--format", "jsonl", FAR).record
    assert record["identity"]["listened"] is False
    assert [each["file"] for each in record["tables"]] == [str(leases)]


def test_a_rule_of_ones_own_that_is_none_is_refused_before_the_work(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(
        '[[device-text]]\ncode = "x"\nfields = ["colour"]\npattern = "a"\ngrade = "weak"\nexamples = ["a"]\n'
        'vendor = "B"\nsource = "us"\nas_of = 2026-01-01\n'
    )
    told = sniffer("triage", FAR, "--knowledge", path)
    assert (told.status, told.out) == (2, "")
    assert "there is no 'colour'" in " ".join(told.err.split())


@pytest.mark.parametrize("verb", ["triage", "explain"])
def test_the_help_shows_how(verb: str) -> None:
    told = sniffer(verb, "--help", env=NOWHERE)
    assert "--facts leases.csv --facts arp.txt" in told.out
    assert "--no-identity" in told.out
    assert max(map(len, told.out.splitlines())) <= 100
