"""``sniffer doctor``: what it says, to whom, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sniffer.knowledge.span_advice import span_advice
from sniffer.model.frames import Frames, Origin
from sniffer.model.health import InterfaceHealth
from sniffer.pipeline.survey import survey_wire
from sniffer.sources.problems import CaptureError
from tests.capture_files import write_pcap
from tests.frames import batch
from tests.program import program, sniffer
from tests.surveys import healthy, lossy, one_way

SCHEMA = json.loads((resources.files("sniffer.reports.schemas") / "doctor.schema.json").read_text("utf-8"))


@pytest.fixture
def fine(tmp_path: Path) -> Path:
    """A healthy capture."""
    write_pcap(tmp_path / "fine.pcap", healthy())
    return tmp_path / "fine.pcap"


@pytest.fixture
def half(tmp_path: Path) -> Path:
    """One direction."""
    write_pcap(tmp_path / "half.pcap", one_way(to_server=True))
    return tmp_path / "half.pcap"


def told(folder: Path, *words: str | Path, status: int = 0) -> dict[str, Any]:
    """What the program writes as JSON, valid by its schema."""
    path = folder / "doctor.json"
    outcome = sniffer("doctor", "--format", "json", "--output", path, *words)
    assert (outcome.status, outcome.out) == (status, "")
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    Draft202012Validator.check_schema(SCHEMA)
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(found)] == []
    return found


def test_a_healthy_capture(fine: Path) -> None:
    outcome = sniffer("doctor", fine)
    assert (outcome.status, outcome.err) == (0, "")
    assert "Both directions are seen" in outcome.out
    assert outcome.out.splitlines()[-1].startswith("Verdicts from here can be trusted")
    assert "PROBLEM" not in outcome.out


def test_a_problem_says_what_to_change(half: Path) -> None:
    outcome = sniffer("doctor", half)
    assert outcome.status == 0
    assert outcome.out.index("PROBLEM  Only one direction is seen") < outcome.out.index("ok       ")
    assert "Cisco IOS:    monitor session 1 source interface GigabitEthernet1/0/24 both" in outcome.out
    assert "Do not trust verdicts from here" in outcome.out


def test_text_fits_80_columns_but_for_commands(half: Path, fine: Path) -> None:
    commands = {command.partition(": ")[2] for row in span_advice().values() for command in row.commands}
    for line in sniffer("doctor", half).out.splitlines() + sniffer("doctor", fine).out.splitlines():
        if line.strip() and not any(line.endswith(command) for command in commands):
            assert len(line) <= 80 or " " not in line.strip()  # a path has no place to break


def test_json_is_valid_and_says_the_same(tmp_path: Path, half: Path, fine: Path) -> None:
    bad, good = told(tmp_path, half), told(tmp_path, fine)
    assert (bad["level"], bad["findings"][0]["code"], bad["live"]) == ("problem", "directions", False)
    assert bad["findings"][0]["advice"][0]["code"] == "mirror-both"
    assert good["figures"]["mail"]["connections"] == 12
    assert good["figures"]["clocks"][0]["first"].endswith("Z")
    assert [each["code"] for each in good["findings"] if each["level"] == "problem"] == []


def test_captures_are_looked_at_as_one(tmp_path: Path, half: Path) -> None:
    write_pcap(tmp_path / "other.pcap", one_way(to_server=False))
    both = told(tmp_path, half, tmp_path / "other.pcap")
    assert both["level"] == "note"
    assert both["figures"]["split"] == 12


@pytest.mark.parametrize(("levels", "status"), [("problem", 3), ("unknown,problem", 3), ("note", 0), ("", 0)])
def test_fail_on(tmp_path: Path, levels: str, status: int) -> None:
    write_pcap(tmp_path / "lossy.pcap", [frame for frame in lossy(0.2) if frame.data[12:14] == b"\x08\x00"])
    told(tmp_path, tmp_path / "lossy.pcap", "--fail-on", levels.replace("note", "unknown"), status=status)


def test_an_empty_capture_says_so(tmp_path: Path) -> None:
    write_pcap(tmp_path / "empty.pcap", [])
    outcome = sniffer("doctor", tmp_path / "empty.pcap", "--fail-on", "problem")
    assert outcome.status == 3
    assert "No frame in what could be read" in outcome.out
    assert "show monitor session all" in outcome.out


def test_a_folder_without_captures_and_files_that_are_none(tmp_path: Path, fine: Path) -> None:
    (tmp_path / "void").mkdir()
    alone = sniffer("doctor", tmp_path / "void")
    assert (alone.status, alone.out) == (1, "")
    assert "holds no capture" in alone.err
    beside = sniffer("doctor", tmp_path / "nowhere.pcap", fine)
    assert beside.status == 4
    assert "no such file" in beside.err
    assert "could not be read" in beside.out


def test_a_capture_that_ends_in_a_record_is_partly_read(tmp_path: Path, fine: Path) -> None:
    (tmp_path / "torn.pcap").write_bytes(fine.read_bytes()[:-30])
    outcome = sniffer("doctor", tmp_path / "torn.pcap")
    assert outcome.status == 4
    assert "PROBLEM  1 input could not be read, or not to the end" in outcome.out


def test_a_link_type_that_is_not_decoded(tmp_path: Path) -> None:
    write_pcap(tmp_path / "wifi.pcap", healthy(1), linktype=105)
    outcome = sniffer("doctor", tmp_path / "wifi.pcap")
    assert outcome.status == 1
    assert "IEEE 802.11" in outcome.err


def test_standard_input(fine: Path) -> None:
    outcome = program("doctor", "-", stdin=fine.read_bytes())
    assert outcome.status == 0, outcome.err
    assert "12 connections on ports" in " ".join(outcome.out.split())


def test_a_hostile_name_moves_no_cursor(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[31m\n.pcap"
    write_pcap(path, healthy(1))
    outcome = sniffer("doctor", path)
    assert "\x1b" not in outcome.out
    assert "\\x1b[31m" in outcome.out.replace("\n", "")


WRONG: list[tuple[tuple[str, ...], str]] = [
    (("a.pcap", "-i", "eth1"), "not both"),
    (("-i", "eth1", "--duration", "0"), "is not a time; write it like 30s"),
    (("a.pcap", "--fail-on", "fine"), "no level"),
    (("a.pcap", "--ports", "smtp"), "no port"),
]


@pytest.mark.parametrize(("words", "says"), WRONG, ids=[" ".join(words) for words, _ in WRONG])
def test_wrong_usage(words: tuple[str, ...], says: str) -> None:
    outcome = sniffer("doctor", *words)
    assert outcome.status == 2
    assert says in " ".join(outcome.err.replace("│", " ").split())


def test_help_has_examples() -> None:
    assert "sniffer doctor -i eth1" in sniffer("doctor", "--help").out
    assert "doctor" in sniffer("--help").out


class FakeWire:
    """Interfaces that give some batches, then nothing."""

    def __init__(self, batches: Sequence[Frames], health: InterfaceHealth, rest: Sequence[Frames] = ()) -> None:
        self._batches = list(batches)
        self._health = health
        self._rest = list(rest)
        self.open = True
        self.closed = False

    def wait(self, seconds: float) -> list[Frames]:
        """The next batch."""
        assert 0 < seconds <= 1
        return [self._batches.pop(0)] if self._batches else []

    def rest(self) -> list[Frames]:
        """What is still on its way."""
        return self._rest

    def health(self) -> tuple[InterfaceHealth, ...]:
        """As it was given."""
        return (self._health,)

    def close(self) -> None:
        """Note that it was."""
        self.closed = True


ETH1 = Origin("", None, "eth1")


def pieces(size: int = 50) -> list[Frames]:
    """A healthy span, as an interface gives it."""
    whole = batch(healthy(), origin=ETH1)
    return [whole.part(first, min(first + size, len(whole))) for first in range(0, len(whole), size)]


def ticking(step: float = 0.25) -> Callable[[], float]:
    """A clock that goes on whenever somebody looks."""
    times: Iterator[int] = count()
    return lambda: next(times) * step


def test_a_wire_is_surveyed_for_its_time() -> None:
    *most, last = pieces()
    wire = FakeWire(most, InterfaceHealth("eth1", received=1000, dropped=0), [last])
    survey = survey_wire(wire, (25, 587), 30, ticking())
    assert survey.frames == sum(map(len, pieces()))
    assert survey.seconds is not None
    assert survey.seconds >= 30
    assert wire.closed
    assert survey.mail.connections == 12


def test_a_stop_ends_it_early_and_what_came_is_reported() -> None:
    looks = count()
    survey = survey_wire(FakeWire(pieces(), InterfaceHealth("eth1")), (25,), 30, ticking(), lambda: next(looks) >= 2)
    assert survey.interrupted
    assert 0 < survey.frames < sum(map(len, pieces()))


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The live sources, played: what was opened and in which order things were done."""
    done: dict[str, Any] = {
        "steps": [],
        "health": InterfaceHealth("eth1", received=1000, dropped=0),
        "frames": pieces(),
    }

    class Reader:
        notes = ("is down; we listen all the same",)

        def __init__(self, interface: str, select: Any, known_link: Any, origin: Origin) -> None:
            if interface == "nowhere":
                raise CaptureError(interface, "there is no such interface", "sniffer interfaces lists them")
            assert select(1) is None
            assert known_link(1)
            assert origin.interface == interface
            done["steps"].append(f"open {interface}")

    def listening(readers: list[Reader]) -> FakeWire:
        assert readers
        done["wire"] = FakeWire(done["frames"], done["health"])
        return done["wire"]  # type: ignore[no-any-return]

    monkeypatch.setattr("sniffer.sources.live.LiveReader", Reader)
    monkeypatch.setattr("sniffer.sources.live.Listening", listening)
    monkeypatch.setattr("sniffer.cli.doctor.drop", lambda _: done["steps"].append("drop"))
    monkeypatch.setattr("sniffer.cli.doctor._preload", lambda: None)
    return done


