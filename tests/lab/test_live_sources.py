"""Live interfaces: all that is sent arrives, in order, whatever happens to the interface meanwhile."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fcntl", reason="the lab is for Linux")

from sniffer.decode import link_is_known
from sniffer.sources.capture import Capture
from sniffer.sources.inputs import inputs
from tests.capture_files import write_pcap
from tests.lab import record
from tests.lab.listen import select
from tests.lab.namespaces import batch, inside, quiet, remove, run
from tests.lab.tcpdump import await_start
from tests.program import ROOT
from tests.sources.facts import office
from tests.wire import Frame

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(bool(record.missing()), reason=record.missing() or ""),
    pytest.mark.skipif(shutil.which("tcpreplay") is None, reason="tcpreplay is not installed"),
]

HERE = f"snlive-{os.getpid()}"
"""Not the other cases' namespaces, of which each removes those it finds."""
PAIRS = (("span0", "wire0"), ("span1", "wire1"))
"""What is listened to, and the other end, into which frames are sent."""

OURS = Path(ROOT) / "captures" / "lan" / "office" / "capture.pcap"
MTU = 65_535


@pytest.fixture
def namespace() -> Iterator[str]:
    """A network of two cables, of which nobody else knows."""
    run("ip", "netns", "add", HERE)
    try:
        run(*inside(HERE, ["sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1"]))
        quiet(HERE)
        lay(*PAIRS)
        yield HERE
    finally:
        remove(HERE)


def lay(*pairs: tuple[str, str]) -> None:
    """Lay cables, and switch both ends on."""
    for pair in pairs:
        batch(HERE, [f"link add {pair[0]} type veth peer name {pair[1]}"])
        batch(HERE, [f"link set {end} mtu {MTU} up" for end in pair])


def ip(*lines: str) -> None:
    """Change the network, and leave its listeners a second and a half to notice."""
    batch(HERE, list(lines))
    time.sleep(1.5)


def listener(words: Sequence[str], user: Sequence[str] = ()) -> list[str]:
    """The command line of a listener."""
    return inside(HERE, [*user, sys.executable, "-m", "tests.lab.listen", *words])


class Heard:
    """What a listener says at its end."""

    told: dict[str, Any]

    @property
    def octets(self) -> list[str]:
        """The frames."""
        return [octets for _, octets, _ in self.told["frames"]]

    @property
    def health(self) -> dict[str, Any]:
        """The first interface's."""
        found: dict[str, Any] = self.told["health"][0]
        return found


@contextmanager
def listening(tmp_path: Path, *words: str) -> Iterator[Heard]:
    """Listen while the block runs."""
    heard, said = Heard(), tmp_path / "said"
    with said.open("w") as stderr:
        process = subprocess.Popen(
            listener(words),
            cwd=ROOT,
            stderr=stderr,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    try:
        await_start(said, process)
        yield heard
    finally:
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=30)
    assert "Traceback" not in said.read_text()
    heard.told = json.loads(out)


def refused(*words: str, user: Sequence[str] = ()) -> str:
    """What a listener says that cannot begin."""
    done = subprocess.run(
        listener(words, user),
        cwd=ROOT,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=30,
        check=True,
    )
    error: str = json.loads(done.stdout)["error"]
    return error


def replay(path: Path, *how: str, end: str = "wire0") -> None:
    """Send the frames of a capture."""
    run(*inside(HERE, ["tcpreplay", "-q", "-K", "-i", end, *(how or ("--topspeed",)), str(path)]))


def selected(path: Path) -> list[str]:
    """The frames of a capture that the same filter lets through."""
    batches = Capture(inputs([("lab", path)], [])[0], select, link_is_known).batches()
    return [each.frame(place).hex() for each in batches for place in range(len(each))]


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    """A capture of mail, tags of VLANs included."""
    frames = [
        Frame(each.time_us, each.data[:12] + bytes.fromhex("8100000a") + each.data[12:] if number % 3 else each.data)
        for number, each in enumerate(office())
    ]
    write_pcap(tmp_path / "mail.pcap", frames)
    return tmp_path / "mail.pcap"


WAYS = pytest.mark.parametrize("how", [(), ("--scapy",)], ids=["libpcap", "scapy"])


