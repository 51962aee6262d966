"""No secret is in the evidence of any dialogue, however its segments are cut, lost, repeated or mixed up.

And what is in it tells the same of each attempt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sniffer.model import limits
from sniffer.model.facts import SessionFact
from tests.capture_files import write_pcap
from tests.evidence import evidence_of, evidence_of_frames, payloads, sessions_of, traces
from tests.mail import CLIENT_HELLO, b64
from tests.wire import Conversation, Frame, Segment, cut, encode

SECRET = st.text(alphabet="QZXJKVqzxjkvw79%", min_size=4, max_size=40)
"""Letters that no dialogue here has four of on end."""

USER = "scanner@example.org"

SCRIPTS: dict[str, str] = {
    "plain": "C: AUTH PLAIN {plain}\nS: 235 2.7.0 ok {echo}",
    "continued": "C: AUTH PLAIN\nS: 334\nC: {plain}\nS: 535 5.7.8 {echo} is wrong",
    "login": "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: {user}\nS: 334 UGFzc3dvcmQ6\nC: {secret64}\nS: 535 no {echo}",
    "login in one": "C: AUTH LOGIN {user}\nS: 334 UGFzc3dvcmQ6\nC: {secret64}\nS: 235 hello {echo}",
    "token": "C: AUTH XOAUTH2 {token}\nS: 334 {echo}\nC: \nS: 535 5.7.3 bad <{echo}>",
    "bare": "C: {secret64}\nS: 500 5.5.1 what is {echo}\nC: {secret}\nS: 502 {echo}",
    "no base64": "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: {secret}\nS: 501 {echo}",
    "as mechanism": "C: AUTH {secret}\nS: 504 no mechanism {echo}",
    "as argument": "C: NOOP {secret}\nS: 250 {echo} indeed\nC: VRFY {secret}\nS: 252 {echo}",
    "as parameter": "C: MAIL FROM:<a@b.c> X={secret}\nS: 555 {echo}\nC: XCLIENT LOGIN={secret}\nS: 550 {echo}",
    "refused later": "C: AUTH PLAIN {plain}\nS: 535 no\nC: MAIL FROM:<a@b.c>\nS: 530 {echo}",
    "in a mail": (
        "C: MAIL FROM:<a@b.c>\nS: 250 ok\nC: RCPT TO:<b@b.c>\nS: 250 ok\nC: DATA\nS: 354 go on\n"
        "C: Subject: {secret}\nC: \nC: {secret64}\nC: {secret}\nC: .\nS: 250 ok"
    ),
    "counted": (
        "C: MAIL FROM:<a@b.c>\nS: 250 ok\nC: RCPT TO:<b@b.c>\nS: 250 ok\nC: BDAT {size}\nC: {secret}\nS: 250 ok\n"
        "C: BDAT {size} LAST\nC: {secret}\nS: 250 ok"
    ),
    "in place": "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: MAIL FROM:<a@b.c>\nS: 501 no\nC: {secret64}\nS: 500 {echo}",
    "cancelled": "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: *\nS: 501 no\nC: {secret}\nS: 500 {echo}",
    "quit": "C: QUIT\nS: 221 bye",
}  # fmt: skip

OPENING = """
    S: 220 mail.example.org ESMTP
    C: EHLO scanner
    S: 250-mail.example.org
    S: 250 AUTH LOGIN PLAIN XOAUTH2
