"""How sure something is, in the words and numbers that people are shown; one place for both."""

from __future__ import annotations

from collections.abc import Iterable

from sniffer.model.findings import AttemptFinding, Rival

BANDS: tuple[tuple[float, str], ...] = (
    (0.99, "almost certain"),
    (0.95, "very likely"),
    (0.90, "likely"),
    (0.60, "probable"),
)
"""A probability from which on a word holds.  Below 0.90 nothing is judged, below the last nothing is in front."""

OPEN = "open"
"""The word for less than that."""

JUDGED = 0.90
"""Below this a family is unknown."""

PROBABLE = 0.60
"""From here on one may say what is probably meant."""

WORTH_TELLING = 0.01
"""A rival that is no likelier than this is left out."""


def band(probability: float) -> str:
    """Return a probability as a word."""
    return next((word for least, word in BANDS if probability >= least), OPEN)


def percent(probability: float) -> str:
    """Return a probability as a number, never rounded up, and never as if there were no doubt."""
    if probability > 0.99:
        return "> 99 %"
    return "< 1 %" if probability < 0.01 else f"{int(probability * 100 + 1e-9)} %"


def sure(probability: float) -> str:
    """Return a probability as a word and a number."""
    return f"{band(probability)} ({percent(probability)})"


def telling(rivals: Iterable[Rival]) -> list[Rival]:
    """Return the rivals worth telling, the likeliest first."""
    return sorted((each for each in rivals if each.probability > WORTH_TELLING), key=lambda each: -each.probability)


def in_front(auth: AttemptFinding) -> float | None:
    """Return how likely the front-runner of an unknown family is: what its rivals leave; None without any."""
    if not auth.rivals:
        return None
    own = next((each.probability for each in auth.rivals if each.label == auth.likely), None)
    return own if own is not None else max(0.0, 1 - sum(each.probability for each in auth.rivals))
