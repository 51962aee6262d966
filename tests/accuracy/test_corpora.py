"""Corpora are read whole or refused, with what to try next."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from sniffer.pipeline import Settings, gather
from tests.accuracy.corpora import Attempt, CorpusError, Sample, label, load
from tests.accuracy.samples import label as truth
from tests.expected import CAPTURES
from tests.inference.dialogues import session
from tests.lab.corpus.truth import judged
from tests.lab.served import Attempt as Heard
from tests.lab.served import Served

Row = dict[str, Any]


@pytest.fixture
def row(tmp_path: Path) -> Row:
    """A label that fits the session of ``corpus.pcap``."""
    shutil.copy(CAPTURES / "starttls" / "exchange-login" / "capture.pcap", tmp_path / "corpus.pcap")
    made: Row = {
        "client_ip": "10.0.3.17", "client_port": 39040, "server_ip": "52.97.1.2", "start": 0.0, "client": "swaks",
        "stack": "OpenSSL", "server": "scripted", "tls": "13", "family": "basic", "mechanism": "LOGIN",
        "attempts": [{"mechanism": "LOGIN", "initial_response": False, "outcome": "ok"}], "outcome": "success",
    }  # fmt: skip
    (fact,) = gather([("corpus", tmp_path / "corpus.pcap")], Settings()).spool.sessions()
    return {**made, "client_port": fact.client_port, "start": fact.start / 1_000_000}


def write(folder: Path, *rows: Row | str) -> None:
    """Write labels."""
    lines = [each if isinstance(each, str) else json.dumps(each) for each in rows]
    (folder / "labels.jsonl").write_text("".join(f"{line}\n" for line in lines))


def test_a_label_meets_its_session(tmp_path: Path, row: Row) -> None:
    write(tmp_path, row)
    notes: list[str] = []
    (found,) = load([tmp_path], notes.append)
    assert found.label == truth("swaks", "scripted", "13")
    assert (found.fact.client_port, found.fact.server_ip) == (row["client_port"], "52.97.1.2")
    assert found.fact.shape
    assert notes == []


def test_corpora_are_read_in_their_order(tmp_path: Path, row: Row) -> None:
    for name in ("b", "a"):
        (tmp_path / name).mkdir()
        shutil.copy(tmp_path / "corpus.pcap", tmp_path / name)
        write(tmp_path / name, {**row, "client": name})
    assert [each.label.client for each in load([tmp_path / "b", tmp_path / "a"])] == ["b", "a"]


@pytest.mark.parametrize(
    "other", [{"client_port": 1}, {"client_ip": "10.0.3.18"}, {"server_ip": "52.97.1.3"}, {"start": 1000.0}]
)
def test_a_label_without_a_session_is_left_out_and_said(tmp_path: Path, row: Row, other: Row) -> None:
    write(tmp_path, {**row, **other, "client": "nobody"}, row)
    notes: list[str] = []
    assert [each.label.client for each in load([tmp_path], notes.append)] == ["swaks"]
    assert len(notes) == 1
    assert "1 of 2 labels fit no session" in notes[0]


def test_a_session_counts_once(tmp_path: Path, row: Row) -> None:
    write(tmp_path, row, {**row, "client": "again"})
    assert [each.label.client for each in load([tmp_path])] == ["swaks"]


def test_labels_of_another_run_are_refused(tmp_path: Path, row: Row) -> None:
    write(tmp_path, {**row, "client_port": 1})
    with pytest.raises(CorpusError, match=r"no label fits a session of corpus\.pcap.*make the corpus anew"):
        load([tmp_path])


@pytest.mark.parametrize(
    ("missing", "said"), [("corpus.pcap", r"no \*\.pcap"), ("labels.jsonl", r"no \*labels\.jsonl")]
)
def test_a_folder_that_is_no_corpus_is_refused_by_name(tmp_path: Path, row: Row, missing: str, said: str) -> None:
    write(tmp_path, row)
    (tmp_path / missing).unlink()
    with pytest.raises(CorpusError, match=said) as caught:
        load([tmp_path])
    assert str(tmp_path) in str(caught.value)
    assert "tests.lab.corpus" in str(caught.value)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="nowhere"):
        load([tmp_path / "nowhere"])


JUNK = ["{", "", "[]", "null", "\ufeff", "17", '{"client_ip": "10.0.3.17"}']


@pytest.mark.parametrize("line", JUNK)
def test_a_junk_line_is_told_by_its_number(tmp_path: Path, row: Row, line: str) -> None:
    write(tmp_path, row, line)
    with pytest.raises(CorpusError, match=r"labels\.jsonl, line 2: .*take the line out"):
        load([tmp_path])


BROKEN: list[Row] = [
    {"start": "noon"}, {"start": None}, {"family": "Basic"}, {"family": []}, {"outcome": "ok"}, {"attempts": None},
    {"attempts": [{"mechanism": "LOGIN"}]},
    {"attempts": [{"mechanism": "LOGIN", "initial_response": False, "outcome": "success"}]},
]  # fmt: skip


@pytest.mark.parametrize("other", BROKEN, ids=map(str, BROKEN))
def test_a_label_in_words_of_its_own_is_told_by_its_number(tmp_path: Path, row: Row, other: Row) -> None:
    write(tmp_path, {**row, **other})
    with pytest.raises(CorpusError, match="line 1: no label"):
        load([tmp_path])


@pytest.mark.parametrize(
    "gone", ["client_ip", "client_port", "server_ip", "start", "client", "server", "tls", "family"]
)
def test_a_label_that_misses_a_word_says_which(tmp_path: Path, row: Row, gone: str) -> None:
    del row[gone]
    write(tmp_path, row)
    with pytest.raises(CorpusError, match=f"no '{gone}'"):
        load([tmp_path])


def test_a_capture_that_is_none_is_said(tmp_path: Path, row: Row) -> None:
    write(tmp_path, row)
    (tmp_path / "corpus.pcap").write_bytes(b"no capture")
    notes: list[str] = []
    with pytest.raises(CorpusError, match="no label fits"):
        load([tmp_path], notes.append)
    assert len(notes) == 1
    assert "corpus.pcap" in notes[0]


def test_the_words_of_the_lab_are_those_of_labels() -> None:
    heard = [Heard("LOGIN", outcome="failure", tls=True, challenged=True), Heard("PLAIN", outcome="success", tls=True)]
    told = judged(Served("10.0.3.17", 1, "52.97.1.2", 587, attempts=heard))
    assert told
    found = label({"client": "swaks", "server": "scripted", "tls": "13", **told})
    assert found.attempts == (Attempt("LOGIN", False, "fail"), Attempt("PLAIN", False, "ok"))
    assert (found.family, found.mechanism, found.outcome) == ("basic", "PLAIN", "success")


@pytest.mark.parametrize(
    ("client", "tls", "version", "group"),
    [
        ("curl", "13", "1.3", "AEAD"),
        ("curl", "ccm8", "1.2", "AEAD"),
        ("curl", "cbc", "1.2", "CBC"),
        ("ADV-curl", "12", "1.2", "AEAD, adversarial"),
        ("ADV-curl", "cbc", "1.2", "CBC, adversarial"),
        ("tlslite-pad", "13", "1.3", "TLS 1.3 padding"),
        ("tlslite-random", "13", "1.3", "TLS 1.3 padding, random"),
        ("ADV-pad", "13", "1.3", "TLS 1.3 padding"),
        ("tlslite-pad", "12", "1.2", "AEAD"),
    ],
)
def test_rows_of_the_table(client: str, tls: str, version: str, group: str) -> None:
    assert Sample(session("12>18", tls=version), truth(client, tls=tls)).group == group


def test_an_attempt_that_exim_did_not_log_has_no_known_outcome() -> None:
    open_end = (Attempt("LOGIN", False, None),)
    assert not truth(server="exim-4.97", attempts=open_end).outcome_told
    assert truth(server="postfix", attempts=open_end).outcome_told
    assert truth(server="exim-4.97").outcome_told
