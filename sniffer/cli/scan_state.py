"""What a sensor's scans know of each other on this machine: that one is running, and which captures were read.

Everything here is a file beside the inventory, or in the user's data directory where that is a server; private.  The
inventory does not need it: without it captures are read again, which adds nothing.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sniffer.inventory.store import default_path
from sniffer.sources.inputs import Input, inputs
from sniffer.sources.problems import CaptureError

if sys.platform != "win32":  # there two scans at a time are the user's affair
    import fcntl

ALLOWED = re.compile(r"[^A-Za-z0-9._-]")


def folder(inventory: Path | None) -> Path:
    """Return where it is, made if it was not there; ``inventory`` is the database's file.  Raises ``CaptureError``.

    Of folders above it only the user's own is made: another one that is not there was misspelt, or is not mounted.
    """
    parent = (inventory or default_path()).parent
    if parent != default_path().parent and not parent.is_dir():
        raise CaptureError(str(parent), "there is no such folder", "make it, or check --db")
    path = parent / "scans"
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        advice = "name an inventory where this user may write (--db), or another --user"
        raise CaptureError(str(path), f"cannot be made ({error.strerror})", advice) from None
    return path


@contextmanager
def locked(sensors: Iterable[str], where: Path) -> Iterator[None]:
    """Have no other scan of these sensors run meanwhile.  Raises ``CaptureError`` where one does."""
    descriptors = []
    try:
        for sensor in sorted(set(sensors)):
            descriptors += [_lock(where, sensor)]
        yield
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _lock(where: Path, sensor: str) -> int:
    path = where / f"{_file_name(sensor)}.lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        advice = "it is another user's: scan as that one (--user), or name another inventory (--db)"
        raise CaptureError(str(path), f"cannot be used ({error.strerror})", advice) from None
    try:
        if sys.platform != "win32":
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        owner = os.read(descriptor, 32).decode("ascii", "replace").strip()
        os.close(descriptor)
        who = f" (process {owner})" if owner.isdigit() else ""
        advice = "wait for it, or name another --sensor"
        raise CaptureError(f"sensor {sensor}", f"another scan of it is running{who}", advice) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


class ReadBefore:
    """The captures that earlier scans of a sensor have read to their end.

    A file is known by where it is on the disk, its size and when it was written: rotation renames files.  ``again`` is
    the one that is read once more.
    """

    def __init__(self, sensor: str, where: Path) -> None:
        """``where`` is the ``folder``."""
        self._path = where / f"{_file_name(sensor)}.json"
        self._known = _loaded(self._path)
        self._seen: dict[str, str] = {}
        self.again: Path | None = None

    def wanted(self, paths: Iterable[Path]) -> tuple[list[Path], int]:
        """Return the captures to read, and how many were read before.

        The newest that was read before is read once more: a session may go on in the next.
        """
        found = _files(paths)
        self._seen = {_identity(each): str(each) for each in found}  # now: what is written meanwhile was not read
        old = [each for each in found if _identity(each) in self._known]
        new = [each for each in found if _identity(each) not in self._known]
        self.again = again = max(old, key=lambda each: each.stat().st_mtime_ns, default=None) if new else None
        read = {*new, *([again] if again else [])}
        return [each for each in found if each in read], len(old) - (again is not None)

    def remember(self) -> None:
        """Remember the captures that were wanted as read, as they were then; of those before, the ones still there."""
        known = self._known | {key: name for key, name in self._seen.items() if key}
        text = json.dumps({key: name for key, name in known.items() if Path(name).exists()}, indent=1)
        new = self._path.with_suffix(".new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        new.replace(self._path)


def _files(paths: Iterable[Path]) -> list[Path]:
    """Return the captures among paths, folders searched; what is no capture is left in, for the reading to tell."""
    problems: list[CaptureError] = []
    plain = [path for path in paths if path.is_dir()]
    found: list[Input] = inputs([("", path) for path in plain], problems)
    return [*(each.path for each in found), *(path for path in paths if not path.is_dir())]


def _identity(path: Path) -> str:
    try:
        seen = path.stat()
    except OSError:
        return ""
    return f"{seen.st_dev}:{seen.st_ino}:{seen.st_size}:{seen.st_mtime_ns}"


def _loaded(path: Path) -> dict[str, str]:
    """Return what is remembered; nothing where that cannot be read: then captures are read again."""
    try:
        told = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(name) for key, name in told.items()} if isinstance(told, dict) else {}


def _file_name(sensor: str) -> str:
    return ALLOWED.sub(lambda found: f"%{ord(found.group()):02X}", sensor) or "%"