"""


def dialogue(names: Sequence[str], secret: str, *, echoes: bool) -> Conversation:
    """A connection of these pieces, whose server may repeat what it was told."""
    talk = Conversation()
    talk.open()
    talk.dialogue(OPENING)
    words = {
        "secret": secret, "secret64": b64(secret), "user": b64(USER), "plain": b64(f"\0{USER}\0{secret}"),
        "token": b64(f"user={USER}\x01auth=Bearer {secret}\x01\x01"), "size": str(len(secret) + 2),
    }  # fmt: skip
    words["echo"] = f"{secret} {b64(secret)} ({words['plain']})" if echoes else "words"
    for name in names:
        talk.dialogue(SCRIPTS[name].format(**words))
    talk.close()
    return talk


def traced(frames: Sequence[Frame], secret: str) -> list[bytes]:
    """What of a secret is in the evidence of frames."""
    with TemporaryDirectory() as folder:
        return traces(secret, payloads(evidence_of_frames(Path(folder), frames)))


LOSSES = ("lose", "early")
LOSSLESS = ("again", "late")


def disturbed(
    segments: list[Segment], data: st.DataObject, hows: Sequence[str] = (*LOSSES, *LOSSLESS)
) -> list[Segment]:
    """Segments as a network or a bad capture gives them: some lost, late, again, the first ones not seen."""
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(segments) - 1))
        how = data.draw(st.sampled_from(hows))
        segment, rest = segments[place], segments[:place] + segments[place + 1 :]
        if how == "lose" and rest:
            segments = rest
        elif how == "again":
            segments = [*segments, segment] if data.draw(st.booleans()) else segments[: place + 1] + segments[place:]
        elif how == "late":
            later = data.draw(st.integers(place, len(rest)))
            segments = [*rest[:later], segment, *rest[later:]]
        elif how == "early":
            segments = segments[place:]
    return segments


def with_others(segments: Sequence[Segment], data: st.DataObject, secret: str) -> list[Segment]:
    """Segments, and behind some of the client's others that say something else in the same place, or just before it."""
    found: list[Segment] = []
    for segment in segments:
        found.append(segment)
        if segment.from_client and segment.payload and data.draw(st.booleans()):
            size, back = len(segment.payload), data.draw(st.integers(0, 4))
            other = (secret.encode() * 9)[:size]
            found.append(replace(segment, seq=(segment.seq - back) % (1 << 32), payload=other))
    return found


def timed(segments: Sequence[Segment]) -> list[Frame]:
    """Frames of segments, a millisecond apart."""
    return encode([replace(each, time_us=segments[0].time_us + at * 1000) for at, each in enumerate(segments)])


NAMES = st.lists(st.sampled_from(sorted(SCRIPTS)), min_size=1, max_size=4)


@given(NAMES, SECRET, st.booleans(), st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_no_secret_however_it_is_cut(names: list[str], secret: str, echoes: bool, mss: int) -> None:
    frames = encode(cut(dialogue(names, secret, echoes=echoes).segments, mss))
    assert traced(frames, secret) == []


@given(NAMES, SECRET, st.sampled_from((5, 9, 30, 1460)), st.data())
@settings(max_examples=120, deadline=None)
def test_no_secret_on_a_bad_network(names: list[str], secret: str, mss: int, data: st.DataObject) -> None:
    segments = disturbed(cut(dialogue(names, secret, echoes=True).segments, mss), data)
    assert traced(timed(segments), secret) == []


KNOWN = [name for name in sorted(SCRIPTS) if name != "as mechanism"]
"""Pieces without a name that nobody knows, which is blanked."""


@given(st.lists(st.sampled_from(KNOWN), min_size=1, max_size=4), SECRET, st.sampled_from((9, 30, 1460)), st.data())
@settings(max_examples=120, deadline=None)
def test_what_was_tried_and_how_it_ended_stays(names: list[str], secret: str, mss: int, data: st.DataObject) -> None:
    segments = disturbed(cut(dialogue(names, secret, echoes=data.draw(st.booleans())).segments, mss), data, LOSSLESS)
    with TemporaryDirectory() as folder:
        capture = Path(folder) / "capture.pcap"
        write_pcap(capture, timed(segments))
        before, after = sessions_of(capture), sessions_of(evidence_of(Path(folder), capture))
    assert list(map(essence, after)) == list(map(essence, before))


ONE_LATE = [
    (["counted", "in a mail", "refused later"], 30, 20, 22),  # 354 behind its mail
    (["in a mail", "plain"], 1460, 11, 12),  # the same, of one segment
    (["in a mail", "plain"], 1460, 12, 14),  # the mail behind the AUTH that follows it
    (["in a mail", "plain"], 1460, 13, 14),  # its answer behind it
    (["in a mail", "plain"], 30, 15, 18),
    (["in a mail", "plain"], 30, 17, 18),  # half of AUTH behind its answer
    (["in a mail", "plain"], 9, 23, 26),  # 354 within the mail
]


@pytest.mark.parametrize(("names", "mss", "place", "later"), ONE_LATE)
def test_with_one_segment_late_it_does(tmp_path: Path, names: list[str], mss: int, place: int, later: int) -> None:
    segments = cut(dialogue(names, "7777", echoes=False).segments, mss)
    segments.insert(later, segments.pop(place))
    capture = tmp_path / "capture.pcap"
    write_pcap(capture, timed(segments))
    assert list(map(essence, sessions_of(evidence_of(tmp_path, capture)))) == list(map(essence, sessions_of(capture)))


def test_of_a_long_mail_out_of_order_its_end_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "EVIDENCE_MAIL", 20)
    for names, mss, place, later in ONE_LATE:
        test_with_one_segment_late_it_does(tmp_path, names, mss, place, later)