@WAYS
def test_all_frames_arrive_in_order(namespace: str, tmp_path: Path, mail: Path, how: tuple[str, ...]) -> None:
    with listening(tmp_path, "span0", *how) as heard:
        replay(mail)
        replay(OURS)
    assert heard.octets == selected(mail) + selected(OURS)
    times = [time for time, _, _ in heard.told["frames"]]
    assert abs(times[0] / 1_000_000 - time.time()) < 3600
    assert {name for _, _, name in heard.told["frames"]} == {"span0"}
    assert (heard.health["received"], heard.health["dropped"]) == (len(heard.octets), 0)
    assert (heard.told["notes"], heard.told["problems"]) == ([], [])


@WAYS
def test_the_two_directions_of_a_tap_become_one(
    namespace: str, tmp_path: Path, mail: Path, how: tuple[str, ...]
) -> None:
    cache = tmp_path / "cache"
    run("tcpprep", "--auto=client", f"--pcap={OURS}", f"--cachefile={cache}")
    with listening(tmp_path, "span0", "span1", *how) as heard:
        replay(OURS, "--pps=2000", f"--cachefile={cache}", "--intf2=wire1")
    times = [time for time, _, _ in heard.told["frames"]]
    assert times == sorted(times)
    assert sorted(heard.octets) == sorted(selected(OURS))
    assert {name for _, _, name in heard.told["frames"]} == {"span0", "span1"}


@WAYS
def test_down_and_up_again(namespace: str, tmp_path: Path, mail: Path, how: tuple[str, ...]) -> None:
    with listening(tmp_path, "span0", *how) as heard:
        replay(mail)
        ip("link set span0 down")
        ip("link set span0 up")
        replay(mail)
        ip("link set wire0 down")
        ip("link set wire0 up")
        replay(mail)
    assert heard.octets == selected(mail) * 3
    assert (heard.health["downs"], heard.health["up"], heard.health["gone"]) == (2, True, None)


@WAYS
def test_another_name_is_the_same_interface(namespace: str, tmp_path: Path, mail: Path, how: tuple[str, ...]) -> None:
    with listening(tmp_path, "span0", *how) as heard:
        ip("link set span0 down", "link set span0 name tap7", "link set tap7 up")
        replay(mail)
    assert heard.octets == selected(mail)
    assert heard.health["gone"] is None


@WAYS
@pytest.mark.parametrize("before", [(), ("link set span0 down",)], ids=["up", "down"])
def test_one_that_vanishes_leaves_the_other(
    namespace: str, tmp_path: Path, mail: Path, how: tuple[str, ...], before: tuple[str, ...]
) -> None:
    with listening(tmp_path, "span0", "span1", *how) as heard:
        replay(mail)
        if before:
            ip(*before)
        ip("link del wire0")  # at once: the last frames are still with the kernel
        lay(("span0", "wire0"))  # another one of the same name is another
        replay(mail, "--topspeed")
        replay(mail, end="wire1")
    assert sorted(heard.octets) == sorted(selected(mail) * 2)
    assert len(heard.told["problems"]) == 1
    assert heard.told["problems"][0].startswith("span0: gives nothing any more")
    assert [each["gone"] is None for each in heard.told["health"]] == [False, True]


def test_one_that_is_down_at_the_start_is_heard_when_it_comes_up(namespace: str, tmp_path: Path, mail: Path) -> None:
    ip("link set span0 down")
    with listening(tmp_path, "span0") as heard:
        ip("link set span0 up")
        replay(mail)
    assert heard.octets == selected(mail)
    assert any("is down; we listen all the same" in note for note in heard.told["notes"])
    assert (heard.health["downs"], heard.health["up"]) == (0, True)


def test_any_hears_all(namespace: str, tmp_path: Path) -> None:
    mail = tmp_path / "plain.pcap"
    write_pcap(mail, office())
    with listening(tmp_path, "any") as heard:
        replay(mail)
        replay(mail, end="wire1")
        ip("link del span1")
    assert heard.told["links"] == [113]
    # each frame as it leaves one end and as it comes out of the other
    assert len(heard.octets) == 4 * len(selected(mail))
    assert (heard.health["gone"], heard.told["problems"]) == (None, [])


def test_without_libpcap_any_is_refused(namespace: str) -> None:
    assert refused("any", "--scapy") == "any: cannot be had here (it takes libpcap); name interfaces, each with -i"


@WAYS
def test_what_cannot_be_opened_says_what_to_do(namespace: str, how: tuple[str, ...]) -> None:
    said = refused("spam0", *how)
    assert said.startswith("spam0: there is no such interface; did you mean span0? there are lo, ")
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--"]
    said = refused("span0", *how, user=nobody)
    assert said.startswith("span0: we may not capture on it; ")
    assert "CAP_NET_RAW" in said
