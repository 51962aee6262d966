"""Whatever a capture lost of a login inside TLS, or showed late, nothing wrong is told of it."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("fcntl", reason="the lab is for Linux")

from tests.capture_files import write_pcap
from tests.expected import CAPTURES, capture_of, expected_of
from tests.inference.facts import judge
from tests.lab.damage import APPLICATION, late, lost, read, records
from tests.sources.facts import facts

CASES = (
    "starttls/exchange-login",
    "starttls/exchange-xoauth2-inline",
    "starttls/exchange-refused-basic",
    "starttls/exchange-mail-without-auth",
    "starttls/exchange-tls10",
    "smtps/plain",
)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("from_client", [True, False], ids=["client", "server"])
@pytest.mark.parametrize(("first", "end"), [(0, None), (2, 7)], ids=["record", "header"])
def test_a_lost_record_makes_nothing_wrong(
    case: str, from_client: bool, first: int, end: int | None, tmp_path: Path
) -> None:
    frames = read(capture_of(CAPTURES / case))
    (label,) = expected_of(CAPTURES / case)["sessions"]
    hidden = label["hidden"]
    sent = [each for each in records(frames, from_client=from_client) if each.kind == APPLICATION]
    assert len(sent) >= 4
    for number, record in enumerate(sent):
        stop = record.end - record.start if end is None else min(end, record.end - record.start)
        write_pcap(tmp_path / "lost.pcap", lost(number, first, stop, from_client=from_client)(frames))
        (auth,) = (each.auth for each in judge(facts(tmp_path / "lost.pcap")).sessions)
        assert auth.family in ("unknown", hidden["family"]), number
        assert auth.mechanism in (None, hidden["mechanism"]), number
        assert auth.outcome in (None, "unknown", hidden["outcome"]), number
        assert auth.likely_refusal in (None, hidden["likely_refusal"]), number


@pytest.mark.parametrize("case", [*CASES, "starttls/exchange-tls12", "starttls/exchange-chacha20"])
@pytest.mark.parametrize("from_client", [True, False], ids=["client", "server"])
@pytest.mark.parametrize("delay_us", [300, 1_000, 5_000, 20_000, 100_000])
def test_a_late_direction_makes_nothing_wrong(case: str, from_client: bool, delay_us: int, tmp_path: Path) -> None:
    (label,) = expected_of(CAPTURES / case)["sessions"]
    hidden = label["hidden"]
    frames = late(delay_us, from_client=from_client)(read(capture_of(CAPTURES / case)))
    write_pcap(tmp_path / "late.pcap", frames)
    (session,) = judge(facts(tmp_path / "late.pcap")).sessions
    assert session.auth.family in ("unknown", hidden["family"])
    assert session.auth.unjudged != "no-auth-seen"
    assert session.starttls != "failed"
