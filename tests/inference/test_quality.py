"""How well a device's sessions were seen is told with its verdict."""

from __future__ import annotations

from msgspec.structs import replace

from sniffer.inference.quality import SEEN_IN_PART, Seeing, faults
from sniffer.model.facts import Quality
from tests.inference.facts import WHOLE, attempt, fact, judge

GAP, ONE_SIDED = replace(WHOLE, gap_bytes=1460), replace(WHOLE, one_sided=True)
LATE, CUT = replace(WHOLE, start_seen=False), replace(WHOLE, snaplen_cut=True)


def told(*seen: Quality) -> list[str]:
    """What is said of a device with these sessions."""
    counted = Seeing()
    for each in seen:
        counted.add(each)
    return [each.text for each in counted.anomalies()]


def test_a_session_seen_whole_lacks_nothing_however_it_ended() -> None:
    assert faults(WHOLE) == ()
    assert faults(replace(WHOLE, end_seen=False, duplicates=3)) == ()


def test_nothing_is_said_where_all_is_well() -> None:
    assert told() == []
    assert told(WHOLE, WHOLE) == []


def test_each_fault_is_counted_and_a_session_once() -> None:
    assert told(WHOLE, GAP, GAP, ONE_SIDED) == [
        "3 of its 4 sessions were seen in part: 2 with bytes missing, 1 in one direction only"
    ]
    both = replace(GAP, start_seen=False)
    assert told(WHOLE, both) == ["1 of its 2 sessions was seen in part: 1 with bytes missing, 1 joined late"]


def test_a_single_session_needs_no_counts() -> None:
    assert told(CUT) == ["its only session was seen in part: with frames cut by the capture"]
    assert told(LATE, LATE) == ["all of its 2 sessions were seen in part: 2 joined late"]


def test_a_device_carries_it_beside_its_verdict() -> None:
    seen = judge([fact(attempt(), day=1), fact(attempt(), day=2, quality=ONE_SIDED)]).device
    assert seen.verdict == "affected"
    assert [(each.code, each.text) for each in seen.anomalies] == [
        (SEEN_IN_PART, "1 of its 2 sessions was seen in part: 1 in one direction only")
    ]
    assert judge([fact(attempt())]).device.anomalies == ()


def test_order_does_not_matter() -> None:
    assert told(GAP, LATE, WHOLE) == told(WHOLE, LATE, GAP)
