"""The fit: what labelled sessions say of the parameters, beside what was written by hand.

What a lab plays says nothing of the world where a person chose it: how often each mechanism is used, how often a login
fails, how long names, passwords and addresses are.  Such numbers stay as they were written.  Fitted are the ways of
programs: what they do after a reply, and how servers say what they say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import exp, log, sqrt
from typing import Any

from sniffer.inference.lengths import LONGEST_REPLY, LONGEST_SAID, component
from sniffer.inference.replies import pooled
from sniffer.knowledge.dialogue import SITUATIONS, Model, Part, name_of
from tests.accuracy.evidence import Counts, Key

PRIOR = 40.0
"""Sessions that a number written by hand is worth."""

PROTOCOL = frozenset(
    (
        "cram", "digest", "ntlm-negotiate", "ntlm-authenticate", "scram-first", "scram-final",
        "challenge-cram", "challenge-digest", "digest-proof", "challenge-ntlm", "challenge-scram", "scram-proof",
        "oauth-error", "queued", "rejected", "envelope-accepted", "envelope-half-accepted", "envelope-refused",
        "data-accepted", "queued-bye", "list",
    )
)  # fmt: skip
"""Symbols whose lengths programs decide, not people: their curves are fitted."""

PEOPLE = frozenset(
    ("user", "password", "auth-login-initial", "auth-plain-initial", "plain", "mail", "recipient", "hello")
)
"""Symbols whose lengths people decide, by names and passwords: their shapes stay as they were written."""

NARROWEST = 0.8
"""Part of a spread written by hand below which none is fitted: the world is wider than a lab."""

RAREST = 0.5
"""Part of a weight written by hand below which none is fitted, for the same reason: what no program of a lab does, some
in the world do."""

NEXT_MAIL = (
    "mail > mail-accepted > mail",
    "mail > echoed > mail",
    "mail > mail-refused > denied",
    "envelope > envelope-accepted > text",
    "envelope-half > envelope-half-accepted > recipients",
    "everything > everything-accepted > sent",
)
"""Ways in which another mail follows one that was sent."""

ASIDE = ("mail > mail", "recipients > recipients", "several > several", "text > sent", "sent > sent")
"""Phases before and behind something strange that a client says and that changes nothing."""

AFTER_AUTH = ("accepted", "refused")
"""Situations in which it is told."""

BY_HAND = frozenset(
    (
        ("none", "ready: question > answered > asked"),
        ("none", "ready: mail > mail-refused > denied"),
        ("none", "ready: envelope > envelope-refused > denied"),
        ("none", "ready: everything > envelope-refused > denied"),
        ("none", "mail: recipient > rejected > denied"),
        ("refused", "ready: mail > mail-accepted > mail"),
        ("refused", "ready: envelope > envelope-accepted > text"),
        ("refused", "ready: envelope-half > envelope-half-accepted > recipients"),
        ("refused", "ready: everything > everything-accepted > sent"),
        *((situation, f"sent: {way}") for situation in SITUATIONS for way in NEXT_MAIL),
        *((situation, each.replace(" >", ": aside > aside-answer >")) for situation in AFTER_AUTH for each in ASIDE),
        *((situation, "recipients: recipient > recipient-again > several") for situation in SITUATIONS),
        *((situation, "several: recipient > recipient-again > several") for situation in SITUATIONS),
    )
)
"""Ways that stay as written: what scanners and people say, how often a client without credentials goes where they are
demanded, that MAIL follows a refusal, so that it must not prove a login, and how many mails a session and recipients a
mail has, whatever the programs of a lab do."""

LEAVING = ("ready", "mail")
"""Phases in which a person may have a client leave, to see whether a server answers or a login works."""


def fitted(model: Model, evidence: Iterable[Mapping[Key, float]]) -> dict[str, Any]:
    """Return the table of a fit (`dialogue_fit.toml`) from the counts of sessions."""
    counts = added(evidence)
    paths: dict[str, dict[str, float]] = {}
    begins: dict[str, dict[str, float]] = {}
    ends: dict[str, dict[str, float]] = {}
    for situation in SITUATIONS:
        paths[situation], begins[situation], ends[situation] = {}, {}, {}
        for phase in model.ends:
            _phase(model, counts, situation, phase, paths[situation], begins[situation], ends[situation])
    return {
        "paths": paths,
        "begins": begins,
        "ends": ends,
        "exchange": _exchange(model, counts),
        "client": {symbol: _shape("client", symbol, parts, counts) for symbol, parts in model.client.items()},
        "server": {symbol: _shape("server", symbol, parts, counts) for symbol, parts in model.server.items()},
    }


def added(evidence: Iterable[Mapping[Key, float] | None]) -> Counts:
    """Return counts of many sessions as one."""
    total: Counts = defaultdict(float)
    for each in evidence:
        for key, value in (each or {}).items():
            total[key] += value
    return total


def _phase(
    model: Model,
    counts: Mapping[Key, float],
    situation: str,
    phase: str,
    paths: dict[str, float],
    begins: dict[str, float],
    ends: dict[str, float],
) -> None:
    """Fit what comes after a phase in a situation, so that all adds up to one.

    Whether AUTH comes at all stays as it was written.  Nor do clients leave without a word less often than was written
    where a person decides that (a "test connection" button): the programs of a lab have mail to send.
    """
    written = {name_of(path): path.weight[situation] for path in model.paths if path.source == phase}  # type: ignore[index]
    begin = model.begins.get(phase, {}).get(situation, 0.0)  # type: ignore[call-overload]
    end = model.ends[phase][situation]  # type: ignore[index]
    scale = 1.0 / (sum(written.values()) + begin + end)
    if phase in model.begins:
        begins[phase] = begin * scale
    if phase in ("over", "exchange"):
        ends[phase] = end
        return
    seen = {name: counts.get(("turn", situation, phase, "path", name), 0.0) for name in written}
    seen["end"] = counts.get(("end", situation, phase), 0.0)
    hand = {**written, "end": end}
    kept = {name for name in written if (situation, name) in BY_HAND}
    free = _free(hand, kept, seen)
    if phase in LEAVING and free["end"] < end:
        kept.add("end")
        free = _free(hand, kept, seen)
    weights = {name: free.get(name, weight) * scale for name, weight in hand.items()}
    ends[phase] = weights.pop("end")
    paths.update(weights)


def _free(hand: Mapping[str, float], kept: Collection[str], seen: Mapping[str, float]) -> dict[str, float]:
    """Return the weights of the ways that are fitted; together they stay what they were written."""
    free = {name: weight for name, weight in hand.items() if name not in kept}
    total = sum(free.values())
    return {name: share * total for name, share in _dirichlet(free, seen).items()}


def _dirichlet(hand: Mapping[str, float], seen: Mapping[str, float]) -> dict[str, float]:
    """Return shares: what was seen, and what was written as so many more sightings."""
    total, count = sum(hand.values()), sum(seen[name] for name in hand if hand[name])
    if not total:
        return dict.fromkeys(hand, 0.0)
    return {name: (PRIOR * hand[name] / total + seen[name] * (hand[name] > 0)) / (PRIOR + count) for name in hand}


def _exchange(model: Model, counts: Mapping[Key, float]) -> dict[str, float]:
    ways = ("goes-on", "refused", "cancelled")  # what is rejected at once depends on what a lab had clients try
    seen = {way: sum(value for key, value in counts.items() if key[0] == "turn" and key[-1] == way) for way in ways}
    hand = {way: model.exchange[way] for way in ways}
    total = sum(hand.values())
    return {way: share * total for way, share in _dirichlet(hand, seen).items()}


def _shape(side: str, symbol: str, parts: Sequence[Part], counts: Mapping[Key, float]) -> list[dict[str, Any]]:
    """Fit the weights of a shape's parts, and their curves where programs decide them."""
    seen = {
        int(key[2]): value
        for key, value in counts.items()
        if key[0] == side and key[1] == symbol and symbol not in PEOPLE
    }
    longest = LONGEST_SAID if side == "client" else LONGEST_REPLY
    masses = [_mass(part, longest) for part in parts]
    weights = [PRIOR * part.weight for part in parts]
    moments = [
        [PRIOR * 1.0, PRIOR * log(part.mean or 1.0), PRIOR * (log(part.mean or 1.0) ** 2 + part.spread**2)]
        for part in parts
    ]
    for length, count in seen.items():
        place = min(length, longest)
        likely = [part.weight * mass.get(place, 0.0) for part, mass in zip(parts, masses, strict=True)]
        total = sum(likely)
        for at, (part, value) in enumerate(zip(parts, likely, strict=True)):
            share = count * value / total if total else 0.0
            weights[at] += share
            body = log(max(length - part.base, 1))
            moments[at] = [moments[at][0] + share, moments[at][1] + share * body, moments[at][2] + share * body**2]
    whole = sum(weights)
    return [
        _row(part, max(weight / whole, RAREST * part.weight), moment, curve=symbol in PROTOCOL)
        for part, weight, moment in zip(parts, weights, moments, strict=True)
    ]


def _mass(part: Part, longest: int) -> Mapping[int, float]:
    if part.kind == "replies":
        return pooled(part.symbol)
    return {length: value for length, value in enumerate(component(part, longest).tolist()) if value}


def _row(part: Part, weight: float, moment: Sequence[float], *, curve: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"weight": round(weight, 6)}
    if part.kind == "at":
        return {"at": part.base, **row}
    if part.kind == "replies":
        return {"replies": part.symbol, **row}
    mean, spread = part.mean, part.spread
    if curve:
        count, first, second = moment
        mean = exp(first / count)
        spread = max(sqrt(max(second / count - (first / count) ** 2, 0.0)), NARROWEST * part.spread)
    name = {"base64": {"base64": part.base, "mean": round(mean, 2)}, "about": {"about": round(mean, 2)}}[part.kind]
    return {**name, "spread": round(spread, 4), "least": part.least, "most": part.most, **row}
