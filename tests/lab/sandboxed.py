"""Runs a program under what a unit file allows it, as far as that can be had without systemd running.

System calls (``SystemCallFilter=``, sets as ``systemd-analyze syscall-filter`` has them), address families, no memory
that is both written and run, a user with one capability.  Not the files: those systemd arranges with mounts.

Used as a program: python -m tests.lab.sandboxed UNIT-FILE WORDS…
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import socket
import struct
import subprocess
import sys
from pathlib import Path

NUMBERS = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, PR_SET_MDWE = 38, 22, 2, 65
AUDIT_ARCH_X86_64 = 0xC000003E
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
"""BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_JEQ|BPF_K, BPF_RET|BPF_K (linux/filter.h, linux/seccomp.h)."""

AS_SERVICE = (
    "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs",
    "--bounding-set=-all,+net_raw", "--inh-caps=-all,+net_raw", "--ambient-caps=-all,+net_raw",
)  # fmt: skip


def settings(unit: str, name: str) -> list[str]:
    """The values of a setting, in order."""
    return re.findall(rf"^{name}=(.*)$", unit, re.MULTILINE)


def calls(name: str) -> set[str]:
    """The system calls of a set, those of the sets within it too."""
    if not name.startswith("@"):
        return {name}
    told = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True)
    words = [line.strip() for line in told.stdout.splitlines()[1:]]
    return {each for word in words if word and not word.startswith("#") for each in calls(word)}


def allowed(unit: str) -> set[str]:
    """The system calls that a unit allows."""
    found: set[str] = set()
    for value in settings(unit, "SystemCallFilter"):
        for word in value.removeprefix("~").split():
            found = found - calls(word) if value.startswith("~") else found | calls(word)
    return found | calls("@default")


def step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    """One instruction of a classic filter."""
    return struct.pack("=HBBI", code, yes, no, value)


def system_calls(unit: str) -> bytes:
    """A filter of system calls by number."""
    numbers = {name: int(number) for name, number in re.findall(r"#define __NR_(\w+) (\d+)", NUMBERS.read_text())}
    steps = [step(LOAD, 4), step(EQUAL, AUDIT_ARCH_X86_64, 1), step(RETURN, ERRNO | errno.EPERM), step(LOAD, 0)]
    for number in sorted(numbers[name] for name in allowed(unit) if name in numbers):
        steps += [step(EQUAL, number, 0, 1), step(RETURN, ALLOW)]
    return b"".join([*steps, step(RETURN, ERRNO | errno.EPERM)])


def families(unit: str) -> bytes:
    """A filter of ``socket`` by its first argument."""
    steps = [step(LOAD, 0), step(EQUAL, 41, 1), step(RETURN, ALLOW), step(LOAD, 16)]
    for name in " ".join(settings(unit, "RestrictAddressFamilies")).split():
        steps += [step(EQUAL, int(getattr(socket, name)), 0, 1), step(RETURN, ALLOW)]
    return b"".join([*steps, step(RETURN, ERRNO | errno.EAFNOSUPPORT)])


def confine(unit: str) -> None:
    """Put this process under the filters of a unit, for good."""
    libc = ctypes.CDLL(None, use_errno=True)
    zero, one = ctypes.c_ulong(0), ctypes.c_ulong(1)
    libc.prctl(PR_SET_NO_NEW_PRIVS, one, zero, zero, zero)
    if "yes" in settings(unit, "MemoryDenyWriteExecute"):
        libc.prctl(PR_SET_MDWE, one, zero, zero, zero)  # Linux 6.3; systemd does the same by a filter
    for code in (families(unit), system_calls(unit)):
        steps = ctypes.create_string_buffer(code, len(code))
        program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(steps))
        held = ctypes.create_string_buffer(program, len(program))
        if libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), ctypes.byref(held), zero, zero):
            raise OSError(ctypes.get_errno(), "seccomp")


if __name__ == "__main__":
    confine(Path(sys.argv[1]).read_text())
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - the words of a test
