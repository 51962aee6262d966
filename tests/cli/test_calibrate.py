"""``sniffer calibrate``: truth in, a check and a site profile out; and what triage makes of that."""

from __future__ import annotations

import io
import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest
import typer
from msgspec.structs import replace

from sniffer.cli import truths
from sniffer.inference.field_lessons import Truth
from sniffer.knowledge.site_profile import FamilyCount, ReplyLength, SiteProfile, decoded, encoded
from sniffer.model import limits
from sniffer.model.facts import SessionFact
from sniffer.reports.field_check import learnt
from sniffer.reports.page import Page
from sniffer.reports.table import console
from tests import keyed
from tests.capture_files import write_pcap
from tests.contract import object_of
from tests.inference.facts import attempt, fact, judge
from tests.inference.hidden_dialogues import hidden, login
from tests.knowledge.test_site_profile import PROFILE
from tests.program import Outcome, sniffer
from tests.protocols.dialogue import dialogue
from tests.protocols.handshakes import contexts
from tests.protocols.keyed import encrypted
from tests.wire import Conversation

CAPTURES = Path(__file__).resolve().parents[2] / "captures"
EXCHANGE = CAPTURES / "services" / "exchange-online"
OFFICE = CAPTURES / "lan" / "office"
RENEGOTIATED = CAPTURES / "starttls" / "exchange-renegotiation"
OWN = CAPTURES / "starttls" / "keylog-dsb"
TRUTH = ("--truth", "basic=10.0.3.17", "--truth", "basic=10.0.3.18", "--truth", "oauth=10.0.3.30")
WRONG_TRUTH = ("--truth", "oauth=10.0.3.17", "--truth", "basic=10.0.3.18")


class Home:
    """A person's data directory, and the program run by that person."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.profiles = path / "sniffer" / "profiles"
        self.profile = self.profiles / "exchange-online.json"

    def run(self, *words: str | Path) -> Outcome:
        """Run the program."""
        return sniffer(*words, env={"XDG_DATA_HOME": str(self.path)})

    def calibrate(self, *words: str | Path) -> Outcome:
        """Run the verb."""
        return self.run("calibrate", *words)

    def auths(self) -> list[dict[str, Any]]:
        """What triage says of the sessions with Exchange Online."""
        told = object_of(self.run("triage", "--view", "sessions", "--format", "json", EXCHANGE).out)
        return [row["auth"] for row in told["sessions"]]

    def put(self, data: bytes) -> None:
        """Store a file as a profile."""
        self.profiles.mkdir(parents=True, exist_ok=True)
        self.profile.write_bytes(data)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A new person's."""
    return Home(tmp_path / "home")


def flat(text: str) -> str:
    """Text without its line breaks, and the frame around errors."""
    return " ".join(text.replace("│", " ").split())


# -- what agrees ------------------------------------------------------------------------------------


def test_what_agrees_is_shown_and_stored(home: Home) -> None:
    told = home.calibrate(EXCHANGE, *TRUTH)
    assert (told.status, told.err) == (0, "")
    assert told.out.count(" agrees") == 5
    assert "12>18 4k+2>18 4k+2>37" in told.out
    assert "5 agreed, 0 disagreed, 0 could not be told" in told.out
    assert "235, a login accepted: 37 bytes (5 times)" in told.out
    assert told.out.endswith(f"Exchange Online: stored in {home.profile}\n")
    profile = decoded(home.profile.read_bytes())
    assert (profile.service, profile.agreed, profile.agrees) == ("exchange-online", 5, True)
    assert max(map(len, told.out.splitlines()[:-1])) <= 100


def test_nobody_else_can_read_it(home: Home) -> None:
    home.calibrate(EXCHANGE, *TRUTH)
    assert stat.S_IMODE(home.profile.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.profiles.stat().st_mode) == 0o700
    assert stat.S_IMODE(home.profiles.parent.stat().st_mode) == 0o700
    assert [path.name for path in home.profiles.iterdir()] == [home.profile.name]