def test_an_interface_is_opened_and_privileges_dropped_before_anything_is_read(live: dict[str, Any]) -> None:
    outcome = sniffer("doctor", "-i", "eth1", "--duration", "0.2")
    assert outcome.status == 0
    assert live["steps"] == ["open eth1", "drop"]
    assert "No frame was dropped on this machine" in outcome.out
    assert "is down" in outcome.err


def test_drops_are_told(live: dict[str, Any], tmp_path: Path) -> None:
    live["health"] = InterfaceHealth("eth1", received=1000, dropped=77, dropped_before=3)
    found = told(tmp_path, "-i", "eth1", "--duration", "0.2", "--fail-on", "problem", status=3)
    assert found["live"] is True
    finding = next(each for each in found["findings"] if each["code"] == "drops")
    assert (finding["level"], finding["figures"]["dropped"]) == ("problem", 77)


def test_a_silent_interface(live: dict[str, Any]) -> None:
    live["frames"] = []
    outcome = sniffer("doctor", "-i", "eth1", "--duration", "0.1")
    assert "No frame in 0 s" in outcome.out


def test_an_interface_that_is_not_there(live: dict[str, Any]) -> None:
    alone = sniffer("doctor", "-i", "nowhere")
    assert (alone.status, alone.out) == (1, "")
    assert "no such interface; sniffer interfaces lists them" in alone.err
    beside = sniffer("doctor", "-i", "nowhere", "-i", "eth1", "--duration", "0.1")
    assert beside.status == 4


def test_an_interface_that_goes_away(live: dict[str, Any]) -> None:
    live["health"] = InterfaceHealth("eth1", received=10, dropped=0, gone="it was taken away")
    outcome = sniffer("doctor", "-i", "eth1", "--duration", "0.1")
    assert outcome.status == 4
    assert "eth1: it was taken away" in outcome.err
