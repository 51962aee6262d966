"""Users of the system: whom to become instead of root, what that user may write to, and files handed over to it."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from sniffer.sources.problems import CaptureError

NOBODY = "nobody"

OVERFLOW_ID = 65_534
"""What systems call nobody, by number, for those without a table of users (/proc/sys/kernel/overflowuid)."""

NOWHERE = "/nonexistent"
"""The home of who has none, as Debian's nobody."""

NUMBERS = re.compile(r"(?P<uid>[0-9]{1,10})(?::(?P<gid>[0-9]{1,10}))?")

HOW_TO_NAME = "--user takes a name, a number, or UID:GID; without it the program becomes who called sudo, or nobody"


class PrivilegeError(CaptureError):
    """Privileges cannot be given up, or not entirely: whoever has them must not read packets."""


class Account(NamedTuple):
    """A user of the system."""

    name: str
    uid: int
    gid: int
    home: str = NOWHERE


def chosen(user: str | None, environment: Mapping[str, str]) -> Account:
    """Return whom root becomes: the user named, else who called sudo (sudo(8)), else nobody.

    The system is asked who that is, which may be a directory service.  Raises ``PrivilegeError``.
    """
    if user is not None:
        account = _named(user)
    else:
        account = _caller(environment) or _by_name(NOBODY) or Account(NOBODY, OVERFLOW_ID, OVERFLOW_ID)
    if account.uid == 0:
        raise PrivilegeError(f"user {account.name!r}", "is root itself, and root is what is given up", HOW_TO_NAME)
    return account


def _named(word: str) -> Account:
    account = _by_name(word)
    numbers = NUMBERS.fullmatch(word)
    if account is None and numbers:
        uid, gid = int(numbers["uid"]), numbers["gid"]
        known = _by_number(uid)
        if gid is not None:
            account = Account(known.name if known else word, uid, int(gid), known.home if known else NOWHERE)
        elif known is None:
            raise PrivilegeError(f"user {word!r}", "there is none, so which group is not known", HOW_TO_NAME)
        else:
            account = known
    if account is None:
        raise PrivilegeError(f"user {word!r}", "there is no such user here", HOW_TO_NAME)
    return account


def _caller(environment: Mapping[str, str]) -> Account | None:
    """Return who called sudo, None where that was root, or nobody did."""
    uid, gid = (environment.get(name, "") for name in ("SUDO_UID", "SUDO_GID"))
    if not re.fullmatch("[0-9]{1,10}", uid) or int(uid) == 0:
        return None
    known = _by_number(int(uid))
    if re.fullmatch("[0-9]{1,10}", gid):
        name = environment.get("SUDO_USER") or uid
        return Account(known.name if known else name, int(uid), int(gid), known.home if known else NOWHERE)
    return known


def _by_name(name: str) -> Account | None:
    import pwd  # noqa: PLC0415 - absent on Windows

    try:
        row = pwd.getpwnam(name)
    except (KeyError, ValueError):
        return None
    return Account(row.pw_name, row.pw_uid, row.pw_gid, row.pw_dir)


def _by_number(uid: int) -> Account | None:
    import pwd  # noqa: PLC0415

    try:
        row = pwd.getpwuid(uid)
    except (KeyError, OverflowError):
        return None
    return Account(row.pw_name, row.pw_uid, row.pw_gid, row.pw_dir)


def name_of(uid: int) -> str:
    """Return what a user is called, the number of who has no name."""
    known = _by_number(uid)
    return known.name if known else str(uid)


def become(account: Account) -> None:
    """Take a user's place for good: real, effective and saved.  Raises ``OSError``."""
    os.setgroups([])
    if hasattr(os, "setresgid"):
        os.setresgid(account.gid, account.gid, account.gid)
        os.setresuid(account.uid, account.uid, account.uid)
    else:  # macOS: of root these set all three
        os.setgid(account.gid)
        os.setuid(account.uid)


def may_write(path: Path) -> bool:
    """Say whether this process may write to a file, make it, or make files in a folder."""
    if path.exists() and not path.is_dir():
        return os.access(path, os.W_OK)
    return os.access(path if path.is_dir() else path.parent, os.W_OK | os.X_OK)


def writable_by(account: Account, path: Path) -> bool:
    """Say, as root, whether a user may write to a file, make it, or make files in a folder.

    A process of its own becomes that user and tries: so lists of access, mounts and folders on the way count.
    """
    return _as(account, lambda: may_write(path))


def _as(account: Account, question: Callable[[], bool]) -> bool:
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        try:
            become(account)
            os.write(theirs, b"yes" if question() else b"")
        finally:
            os._exit(0)  # nothing of the parent's is flushed, whatever was raised
    os.close(theirs)
    with open(ours, "rb") as answer:  # noqa: PTH123 - a descriptor
        said = answer.read()
    with contextlib.suppress(ChildProcessError):  # where SIGCHLD is ignored
        os.waitpid(child, 0)
    return said == b"yes"


def opened_for(account: Account, path: Path) -> int:
    """Open a file to write to while we are root, for after we have become a user; return its descriptor.

    A new file is 0600 and the user's.  An old one is emptied and stays whose it is: to give it away by its name would
    be to give away whatever somebody has put there in the meantime.  Raises ``OSError``.
    """
    flags = os.O_WRONLY | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return os.open(path, flags | os.O_TRUNC)
    os.fchown(descriptor, account.uid, account.gid)
    return descriptor
