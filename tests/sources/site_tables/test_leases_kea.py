"""Kea's lease files: the columns of csv_lease_file4.cc and csv_lease_file6.cc in Kea 2.4."""

from __future__ import annotations

from pathlib import Path

from tests.sources.site_tables.tables import CANON, RICOH, bindings, clues, said, table, who

FOUR = (
    "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id\n"
)
SIX = (
    "address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,hostname,"
    "hwaddr,state,user_context,hwtype,hwaddr_source,pool_id\n"
)
RENEWED, ENDS = 1_795_680_000, 1_795_683_600


def test_a_lease_binds_from_when_its_client_was_heard(tmp_path: Path) -> None:
    row = f"10.0.3.17,{RICOH},01:00:26:73:a1:b2:c3,3600,{ENDS},1,0,0,rnp002673a1b2c3.example.org.,0,,0\n"
    kea = table(tmp_path, FOUR + row)
    facts = list(kea)
    (binding,) = bindings(facts)
    assert kea.kind == "kea-leases"
    assert (binding.ip, binding.mac, binding.line) == ("10.0.3.17", RICOH, 2)
    assert (binding.first, binding.last, binding.until) == (RENEWED * 10**6, (RENEWED + 1) * 10**6, ENDS * 10**6)
    assert said(facts) == [("name", "rnp002673a1b2c3.example.org"), ("client-id", "01002673a1b2c3")]


def test_a_lease_that_was_deleted_or_reclaimed_is_over(tmp_path: Path) -> None:
    rows = f"10.0.3.17,{RICOH},,0,{ENDS},1,0,0,,0,,0\n10.0.3.18,{CANON},,3600,{ENDS},1,0,0,,2,,0\n"
    assert [(each.over, each.last) for each in bindings(table(tmp_path, FOUR + rows))] == [(True, ENDS * 10**6)] * 2


def test_a_declined_address_is_nobodys(tmp_path: Path) -> None:
    rows = f"10.0.3.17,,,86400,{ENDS},1,0,0,,1,,0\n10.0.3.18,{CANON},,4294967295,{ENDS + 4294967295},1,0,0,,0,,0\n"
    (binding,) = bindings(table(tmp_path, FOUR + rows))
    assert (binding.ip, binding.first, binding.until) == ("10.0.3.18", ENDS * 10**6, None)


def test_a_comma_in_a_name_was_written_as_a_number(tmp_path: Path) -> None:
    rows = f"10.0.3.17,{RICOH},,3600,{ENDS},1,0,0,floor 2&#x2c left,0,,0\n"
    assert said(table(tmp_path, FOUR + rows)) == [("name", "floor 2, left")]


def test_a_lease_of_ipv6_without_a_card_still_says_who(tmp_path: Path) -> None:
    duid = "00:03:00:01:00:26:73:a1:b2:c3"
    rows = (
        f"2001:db8:1::5,{duid},3600,{ENDS},1,1800,0,7,128,0,0,ricoh.,{RICOH},0,,1,2,0\n"
        f"2001:db8:1::6,{duid},3600,{ENDS},1,1800,0,8,128,0,0,,,0,,,,0\n"
        f"2001:db8:2::,{duid},3600,{ENDS},1,1800,2,9,56,0,0,,,0,,,,0\n"
    )
    facts = list(table(tmp_path, SIX + rows))
    assert who(facts) == [("2001:db8:1::5", RICOH)]
    assert [(each.mac, each.ip, each.value) for each in clues(facts)] == [
        (RICOH, "2001:db8:1::5", "ricoh"),
        (RICOH, "2001:db8:1::5", "00030001002673a1b2c3"),
        (None, "2001:db8:1::6", "00030001002673a1b2c3"),
    ]


def test_a_file_cut_in_its_last_row_keeps_the_others(tmp_path: Path) -> None:
    kea = table(tmp_path, FOUR + f"10.0.3.17,{RICOH},,3600,{ENDS},1,0,0,,0,,0\n10.0.3.18,{CANON},,36")
    assert who(kea) == [("10.0.3.17", RICOH)]
    assert [(each.rows, each.line) for each in kea.problems] == [(1, 3)]
