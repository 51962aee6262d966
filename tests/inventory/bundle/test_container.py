"""A bundle is read whole and as it was written, by its own fleet, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sniffer.inventory.bundle import BundleError
from sniffer.inventory.bundle.container import Header, checked, fleet_of, records, write
from tests.inventory.bundle.bundles import KEY, OTHER_KEY

HEADER = Header(fleet=fleet_of(KEY), program="0.1.0", written=1)
RECORDS = [b"one", b"", b"\x00" * 70_000, b"four"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A bundle."""
    write(tmp_path / "a.bundle", HEADER, KEY, RECORDS)
    return tmp_path / "a.bundle"


def test_records_come_back(path: Path) -> None:
    assert checked(path, KEY) == HEADER
    assert list(records(path)) == RECORDS
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    """As root would replace /dev/null."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BundleError, match="is no file"):
        write(tmp_path / "pipe", HEADER, KEY, RECORDS)
    assert (tmp_path / "pipe").is_fifo()
    assert [each.name for each in tmp_path.iterdir()] == ["pipe"]


def test_a_key_is_not_told(path: Path) -> None:
    assert KEY not in path.read_bytes()
    assert KEY.hex().encode() not in path.read_bytes()


def told(path: Path, key: bytes = KEY) -> str:
    """What is said of a bundle that is not taken."""
    with pytest.raises(BundleError) as failed:
        checked(path, key)
    assert str(path) in str(failed.value)
    return str(failed.value)


def test_another_fleet_is_named(path: Path) -> None:
    said = told(path, OTHER_KEY)
    assert "another fleet" in said
    assert "redaction.key" in said


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_was_cut_is_not_taken(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("cut") / "a.bundle"
    write(path, HEADER, KEY, RECORDS)
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    assert any(words in told(path) for words in ("cut short", "is empty", "is no bundle", "is damaged"))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_what_was_changed_is_not_taken(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("changed") / "a.bundle"
    write(path, HEADER, KEY, RECORDS)
    octets = bytearray(path.read_bytes())
    octets[data.draw(st.integers(0, len(octets) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(octets)
    told(path)


def test_what_was_added_is_not_taken(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")
    assert "cut short" in told(path)


def test_what_is_no_bundle_is_named(tmp_path: Path) -> None:
    path = tmp_path / "office.pcap"
    path.write_bytes(b"\xd4\xc3\xb2\xa1" * 20)
    assert "is no bundle; name files that 'sniffer export' wrote" in told(path)
    path.write_bytes(b"")
    assert "is empty" in told(path)
    assert "cannot be read" in told(tmp_path / "nowhere")


def test_a_newer_version_is_named(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"bundle 1\n", b"bundle 2\n", 1))
    assert "was written by a newer sniffer (bundles of version 2, this one reads 1)" in told(path)


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> object:
        yield b"one"
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.bundle"
    path.write_bytes(b"before")
    with pytest.raises(BundleError, match="No space left"):
        write(path, HEADER, KEY, broken())  # type: ignore[arg-type]
    assert [each.name for each in tmp_path.iterdir()] == ["a.bundle"]
    assert path.read_bytes() == b"before"
