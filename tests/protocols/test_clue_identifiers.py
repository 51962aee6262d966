"""Addresses, hosts, cards and UUIDs: what is one box's own, and what is nobody's."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.model import limits
from sniffer.model.clues import Said
from sniffer.protocols.clue_identifiers import address, gathered, host_name, macs, spelt_address, url_host, uuid


@pytest.mark.parametrize(
    "ip", ["10.1.0.51", "169.254.7.7", "8.8.8.8", "fe80::1", "fd00::1", "2001:db8::51", "2603:1026::2"]
)
def test_addresses_of_boxes(ip: str) -> None:
    assert address(ip_address(ip).packed) == spelt_address(ip) == ip


@pytest.mark.parametrize(
    "ip",
    ["0.0.0.0", "127.0.0.1", "224.0.0.251", "255.255.255.255", "::", "::1", "ff02::fb", "::ffff:10.1.0.51"],  # noqa: S104
)
def test_addresses_of_nobody(ip: str) -> None:
    assert address(ip_address(ip).packed) is spelt_address(ip) is None


@given(st.one_of(st.ip_addresses(), st.binary(max_size=20)))
def test_any_address(said: IPv4Address | IPv6Address | bytes) -> None:
    found = address(said if isinstance(said, bytes) else said.packed)
    if found is not None:
        own = ip_address(found)
        assert str(own) == found
        assert not any((own.is_multicast, own.is_loopback, own.is_unspecified, own.is_reserved))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://10.1.0.51:80/x", "10.1.0.51"),
        ("http://[fe80::1%25eth0]:631/", "[fe80::1%25eth0]"),
        ("https://user:secret@BRN1.local./", "BRN1.local."),
        ("10.1.0.51", None),
        ("http://", None),
        ("javascript:alert(1)", None),
    ],
)
def test_hosts_of_urls(url: str, host: str | None) -> None:
    assert url_host(url) == host


def test_hosts_are_names_or_addresses() -> None:
    assert spelt_address("[fe80::1%25eth0]") == "fe80::1"
    assert spelt_address("BRN1.local.") is spelt_address("") is None
    assert host_name("BRN1.LOCAL.") == host_name("BRN1") == (Said("name", "BRN1"),)
    assert host_name("10.1.0.51") == host_name("[fe80::1]") == host_name("localhost") == host_name("") == ()


def test_cards_and_uuids() -> None:
    assert macs("00:11:32:1A:2B:3C|00-11-32") == (Said("mac", "00:11:32:1a:2b:3c"),)
    assert macs("00408C112233") == (Said("mac", "00:40:8c:11:22:33"),)
    assert macs("ff:ff:ff:ff:ff:ff") == macs("00:00:00:00:00:00") == macs("x") == ()
    assert uuid("urn:uuid:4509A320-00a0-008f-00b6-002673a1b2c3") == (
        Said("uuid", "4509a320-00a0-008f-00b6-002673a1b2c3"),
    )
    assert uuid("ffffffff-ffff-ffff-ffff-ffffffffffff") == uuid("uuid:Upnp-Basic") == ()


def test_what_was_heard_is_bounded() -> None:
    many = [Said("mac", f"00:00:00:00:00:{n:02x}") for n in range(200)]
    heard = gathered(many, [f"10.0.0.{n}" for n in range(1, 100)])
    assert len(heard) == limits.CLUE_BOXES
    assert {len(each.said) for each in heard} == {limits.CLUES_SAID}
    assert gathered([], ["10.0.0.1"]) == ()