def essence(fact: SessionFact) -> object:
    """What the verdict of a session in clear rests on.

    Its last attempt: two halves of one that do not fit are told apart by a name, which is blanked.
    """
    said = fact.speech
    attempts = [(each.mechanism, each.outcome, each.credential_sent) for each in said.attempts[-1:]]
    return (
        fact.session,
        attempts,
        said.starttls,
        said.offered,
        said.banner,
        said.helo,
        said.mail,
        said.blind,
        fact.start,
    )


@given(NAMES, SECRET, st.sampled_from((5, 9, 30, 1460)), st.data())
@settings(max_examples=80, deadline=None)
def test_no_secret_that_came_in_place_of_other_bytes(
    names: list[str], secret: str, mss: int, data: st.DataObject
) -> None:
    segments = with_others(cut(dialogue(names, secret, echoes=False).segments, mss), data, secret)
    assert traced(timed(segments), secret) == []


@given(NAMES, SECRET, st.integers(54, 120))
@settings(max_examples=60, deadline=None)
def test_no_secret_in_frames_that_were_cut(names: list[str], secret: str, snaplen: int) -> None:
    frames = [replace(each, data=each.data[:snaplen]) for each in dialogue(names, secret, echoes=True).frames()]
    assert traced(frames, secret) == []


@given(NAMES, SECRET, st.sampled_from(("ethernet", "sll", "sll2")), st.booleans(), st.lists(st.integers(1, 4000)))
@settings(max_examples=60, deadline=None)
def test_no_secret_in_any_encapsulation(names: list[str], secret: str, link: str, six: bool, tags: list[int]) -> None:
    talk = dialogue(names, secret, echoes=True)
    if six:
        ends = {side: replace(end, ip=f"fd00::{end.port:x}") for side, end in talk.ends.items()}
        talk.segments = [
            replace(
                each,
                source=ends["client" if each.from_client else "server"],
                target=ends["server" if each.from_client else "client"],
            )
            for each in talk.segments
        ]
    form = {"vlan": tuple(tags[:2])} if link == "ethernet" else {}
    frames = talk.frames(link, **form)  # type: ignore[arg-type]
    with TemporaryDirectory() as folder:
        linktype = {"ethernet": 1, "sll": 113, "sll2": 276}[link]
        assert traces(secret, payloads(evidence_of_frames(Path(folder), frames, linktype))) == []


@given(SECRET, st.integers(0, 30), st.binary(max_size=30))
@settings(max_examples=60, deadline=None)
def test_no_secret_beside_tls(secret: str, length: int, garbage: bytes) -> None:
    talk = Conversation(port=587)
    talk.open()
    talk.dialogue(OPENING + "\nC: STARTTLS\nS: 220 go on")
    talk.client(b"\x16\x03\x01" + length.to_bytes(2) + bytes(length) + garbage + b"\0" + secret.encode())
    talk.client(f"AUTH PLAIN {b64(secret)}")
    talk.server(f"535 {secret}")
    talk.close()
    left = traced(talk.frames(), secret)
    assert not left or length > len(garbage)  # within what says it is a record


@example("ZZZZqqqq")
@given(SECRET)
@settings(max_examples=30, deadline=None)
def test_no_secret_sent_again_within_a_record(secret: str) -> None:
    talk = Conversation(port=465)
    talk.open()
    talk.client(CLIENT_HELLO)
    talk.emit("client", (secret * 9).encode()[:20], seq=talk.next_seq["client"] - 30)
    talk.close()
    assert traced(talk.frames(), secret) == []


@given(NAMES, SECRET, st.integers(3, 20))
@settings(max_examples=40, deadline=None)
def test_no_secret_where_the_sides_are_mistaken(names: list[str], secret: str, first: int) -> None:
    talk = dialogue(names, secret, echoes=False)
    mistaken = {49152: 25, 25: 587}  # joined late, the lower port is taken for the server's
    segments = [
        replace(
            each,
            source=replace(each.source, port=mistaken[each.source.port]),
            target=replace(each.target, port=mistaken[each.target.port]),
        )
        for each in talk.segments[first:]
    ]
    assert traced(encode(segments), secret) == []
