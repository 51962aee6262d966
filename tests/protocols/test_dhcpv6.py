"""DHCPv6: read as scapy wrote it; whose words they are with and without the relay's word on the card."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dhcp6 import (
    DUID_LL,
    DUID_LLT,
    VENDOR_CLASS_DATA,
    DHCP6_Advertise,
    DHCP6_Confirm,
    DHCP6_Decline,
    DHCP6_InfoRequest,
    DHCP6_Rebind,
    DHCP6_Reconf,
    DHCP6_RelayForward,
    DHCP6_RelayReply,
    DHCP6_Release,
    DHCP6_Renew,
    DHCP6_Reply,
    DHCP6_Request,
    DHCP6_Solicit,
    DHCP6OptClientFQDN,
    DHCP6OptClientId,
    DHCP6OptClientLinkLayerAddr,
    DHCP6OptIA_NA,
    DHCP6OptIA_TA,
    DHCP6OptIAAddress,
    DHCP6OptIfaceId,
    DHCP6OptOptReq,
    DHCP6OptRelayMsg,
    DHCP6OptRemoteID,
    DHCP6OptServerId,
    DHCP6OptStatusCode,
    DHCP6OptSubscriberID,
    DHCP6OptVendorClass,
)

from sniffer.model import limits
from sniffer.model.clues import ASKED, Claim, Heard, Said
from sniffer.protocols.dhcpv6 import heard
from tests.protocols.heard import anything, claims, cut_anywhere, said, sound

CARD, OTHER, ROUTER = "00:26:73:a1:b2:c3", "00:26:73:a1:b2:c4", "00:21:5a:11:22:33"
HERE, THERE, LOCAL = "2001:db8::51", "2001:db8::52", "fe80::226:73ff:fea1:b2c3"
DUID = DUID_LL(lladdr=OTHER)
WHO = DHCP6OptClientId(duid=DUID)
WHO_SAYS = (Said("client-id", bytes(DUID).hex()), Said("mac", OTHER))
SERVER = DHCP6OptServerId(duid=DUID_LLT(lladdr=ROUTER, timeval=7))
SERVER_SAYS = (
    Said("service", "dhcpv6"), Said("client-id", bytes(DUID_LLT(lladdr=ROUTER, timeval=7)).hex()), Said("mac", ROUTER),
)  # fmt: skip
NAME = DHCP6OptClientFQDN(fqdn="desk.example.org.")
NAMED = Said("name", "desk.example.org")


def lease(*addresses: str, seconds: int = 3600, options: tuple[Any, ...] = ()) -> Any:
    """An identity association with addresses."""
    each = [DHCP6OptIAAddress(addr=one, preflft=seconds, validlft=seconds) for one in addresses]
    return DHCP6OptIA_NA(iaid=1, T1=0, T2=0, ianaopts=[*each, *options])


def relayed(message: Any, card: str | None = CARD, peer: str = LOCAL, *options: Any, reply: bool = False) -> Any:
    """A message in a relay's envelope."""
    kind = DHCP6_RelayReply if reply else DHCP6_RelayForward
    seen = [DHCP6OptClientLinkLayerAddr(clladdr=card)] if card else []
    whole = kind(linkaddr="2001:db8::1", peeraddr=peer)
    for each in (*seen, *options, DHCP6OptRelayMsg(message=message)):
        whole /= each
    return whole


SOLICIT = DHCP6_Solicit() / WHO / NAME / DHCP6OptOptReq(reqopts=[23, 24]) / lease()
REPLY = DHCP6_Reply() / WHO / SERVER / lease(HERE) / NAME
ADVERTISE = DHCP6_Advertise() / WHO / SERVER / lease(HERE)
RENEW = DHCP6_Renew() / WHO / SERVER / lease(HERE, seconds=0)


def told(whole: Any) -> tuple[Heard, ...]:
    return heard(bytes(whole))


def test_a_client_speaks_of_itself() -> None:
    assert told(SOLICIT) == (Heard((NAMED, *WHO_SAYS)),)
    assert told(DHCP6_InfoRequest() / WHO) == (Heard(WHO_SAYS),)


def test_without_the_card_a_reply_speaks_of_the_address() -> None:
    """And claims none: a DUID's card may be another one of the box."""
    assert told(REPLY) == (Heard((NAMED, *WHO_SAYS), ip=HERE), Heard(SERVER_SAYS))


