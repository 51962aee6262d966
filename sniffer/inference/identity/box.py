"""What a box is: its name, maker, model, kind, place and serial number, by all that was said of it.

Rules of this file:
1. Of each thing the value counts that the best sources agree on; sources are independent, what one source repeats is
   not.  A tie between values is no answer.
2. What was said of an address is said of who had it then, and of nobody where that is not known.
3. A card that speaks for many names (an mDNS reflector) says nothing of itself in that protocol.
4. The maker of the card and makers named otherwise are held against each other: a contradiction is shown, and where one
   source alone speaks against the card nothing else is believed of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, cast

from sniffer.inference.identity.evidence import merged
from sniffer.inference.identity.holders import KEPT
from sniffer.inference.identity.names import host, telling
from sniffer.inference.identity.owners import Owners
from sniffer.inference.identity.scores import MOST, combined
from sniffer.inference.identity.weights import DERIVED, MAKER, NAMES, worth
from sniffer.knowledge.makers import is_neutral_maker, known_as, likely_kind, same_maker
from sniffer.knowledge.vendors import mac_kind, vendor
from sniffer.model import limits
from sniffer.model.clues import ClueFact, Field, Said
from sniffer.model.events import Anomaly
from sniffer.model.findings import Evidence

TEXTS = frozenset(("vendor-class", "system", "model", "agent", "comment", "service", "name"))
"""Fields in whose words rules find makers, models and kinds."""

SPEAKS_FOR_MANY = 4
"""Names in one protocol from which on a card is taken to repeat what others say."""

TOLD_FROM = 0.4
"""Weight from which on a value is told at all."""

STRONG_MAKER = 0.6
"""Weight from which on two makers that differ are a contradiction."""


class Seen(NamedTuple):
    """An address of the box, and from when to when its sessions came from there."""

    sensor: str
    ip: str
    first: int
    last: int


class Told(NamedTuple):
    """A value, by whom it was told, and what that is worth."""

    value: str
    source: str
    weight: float


class Box(NamedTuple):
    """What a box is, as far as it is known; ``sureness`` is of maker and kind, None where neither is known."""

    name: str | None = None
    vendor: str | None = None
    model: str | None = None
    kind: str | None = None
    location: str | None = None
    serial: str | None = None
    owner: str | None = None
    sureness: float | None = None
    evidence: tuple[Evidence, ...] = ()
    doubts: tuple[Anomaly, ...] = ()


def describe(owners: Owners, cards: tuple[str, ...], seen: Iterable[Seen], own_words: Iterable[ClueFact]) -> Box:
    """Return what a box with these cards and addresses is; ``own_words`` are what its sessions say of it.

    Those are no part of the evidence here.
    """
    heard = [*_of_cards(owners, cards), *_of_addresses(owners, cards, list(seen))]
    clues = [*heard, *own_words]
    told = _told(owners, clues, cards)
    made = [vendor(card) for card in cards if mac_kind(card) != "random"]
    told.setdefault("vendor", []).extend(
        Told(each, "ethernet", MAKER) for each in dict.fromkeys(made) if each and not is_neutral_maker(each)
    )
    makers = told["vendor"]
    doubts = tuple(_contradictions(makers))
    if doubts and _only_one_says(makers):
        told = {"vendor": [each for each in makers if each.source == "ethernet"]}
    maker, sure_maker = _chosen(_one_name(told["vendor"]))
    if maker and (usual := likely_kind(maker)):
        told.setdefault("kind", []).append(Told(usual.kind, "ethernet", usual.weight))
    kind, sure_kind = _chosen(told.get("kind", []))
    return Box(
        name=_name(owners, clues, cards),
        vendor=maker,
        model=_model(_chosen(told.get("model", []))[0], maker),
        kind=kind,
        location=_chosen(told.get("location", []))[0],
        serial=_chosen(told.get("serial", []))[0],
        owner=_chosen(told.get("owner", []))[0],
        sureness=round(min(max(sure_maker, sure_kind), MOST), 2) if maker or kind else None,
        evidence=_evidence(heard),
        doubts=doubts,
    )


# -- what was said of it ------------------------------------------------------------------------


def _of_cards(owners: Owners, cards: tuple[str, ...]) -> Iterator[ClueFact]:
    for card in cards:
        clues = list(owners.records.of_card(card))
        names: dict[str, set[str]] = {}
        for clue in clues:
            if clue.field == "name":
                names.setdefault(clue.source, set()).add(host(clue.value))
        yield from (clue for clue in clues if len(names.get(clue.source, ())) < SPEAKS_FOR_MANY)


def _of_addresses(owners: Owners, cards: tuple[str, ...], seen: list[Seen]) -> Iterator[ClueFact]:
    """Give what was said of the box's addresses while it had them."""
    mine = {owners.joins.box(card) for card in cards}
    for ip in dict.fromkeys(each.ip for each in seen):
        for clue in owners.records.of_address(ip):
            at = [owners.holders.at(ip, time) for time in (clue.first, clue.last)]
            boxes = [{owners.joins.box(hold.mac) for hold in holds} for holds in at]
            if clue.mac and cards and clue.mac not in cards:
                continue  # a list has this address for another box
            known = all(each == mine for each in boxes) if cards else False
            nobody = not any(boxes) and any(_meanwhile(clue, each) for each in seen if each.ip == ip)
            if known or nobody:
                yield clue


