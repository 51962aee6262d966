"""The figures at the foot: what was lost in plain words, nothing where nothing was, and null where nobody counts."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from msgspec.structs import replace

from sniffer.model.facts import Quality as Seen
from sniffer.model.health import Health, InterfaceHealth
from sniffer.reports.explain import explain
from sniffer.reports.known import Known
from sniffer.reports.page import Page
from sniffer.reports.quality import Quality, share
from sniffer.reports.redaction import Redactor
from sniffer.reports.table import console
from tests.inference.facts import NOW, WHOLE, attempt, fact, judge
from tests.program import ROOT, sniffer
from tests.reports.dialogues import finding

GAP, ONE_SIDED = replace(WHOLE, gap_bytes=1460), replace(WHOLE, one_sided=True)


def health(*interfaces: InterfaceHealth, **more: Any) -> Health:
    """A live capture, of one interface that lost nothing if none is given."""
    each = interfaces or (interface(),)
    return Health(time=NOW, sensor="hq", interfaces=each, **more)


def interface(name: str = "eth1", **more: Any) -> InterfaceHealth:
    """An interface that lost nothing."""
    counts = {"received": 1_234_567, "dropped": 0, "dropped_before": 0, "frames": 1_234_567, "octets": 987_654_321}
    return InterfaceHealth(interface=name, **counts | more)


def seen(*sessions: Seen) -> Quality:
    """The quality of these sessions."""
    counted = Quality()
    for each in sessions:
        counted.session(finding(quality=each))
    return counted


def test_where_all_is_well_one_line_says_so() -> None:
    line = "Nothing was lost: 1,234,567 frames received, none dropped; all 2 sessions were seen whole."
    assert seen(WHOLE, WHOLE).lines(health()) == [line]
    assert seen().lines(health()) == ["Nothing was lost: 1,234,567 frames received, none dropped."]
    assert seen(WHOLE).lines() == ["Nothing is missing: the only session was seen whole."]
    assert seen().lines() == []


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (health(interface(dropped=123)), "123 of them dropped by the kernel (< 0.01 %)"),
        (health(interface(), interface("eth2", dropped=1234567)), "2,469,134 frames received, 1,234,567 of them"),
        (health(interface(dropped_before=9)), "9 frames lost by the card or driver of eth1"),
        (health(interface(downs=2)), "eth1 went down 2 times"),
        (health(interface(downs=1, up=False)), "eth1 was down at the end"),
        (health(interface(gone="No such device")), "eth1 gave nothing any more before the end: No such device."),
        (health(interface(cut=1)), "1 frame of eth1 captured in part"),
        (health(dropped_by_us=7), "7 facts left out by us"),
        (health(lost_writes=7), "7 frames of evidence could not be written"),
        (health(clock_steps=(1_000_000, -3_200_000)), "set 2 times meanwhile, by -3.2 s at most"),
    ],
)
def test_whatever_was_lost_is_said_and_then_not_that_all_is_well(state: Health, words: str) -> None:
    text = " ".join(seen(WHOLE).lines(state))
    assert words in text
    assert "Nothing" not in text


def test_what_the_system_does_not_count_is_no_zero() -> None:
    unknown = health(interface("any", received=None, dropped=None, dropped_before=None))
    assert seen(WHOLE).lines(unknown) == [
        "Nothing was lost as far as is known: 1,234,567 frames received; the only session was seen whole.",
        "The system does not count what it drops on any.",
    ]
    row = seen(WHOLE).row(unknown)
    assert (row["received"], row["dropped"], row["dropped_before"], row["giants"]) == (None, None, None, 0)


def test_sessions_seen_in_part_are_counted_by_what_they_lack() -> None:
    lines = seen(WHOLE, WHOLE, WHOLE, GAP, replace(GAP, one_sided=True)).lines(health())
    assert lines == [
        "2 of 5 sessions were seen in part: 2 with bytes missing, 1 in one direction only"
        " (at most 3,000 bytes missing)."
    ]


def test_a_span_of_one_direction_is_called_that() -> None:
    lines = seen(ONE_SIDED, ONE_SIDED, WHOLE).lines(health())
    assert lines[-1] == "The span shows one direction only: let the switch mirror both, received and sent."


def test_copies_are_told_where_there_are_many() -> None:
    assert "came twice" in seen(replace(WHOLE, duplicates=5)).lines(health())[-1]
    assert len(seen(*[WHOLE] * 20, replace(WHOLE, duplicates=1)).lines(health())) == 1


def test_keys_are_the_same_live_and_from_files() -> None:
    assert list(seen(WHOLE).row()) == list(seen(WHOLE).row(health()))
    assert {value for key, value in seen(WHOLE).row().items() if key != "sessions"} == {None}
    told = seen(WHOLE, GAP, replace(ONE_SIDED, start_seen=False, end_seen=False)).row()["sessions"]
    assert told == {
        "seen": 3, "whole": 1, "gaps": 1, "gap_bytes": 1500, "one_sided": 1, "one_sided_share": 0.3333,
        "joined_late": 1, "snaplen_cut": 0, "duplicated": 0, "unfinished": 1,
    }  # fmt: skip


def test_the_exact_length_of_what_is_missing_is_not_told() -> None:
    assert seen(replace(WHOLE, gap_bytes=12)).row()["sessions"]["gap_bytes"] == 100


def test_a_hostile_error_does_not_move_the_cursor() -> None:
    assert "\x1b" not in " ".join(seen().lines(health(interface("e\x1b[2J", gone="\x1b[2Jgone"))))


def test_the_run_row_of_captures_has_it() -> None:
    text = sniffer("triage", "--format", "json", ROOT / "captures" / "lan" / "office" / "capture.pcap").out
    quality = json.loads(text)["run"]["quality"]
    assert quality["received"] is None
    assert quality["sessions"]["seen"] == json.loads(text)["run"]["sessions"]["seen"]


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(0, 10, "0 %"), (1, 1_000_000, "< 0.01 %"), (1, 1000, "0.10 %"), (1, 3, "33.3 %"), (9999, 10_000, "99.9 %"),
     (10, 10, "100 %"), (0, 0, "0 %")],
)  # fmt: skip
def test_a_share_is_never_rounded_to_nothing_or_all(part: int, whole: int, words: str) -> None:
    assert share(part, whole) == words


def test_explain_says_how_well_a_device_was_seen() -> None:
    seen_of = judge([fact(attempt(), quality=GAP), fact(attempt(), day=1)])
    stream = io.StringIO()
    explain(Page(console(stream)), seen_of.device, seen_of.sessions, Known(), Redactor())
    text = " ".join(stream.getvalue().split())
    assert "seen-in-part: 1 of its 2 sessions was seen in part: 1 with bytes missing" in text
