"""Runs whose database is away: kept as bundles in a folder, and stored at the next run.

One file a run, 0600, named by when the run ended: they are stored in that order.  What is kept is bounded; when the
folder is full the oldest stay, since a report has told of the newest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from sniffer.inventory.bundle.container import BundleError
from sniffer.inventory.bundle.exporting import write_run
from sniffer.inventory.bundle.loading import Loaded, load
from sniffer.inventory.store import Outcome, Store, StoreError
from sniffer.inventory.store.runs import Compare
from sniffer.knowledge.catalogue import Catalogue
from sniffer.model import limits
from sniffer.model.findings import DeviceFinding, SessionFinding
from sniffer.model.records import RunEnd, RunStart

SUFFIX = ".run"

UNREADABLE = ".unreadable"
"""What is added to the name of a file that cannot be stored: it stays, and is not tried again."""


class Kept(NamedTuple):
    """What became of a run: stored (``outcome``), or kept in ``path`` because of ``problem``.

    ``loaded`` are runs that had been kept before and are stored now; ``unreadable`` those that cannot be.
    """

    outcome: Outcome | None
    path: Path | None = None
    problem: StoreError | None = None
    loaded: tuple[Loaded, ...] = ()
    unreadable: tuple[BundleError, ...] = ()


class Pending(NamedTuple):
    """The folder, and the fleet's key under which what is kept is signed."""

    folder: Path
    key: bytes

    def waiting(self) -> list[Path]:
        """Return what is kept, the oldest first; nothing where there is no folder."""
        try:
            return sorted(self.folder.glob(f"*{SUFFIX}"))
        except OSError:
            return []

    def keep(
        self,
        start: RunStart,
        sessions: Iterable[SessionFinding],
        devices: Iterable[DeviceFinding],
        end: RunEnd,
    ) -> Path:
        """Keep a run.  Raises ``BundleError`` when it cannot be written, or no more may be."""
        there = self.waiting()
        if len(there) >= limits.PENDING_BUNDLES or sum(map(_size, there)) >= limits.PENDING_OCTETS:
            problem = f"holds {len(there)} runs that wait for their database, and takes no more"
            raise BundleError(str(self.folder), problem, "have the database reached, or name another with --db")
        path = self.folder / f"{end.finished:020}-{start.key[:36]}{SUFFIX}"
        write_run(path, self.key, start, sessions, devices, end)
        return path

    def load(self, store: Store, known: Catalogue, compare: Compare) -> tuple[list[Loaded], list[BundleError]]:
        """Store what is kept, the oldest first, and return it with what cannot be read.  Raises ``StoreError``.

        A file goes once it is stored; one that was stored before, and could not go, is no harm.
        """
        loaded, problems = [], []
        for path in self.waiting():
            try:
                loaded.append(load(store, path, self.key, 0, known, compare))
            except BundleError as error:
                problems.append(_set_aside(path, error))
            else:
                with suppress(OSError):
                    path.unlink()
        return loaded, problems


def commit_or_keep(
    opened: Callable[[], Store],
    pending: Pending,
    start: RunStart,
    sessions: Callable[[], Iterable[SessionFinding]],
    devices: Iterable[DeviceFinding],
    end: RunEnd,
    known: Catalogue,
    compare: Compare,
) -> Kept:
    """Store a run, and before it those that wait; keep it where its database is away.

    ``opened`` opens the inventory, and ``sessions`` gives the run's sessions, from the first each time it is called.
    Raises ``BundleError`` where the run can be neither stored nor kept.
    """
    found = list(devices)
    try:
        with opened() as store:
            loaded, unreadable = pending.load(store, known, compare)
            outcome = store.commit(store.begin(start), sessions(), found, end, known=known, compare=compare)
    except StoreError as error:
        return Kept(None, pending.keep(start, sessions(), found, end), error)
    return Kept(outcome, loaded=tuple(loaded), unreadable=tuple(unreadable))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # stored meanwhile, by another run
        return 0


def _set_aside(path: Path, error: BundleError) -> BundleError:
    aside = path.with_name(path.name + UNREADABLE)
    try:
        path.rename(aside)
    except OSError:
        aside = path
    return BundleError(str(aside), error.problem, "it stays there; nothing of it was stored")
