"""What is kept for the evidence is bounded, and what is left out for it changes no verdict."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.inventory.spool import Spool
from sniffer.model import limits
from sniffer.pipeline import Evidence, EvidenceSettings, Settings
from sniffer.pipeline.evidence_messages import WaitingMessages
from sniffer.pipeline.evidence_streams import Assembly, Places
from sniffer.pipeline.reader import Reader
from sniffer.sources.inputs import inputs
from sniffer.sources.pcapng_file import Packet
from sniffer.streams.connection import Half
from tests.capture_files import write_pcap
from tests.evidence import evidence_of, evidence_of_frames, frames_of, payloads, sessions_of
from tests.expected import CAPTURES, capture_of
from tests.mail import session
from tests.pipeline.test_evidence import facts_of
from tests.protocols.tls_bytes import CHANGE, HANDSHAKE, client_hello, hello_record, record, sealed, server_hello
from tests.wire import Conversation, Frame, cut, encode, merge

FINISHED = record(HANDSHAKE, bytes(40))


def scan_to_mail(octets: int) -> Conversation:
    """A login inside TLS, and a mail of so many octets in records of the longest."""
    talk = Conversation(port=465, step=0.0005)
    talk.open()
    talk.client(hello_record(client_hello()))
    talk.server(hello_record(server_hello(), 2) + CHANGE + FINISHED)
    talk.client(CHANGE + FINISHED)
    for server, client in ((60, 40), (170, 38), (44, 54), (56, 60), (42, 62), (42, 30)):
        talk.server(sealed(server))
        talk.client(sealed(client))
    talk.server(sealed(64))
    talk.client(b"".join(sealed(16_408) for _ in range(octets // 16_384)) + sealed(500))
    talk.server(sealed(63))
    talk.client(sealed(30))
    talk.server(sealed(39))
    talk.close()
    return talk


def test_of_a_long_mail_inside_tls_only_the_borders_of_records_are_written(tmp_path: Path) -> None:
    capture = tmp_path / "scan.pcap"
    write_pcap(capture, encode(cut(scan_to_mail(3_000_000).segments, 1460, 10)))
    evidence = evidence_of(tmp_path, capture)
    assert evidence.stat().st_size < capture.stat().st_size / 5
    assert facts_of(evidence) == facts_of(capture)
    (fact,) = sessions_of(evidence)
    assert fact.shape
    assert fact.shape.cut is None
    assert fact.quality.snaplen_cut


def test_of_a_long_mail_in_clear_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "EVIDENCE_BYTES", 64 * 1024)
    monkeypatch.setattr(limits, "EVIDENCE_COMPACTED", 16 * 1024)
    talk = Conversation()
    talk.open()
    talk.dialogue("S: 220 mail.example.org\nC: HELO scanner\nS: 250 mail.example.org\nC: MAIL FROM:<a@b.c>\nS: 250 ok")
    talk.dialogue("C: RCPT TO:<b@b.c>\nS: 250 ok\nC: DATA\nS: 354 go on")
    for _ in range(300):
        talk.client(b"x" * 1400)
    talk.dialogue("C: \nC: .\nS: 250 queued\nC: QUIT\nS: 221 bye")
    talk.close()
    evidence = evidence_of_frames(tmp_path, talk.frames())
    assert b"QUIT\r\n" in payloads(evidence)
    assert b"xxxx" not in evidence.read_bytes()
    assert b"not whole" not in evidence.read_bytes()


def test_what_finds_no_room_is_told_in_the_first_frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "EVIDENCE_BYTES", 3000)
    talk = session("PLAIN")
    evidence = evidence_of_frames(tmp_path, talk.frames())
    first, *others = frames_of(evidence)
    assert first.options[1].endswith(b"not whole: there was no room for all of its frames")
    assert len(others) < len(talk.segments)
    assert sessions_of(evidence)[0].quality.end_seen


def test_the_room_of_all_connections_is_given_back(tmp_path: Path) -> None:
    evidence = Evidence(EvidenceSettings(tmp_path / "unused.pcapng"))
    evidence.finish()
    assert evidence._octets == 0


def test_a_connection_of_hours_keeps_its_end(tmp_path: Path) -> None:
    talk = session("LOGIN")
    talk.segments = talk.segments[:-5]  # neither QUIT nor its end
    for _ in range(12):
        talk.wait(700)
        for _ in range(3):
            talk.client("NOOP")
            talk.server("250 ok")
    talk.close()
    capture = tmp_path / "hours.pcap"
    write_pcap(capture, talk.frames())
    evidence = evidence_of(tmp_path, capture)
    assert facts_of(evidence) == facts_of(capture)
    assert len(frames_of(evidence)) < len(talk.segments) + 2


def hours() -> list[Frame]:
    """A connection that says something every ten minutes for two hours, and others beside it."""
    slow = Conversation(client="10.0.3.99", client_isn=99_000, server_isn=98_000)
    slow.open()
    slow.dialogue("S: 220 mail.example.org\nC: EHLO relay\nS: 250-mail.example.org\nS: 250 AUTH LOGIN")
    for number in range(12):
        slow.wait(600)
        slow.dialogue(f"C: MAIL FROM:<{number}@example.org>\nS: 250 ok\nC: RSET\nS: 250 ok")
    slow.dialogue("C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: *\nS: 501 no")
    slow.close()
    talks = [
        session(
            "PLAIN", client=f"10.0.3.{10 + number}", start=1_795_000_000 + number * 300.0, client_isn=number * 90_000
        )
        for number in range(24)
    ]
    return merge(*(talk.frames() for talk in (slow, *talks)))


@pytest.mark.parametrize("size", [3, 16, 64, 8192])
def test_connections_one_behind_the_other_are_read_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    capture = tmp_path / "hours.pcap"
    write_pcap(capture, hours())
    before, evidence = facts_of(capture), evidence_of(tmp_path, capture)
    monkeypatch.setattr(limits, "BATCH_FRAMES_UNMEASURED", size)
    monkeypatch.setattr(limits, "BATCH_FRAMES", size)
    assert len(before) == 25
    assert facts_of(evidence) == before


@pytest.mark.parametrize("size", [1, 5, 50])
def test_how_frames_come_in_batches_does_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    capture = capture_of(CAPTURES / "lan" / "office")
    whole = evidence_of(tmp_path, capture)
    monkeypatch.setattr(limits, "BATCH_FRAMES_UNMEASURED", size)
    monkeypatch.setattr(limits, "BATCH_FRAMES", size)
    parts = evidence_of(tmp_path, capture)
    assert sorted(each.data for each in frames_of(parts)) == sorted(each.data for each in frames_of(whole))


# -- parts -----------------------------------------------------------------------------------------


def packet(number: int, size: int = 100) -> Packet:
    return Packet(number, bytes(size), size, "eth0", 1)


def test_messages_wait_for_those_of_whom_they_speak() -> None:
    waiting = WaitingMessages()
    assert not waiting.add(packet(1), ["10.0.0.1", "00:01"])
    assert not waiting.add(packet(2), ["10.0.0.2"])
    assert not waiting.add(packet(3), ["00:01", "00:01"])
    assert [each.time for each in waiting.of(["10.0.0.1", "00:01"])] == [1, 3]
    assert waiting.of(["10.0.0.1"]) == []
    assert waiting.add(packet(4), ["00:01"])
    assert [each.time for each in waiting.of(["10.0.0.2"])] == [2]


def test_of_too_many_messages_the_oldest_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "EVIDENCE_MESSAGES", 1000)
    waiting = WaitingMessages()
    for number in range(50):
        waiting.add(packet(number), ["all", str(number)])
    assert [each.time for each in waiting.of(["all"])] == list(range(40, 50))
    assert waiting._by_key == {}


pieces = st.lists(st.tuples(st.integers(-10, 60), st.binary(max_size=20), st.integers(0, 5)), max_size=12)


@given(pieces)
def test_bytes_that_came_first_hold(said: list[tuple[int, bytes, int]]) -> None:
    stream, known = Assembly(), dict[int, int | None]()
    for place, data, missing in said:
        octets: list[int | None] = [*data, *[None] * missing]
        same = all(known.get(place + at, octet) == octet for at, octet in enumerate(data))
        assert stream.add(place, data, len(octets)) == same
        for at, octet in enumerate(octets):
            known.setdefault(place + at, octet)
    found = {start + at: octet for start, data in stream.pieces() for at, octet in enumerate(data)}
    assert found == {place: octet for place, octet in known.items() if octet is not None}
    starts = [start for start, _ in stream.pieces()]
    assert starts == sorted(starts)


def test_places_go_on_where_sequence_numbers_begin_anew() -> None:
    half = Half()
    half.begin(0xFFFFFFF0, initial=True)
    places = Places(half)
    assert places.of(0xFFFFFFF0) == 0
    assert places.of(0x10) == 32
    assert places.of(0x70000010) == 0x70000020
    assert places.of(0xE0000010) == 0xE0000020
    assert places.of(0x50000010) == 0x150000020
    assert places.of(0xFFFFFFEF, follow=False) == 0xFFFFFFFF


def test_one_process_writes_what_it_heard_of_boxes_that_another_saw_mail(tmp_path: Path) -> None:
    capture = CAPTURES / "devices" / "s01-flat" / "capture.pcap"
    path = tmp_path / "a.pcapng"
    reader = Reader(Settings(ports=(9,)), Spool(), evidence=Evidence(EvidenceSettings(path)))  # no mail of its own
    assert reader.evidence
    reader.read(inputs([("default", capture)], []), lambda _: None, lambda: False)
    assert frames_of(path) == []
    reader.evidence.mails("10.1.0.51", None, "10.1.0.25")
    reader.evidence.finish()
    assert frames_of(path)
