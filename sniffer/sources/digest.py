"""SHA-256 of the inputs, worked out beside the analysis."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sniffer.model import limits
from sniffer.sources.inputs import Input

if TYPE_CHECKING:
    from multiprocessing.connection import Connection as Pipe


class Digests:
    """Hashes files one after another, large ones in a process of its own.

    Not in a thread: libpcap keeps Python's global lock while it reads, and a hashing thread would wait for it
    at every block.
    """

    def __init__(self, sources: Sequence[Input]) -> None:
        self._paths = paths = [each.path for each in sources if not each.stream]
        self._pipe: Pipe | None = None
        if sum(each.size for each in sources) >= limits.SHARED_BYTES and hasattr(os, "fork"):
            import multiprocessing  # noqa: PLC0415 - takes 10 ms, which small captures need not wait for

            context = multiprocessing.get_context("fork")
            self._pipe, theirs = context.Pipe(duplex=False)
            self._process = context.Process(target=_send, args=(theirs, paths), daemon=True)
            self._process.start()
            theirs.close()

    def wait(self) -> dict[Path, str]:
        """Return the digests, in hexadecimal, of those files that could be read to their end."""
        if self._pipe is not None:
            with contextlib.suppress(EOFError):
                found: dict[Path, str] = self._pipe.recv()
                self._process.join()
                return found
        return _digests(self._paths)

    def abandon(self) -> None:
        """Stop hashing: nobody will ask."""
        if self._pipe is not None:
            self._process.terminate()


def _send(pipe: Pipe, paths: Sequence[Path]) -> None:
    pipe.send(_digests(paths))


def _digests(paths: Sequence[Path]) -> dict[Path, str]:
    found = {}
    for path in paths:
        with contextlib.suppress(OSError), path.open("rb") as file:
            found[path] = hashlib.file_digest(file, "sha256").hexdigest()
    return found
