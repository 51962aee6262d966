"""SSDP, UPnP, WS-Discovery and HTTP: what devices say in headers and in XML, and what stays where it is."""

from __future__ import annotations

import pytest
from hypothesis import given

from sniffer.model import limits
from sniffer.model.clues import Heard, Said
from sniffer.protocols import http, ssdp, ws_discovery
from tests.protocols.clue_checks import cut_anywhere, hostile, sound, words

ID = "4509a320-00a0-008f-00b6-002673a1b2c3"
IP = "10.1.0.51"


def lines(*each: str) -> bytes:
    """A head."""
    return "\r\n".join([*each, "", ""]).encode()


ALIVE = lines(
    "NOTIFY * HTTP/1.1", "HOST: 239.255.255.250:1900", "CACHE-CONTROL: max-age=1800",
    f"LOCATION: http://{IP}:80/description.xml", "NT: urn:schemas-upnp-org:device:Printer:1", "NTS: ssdp:alive",
    "SERVER: Network Printer Server UPnP/1.0 BRSTL 10.1", f"USN: uuid:{ID}::urn:schemas-upnp-org:device:Printer:1",
)  # fmt: skip
ANSWER = ALIVE.replace(b"NOTIFY * HTTP/1.1", b"HTTP/1.1 200 OK").replace(b"\r\nNT:", b"\r\nST:")
PRINTER = (
    Said("system", "Network Printer Server UPnP/1.0 BRSTL 10.1"),
    Said("uuid", ID),
    Said("service", "urn:schemas-upnp-org:device:Printer:1"),
    Said("kind", "printer"),
)
SEARCH = lines("M-SEARCH * HTTP/1.1", 'MAN: "ssdp:discover"', "ST: ssdp:all", "USER-AGENT: Chrome/130.0 Windows")


def test_who_is_there_is_where_its_description_is() -> None:
    assert ssdp.heard(ALIVE) == ssdp.heard(ALIVE + b"junk: x\r\n") == ssdp.heard(ANSWER) == (Heard(PRINTER, ip=IP),)
    assert ssdp.heard(ALIVE.replace(b"ssdp:alive", b"ssdp:update")) == (Heard(PRINTER, ip=IP),)


def test_without_an_address_it_is_the_sender() -> None:
    assert ssdp.heard(ALIVE.replace(b"LOCATION", b"X-LOCATION")) == (Heard(PRINTER),)
    named = ALIVE.replace(IP.encode(), b"BRN3C2AF4112233.local")
    assert ssdp.heard(named) == (Heard((*PRINTER, Said("name", "BRN3C2AF4112233"))),)


def test_who_leaves_or_searches_says_little() -> None:
    assert ssdp.heard(ALIVE.replace(b"ssdp:alive", b"ssdp:byebye")) == ()
    assert ssdp.heard(SEARCH) == (Heard((Said("agent", "Chrome/130.0 Windows"),)),)
    assert ssdp.heard(SEARCH.replace(b"USER-AGENT", b"X")) == ()


@pytest.mark.parametrize(
    ("device", "kind"),
    [("InternetGatewayDevice:2", "router"), ("MediaServer:1", None), ("NetworkCamera:1", "camera"),
     ("Scanner:1", "scanner"), ("WLANAccessPointDevice:1", "access-point"), ("Basic:1", None)],
)  # fmt: skip
def test_kinds_of_devices(device: str, kind: str | None) -> None:
    said = words(ssdp.heard(ALIVE.replace(b"Printer:1", device.encode())))
    assert {each.value for each in said if each.field == "kind"} == ({kind} if kind else set())


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 404 Not Found\r\nST: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nServer: Apache\r\n\r\n",
        b"NOTIFY\r\n",
        ALIVE[7:],
    ],
)
def test_what_is_no_ssdp(said: bytes) -> None:
    assert ssdp.heard(said) == ()


def test_ssdp_cut_anywhere() -> None:
    for size in range(len(ALIVE)):
        assert words(ssdp.heard(ALIVE[:size])) <= {*PRINTER}, size


@given(hostile(ALIVE, ANSWER, SEARCH))
def test_whatever_comes_as_ssdp(said: bytes) -> None:
    sound(ssdp.heard(said))


UPNP = f"""<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><device>
<deviceType>urn:schemas-upnp-org:device:Printer:1</deviceType>
<friendlyName>Office &amp; Lobby</friendlyName><manufacturer> Brother </manufacturer>
<modelName>HL-L2370DW series</modelName><serialNumber>E78098C9N123456</serialNumber><UDN>uuid:{ID}</UDN>
<deviceList><device><friendlyName>Inner</friendlyName><modelName>Inner</modelName></device></deviceList>
</device></root>""".encode()
UPNP_SAID = (
    Said("service", "urn:schemas-upnp-org:device:Printer:1"), Said("kind", "printer"),
    Said("comment", "Office & Lobby"), Said("vendor", "Brother"), Said("model", "HL-L2370DW series"),
    Said("serial", "E78098C9N123456"), Said("uuid", ID),
)  # fmt: skip


