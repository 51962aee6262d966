"""Makes a corpus: servers up, clients on, capture off, labels written."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lab.corpus import capture, hosts, truth
from tests.lab.corpus.book import Book, book
from tests.lab.corpus.clients.catalogue import CATALOGUE
from tests.lab.corpus.clients.program import Program
from tests.lab.corpus.endpoints import LOWEST_CONFIG, Endpoint, Serving
from tests.lab.corpus.plan import plan
from tests.lab.corpus.servers.company import company
from tests.lab.corpus.wishes import Wish
from tests.lab.namespaces import BRIDGE, inside, run
from tests.lab.served import Served
from tests.lab.tcpdump import await_silence, recording

ROOT = Path(__file__).resolve().parents[3]
AT_ONCE = 5
"""Client programs that play at the same time: a little more than there are processors, for they wait a lot."""
IDLE = 20.0
ROOM = ("-s", "2048", "-B", "65536")
"""Small slots, and many: no frame is longer than the wire allows, and none shall be lost."""


def tell(text: str) -> None:
    """Progress, for a person."""
    print(text, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Order:
    """What is asked of a run."""

    to: Path
    sessions: int
    seed: int
    clients: Sequence[str] = ()
    servers: Sequence[str] = ()
    scratch: Path | None = None


@dataclass(frozen=True)
class Player:
    """A client program with its address and namespace."""

    program: Program
    address: str
    namespace: str


def available(names: Sequence[str]) -> list[Program]:
    """The programs that are here; of each other it is said why not."""
    found = []
    for name, program in CATALOGUE.items():
        if names and name not in names:
            continue
        if reason := program.lacking():
            tell(f"without {name}: {reason}")
        else:
            found.append(program)
    return found


def make(order: Order) -> Counter[str]:
    """The whole of it; how many sessions of each program have a label."""
    order.to.mkdir(parents=True, exist_ok=True)
    dice = random.Random(order.seed)
    people, programs = book(dice), available(order.clients)
    with stage(order, people) as (folder, served_by):
        endpoints = [each for server in served_by for each in server.endpoints]
        wishes = plan(dice, people, programs, endpoints, order.sessions)
        known = sorted({each.ip for each in endpoints})
        players = [
            Player(each, hosts.address(at), hosts.join(at, each.name, known))
            for at, each in enumerate(programs, start=11)
        ]
        whole = order.to / "corpus.pcap"
        with recording(whole, "tcp", (BRIDGE,), hosts.SERVERS, ROOM):
            perform(players, wishes, folder)
            await_silence(hosts.SERVERS, [each.address for each in players], IDLE)
        return label(order.to, players, served_by)


@contextmanager
def stage(order: Order, people: Book) -> Iterator[tuple[Path, list[Serving]]]:
    """Network and servers, taken down whatever happens."""
    with ExitStack() as cleanup:
        passing = tempfile.TemporaryDirectory(prefix="snc-", ignore_cleanup_errors=True)
        folder = order.scratch or Path(cleanup.enter_context(passing))
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        (folder / "openssl-clients.cnf").write_text(LOWEST_CONFIG.format(more=""))
        servers = company(folder, people, order.servers, tell)
        addresses = sorted({each.ip for server in servers for each in server.endpoints})
        cleanup.enter_context(hosts.network(addresses))
        running: list[Serving] = []
        for server in servers:
            began = time.monotonic()
            cleanup.callback(server.stop)
            server.start()
            running.append(server)
            tell(f"{type(server).__name__} serves at {len(server.endpoints)} addresses "
                 f"({time.monotonic() - began:.1f} s)")  # fmt: skip
        yield folder, running


def perform(players: Sequence[Player], wishes: dict[str, list[Wish]], folder: Path) -> None:
    """All programs play, some at the same time, the slow ones first."""
    order = sorted(players, key=lambda each: (bool(each.program.driver), -len(wishes[each.program.name])))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda each: tell(play(each, wishes[each.program.name], folder)), order))


def play(player: Player, wishes: Sequence[Wish], folder: Path) -> str:
    """One program plays its wishes; what it took."""
    began, name = time.monotonic(), player.program.name
    own = folder / name
    own.mkdir(exist_ok=True)
    path = folder / f"{name}.jsonl"
    path.write_text("".join(each.line() + "\n" for each in wishes))
    argv = ["unshare", "-u", "-m", sys.executable, "-m", "tests.lab.corpus.worker", name, str(path), str(own)]
    around = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        inside(player.namespace, argv),
        check=False,
        capture_output=True,
        text=True,
        env=around,
        stdin=subprocess.DEVNULL,
    )
    broken = f"; it broke: {done.stderr.strip()[-300:]}" if done.returncode else ""
    return f"{name}: {len(wishes)} wishes in {time.monotonic() - began:.1f} s{broken}"


def label(to: Path, players: Sequence[Player], servers: Sequence[Serving]) -> Counter[str]:
    """Write the labels, in the order of time."""
    found = capture.connections(to / "corpus.pcap")
    who = {each.address: each.program for each in players}
    rows = []
    for server in servers:
        at = {each.ip: each for each in server.endpoints}
        for served in server.served():
            row = labelled(served, found, who, at)
            rows += [row] if row else []
    rows.sort(key=lambda row: row["start"])
    (to / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return Counter(row["client"] for row in rows)


def labelled(
    served: Served,
    found: dict[capture.Ends, capture.Connection],
    who: dict[str, Program],
    at: dict[str, Endpoint],
) -> truth.Label | None:
    """The label of one session; None where there is nothing to judge, or no TLS."""
    connection = found.get((served.client, served.client_port, served.server, served.port))
    told = truth.judged(served)
    if not told or not connection or not connection.tls or connection.again:
        return None
    program, endpoint = who[served.client], at[served.server]
    return {
        "client_ip": served.client,
        "client_port": served.client_port,
        "server_ip": served.server,
        "start": connection.start,
        "client": program.name,
        "stack": program.stack,
        "server": endpoint.server,
        "tls": connection.tls,
        **told,
    }


def missing() -> str | None:
    """Why no corpus can be made here, or None."""
    if os.geteuid() != 0:
        return "namespaces need root on Linux"
    return None if run("which", "tcpdump", check=False) else "not installed: tcpdump"
