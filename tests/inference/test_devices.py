"""Who is a device, in its first form: a network card of our link, else an address at a place."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sniffer.inference.identity.names import telling
from sniffer.model.facts import SessionFact
from sniffer.model.findings import DeviceFinding, IdentityBand
from tests.inference.facts import EXCHANGE_BANNER, attempt, fact, in_tls, judge, no_auth

BASIC = attempt()
ROUTER = "00:1b:17:00:00:01"


def ips(device: DeviceFinding) -> list[str]:
    """The addresses of a device."""
    return [each.ip for each in device.addresses]


def test_a_card_on_our_link_is_one_device_whatever_address_it_gets() -> None:
    device = judge([fact(BASIC), fact(BASIC, day=1, client="10.0.3.44")]).device
    assert ips(device) == ["10.0.3.17", "10.0.3.44"]
    assert [each.mac for each in device.interfaces] == ["00:26:73:a1:b2:c3"]
    assert (device.name, device.vendor, device.identity.band) == ("RNP002673A1B2C3", "Ricoh", "strong")


def test_behind_a_router_each_address_is_a_device_and_the_router_is_none() -> None:
    devices = judge([
        fact(BASIC, client="10.0.4.1", mac=ROUTER, on_link=False, helo="scan"),
        fact(BASIC, client="10.0.4.2", mac=ROUTER, on_link=False, helo="scan", day=1),
    ]).devices  # fmt: skip
    assert sorted(ips(device)[0] for device in devices) == ["10.0.4.1", "10.0.4.2"]
    assert all(not device.interfaces and device.vendor is None for device in devices)
    assert {device.identity.band for device in devices} == {"unknown"}
    assert all("10.0.4." in str(device.identity.settles) for device in devices)


def test_a_card_with_several_addresses_and_names_is_nobodys() -> None:
    """A proxy or a router that resets the hop count: its addresses stay apart."""
    devices = judge([
        fact(BASIC, client="10.0.4.1", mac=ROUTER, helo="printer-1"),
        fact(BASIC, client="10.0.4.2", mac=ROUTER, helo="printer-2", day=1),
    ]).devices  # fmt: skip
    assert len(devices) == 2
    assert all(not device.interfaces for device in devices)


@pytest.mark.parametrize("helo", [None, "localhost", "[10.0.4.1]", "10.0.4.1", "host"])
def test_several_addresses_under_a_name_that_says_nothing_stay_apart(helo: str | None) -> None:
    devices = judge([fact(BASIC, client=f"10.0.4.{n}", mac=ROUTER, helo=helo, day=n) for n in (1, 2)]).devices
    assert len(devices) == 2


def test_one_address_with_several_names_is_one_device() -> None:
    device = judge([fact(BASIC, helo="scan"), fact(BASIC, helo="backup", day=1)]).device
    assert device.name is None
    assert {each.value for each in device.evidence if each.kind == "name"} == {"scan", "backup"}
    assert device.identity.band == "likely"


SHARED = ["00:00:5e:00:01:07", "00:00:5e:00:02:07", "00:00:0c:07:ac:01", "00:00:0c:9f:f0:01", "00:07:b4:00:01:01",
          "02:bf:0a:00:03:02"]  # fmt: skip


@pytest.mark.parametrize("mac", SHARED)
def test_the_card_of_a_redundancy_protocol_is_nobodys(mac: str) -> None:
    device = judge([fact(BASIC, mac=mac, helo="scan")]).device
    assert device.interfaces == ()
    assert device.identity.band == "unknown"


CARDS: list[tuple[str, str, IdentityBand, str | None]] = [
    ("00:26:73:a1:b2:c3", "global", "strong", "Ricoh"),
    ("da:a1:19:00:00:01", "random", "likely", None),
    ("00:50:56:a1:b2:c3", "virtual", "likely", "VMware"),
    ("02:42:ac:11:00:02", "virtual", "likely", "Docker"),
]


@pytest.mark.parametrize(("mac", "kind", "band", "maker"), CARDS)
def test_kinds_of_cards(mac: str, kind: str, band: IdentityBand, maker: str | None) -> None:
    device = judge([fact(BASIC, mac=mac, helo="scan")]).device
    assert [each.kind for each in device.interfaces] == [kind]
    assert (device.identity.band, device.vendor) == (band, maker)


def test_the_same_address_at_two_sensors_is_two_devices() -> None:
    seen = [fact(BASIC, mac=None, helo="scan", sensor=sensor, day=n) for n, sensor in enumerate(("hq", "branch"))]
    devices = judge(seen).devices
    assert [ips(device) for device in devices] == [["10.0.3.17"], ["10.0.3.17"]]


def test_the_same_address_in_two_vlans_is_two_devices() -> None:
    seen = [fact(BASIC, mac=None, helo="scan", vlan=vlan, day=n) for n, vlan in enumerate([(10,), (20,), ()])]
    devices = judge(seen).devices
    assert len({device.device for device in devices}) == 3
    assert {device.addresses[0].domain for device in devices} == {"default/vlan10", "default/vlan20", "default"}


def test_a_session_seen_by_two_sensors_is_one_with_two_observations() -> None:
    near = fact(BASIC, session="s-0123456789abcdef", sensor="lan")
    far = fact(BASIC, session="s-0123456789abcdef", sensor="wan", mac=ROUTER, on_link=False)
    for facts in ([near, far], [far, near]):
        judged = judge(facts)
        assert [each.sensor for each in judged.session.fact.observations] == ["lan", "wan"]
        assert judged.device.vendor == "Ricoh"
        assert judged.service.judged == 1


LOCAL: list[tuple[str, bool]] = [
    ("10.1.2.3", True), ("172.16.0.1", True), ("172.32.0.1", False), ("192.168.1.1", True), ("192.169.1.1", False),
    ("100.64.0.1", True), ("100.128.0.1", False), ("169.254.9.9", True), ("198.18.0.1", False), ("198.19.255.1", False),
    ("192.0.2.1", False), ("198.51.100.1", False), ("203.0.113.1", False), ("240.0.0.1", False),
    ("fd00::1", True), ("fe80::1", True), ("2001:db8::1", False), ("2600::1", False),
]  # fmt: skip


@pytest.mark.parametrize(("client", "ours"), LOCAL)
def test_which_addresses_are_ours(client: str, *, ours: bool) -> None:
    server = "2600::25" if ":" in client else "8.8.8.8"
    judged = judge([fact(BASIC, client=client, server=server, banner="220 mail.example.org ESMTP")])
    assert (judged.session.scope == "local") is ours
    assert judged.device.scope == judged.session.scope


def test_a_named_net_is_ours_too() -> None:
    facts = [fact(BASIC, client="192.0.2.9", server="203.0.113.5", banner="220 mail.example.org ESMTP")]
    assert judge(facts).device.scope == "remote"
    assert judge(facts, ["192.0.2.0/28"]).device.scope == "local"
    assert judge(facts, ["192.0.2.16/28"]).device.scope == "remote"


def test_any_client_of_a_submission_service_is_local() -> None:
    assert judge([fact(BASIC, client="192.0.2.9")]).device.scope == "local"


def test_an_outsider_at_our_own_server_is_remote_whatever_the_server_claims() -> None:
    judged = judge([fact(BASIC, client="192.0.2.9", server="10.0.3.2")])
    assert (judged.session.direction, judged.device.scope) == ("inbound", "remote")
    assert judged.session.findings[0].code == "claims-service"
    assert "Exchange Online" in judged.session.findings[0].text


OTHER_BANNER = "220 mail.example.net ESMTP"
SIDES: list[tuple[str, str, str, str, str]] = [
    # client, server, the server's greeting → direction, scope
    ("10.0.3.17", "52.97.1.2", EXCHANGE_BANNER, "outbound", "local"),
    ("10.0.3.17", "203.0.113.5", OTHER_BANNER, "outbound", "local"),
    ("10.0.3.17", "10.0.3.2", OTHER_BANNER, "internal", "local"),
    ("192.0.2.9", "10.0.3.2", OTHER_BANNER, "inbound", "remote"),
    ("192.0.2.9", "10.0.3.2", EXCHANGE_BANNER, "inbound", "remote"),  # it only claims to be one that we submit to
    ("192.0.2.9", "52.97.1.2", EXCHANGE_BANNER, "outbound", "local"),  # a public address of ours, whoever names it
    ("192.0.2.9", "203.0.113.5", OTHER_BANNER, "outbound", "remote"),
    ("192.0.2.9", "104.47.1.2", "220 x.mail.protection.outlook.com ESMTP", "outbound", "remote"),
]


@pytest.mark.parametrize(("client", "server", "banner", "direction", "scope"), SIDES)
def test_direction_and_scope(client: str, server: str, banner: str, direction: str, scope: str) -> None:
    judged = judge([fact(BASIC, client=client, server=server, banner=banner, port=25)])
    assert (judged.session.direction, judged.device.scope) == (direction, scope)


@pytest.mark.parametrize(
    ("helo", "says"),
    [("RNP002673A1B2C3", True), ("mail.example.org", True), ("localhost.localdomain", False), ("[127.0.0.1]", False),
     ("192.168.1.9", False), ("mail.txt", False), ("smtp", False), ("\x1b[2J", False), ("", False), (None, False)],
)  # fmt: skip
def test_which_names_say_who_it_is(helo: str | None, *, says: bool) -> None:
    assert (telling(helo) is not None) is says


KINDS = st.sampled_from(["basic", "oauth", "cram", "none", "tls", "early", "failed"])


@st.composite
def any_fact(draw: st.DrawFn) -> SessionFact:
    """A session of some device, anywhere, of any kind; some sessions are seen twice."""
    number = draw(st.integers(1, 4))
    told = {
        "day": draw(st.integers(0, 50)),
        "client": draw(st.sampled_from(["10.0.3.1", "10.0.3.2", "192.0.2.9", "fd00::1"])),
        "mac": draw(st.sampled_from([None, "00:26:73:a1:b2:c3", "00:80:77:4b:5c:6d", "da:a1:19:00:00:01"])),
        "on_link": draw(st.booleans()),
        "helo": draw(st.sampled_from([None, "printer", "nas", "localhost"])),
        "server": draw(st.sampled_from(["52.97.1.2", "10.0.3.9", "203.0.113.5"])),
        "sensor": draw(st.sampled_from(["hq", "branch"])),
        "vlan": draw(st.sampled_from([(), (10,)])),
        "lasts": draw(st.sampled_from([0, 1, 2_000_000])),
        "session": draw(st.sampled_from([None, f"s-{number:016x}"])),
    }
    kind = draw(KINDS)
    if kind == "tls":
        return in_tls(**told)  # type: ignore[arg-type]
    if kind == "early":
        return no_auth(**told)  # type: ignore[arg-type]
    if kind == "none":
        return fact(mail=True, mail_accepted=draw(st.booleans()), **told)  # type: ignore[arg-type]
    attempts = {"basic": attempt(), "oauth": attempt("XOAUTH2"), "cram": attempt("CRAM-MD5"),
                "failed": attempt("LOGIN", "failure")}  # fmt: skip
    return fact(attempts[kind], **told)  # type: ignore[arg-type]


@given(st.lists(any_fact(), min_size=1, max_size=25), st.randoms(use_true_random=False))
def test_judgement_is_a_function_of_the_set_of_facts(facts: list[SessionFact], chance: random.Random) -> None:
    first = judge(facts)
    shuffled = [*facts, chance.choice(facts)]  # and a second import adds nothing
    chance.shuffle(shuffled)
    assert judge(shuffled) == first
    assert sum(service.judged + service.unjudged for device in first.devices for service in device.services) == len(
        first.sessions
    )


def test_an_address_that_several_share_has_none_of_their_names() -> None:
    """Two tell their cards by their names; what is left is the address, and the third is not what it is called."""
    names = ("RNP002673A1B2C3", "XRX9C934E2CF72C", "KMBT112233")
    seen = [fact(BASIC, mac=ROUTER, on_link=False, helo=name, day=n / 10_000) for n, name in enumerate(names)]
    facts = [replace(each, routers=(ROUTER,)) for each in seen]
    devices = {device.name: device for device in judge(facts).devices}
    assert set(devices) == {*names[:2], None}
    assert (devices[None].role, devices[None].senders_at_least, devices[None].kind) == ("nat", 3, None)
    assert [each.value for each in devices[None].evidence if each.source == "smtp"] == [names[2]]
