"""``sniffer explain`` of one session: how it is named, what is said when that does not work, and its picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from tests.capture_files import write_pcap
from tests.mail import session
from tests.program import sessions, sniffer

OFFICE = Path(__file__).resolve().parents[2] / "captures" / "lan" / "office"


@pytest.fixture
def ids(good: Path) -> list[str]:
    """The ids of both sessions of the capture."""
    return [row["session"] for row in sessions(good)]


WRONG: list[tuple[tuple[str, ...], str]] = [
    ((), "either --device, --session or --client"),
    (("--device", "10.0.3.17", "--session", "s-1"), "either --device, --session or --client"),
    (("--session", "s-1", "--client", "10.0.3.17"), "either --device, --session or --client"),
    (("--session", "printer"), "write it like s-4f0c2a"),
    (("--session", ""), "write it like s-4f0c2a"),
    (("--client", "printer"), "write it like 10.0.3.17, 10.0.3.17:49152 or [2001:db8::17]:49152"),
    (("--client", "10.0.3.17:70000"), "write it like 10.0.3.17"),
    (("--client", "10.0.3.17:"), "write it like 10.0.3.17"),
    (("--client", "[2001:db8::17"), "write it like 10.0.3.17"),
    (("--client", ""), "write it like 10.0.3.17"),
    (("--device", "10.0.3.17", "--output", "picture.SVG"), "a picture (.svg) shows one session"),
]


@pytest.mark.parametrize(("selected", "says"), WRONG, ids=[" ".join(selected) for selected, _ in WRONG])
def test_wrong_usage_names_the_fix(good: Path, selected: tuple[str, ...], says: str) -> None:
    told = sniffer("explain", good, *selected)
    assert (told.status, told.out) == (2, "")
    assert says in " ".join(told.err.replace("│", " ").split())


@pytest.mark.parametrize("cut", [18, 10, 8])
@pytest.mark.parametrize("change", [str, str.upper, lambda word: word.removeprefix("s-")])
def test_a_session_is_found_by_its_id_or_the_beginning_of_it(
    good: Path, ids: list[str], cut: int, change: Callable[[str], str]
) -> None:
    told = sniffer("explain", good, "--session", change(ids[0][:cut]))
    assert told.status == 0
    assert ids[0] in told.out
    assert ids[1] not in told.out
    assert "LOGIN (basic: user name and password), read in clear" in told.out


@pytest.mark.parametrize("word", ["10.0.3.18", "10.0.3.18:49152", "[10.0.3.18]:49152"])
def test_and_by_its_client(good: Path, ids: list[str], word: str) -> None:
    told = sniffer("explain", good, "--client", word)
    assert told.status == 0
    assert ids[1] in told.out


@pytest.mark.parametrize("word", ["2001:db8::17", "[2001:DB8:0::17]", "[2001:db8::17]:49152"])
def test_a_client_may_have_an_address_of_version_6(tmp_path: Path, word: str) -> None:
    write_pcap(tmp_path / "six.pcap", session(client="2001:db8::17", server="2001:db8::25").frames())
    told = sniffer("explain", tmp_path / "six.pcap", "--client", word)
    assert told.status == 0
    assert "client: [2001:db8::17]:49152" in told.out


@pytest.mark.parametrize(("option", "word"), [("--session", "s-00000000"), ("--client", "10.9.9.9"),
                                              ("--client", "10.0.3.17:1")])  # fmt: skip
def test_nobody_is_called_so_and_what_to_try(good: Path, option: str, word: str) -> None:
    told = sniffer("explain", good, option, word)
    assert (told.status, told.out) == (1, "")
    assert f"'{word}'" in told.err
    assert "--device" in told.err
    assert "triage --view sessions" in told.err


def test_a_beginning_that_fits_several_lists_them(good: Path, ids: list[str]) -> None:
    told = sniffer("explain", good, "--session", "s-")
    assert (told.status, told.out) == (1, "")
    assert "2 sessions fit 's-'" in told.err
    lines = told.err.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ids[::-1]  # the newest first
    assert "10.0.3.18:49152 → " in lines[1]
    assert "PLAIN in clear" in lines[1]
    assert "LOGIN in clear" in lines[2]


def test_a_device_shows_the_ids_to_go_on_with(good: Path, ids: list[str]) -> None:
    assert ids[0] in sniffer("explain", good, "--device", "10.0.3.17").out


def test_a_file_that_ends_in_svg_is_a_picture(good: Path, ids: list[str], tmp_path: Path) -> None:
    for name, drawn in (("x.svg", True), ("x.SVG", True), ("x.txt", False), ("svg", False)):
        told = sniffer("explain", good, "--session", ids[0], "--output", tmp_path / name)
        assert (told.status, told.out, told.err) == (0, "", "")
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert text.startswith("<?xml") == drawn
        if drawn:
            assert Xml.fromstring(text.encode()).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - our own
        else:
            assert "In Wireshark" in text


def test_a_picture_that_cannot_be_written_is_said_to_be(good: Path, ids: list[str], tmp_path: Path) -> None:
    told = sniffer("explain", good, "--session", ids[0], "--output", tmp_path / "nowhere" / "x.svg")
    assert (told.status, told.out) == (1, "")
    assert "choose another file" in told.err


def test_users_are_redacted_on_the_page_and_in_the_picture(good: Path, ids: list[str], tmp_path: Path) -> None:
    env = {"XDG_DATA_HOME": str(tmp_path / "home")}
    words = ("explain", good, "--session", ids[0], "--redact-users")
    sniffer(*words, "--output", tmp_path / "x.svg", env=env)
    for text in (sniffer(*words, env=env).out, (tmp_path / "x.svg").read_text()):
        assert "scan@example.org" not in text
        assert "user-" in text


def test_what_could_not_be_read_is_said_and_the_rest_explained(good: Path, ids: list[str]) -> None:
    good.write_bytes(good.read_bytes()[:-7])
    told = sniffer("explain", good, "--session", ids[0])
    assert told.status == 4
    assert "read in clear" in told.out


def test_every_session_of_an_office_can_be_explained(tmp_path: Path) -> None:
    for row in sessions(OFFICE)[:6]:
        told = sniffer("explain", OFFICE, "--session", row["session"])
        assert told.status == 0
        assert row["evidence"]["display_filter"] in told.out
        assert max(map(len, told.out.splitlines())) <= 100
        assert ("Turns inside TLS" in told.out) == (row["auth"]["basis"] == "inferred")


def test_what_was_inferred_is_shown_turn_by_turn_and_drawn(tmp_path: Path) -> None:
    row = next(
        row for row in sessions(OFFICE) if row["auth"]["basis"] == "inferred" and row["auth"]["mechanism"] == "LOGIN"
    )
    told = sniffer("explain", OFFICE, "--session", row["session"]).out
    assert "→ AUTH LOGIN" in told
    assert told.count("class only") == 5  # user name, password, MAIL, RCPT, the text
    sniffer("explain", OFFICE, "--session", row["session"], "--output", tmp_path / "x.svg")
    drawn = (tmp_path / "x.svg").read_text(encoding="utf-8")
    assert drawn.count("(only the class of its length is told)") == 5
