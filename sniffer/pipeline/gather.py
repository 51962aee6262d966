"""Phase A: captures become facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sniffer.inventory.spool import Spool
from sniffer.pipeline.evidence import Evidence
from sniffer.pipeline.reader import Reader, Report, Stop
from sniffer.pipeline.shares import Worker, processes
from sniffer.pipeline.values import Gathered, InputRecord, Settings
from sniffer.protocols import KeyLog
from sniffer.sources import bpf
from sniffer.sources.digest import Digests
from sniffer.sources.inputs import Input, inputs
from sniffer.sources.problems import CaptureError
from sniffer.sources.secrets import key_logs


def gather(
    paths: Iterable[tuple[str, Path]],
    settings: Settings,
    report: Report = lambda _: None,
    stop: Stop = lambda: False,
    tables: Sequence[Path] = (),
) -> Gathered:
    """Read captures, given as (sensor, path), into facts.  What cannot be read is among the problems.

    ``report`` is told of the progress now and then; when ``stop`` says so the reading ends, and what was found
    before stays.  ``tables`` are files of what the site knows: leases, neighbours, translations, inventory.  Raises
    ``ValueError`` for settings that make no sense.
    """
    found = Gathered(Spool())
    sources = inputs(paths, found.problems)
    _take_secrets(sources, settings.keys)
    digests = Digests(sources) if settings.digests else None
    count = processes(sources, settings)
    others = [Worker(settings, sources, bpf.Share(index, count), stop) for index in range(1, count)]
    evidence = _evidence(settings, found)
    reader = Reader(settings, found.spool, bpf.Share(0, count), evidence)
    reader.read(sources, report, stop)
    found.counts = reader.counts
    for other in others:
        found.counts.add(other.collect(found.spool))
    found.problems += reader.problems
    reader.follower.names.finish(found.spool.servers())
    reader.follower.clues.finish()
    if evidence is not None:
        evidence.finish()
        found.problems += [evidence.problem] if evidence.problem else []
    if tables:
        from sniffer.pipeline.tables import take  # noqa: PLC0415 - its expressions take 0.1 s to compile

        take(tables, found, settings.ports)
    found.spool.seal()
    hashes = _hashes(digests, wanted=not found.counts.interrupted)
    found.inputs = _records(sources, hashes, {each.name: each.problem for each in found.problems})
    return found


def _evidence(settings: Settings, found: Gathered) -> Evidence | None:
    """Begin the evidence capture, if one is asked for; where it cannot be made, that is among the problems."""
    if settings.evidence is None:
        return None
    try:
        return Evidence(settings.evidence)
    except CaptureError as problem:
        found.problems.append(problem)
        return None


def _take_secrets(sources: Sequence[Input], keys: KeyLog) -> None:
    """Take the keys that captures carry, before anything is read: one may serve the next of a ring."""
    for each in sources:
        for log in key_logs(each):
            keys.add(log.splitlines())


def _hashes(digests: Digests | None, *, wanted: bool) -> dict[Path, str]:
    if digests is None:
        return {}
    if wanted:
        return digests.wait()
    digests.abandon()
    return {}


def _records(sources: Sequence[Input], hashes: dict[Path, str], problems: dict[str, str]) -> list[InputRecord]:
    return [
        InputRecord(
            file=each.name,
            sensor=each.sensor,
            bytes=None if each.stream else each.size,
            sha256=hashes.get(each.path),
            problem=problems.get(each.name),
        )
        for each in sources
    ]
