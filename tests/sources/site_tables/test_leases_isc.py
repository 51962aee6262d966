"""ISC dhcpd's leases: dhcpd.leases(5), and what dhcpd 4.4 writes."""

from __future__ import annotations

from pathlib import Path

from tests.sources.site_tables.tables import CANON, RICOH, at, bindings, clues, said, table, who

HEAD = """\
# The format of this file is documented in the dhcpd.leases(5) manual page.
# This lease file was written by isc-dhcp-4.4.3-P1

# authoring-byte-order entry is generated, DO NOT DELETE
authoring-byte-order little-endian;

server-duid "\\000\\001\\000\\001,\\353Q\\025\\000\\014)\\001\\002\\003";

"""

LEASE = """\
lease 10.0.3.17 {
  starts 4 2026/11/26 08:00:00;
  ends 4 2026/11/26 20:00:00;
  tstp 4 2026/11/26 20:00:00;
  cltt 4 2026/11/26 08:00:05;
  binding state active;
  next binding state free;
  rewind binding state free;
  hardware ethernet 00:26:73:a1:b2:c3;
  uid "\\001\\000&s\\241\\262\\303";
  set vendor-class-identifier = "RicohPrinter";
  client-hostname "RNP002673A1B2C3";
}
"""


def test_an_active_lease_binds_and_its_client_is_heard(tmp_path: Path) -> None:
    ricoh = table(tmp_path, HEAD + LEASE)
    facts = list(ricoh)
    (binding,) = bindings(facts)
    assert ricoh.kind == "isc-leases"
    assert (binding.ip, binding.mac, binding.source) == ("10.0.3.17", RICOH, "leases")
    assert (binding.first, binding.last) == (at("2026-11-26 08:00:00"), at("2026-11-26 08:00:05"))
    assert (binding.until, binding.over) == (at("2026-11-26 20:00:00"), False)
    assert (binding.sensor, binding.file, binding.line) == ("", str(tmp_path / "table"), 9)
    assert said(facts) == [
        ("name", "RNP002673A1B2C3"), ("vendor-class", "RicohPrinter"), ("client-id", "01002673a1b2c3"),
    ]  # fmt: skip
    assert {(each.mac, each.ip) for each in clues(facts)} == {(RICOH, "10.0.3.17")}


def test_an_entry_that_replaces_another_is_an_interval_of_its_own(tmp_path: Path) -> None:
    later = LEASE.replace("08:00", "10:00").replace(RICOH, CANON)
    assert who(table(tmp_path, LEASE + later)) == [("10.0.3.17", RICOH), ("10.0.3.17", CANON)]


def test_a_released_lease_is_over_when_it_ended(tmp_path: Path) -> None:
    freed = LEASE.replace("state active", "state free").replace(
        "ends 4 2026/11/26 20:00:00", "ends 4 2026/11/26 09:00:00"
    )
    (binding,) = bindings(table(tmp_path, freed))
    assert binding.over
    assert (binding.first, binding.last) == (at("2026-11-26 08:00:00"), at("2026-11-26 09:00:00"))


def test_a_lease_without_end_has_none(tmp_path: Path) -> None:
    (binding,) = bindings(table(tmp_path, LEASE.replace("ends 4 2026/11/26 20:00:00", "ends never")))
    assert binding.until is None


def test_seconds_since_1970_are_read_too(tmp_path: Path) -> None:
    local = LEASE.replace("4 2026/11/26 08:00:00", "epoch 1795680000; # Thu Nov 26 09:00:00 2026")
    (binding,) = bindings(table(tmp_path, local.replace(" 2026;;", " 2026")))
    assert binding.first == 1_795_680_000_000_000


def test_an_address_that_nobody_has_is_nobodys(tmp_path: Path) -> None:
    abandoned = LEASE.replace("state active", "state abandoned").replace("10.0.3.17", "10.0.3.18")
    never = "lease 10.0.3.19 {\n  starts 4 2026/11/26 08:00:00;\n  binding state free;\n}\n"
    assert who(table(tmp_path, abandoned + never + LEASE)) == [("10.0.3.17", RICOH)]


def test_a_lease_that_is_cut_is_counted_and_the_others_stay(tmp_path: Path) -> None:
    cut = table(tmp_path, LEASE + LEASE[:200])
    assert who(cut) == [("10.0.3.17", RICOH)]
    assert [(each.problem, each.rows, each.line) for each in cut.problems] == [("a lease that does not end", 1, 14)]
