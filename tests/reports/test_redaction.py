"""``--redact-users``: no user name anywhere, in any format, and the same word for the same name."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sniffer.reports.redaction import Redactor
from tests.capture_files import write_pcap
from tests.mail import b64
from tests.program import sniffer
from tests.wire import Conversation, Frame

FORMATS = [(view, form) for view in ("devices", "sessions") for form in ("table", "json", "jsonl", "csv")]


def guesses(path: Path, users: list[str]) -> None:
    """A capture of that session alone."""
    write_pcap(path, guessing(users))


def guessing(users: list[str], helo: str = "alices-laptop", **told: Any) -> list[Frame]:
    """One session in which users are guessed, and the server says who failed."""
    talk = Conversation(**told)
    talk.open()
    talk.server("220 mail.example.org ESMTP")
    talk.client(f"EHLO {helo}")
    talk.server("250 AUTH LOGIN PLAIN")
    for user in users:
        talk.client("AUTH LOGIN")
        talk.server("334 VXNlcm5hbWU6")
        talk.client(b64(user))
        talk.server("334 UGFzc3dvcmQ6")
        talk.client(b64("not-a-real-secret"))
        talk.server(f"535 5.7.8 Error: authentication failed for {user.upper()} ({user.partition('@')[0]})")
    talk.client("QUIT")
    talk.server("221 Bye")
    talk.close()
    return talk.frames()


USERS = [
    "alice.miller@example.org",
    "EXAMPLE\\bob.smith",
    "carol o'neil",
    'dave"quote',
    "Jürgen@example.org",
    "x.y-z@a",
]
PARTS = ["alice.miller", "bob.smith", "o'neil", "dave", "rgen@", "jürgen", "x.y-z"]


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """A data directory of one's own."""
    return {"XDG_DATA_HOME": str(tmp_path / "home")}


@pytest.mark.parametrize(("view", "form"), FORMATS)
def test_no_user_name_in_any_format(tmp_path: Path, home: dict[str, str], view: str, form: str) -> None:
    guesses(tmp_path / "a.pcap", USERS)
    words = ("triage", "--view", view, "--format", form, tmp_path / "a.pcap")
    plain = sniffer(*words)
    redacted = sniffer(*words, "--redact-users", env=home)
    told = (redacted.out + redacted.err).casefold().replace("\n", "").replace(" ", "")
    assert [part for part in [*PARTS, "alices-laptop"] if part.casefold().replace(" ", "") in told] == []
    if form != "table":
        assert "x.y-z" in plain.out
        assert "user-" in redacted.out
    assert "host-" in told


PROSE = "AUTH LOGIN was read in clear (10.0.0.25:25); the server said '535 clear failed for login'"


@pytest.mark.parametrize("user", ["clear", "LOGIN@x.org", "10", "server", "auth"])
def test_words_of_our_own_stay_and_those_from_the_wire_go(user: str) -> None:
    told = Redactor(b"k" * 32).prose(PROSE, user) or ""
    ours, _, quoted = told.partition("'")
    assert ours == PROSE.partition("'")[0]
    assert user.partition("@")[0].casefold() not in quoted.casefold().replace("user-", "").split()


def test_a_user_name_goes_from_a_sentence_of_ours() -> None:
    told = Redactor(b"k" * 32).prose("anna.meier was refused as o'neil", "anna.meier", "o'neil") or ""
    assert "anna" not in told
    assert "neil" not in told


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=4, max_size=20)


@given(NAMES.filter(lambda name: name.strip() == name))
@example("DOMAIN\\user.name")
@example("ǅungla")
@example("straße")
@example("00ß\u1f88")
@example("(.*)")
def test_a_reply_never_repeats_the_name(name: str) -> None:
    redact = Redactor(b"k" * 32)
    for spelling in (name, name.upper(), name.lower(), name.swapcase()):
        told = redact.text(f"535 5.7.8 <{spelling}> is unknown: {spelling!r}", name)
        assert told is not None
        assert f"<{spelling}>" not in told
        assert "user-" in told


