"""How right the inference is, and the fit of its parameters.

`python -m tests.accuracy report CORPUS...` prints the tables of the README: each client program, then each server, is
held out in turn, and nothing is learnt of a server.  `python -m tests.accuracy fit CORPUS...` writes what ships.
A corpus is a folder with a capture and labels, as `python -m tests.lab.corpus --to FOLDER` makes it.
`python -m tests.accuracy learnt CORPUS...` judges all sessions of a corpus with what is learnt of their servers.
`python -m tests.accuracy boxes` holds against truth whose the sessions of the labelled captures are said to be.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.accuracy import bins, boxes, fit_file, learnt, report
from tests.accuracy.corpora import CorpusError, Sample, load
from tests.accuracy.predictions import Prediction, fit_all, held_out, sharpness

KEYS: dict[str, Callable[[Sample], str]] = {
    "client programs": lambda sample: sample.label.client,
    "servers": lambda sample: sample.label.server,
}


def note(text: str) -> None:
    """Tell a person how far it is."""
    print(text, file=sys.stderr)


def show(samples: Sequence[Sample], *, texts: bool) -> None:
    """Print the tables."""
    for name, key in KEYS.items():
        predictions = held_out(samples, key, texts=texts, note=note)
        print(f"\n### {name} held out{'' if texts else ', without any knowledge of reply texts'}\n")
        print("\n".join(report.lines(predictions)))
        if texts:
            print("\n" + "\n".join(report.calibration(report.ordinary(predictions))))
        for line in report.failures(predictions):
            note(line)


def fit(samples: Sequence[Sample], names: Sequence[str]) -> None:
    """Fit the parameters to all samples, and the bins to those that were held out."""
    for name, key in KEYS.items():
        if len({key(sample) for sample in samples}) < 2:
            raise CorpusError(f"all sessions have the same of the {name}: none can be held out; add a corpus with more")
    ways = [held_out(samples, key, note=note) for key in KEYS.values()]
    told = [report.ordinary(predictions) for predictions in ways]
    table, count = fit_all(samples)
    if not count:
        raise CorpusError("no session is what its label says, so nothing can be fitted: are they of one run?")
    table["sharpness"] = {
        lengths: sharpness(told[0], exact=lengths == "exact", raw=True) for lengths in ("exact", "range")
    }
    proven = {
        of: {lengths: bins.rows(_worse(told, of, exact=lengths == "exact")) for lengths in ("exact", "range")}
        for of in ("family", "outcome")
    }
    fit_file.write(table, proven, count, names, datetime.now(UTC).date())
    note(f"{fit_file.TARGET.name}: fitted to {count} sessions")


def _worse(ways: Sequence[Sequence[Prediction]], of: str, *, exact: bool) -> list[bins.Bin]:
    """Return the bins of that way of holding out which proves less: a session counts once."""
    told, edges = (bins.families, bins.FAMILY_EDGES) if of == "family" else (bins.outcomes, bins.OUTCOME_EDGES)
    both = [bins.bins(told(predictions, exact=exact), edges) for predictions in ways]
    return min(both, key=lambda found: sum(each.proven * each.sessions for each in found))


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("report", "fit", "learnt", "boxes"))
    parser.add_argument("corpus", nargs="*", type=Path)
    options = parser.parse_args(arguments)
    if options.what == "boxes":
        print("\n".join(boxes.report(*options.corpus[:1])))
        return 0
    try:
        if options.what == "learnt":
            print("\n".join(line for folder in options.corpus for line in (f"{folder}:", *learnt.lines(folder))))
            return 0
        samples = load(options.corpus, note)
        if not samples:
            raise CorpusError("no labelled session: give folders with corpus.pcap and labels.jsonl")
        if options.what == "fit":
            fit(samples, [folder.resolve().name for folder in options.corpus])
        else:
            show(samples, texts=True)
            show(samples, texts=False)
    except CorpusError as error:
        note(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
