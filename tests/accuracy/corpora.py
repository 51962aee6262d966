"""Corpora: sessions with the truth that servers' logs told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, get_args

from sniffer.model.facts import Family, SessionFact
from sniffer.pipeline import Settings, gather

ADVERSARIAL = "ADV-"
AEAD = frozenset(("13", "12", "cc", "ccm", "ccm8"))
"""Names of TLS variants whose lengths are exact: TLS 1.3, AES-GCM, ChaCha20, AES-CCM."""

PADDED = ("pad", "random")
"""What the names of clients say that pad on purpose."""

FAMILIES: frozenset[object] = frozenset(get_args(Family))
ENDS: frozenset[object] = frozenset(("ok", "fail", "rejected", None))
OUTCOMES: frozenset[object] = frozenset(("success", "failure", None))
NEAR = 2_000_000
"""Microseconds by which a label's start may differ from that of its session."""

AGAIN = "make the corpus anew with `python -m tests.lab.corpus --to FOLDER`"
"""What helps where labels and capture are not what they should be."""


class CorpusError(ValueError):
    """A corpus that cannot be used: what is wrong, and what to try next."""


class Attempt(NamedTuple):
    """An AUTH command as the server saw it; ``outcome`` is ok, fail, rejected, or None where it was not answered."""

    mechanism: str
    initial: bool
    outcome: str | None


class Label(NamedTuple):
    """The truth of one session."""

    client: str
    server: str
    tls: str
    family: Family
    mechanism: str | None
    attempts: tuple[Attempt, ...]
    outcome: str | None

    @property
    def outcome_told(self) -> bool:
        """Return whether the outcome is known: Exim logs a login only with a mail, or with its failure."""
        return not (self.attempts and self.attempts[-1].outcome is None and "exim" in self.server)


class Sample(NamedTuple):
    """A session and its truth."""

    fact: SessionFact
    label: Label

    @property
    def group(self) -> str:
        """Return in which row of a table it counts."""
        client = self.label.client
        kind = "AEAD" if self.label.tls in AEAD else "CBC"
        if any(word in client for word in PADDED) and self.fact.tls and self.fact.tls.version == "1.3":
            return "TLS 1.3 padding, random" if "random" in client else "TLS 1.3 padding"
        return f"{kind}, adversarial" if client.startswith(ADVERSARIAL) else kind


def load(folders: Iterable[Path], note: Callable[[str], None] = lambda _: None) -> list[Sample]:
    """Return the samples of some corpora, in order; ``note`` is told what is left out.

    Raises ``CorpusError`` where a folder is no corpus.
    """
    samples: list[Sample] = []
    for folder in folders:
        samples += _load(folder, note)
    return samples


def _load(folder: Path, note: Callable[[str], None]) -> list[Sample]:
    capture, labels = _the(folder, "*.pcap*"), _the(folder, "*labels.jsonl")
    rows = list(_rows(labels))
    gathered = gather([("corpus", capture)], Settings())
    for problem in gathered.problems:
        note(str(problem))
    facts: dict[tuple[str, int, str], list[SessionFact]] = {}
    for fact in gathered.spool.sessions():
        facts.setdefault((fact.client_ip, fact.client_port, fact.server_ip), []).append(fact)
    samples = []
    for ends, start, told in rows:
        found = facts.get(ends, [])
        nearest = min(found, key=lambda fact: abs(fact.start - start), default=None)
        if nearest is not None and abs(nearest.start - start) <= NEAR:
            found.remove(nearest)  # a session counts once
            samples.append(Sample(nearest, told))
    if rows and not samples:
        raise CorpusError(f"{labels}: no label fits a session of {capture.name}: are they of one run? {AGAIN}")
    if len(samples) < len(rows):
        note(f"{labels}: {len(rows) - len(samples)} of {len(rows)} labels fit no session of the capture; left out")
    return samples


def _the(folder: Path, pattern: str) -> Path:
    """Return the file of a corpus that has such a name."""
    found = sorted(folder.glob(pattern))
    if not found:
        raise CorpusError(f"{folder}: no {pattern} there: name the folder that has it, or {AGAIN}")
    return found[0]


def _rows(path: Path) -> Iterator[tuple[tuple[str, int, str], float, Label]]:
    """Yield what each line says: the ends of a session, its start in microseconds, and the truth."""
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            row = json.loads(line)
            yield (row["client_ip"], row["client_port"], row["server_ip"]), float(row["start"]) * 1_000_000, label(row)
        except (ValueError, TypeError, KeyError) as error:
            missing = f"no {error}" if isinstance(error, KeyError) else str(error)
            raise CorpusError(f"{path}, line {number}: no label ({missing}): take the line out, or {AGAIN}") from error


def label(row: dict[str, Any]) -> Label:
    """Return a row of labels; raises ``ValueError`` for words that labels do not have."""
    attempts = tuple(Attempt(each["mechanism"], each["initial_response"], each["outcome"]) for each in row["attempts"])
    words = ((row["family"], FAMILIES), (row["outcome"], OUTCOMES), *((each.outcome, ENDS) for each in attempts))
    for word, known in words:
        if word not in known:
            raise ValueError(f"{word!r} is no word of a label")
    return Label(row["client"], row["server"], row["tls"], row["family"], row["mechanism"], attempts, row["outcome"])
