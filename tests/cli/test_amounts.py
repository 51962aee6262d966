"""Times and sizes of a command line."""

from __future__ import annotations

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as some

from sniffer.cli.amounts import buffer, octets, seconds


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("30", 30),
        ("30s", 30),
        ("1.5s", 1.5),
        ("10m", 600),
        ("8h", 28_800),
        ("2d", 172_800),
        (" 5 M ", 300),
        ("1H", 3600),
    ],
)
def test_times(text: str, amount: float) -> None:
    assert seconds(text) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [("65536", 65_536), ("64M", 64 << 20), ("64MiB", 64 << 20), ("64mb", 64 << 20), ("2G", 2 << 30), ("0.5k", 512)],
)
def test_sizes(text: str, amount: int) -> None:
    assert octets(text) == amount


@pytest.mark.parametrize("text", ["", "0", "0s", "-5s", "5 weeks", "s", "1e3", "5M5", "٣s", "1,5s", "9" * 10])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="30s, 10m, 8h or 2d"):
        seconds(text)


@pytest.mark.parametrize("text", ["", "0", "0.001", "64T", "64s", "many", "-1"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="64M or 2G"):
        octets(text)


def test_a_buffer_is_no_more_than_libpcap_can_be_asked_for() -> None:
    assert buffer("1G") == 1 << 30
    with pytest.raises(typer.BadParameter, match="less than 2G"):
        buffer("2G")


def test_none_is_none() -> None:
    assert seconds(None) is None
    assert octets(None) is None


@given(some.text(max_size=12))
def test_any_text_is_an_amount_or_wrong(text: str) -> None:
    for read in (seconds, octets):
        try:
            amount = read(text)
        except typer.BadParameter:
            continue
        assert amount is not None
        assert amount >= 0
