"""What stands in a cell: addresses in every spelling, text that no terminal obeys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.model import limits
from sniffer.sources.site_tables import cells
from tests.sources.site_tables.tables import RICOH


@pytest.mark.parametrize(
    "words",
    ["00:26:73:a1:b2:c3", "00-26-73-A1-B2-C3", "0026.73a1.b2c3", "002673-a1b2c3", "002673a1b2c3", "0:26:73:a1:b2:c3",
     " 0026:73A1:B2C3 ".replace("0026:73A1:B2C3", "002673A1B2C3")],
)  # fmt: skip
def test_a_card(words: str) -> None:
    assert cells.mac(words) == RICOH


@pytest.mark.parametrize(
    "words",
    ["", "ff-ff-ff-ff-ff-ff", "01:00:5e:00:00:16", "00:00:00:00:00:00", "00:26:73:a1:b2", "1.23457E+11", "Incomplete",
     "00:26:73:a1:b2:c3:d4:e5", "zz:26:73:a1:b2:c3", "００:26:73:a1:b2:c3", ":::::", "0 2 6 7 3 a1b2c"],
)  # fmt: skip
def test_no_card(words: str) -> None:
    assert cells.mac(words) is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("10.0.3.17", "10.0.3.17"), (" 10.0.3.17/24 ", "10.0.3.17"), ("2001:DB8::5", "2001:db8::5"),
        ("fe80::1%eth0", "fe80::1"), ("::ffff:10.0.3.17", "10.0.3.17"), ("0.0.0.0", None),  # noqa: S104
        ("224.0.0.1", None), ("127.0.0.1", None), ("255.255.255.255", None), ("10.0.3", None), ("010.0.3.17", None),
        ("167772945", None), ("", None),
    ],
)  # fmt: skip
def test_a_hosts_address(words: str, told: str | None) -> None:
    assert cells.ip(words) == told


@pytest.mark.parametrize(("words", "told"), [("587", 587), (" 25 ", 25), ("0", None), ("65536", None), ("1_0", None),
                                             ("٣", None), ("-1", None), ("", None)])  # fmt: skip
def test_a_port(words: str, told: int | None) -> None:
    assert cells.port(words) == told


@given(st.text(max_size=2000))
def test_any_cell_is_printable_on_one_line_and_bounded(words: str) -> None:
    line = cells.text(words)
    assert line.isprintable()
    assert len(line) <= limits.CLUE_CHARACTERS
    assert line == line.strip()
    assert len(cells.hexadecimal(words)) <= limits.CLUE_CHARACTERS
    ips, macs = cells.addresses(words)
    assert len(ips) + len(macs) <= 2 * limits.TABLE_ADDRESSES


def test_what_a_terminal_would_obey_is_dropped() -> None:
    assert cells.text("\x1b[31mricoh\x07\u202e\r\n2") == "[31mricoh 2"
