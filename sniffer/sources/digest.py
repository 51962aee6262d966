"""SHA-256 of the inputs, worked out beside the analysis."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from pathlib import Path


class Digests:
    """Hashes files one after another in a thread of its own."""

    def __init__(self, paths: list[Path]) -> None:
        self._done: dict[Path, str] = {}
        self._thread = threading.Thread(target=self._work, args=(paths,), name="digest", daemon=True)
        self._thread.start()

    def _work(self, paths: list[Path]) -> None:
        for path in paths:
            with contextlib.suppress(OSError), path.open("rb") as file:
                self._done[path] = hashlib.file_digest(file, "sha256").hexdigest()

    def wait(self) -> dict[Path, str]:
        """Return the digests, in hexadecimal, of those files that could be read to their end."""
        self._thread.join()
        return self._done
