"""What a fit writes is what `sniffer.knowledge.dialogue` reads; and the program speaks when it cannot fit."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sniffer.knowledge import dialogue
from tests.accuracy import __main__ as program
from tests.accuracy import fit_file
from tests.accuracy.bins import rows
from tests.accuracy.corpora import Sample
from tests.accuracy.fit import fitted
from tests.accuracy.samples import label, login, prediction, refused, token

WRITTEN = dialogue.model(fitted=False)
SENT = "sent: reset > reset-done > sent"
TABLE = fitted(WRITTEN, [{("turn", "accepted", "sent", "path", SENT): 30.0, ("client", "cram", "202"): 30.0}])
BINS = {
    "family": {
        "exact": [
            {"least": 0.5, "sessions": 70, "right": 40, "proven": 0.46},
            {"least": 0.95, "sessions": 700, "right": 699, "proven": 0.97},
        ],
        "range": [],
    },
    "outcome": {"exact": [{"least": 0.9, "sessions": 60, "right": 60, "proven": 0.93}], "range": []},
}
CACHES = (dialogue.fit, dialogue._fitted, dialogue._bins)


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file in place of the one that ships, for who writes and who reads it."""
    path, ships = tmp_path / "dialogue_fit.toml", dialogue._file
    monkeypatch.setattr(fit_file, "TARGET", path)
    monkeypatch.setattr(dialogue, "_file", lambda name: path if name == path.name else ships(name))
    for each in CACHES:
        each.cache_clear()
    yield path
    for each in CACHES:
        each.cache_clear()


def write(table: dict[str, Any] = TABLE, corpora: tuple[str, ...] = ("lab", "field")) -> None:
    """Write a fit."""
    sharp = {**table, "sharpness": {"exact": (0.6, 1.2), "range": (0.85, 1.0)}}
    fit_file.write(sharp, BINS, 4921, corpora, date(2026, 11, 26))


def test_the_file_that_ships_is_the_one_that_is_written() -> None:
    assert fit_file.TARGET.read_text("utf-8").startswith(fit_file.HEAD)


def test_what_was_written_is_read(target: Path) -> None:
    write()
    found = dialogue.model()
    wanted = dialogue.refitted(WRITTEN, TABLE)
    for path, other in zip(found.paths, wanted.paths, strict=True):
        assert path.weight == pytest.approx(other.weight, rel=1e-5)
    assert (found.client, found.server) == (wanted.client, wanted.server)
    for phase, ends in wanted.ends.items():
        assert found.ends[phase] == pytest.approx(ends, rel=1e-5)
    for phase, begins in wanted.begins.items():
        assert found.begins[phase] == pytest.approx(begins, rel=1e-5)
    assert found.exchange == pytest.approx(wanted.exchange, rel=1e-5)
    assert found.sharpness == {"exact": (0.6, 1.2), "range": (0.85, 1.0)}
    (cram,) = found.client["cram"]
    assert cram.mean > WRITTEN.client["cram"][0].mean


def test_bins_are_read_as_they_were_written(target: Path) -> None:
    write()
    assert [dialogue.proven(each, exact=True) for each in (0.99, 0.95, 0.6, 0.4)] == [0.97, 0.95, 0.46, 0.4]
    assert dialogue.proven(0.99, exact=True, of="outcome") == 0.93
    assert dialogue.proven(0.99, exact=False) == 0.99


def test_the_file_says_what_it_rests_on(target: Path) -> None:
    write(corpora=("lab, seed 1", 'the "field"', "büro"))
    told = tomllib.loads(target.read_text("utf-8"))
    assert (told["as_of"], told["sessions"]) == (date(2026, 11, 26), 4921)
    assert told["corpora"] == ["lab, seed 1", 'the "field"', "büro"]


# -- the program ---------------------------------------------------------------------------------


def run(monkeypatch: pytest.MonkeyPatch, samples: list[Sample], *words: str) -> int:
    """What the program returns for these sessions."""
    monkeypatch.setattr(program, "load", lambda *_: samples)
    return program.main(words or ("fit", "lab"))


def test_a_fit_ends_in_the_file(target: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    samples = [login("a", "x"), refused("a", "y"), token("b", "y"), login("b", "x"), login("ADV-c", "x")]
    assert run(monkeypatch, samples, "fit", str(tmp_path / "lab" / ".." / "seed 1")) == 0
    told = tomllib.loads(target.read_text("utf-8"))
    assert (told["sessions"], told["corpora"]) == (5, ["seed 1"])
    (row,) = told["bins"]["family"]["exact"]
    assert (row["sessions"], row["right"]) == (4, 4)  # an invented client proves nothing
    assert row["proven"] == pytest.approx(0.05 ** (1 / 4), abs=1e-5)
    assert set(told["sharpness"]) == {"exact", "range"}
    assert dialogue.model().paths != WRITTEN.paths


def test_a_probability_proves_what_the_worse_way_of_holding_out_proves() -> None:
    better = [prediction(0.99)] * 70
    worse = [*better[:-5], *[prediction(0.99, "oauth")] * 5]
    for ways in ([better, worse], [worse, better]):
        (row,) = rows(program._worse(ways, "family", exact=True))
        assert (row["sessions"], row["right"]) == (70, 65)


REFUSED = {
    "nothing": ([], "give folders with corpus.pcap and labels.jsonl"),
    "one client": ([login("a", "x"), login("a", "y")], "client programs.*add a corpus"),
    "one server": ([login("a", "x"), login("b", "x")], "servers.*add a corpus"),
    "labels of other sessions": (
        [login(each, each)._replace(label=label(each, each, attempts=())) for each in "ab"], "nothing can be fitted"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_fitted_is_said_and_writes_nothing(
    target: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    samples, said = REFUSED[name]
    assert run(monkeypatch, samples) == 1
    assert re.search(said, capsys.readouterr().err)
    assert not target.exists()


def test_a_folder_that_is_no_corpus_is_said_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.main(["report", str(tmp_path)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    assert "tests.lab.corpus" in told.err


def test_a_report_has_four_tables_and_two_calibrations(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[tuple[str, bool]] = []

    def held_out(samples: list[Sample], key: Any, *, texts: bool = True, note: Any) -> list[Any]:
        asked.append((key(samples[0]), texts))
        return [prediction(0.99), prediction(0.99, "oauth")]

    monkeypatch.setattr(program, "held_out", held_out)
    assert run(monkeypatch, [login("a", "x")], "report", "lab") == 0
    told = capsys.readouterr()
    assert asked == [("a", True), ("x", True), ("a", False), ("x", False)]
    assert [line for line in told.out.splitlines() if line.startswith("#")] == [
        "### client programs held out", "### servers held out",
        "### client programs held out, without any knowledge of reply texts",
        "### servers held out, without any knowledge of reply texts",
    ]  # fmt: skip
    assert told.out.count("\n| sessions | right") == 4
    assert told.out.count("| probability from") == 2
    assert told.err.count("told oauth") == 4
