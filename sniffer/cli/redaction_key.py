"""The key under which user names are hashed: made once, kept private, one per fleet."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

import platformdirs

KEY_BYTES = 32

LONGEST_KEY_BYTES = 64
"""What BLAKE2b takes; the rest of a longer file is not used."""


def redaction_key(path: Path | None = None) -> bytes:
    """Return the key in the user's data directory; make it, readable by nobody else, if there is none.

    Copy the file to other machines to get the same words there.  Raises ``OSError``, and ``ValueError``
    for a file that holds no key: without one the words could be found by trying names.
    """
    path = path or platformdirs.user_data_path("sniffer") / "redaction.key"
    if not path.exists():
        _make(path)
    key = path.read_bytes()[:LONGEST_KEY_BYTES]
    if len(key) < KEY_BYTES:
        raise ValueError(f"{path} has {len(key)} bytes and should have {KEY_BYTES}; delete it to get a new one")
    return key


def _make(path: Path) -> None:
    """Put a new key in place, whole: another run may be doing the same."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(dir=path.parent)  # readable by its owner only
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
        with contextlib.suppress(FileExistsError):
            os.link(name, path)
    finally:
        Path(name).unlink()
