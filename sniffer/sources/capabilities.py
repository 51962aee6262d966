"""What a process may do beyond its user: Linux capabilities (capabilities(7)), read and given up.

By libc's own calls: the Python libraries for them have had no release for years.  Capabilities belong to a thread, and
what is given up here, the calling thread gives up.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from pathlib import Path
from typing import NamedTuple

LINUX = sys.platform.startswith("linux")

NET_RAW = 13
"""CAP_NET_RAW of linux/capability.h: what a packet socket takes (packet(7)), and promiscuous mode with it."""

VERSION_3 = 0x20080522
"""_LINUX_CAPABILITY_VERSION_3 of linux/capability.h: sets of 64 bits, in two structures."""

MOST = 64
"""Capabilities that a set has room for; Linux 6 has 41."""

PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 4, 24, 38, 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
"""linux/prctl.h, prctl(2)."""

PROCESS = Path("/proc/self")


class Status(NamedTuple):
    """What proc_pid_status(5) tells of a thread: users and groups (real, effective, saved, of file systems), sets."""

    uids: tuple[int, ...]
    gids: tuple[int, ...]
    groups: tuple[int, ...]
    inheritable: int
    permitted: int
    effective: int
    bounding: int
    ambient: int
    no_new_privileges: bool

    @property
    def capable(self) -> bool:
        """Say whether there is a capability left that could be used, or handed on to a program."""
        return bool(self.inheritable | self.permitted | self.effective | self.ambient)

    def has(self, capability: int) -> bool:
        """Say whether the kernel grants what takes this capability."""
        return bool(self.effective >> capability & 1)


class _Header(ctypes.Structure):
    """``struct __user_cap_header_struct``, capget(2)."""

    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    """``struct __user_cap_data_struct``, of which version 3 takes two: the lower and the upper 32 bits."""

    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def parsed(text: str) -> Status:
    """Return what a ``status`` file says.  Raises ``ValueError`` for what is none."""
    fields = {name: value.split() for name, _, value in (line.partition(":") for line in text.splitlines())}
    try:
        uids, gids, groups = (tuple(map(int, fields[name])) for name in ("Uid", "Gid", "Groups"))
        sets = [int(fields[name][0], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")]
        inheritable, permitted, effective, bounding, ambient = sets
        confined = fields["NoNewPrivs"] == ["1"]
    except (KeyError, IndexError) as error:
        raise ValueError(f"no {error} in a thread's status") from None
    return Status(uids, gids, groups, inheritable, permitted, effective, bounding, ambient, confined)


def status() -> Status:
    """Return the status of the calling process' first thread.  Raises ``OSError`` where /proc is not mounted."""
    return parsed((PROCESS / "status").read_text("ascii", "replace"))


def threads() -> list[Status]:
    """Return the status of every thread.  Raises ``OSError`` where /proc is not mounted."""
    found = []
    for task in (PROCESS / "task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended in between
            found.append(parsed((task / "status").read_text("ascii", "replace")))
    return found


def confine() -> None:
    """Close the ways back: no program that is started later gains anything.  Raises ``OSError``.

    The bounding set can be emptied by who has CAP_SETPCAP; for others ``no_new_privs`` alone does the same.
    """
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    _prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    for capability in range(MOST):
        try:
            _prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            return  # there are no more (EINVAL), or it is not ours to empty (EPERM)


def clear() -> None:
    """Give up all capabilities of the calling thread.  Raises ``OSError``."""
    header, nothing = _Header(VERSION_3, 0), (_Data * 2)()
    if _libc().capset(ctypes.byref(header), ctypes.byref(nothing)):
        raise _error()


def hide_memory() -> None:
    """Leave no core dump, and let no other process of the user look into this one.  Raises ``OSError``.

    A change of user undoes it (the kernel then takes fs.suid_dumpable), so it is called behind one.
    """
    _prctl(PR_SET_DUMPABLE, 0)


def _prctl(option: int, argument: int) -> None:
    zero = ctypes.c_ulong(0)
    if _libc().prctl(ctypes.c_int(option), ctypes.c_ulong(argument), zero, zero, zero):
        raise _error()


def _error() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
