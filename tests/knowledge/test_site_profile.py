"""Site profiles: what they hold, what they must never hold, and files that somebody made."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from sniffer.inference.habits import TEACHES
from sniffer.knowledge.catalogue import catalogue
from sniffer.knowledge.dialogue import model
from sniffer.knowledge.site_profile import (
    Delay,
    FamilyCount,
    HelloDifference,
    HelloRecords,
    ReplyLength,
    SiteProfile,
    Tickets,
    decoded,
    encoded,
    to_verify,
)

PROFILE = SiteProfile(
    service="exchange-online",
    program="0.1.0",
    newest=datetime(2026, 11, 24, 0, 29, 8, 132146, UTC),
    families=(FamilyCount(family="basic", sessions=3, agreed=3), FamilyCount(family="oauth", sessions=2, agreed=1)),
    agreed=4,
    disagreed=0,
    could_not_tell=1,
    replies=(
        ReplyLength(symbol="accepted", octets=37, times=4),
        ReplyLength(symbol="refused", octets=84, times=1, beyond_host=True),
    ),
    hello=(HelloDifference(octets=10, times=5),),
    hello_records=(HelloRecords(records=1, times=5),),
    tickets=(Tickets(octets=(250, 250), times=5),),
    delays=(Delay(answer="accepted", times=4, least=100, median=31_000, most=40_000),),
)


def test_what_is_stored_is_what_is_read() -> None:
    assert decoded(encoded(PROFILE)) == PROFILE


def test_a_person_can_read_it() -> None:
    text = encoded(PROFILE).decode()
    assert '"newest": "2026-11-24T00:29:08.132146Z"' in text
    assert '\n  "agreed": 4' in text
    assert text.endswith("}\n")


def test_a_profile_does_not_change() -> None:
    with pytest.raises(AttributeError):
        PROFILE.agreed = 9  # type: ignore[misc]
    assert hash(PROFILE) == hash(decoded(encoded(PROFILE)))


@pytest.mark.parametrize(
    ("agreed", "disagreed", "could_not_tell", "agrees"),
    [(1, 0, 0, True), (1, 0, 9, True), (0, 0, 9, False), (9, 1, 0, False), (0, 1, 0, False)],
)
def test_a_check_is_passed_when_something_was_told_and_nothing_wrongly(
    agreed: int, disagreed: int, could_not_tell: int, agrees: bool
) -> None:
    counts = {"agreed": agreed, "disagreed": disagreed, "could_not_tell": could_not_tell}
    profile = decoded(json.dumps(json.loads(encoded(PROFILE)) | counts).encode())
    assert profile.agrees is agrees
    assert profile.sessions == agreed + disagreed + could_not_tell


WRONG: list[dict[str, Any]] = [
    {"format": 2},
    {"service": "../../etc/passwd"},
    {"service": "Exchange"},
    {"service": "a" * 65},
    {"program": "x" * 65},
    {"newest": "yesterday"},
    {"newest": "2026-11-24T00:29:08"},
    {"newest": 1_795_000_000},
    {"agreed": -1},
    {"agreed": 1.5},
    {"agreed": "many"},
    {"agreed": 10**30},
    {"families": [{"family": "unknown", "sessions": 1}]},
    {"families": [{"family": "basic", "sessions": 0}]},
    {"replies": [{"symbol": "password", "octets": 14, "times": 1}]},
    {"replies": [{"symbol": "accepted", "octets": -1, "times": 1}]},
    {"replies": [{"symbol": "accepted", "octets": 10**9, "times": 1}]},
    {"replies": [{"symbol": "accepted", "octets": 37, "times": 10**9}]},
    {"replies": [{"symbol": "accepted", "octets": 37, "times": 1}] * 65},
    {"replies": [{"symbol": "accepted", "octets": 37, "times": 1, "client": 14}]},
    {"tickets": [{"octets": [250] * 65, "times": 1}]},
    {"delays": [{"answer": "accepted", "times": 1, "least": 0, "median": 0, "most": 10**12}]},
    {"password_octets": 14},
    {"replies": None},
]


@pytest.mark.parametrize("change", WRONG, ids=[json.dumps(change)[:60] for change in WRONG])
def test_what_nobody_stored_is_refused(change: dict[str, Any]) -> None:
    data = json.dumps(json.loads(encoded(PROFILE)) | change).encode()
    with pytest.raises(ValueError, match=r"."):
        decoded(data)


@pytest.mark.parametrize("data", [b"", b"{", b"null", b"[]", b"\xff\xfe", b"{}", b"[" * 100_000, b'"' + b"x" * 1000])
def test_so_is_what_is_no_profile_at_all(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decoded(data)


def test_a_profile_has_no_field_for_what_a_client_says() -> None:
    fields = json.loads(encoded(PROFILE))
    assert set(fields) == {
        "format", "service", "program", "newest", "families", "agreed", "disagreed", "could_not_tell", "replies",
        "hello", "hello_records", "tickets", "delays",
    }  # fmt: skip
    known = model()
    assert set(known.server) >= TEACHES
    assert not set(known.client) & TEACHES


def test_what_greets_as_exchange_online_wants_to_be_checked() -> None:
    assert to_verify(catalogue()) == {
        "exchange-online", "exchange-online-legacy-tls", "exchange-online-21vianet", "exchange-online-hve",
        "outlook-consumer",
    }  # fmt: skip
