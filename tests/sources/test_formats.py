"""All forms in which a capture may come give the same sessions."""

from __future__ import annotations

import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from sniffer.pipeline import Settings, gather
from sniffer.sources.formats import is_openable
from tests.capture_files import Interface, encode_pcap, encode_pcapng
from tests.mail import session
from tests.program import program
from tests.sources.facts import facts, facts_and_problems, office
from tests.wire import LINK_TYPES, Conversation, Frame, Link

Encode = Callable[[list[Frame]], bytes]

FORMS: dict[str, Encode] = {
    "pcap": encode_pcap,
    "pcap, big-endian": lambda frames: encode_pcap(frames, big_endian=True),
    "pcap, nanoseconds": lambda frames: encode_pcap(frames, nanosecond=True),
    "pcap, big-endian, nanoseconds": lambda frames: encode_pcap(frames, big_endian=True, nanosecond=True),
    "pcap, large snaplen": lambda frames: encode_pcap(frames, snaplen=0x7FFFFFFF),
    "pcapng": encode_pcapng,
    "pcapng, big-endian": lambda frames: encode_pcapng(frames, big_endian=True),
    "pcapng, nanoseconds": lambda frames: encode_pcapng(frames, [Interface(tsresol=9)]),
    "pcapng, powers of two": lambda frames: encode_pcapng(frames, [Interface(tsresol=0x80 | 30)]),
    "pcapng, no resolution said": lambda frames: encode_pcapng(frames, [Interface(tsresol=None)]),
    "pcapng, comments": lambda frames: encode_pcapng(frames, comment="a LAN", comments={0: "a SYN"}),
    "pcapng, two sections": lambda frames: encode_pcapng(frames[:40]) + encode_pcapng(frames[40:]),
    "pcapng, two interfaces": lambda frames: encode_pcapng(
        [(number % 2, frame) for number, frame in enumerate(frames)], [Interface(name="a"), Interface(name="b")]
    ),
}
PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor().compress,
}


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """A plain pcap of the office."""
    path = tmp_path / "plain.pcap"
    path.write_bytes(encode_pcap(office()))
    return path


