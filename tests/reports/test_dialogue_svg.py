"""The picture of a session: well-formed whatever the wire says, complete, and nothing in it runs or is fetched."""

from __future__ import annotations

import re
from xml.etree import ElementTree as Xml

import pytest

from sniffer.model.findings import DialogueFinding, Rival
from tests.cli.test_hostile_names import HOSTILE, harmless
from tests.inference.facts import attempt, fact, judge
from tests.reports.dialogues import FAMILIES, TURNS, auth, finding, picture, refused, story, turn, unknown

SVG = "{http://www.w3.org/2000/svg}"


def parsed(drawn: str) -> Xml.Element:
    """The root of a picture; our own, so it is no danger to the parser."""
    return Xml.fromstring(drawn)  # noqa: S314


def said(drawn: str) -> list[str]:
    """The texts of a picture."""
    return ["".join(each.itertext()) for each in parsed(drawn).iter(f"{SVG}text")]


def test_it_shows_both_sides_the_verdict_and_the_filter() -> None:
    told = said(picture(story()))
    assert told[0] == "RNP002673A1B2C3 → Exchange Online"
    assert "LOGIN (basic: user name and password), very likely (95 %), inferred from TLS record lengths" in told
    assert "It may also have been: OAuth 2 %, challenge 1 %" in told
    assert told[-1].strip() == "ip.addr==10.0.3.17 && ip.addr==52.97.1.2 && tcp.port==49152 && tcp.port==587"


def test_every_turn_has_its_arrows_times_lengths_and_probability() -> None:
    drawn = picture(story())
    told = said(drawn)
    assert len(list(parsed(drawn).iter(f"{SVG}polygon"))) == sum(bool(each.what) + bool(each.reply) for each in TURNS)
    for each in TURNS:
        assert each.what in told
        assert f"{each.first / 1_000_000:.4f} s" in told
    assert {"12 bytes (record 41)", "18 bytes (record 47)", "0.2254 s", "97 %", "or AUTH PLAIN 2 %"} <= set(told)
    assert {"not answered", "answered after 2.41 s"} <= set(told)


def test_a_credential_is_told_by_its_class() -> None:
    assert said(picture(story())).count("4k+2 bytes (only the class of its length is told)") == 2


def test_a_screen_reader_hears_what_it_shows() -> None:
    root = parsed(picture(story()))
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "title desc"
    (title,), (description,) = root.findall(f"{SVG}title"), root.findall(f"{SVG}desc")
    assert "LOGIN" in (title.text or "")
    assert "0.1940 s: AUTH LOGIN, answered by 334 asks for the user name" in (description.text or "")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    strange = (turn(0, text, text, text, text, client_records=text, server_records=text, rivals=(Rival(text, 0.4),)),)
    dialogue = DialogueFinding(turns=strange, families=FAMILIES, calibration=text, cut=text)
    one = finding(auth(reason=text, offered_tls=(text,)), helo=text[:255], banner=f"220 {text[:100]}")
    drawn = picture(story(one, dialogue))
    assert harmless(drawn)
    assert {each.tag.removeprefix(SVG) for each in parsed(drawn).iter()} <= {
        "svg", "title", "desc", "text", "tspan", "line", "rect", "polygon",
    }  # fmt: skip


@pytest.mark.parametrize(
    "char", ["\x00", "\x1f", "\x7f", "\x85", "\ufffe", "\uffff", "\udc80", "\U0001ffff", "]]>", "&#0;"]
)
def test_what_xml_forbids_becomes_visible(char: str) -> None:
    drawn = picture(story(finding(auth(reason=f"a{char}b"))))
    assert parsed(drawn.encode().decode())
    assert f"a{char}b" not in drawn


def test_nothing_runs_and_nothing_is_fetched() -> None:
    drawn = picture(story(finding(refused())))
    assert not re.search(r"<script|<style|<image|<use|<foreignObject|href|url\(|@import|\bon\w+=", drawn)
    assert re.findall(r"https?://\S+?(?=\")", drawn) == ["http://www.w3.org/2000/svg"]


def test_it_is_as_high_as_what_it_shows() -> None:
    for told in (
        story(),
        story(finding(unknown())),
        story(dialogue=DialogueFinding(turns=TURNS * 4, families=FAMILIES, calibration="c")),
    ):
        root = parsed(picture(told))
        places = [float(each.get("y", 0)) for each in root.iter() if each.tag in (f"{SVG}text", f"{SVG}tspan")]
        assert max(places) < float(root.get("height", 0)) <= max(places) + 40
        assert root.get("width") == "900"


def test_a_session_in_clear_is_a_picture_too() -> None:
    told = said(picture(story(judge([fact(attempt("LOGIN"))]).session, None)))
    assert "Nothing was inside TLS: there are no turns to show." in told


def test_names_are_redacted() -> None:
    one = finding(auth(reason="for alice.miller@example.org", user="alice.miller@example.org"), helo="alices-laptop")
    drawn = picture(story(one, key=b"k" * 32))
    assert "alice" not in drawn
