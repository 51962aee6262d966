"""The key under which user names are hashed: made once, kept private, one per fleet."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import platformdirs

KEY_BYTES = 32


def redaction_key(path: Path | None = None) -> bytes:
    """Return the key in the user's data directory; make it, readable by nobody else, if there is none.

    Copy the file to other machines to get the same words there.  Raises ``OSError``.
    """
    path = path or platformdirs.user_data_path("sniffer") / "redaction.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
    return path.read_bytes()[:64]
