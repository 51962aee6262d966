"""What phase A finds in captures, without where it found it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from sniffer.model.facts import Observation, SessionFact
from sniffer.pipeline import Settings, gather
from sniffer.sources.problems import CaptureError
from tests.mail import session
from tests.wire import Frame, merge


def facts(*paths: Path, settings: Settings | None = None, sensor: str = "default") -> list[SessionFact]:
    """The sessions of captures that can all be read, without the names of the files."""
    found, problems = facts_and_problems([(sensor, path) for path in paths], settings)
    assert problems == []
    return found


def facts_and_problems(
    pairs: Sequence[tuple[str, Path]], settings: Settings | None = None
) -> tuple[list[SessionFact], list[CaptureError]]:
    """The sessions of captures, and what could not be read."""
    gathered = gather(pairs, settings or Settings())
    found = [anywhere(fact) for fact in gathered.spool.sessions()]
    gathered.spool.close()
    return found, gathered.problems


def anywhere(fact: SessionFact) -> SessionFact:
    """A fact without the names of files and interfaces."""
    seen = (Observation(each.sensor, None, None, each.vlan, each.tunnel) for each in fact.observations)
    return msgspec.structs.replace(fact, observations=tuple(dict.fromkeys(seen)))


def office() -> list[Frame]:
    """Twelve interleaved sessions of several kinds, in order of time."""
    kinds = ("LOGIN", "PLAIN", "XOAUTH2", "CRAM-MD5", None, "STARTTLS")
    talks = [
        session(
            kinds[number % len(kinds)],
            client=f"10.0.3.{10 + number}",
            client_mac=f"00:26:73:00:00:{number:02x}",
            client_port=40_000 + number,
            client_isn=number * 1_000_003,
            server_isn=number * 7_000_001,
            start=1_795_000_000 + number * 0.0071,
        )
        for number in range(12)
    ]
    return merge(*(talk.frames() for talk in talks))
