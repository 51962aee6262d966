"""Live capture beside tcpdump, in the same run: what each drops, finds and costs.

A capture is replayed over a veth pair in a network of our own; tcpdump (same filter, to /dev/null) and sniffer listen
at the other end.  Processor time is the scheduler's, in ns, from the first frame to the last judgement, so start-up
does not count.  The kernel runs the filter on the sender's time, so tcpdump pays for what it copies alone.

    python -m tests.bench live DIR [--only mixed smtp] [--pps N | --mbps N]
    python -m tests.bench live DIR --highest      the highest rate at which tcpdump drops nothing
    python -m tests.bench live DIR --idle 20      what listening to silence costs
    python -m tests.bench live DIR --soak 600     steady load; is memory flat?
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.run import DISCOVERY, PORTS
from tests.lab.wire import FAR, TAP, Program, Wire, children, wire

SETTLE = 3.0
"""Seconds behind the last frame until all is heard and judged."""

STEPS = 6
"""Replays by which the highest rate is found: to a fiftieth of the range."""

SAMPLE_SECONDS = 10.0
FLAT_AFTER = 120.0
"""Seconds from which on memory should not grow: caches are full, and the spool is on disk."""

BUFFER = "64M"


@dataclass(frozen=True, slots=True)
class Use:
    """What a process took: seconds of processor time, and MB of memory, its own and shared."""

    seconds: float
    own: float
    shared: float


@dataclass(frozen=True, slots=True)
class Replay:
    """One replay, as both heard it; ``listener`` sums all listening processes."""

    name: str
    sent: int
    octets: int
    seconds: float
    dropped: int
    tcpdump_dropped: int
    sessions: int
    truth: int | None
    listener: Use
    parent: Use
    tcpdump: Use

    @property
    def ratio(self) -> float:
        """Processor time as a multiple of tcpdump's."""
        return (self.listener.seconds + self.parent.seconds) / max(self.tcpdump.seconds, 1e-3)

    def __str__(self) -> str:
        """A paragraph."""
        gigabytes = self.octets / 1e9
        lines = [
            f"{self.name}: {self.sent:,} frames, {gigabytes:.2f} GB in {self.seconds:.1f} s"
            f" ({self.sent / self.seconds:,.0f} packets/s, {self.octets * 8 / self.seconds / 1e6:,.0f} Mbit/s)",
            f"  dropped: sniffer {self.dropped:,}, tcpdump {self.tcpdump_dropped:,}",
            f"  sessions: {self.sessions:,}" + (f" of {self.truth:,}" if self.truth is not None else ""),
            f"  CPU s per GB: listener {self.listener.seconds / gigabytes:.2f},"
            f" parent {self.parent.seconds / gigabytes:.2f}, tcpdump {self.tcpdump.seconds / gigabytes:.2f}"
            f" (sniffer = {self.ratio:.1f} × tcpdump)",
            f"  memory MB (own + shared): listener {_mb(self.listener)}, parent {_mb(self.parent)},"
            f" tcpdump {_mb(self.tcpdump)}",
        ]
        return "\n".join(lines)


def _mb(use: Use) -> str:
    return f"{use.own:.0f} + {use.shared:.0f}"


def use(*pids: int) -> Use:
    """What processes have taken since they began."""
    seconds = own = shared = 0.0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").iterdir():
            seconds += int((task / "schedstat").read_text().split()[0]) / 1e9  # on a processor (proc, 1.15 schedstat)
        rows = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        own += int(rows["RssAnon"].split()[0]) * 1024 / 1e6
        shared += (int(rows["RssFile"].split()[0]) + int(rows["RssShmem"].split()[0])) * 1024 / 1e6
    return Use(seconds, own, shared)


class Pair:
    """sniffer and tcpdump at one end of a wire."""

    def __init__(self, net: Wire, processes: int, *, identity: bool) -> None:
        self._net = net
        words = ["capture", "-i", TAP, "--view", "devices", "--format", "jsonl", "--interval", "5s", "--scope", "all",
                 "--buffer", BUFFER, "--processes", str(processes)]  # fmt: skip
        self.sniffer: Program = net.sniffer(*words, *(() if identity else ("--no-identity",))).ready()
        self._said = net.folder / "tcpdump.err"
        with self._said.open("w") as said:
            argv = net.inside("tcpdump", "-n", "-s0", "-B65536", "-i", TAP, "-w", "/dev/null", bpf(identity=identity))
            self.tcpdump = subprocess.Popen(argv, stderr=said)
        time.sleep(2.0)  # both have imported, opened and judged once

    def uses(self) -> tuple[Use, Use, Use]:
        """What listeners, parent and tcpdump have taken."""
        return use(*children(self.sniffer.pid)), use(self.sniffer.pid), use(self.tcpdump.pid)

    def end(self) -> tuple[int, int, int]:
        """End both; return what sniffer dropped and found, and what tcpdump dropped."""
        self.tcpdump.send_signal(signal.SIGINT)
        self.tcpdump.wait(60)
        self.sniffer.end()
        rows = [json.loads(line) for line in self.sniffer.out.splitlines()]
        health = [row for row in rows if row["type"] == "health"][-1]
        lost = re.search(r"(\d+) packets? dropped by kernel", self._said.read_text())
        return health["frames"]["dropped"] or 0, health["sessions"]["seen"], int(lost[1]) if lost else 0


