"""How systems open a connection, as scapy writes it and by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import TCP

from sniffer.model.clues import Heard, Said
from sniffer.protocols.tcp_syn import heard

LINUX = [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (11, 0)), ("NOP", None), ("WScale", 7)]


def syn(options: list[tuple[str, object]] = LINUX, flags: str = "S", window: int = 64240) -> bytes:
    """A header."""
    return bytes(TCP(sport=49152, dport=587, flags=flags, window=window, seq=123_456_789, options=options))


def told(header: bytes) -> str | None:
    """What is said of the stack."""
    found = heard(header)
    return found[0].said[0].value if found else None


@pytest.mark.parametrize(
    ("header", "stack"),
    [
        (syn(), "win64240 mss1460,sok,ts,nop,ws7"),
        (syn([("MSS", 1460), ("NOP", None), ("WScale", 8), ("NOP", None), ("NOP", None), ("SAckOK", b"")], window=8192),
         "win8192 mss1460,nop,ws8,nop,nop,sok"),
        (syn([("MSS", 536)], window=2920), "win2920 mss536"),
        (syn([]), "win64240 none"),
        (syn(flags="SEC"), "win64240 mss1460,sok,ts,nop,ws7"),
        (syn(flags="SA"), None),
        (syn(flags="A"), None),
        (b"", None),
        (syn()[:19], None),
    ],
)  # fmt: skip
def test_stacks(header: bytes, stack: str | None) -> None:
    assert told(header) == stack


def test_numbers_do_not_show() -> None:
    other = bytes(
        TCP(sport=1, dport=25, flags="S", window=64240, seq=7, options=[*LINUX[:2], ("Timestamp", (99, 0)), *LINUX[3:]])
    )
    assert heard(other) == heard(syn())


@pytest.mark.parametrize("end", range(20, 40))
def test_cut_options_are_said_to_be_broken_or_fewer(end: int) -> None:
    found = told(syn()[:end])
    assert found is not None
    assert found.endswith("broken") or "win64240 mss1460,sok,ts,nop,ws7".startswith(found.removesuffix("none").strip())


def test_what_stands_behind_the_header_is_none_of_it() -> None:
    assert heard(syn() + b"\2\4\5\xb4" * 9) == heard(syn())


@given(st.binary(max_size=80))
def test_whatever_comes(header: bytes) -> None:
    for each in heard(header):
        assert isinstance(each, Heard)
        assert all(isinstance(said, Said) and said.value.isprintable() and len(said.value) < 255 for said in each.said)


@given(st.binary(max_size=40))
def test_whatever_options_come(options: bytes) -> None:
    padded = options.ljust(-(-len(options) // 4) * 4, b"\0")
    header = bytearray(syn([])) + padded
    header[12] = (20 + len(padded)) // 4 << 4
    assert told(bytes(header)) is not None