def test_a_device_of_very_many_users_keeps_none_of_them_in_its_reason(tmp_path: Path, home: dict[str, str]) -> None:
    frames = []
    for number in range(40):
        one: dict[str, Any] = {
            "client_port": 40_000 + number,
            "client_isn": number * 7919,
            "start": 1_795_000_000.0 + number,
        }
        frames += guessing([f"mailbox.number{number}@example.org"], **one)
    write_pcap(tmp_path / "many.pcap", frames)
    outcome = sniffer("triage", "--redact-users", "--format", "jsonl", tmp_path / "many.pcap", env=home)
    assert "user-" in outcome.rows[0]["reason"]
    assert "mailbox.number" not in outcome.out.lower()


def test_the_same_name_gets_the_same_word_in_every_run(tmp_path: Path, home: dict[str, str]) -> None:
    guesses(tmp_path / "a.pcap", ["alice@example.org", "ALICE@example.org", "bob@example.org"])
    words = ("triage", "--view", "sessions", "--format", "jsonl", "--redact-users", tmp_path / "a.pcap")
    first, second = sniffer(*words, env=home), sniffer(*words, env=home)
    users = [each["user"] for each in first.rows[0]["auth"]["attempts"]]
    assert users[0] == users[1] != users[2]
    assert users == [each["user"] for each in second.rows[0]["auth"]["attempts"]]
    with tempfile.TemporaryDirectory() as other:
        third = sniffer(*words, env={"XDG_DATA_HOME": other})
    assert users[0] != third.rows[0]["auth"]["attempts"][0]["user"]


def test_the_key_is_readable_by_its_owner_only(tmp_path: Path, home: dict[str, str]) -> None:
    guesses(tmp_path / "a.pcap", ["alice@example.org"])
    before = os.umask(0)
    try:
        assert sniffer("triage", "--redact-users", tmp_path / "a.pcap", env=home).status == 0
    finally:
        os.umask(before)
    folder = Path(home["XDG_DATA_HOME"]) / "sniffer"
    assert [path.name for path in folder.iterdir()] == ["redaction.key"]
    assert stat.S_IMODE((folder / "redaction.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len((folder / "redaction.key").read_bytes()) == 32


@pytest.mark.parametrize("key", [b"", b"short"])
def test_a_key_that_is_none_is_refused(tmp_path: Path, home: dict[str, str], key: bytes) -> None:
    folder = Path(home["XDG_DATA_HOME"]) / "sniffer"
    folder.mkdir(parents=True)
    (folder / "redaction.key").write_bytes(key)
    guesses(tmp_path / "a.pcap", ["alice@example.org"])
    outcome = sniffer("triage", "--redact-users", tmp_path / "a.pcap", env=home)
    assert (outcome.status, outcome.out) == (1, "")
    assert "delete it to get a new one" in outcome.err


def test_a_data_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    guesses(tmp_path / "a.pcap", ["alice@example.org"])
    outcome = sniffer("triage", "--redact-users", tmp_path / "a.pcap", env={"XDG_DATA_HOME": str(tmp_path / "file")})
    assert (outcome.status, outcome.out) == (1, "")
    assert "no key for --redact-users" in outcome.err


@pytest.mark.parametrize("name", ["RNP002673A1B2C3", "[10.0.3.17]", "localhost", "10.0.3.17"])
def test_factory_names_and_literals_name_nobody_and_stay(name: str) -> None:
    assert Redactor(b"k" * 32).host(name) == name


def test_without_a_key_nothing_is_replaced() -> None:
    redact = Redactor()
    assert (redact.user("alice"), redact.host("alice-pc"), redact.text("for alice", "alice")) == (
        "alice", "alice-pc", "for alice",
    )  # fmt: skip
