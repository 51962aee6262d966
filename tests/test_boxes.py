"""Which box is it: the labelled captures of ``captures/devices`` against the truth of who sent what."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sniffer.model.findings import Evidence
from sniffer.pipeline import DEFAULT_PORTS, Judgement, numbered
from tests.accuracy import __main__ as program
from tests.accuracy import boxes
from tests.accuracy.boxes import CAPTURES, asked, cases, judged, opened, whole, without

SURE = ("certain", "strong")

every_case = pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)


@every_case
def test_what_is_certain_or_strong_is_right(case: Path) -> None:
    assert [each for each in whole(case) if each.band in SURE and each.result != "right"] == []


@pytest.mark.parametrize("name", ["s01-flat", "s02-routed"])
def test_on_a_flat_lan_and_seen_from_both_sides_of_a_router_every_session_is_attributed(name: str) -> None:
    verdicts = whole(CAPTURES / name)
    assert verdicts
    assert {each.result for each in verdicts} == {"right"}


@every_case
def test_what_truth_calls_attributable_is_found(case: Path) -> None:
    missed = [each for each in whole(case) if each.attributable and each.result == "unknown"]
    assert len(missed) <= MISSED.get(case.name, 0), missed


MISSED = {
    "s03-far-side": 3,
    "s04-nat-far": 2,
    "s07-ipv6-far": 3,
    "s08-relay-far": 3,
    "s09-proxy-arp": 2,
    "s11-wrong-names-far": 3,
}
"""Sessions that could be attributed and are not: all are beyond a router, where a name alone tells."""


@every_case
def test_without_any_one_source_nothing_becomes_wrong(case: Path) -> None:
    before = {each.session: each.result for each in whole(case)}
    for source in asked(case):
        for each in judged(case, without(source)):
            assert each.result != "wrong" or (before[each.session] == "wrong" and each.band not in SURE), (source, each)


@every_case
def test_without_all_that_was_measured_nothing_sure_is_wrong(case: Path) -> None:
    """Names alone, and claims of addresses alone."""
    measured = ("arp", "nd", "dhcp", "dhcpv6")
    for sources in (measured, tuple({*asked(case)} - {*measured})):
        for each in judged(case, without(*sources)):
            assert each.result != "wrong" or each.band not in SURE, (sources, each)


@every_case
def test_a_session_is_never_a_routers_that_did_not_send_it(case: Path) -> None:
    truth = opened(case).truth
    forwarding = [each for each in truth["devices"].values() if each["kind"] in ("router", "firewall")]
    routers = {mac for each in forwarding for mac in each["macs"]}
    own = {row["device"] for row in truth["sessions"]}
    routers -= {mac for name in own for mac in truth["devices"][name]["macs"]}
    for device in Judgement(opened(case).found.spool).devices():
        assert not routers & {each.mac for each in device.interfaces}


DOUBTED = {"hostile-flapping": "address-contested", "hostile-spoofed-names": "name-of-another"}
"""Hostile captures and the anomaly that they are promised."""


@pytest.mark.parametrize("name", sorted(path.name for path in cases() if path.name.startswith("hostile-")))
def test_hostile_captures_are_read_and_judged(name: str) -> None:
    found = opened(CAPTURES / name).found
    devices = Judgement(found.spool).devices()
    assert found.problems == []
    assert devices
    told = {each.code for device in devices for each in device.anomalies}
    assert name not in DOUBTED or DOUBTED[name] in told


# -- quoted frames ------------------------------------------------------------------------------

TSHARK = shutil.which("tshark")

QUOTED = ["s01-flat", "s03-dhcp-relay", "s06-vlans", "s07-ipv6", "s09-vrrp", "s10-random-mac", "s13-two-interfaces"]

TRANSLATED = frozenset(("kind", "vendor", "model", "forwards", "reflects", "system", "port"))
"""Fields that an observer may put into the program's words: what was a number, or several strings, on the wire."""


def shown(file: Path, numbers: set[int]) -> dict[int, str]:
    """What tshark shows of frames: its words, and the octets as text and in hex."""
    wanted = ", ".join(map(str, sorted(numbers)))
    command = ["tshark", "-n", "-r", str(file), "-V", "-x", "-Y", f"frame.number in {{{wanted}}}"]
    text = subprocess.run(command, capture_output=True, check=True, text=True, errors="replace").stdout
    parts = re.split(r"(?m)^Frame (\d+):", text)[1:]
    return {int(number): words + _octets(words) for number, words in zip(parts[::2], parts[1::2], strict=True)}


