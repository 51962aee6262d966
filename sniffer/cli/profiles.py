"""Site profiles on disk: one file a service in the user's data directory, readable by nobody else."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import platformdirs

from sniffer.knowledge.site_profile import CODE, SiteProfile, decoded, encoded
from sniffer.model import limits

ENDING = ".json"

WHAT_TO_DO = "delete the file, or run 'sniffer calibrate' again"


class Stored(NamedTuple):
    """The profiles that could be read, by their services' codes, and what is wrong with the others."""

    profiles: dict[str, SiteProfile]
    problems: tuple[str, ...]


def folder() -> Path:
    """Return where profiles are kept, whether or not there are any."""
    return platformdirs.user_data_path("sniffer") / "profiles"


def load() -> Stored:
    """Read all profiles; one that cannot be used is left out, and said to be."""
    profiles: dict[str, SiteProfile] = {}
    problems: list[str] = []
    try:
        for path in _files():
            try:
                profiles[path.stem] = _read(path)
            except (OSError, ValueError) as error:
                problems.append(f"{path}: is no site profile that can be used ({_why(error)}); {WHAT_TO_DO}")
    except OSError as error:
        problems.append(f"{folder()}: cannot be read ({_why(error)}); no site profile is used")
    return Stored(profiles, tuple(problems))


def store(profile: SiteProfile) -> Path:
    """Put a profile in place, whole, over an older one.  Raises ``OSError``."""
    path = _path(profile.service)
    make_folder()
    descriptor, name = tempfile.mkstemp(dir=path.parent)  # readable by its owner only
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(encoded(profile))
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def make_folder() -> None:
    """Make sure that profiles can be stored.  Raises ``OSError``."""
    place = folder()
    for each in (place.parent, place):
        each.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not os.access(place, os.W_OK | os.X_OK):
        raise PermissionError(13, "Permission denied", str(place))


def forget(service: str) -> bool:
    """Delete a service's profile, whatever is in the file; False where there is none.  Raises ``OSError``."""
    try:
        _path(service).unlink()
    except FileNotFoundError:
        return False
    return True


def names_a_service(word: str) -> bool:
    """Say whether a word may be a service's code, and so name a file."""
    return re.fullmatch(CODE, word) is not None


def _path(service: str) -> Path:
    if not names_a_service(service):
        raise ValueError(service)
    return folder() / f"{service}{ENDING}"


def _files() -> Iterator[Path]:
    place = folder()
    if not place.is_dir():
        return
    found = sorted(path for path in place.iterdir() if path.suffix == ENDING and names_a_service(path.stem))
    yield from found[: limits.PROFILES]


def _read(path: Path) -> SiteProfile:
    """Raise ``OSError`` or ``ValueError`` for what is no profile of this service."""
    if not path.is_file():
        raise ValueError("it is no file")
    with path.open("rb") as file:
        data = file.read(limits.PROFILE_BYTES + 1)
    if len(data) > limits.PROFILE_BYTES:
        raise ValueError(f"it has more than {limits.PROFILE_BYTES:,} bytes")
    profile = decoded(data)
    if profile.service != path.stem:
        raise ValueError(f"it is one of {profile.service!r}")
    return profile


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
