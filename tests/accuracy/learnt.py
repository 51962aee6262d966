"""How right sessions of a corpus are judged with what is learnt of their servers, as ``triage`` judges them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from sniffer.model.findings import AuthFinding
from sniffer.pipeline import Settings, gather
from sniffer.pipeline.judgement import Judgement
from tests.accuracy.corpora import Sample, load


def lines(folder: Path) -> Iterator[str]:
    """Yield the counts of a corpus, and what was told wrong."""
    samples = load([folder])
    capture = sorted(folder.glob("*.pcap*"))[0]
    judgement = Judgement(gather([("corpus", capture)], Settings()).spool)
    judged = {each.fact.session: each.auth for each in judgement.sessions()}
    told = [(sample, judged[sample.fact.session]) for sample in samples]
    for name, verdict in (("family", family), ("outcome", outcome)):
        counts = Counter(verdict(sample, auth) for sample, auth in told)
        yield f"{name}: {counts['right']} right, {counts['unknown']} unknown, {counts['wrong']} wrong"
    yield from wrong(told)


def wrong(told: Sequence[tuple[Sample, AuthFinding]]) -> Iterator[str]:
    """Yield what was told wrong, one line each."""
    for sample, auth in told:
        if "wrong" in (family(sample, auth), outcome(sample, auth)):
            label = sample.label
            yield f"{label.client} with {label.server}, TLS {label.tls}: {label.family} {label.outcome}; {auth.reason}"


def family(sample: Sample, auth: AuthFinding) -> str:
    """Return how the family was told."""
    return "unknown" if auth.family == "unknown" else "right" if auth.family == sample.label.family else "wrong"


def outcome(sample: Sample, auth: AuthFinding) -> str | None:
    """Return how the outcome was told, where the family was told right and AUTH was tried."""
    label = sample.label
    if auth.family != label.family or not label.attempts or not label.outcome_told:
        return None
    return "unknown" if auth.outcome in (None, "unknown") else "right" if auth.outcome == label.outcome else "wrong"