def _meanwhile(clue: ClueFact, seen: Seen) -> bool:
    """Say whether something was said of an address about when the box sent from there."""
    if clue.source == "inventory-list":
        return True  # a plan, for no moment in particular
    here = clue.sensor in ("", seen.sensor)
    return here and clue.first <= seen.last + KEPT and clue.last >= seen.first - KEPT


def _told(owners: Owners, clues: Iterable[ClueFact], cards: tuple[str, ...]) -> dict[str, list[Told]]:
    """Return all values by field: those that were said, and those that rules find in words."""
    found: dict[str, list[Told]] = {}
    described = owners.known.described
    for clue in clues:
        weight = worth(clue).weight
        derived = described(clue.field, clue.value) if clue.field in TEXTS else ()
        for field, value in (Said(clue.field, clue.value), *derived):
            same = (field, value) == (clue.field, clue.value)
            found.setdefault(field, []).append(Told(value, clue.source, weight if same else weight * DERIVED))
        for said, sure in _by_name(owners, clue, cards):
            found.setdefault(said.field, []).append(Told(said.value, clue.source, min(weight, sure)))
    return found


def _by_name(owners: Owners, clue: ClueFact, cards: tuple[str, ...]) -> Iterator[tuple[Said, float]]:
    """Give what a factory name says, and how far that goes; one that is made of another card's address says nothing."""
    made = owners.factory_name(clue.value) if clue.field == "name" else None
    if made is None or (made.mac and cards and made.mac not in cards):
        return
    for field, value in (("vendor", made.vendor), ("kind", made.kind), ("model", made.model)):
        if value:
            yield Said(cast(Field, field), value), made.weight


# -- what to believe ----------------------------------------------------------------------------


def _chosen(told: Iterable[Told]) -> tuple[str | None, float]:
    """Return the value that the best sources agree on and its weight; none where two are equally good."""
    votes: dict[str, dict[str, float]] = {}
    spelt: dict[str, Told] = {}
    for each in told:
        key = each.value.casefold()
        by_source = votes.setdefault(key, {})
        by_source[each.source] = max(by_source.get(each.source, 0.0), each.weight)
        spelt[key] = max(spelt.get(key, each), each, key=lambda one: one.weight)
    if not votes:
        return None, 0.0
    ranked = sorted(((combined(by.values()), key) for key, by in votes.items()), reverse=True)
    if len(ranked) > 1 and ranked[0][0] == ranked[1][0]:
        return None, 0.0
    weight, key = ranked[0]
    return (spelt[key].value, weight) if weight >= TOLD_FROM else (None, 0.0)


def _one_name(makers: list[Told]) -> list[Told]:
    """Return makers under one name each, as people say it; an unknown one's as the card or the first source has it."""
    names = [each.value for each in sorted(makers, key=lambda each: each.source != "ethernet")]
    shown = [known_as(each.value) or next(n for n in names if same_maker(n, each.value)) for each in makers]
    return [each._replace(value=name) for each, name in zip(makers, shown, strict=True)]


def _contradictions(makers: list[Told]) -> Iterator[Anomaly]:
    strong = [each for each in makers if each.weight >= STRONG_MAKER and not is_neutral_maker(each.value)]
    for each in strong[1:]:
        first = strong[0]
        if not same_maker(first.value, each.value):
            text = f"{first.source} says {first.value}, {each.source} says {each.value}: one of them is not its own"
            yield Anomaly("identity-conflict", text)
            return


def _only_one_says(makers: list[Told]) -> bool:
    """Say whether the card's maker is contradicted by one source alone, which may be a box that poses as another."""
    card = [each.value for each in makers if each.source == "ethernet"]
    others = {each.source for each in makers if card and not same_maker(each.value, card[0])}
    return bool(card) and len(others) == 1


def _name(owners: Owners, clues: Iterable[ClueFact], cards: tuple[str, ...]) -> str | None:
    """Return the name that most sources have, and of these the one that people read first; never another card's."""
    by_host: dict[str, dict[str, str]] = {}
    for clue in clues:
        made = owners.factory_name(clue.value) if clue.field == "name" else None
        if made and made.mac and cards and made.mac not in cards:
            continue
        if clue.field == "name" and clue.source in NAMES and telling(clue.value):
            by_host.setdefault(host(clue.value), {}).setdefault(clue.source, clue.value)
    if not by_host:
        return None

    def rank(sources: dict[str, str]) -> tuple[bool, int, int]:
        first = min(NAMES.index(source) for source in sources)
        return "inventory-list" in sources, len(sources), -first

    best = max(map(rank, by_host.values()))
    ranked = [sources for sources in by_host.values() if rank(sources) == best]
    if len(ranked) > 1:
        return None  # two names of equal worth: nobody's
    return min(ranked[0].items(), key=lambda item: NAMES.index(item[0]))[1]


def _model(model: str | None, maker: str | None) -> str | None:
    """Return a model without its maker's name in front."""
    if model and maker and model.casefold().startswith(maker.casefold() + " "):
        return model[len(maker) + 1 :].strip() or model
    return model


def _evidence(clues: Iterable[ClueFact]) -> tuple[Evidence, ...]:
    """Return the clues, the strongest first."""
    ranked = sorted(clues, key=lambda clue: (-worth(clue).weight, clue.first, clue.source, clue.field, clue.value))
    return merged(map(_shown, ranked))[: limits.EVIDENCE]


def _shown(clue: ClueFact) -> Evidence:
    kind, weight, measured = worth(clue)
    return Evidence(
        clue.source, clue.field, clue.value, kind, measured, weight, clue.first, clue.last, clue.count,
        clue.file, clue.line,
    )  # fmt: skip
