"""How client programs speak that no rule knows, collected for who asks for it (``--shapes``): to write rules from.

A shape is the traits of a session (``model.clues.Witness``): words of a fixed vocabulary, and the name that a mail
program gives itself.  Never an address, a host, a user or a subject; nor when, where, or from whom.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from sniffer.knowledge.catalogue import Catalogue
from sniffer.model import limits
from sniffer.model.clues import Witness
from sniffer.model.facts import SessionFact
from sniffer.model.findings import SessionFinding
from sniffer.reports.rows import SCHEMA, Row

MAILER = "mailer:"
"""The one trait with words of the client's own."""

TELLING = ("auth:", "from:", "headers:")
"""Beginnings of traits of which one must be there: an EHLO alone, as before STARTTLS, tells nothing."""

ADDRESS = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,}|\S*@\S*")
"""What is no program's name, whoever puts it there."""


class Shapes:
    """Counts shapes.  ``overflow`` are the sessions of those beyond ``limits.SHAPES``."""

    def __init__(self, known: Catalogue) -> None:
        self._known = known
        self._counts: Counter[tuple[str, ...]] = Counter()
        self.overflow = 0

    def add(self, finding: SessionFinding) -> None:
        """Take a session whose client no rule knows, by its program or by its maker's marks."""
        witness = finding.fact.witness
        if witness is None or not _unknown(witness, self._known):
            return
        shape = tuple(_clean(each, _own(finding.fact)) for each in witness.traits)
        if shape in self._counts or len(self._counts) < limits.SHAPES:
            self._counts[shape] += 1
        else:
            self.overflow += 1

    def rows(self) -> Iterator[Row]:
        """Give the shapes, the most frequent first."""
        for traits, count in sorted(self._counts.items(), key=lambda item: (-item[1], item[0])):
            yield {"type": "shape", "schema": SCHEMA, "traits": [each for each in traits if each], "count": count}


def _unknown(witness: Witness, known: Catalogue) -> bool:
    """Say whether there is something to tell of a client, and no rule tells who it is."""
    telling = any(each.startswith(TELLING) for each in witness.traits)
    marked = any(mark.field == "vendor" for mark in witness.marks)
    return telling and not marked and known.client_program(witness.traits) is None


def _own(fact: SessionFact) -> frozenset[str]:
    """Return the words by which a session's client and its users are called."""
    attempts = fact.speech.attempts + (fact.inside.attempts if fact.inside else ())
    names = [fact.speech.helo, fact.helo, fact.workstation, *(each.user for each in attempts)]
    names += [mark.value for mark in (fact.witness.marks if fact.witness else ()) if mark.field == "name"]
    parts = (part for name in names if name for part in (name, *re.split(r"[@.\\]", name)))
    return frozenset(part.casefold() for part in parts if part)


def _clean(trait: str, own: frozenset[str]) -> str:
    """Return a trait without addresses and without the client's own names."""
    if not trait.startswith(MAILER):
        return trait
    words = trait.removeprefix(MAILER).split()
    kept = [word for word in words if not ADDRESS.search(word) and word.strip("()[]<>,;").casefold() not in own]
    return MAILER + " ".join(kept) if kept else ""
