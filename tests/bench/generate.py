"""The captures of the benchmark, each with the truth about its sessions beside it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np

from tests.bench import background
from tests.bench.assemble import write
from tests.bench.flows import UDP, Columns, Hosts, expand, hosts, new_flows
from tests.bench.mailers import MAIL_SERVERS, Mix, Told, address, sessions, tell
from tests.bench.templates import Pool, Rows

START_US = 1_795_000_000 * 1_000_000
IPV6_MAIL_SERVER = "2001:db8:3::53"
LONGEST_DOWNLOAD = 20_000  # segments, 29 MB
TAIL = 1.15  # exponent of the flow sizes' Pareto distribution
SMALLEST_BULK = 30  # rows
SHARES = {"lookup": 0.47, "web": 0.34, "download": 0.11, "quic": 0.05, "probe": 0.03}
WEB_TEMPLATES = LOOKUP_TEMPLATES = 40
BACKGROUND_PORTS = {"lookup": 53, "web": 443, "download": 443, "quic": 443, "probe": 8080}


@dataclass(frozen=True, slots=True)
class Recipe:
    """What goes into a capture at scale 1."""

    mail: Mix
    sessions: int
    seconds: float
    background: int = 0
    """Frames that are no mail."""
    vlans: bool = False
    size: float = 1.0
    """A further factor on sessions, seconds and frames."""


OFFICE = Mix(devices=60, templates=2, starttls=0.4, body=(2_000, 12_000))
RECIPES = {
    "mixed": Recipe(OFFICE, sessions=700, seconds=240, background=1_540_000),
    "mixed-vlan": Recipe(OFFICE, sessions=700, seconds=240, background=1_540_000, vlans=True),
    "mixed-small": Recipe(OFFICE, sessions=700, seconds=240, background=1_540_000, size=0.25),
    "smtp": Recipe(Mix(devices=200, templates=2, starttls=0, body=(18_000, 83_000)), sessions=20_100, seconds=600),
    "tls": Recipe(Mix(devices=200, templates=56, starttls=1, body=(300, 1_800)), sessions=20_000, seconds=400),
}


@dataclass(frozen=True, slots=True)
class Traffic:
    """Templates, flows that repeat them, and who they are between."""

    templates: list[Rows]
    flows: Columns
    hosts: Hosts
    pool: Pool


def generate(directory: Path, names: Sequence[str] = tuple(RECIPES), scale: float = 1.0) -> None:
    """Write the named captures and their truth."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in names:
        capture(directory / f"{name}.pcap", RECIPES[name], scale)


def capture(path: Path, recipe: Recipe, scale: float) -> None:
    """Write one capture and, as `NAME.truth.json`, what it holds."""
    # the variants of one recipe are the same traffic
    noise, rng = Random(recipe.sessions), np.random.default_rng(recipe.sessions)
    factor = scale * recipe.size
    count = max(len(MAIL_SERVERS) * 3, round(recipe.sessions * factor))
    span_us = round(recipe.seconds * 1_000_000 * factor)
    mix = recipe.mail if count >= recipe.mail.devices else _fewer_devices(recipe.mail, count)
    pool = Pool()
    told = tell(mix, pool, noise)
    net = network_of(mix)
    numbers = {name: number for number, name in enumerate(net.names)}
    mail = sessions(count, told, numbers, span_us, rng)
    traffic = Traffic([one.rows for one in told], mail, net, pool)
    if recipe.background:
        traffic = _with_background(traffic, round(recipe.background * factor), span_us, noise, rng)
    if recipe.vlans:
        _tag(traffic.flows)
    traffic.flows["start_us"] += START_US
    frames = expand(traffic.flows, traffic.templates)
    size = write(path, frames, net, bytes(pool.data))
    truth = _truth(traffic.flows[:count], told, frames, size)
    path.with_suffix(".truth.json").write_text(json.dumps(truth) + "\n")


def _fewer_devices(mix: Mix, count: int) -> Mix:
    return Mix(count, 1, mix.starttls, mix.body)


def network_of(mix: Mix) -> Hosts:
    """Mail's hosts, then those of the background."""
    mailers = [address(number) for number in range(mix.devices)]
    others = [f"10.0.{20 + number // 200}.{1 + number % 200}" for number in range(400)]
    others += [f"2001:db8:20::{number:x}" for number in range(1, 101)]
    servers = [f"203.0.{113 + number // 200}.{1 + number % 200}" for number in range(80, 480)]
    servers += [f"2001:db8:113::{number:x}" for number in range(1, 101)]
    return hosts([*mailers, *MAIL_SERVERS, IPV6_MAIL_SERVER, *others, *servers])