def test_from_then_on_triage_no_longer_calls_the_service_unchecked(home: Home) -> None:
    before, summary = home.auths(), flat(home.run("triage", EXCHANGE).out)
    assert {auth["unverified_service"] for auth in before} == {True}
    assert "not yet checked against a real session of this service. 'sniffer calibrate'" in summary
    assert home.calibrate(EXCHANGE, *TRUTH).status == 0
    after = home.auths()
    assert {auth["unverified_service"] for auth in after} == {False}
    assert [auth["family"] for auth in after] == [auth["family"] for auth in before]
    assert "not yet checked" not in home.run("triage", EXCHANGE).out
    assert "not yet checked" not in home.run("explain", EXCHANGE, "--device", "10.0.3.17").out


def test_a_dry_run_stores_nothing(home: Home) -> None:
    told = home.calibrate(EXCHANGE, *TRUTH, "--dry-run")
    assert told.status == 0
    assert "nothing stored (--dry-run)" in told.err
    assert not home.path.exists()
    assert {auth["unverified_service"] for auth in home.auths()} == {True}


def test_a_check_is_blind_to_what_is_stored(home: Home) -> None:
    first = home.calibrate(EXCHANGE, *TRUTH)
    nonsense = tuple(ReplyLength(symbol="refused", octets=each, times=1000) for each in (18, 21, 24, 37, 46, 48))
    home.put(encoded(replace(PROFILE, replies=nonsense)))
    second = home.calibrate(EXCHANGE, *TRUTH)
    assert (second.status, second.out) == (first.status, first.out)


def test_a_key_log_tells_the_truth_by_itself(home: Home, tmp_path: Path) -> None:
    capture, log = tmp_path / "mine.pcap", tmp_path / "keys.log"
    spoken = encrypted(dialogue(keyed.INSIDE.replace("mail.example.org", FRONT)), *contexts())
    talk = Conversation(port=587, server="52.97.1.2")
    talk.open()
    for turn in [*dialogue(CLEAR), *spoken.said]:
        (talk.client if turn.from_client else talk.server)(turn.data)
    talk.close()
    write_pcap(capture, talk.frames(mss=1400))
    log.write_bytes(spoken.log)
    told = home.calibrate(capture, "--keylog", log)
    assert (told.status, told.err) == (0, "")
    assert "by the key log" in told.out
    profile = decoded(home.profile.read_bytes())
    assert [(each.family, each.sessions) for each in profile.families] == [("basic", 1)]
    written = told.out + home.profile.read_text()
    assert not any(word in written for word in (keyed.USER, keyed.PASSWORD, FRONT))


FRONT = "AM0PR02CA0001.outlook.office365.com"
CLEAR = f"""
    S: 220 {FRONT} Microsoft ESMTP MAIL Service ready at Tue, 24 Nov 2026 00:29:08 +0000 [08DD842467C8274D]
    C: EHLO RNP002673A1B2C3
    S: 250-{FRONT} Hello [203.0.113.9]
    S: 250 STARTTLS
    C: STARTTLS
    S: 220 2.0.0 SMTP server ready
"""


def test_the_keys_that_a_capture_carries_do_too_but_of_own_servers_nothing_is_kept(home: Home) -> None:
    told = home.calibrate(OWN)
    assert told.status == 0
    assert "by the key log" in told.out
    assert "nothing is stored of servers that have nothing in common" in told.err
    assert list(home.profiles.iterdir()) == []


def test_sessions_that_are_not_clear_count_as_such(home: Home) -> None:
    told = home.calibrate(OFFICE, "--truth", "basic=10.0.3.25")
    profile = decoded(home.profile.read_bytes())
    assert told.status == 0
    assert profile.agreed
    assert profile.disagreed == 0
    assert told.out.count("could not tell") == profile.could_not_tell


def test_a_check_speaks_for_the_families_that_were_checked(home: Home) -> None:
    told = home.calibrate(EXCHANGE, "--truth", "oauth=10.0.3.30")
    assert (told.status, told.err) == (0, "")
    assert "Checked: OAuth; what else is inferred for this service is not" in flat(told.out)
    assert {(auth["family"], auth["unverified_service"]) for auth in home.auths()} == {
        ("basic", True), ("oauth", False),
    }  # fmt: skip


