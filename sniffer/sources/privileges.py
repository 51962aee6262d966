"""The right to capture: whether we have it, and how it is given up once the interface is open.

Linux asks for CAP_NET_RAW, other systems for root (or for /dev/bpf).  Who parses what strangers send needs neither, so
both go before the first packet is parsed, and memory, which holds what strangers said, is no one else's to read.

What a caller has to do, in this order: read what only root may read and a home directory's files (redaction key, site
profiles, configuration), load what is loaded late (``cli.preload``), open interfaces, ask ``becoming`` and
``accounts.writable_by`` whether later files can be written or open them (``accounts.opened_for``), start the processes,
and call ``drop`` in each of them before it starts a thread.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import MutableMapping

from sniffer.model import limits
from sniffer.sources import accounts, capabilities
from sniffer.sources.accounts import Account, PrivilegeError
from sniffer.sources.permission_advice import permission_advice

__all__ = ["Account", "PrivilegeError", "becoming", "drop", "may_capture", "permission_advice"]

BPF = "/dev/bpf0"
"""What captures on macOS and BSD; some sites let a group read it (Wireshark's ChmodBPF)."""

NAME = "privileges"

TAKES_SETUID = (
    "in a container leave SETUID and SETGID to its root (--cap-add SETUID --cap-add SETGID), or start the "
    "program as an ordinary user with CAP_NET_RAW alone"
)

OF_A_HOME = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR")


def may_capture() -> bool:
    """Say whether this process may open an interface, as far as can be told without trying.

    On Linux that is CAP_NET_RAW; in a user namespace it may still not hold for the interfaces.  On Windows the
    driver decides, and only trying tells.
    """
    if capabilities.LINUX:
        with contextlib.suppress(OSError, ValueError):
            return capabilities.status().has(capabilities.NET_RAW)
    return _is_root() or not hasattr(os, "geteuid") or os.access(BPF, os.R_OK)


def becoming(user: str | None) -> Account | None:
    """Return whom ``drop`` will become, None where it changes no user.  Raises ``PrivilegeError``.

    ``user`` is a name, a number or UID:GID.  Only root can become somebody else.
    """
    if _is_root():
        return accounts.chosen(user, os.environ)
    if user is not None and user not in _our_names():
        raise PrivilegeError(f"user {user!r}", "only root can become another user", "leave --user out")
    return None


def drop(user: str | None) -> str | None:
    """Give up all privileges for good, and prove it; return who we are now, None if there was nothing to give up.

    Root becomes ``user``, else who called sudo, else nobody, without groups; capabilities go, whoever has them.  What
    points into root's home goes from the environment.  Raises ``PrivilegeError``: what was given up until then is
    gone, and the program must end.
    """
    account = becoming(user)
    _no_core_dumps()  # first: what it imports may be out of reach behind the change
    try:
        had = capabilities.LINUX and any(each.capable for each in capabilities.threads())
        if capabilities.LINUX:
            capabilities.confine()
            _end_idle_threads()
        if account:
            accounts.become(account)
            _move_out(account, os.environ)
        if capabilities.LINUX:
            capabilities.clear()
            capabilities.hide_memory()
    except OSError as error:
        raise PrivilegeError(NAME, f"cannot be given up ({error.strerror})", TAKES_SETUID) from None
    _prove(account)
    if account:
        return account.name
    return accounts.name_of(os.geteuid()) if had else None


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _our_names() -> tuple[str, ...]:
    if not hasattr(os, "geteuid"):
        return ()
    uid = os.geteuid()
    return str(uid), accounts.name_of(uid), f"{uid}:{os.getegid()}"


def _end_idle_threads() -> None:
    """Have numpy's OpenBLAS end its threads, each of which keeps capabilities of its own.

    It ends them before any fork (pthread_atfork) and starts new ones, without capabilities, when it has work.
    """
    if len(capabilities.threads()) > 1:
        child = os.fork()
        if not child:
            os._exit(0)
        with contextlib.suppress(ChildProcessError):  # where SIGCHLD is ignored
            os.waitpid(child, 0)


def _move_out(account: Account, environment: MutableMapping[str, str]) -> None:
    """Let nothing point into the old user's home, nor to a folder for temporary files that is not ours."""
    for name in OF_A_HOME:
        environment.pop(name, None)
    environment.update(HOME=account.home, USER=account.name, LOGNAME=account.name)
    for name in ("TMPDIR", "SQLITE_TMPDIR"):
        if name in environment and not os.access(environment[name], os.W_OK | os.X_OK):
            del environment[name]
    tempfile.tempdir = None  # to be looked for anew


def _no_core_dumps() -> None:
    with contextlib.suppress(ImportError):  # Windows
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _prove(account: Account | None) -> None:
    """Raise ``PrivilegeError`` where anything is left, or can be had back."""
    left = _left(account)
    for _ in range(limits.THREAD_END_LOOKS):  # a thread that was just ended shows for a moment
        if left is None:
            return
        time.sleep(limits.THREAD_END_PAUSE)
        left = _left(account)
    raise PrivilegeError(NAME, f"were not given up: {left}", "this is an error of the program's; please report it")


def _left(account: Account | None) -> str | None:
    """Return what is left of the privileges, None if nothing is."""
    if account and _can_return():
        return "root can be had back"
    if not capabilities.LINUX:
        return "still root" if _is_root() else None
    try:
        threads, own = capabilities.threads(), capabilities.status()
    except OSError as error:
        return f"/proc, which would tell, cannot be read ({error.strerror})"
    wrong = {
        "a thread has capabilities": any(each.capable for each in threads),
        "a thread is root's": any(0 in each.uids for each in threads),
        "a thread has groups": account and any(set(each.gids) != {account.gid} or each.groups for each in threads),
        "programs may still gain privileges": not own.no_new_privileges,
    }
    return next((name for name, holds in wrong.items() if holds), None)


def _can_return() -> bool:
    for call in (os.setuid, os.seteuid):
        with contextlib.suppress(OSError):
            call(0)
            return True
    return False