def _with_background(mail: Traffic, frames: int, span_us: int, noise: Random, rng: np.random.Generator) -> Traffic:
    templates, kinds = _background_templates(mail.pool, frames, noise)
    flows = _background(frames, templates, kinds, span_us, first=len(mail.flows), rng=rng)
    _place(flows, mail.hosts, rng)
    flows["template"] += len(mail.templates)
    return Traffic(mail.templates + templates, np.concatenate([mail.flows, flows]), mail.hosts, mail.pool)


def _background_templates(pool: Pool, frames: int, noise: Random) -> tuple[list[Rows], dict[str, list[int]]]:
    """The templates, and which of them are of which kind."""
    longest = max(SMALLEST_BULK, min(LONGEST_DOWNLOAD, frames // 50))
    noise_at = background.add_noise(pool, noise)
    made = {
        "lookup": [background.lookup(pool, noise) for _ in range(LOOKUP_TEMPLATES)],
        "web": [background.web(pool, noise) for _ in range(WEB_TEMPLATES)],
        "download": [background.download(longest, pool, noise_at, noise)],
        "quic": [background.quic(longest, noise_at)],
        "probe": [background.probe()],
    }
    templates = [rows for kind in made.values() for rows in kind]
    numbers = iter(range(len(templates)))
    return templates, {kind: [next(numbers) for _ in rows] for kind, rows in made.items()}


def _background(
    frames: int,
    templates: list[Rows],
    kinds: dict[str, list[int]],
    span_us: int,
    *,
    first: int,
    rng: np.random.Generator,
) -> Columns:
    """Flows until there are enough frames; each takes as many rows of its template as its size asks for."""
    count = frames // 4  # more than enough: the mean is ten times that
    kind = rng.choice(len(SHARES), count, p=list(SHARES.values()))
    flows = new_flows(count, first, rng)
    flows["start_us"] = rng.integers(0, span_us, count)
    flows["pace"] = np.exp(rng.normal(1.0, 0.7, count))
    size = np.minimum(SMALLEST_BULK * (1 + rng.pareto(TAIL, count)), np.iinfo(np.int32).max)
    for number, name in enumerate(SHARES):
        of_kind = kind == number
        flows["template"][of_kind] = rng.choice(kinds[name], np.count_nonzero(of_kind))
        flows["server_port"][of_kind] = BACKGROUND_PORTS[name]
        if name in ("lookup", "quic"):
            flows["protocol"][of_kind] = UDP
        if name not in ("download", "quic"):
            size[of_kind] = np.iinfo(np.int32).max
    flows["take"] = size
    lengths = np.array([len(rows) for rows in templates])[flows["template"]]
    total = np.cumsum(np.minimum(flows["take"], lengths))
    return flows[: np.searchsorted(total, frames) + 1]


def _place(flows: Columns, net: Hosts, rng: np.random.Generator) -> None:
    """Give background flows their ends, both of one IP version."""
    servers, clients = len(net.names) - 500, len(net.names) - 1000
    six = rng.random(len(flows)) < 0.2
    within = np.where(six, 400 + rng.integers(0, 100, len(flows)), rng.integers(0, 400, len(flows)))
    flows["client"] = clients + within
    within = np.where(six, 400 + rng.integers(0, 100, len(flows)), rng.integers(0, 400, len(flows)))
    flows["server"] = servers + within


def _tag(flows: Columns) -> None:
    """A VLAN for each client, and a provider's tag around every seventh."""
    flows["inner"] = 10 + flows["client"] % 20
    flows["outer"] = 100
    flows["vlans"] = np.where(flows["client"] % 7 == 0, 2, 1)


def _truth(flows: Columns, told: Sequence[Told], frames: Columns, size: int) -> dict[str, object]:
    of_sessions = [told[number] for number in flows["template"].tolist()]
    mail_ports = np.isin(frames["source_port"], (25, 587, 2525)) | np.isin(frames["target_port"], (25, 587, 2525))
    return {
        "bytes": size,
        "frames": len(frames),
        "mail_frames": int(np.count_nonzero(mail_ports)),
        "sessions": len(flows),
        "clients": len({one.client for one in of_sessions}),
        "clear": dict(Counter(one.family for one in of_sessions if not one.tls)),
        "starttls": dict(Counter(one.family for one in of_sessions if one.tls)),
        "fields": ["start_us", "client", "client_port", "server", "port", "family", "mechanism", "tls"],
        "rows": [
            [start, one.client, port, one.server, one.port, one.family, one.mechanism, one.tls]
            for start, port, one in zip(
                flows["start_us"].tolist(), flows["client_port"].tolist(), of_sessions, strict=True
            )
        ],
    }
