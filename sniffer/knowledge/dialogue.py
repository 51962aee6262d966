"""Loads ``dialogue.toml`` and ``dialogue_fit.toml``: what can be said inside TLS, its lengths, what follows what."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Literal, NamedTuple

from sniffer.knowledge.mechanisms import family_of
from sniffer.model.facts import Family

FAMILIES: Mapping[str, Family] = {"OTHER": "challenge", "ODD": "unknown"}
"""Families of forms without a mechanism's name."""

Situation = Literal["none", "accepted", "refused"]
SITUATIONS: tuple[Situation, ...] = ("none", "accepted", "refused")
"""What became of AUTH so far: none was tried, the last was accepted, the last was refused."""

LONGEST = 100_000
"""Bytes of the longest message that a shape knows; a mail's text may be longer."""


class Part(NamedTuple):
    """One component of a shape; lengths in bytes.

    ``kind`` is ``at`` (one length, ``base``), ``base64`` (``base`` and groups of four behind it), ``about`` (any
    length) or ``replies`` (the known texts of ``symbol``).  ``mean`` and ``spread`` are those of a logarithmic curve.
    """

    kind: Literal["at", "base64", "about", "replies"]
    weight: float
    base: int = 0
    mean: float = 0.0
    spread: float = 0.0
    least: int = 1
    most: int = LONGEST
    symbol: str = ""


class Exchange(NamedTuple):
    """A client message and the server's reply to it, by their symbols."""

    client: str
    server: str


class Form(NamedTuple):
    """One way through AUTH: the turns before the last word, the last message, and what a server may say instead."""

    mechanism: str
    initial: bool
    steps: tuple[Exchange, ...]
    last: str
    error: str | None
    prior: float

    @property
    def family(self) -> Family:
        """Return the family of its mechanism; what is not listed is a challenge, what is odd has none."""
        return FAMILIES.get(self.mechanism) or family_of(self.mechanism)


class Path(NamedTuple):
    """A turn outside AUTH: from which phase to which, and how usual it is in each situation."""

    source: str
    turn: Exchange
    target: str
    weight: Mapping[Situation, float]


class Sharpness(NamedTuple):
    """Powers to which odds are raised (``inference.calibration``): of what is doubtful, and of what is sure."""

    doubtful: float = 1.0
    sure: float = 1.0


class Model(NamedTuple):
    """All of it."""

    client: Mapping[str, tuple[Part, ...]]
    server: Mapping[str, tuple[Part, ...]]
    forms: tuple[Form, ...]
    paths: tuple[Path, ...]
    ends: Mapping[str, Mapping[Situation, float]]
    begins: Mapping[str, Mapping[Situation, float]]
    exchange: Mapping[str, float]
    odd: Mapping[str, float]
    sharpness: Mapping[str, Sharpness]


def model(*, fitted: bool = True) -> Model:
    """Return what is known of dialogues; without the fit as it was written down by hand."""
    return _fitted() if fitted else _written()


@cache
def _written() -> Model:
    table = _read("dialogue.toml")
    return Model(
        client=_shapes(table["client"]),
        server=_shapes(table["server"]),
        forms=tuple(_form(row) for row in table["form"]),
        paths=tuple(_path(row) for row in table["path"]),
        ends={phase: _weights(value) for phase, value in table["ends"].items()},
        begins={phase: _weights(value) for phase, value in table["begins"].items()},
        exchange=table["exchange"],
        odd=table["odd"],
        sharpness=_sharpness(table["sharpness"]),
    )


@cache
def _fitted() -> Model:
    return refitted(_written(), fit())


@cache
def fit() -> dict[str, Any]:
    """Return the fitted numbers, as they stand in the file."""
    return _read("dialogue_fit.toml") if _file("dialogue_fit.toml").is_file() else {}


def proven(probability: float, *, exact: bool, of: Literal["family", "outcome"] = "family") -> float:
    """Return how sure held-out sessions show a probability to be: never more than it, nor than what they prove.

    That is the lower bound (one-sided, 95 %, Clopper and Pearson) of the share that was right among the sessions
    with about this probability.  ``exact`` says that lengths are known to the byte.
    """
    for least, bound in _bins(of, "exact" if exact else "range"):
        if probability >= least:
            return min(probability, bound)
    return probability


@cache
def _bins(of: str, lengths: str) -> tuple[tuple[float, float], ...]:
    """Return (least probability, proven share) of each bin, the highest first."""
    rows = fit().get("bins", {}).get(of, {}).get(lengths, [])
    return tuple(sorted(((row["least"], row["proven"]) for row in rows), reverse=True))


def refitted(written: Model, table: Mapping[str, Any]) -> Model:
    """Return a model in which fitted numbers take the place of those written by hand; what was not fitted stays."""
    if not table:
        return written
    weights = table["paths"]
    return written._replace(
        client={**written.client, **_shapes(table["client"])},
        server={**written.server, **_shapes(table["server"])},
        paths=tuple(
            path._replace(weight={each: weights[each].get(name_of(path), path.weight[each]) for each in SITUATIONS})
            for path in written.paths
        ),
        ends={phase: {each: table["ends"][each][phase] for each in SITUATIONS} for phase in written.ends},
        begins={phase: {each: table["begins"][each][phase] for each in SITUATIONS} for phase in written.begins},
        exchange={**written.exchange, **table["exchange"]},
        sharpness={**written.sharpness, **_sharpness(table.get("sharpness", {}))},
    )


def name_of(path: Path) -> str:
    """Return a path as it is written."""
    return f"{path.source}: {path.turn.client} > {path.turn.server} > {path.target}"


def _shapes(table: Mapping[str, list[dict[str, Any]]]) -> dict[str, tuple[Part, ...]]:
    return {symbol: _normalised(tuple(map(_part, parts))) for symbol, parts in table.items()}


def _normalised(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    total = sum(part.weight for part in parts)
    return tuple(part._replace(weight=part.weight / total) for part in parts)


def _part(row: Mapping[str, Any]) -> Part:
    weight, least, most = row.get("weight", 1.0), row.get("least", 1), row.get("most", LONGEST)
    if "at" in row:
        return Part("at", weight, base=row["at"])
    if "replies" in row:
        return Part("replies", weight, symbol=row["replies"])
    kind: Literal["base64", "about"] = "base64" if "base64" in row else "about"
    mean = row["mean"] if kind == "base64" else row["about"]
    return Part(kind, weight, row.get("base64", 0), mean, row["spread"], least, most)


def _form(row: Mapping[str, Any]) -> Form:
    steps = tuple(_exchange(step) for step in row["steps"])
    return Form(row["mechanism"], row.get("initial", False), steps, row["last"], row.get("error"), row["prior"])


def _exchange(text: str) -> Exchange:
    client, server = text.split(" > ")
    return Exchange(client, server)


def _path(row: Mapping[str, Any]) -> Path:
    source, _, rest = row["turn"].partition(": ")
    client, server, target = rest.split(" > ")
    return Path(source, Exchange(client, server), target, _weights(row["weight"]))


def _weights(value: float | Mapping[str, float]) -> dict[Situation, float]:
    return {each: value[each] if isinstance(value, Mapping) else value for each in SITUATIONS}


def _sharpness(table: Mapping[str, Sequence[float]]) -> dict[str, Sharpness]:
    return {lengths: Sharpness(*powers) for lengths, powers in table.items()}


def _file(name: str) -> Any:
    return resources.files("sniffer.knowledge") / name


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(_file(name).read_text("utf-8"))
