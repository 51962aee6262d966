"""The accuracy table: counts and exact bounds, the parameters fitted to other clients or servers than those judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from tests.accuracy import bins
from tests.accuracy.bounds import floored, upper
from tests.accuracy.corpora import ADVERSARIAL
from tests.accuracy.predictions import Prediction

LONG = 3
"""Turns behind the EHLO from which on a dialogue is long."""


class Share(NamedTuple):
    """How a row of the table was told."""

    right: int
    unknown: int
    wrong: int
    wrong_clients: int
    clients: int

    @property
    def sessions(self) -> int:
        """Return how many sessions there were."""
        return self.right + self.unknown + self.wrong


def share(predictions: Sequence[Prediction], verdict: Callable[[Prediction], str | None]) -> Share:
    """Count a group of predictions."""
    told = [(verdict(each), each.sample.label.client) for each in predictions]
    counts = Counter(each for each, _ in told)
    wrong = {client for each, client in told if each == "wrong"}
    clients = {client for each, client in told if each}
    return Share(counts["right"], counts["unknown"], counts["wrong"], len(wrong), len(clients))


def lines(predictions: Sequence[Prediction]) -> Iterator[str]:
    """Yield the table of one way of holding out, as Markdown."""
    yield "| sessions | right | unknown | wrong | right, share | wrong, at most | clients with a wrong one, at most |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    groups = sorted({each.sample.group for each in predictions})
    for group in groups:
        inside = [each for each in predictions if each.sample.group == group]
        yield row(group, share(inside, lambda each: each.verdict))
        if group == "AEAD":
            yield row("AEAD, three turns or more", share(_long(inside), lambda each: each.verdict))
    for group in groups:
        inside = [each for each in predictions if each.sample.group == group]
        yield row(f"outcome, {group}", share(inside, lambda each: each.outcome_verdict))
    yield row("called basic, AEAD, without Basic", called_basic(predictions))


def row(name: str, found: Share) -> str:
    """Return a row of the table."""
    count = max(found.sessions, 1)
    plain = f"{100 * upper(found.wrong, count):.2f} %"
    clustered = (
        f"{found.wrong_clients} of {found.clients}, {100 * upper(found.wrong_clients, max(found.clients, 1)):.1f} %"
    )
    cells = (name, found.right, found.unknown, found.wrong, f"{100 * found.right / count:.1f} %", plain, clustered)
    return "| " + " | ".join(map(str, cells)) + " |"


def _long(predictions: Sequence[Prediction]) -> list[Prediction]:
    return [each for each in predictions if each.turns >= LONG]


def called_basic(predictions: Sequence[Prediction]) -> Share:
    """Count sessions without Basic: wrong are those that were called Basic."""
    others = [
        each
        for each in predictions
        if each.exact and all(attempt.mechanism not in ("LOGIN", "PLAIN") for attempt in each.sample.label.attempts)
    ]

    def verdict(each: Prediction) -> str:
        return "wrong" if each.family == "basic" and each.verdict == "wrong" else "right"

    return share(others, verdict)


def calibration(predictions: Sequence[Prediction]) -> Iterator[str]:
    """Yield the calibration table, as Markdown."""
    yield "| probability from | lengths | sessions | right | stated | observed | proven at least (95 %) | |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for exact in (True, False):
        for each in bins.bins(bins.families(predictions, exact=exact), bins.FAMILY_EDGES):
            cells = (
                floored(each.least, 4), "exact" if exact else "ranges", each.sessions, each.right,
                f"{each.stated:.4f}", f"{each.right / each.sessions:.4f}", floored(each.proven, 4),
                "boasts" if each.boasts else "",
            )  # fmt: skip
            yield "| " + " | ".join(map(str, cells)) + " |"


def failures(predictions: Sequence[Prediction]) -> Iterator[str]:
    """Yield what was told wrong, one line each."""
    for each in predictions:
        label = each.sample.label
        if "wrong" in (each.verdict, each.outcome_verdict):
            told = f"{each.family} {each.probability:.4f}, {each.outcome} {each.outcome_probability:.4f}"
            yield f"{label.client} with {label.server}, TLS {label.tls}: {label.family} {label.outcome}, told {told}"


def ordinary(predictions: Sequence[Prediction]) -> list[Prediction]:
    """Return the predictions of clients that are nobody's invention."""
    return [each for each in predictions if not each.sample.label.client.startswith(ADVERSARIAL)]
