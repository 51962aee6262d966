"""Of every capture with TLS: each session is explained turn by turn, and no length of a credential comes out.

Which turns are credentials is told by the label and the commands' own lengths, not by what the program took them for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sniffer.inference.turns import Half, Turn, dialogue, records
from sniffer.model.facts import SessionFact
from tests.expected import Key, capture_of, cases, expected_of, key_of
from tests.program import Outcome, sessions, sniffer
from tests.sources.facts import facts

ANSWERS = {"LOGIN": 2, "PLAIN": 1, "XOAUTH2": 1, "OAUTHBEARER": 1}
"""Messages of a mechanism that hold a secret, or the user that goes with it."""

LINE_END = 2
IN_TLS = [case for case in cases() if any(each.get("tls") for each in expected_of(case)["sessions"])]
HIDING = [
    case for case in IN_TLS if any(each.get("hidden", {}).get("attempts") for each in expected_of(case)["sessions"])
]

ELSEWHERE = re.compile(
    r"\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?|\b\d\d:\d\d:\d\d\b"  # days and times
    r"|\b[sd]-[0-9a-f]+|\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b|\b[0-9a-f]{12,}\b"  # ids, MACs, hashes
    r"|\b[0-9a-f]*(?:[.:]+[0-9a-f]+)+"  # addresses, ports, versions, fractions
    r"|\d+ ?(?:%|s\b|ms\b|min\b)"  # shares and times
    r"|\b1:[\w+/]+=*"  # community ids
    r"|\d*k\+\d+|\d+\+4k"  # classes
)
"""Numbers that are no length."""

NUMBER = re.compile(r"(?<![\w+])(?<!\d[.-])\d+(?![\w+]|[.-]\d)")


def named(case: Path) -> str:
    """The topic and the name of a case."""
    return f"{case.parent.name}/{case.name}"


@cache
def told(case: Path) -> list[dict[str, Any]]:
    """The sessions that the program reports."""
    return sessions(capture_of(case))


@cache
def explained(case: Path, session: str) -> Outcome:
    """What ``explain`` says of a session."""
    return sniffer("explain", "--session", session, capture_of(case))


@pytest.mark.parametrize("case", IN_TLS, ids=map(named, IN_TLS))
def test_every_session_with_tls_is_explained(case: Path) -> None:
    for row in told(case):
        if not row["tls"]:
            continue
        outcome = explained(case, row["session"])
        assert (outcome.status, row["session"] in outcome.out) == (0, True)
        if row["auth"]["basis"] == "inferred":
            assert "Turns inside TLS" in outcome.out


# -- secrets -------------------------------------------------------------------------------------------


def exchanges(turns: Sequence[Turn], label: Mapping[str, Any]) -> Iterator[Turn]:
    """The turns of a dialogue that hold credentials: whose lengths nobody may learn."""
    rest = iter(turns)
    for attempt in label["hidden"]["attempts"]:
        command = next(rest, None)
        if command is None or command.client is None:
            return
        bare = len(f"AUTH {attempt['mechanism']}") + LINE_END
        initial = command.client.text.least > bare
        if initial:
            yield command
        if initial and command.server and command.server.text.least > len("334 UGFzc3dvcmQ6") + LINE_END:
            continue  # refused at once, or accepted
        for _ in range(ANSWERS[attempt["mechanism"]] - initial):
            answer = next(rest, None)
            if answer:
                yield answer


def numbers(half: Half) -> set[int]:
    """All numbers that tell how long a message is: its text, its records, and what Base64 it holds."""
    text = half.text.most
    return {text, half.octets, text - LINE_END, (text - LINE_END) * 3 // 4}


class Lengths(NamedTuple):
    """Numbers of a session: what must not be told of its credentials, and what may be of all else."""

    secret: set[int]
    open: set[int]


def lengths_of(fact: SessionFact, label: Mapping[str, Any]) -> Lengths:
    """The lengths of a session; what is a credential's and by chance another's may be told."""
    seen = records(fact)
    found = dialogue(seen) if seen else None
    if found is None or not found.exact or not label["hidden"]["attempts"]:
        return Lengths(set(), set())
    secret = list(exchanges(found.turns, label))
    others = [turn.client for turn in found.turns if turn.client and turn not in secret]
    others += [turn.server for turn in found.turns if turn.server]
    others += [half for half in (*(found.hello or ()), found.greeting) if half]
    told = {number for half in others for number in (half.text.least, half.text.most, half.octets, half.records)}
    return Lengths({number for turn in secret if turn.client for number in numbers(turn.client)} - told, told)


def labels(case: Path) -> dict[Key, dict[str, Any]]:
    """The labels of the sessions that go into TLS."""
    sessions = expected_of(case)["sessions"]
    hiding = (each for each in sessions if "hidden" in each)
    return {(each["client"], each["client_port"], each["server"], each["port"]): each for each in hiding}


@cache
def lengths(case: Path) -> dict[Key, Lengths]:
    """The lengths of each session."""
    wanted = labels(case)
    seen = {
        (each.client_ip, each.client_port, each.server_ip, each.server_port): each for each in facts(capture_of(case))
    }
    return {key: lengths_of(seen[key], label) for key, label in wanted.items() if key in seen}


def shown(text: str) -> set[int]:
    """The numbers in a text that may be lengths."""
    return {int(number) for number in NUMBER.findall(ELSEWHERE.sub(" ", text))}


def test_there_are_lengths_to_keep() -> None:
    assert sum(bool(each.secret) for case in HIDING for each in lengths(case).values()) >= 60


@pytest.mark.parametrize("case", HIDING, ids=map(named, HIDING))
def test_no_length_of_a_credential_is_told_of_a_session(case: Path) -> None:
    for row in told(case):
        secret = lengths(case)[key_of(row)].secret if key_of(row) in lengths(case) else set()
        assert shown(json.dumps({**row, "observations": None})) & secret == set()
        if secret:
            assert shown(explained(case, row["session"]).out) & secret == set()


@pytest.mark.parametrize("case", HIDING, ids=map(named, HIDING))
def test_no_length_of_a_credential_is_told_of_a_capture(case: Path) -> None:
    every = lengths(case).values()
    secret = set().union(*(each.secret for each in every)) - set().union(*(each.open for each in every))
    for view, form in (("sessions", "csv"), ("sessions", "table"), ("devices", "jsonl")):
        outcome = sniffer("triage", "--scope", "all", "--view", view, "--format", form, capture_of(case))
        rows = [{**row, "advice": None} for row in outcome.rows] if form == "jsonl" else []
        text = json.dumps(rows) if rows else outcome.out
        assert shown(text) & secret == set(), (view, form)
