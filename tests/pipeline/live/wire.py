"""A wire that is a file: what a listener hears without an interface, and without the right to open one."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from sniffer.decode import link_is_known
from sniffer.model.frames import Frames, Origin
from sniffer.model.health import InterfaceHealth
from sniffer.pipeline.live import listener
from sniffer.sources.capture import Capture
from sniffer.sources.inputs import inputs
from sniffer.sources.problems import CaptureError


class FileWire:
    """Stands for an interface that gives the frames of a file."""

    def __init__(self, path: Path, select: object, origin: Origin) -> None:
        (source,) = inputs([(origin.sensor, path)], [])
        capture = Capture(source, select, link_is_known)  # type: ignore[arg-type]
        self.interface = origin.interface or ""
        self.notes = ()
        self.batches: list[Frames] = list(capture.batches())


class FileListening:
    """Gives frames in pieces of some size, then is silent until told to stop; ``breaks`` after so many pieces."""

    size = 50
    breaks: int | None = None
    crashes = False

    def __init__(self, readers: Sequence[FileWire] = (), _wake: int | None = None) -> None:
        self.readers = readers
        self.problems: list[CaptureError] = []
        self.frames = 0
        self.open = True
        self._pieces = self._cut()

    def _cut(self) -> Iterator[Frames]:
        for reader in self.readers:
            for batch in reader.batches:
                for first in range(0, len(batch), self.size):
                    yield batch.part(first, first + self.size)

    def wait(self, seconds: float) -> list[Frames]:
        """Give the next piece."""
        piece = next(self._pieces, None)
        if piece is None:
            time.sleep(min(seconds, 0.02))
            return []
        if self.breaks is not None:
            self.breaks -= 1
            if self.breaks < 0:
                if self.crashes:
                    raise RuntimeError("of the test")
                self.problems.append(CaptureError("wire0", "it was taken away", "put it back"))
                self.open = False
                return []
        self.frames += len(piece)
        return [piece]

    def rest(self) -> list[Frames]:
        """Give what is left, if it was not taken away."""
        rest = list(self._pieces) if self.open else []
        self.frames += sum(map(len, rest))
        return rest

    def health(self) -> tuple[InterfaceHealth, ...]:
        """Say how it goes."""
        gone = None if self.open else "it was taken away"
        return tuple(InterfaceHealth(each.interface, frames=self.frames, gone=gone) for each in self.readers)


@pytest.fixture
def wired(monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Have interfaces be files, by their names; those that are not there are no interfaces."""
    known: dict[str, Path] = {}

    def opened(name: str, select: object, _: object, origin: Origin, **__: object) -> FileWire:
        if name not in known:
            raise CaptureError(name, "there is no such interface", "try another")
        return FileWire(known[name], select, origin)

    monkeypatch.setattr(listener, "LiveReader", opened)
    monkeypatch.setattr(listener, "Listening", FileListening)
    monkeypatch.setattr(listener, "drop", lambda _: None)
    monkeypatch.setattr("sniffer.pipeline.live.parent.drop", lambda _: None)
    return known
