"""Tables as they come: in any encoding, cut, damaged, of the wrong kind, or made to hurt."""

from __future__ import annotations

import gzip
import lzma
import os
import random
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sniffer.model import limits
from sniffer.model.clues import ClueFact
from sniffer.sources.problems import CaptureError, TableError
from sniffer.sources.site_tables import SiteFact, kind_of, read
from tests.sources.site_tables.tables import CANON, CAPTURED, RICOH, bindings, said, table, who
from tests.sources.site_tables.test_inventory_list import NETBOX
from tests.sources.site_tables.test_leases_dnsmasq import REAL
from tests.sources.site_tables.test_leases_isc import LEASE
from tests.sources.site_tables.test_leases_kea import FOUR
from tests.sources.site_tables.test_leases_windows import NAMES, row
from tests.sources.site_tables.test_nat_csv import PALO_ALTO
from tests.sources.site_tables.test_nat_log import LOGS
from tests.sources.site_tables.test_neighbours import NEIGHBOURS, PORTS

ROW = f"Büro 2,10.0.3.17,{RICOH}\r\n"

LIST = "Name,IP,MAC\r\n" + ROW

KEA = FOUR + f"10.0.3.17,{RICOH},01:00:26:73:a1:b2:c3,3600,1795683600,1,0,0,ricoh,0,,0\n"

WINDOWS = NAMES + row("10.0.3.17", "00-26-73-a1-b2-c3", "11/27/2026 6:00:00 PM", "ricoh")

SAMPLES = {
    "isc-leases": LEASE, "dnsmasq-leases": REAL, "kea-leases": KEA, "windows-leases": WINDOWS,
    "nat-log": "\n".join(line for line, _ in LOGS.values()), "nat-csv": PALO_ALTO, "inventory-list": NETBOX,
    "arp-table": NEIGHBOURS["Cisco IOS"], "mac-table": PORTS["Cisco IOS"][0], "arp-csv": NEIGHBOURS["CSV"],
    "mac-csv": PORTS["CSV"][0],
    "netsh-leases": 'Dhcp Server 10.0.3.2 Scope 10.0.3.0 Add reservedip 10.0.3.17 002673a1b2c3 "ricoh-2" "" "BOTH"\r\n',
}  # fmt: skip


def everything(facts: Iterator[SiteFact]) -> list[SiteFact]:
    """All facts in front of an error, each of which may be shown to a person."""
    found: list[SiteFact] = []
    problem = None
    try:
        found.extend(facts)
    except TableError as error:
        problem = error
    assert str(problem).isprintable()
    for fact in found:
        if isinstance(fact, ClueFact):
            assert fact.value.isprintable()
            assert 0 < len(fact.value) <= limits.CLUE_CHARACTERS
    return found


def survived(folder: Path, content: bytes) -> int:
    """Whatever it is, it is a table, with so many facts, or it is said that it is none."""
    try:
        opened = table(folder, content)
    except TableError:
        return 0
    found = everything(iter(opened))
    assert len(opened.problems) < 10
    return len(found)


@pytest.mark.parametrize(("kind", "text"), SAMPLES.items(), ids=list(SAMPLES))
def test_the_kind_is_told_by_the_content(tmp_path: Path, kind: str, text: str) -> None:
    path = tmp_path / "leases.pcap"
    path.write_text(text, "utf-8")
    assert kind_of(path) == kind


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    for text in (LIST, LIST.replace(",", ";"), LIST.replace(",", "\t"), LIST.replace("\r\n", "\n")):
        assert said(table(tmp_path, mark + text.encode(encoding))) == [("name", "Büro 2")]


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, zstandard.compress], ids=["gzip", "xz", "zstd"])
def test_compressed_tables(tmp_path: Path, pack) -> None:  # type: ignore[no-untyped-def]
    assert said(table(tmp_path, pack(LIST.encode()))) == [("name", "Büro 2")]


