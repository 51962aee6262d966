"""The evidence of a capture gives the verdicts of the capture, and is the most private form of it that does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sniffer.model.facts import SessionFact
from sniffer.pipeline import EvidenceSettings
from tests.evidence import evidence_of, evidence_of_frames, frames_of, payloads, sessions_of, traces
from tests.expected import CAPTURES, capture_of, cases
from tests.lab.accounts import SECRETS, WRONG
from tests.mail import CLIENT_HELLO, b64, session
from tests.program import devices
from tests.protocols.tls_bytes import APPLICATION_DATA, CHANGE, client_hello, hello_record, record, server_hello
from tests.wire import Conversation, encode

CASES = cases()
BOXES = sorted(path for path in (CAPTURES / "devices").iterdir() if list(path.glob("*.pcap*")))
KEYED = [case for case in CASES if case.name.startswith("keylog-dsb")]
"""Captures that carry keys: their evidence holds what was encrypted, and none of them."""


def named(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


# -- the verdicts stay -----------------------------------------------------------------------------

RSA_WITH_NULL_SHA = 0x0002

BLANKED = ("user", "workstation", "reply", "mail_reply")
"""What stands in AUTH answers, and words of replies that may repeat them."""

QUALITY = ("gap_bytes", "snaplen_cut", "duplicates")
"""What says that the evidence is not all that was captured."""


def told(fact: SessionFact) -> Any:
    """What a fact tells that must not change: all but names in answers, words that repeat them, and marks of mails."""
    return without(msgspec.to_builtins(fact), {*BLANKED, *QUALITY, "witness", "observations"})


def without(value: Any, fields: set[str]) -> Any:
    if isinstance(value, dict):
        return {name: without(each, fields) for name, each in value.items() if name not in fields}
    return [without(each, fields) for each in value] if isinstance(value, list | tuple) else value


def facts_of(*captures: Path) -> dict[str, Any]:
    return {fact.session: told(fact) for fact in sessions_of(*captures)}


@pytest.mark.parametrize("case", [case for case in CASES if case not in KEYED], ids=named)
def test_the_evidence_of_a_capture_tells_the_same_sessions(case: Path, tmp_path: Path) -> None:
    capture = capture_of(case)
    assert facts_of(evidence_of(tmp_path, capture)) == facts_of(capture)


@pytest.mark.parametrize("case", KEYED, ids=named)
def test_of_a_capture_with_its_keys_what_was_encrypted_stays_so(case: Path, tmp_path: Path) -> None:
    (before,), (after,) = sessions_of(capture_of(case)), sessions_of(evidence_of(tmp_path, capture_of(case)))
    assert before.inside is not None
    assert after.inside is None
    assert (after.session, after.shape) == (before.session, before.shape)


def boxes(*captures: Path) -> dict[Any, Any]:
    """The verdict of each device, by its addresses."""
    return {
        tuple(sorted(each["ip"] for each in row["addresses"])): (
            *(row[field] for field in ("verdict", "band", "state", "name", "senders_at_least")),
            sorted(card["mac"] for card in row["interfaces"]),
            [
                {field: service[field] for field in ("service", "family", "verdict", "mechanisms", "state", "judged")}
                for service in row["services"]
            ],
        )
        for row in devices("--scope", "all", *captures)
        if row["type"] == "device"
    }


@pytest.mark.parametrize("case", BOXES, ids=named)
def test_the_evidence_of_boxes_gives_the_same_verdicts(case: Path, tmp_path: Path) -> None:
    captures = sorted(case.glob("*.pcap*"))
    assert boxes(evidence_of(tmp_path, *captures)) == boxes(*captures)


def test_evidence_of_evidence_tells_no_less(tmp_path: Path) -> None:
    once = evidence_of(tmp_path, capture_of(CAPTURES / "lan" / "office"))
    assert facts_of(evidence_of(tmp_path, once)) == facts_of(once)


# -- no secret in it -------------------------------------------------------------------------------


def secrets() -> Iterator[str]:
    yield from SECRETS.values()
    yield WRONG


@pytest.mark.parametrize("case", CASES, ids=named)
def test_no_secret_of_a_capture_is_in_its_evidence(case: Path, tmp_path: Path) -> None:
    evidence = evidence_of(tmp_path, capture_of(case)).read_bytes()
    told = [secret for secret in secrets() if secret.encode() in evidence or b64(secret).encode() in evidence]
    answers = [b64(f"\0{user}\0{secret}") for user, secret in SECRETS.items()]
    assert told == [answer for answer in answers if answer.encode() in evidence] == []


def test_of_clear_sessions_no_part_of_a_password_is_in_the_evidence(tmp_path: Path) -> None:
    for case in (each for each in CASES if each.parent.name == "auth"):
        said = payloads(evidence_of(tmp_path, capture_of(case)))
        parts = [
            (each, trace) for each in ("Copier-7-Tray", "volume1 backup", "lens-4mm-f2") for trace in traces(each, said)
        ]
        assert parts == []


# -- what is written -------------------------------------------------------------------------------


def lines(path: Path) -> list[bytes]:
    """What was said, frame by frame, without frames that say nothing."""
    return [each for each in payloads(path).split(b"|") if each]


def test_answers_become_base64_of_nothing_and_the_rest_stays(tmp_path: Path) -> None:
    talk = session("LOGIN", user="scan@example.org")
    said = lines(evidence_of_frames(tmp_path, talk.frames()))
    assert b"EHLO RNP002673A1B2C3\r\n" in said
    assert b"AUTH LOGIN\r\n" in said
    assert b"A" * len(b64("scan@example.org")) + b"\r\n" in said
    assert b"235 2.7.0 Authentication successful\r\n" in said


def test_a_mail_is_cut_before_its_first_byte(tmp_path: Path) -> None:
    talk = Conversation()
    talk.open()
    talk.dialogue("""
        S: 220 mail.example.org ESMTP
        C: EHLO scanner
        S: 250 mail.example.org
        C: MAIL FROM:<a@example.org>
        S: 250 ok
        C: RCPT TO:<b@example.org>
        S: 250 ok
        C: DATA
        S: 354 go on
    """)
    for number in range(20):
        talk.client(f"Line {number} of a mail about somebody's health " + "x" * 1000)
    talk.client("the end", ".")
    talk.dialogue("""
        S: 554 5.7.1 not this one
        C: QUIT
        S: 221 bye
    """)
    talk.close()
    evidence = evidence_of_frames(tmp_path, talk.frames())
    assert b"mail about" not in evidence.read_bytes()
    assert lines(evidence)[-4:] == [b"354 go on\r\n", b"554 5.7.1 not this one\r\n", b"QUIT\r\n", b"221 bye\r\n"]
    cut = [each for each in frames_of(evidence) if each.size > len(each.data)]
    assert [each.size - len(each.data) for each in cut] == [1043, 12]  # its first frame and its last
    (fact,) = sessions_of(evidence)
    assert (fact.speech.mail_accepted, fact.speech.blind) == (False, False)
    assert fact.speech.mail_reply == "554 5.7.1"
    assert fact.quality.snaplen_cut


def test_commands_behind_a_mail_in_one_frame_stay(tmp_path: Path) -> None:
    talk = Conversation()
    talk.open()
    talk.dialogue("""
        S: 220 mail.example.org ESMTP
        C: EHLO scanner
        S: 250-mail.example.org
        S: 250 PIPELINING
        C: MAIL FROM:<a@example.org>
        C: RCPT TO:<b@example.org>
        C: DATA
        S: 250 ok
        S: 250 ok
        S: 354 go on
        C: Subject: nobody's business
        C: .
        C: MAIL FROM:<c@example.org>
        S: 250 queued
        S: 550 5.7.1 not you
    """)
    talk.close()
    evidence = evidence_of_frames(tmp_path, talk.frames())
    assert b"A" * 26 + b"\r\n.\r\nMAIL FROM:<c@example.org>\r\n" in lines(evidence)
    (fact,) = sessions_of(evidence)
    assert (fact.speech.mail_accepted, fact.quality.gap_bytes) == (False, 0)


def test_counted_mail_is_cut_too(tmp_path: Path) -> None:
    talk = Conversation()
    talk.open()
    talk.dialogue("""
        S: 220 mail.example.org ESMTP
        C: EHLO scanner
        S: 250-mail.example.org
        S: 250 CHUNKING
        C: MAIL FROM:<a@example.org>
        S: 250 ok
        C: RCPT TO:<b@example.org>
        S: 250 ok
    """)
    talk.client(b"BDAT 26 LAST\r\nSubject: secret\r\n\r\n" + b"content\r\n"[:7])
    talk.dialogue("""
        S: 250 queued
        C: QUIT
        S: 221 bye
    """)
    talk.close()
    evidence = evidence_of_frames(tmp_path, talk.frames())
    assert b"BDAT 26 LAST\r\n" in lines(evidence)
    assert b"ecret" not in payloads(evidence)
    assert b"QUIT\r\n" in lines(evidence)


def test_a_server_that_quotes_is_blotted_out(tmp_path: Path) -> None:
    talk = Conversation()
    talk.open()
    talk.dialogue(f"""
        S: 220 mail.example.org ESMTP
        C: EHLO scanner
        S: 250 AUTH LOGIN
        C: AUTH LOGIN
        S: 334 VXNlcm5hbWU6
        C: {b64("scan@example.org")}
        S: 334 UGFzc3dvcmQ6
        C: {b64("zebra-crossing")}
        S: 535 5.7.8 No such user scan@example.org, zebra-crossing or {b64("zebra-crossing")} here
        C: {b64("zebra-crossing")}
        S: 500 5.5.1 Command unrecognized: "{b64("zebra-crossing")}"
    """)
    said = payloads(evidence_of_frames(tmp_path, talk.frames()))
    assert traces("zebra-crossing", said) == []
    assert b"535 5.7.8 No such user scan@example.org, .............. or .................... here\r\n" in said
    assert b'500 5.5.1 Command unrecognized: "...................."\r\n' in said


def test_a_client_joined_late_may_have_said_before_what_is_repeated(tmp_path: Path) -> None:
    talk = Conversation()
    talk.dialogue("""
        C: NOOP zebra-crossing
        S: 250 zebra-crossing indeed
        C: VRFY zebra-crossing
        S: 252 zebra-crossing
        C: QUIT
        S: 221 bye
    """)
    talk.close()
    replies_first = [talk.segments[1], talk.segments[3], *talk.segments[4:]]
    said = payloads(evidence_of_frames(tmp_path, encode(replies_first)))
    assert traces("zebra-crossing", said) == []
    assert b"250 .............. ......\r\n" in said


def test_a_reply_that_was_cut_off_in_a_secret_shows_nothing_of_it(tmp_path: Path) -> None:
    talk = Conversation()
    talk.open()
    talk.dialogue("""
        S: 220 mail.example.org ESMTP
        C: EHLO scanner
        S: 250 AUTH LOGIN
        C: AUTH zebracrossings
        S: 504 5.5.4 no zebracrossings
    """)
    talk.close()
    frames = talk.frames()
    frames[7] = replace(frames[7], data=frames[7].data[: -len("crossings\r\n")])
    said = payloads(evidence_of_frames(tmp_path, frames))
    assert b"|504 5.5.4 .. .....|" in said


def test_a_challenge_is_not_shown_since_it_helps_to_guess(tmp_path: Path) -> None:
    talk = session("CRAM-MD5")
    said = payloads(evidence_of_frames(tmp_path, talk.frames()))
    assert b"AUTH CRAM-MD5\r\n" in said
    challenges = [line for line in said.split(b"\r\n") if b"334 " in line]
    assert challenges
    assert all(set(line.split(b"334 ")[1]) <= set(b".") for line in challenges)


def test_what_is_inside_tls_stays_as_it_was(tmp_path: Path) -> None:
    talk = session("STARTTLS")
    assert CLIENT_HELLO in payloads(evidence_of_frames(tmp_path, talk.frames()))


def test_tls_that_does_not_encrypt_is_blanked(tmp_path: Path) -> None:
    talk = Conversation(port=465)
    talk.open()
    talk.client(hello_record(client_hello((RSA_WITH_NULL_SHA,))))
    talk.server(hello_record(server_hello(RSA_WITH_NULL_SHA), 2) + CHANGE)
    talk.client(CHANGE + record(APPLICATION_DATA, b"hidden-in-a-null"))
    talk.close()
    said = payloads(evidence_of_frames(tmp_path, talk.frames()))
    assert CHANGE + b"\x17\x03\x03\0\x10" + bytes(16) in said


def test_connections_without_a_word_are_not_written(tmp_path: Path) -> None:
    talk = Conversation()
    talk.open()
    talk.close()
    assert frames_of(evidence_of_frames(tmp_path, talk.frames())) == []


def test_the_first_frame_of_a_session_names_it(tmp_path: Path) -> None:
    evidence = evidence_of_frames(tmp_path, session("PLAIN").frames())
    (fact,) = sessions_of(evidence)
    comments = [each.options.get(1) for each in frames_of(evidence)]
    assert comments[0] == f"session {fact.session}".encode()
    assert set(comments[1:]) == {None}


def test_padding_is_not_written(tmp_path: Path) -> None:
    frames = [each.__class__(each.time_us, each.data + b"old memory", each.network) for each in session().frames()]
    assert b"old memory" not in evidence_of_frames(tmp_path, frames).read_bytes()


def test_a_flood_is_not_written_and_a_session_among_it_is(tmp_path: Path) -> None:
    flood = []
    for number in range(500):
        scan = Conversation(client_port=2000 + number, client="10.9.9.9")
        scan.emit("client", flags=2)
        flood += scan.frames()
    evidence = evidence_of_frames(tmp_path, [*flood, *session("LOGIN").frames()])
    assert 0 < len(frames_of(evidence)) < 40


# -- names and boxes -------------------------------------------------------------------------------


def test_an_answer_of_dns_is_written_when_its_server_gets_mail(tmp_path: Path) -> None:
    office = CAPTURES / "services"
    case = next(each for each in sorted(office.iterdir()) if "dns" in each.name)
    evidence = evidence_of(tmp_path, capture_of(case))
    assert [fact.server_ip for fact in sessions_of(evidence)] == [f.server_ip for f in sessions_of(capture_of(case))]
    assert any(each.data[23:24] == b"\x11" for each in frames_of(evidence))


def test_neither_snmp_nor_http_is_written(tmp_path: Path) -> None:
    capture = CAPTURES / "devices" / "s01-flat" / "capture.pcap"
    evidence = evidence_of(tmp_path, capture).read_bytes()
    assert b"public" in capture.read_bytes()
    assert b"Server: Apache" in capture.read_bytes()
    assert b"public" not in evidence
    assert b"Server: Apache" not in evidence


# -- rotation --------------------------------------------------------------------------------------


def test_a_ring_of_files_keeps_the_newest(tmp_path: Path) -> None:
    path = tmp_path / "ring.pcapng"
    other = tmp_path / "ring-9.pcapng"
    other.write_bytes(b"not ours")
    settings = EvidenceSettings(path, rotate_bytes=6000, rotate_files=3)
    evidence_of(tmp_path, capture_of(CAPTURES / "lan" / "office"), settings=settings)
    ring = sorted(each for each in tmp_path.glob("ring*.pcapng") if each != other)
    assert len(ring) == 3
    assert path not in ring
    assert other.read_bytes() == b"not ours"
    whole = {fact.session: told(fact) for fact in sessions_of(capture_of(CAPTURES / "lan" / "office"))}
    assert 0 < len(facts_of(*ring)) < len(whole)
    assert facts_of(*ring).items() <= whole.items()