def test_a_description() -> None:
    assert ssdp.description(UPNP) == UPNP_SAID


def test_entities_of_a_strangers_are_not_looked_up() -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><friendlyName>&b;</friendlyName>'
    assert ssdp.description(laughs) == (Said("comment", "&b;"),)
    assert ssdp.description(b"<friendlyName>" + b"x" * 5000 + b"</friendlyName>") == ()
    assert ssdp.description(b"<friendlyName>&#27;[2J&#x202e;x</friendlyName>") == (Said("comment", "[2Jx"),)


SOAP = """<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"
 xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:wsd="http://schemas.xmlsoap.org/ws/2005/04/discovery"
 xmlns:wprt="http://schemas.microsoft.com/windows/2006/08/wdp/print"><soap:Header>
<wsa:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</wsa:To>
<wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/{action}</wsa:Action>
<wsa:MessageID>urn:uuid:99999999-1111-2222-3333-444444444444</wsa:MessageID></soap:Header><soap:Body>{body}</soap:Body>
</soap:Envelope>"""
ENDPOINT = f"""<wsa:EndpointReference><wsa:Address>urn:uuid:{ID}</wsa:Address></wsa:EndpointReference>
<wsd:Types>wsdp:Device wprt:PrintDeviceType wscn:ScanDeviceType</wsd:Types>
<wsd:XAddrs>http://{IP}:80/WebServices/Device http://[fe80::226:73ff:fea1:b2c3]:80/WebServices/Device</wsd:XAddrs>"""
HELLO = SOAP.format(action="Hello", body=f"<wsd:Hello>{ENDPOINT}</wsd:Hello>").encode()
MATCHES = SOAP.format(
    action="ProbeMatches", body=f"<wsd:ProbeMatches><wsd:ProbeMatch>{ENDPOINT}</wsd:ProbeMatch></wsd:ProbeMatches>"
).encode()
WSD_SAID = (
    Said("uuid", ID), Said("service", "wsdp:Device"), Said("service", "wprt:PrintDeviceType"), Said("kind", "printer"),
    Said("service", "wscn:ScanDeviceType"), Said("kind", "scanner"),
)  # fmt: skip


def test_a_printer_says_hello_and_answers() -> None:
    expected = (Heard(WSD_SAID, ip=IP), Heard(WSD_SAID, ip="fe80::226:73ff:fea1:b2c3"))
    assert ws_discovery.heard(HELLO) == ws_discovery.heard(MATCHES) == ws_discovery.heard(HELLO + b"<junk>") == expected


@pytest.mark.parametrize("action", ["Bye", "Probe", "Resolve", "HelloX"])
def test_what_says_nothing(action: str) -> None:
    assert ws_discovery.heard(HELLO.replace(b"discovery/Hello", f"discovery/{action}".encode())) == ()


def test_without_an_address_the_only_endpoint_is_the_sender() -> None:
    alone = HELLO.replace(b"XAddrs", b"Other")
    assert ws_discovery.heard(alone) == (Heard(WSD_SAID),)
    match = (
        b"<wsd:ProbeMatch>" + alone[alone.index(b"<wsa:Endpoint") : alone.index(b"</wsd:Hello>")] + b"</wsd:ProbeMatch>"
    )
    two = SOAP.format(action="ProbeMatches", body="@").encode().replace(b"@", match * 2)
    assert ws_discovery.heard(two) == ()


def test_prefixes_are_everybodys_own() -> None:
    other = (
        MATCHES.replace(b"wsd:", b"d:").replace(b"wsa:", b"a:").replace(b"wprt:PrintDeviceType", b"q1:PrintDeviceType")
    )
    assert ws_discovery.heard(other) == ws_discovery.heard(MATCHES)


def test_a_camera_tells_its_scopes() -> None:
    scopes = """<d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>onvif://www.onvif.org/type/video_encoder
    onvif://www.onvif.org/hardware/DS-2CD2032-I onvif://www.onvif.org/location/M%C3%BCnchen%20HQ</d:Scopes>
    <d:XAddrs>http://10.1.0.80/onvif/device_service</d:XAddrs>"""
    said = words(ws_discovery.heard(SOAP.format(action="ProbeMatches", body=scopes).encode()))
    assert said == {
        ("service", "dn:NetworkVideoTransmitter"), ("model", "DS-2CD2032-I"), ("location", "München HQ"),
    }  # fmt: skip


METADATA = b"""<wsx:Metadata xmlns:wsdp="http://schemas.xmlsoap.org/ws/2006/02/devprof"><wsdp:ThisDevice>
<wsdp:FriendlyName xml:lang="en">Canon MF740C</wsdp:FriendlyName><wsdp:FirmwareVersion>1.0</wsdp:FirmwareVersion>
<wsdp:SerialNumber>2QT01234</wsdp:SerialNumber></wsdp:ThisDevice><wsdp:ThisModel><wsdp:Manufacturer>Canon</wsdp:Manufacturer>
<wsdp:ModelName>MF740C Series</wsdp:ModelName></wsdp:ThisModel></wsx:Metadata>"""


