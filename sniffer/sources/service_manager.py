"""Installs unit files where systemd runs the machine; and says whether a service could read this very program."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from sniffer.sources.problems import CaptureError

UNITS = Path("/etc/systemd/system")
"""Where an administrator's units are (systemd.unit(5))."""

RUNNING = Path("/run/systemd/system")
"""There where systemd runs the machine (sd_booted(3))."""

HIDDEN = (Path("/home"), Path("/root"), Path("/run/user"), Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - hidden, not used
"""What ``ProtectHome=yes`` and ``PrivateTmp=yes`` keep from a service."""

MADE_BY = "sniffer scan schedule"
"""Stands in each unit that is ours."""

Run = Callable[[Sequence[str]], None]


class ServiceError(CaptureError):
    """A service cannot be installed."""


def system(words: Sequence[str]) -> None:
    """Run a program of the system.  Raises ``ServiceError`` with its words where it fails."""
    try:
        subprocess.run(words, check=True, capture_output=True, text=True)  # noqa: S603 - words of our own, no shell
    except FileNotFoundError:
        raise ServiceError(words[0], "is not here", "--cron prints what does without it") from None
    except subprocess.CalledProcessError as error:
        said = " ".join(error.stderr.split()) or f"status {error.returncode}"
        raise ServiceError(" ".join(words), said, "the unit files stay; 'systemctl status' says more") from None


def install(
    units: Iterable[tuple[str, str]],
    enabled: Sequence[str],
    stale: Iterable[str],
    run: Run = system,
    folder: Path = UNITS,
    booted: Path = RUNNING,
) -> list[str]:
    """Write (name, text) of units, enable and start some; return the names of the stale ones that were taken away.

    ``stale`` are names that an earlier schedule may have left: those go, if they are there and were made by us.  Raises
    ``ServiceError``.
    """
    if not booted.is_dir():
        raise ServiceError("systemd", "does not run this machine", "--cron prints a file for cron")
    if os.geteuid():
        raise ServiceError(str(folder), "only root may write there", "run it with sudo")
    gone = [name for name in stale if _ours(folder / name)]
    try:
        if gone:
            run(["systemctl", "disable", "--now", *gone])
            for name in gone:
                (folder / name).unlink()
        for name, text in units:
            _write(folder / name, text)
    except OSError as error:
        raise ServiceError(
            str(folder), f"cannot be written ({error.strerror})", "is the disk full, or read-only?"
        ) from None
    run(["systemctl", "daemon-reload"])
    run(["systemctl", "enable", *enabled])
    run(["systemctl", "restart", *enabled])
    return gone


def out_of_reach(paths: Iterable[Path]) -> Path | None:
    """Return the first of some paths that a service with a user of its own could not read, None if it can read all."""
    for path in paths:
        for each in dict.fromkeys((Path(os.path.abspath(path)), path.resolve())):  # noqa: PTH100 - links stay
            if any(each.is_relative_to(hidden) for hidden in HIDDEN) or not _open_to_all(each):
                return each
    return None


def _open_to_all(path: Path) -> bool:
    """Say whether others may read a file and go through the folders above it; what is not there is nobody's to read."""
    try:
        return bool(path.stat().st_mode & 0o004) and all(folder.stat().st_mode & 0o001 for folder in path.parents)
    except OSError:
        return False


def _ours(path: Path) -> bool:
    try:
        return MADE_BY in path.read_text("utf-8", "replace")
    except OSError:
        return False


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all; anybody may read units."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=".sniffer-", delete=False
    ) as stream:
        try:
            stream.write(text)
            stream.flush()
            os.fchmod(stream.fileno(), 0o644)
            os.fsync(stream.fileno())
            Path(stream.name).replace(path)
        except BaseException:
            Path(stream.name).unlink(missing_ok=True)
            raise