def test_a_mail_without_auth_alone_is_said_to_have_tested_nothing_of_it() -> None:
    alone = replace(PROFILE, families=(FamilyCount(family="none", sessions=1, agreed=1),))
    stream = io.StringIO()
    learnt(Page(console(stream)), "Learnt", alone)
    assert "Checked: no AUTH; what else is inferred for this service is not (no session that" in flat(stream.getvalue())
    assert "nothing of AUTH was tested" in flat(stream.getvalue())


def test_what_makes_way_for_a_new_profile_is_said(home: Home) -> None:
    home.calibrate(EXCHANGE, "--truth", "oauth=10.0.3.30")
    told = home.calibrate(EXCHANGE, "--truth", "basic=10.0.3.17")
    assert told.status == 0
    assert re.search(r"profile stored before \(\d sessions?, \d agreed\) is replaced, not added to", told.err)
    assert "; no longer checked: OAuth; to keep both, check all captures in one run" in told.err
    assert {auth["unverified_service"] for auth in home.auths() if auth["family"] == "basic"} == {False}
    forced = home.calibrate(EXCHANGE, *WRONG_TRUTH, "--force")
    assert "no longer checked: basic" in forced.err
    assert "Checked: nothing" in forced.out


def test_outcomes_are_tested_where_they_are_told(home: Home) -> None:
    told = home.calibrate(EXCHANGE, "--truth", "basic=10.0.3.17", "--dry-run")
    assert "was not tested where nobody told it: --truth basic-success=WHO" in flat(told.out)
    inferred = {auth["outcome"] for auth in home.auths() if auth["family"] == "oauth"}
    assert inferred == {"success"}
    right = home.calibrate(EXCHANGE, "--truth", "oauth-success=10.0.3.30", "--dry-run")
    assert (right.status, "was not tested" in right.out) == (0, False)
    wrong = home.calibrate(EXCHANGE, "--truth", "oauth-failure=10.0.3.30", "--dry-run")
    assert (wrong.status, "DISAGREES" in wrong.out) == (1, True)


# -- what does not ----------------------------------------------------------------------------------


def test_what_disagrees_is_said_and_not_stored(home: Home) -> None:
    told = home.calibrate(EXCHANGE, *WRONG_TRUTH)
    assert told.status == 1
    assert told.out.count("DISAGREES") == 2
    assert "What was inferred is NOT what is true" in told.out
    assert "true is OAuth, inferred was basic" in flat(told.out)
    assert "Keep the capture" in told.out
    assert "NOT stored" in told.err
    assert not home.profile.exists()


def test_unless_it_is_forced_and_even_then_the_service_stays_unchecked(home: Home) -> None:
    told = home.calibrate(EXCHANGE, *WRONG_TRUTH, "--force")
    assert told.status == 1
    assert "stored, though it disagrees" in told.err
    assert decoded(home.profile.read_bytes()).disagreed == 2
    assert {auth["unverified_service"] for auth in home.auths()} == {True}


def test_an_older_profile_stays_and_is_mentioned(home: Home) -> None:
    home.calibrate(EXCHANGE, *TRUTH)
    before = home.profile.read_bytes()
    told = home.calibrate(EXCHANGE, *WRONG_TRUTH)
    assert "--forget exchange-online" in told.err
    assert home.profile.read_bytes() == before


def test_where_nothing_was_told_nothing_was_checked(home: Home) -> None:
    told = home.calibrate(RENEGOTIATED, "--truth", "basic=10.0.3.17")
    assert told.status == 1
    assert "no session was told clearly enough" in told.err
    assert not home.profile.exists()


# -- bad input --------------------------------------------------------------------------------------