def test_metadata() -> None:
    assert {*ws_discovery.metadata(METADATA)} == {
        ("comment", "Canon MF740C"), ("serial", "2QT01234"), ("vendor", "Canon"), ("model", "MF740C Series"),
    }  # fmt: skip
    assert ws_discovery.metadata(b"<pub:Computer>PC7/Workgroup:OFFICE</pub:Computer>") == (Said("name", "PC7"),)


def test_ws_discovery_cut_anywhere() -> None:
    whole = {*WSD_SAID}
    for size in range(len(HELLO)):
        assert words(ws_discovery.heard(HELLO[:size])) <= whole, size


@given(hostile(HELLO, MATCHES))
def test_whatever_comes_as_ws_discovery(said: bytes) -> None:
    sound(ws_discovery.heard(said))


PAGE = b"<!doctype html><html><head><TITLE lang=en>HP LaserJet MFP M428 &ndash; Office</TITLE></head>"
RESPONSE = lines("HTTP/1.1 200 OK", "Server: HP HTTP Server; HP LaserJet MFP M428 - W1A28A; Serial Number: VNB3K12345",
                 "Set-Cookie: sid=53cr3t", "Content-Type: text/html") + PAGE  # fmt: skip
SERVER = Said("system", "HP HTTP Server; HP LaserJet MFP M428 - W1A28A; Serial Number: VNB3K12345")


def test_a_server_and_its_title() -> None:
    assert http.heard(RESPONSE) == (Heard((SERVER, Said("comment", "HP LaserJet MFP M428 – Office"))),)


def test_who_wants_a_password_says_what_for() -> None:
    said = lines(
        "HTTP/1.0 401 Unauthorized", "Server: RAC_ONE_HTTP 1.0", 'WWW-Authenticate: Digest realm="AXIS_ACCC8E112233"'
    )
    assert words(http.heard(said)) == {("system", "RAC_ONE_HTTP 1.0"), ("comment", "AXIS_ACCC8E112233")}


def test_a_title_of_an_error_is_no_device() -> None:
    assert words(http.heard(RESPONSE.replace(b"200 OK", b"404 Not Found"))) == {SERVER}


def test_a_title_about_somebody_stays() -> None:
    assert words(http.heard(RESPONSE.replace(b"Office", b"anna@example.org"))) == {SERVER}


@pytest.mark.parametrize("field", [b"Via: 1.1 proxy", b"X-Cache: HIT", b"Age: 7"])
def test_who_passes_on_does_not_speak_for_himself(field: bytes) -> None:
    assert http.heard(RESPONSE.replace(b"Content-Type: text/html", field)) == ()
    assert http.heard(REQUEST.replace(b"Accept: */*", field)) == ()


REQUEST = lines("POST /login?user=anna&password=53cr3t HTTP/1.1", "Host: intranet.example.org", "Accept: */*",
                "Authorization: Basic YW5uYTo1M2NyM3Q=", "Cookie: sid=53cr3t",
                "User-Agent: Synology-DSM/7.2")  # fmt: skip
REQUEST += b"password=53cr3t"


def test_a_client_says_its_program_and_nothing_else() -> None:
    assert http.heard(REQUEST) == (Heard((Said("agent", "Synology-DSM/7.2"),)),)


def test_no_secret_leaves() -> None:
    for whole in (REQUEST, RESPONSE):
        for size in range(len(whole)):
            assert not {"53cr3t", "anna", "YW5u", "intranet"} & {
                *repr(http.heard(whole[:size])).replace("'", " ").split()
            }
            assert "53cr3t" not in repr(http.heard(whole[:size]))


def test_descriptions_that_somebody_fetched() -> None:
    head = lines("HTTP/1.1 200 OK", "Content-Type: text/xml")
    assert http.heard(head + UPNP) == (Heard(UPNP_SAID),)
    assert words(http.heard(head + METADATA)) == {*ws_discovery.metadata(METADATA)}


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1", b"GET", b"SSH-2.0-x", b"EHLO x\r\n", b"\x16\x03\x01", b"BREW / HTTP/1.1\r\n"]
)
def test_what_is_no_http(said: bytes) -> None:
    assert http.heard(said) == ()


def test_http_cut_anywhere() -> None:
    cut_anywhere(http.heard, RESPONSE)
    for size in range(len(REQUEST)):
        assert words(http.heard(REQUEST[:size])) <= words(http.heard(REQUEST))


def test_much_is_not_read() -> None:
    sound(http.heard(RESPONSE[:40] + b"<title>" * limits.DISCLOSED_BYTES))
    sound(http.heard(b"HTTP/1.1 200 OK\r\n\r\n" + b"<title " + b"x" * 300_000))
    sound(http.heard(b"HTTP/1.1 200 OK\r\nServer:" + b" " * 300_000))


@given(hostile(RESPONSE, REQUEST, RESPONSE[: -len(PAGE)] + UPNP))
def test_whatever_comes_as_http(said: bytes) -> None:
    sound(http.heard(said))