@pytest.mark.parametrize("scapy", [False, True], ids=["libpcap", "scapy"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_sessions(tmp_path: Path, capture: Path, form: str, *, scapy: bool) -> None:
    path = tmp_path / "other"
    path.write_bytes(FORMS[form](office()))
    wanted = facts(capture)
    assert len(wanted) == 12
    found = facts(path, settings=Settings(scapy=scapy))
    if form == "pcapng, powers of two":  # 2^-30 s is no whole number of microseconds
        assert [fact.speech for fact in found] == [fact.speech for fact in wanted]
        assert all(abs(mine.start - theirs.start) <= 1 for mine, theirs in zip(found, wanted, strict=True))
    else:
        assert found == wanted


@pytest.mark.parametrize("scapy", [False, True], ids=["libpcap", "scapy"])
@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("form", ["pcap", "pcapng"])
def test_compressed_captures(tmp_path: Path, capture: Path, form: str, packing: str, *, scapy: bool) -> None:
    path = tmp_path / "packed"
    path.write_bytes(PACKINGS[packing](FORMS[form](office())))
    assert facts(path, settings=Settings(scapy=scapy)) == facts(capture)


@pytest.mark.parametrize("packing", PACKINGS)
def test_compressed_captures_of_several_members(tmp_path: Path, capture: Path, packing: str) -> None:
    data, pack = encode_pcap(office()), PACKINGS[packing]
    path = tmp_path / "packed"
    path.write_bytes(pack(data[:100]) + pack(data[100:5000]) + pack(data[5000:]))
    assert facts(path) == facts(capture)


UNLIKE: dict[str, list[Interface]] = {
    "link types": [Interface(1, name="eth0"), Interface(113, name="any")],
    "snaplens": [Interface(1, 262_144, name="eth0"), Interface(1, 96_000, name="eth1")],
    "resolutions": [Interface(1, tsresol=6, name="eth0"), Interface(1, tsresol=9, name="eth1")],
    "all": [Interface(1, tsresol=6, name="eth0"), Interface(101, 65_535, tsresol=9, name="tun0")],
}


@pytest.mark.parametrize("packing", [bytes, gzip.compress])
@pytest.mark.parametrize("kind", UNLIKE)
def test_interfaces_that_are_unlike(
    tmp_path: Path, capture: Path, kind: str, packing: Callable[[bytes], bytes]
) -> None:
    """Libpcap gives up at the second interface, scapy goes on: not a frame is lost or counted twice."""
    interfaces = UNLIKE[kind]
    path = tmp_path / "unlike.pcapng"
    link = interfaces[1].link_type
    path.write_bytes(packing(encode_pcapng(second_half_on_another(link), interfaces)))
    found = facts(path)
    wanted = facts(capture)
    assert [fact.speech for fact in found] == [fact.speech for fact in wanted]
    assert [fact.start for fact in found] == [fact.start for fact in wanted]
    assert all(not fact.quality.duplicates and not fact.quality.gap_bytes for fact in found)


def second_half_on_another(link: int) -> list[Frame | tuple[int, Frame]]:
    """The office, its second half captured on another interface."""
    frames = office()
    half = len(frames) // 2
    return [*frames[:half], *((1, relinked(frame, link)) for frame in frames[half:])]


def relinked(frame: Frame, link: int) -> Frame:
    """An Ethernet frame as an interface of another link type has it."""
    packet = frame.data[14:]
    if link == 113:
        return Frame(frame.time_us, bytes([0, 0, 0, 1, 0, 6]) + frame.data[6:12] + b"\0\0\x08\0" + packet)
    return Frame(frame.time_us, packet if link == 101 else frame.data)


def test_a_second_interface_that_comes_late_in_the_file(tmp_path: Path, capture: Path) -> None:
    """The interface block behind the packets of the first: libpcap has delivered those already."""
    frames = office()
    half = len(frames) // 2
    whole = encode_pcapng([*frames[:half]], [Interface(1)])
    late = encode_pcapng([(1, relinked(frame, 113)) for frame in frames[half:]], [Interface(1), Interface(113)])
    second_interface = late.index((113).to_bytes(2, "little"), 48) - 8
    path = tmp_path / "late.pcapng"
    path.write_bytes(whole + late[second_interface:])
    found = facts(path)
    assert [fact.speech for fact in found] == [fact.speech for fact in facts(capture)]
    assert all(not fact.quality.duplicates for fact in found)


def test_unlike_interfaces_on_a_stream_are_explained(tmp_path: Path) -> None:
    data = encode_pcapng(second_half_on_another(113), UNLIKE["link types"])
    outcome = program("triage", "-", stdin=data)
    assert outcome.status in (1, 4)
    assert "save it to a file first" in outcome.err


def test_a_small_snaplen_is_a_gap_and_not_an_end(tmp_path: Path) -> None:
    talk = Conversation()
    talk.open()
    talk.server("220 mail.example.org ESMTP " + "x" * 200)
    talk.client("QUIT")
    talk.close()
    path = tmp_path / "cut.pcap"
    path.write_bytes(encode_pcap(talk.frames(), snaplen=96))
    for scapy in (False, True):
        (fact,) = facts(path, settings=Settings(scapy=scapy))
        assert fact.quality.snaplen_cut
        assert fact.quality.gap_bytes > 100


@pytest.mark.parametrize("scapy", [False, True], ids=["libpcap", "scapy"])
@pytest.mark.parametrize("link", LINK_TYPES)
def test_every_link_type(tmp_path: Path, link: Link, *, scapy: bool) -> None:
    path = tmp_path / "link.pcap"
    frames = session().frames(link)
    path.write_bytes(encode_pcap(frames, LINK_TYPES[link]))
    (fact,) = facts(path, settings=Settings(scapy=scapy))
    assert fact.speech.attempts[0].mechanism == "LOGIN"
    assert fact.client_mac == (None if link in ("raw", "null", "loop") else "00:26:73:a1:b2:c3")


@pytest.mark.parametrize("damage", [0, 3, 10, 23])
def test_scapy_complains_of_a_cut_file_too(tmp_path: Path, damage: int) -> None:
    path = tmp_path / "cut.pcap"
    path.write_bytes(encode_pcap(office())[: -(damage + 1)])
    for scapy in (False, True):
        found, problems = facts_and_problems([("default", path)], Settings(scapy=scapy))
        assert len(found) == 12
        assert len(problems) == 1
        assert "everything before it was read" in str(problems[0])


def test_what_libpcap_waits_for_before_it_opens() -> None:
    pcap, pcapng = encode_pcap([]), encode_pcapng(office()[:1])
    assert [is_openable(pcap[:size]) for size in (3, 4, 23, 24)] == [False, False, False, True]
    first_interface = 28 + 20 + 8 + 4
    answers = [is_openable(pcapng[:size]) for size in range(len(pcapng))]
    assert answers == [size >= answers.index(True) for size in range(len(pcapng))]
    assert 28 < answers.index(True) <= first_interface + 12


@pytest.mark.parametrize("scapy", [False, True], ids=["libpcap", "scapy"])
def test_a_file_of_an_unknown_link_type_counts_as_not_readable(tmp_path: Path, *, scapy: bool) -> None:
    path = tmp_path / "radio.pcap"
    path.write_bytes(encode_pcap(office(), 127))
    gathered = gather([("default", path)], Settings(scapy=scapy))
    assert gathered.counts.readable == 0
    assert "link type 127" in str(gathered.problems[0])


def test_where_libpcap_gives_up_every_frame_is_still_counted_once(tmp_path: Path) -> None:
    path = tmp_path / "unlike.pcapng"
    path.write_bytes(encode_pcapng(second_half_on_another(113), UNLIKE["link types"]))
    assert gather([("default", path)], Settings()).frames_read == len(office())