def test_an_offer_is_nobodys_address_yet() -> None:
    assert told(ADVERTISE) == (Heard(SERVER_SAYS),)


def test_with_the_card_a_reply_gives_the_address() -> None:
    assert told(relayed(REPLY, reply=True)) == (Heard((NAMED, *WHO_SAYS), (Claim(HERE, CARD, 3600),), CARD),)


def test_a_client_whose_duid_is_of_the_very_card() -> None:
    assert told(relayed(DHCP6_Solicit() / WHO, OTHER)) == (Heard(WHO_SAYS[:1], mac=OTHER),)


GONE = DHCP6OptStatusCode(statuscode=3, statusmsg="NoBinding")
FINE = DHCP6OptStatusCode(statuscode=0, statusmsg="all well")


@pytest.mark.parametrize(
    ("message", "claim"),
    [
        (DHCP6_Solicit() / lease(HERE), None),
        (ADVERTISE, None),
        (DHCP6_Request() / lease(HERE), Claim(HERE, CARD, ASKED)),
        (DHCP6_Confirm() / lease(HERE), Claim(HERE, CARD, ASKED)),
        (RENEW, Claim(HERE, CARD)),
        (DHCP6_Rebind() / lease(HERE), Claim(HERE, CARD)),
        (DHCP6_Release() / lease(HERE), Claim(HERE, CARD, over=True)),
        (DHCP6_Decline() / lease(HERE), Claim(HERE, CARD, over=True)),
        (DHCP6_Reply() / lease(HERE, seconds=0xFFFFFFFF), Claim(HERE, CARD)),
        (DHCP6_Reply() / lease(HERE, seconds=0), Claim(HERE, CARD, over=True)),
        (DHCP6_Reply() / lease(HERE, options=(GONE,)), None),
        (DHCP6_Reply() / lease(HERE, options=(FINE,)), Claim(HERE, CARD, 3600)),
        (DHCP6_Reply() / DHCP6OptIA_NA(ianaopts=[DHCP6OptIAAddress(addr=HERE, iaaddropts=[GONE])]), None),
        (DHCP6_Reply() / DHCP6OptIA_TA(iataopts=[DHCP6OptIAAddress(addr=HERE, validlft=60)]), Claim(HERE, CARD, 60)),
        (DHCP6_Reply() / lease("ff02::1"), None),
        (DHCP6_Reply() / lease("::"), None),
    ],
)
def test_who_has_an_address(message: Any, claim: Claim | None) -> None:
    assert claims(told(relayed(message))) == ([claim] if claim else [])
    assert claims(told(message)) == []


def test_all_addresses_of_all_associations() -> None:
    whole = DHCP6_Reply() / lease(HERE, THERE) / DHCP6OptIA_TA(iataopts=[DHCP6OptIAAddress(addr="2001:db8::53")])
    assert [each.ip for each in claims(told(relayed(whole)))] == [HERE, THERE, "2001:db8::53"]


def test_a_relayed_client_without_a_card_is_whoever_uses_its_address() -> None:
    assert told(relayed(RENEW, None)) == (Heard(WHO_SAYS, ip=HERE),)
    assert told(relayed(SOLICIT, None, THERE)) == (Heard((NAMED, *WHO_SAYS), ip=THERE),)


@pytest.mark.parametrize("message", [SOLICIT, DHCP6_Request() / WHO / lease(HERE), DHCP6_Decline() / WHO / lease(HERE)])
def test_a_relayed_client_of_another_link_may_be_nobody(message: Any) -> None:
    """What it asks for, and what it found taken, is not its own."""
    assert told(relayed(message, None)) == ()


def test_where_it_is_plugged_in() -> None:
    seen = (
        DHCP6OptIfaceId(ifaceid=b"Gi1/0/5"),
        DHCP6OptRemoteID(enterprisenum=9, remoteid=bytes.fromhex("00215a112233")),
        DHCP6OptSubscriberID(subscriberid=b"room 12"),
    )
    whole = relayed(DHCP6_Solicit(), CARD, LOCAL, *seen)
    assert told(whole) == (Heard((Said("port", f"circuit Gi1/0/5, remote {ROUTER}, subscriber room 12"),), mac=CARD),)


