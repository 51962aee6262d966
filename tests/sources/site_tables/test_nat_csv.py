"""Translations in CSV: PAN-OS' export by its columns, and what people make of a log."""

from __future__ import annotations

from pathlib import Path

import pytest

from sniffer.sources.problems import TableError
from tests.sources.site_tables.tables import CET, at, sides, table, translations

SIDES = [("203.0.113.5", 61234, "10.0.3.17", 51000)]

PALO_ALTO = (
    "Domain,Receive Time,Serial #,Type,Threat/Content Type,Config Version,Generate Time,Source address,"
    "Destination address,"
    "NAT Source IP,NAT Destination IP,Rule,Source Port,Destination Port,NAT Source Port,NAT Destination Port,Flags,"
    "IP Protocol,Action,Start Time,Elapsed Time (sec)\n"
    "1,2026/11/26 12:00:08,0076,TRAFFIC,end,2560,2026/11/26 12:00:07,10.0.3.17,52.97.1.2,203.0.113.5,52.97.1.2,Out,"
    "51000,587,61234,587,0x400000,tcp,allow,2026/11/26 12:00:00,5\n"
    "1,2026/11/26 12:00:08,0076,TRAFFIC,end,2560,2026/11/26 12:00:07,10.0.3.17,10.0.9.9,0.0.0.0,0.0.0.0,In,51001,"
    "587,0,0,0x400000,tcp,allow,2026/11/26 12:00:00,5\n"
)  # fmt: skip


def test_pan_os_export(tmp_path: Path) -> None:
    log = table(tmp_path, PALO_ALTO)
    (fact,) = facts = translations(log)
    assert log.kind == "nat-csv"
    assert sides(facts) == SIDES
    assert (fact.first, fact.last) == (at("2026-11-26 12:00:00"), at("2026-11-26 12:00:05"))
    assert log.problems == []


def test_only_connections_to_the_ports_that_matter_are_told(tmp_path: Path) -> None:
    assert sides(table(tmp_path, PALO_ALTO, ports=range(587, 588))) == SIDES
    with pytest.raises(TableError, match="holds nothing that can be used"):
        list(table(tmp_path, PALO_ALTO, ports={25}))


def test_a_table_that_somebody_made(tmp_path: Path) -> None:
    text = "Time;Outside IP;Outside Port;Inside IP\n26.11.2026 13:00;203.0.113.5;61234;10.0.3.17\n"
    (fact,) = translations(table(tmp_path, text, CET))
    assert (fact.inside_ip, fact.inside_port, fact.first, fact.last) == (
        "10.0.3.17",
        None,
        *[at("2026-11-26 12:00")] * 2,
    )


def test_the_date_in_a_column_of_its_own(tmp_path: Path) -> None:
    text = "Date,Time,Public IP,Public Port,Private IP,Protocol\n11/26/2026,12:00:00,203.0.113.5,61234,10.0.3.17,TCP\n"
    (fact,) = translations(table(tmp_path, text))
    assert fact.first == at("2026-11-26 12:00:00")


def test_seconds_since_1970(tmp_path: Path) -> None:
    text = "time,nat ip,nat port,src ip\n1795694400.5,203.0.113.5,61234,10.0.3.17\n"
    (fact,) = translations(table(tmp_path, text))
    assert fact.first == at("2026-11-26 12:00:00") + 500_000


def test_columns_that_are_missing_are_named(tmp_path: Path) -> None:
    text = "When,Outside IP,Inside IP\n2026-11-26 12:00,203.0.113.5,10.0.3.17\n"
    with pytest.raises(TableError, match="no column for time, outside port; it has When, Outside IP, Inside IP"):
        list(table(tmp_path, text))


def test_dates_that_mean_two_things_are_refused(tmp_path: Path) -> None:
    text = "Time,Outside IP,Outside Port,Inside IP\n03/04/2026 12:00,203.0.113.5,61234,10.0.3.17\n"
    with pytest.raises(TableError, match="two ways"):
        list(table(tmp_path, text))


def test_rows_that_cannot_be_used_are_counted(tmp_path: Path) -> None:
    text = (
        "Time,Outside IP,Outside Port,Inside IP\n2026-11-26 12:00,203.0.113.5,61234,10.0.3.17\n"
        "yesterday,203.0.113.5,61235,10.0.3.17\n2026-11-26 12:00,203.0.113.5,99999,10.0.3.17\n"
        "2026-11-26 12:00,fw1,61234,10.0.3.17\n2026-11-26\n"
    )
    log = table(tmp_path, text)
    assert len(translations(log)) == 1
    assert [(each.problem, each.rows, each.line) for each in log.problems] == [
        ("no address or no port", 2, 4),
        ("no time, or none that can be read", 1, 3),
        ("fewer cells than the table has columns", 1, 6),
    ]