USAGE: list[tuple[tuple[str, ...], str]] = [
    (("--truth", "basic"), "write it like basic=10.0.3.17"),
    (("--truth", "basic="), "write it like basic=10.0.3.17"),
    (("--truth", "=10.0.3.17"), "choose from basic, oauth, challenge, external, none"),
    (("--truth", "unknown=10.0.3.17"), "choose from basic, oauth, challenge, external, none"),
    (("--truth", "basic-maybe=10.0.3.17"), "is no outcome of a login"),
    (("--truth", "none-success=10.0.3.17"), "is no outcome of a login"),
    (("--truth", "oauth-failure=10.0.3.30", "--truth", "oauth-success=10.0.3.30"), "is oauth-failure"),
    (("--truth", "basic=printer"), "write it like s-4f0c2a"),
    (("--truth", "basic=10.0.3.17:x"), "write it like 10.0.3.17"),
    (("--truth", "basic=10.0.3.17", "--truth", "oauth=10.0.3.17"), "another --truth says that s-"),
    (("--show",), "--show and --forget stand alone"),
    (("--forget", "exchange-online"), "--show and --forget stand alone"),
]


@pytest.mark.parametrize(("words", "says"), USAGE, ids=[" ".join(words) for words, _ in USAGE])
def test_wrong_usage_names_the_fix(home: Home, words: tuple[str, ...], says: str) -> None:
    told = home.calibrate(EXCHANGE, *words)
    assert (told.status, told.out) == (2, "")
    assert says in flat(told.err)
    assert not home.profile.exists()


def test_a_truth_that_the_key_log_contradicts(home: Home) -> None:
    told = home.calibrate(OWN, "--truth", "oauth=10.9.3.10")
    assert told.status == 2
    assert "the key log says that s-" in flat(told.err)
    assert home.calibrate(OWN, "--truth", "basic=10.9.3.10").status == 0


NOBODY: list[tuple[str, str]] = [
    ("basic=10.9.9.9", "no such session"),
    ("basic=10.0.3.17:1", "no such session"),
    ("basic=s-000000000000", "no such session"),
    ("basic=s-", "sessions begin so"),
    ("basic=10.0.3.18", "did not go into TLS"),
]


@pytest.mark.parametrize(("truth", "says"), NOBODY, ids=[truth for truth, _ in NOBODY])
def test_a_truth_of_no_session_that_can_be_checked(home: Home, truth: str, says: str) -> None:
    told = home.calibrate(OFFICE, "--truth", truth)
    assert (told.status, told.out) == (1, "")
    assert says in told.err


def known(*facts: SessionFact, truth: str = "basic=10.0.3.17") -> dict[str, Truth]:
    """What is known of sessions."""
    gathering = truths.Truths(truths.told([truth]))
    for each in judge(facts).sessions:
        gathering.look(each)
    return gathering.known()


def test_an_address_that_mails_to_several_services_is_no_truth(capsys: pytest.CaptureFixture[str]) -> None:
    one, other = hidden(login(), session="s-1"), hidden(login(), day=1, session="s-2")
    elsewhere = hidden(login(), day=2, session="s-3", server="203.0.113.9", banner="220 mail.example.org ESMTP")
    assert set(known(one, other)) == {"s-1", "s-2"}
    with pytest.raises(typer.Exit):
        known(one, other, elsewhere)
    assert "several services (Exchange Online, other server)" in capsys.readouterr().err
    assert set(known(one, other, elsewhere, truth="basic=s-3")) == {"s-3"}


def test_of_an_address_what_was_said_in_clear_is_left_out() -> None:
    assert set(known(hidden(login(), session="s-1"), fact(attempt(), day=1, session="s-2"))) == {"s-1"}


def test_of_too_many_sessions_the_first_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CHECKED", 1)
    gathering = truths.Truths(truths.told(["basic=10.0.3.17"]))
    for each in judge([hidden(login(), day=day, session=f"s-{day}") for day in range(3)]).sessions:
        gathering.look(each)
    assert (list(gathering.known()), gathering.overflow) == (["s-0"], 2)


def test_no_truth_at_all(home: Home) -> None:
    told = home.calibrate(EXCHANGE)
    assert (told.status, told.out) == (1, "")
    assert "--keylog FILE" in told.err
    assert "--truth basic=10.0.3.17" in told.err


