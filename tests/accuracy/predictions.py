"""What the inference says of sessions that its parameters were not fitted to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from sniffer.inference.attempts import says_mail, tried
from sniffer.inference.calibration import CERTAIN, DOUBTFUL, sharpened
from sniffer.inference.calibration import SURE as SURE_ODDS
from sniffer.inference.hidden import Ear, Hidden
from sniffer.inference.inferred import OUTCOMES, SURE, needed, says_too_little
from sniffer.inference.outcomes import last_words, shares
from sniffer.knowledge.dialogue import Sharpness, model, refitted
from sniffer.model.facts import Family
from tests.accuracy.corpora import Sample
from tests.accuracy.evidence import evidence
from tests.accuracy.fit import added, fitted

FLOOR = 1e-4
"""Probability that a truth has at least, so that one surprise does not decide how sharp the others are."""

REFUTED = 1.353
"""Logarithm by which a power may be less likely than the best (one-sided, 95 %: half of 1.645 squared)."""

Verdict = Literal["right", "unknown", "wrong"]


class Prediction(NamedTuple):
    """What was said of a session, cold: nothing was learnt of its server.

    ``probability`` is that of ``family``, before any cap; ``outcome`` is success, failure or None with its share.
    ``turns`` counts those behind the EHLO.
    """

    sample: Sample
    family: Family | None
    probability: float
    outcome: str | None
    outcome_probability: float
    turns: int
    exact: bool
    needed: float = SURE
    families: Mapping[Family, float] = {}
    odd: float = 0.0
    raw: Prediction | None = None

    @property
    def verdict(self) -> Verdict:
        """Return how the family was told."""
        if self.family is None or self.probability < self.needed:
            return "unknown"
        return "right" if self.family == self.sample.label.family else "wrong"

    @property
    def outcome_verdict(self) -> Verdict | None:
        """Return how the outcome was told, where the family was told right and AUTH was tried."""
        label = self.sample.label
        if self.verdict != "right" or not label.attempts or not label.outcome_told:
            return None
        if self.outcome is None or self.outcome_probability < SURE:
            return "unknown"
        return "right" if self.outcome == label.outcome else "wrong"


def predict(ear: Ear, sample: Sample) -> Prediction:
    """Return what is said of a session."""
    heard = ear.hear(sample.fact)
    front, probability = heard.front if heard is not None else (None, 0.0)
    if heard is None or front is None or not _speaks(ear, heard, front):
        lengths = heard is not None and heard.exact
        return Prediction(sample, None, probability, None, 0.0, len(heard.said) if heard else 0, lengths)
    outcome, share = _outcome(ear, heard, front)
    return Prediction(
        sample=sample,
        family=front,
        probability=probability,
        outcome=outcome,
        outcome_probability=share,
        turns=len(heard.said),
        exact=heard.exact,
        needed=needed(heard, front, tried(ear.path(heard, ear.ends(heard, front)[0][0]), ear.grammar.forms)),
        families=heard.families,
        odd=heard.odd,
    )


def _speaks(ear: Ear, heard: Hidden, front: Family) -> bool:
    path = ear.path(heard, ear.ends(heard, front)[0][0])
    return not says_too_little(heard) and bool(path) and (front != "none" or says_mail(path))


def _outcome(ear: Ear, heard: Hidden, front: Family) -> tuple[str | None, float]:
    if front == "none":
        return None, 1.0
    ends = ear.ends(heard, front)
    path = ear.path(heard, ends[0][0])
    words = last_words(ear.grammar, heard.replies, heard.said, path, ends)
    likely = shares(words, ear.grammar, ends, tried(path, ear.grammar.forms)[-1])
    best = max(likely, key=likely.__getitem__)
    return (None if best == "open" else OUTCOMES[best]), likely[best]


POWERS = tuple(sorted((1.0 + step / 20 for step in range(-12, 9)), key=lambda power: abs(power - 1.0)))
"""Powers tried for the sharpness of probabilities, the mildest first, which wins where they do as well."""

TURNS = 2
"""How often each of the two powers is fitted, given the other."""


def held_out(
    samples: Sequence[Sample],
    key: Callable[[Sample], str],
    *,
    texts: bool = True,
    note: Callable[[str], None] = lambda _: None,
) -> list[Prediction]:
    """Return predictions, the parameters fitted to all other groups: other clients, or other servers."""
    written = model(fitted=False)
    ear = Ear(written, texts=texts)
    counts = [evidence(ear, sample) for sample in samples]
    total = added(counts)
    found: dict[str, list[Prediction]] = {}
    for group in sorted({key(sample) for sample in samples}):
        inside = [place for place, sample in enumerate(samples) if key(sample) == group]
        left_out = added(counts[place] for place in inside)
        rest = {key: value - left_out.get(key, 0.0) for key, value in total.items()}
        held = Ear(refitted(written, fitted(written, [rest])), texts=texts)
        note(f"{group}: {len(inside)} sessions")
        found[group] = [predict(held, samples[place]) for place in inside]
    return [
        each
        for group, inside in found.items()
        for each in _sharpened(inside, [other for name, others in found.items() if name != group for other in others])
    ]


def _sharpened(predictions: Sequence[Prediction], others: Sequence[Prediction]) -> Iterator[Prediction]:
    """Yield predictions as sharp as those of the other groups should have been."""
    powers = {exact: sharpness(others, exact=exact) for exact in (True, False)}
    for each in predictions:
        families, odd = sharpened(each.families, each.odd, powers[each.exact])
        probability = families.get(each.family, odd) if each.family else each.probability
        yield each._replace(probability=min(probability, 1.0), families=families, odd=odd, raw=each)


def sharpness(predictions: Sequence[Prediction], *, exact: bool, raw: bool = False) -> Sharpness:
    """Return the powers that make predictions most likely; ``raw`` takes them as they were before any.

    What is doubtful is not trusted more than has been proven: of its powers the least that is not refuted.
    """
    found = [(each.raw or each) if raw else each for each in predictions]
    told = [each for each in found if each.exact is exact and each.family is not None]
    stated = np.array([each.probability for each in told])
    true = np.array([each.families.get(each.sample.label.family, 0.0) for each in told])
    right = np.array([each.family == each.sample.label.family for each in told], dtype=bool)
    among = true / np.maximum(1.0 - stated, CERTAIN)  # the truth's share of what is not the most probable

    def cost(powers: Sharpness) -> float:
        worth = _raised(stated, powers)
        likely = np.where(right, worth, (1.0 - worth) * among)
        return -float(np.log(np.maximum(likely, FLOOR)).sum())

    best = Sharpness()
    for _ in range(TURNS if told else 0):  # the one given the other
        best = min((best._replace(sure=power) for power in POWERS), key=cost)
        best = min((best._replace(doubtful=power) for power in POWERS), key=cost)
    if told:
        refuted = cost(best) + REFUTED
        doubtful = min(power for power in POWERS if cost(best._replace(doubtful=power)) <= refuted)
        best = min((Sharpness(doubtful, power) for power in POWERS), key=cost)
    return best


def _raised(stated: npt.NDArray[np.float64], powers: Sharpness) -> npt.NDArray[np.float64]:
    """Return what ``calibration.raised`` does, of many at once."""
    odds = np.log(stated / np.maximum(1.0 - stated, CERTAIN))
    high = powers.sure * SURE_ODDS
    low = min(powers.doubtful * DOUBTFUL, high)
    worth = np.interp(odds, (0.0, DOUBTFUL, SURE_ODDS), (0.0, low, high))
    worth = np.where(odds >= SURE_ODDS, powers.sure * odds, worth)
    return np.where(stated > 0.5, 1.0 / (1.0 + np.exp(-worth)), stated)


def fit_all(samples: Sequence[Sample]) -> tuple[dict[str, Any], int]:
    """Return the table of a fit to all samples, and how many samples it rests on."""
    written = model(fitted=False)
    ear = Ear(written)
    counts = [found for sample in samples if (found := evidence(ear, sample)) is not None]
    table = fitted(written, counts)
    return table, len(counts)
