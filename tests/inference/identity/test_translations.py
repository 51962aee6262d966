"""Who stood behind an address and port, by a firewall's log."""

from __future__ import annotations

import pytest

from sniffer.inference.identity.translations import Translations
from tests.inference.identity.sites import at, translated

IP, PORT = "192.0.2.1", 49_152


def behind(log: Translations, minutes: float, port: int = PORT) -> str | None:
    """Who stood behind the address."""
    found = log.behind(IP, port, at(minutes))
    return found.ip if found else None


@pytest.mark.parametrize(("minutes", "found"), [(-4, None), (-2, "10.0.3.17"), (0, "10.0.3.17"), (2.9, "10.0.3.17"),
                                               (3.1, None)])  # fmt: skip
def test_a_row_holds_within_what_clocks_may_differ(minutes: float, found: str | None) -> None:
    assert behind(Translations([translated("10.0.3.17")]), minutes) == found


def test_the_ground_names_the_row() -> None:
    found = Translations([translated("10.0.3.17", line=42)]).behind(IP, PORT, at(0))
    assert found is not None
    assert found.ground.kind == "nat-log"
    assert "192.0.2.1:49152 stood 10.0.3.17" in found.ground.words
    assert "fw.log, line 42" in found.ground.words


def test_a_port_that_is_given_to_another_is_whose_row_holds_at_the_time() -> None:
    log = Translations([translated("10.0.3.17", first=0, last=1), translated("10.0.3.18", first=1.5, last=3)])
    assert [behind(log, minutes) for minutes in (0.5, 1.2, 2, 3.9)] == ["10.0.3.17", None, "10.0.3.18", "10.0.3.18"]


def test_rows_that_differ_are_no_answer_but_say_that_somebody_stands_behind() -> None:
    log = Translations([translated("10.0.3.17"), translated("10.0.3.18")])
    assert behind(log, 0) is None
    assert log.speak_of(IP, PORT, at(0))


def test_other_ports_and_times_are_not_spoken_of() -> None:
    log = Translations([translated("10.0.3.17")])
    assert behind(log, 0, 50_000) is None
    assert not log.speak_of(IP, 50_000, at(0))
    assert not log.speak_of(IP, PORT, at(60))
    assert not Translations().speak_of(IP, PORT, at(0))


def test_an_address_that_is_translated_to_itself_is_its_own() -> None:
    log = Translations([translated(IP)])
    assert not log.speak_of(IP, PORT, at(0))
    assert log.outside == ()


def test_the_addresses_to_which_others_are_translated_and_when() -> None:
    log = Translations([translated("10.0.3.17"), translated("10.0.3.18", port=50_000, first=5, last=9)])
    assert log.outside == ((IP, at(-1), at(9)),)