def test_the_relay_next_to_the_client_knows_it() -> None:
    inner = relayed(SOLICIT, CARD, LOCAL, DHCP6OptIfaceId(ifaceid=b"Gi1/0/5"))
    whole = relayed(inner, ROUTER, "2001:db8::1", DHCP6OptIfaceId(ifaceid=b"uplink"))
    assert told(whole) == (Heard((NAMED, *WHO_SAYS, Said("port", "circuit Gi1/0/5")), mac=CARD),)


def test_relays_in_relays_have_an_end() -> None:
    whole: Any = SOLICIT
    for _ in range(limits.DHCPV6_RELAYS):
        whole = relayed(whole)
    assert claims(told(whole)) == []
    assert said(told(whole)) == {NAMED, *WHO_SAYS}
    assert told(relayed(whole)) == ()


def test_vendor_classes() -> None:
    words = [b"MSFT 5.0", b"Mfg=Xerox;Typ=MFP;Mod=VersaLink C405"]
    data = [VENDOR_CLASS_DATA(data=each) for each in words]
    assert said(told(DHCP6_Solicit() / DHCP6OptVendorClass(enterprisenum=311, vcdata=data))) == {
        *(Said("vendor-class", each.decode()) for each in words),
        Said("vendor", "Xerox"),
        Said("kind", "printer"),
        Said("model", "VersaLink C405"),
    }


@pytest.mark.parametrize(
    "whole",
    [
        b"", b"\1", b"\1\0\0", bytes(DHCP6_Reconf() / WHO), b"\x14\0\0\1" + bytes(WHO), bytes(relayed(SOLICIT))[:34],
        b"\1\0\0\7" + struct.pack("!HH", 1, 600) + b"short",
        b"\1\0\0\7" + struct.pack("!HHH", 79, 8, 1) + b"\2" * 6,  # a client cannot say that of itself
        bytes(SOLICIT) + bytes(limits.DISCOVERY_BYTES),
    ],
)  # fmt: skip
def test_what_says_nothing(whole: bytes) -> None:
    assert heard(whole) == ()


def test_another_kind_of_card_is_none() -> None:
    whole = bytes(relayed(DHCP6_Renew() / lease(HERE), None))
    infiniband = struct.pack("!HHH", 79, 8, 32) + bytes.fromhex("002673a1b2c3")
    ethernet = struct.pack("!HHH", 79, 8, 1) + bytes.fromhex("002673a1b2c3")
    assert heard(whole + infiniband) == ()
    assert claims(heard(whole + ethernet)) == [Claim(HERE, CARD)]


def test_many_addresses_are_bounded() -> None:
    many = [f"2001:db8::{each:x}" for each in range(1, 200)]
    sound(told(relayed(DHCP6_Reply() / lease(*many))))
    sound(told(DHCP6_Reply() / WHO / lease(*many)))
    assert len(claims(told(relayed(DHCP6_Reply() / lease(*many))))) == limits.ADDRESSES_SAID


MESSAGES = [bytes(each) for each in (
    SOLICIT, REPLY, RENEW, relayed(REPLY), relayed(relayed(RENEW, None)),
    relayed(SOLICIT, CARD, LOCAL, DHCP6OptIfaceId(ifaceid=b"Gi1/0/5")),
    DHCP6_Solicit() / DHCP6OptVendorClass(enterprisenum=311, vcdata=[VENDOR_CLASS_DATA(data=b"MSFT 5.0")] * 3),
)]  # fmt: skip


@pytest.mark.parametrize("whole", MESSAGES)
def test_cut_anywhere_it_says_a_part_of_it(whole: bytes) -> None:
    cut_anywhere(heard, whole)


def test_junk_behind_does_not_matter() -> None:
    assert heard(bytes(SOLICIT) + b"\xff\xff\xff") == told(SOLICIT)
    assert heard(bytes(SOLICIT) + b"\xff\xff\xff\xff\xff") == told(SOLICIT)


@given(anything(MESSAGES))
def test_nothing_raises_and_what_is_told_is_bounded(junk: bytes) -> None:
    sound(heard(junk))


@given(st.binary(max_size=400), st.sampled_from(range(14)))
def test_any_options(junk: bytes, kind: int) -> None:
    sound(heard(bytes([kind, 0, 0, 7]) + junk))
    sound(heard(bytes(relayed(SOLICIT))[:34] + junk))
