"""``sniffer recipe``: what it lists, and that what is pasted is right."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from sniffer.knowledge.recipes import Recipe, recipes
from sniffer.protocols import observers
from sniffer.sources import bpf, libpcap
from sniffer.sources.bpf_recipe import expression
from tests.capture_files import write_pcap
from tests.program import ROOT, sniffer
from tests.surveys import healthy, talks
from tests.wire import Frame, merge

DISCOVERY = bpf.Discovery(observers.UDP_FROM, observers.UDP_TO, observers.WEB)
LIBPCAP = ("tcpdump", "tcpdump-ssh", "dumpcap", "pfsense-opnsense", "ovs-tcpdump")
"""Recipes whose filter is libpcap's."""

LONGEST_LINE = 4095
"""Characters that a terminal's line takes in its usual mode (Linux, N_TTY_BUF_SIZE less one): more cannot be pasted."""


def commands(name: str, *words: str) -> list[str]:
    """The lines of a recipe that are pasted."""
    outcome = sniffer("recipe", name, *words)
    assert (outcome.status, outcome.err) == (0, "")
    block = outcome.out.split("\n\n")[1]
    return [line.removeprefix("  ") for line in block.splitlines()]


def test_the_list_has_every_recipe_and_fits_80_columns() -> None:
    outcome = sniffer("recipe")
    assert outcome.status == 0
    for each in recipes():
        assert f"  {each.code} " in outcome.out
    assert max(map(len, outcome.out.splitlines())) <= 80


@pytest.mark.parametrize("row", recipes(), ids=[each.code for each in recipes()])
def test_a_recipe_is_whole(row: Recipe) -> None:
    for words in ((), ("--ports", "25,587"), ("--host", "10.0.3.17"), ("--host", "2001:db8::17")):
        outcome = sniffer("recipe", row.code, *words)
        assert (outcome.status, outcome.err) == (0, "")
        for name in ("filter", "simple", "ports", "port", "host"):
            assert "{" + name + "}" not in outcome.out
        assert "Source: " in outcome.out
        assert (row.kind == "mirror") or "sniffer" in outcome.out
    assert row.kind == "mirror" or row.host_commands
    assert row.read or any("sniffer" in line for line in row.commands)


@pytest.mark.parametrize("name", LIBPCAP)
@pytest.mark.parametrize("words", [(), ("--ports", "25"), ("--host", "10.0.3.17"), ("--host", "2001:db8::17")])
def test_a_filter_of_libpcap_compiles_and_is_quoted_right(name: str, words: tuple[str, ...], tmp_path: Path) -> None:
    line = commands(name, *words)[0]
    assert len(line) <= LONGEST_LINE
    parts = shlex.split(line)
    inner = shlex.split(parts[2])[-1] if name == "tcpdump-ssh" else parts[-1]
    write_pcap(tmp_path / "none.pcap", [])
    done = subprocess.run(["tcpdump", "-d", "-r", tmp_path / "none.pcap", inner], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert b"ret" in done.stdout


def test_without_a_host_the_filter_is_the_programs_own() -> None:
    own = bpf.selection((25, 587), bpf.DLT_EN10MB, senders=(53,), discovery=DISCOVERY)
    assert expression((25, 587), (53,), DISCOVERY) == own


def selected(frames: list[Frame], host: str) -> list[Frame]:
    """The frames that a recipe's filter lets through."""
    matches = libpcap.matcher(1, lambda _: expression((25, 587), (53,), DISCOVERY, host))
    return [frame for frame in frames if matches(frame.data)]


@pytest.mark.parametrize("vlan", [(), (10,), (100, 10)])
def test_one_hosts_filter_takes_its_mail_alone(vlan: tuple[int, ...]) -> None:
    sessions = [talk.frames(vlan=vlan) for talk in talks(4)]
    assert selected(merge(*sessions), "10.0.3.18") == sessions[1]


def test_a_capture_by_the_recipe_gives_the_same_verdicts(tmp_path: Path) -> None:
    """What tcpdump leaves out, nobody misses."""
    source = ROOT / "captures" / "devices" / "s01-flat" / "capture.pcap"
    parts = shlex.split(commands("tcpdump")[0])
    command = ["tcpdump", "-n", "-s", "0", "-r", str(source), "-w", str(tmp_path / "mail.pcap"), parts[-1]]
    subprocess.run(command, check=True, capture_output=True)
    whole, taken = (sniffer("triage", path, "--view", "devices", "--format", "csv").out
                    for path in (source, tmp_path / "mail.pcap"))  # fmt: skip
    assert whole.replace("capture.pcap", "mail.pcap") == taken
    assert 0 < (tmp_path / "mail.pcap").stat().st_size <= source.stat().st_size


def test_pktmon_has_a_filter_for_each_port_and_converts_what_it_wrote() -> None:
    lines = commands("pktmon", "--ports", "25,587")
    assert [line for line in lines if "-t TCP" in line] == [
        "pktmon filter add Mail25 -t TCP -p 25", "pktmon filter add Mail587 -t TCP -p 587",
    ]  # fmt: skip
    start = next(line for line in lines if line.startswith("pktmon start"))
    assert "--pkt-size 0" in start
    written = start.split("--file-name ")[1].split()[0]
    assert lines[-1].startswith(f"pktmon etl2pcap {written} --out ")
    assert sum(line.startswith("pktmon filter add") for line in commands("pktmon", "--ports", "1-100")) <= 32
    assert "No room for the ports" in sniffer("recipe", "pktmon", "--ports", "1-100").out


def test_four_filters_of_pan_os_are_four() -> None:
    assert sum("set filter match" in line for line in commands("palo-alto")) == 4
    assert "No room for the ports 2465, 2587" in sniffer("recipe", "palo-alto").out


def test_mikrotik_takes_ports_with_commas() -> None:
    assert "filter-port=25,587" in commands("mikrotik", "--ports", "25,587")[0]


def test_a_mirror_cannot_be_narrowed() -> None:
    assert "cannot be narrowed to 10.0.3.17" in sniffer("recipe", "cisco-ios", "--host", "10.0.3.17").out


def test_a_page_fits_80_columns_but_for_commands_and_addresses() -> None:
    for row in recipes():
        lines = set(row.lines((25,), "F"))
        for line in sniffer("recipe", row.code, "--ports", "25").out.splitlines():
            pasted = line.strip() in lines or "tcp and" in line or "http" in line
            assert pasted or len(line) <= 80, line


WRONG = [
    (("telnet",), "there is no recipe 'telnet'"),
    (("tcpdump", "--host", "printer; reboot"), "is no address"),
    (("tcpdump", "--ports", "0"), "ports lie between"),
]


@pytest.mark.parametrize(("words", "says"), WRONG)
def test_wrong_usage(words: tuple[str, ...], says: str) -> None:
    outcome = sniffer("recipe", *words)
    assert outcome.status == 2
    assert says in " ".join(outcome.err.replace("│", " ").split())


def test_to_a_file(tmp_path: Path) -> None:
    outcome = sniffer("recipe", "tcpdump", "--output", tmp_path / "recipe.txt")
    assert (outcome.status, outcome.out) == (0, "")
    assert "tcpdump -i eth1" in (tmp_path / "recipe.txt").read_text()
    assert len(healthy(1)) > 0