def test_nothing_readable(home: Home, tmp_path: Path) -> None:
    (tmp_path / "no.pcap").write_bytes(b"hello")
    assert home.calibrate(tmp_path / "no.pcap", "--truth", "basic=10.0.3.17").status == 1
    assert home.calibrate("--truth", "basic=10.0.3.17").status == 2


def test_a_part_that_could_not_be_read(home: Home, tmp_path: Path) -> None:
    (tmp_path / "no.pcap").write_bytes(b"hello")
    told = home.calibrate(EXCHANGE, tmp_path / "no.pcap", *TRUTH)
    assert told.status == 4
    assert home.profile.exists()


def test_a_data_directory_that_cannot_be_written(home: Home) -> None:
    home.path.write_text("a file")
    told = home.calibrate(EXCHANGE, *TRUTH)
    assert (told.status, told.out) == (1, "")
    assert "cannot be written" in told.err
    assert "--dry-run" in told.err
    assert home.calibrate(EXCHANGE, *TRUTH, "--dry-run").status == 0


# -- stored profiles --------------------------------------------------------------------------------


def test_profiles_are_listed_and_forgotten(home: Home) -> None:
    assert "No site profile is stored" in home.calibrate("--show").out
    home.calibrate(EXCHANGE, *TRUTH)
    told = home.calibrate("--show")
    assert told.status == 0
    assert "Exchange Online (exchange-online)" in told.out
    assert "5 sessions (3 basic, 2 OAuth)" in told.out
    for word in ("exchange-online", "EXCHANGE Online"):
        home.calibrate(EXCHANGE, *TRUTH)
        assert home.calibrate("--forget", word).status == 0
        assert not home.profile.exists()
        assert home.calibrate("--forget", word).status == 1


@pytest.mark.parametrize("word", ["../../secret", "/etc/passwd", "", "..", "exchange online/x", "\x1b[2J"])
def test_what_names_no_service_names_no_file(home: Home, word: str) -> None:
    (home.path.parent / "secret.json").write_text("{}")
    told = home.calibrate("--forget", word)
    assert told.status == 1
    assert "\x1b" not in told.err
    assert (home.path.parent / "secret.json").exists()


HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "cut": encoded(PROFILE)[:-20],
    "binary": bytes(range(256)),
    "of another service": encoded(replace(PROFILE, service="gmail")),
    "of another format": encoded(PROFILE).replace(b'"format": 1', b'"format": 99'),
    "too large": encoded(PROFILE) + b" " * 70_000,
    "nested": b"[" * 60_000,
    "with a terminal's controls": encoded(PROFILE).replace(b"exchange-online", b"\\u001b[2J"),
    "with a credential": encoded(PROFILE).replace(b'"symbol": "accepted"', b'"symbol": "password"'),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_damaged_profile_is_left_out_and_said_to_be(home: Home, case: str) -> None:
    home.put(HOSTILE[case])
    shown = home.calibrate("--show")
    assert (shown.status, shown.out) == (4, "")
    for told in (shown, home.run("triage", EXCHANGE)):
        assert "exchange-online.json" in told.err
        assert "delete the file, or run 'sniffer calibrate' again" in told.err
        assert "\x1b" not in told.err
    assert {auth["unverified_service"] for auth in home.auths()} == {True}
    assert home.calibrate(EXCHANGE, *TRUTH).status == 0  # which replaces it
    assert decoded(home.profile.read_bytes()).agrees


def test_so_is_a_folder_in_its_place_and_other_files_do_not_count(home: Home) -> None:
    home.profile.mkdir(parents=True)
    (home.profiles / "README").write_text("mine")
    (home.profiles / "Exchange Online.json").write_text("mine")
    told = home.calibrate("--show")
    assert told.status == 4
    assert told.err.count("delete the file") == 1


def test_one_run_writes_what_the_next_one_reads(home: Home) -> None:
    home.calibrate(EXCHANGE, *TRUTH)
    data = home.profile.read_bytes()
    assert encoded(decoded(data)) == data
    assert isinstance(decoded(data), SiteProfile)
    assert json.loads(data)["newest"].startswith("2026-11-24T00:29:08")