def _octets(words: str) -> str:
    rows = re.findall(r"(?m)^[0-9a-f]{4,}  ((?:[0-9a-f]{2} ){1,16})", words)
    octets = bytes.fromhex("".join(rows))
    return f"\n{octets.decode('utf-8', 'replace')}\n{octets.hex()}"


def plain(text: str) -> str:
    """A text without what notations of addresses and identifiers differ in."""
    return re.sub(r"[\s:.\-]", "", text.casefold())


def holds(frame: str, clue: Evidence) -> bool:
    """Say whether a frame holds a value, as it stands or in another notation."""
    if clue.field == "parameters":
        return plain(bytes(map(int, clue.value.split(","))).hex()) in plain(frame)
    if clue.field == "stack":  # window, segment size and scale: numbers, which tshark writes out
        return all(number in frame for number in re.findall(r"\d{3,}", clue.value))
    words = [clue.value] if clue.field not in TRANSLATED else re.findall(r"[A-Za-z0-9]+", clue.value)
    return any(plain(word) in plain(frame) for word in words)


def quotes(name: str) -> Iterator[tuple[Path, Evidence]]:
    """Give the clues of a case's devices that have a frame's number, and the files."""
    case = opened(CAPTURES / name)
    files = {path.name: path for _, path in case.paths} | {str(path): path for _, path in case.paths}
    for device in Judgement(case.found.spool).devices():
        for clue in numbered(case.paths, device.evidence, DEFAULT_PORTS):
            if clue.frame is not None and clue.file is not None:
                yield files[clue.file], clue


@pytest.mark.skipif(TSHARK is None, reason="tshark is not installed")
@pytest.mark.parametrize("name", QUOTED)
def test_a_quoted_frame_holds_the_quoted_value(name: str) -> None:
    found = list(quotes(name))
    assert len(found) > 3
    for file in {file for file, _ in found}:
        clues = [clue for where, clue in found if where == file]
        frames = shown(file, {clue.frame for clue in clues if clue.frame})
        for clue in clues:
            assert clue.frame in frames
            assert clue.field == "kind" or holds(frames[clue.frame], clue), clue


def test_nearly_every_clue_of_the_wire_gets_a_number() -> None:
    case = opened(CAPTURES / "s01-flat")
    for device in Judgement(case.found.spool).devices():
        missing = [each for each in numbered(case.paths, device.evidence, DEFAULT_PORTS) if each.frame is None]
        assert {each.source for each in missing if each.field != "agent"} <= {"ip", "mail"}, missing


# -- the table ----------------------------------------------------------------------------------


def test_the_band_table_counts_by_band_and_truth() -> None:
    certain = boxes.Verdict("case", "s-1", "certain", "right", True, None)
    some = [certain, certain, certain._replace(band="likely", result="wrong"), certain._replace(band="unknown")]
    assert list(boxes.table(some)) == [
        "| band | right | wrong | no card named |", "|---|---|---|---|", "| certain | 2 | 0 | 0 |",
        "| strong | 0 | 0 | 0 |", "| likely | 0 | 1 | 0 |", "| weak | 0 | 0 | 0 |", "| unknown | 1 | 0 | 0 |",
    ]  # fmt: skip


def test_what_was_said_of_a_box_is_mistaken_where_truth_knows_otherwise() -> None:
    told = (("vendor", "Hewlett Packard", "HP"), ("model", "MP C3003", "RICOH MP C3003"), ("name", "nas.local", "NAS"),
            ("kind", "printer", "nas"), ("serial", "1", None))  # fmt: skip
    verdict = boxes.Verdict("case", "s-1", "certain", "right", True, None, told)
    assert verdict.mistaken == [("kind", "printer", "nas")]


def test_the_program_prints_the_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s14-silent").symlink_to(CAPTURES / "s14-silent")
    assert program.main(["boxes", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "| s14-silent | 3 | 3 | 3 | 0 | 0 |" in told
    assert "| arp | 3 | 0 | 0 | 0 |" in told