def bpf(*, identity: bool) -> str:
    """The filter that sniffer hands to libpcap."""
    code = (
        "from sniffer.pipeline import Settings; from sniffer.pipeline.follower import Follower;"
        "from sniffer.inventory.spool import Spool;"
        f"print(Follower(Settings(ports={PORTS}, identity={identity}), Spool()).expression(1))"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


@contextmanager
def network() -> Iterator[Wire]:
    """A wire of our own."""
    with tempfile.TemporaryDirectory() as folder, wire(Path(folder)) as made:
        yield made


def replay(path: Path, pace: Sequence[str], processes: int = 1) -> Replay:
    """Replay a capture once."""
    with network() as net:
        pair = Pair(net, processes, identity=path.stem in DISCOVERY)
        before = pair.uses()
        said = net.replay(path, pace=("--preload-pcap", *pace))
        time.sleep(SETTLE)
        after = pair.uses()
        dropped, sessions, tcpdump_dropped = pair.end()
    sent = re.search(r"Actual: (\d+) packets \((\d+) bytes\) sent in ([0-9.]+) seconds", said)
    if not sent:
        raise RuntimeError(said)
    taken = [
        Use(late.seconds - early.seconds, late.own, late.shared) for early, late in zip(before, after, strict=True)
    ]
    return Replay(path.stem, int(sent[1]), int(sent[2]), float(sent[3]), dropped, tcpdump_dropped, sessions,
                  truth(path), *taken)  # fmt: skip


def truth(path: Path) -> int | None:
    """How many sessions a capture holds."""
    told = path.with_suffix(".truth.json")
    return int(json.loads(told.read_text())["sessions"]) if told.exists() else None


def highest(path: Path, processes: int = 1) -> list[Replay]:
    """Look for the highest rate at which tcpdump drops nothing; all replays, that one last."""
    first = replay(path, ("--topspeed",), processes)
    found = [first]
    if not first.tcpdump_dropped:
        return found
    low, high = 0.0, first.sent / first.seconds
    best = None
    for _ in range(STEPS):
        rate = (low + high) / 2
        found.append(replay(path, (f"--pps={rate:.0f}",), processes))
        if found[-1].tcpdump_dropped:
            high = rate
        else:
            low, best = rate, found[-1]
    return [*found, best] if best else found


def idle(seconds: float, processes: int = 1) -> str:
    """Listen to silence."""
    with network() as net:
        pair = Pair(net, processes, identity=True)
        before = pair.uses()
        time.sleep(seconds)
        after = pair.uses()
        pair.end()
    shares = [100 * (late.seconds - early.seconds) / seconds for early, late in zip(before, after, strict=True)]
    return f"idle over {seconds:.0f} s, % of a core: listener {shares[0]:.2f}, parent {shares[1]:.2f}, " \
           f"tcpdump {shares[2]:.2f}"  # fmt: skip


def soak(path: Path, pace: Sequence[str], seconds: float, processes: int = 1) -> Iterator[str]:
    """Replay a capture again and again for some time, and sample memory."""
    with network() as net, ExitStack() as stack:
        pair = Pair(net, processes, identity=path.stem in DISCOVERY)
        argv = net.inside("tcpreplay", "-q", "--loop=0", "-i", FAR, *pace, str(path))
        sending = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stack.callback(sending.wait)
        stack.callback(sending.kill)
        began, before, samples = time.monotonic(), pair.uses(), []
        while (now := time.monotonic() - began) < seconds:
            time.sleep(min(SAMPLE_SECONDS, seconds - now))
            taken = pair.uses()
            samples.append((time.monotonic() - began, taken))
            yield f"{samples[-1][0]:6.0f} s: own memory MB: listener {taken[0].own:.1f}, parent {taken[1].own:.1f}"
        sending.kill()
        time.sleep(SETTLE)
        after = pair.uses()
        dropped, sessions, tcpdump_dropped = pair.end()
    spent = [late.seconds - early.seconds for early, late in zip(before, after, strict=True)]
    yield f"CPU s: listener {spent[0]:.1f}, parent {spent[1]:.1f}, tcpdump {spent[2]:.1f} in {seconds:.0f} s"
    yield f"dropped: sniffer {dropped:,}, tcpdump {tcpdump_dropped:,}; sessions {sessions:,}"
    late = [taken for at, taken in samples if at >= FLAT_AFTER]
    if late:
        for number, who in enumerate(("listener", "parent")):
            sizes = [taken[number].own for taken in late]
            middle = (max(sizes) + min(sizes)) / 2
            yield f"{who}: {min(sizes):.1f} to {max(sizes):.1f} MB, ± {100 * (max(sizes) - middle) / middle:.1f} %"
