"""What a survey means: whether verdicts about mail can be trusted that come from here.

Each question is a function of the survey; it gives one finding, or none where it does not arise.  From where on a share
is worth a word, ``thresholds`` says.  Where there is too little to go by the answer is unknown: a capture that shows
nothing is not a healthy one.
"""

from __future__ import annotations

from collections.abc import Callable

from sniffer.inference.span import capture, coverage, traffic
from sniffer.model.survey import LEVELS, SpanFinding, Survey

__all__ = ["findings"]

QUESTIONS: tuple[Callable[[Survey], SpanFinding | None], ...] = (
    capture.unread, coverage.reach, coverage.directions, coverage.loss, capture.drops, capture.snaplen,
    traffic.tunnels, traffic.mail, traffic.attribution, capture.clock, coverage.copies, traffic.tags, capture.giants,
    traffic.link, traffic.damage, coverage.one_host, coverage.sampled,
)  # fmt: skip
"""What is asked, in the order in which the answers stand among those of one level."""

OF_NOTHING = (capture.unread, capture.nothing, capture.drops)
"""What is asked where no frame was seen."""


def findings(survey: Survey) -> tuple[SpanFinding, ...]:
    """Return what there is to say, the worst first."""
    found = [each for ask in (QUESTIONS if survey.frames else OF_NOTHING) if (each := ask(survey))]
    return tuple(sorted(found, key=lambda each: LEVELS.index(each.level)))