def test_a_table_cut_in_its_compression_keeps_what_is_in_front(tmp_path: Path) -> None:
    chance = random.Random(1)
    rows = (
        f"10.0.{chance.randrange(256)}.{chance.randrange(1, 255)},{chance.randbytes(6).hex()}\n" for _ in range(20_000)
    )
    packed = gzip.compress(("IP,MAC\n" + "".join(rows)).encode(), 1)
    cut = table(tmp_path, packed[: len(packed) // 2])
    found = everything(iter(cut))
    assert 1000 < len(found) < 20_000
    with pytest.raises(TableError, match=r"cannot be unpacked further.*is the copy complete"):
        list(cut)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty; export it again"),
        (b"\0\1\2\3" * 100, "is no text"),
        (b"PK\x03\x04" + bytes(100), "an Excel workbook; save the sheet as CSV"),
        (b"\xd4\xc3\xb2\xa1" + bytes(100), "is a capture, not a table; name it without --facts"),
        (b'{"leases": []}', "is JSON; export the table as CSV"),
        (b"hello\nworld\n", "is text, but no table that is known; known are leases"),
        (b"Colour,Size\nred,4\n", "has columns that make no known table: Colour, Size; known are"),
        (b"IP,Colour\n10.0.3.17,red\n", "has columns that make no known table: IP, Colour"),
        (b"IP,MAC\n", r"holds nothing that can be used \(arp-csv\)"),
        (b"IP,MAC\n10.0.3.17,DHCP\n", "1 rows have no address or no card of a host, the first in line 2"),
        (b"\n\n\n", "is text, but no table"),
    ],
)
def test_what_is_no_table(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(TableError, match=words) as error:
        list(table(tmp_path, content))
    assert isinstance(error.value, CaptureError)
    assert error.value.name == str(tmp_path / "table")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path, words in (
        (tmp_path / "missing", "no such file"), (tmp_path, "is no file"), (tmp_path / "fifo", "is no file; save it"),
        (tmp_path / "a\0b", "cannot be read"),
    ):  # fmt: skip
        with pytest.raises(TableError, match=words):
            read(path, UTC, CAPTURED)


def test_a_line_without_end_is_passed_over(tmp_path: Path) -> None:
    rows = f"IP,MAC\n10.0.3.17,{RICOH}\n" + "x" * 10_000_000 + f"\n10.0.3.18,{CANON}\n"
    long = table(tmp_path, rows)
    assert [(each.ip, each.line) for each in bindings(long)] == [("10.0.3.17", 2), ("10.0.3.18", 4)]
    assert [(each.problem, each.line) for each in long.problems] == [("a line that is too long", 3)]
    assert who(table(tmp_path, f"IP,MAC\n10.0.3.17,{RICOH}\n" + "x" * 10_000_000)) == [("10.0.3.17", RICOH)]


def test_a_quote_that_nobody_closes_takes_some_rows_along_and_is_counted(tmp_path: Path) -> None:
    rows = "".join(f"box,10.0.{each // 250}.{each % 250 + 1},\n" for each in range(20_000))
    quoted = table(tmp_path, "Name,IP,MAC\n" + rows + '"box,10.0.3.17,\n' + rows)
    found = everything(iter(quoted))
    assert len(found) > 30_000
    assert [(each.problem, each.line) for each in quoted.problems if "quoted" in each.problem] == [
        ("a quoted cell does not end", 20_002)
    ]


def test_hostile_cells_are_not_remembered(tmp_path: Path) -> None:
    rows = "".join(f"{each}{'x' * 60_000},{each}{'y' * 5_000},{each}\n" for each in range(300))
    list(table(tmp_path, f"IP,MAC\n10.0.3.17,{RICOH}\n"))
    tracemalloc.start()
    try:
        assert who(table(tmp_path, f"IP,MAC,Time\n10.0.3.17,{RICOH}\n{rows}")) == [("10.0.3.17", RICOH)]
        assert tracemalloc.get_traced_memory()[0] < 1024 * 1024
    finally:
        tracemalloc.stop()


def test_hostile_names_are_made_harmless(tmp_path: Path) -> None:
    hostile = table(tmp_path, f"Name,IP\n\x1b]0;x\x07\u202ericoh{'x' * 9999},10.0.3.17\n")
    ((_, name),) = said(hostile)
    assert name.startswith("]0;xricohxxx")
    assert len(name) == limits.CLUE_CHARACTERS


def test_hostile_columns_are_made_harmless(tmp_path: Path) -> None:
    with pytest.raises(TableError) as error:
        table(tmp_path, ",".join(f"\x1b[31mcolumn {each}{'y' * 99}" for each in range(5000)) + "\n")
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 1200


PATTERNS = (
    (" TCP connection Built outbound TCP connection 1 for ", " to a:"),
    (" dport=tcp 6 ", "src=1 dst=1 sport=1 dport=1 "),
    ("", " to "), ("", ":"), ("", "1:"), ("", " "), (", NAT (", "proto TCP"), ("RT_FLOW_SESSION_C", "session created "),
    ("RT_FLOW_SESSION_C session closed ", "1.1.1.1/1->1.1.1.1/1 "), ("transip=", "transip="), (",TRAFFIC,", '"'),
    ("10 0026.73a1.b2c3 a ", "Yes "), ("", "0"), ("", "lease "), (" TCP connection ", "Nov 26 12:00:00 "),
    ("10.0.3.17 dev e lladdr 00:26:73:a1:b2:c3", " x"), ("", "a-"),
    ("REPLY: SRC=", "ORIG: SRC=a DST=a PROTO=TCP SPT=1 DPT=1 "),
    ("1.1.1.1 - 1.1.1.1 - 00", "-00"), ("", "Add reservedip "),
    (" TCP translation from ", "Built static TCP translation from a:"),
    ("lladdr ", "00:26:73:"), ("1.1.1.1 - 1.1.1.1 - 00-00 - 1", " - 1"), ("00:26:73:a1:b2:c3 1.1.1.1 ", "- "),
)  # fmt: skip

COLUMNS = (
    "Name", "IP", "MAC", "Port", "Vlan", "Time", "NAT IP", "NAT Port", "Source IP", "Type", "Date", "Duration", "Start",
    "expire", "address", "valid_lifetime", "subnet_id",
)  # fmt: skip

CELLS = ("10.0.3.17", RICOH, "2026-11-26 12:00", "03/04/2026", "587", "tcp")

HOSTILE = [(head + tail * 8192)[:size] for head, tail in PATTERNS for size in (500, 8000)]


@pytest.mark.parametrize("line", HOSTILE, ids=range(len(HOSTILE)))
def test_no_line_takes_long(tmp_path: Path, line: str) -> None:
    """A millisecond a line on a loaded machine; a form that tries all ways would take seconds."""
    path = tmp_path / "table"
    start = time.process_time()
    for head in ("", REAL, LOGS["ASA, translation"][0] + "\n", NEIGHBOURS["ip neigh"], SAMPLES["netsh-leases"], LEASE):
        path.write_text(head + f"{line}\n" * 100)
        try:
            everything(iter(read(path, UTC, CAPTURED)))
        except TableError:
            assert not head
    assert time.process_time() - start < 2


def test_memory_does_not_grow_with_the_log(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text((LOGS["ASA, connection"][0] + "\n") * 5_000)
    tracemalloc.start()
    try:
        assert sum(1 for _ in read(path, UTC, CAPTURED)) == 5_000
        assert tracemalloc.get_traced_memory()[1] < 3 * 1024 * 1024
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("text", SAMPLES.values(), ids=list(SAMPLES))
def test_a_table_cut_anywhere(tmp_path: Path, text: str) -> None:
    whole = len(everything(iter(table(tmp_path, text))))
    raw = text.encode()
    for end in range(0, len(raw), 1 + len(raw) // 200):
        assert survived(tmp_path, raw[:end]) <= whole


BYTES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)


@BYTES
@given(content=st.binary(max_size=2000))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    survived(tmp_path, content)


@BYTES
@given(
    kind=st.sampled_from(sorted(SAMPLES)), junk=st.text(max_size=40), place=st.floats(0, 1), width=st.integers(0, 30)
)
def test_any_damage(tmp_path: Path, kind: str, junk: str, place: float, width: int) -> None:
    text = SAMPLES[kind] * 2
    at = int(place * len(text))
    survived(tmp_path, (text[:at] + junk + text[at + width :]).encode("utf-8", "replace"))


@BYTES
@given(
    names=st.lists(st.sampled_from(COLUMNS), min_size=2, max_size=10),
    rows=st.lists(st.lists(st.one_of(st.sampled_from(CELLS), st.text(max_size=20)), max_size=10), max_size=6),
)
def test_any_rows(tmp_path: Path, names: list[str], rows: list[list[str]]) -> None:
    lines = [",".join(names), *(",".join(cells) for cells in rows)]
    survived(tmp_path, "\n".join(lines).encode("utf-8", "replace"))
