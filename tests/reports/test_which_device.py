"""``explain`` on which device it is: why, what speaks against it, and frames that really show it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sniffer.inference.around import bindings
from sniffer.inference.identity.evidence import merged
from sniffer.model.clues import BindingFact
from sniffer.model.findings import Evidence
from tests import contract
from tests.program import ROOT, sniffer

DEVICES = ROOT / "captures" / "devices"
CASES = sorted(path.parent for path in DEVICES.glob("*/truth.json"))
FLAT, NAT = DEVICES / "s01-flat", DEVICES / "s04-nat"
SPANS = ("--sensor", f"near={NAT / 'near.pcap'}", "--sensor", f"far={NAT / 'far.pcap'}")


def told(*words: str | Path) -> list[str]:
    """The lines on which device it is."""
    text = sniffer("explain", *words).out
    section = text.partition("Which device it is\n")[2].partition("\n\n")[0]
    return [line.strip() for line in section.splitlines()]


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
@pytest.mark.parametrize("view", ["devices", "sessions"])
def test_all_rows_of_all_cases_keep_to_the_contract(case: Path, view: str) -> None:
    rows = contract.lines_of(sniffer("triage", "--view", view, "--scope", "all", "--format", "jsonl", case).out)
    assert len(rows) > 1


def test_it_reads_like_a_case() -> None:
    lines = told(FLAT, "--device", "RNP002673A1B2C3")
    assert lines[0] == 'Certain: Ricoh MP C3003 "RNP002673A1B2C3", printer, Floor 2, serial number W512L500123'
    assert lines[1] == "MAC 00:26:73:a1:b2:c3 (Ricoh)"
    because = lines[lines.index("Because") :]
    assert re.fullmatch(r"• its frames came from 00:26:73:a1:b2:c3 with all their hops \[frame \d+\]", because[1])
    assert re.fullmatch(r"• 00:26:73:a1:b2:c3 had 10\.1\.0\.51 then \(ARP\) \[frame \d+\]", because[2])
    assert any(re.fullmatch(r"• SNMP says .*serial W512L500123.* \[frame \d+\]", line) for line in because)
    assert because[-1] == "Against: nothing that was seen"


def test_a_router_on_the_way_is_called_by_what_is_known_of_it() -> None:
    lines = " ".join(told(DEVICES / "s03-far-side", "--device", "10.1.0.51"))
    assert 'Not seen on its own link: its frames came through MikroTik "gateway" 4c:5e:0c:12:34:57' in lines
    assert "d-" not in lines


def test_the_other_span_of_a_translated_address_is_said() -> None:
    assert any(line.startswith("Also seen behind MikroTik") for line in told(*SPANS, "--device", "RNP002673A1B2C3"))


def test_what_is_not_known_is_said_first_and_what_would_tell_last() -> None:
    lines = told(DEVICES / "s03-far-side", "--device", "DiskStation")
    assert lines[0] == 'Not known; what is said of its address: "DiskStation"'
    assert " ".join(lines).endswith("or the log of the router that translates to it (--facts FILE)")


def test_what_speaks_against_it_is_said() -> None:
    lines = told(DEVICES / "s11-wrong-names", "--device", "10.1.0.55")
    against = lines[lines.index("Against") :]
    assert "• it calls itself by a factory name that is made of another card's address" in against


def test_who_had_the_address_afterwards_is_said() -> None:
    last = " ".join(told(DEVICES / "s05-churn", "--device", "RNP002673A1B2C3")).rpartition(" Against • ")[2]
    assert last == (
        "10.1.0.50 went to 00:11:32:1a:2b:3c (Synology) less than a second after its last session from there"
    )
    assert "address-taken-over" in str(sniffer("triage", "--format", "jsonl", DEVICES / "s05-churn").rows)


@pytest.mark.parametrize("case", ["s09-reflector", "s09-proxy-arp", "hostile-flapping", "hostile-whole-subnet"])
def test_who_answers_for_many_takes_nobodys_address(case: str) -> None:
    assert "address-taken-over" not in str(sniffer("triage", "--format", "jsonl", DEVICES / case).rows)


CALLINGS = ["00:26:73:a1:b2:c3", "0026.73A1.B2C3", "W512L500123", "w512l500123", "rnp002673a1b2c3", "10.1.0.51"]


@pytest.mark.parametrize("word", CALLINGS)
def test_a_device_is_found_by_card_serial_number_and_any_name(word: str) -> None:
    assert sniffer("explain", FLAT, "--device", word).out.strip().startswith("RNP002673A1B2C3")


@pytest.mark.parametrize("word", ["", " ", "printer", "d-"])
def test_nobody_is_found_by_words_that_name_nobody(word: str) -> None:
    assert sniffer("explain", FLAT, "--device", word).status == 1


def test_rows_tell_programs_what_is_known_of_routers() -> None:
    rows = sniffer("triage", "--format", "jsonl", DEVICES / "s03-far-side").rows
    (identity,) = (row["identity"] for row in rows if row["name"] == "RNP002673A1B2C3")
    (router,) = identity["others"]
    assert identity["via"] == [router["device"]]
    assert (router["mac"], router["vendor"], router["name"]) == ("4c:5e:0c:12:34:57", "MikroTik", "gateway")


def clue(value: str, first: int, count: int, file: str = "a.pcap") -> Evidence:
    """Something said of a box."""
    return Evidence("lldp", "name", value, "name", False, 0.9, first, first + 5, count, file)


def test_what_is_said_of_card_and_address_is_told_once_from_when_it_was_first() -> None:
    (one,) = merged([clue("a", 20, 2, "b.pcap"), clue("a", 10, 1)])
    assert (one.first_seen, one.last_seen, one.count, one.file) == (10, 25, 2, "a.pcap")
    assert len(merged([clue("a", 1, 1), clue("b", 1, 1)])) == 2


def test_claims_of_an_address_are_one_clue_a_source() -> None:
    def claim(source: str, first: int, ip: str = "10.0.0.1") -> BindingFact:
        return BindingFact("s", (), ip, "00:26:73:00:00:01", source, first, first + 5, 2)  # type: ignore[arg-type]

    arp, dhcp = bindings([claim("arp", 10), claim("dhcp", 3), claim("arp", 30)])
    assert (arp.source, arp.first_seen, arp.last_seen, arp.count, arp.measured) == ("arp", 10, 35, 4, True)
    assert (dhcp.source, dhcp.value, dhcp.kind) == ("dhcp", "10.0.0.1", "binding")
