"""How to give this very program the right to capture, in lines to paste."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

PROGRAM = "sniffer"

ORDINARY = """\
with sudo; the program becomes an ordinary user once the interface is open:
  sudo {command}

with sudo, and never as root:
  sudo setpriv --reuid={uid} --regid={gid} --init-groups --inh-caps=-all,+net_raw --ambient-caps=-all,+net_raw \
--bounding-set=-all,+net_raw {command}

under systemd, now:
  sudo systemd-run --pty --same-dir --collect --uid={uid} --gid={gid} --property=AmbientCapabilities=CAP_NET_RAW \
{command}

under systemd, for good; in a unit of the system (those of users cannot):
  [Service]
  ExecStart={unit_command}
  User={uid}
  AmbientCapabilities=CAP_NET_RAW
  CapabilityBoundingSet=CAP_NET_RAW
  NoNewPrivileges=yes

"""

CONTAINER = """\
in a container, as its root (Docker gives other users no capabilities); the program becomes nobody then, for which
root needs SETUID and SETGID, and has them unless they were dropped:
  docker run --network host --cap-add NET_RAW IMAGE {inner}

"""

NO_SETCAP = """\
setcap on the program does nothing: it is a Python script, and the kernel looks at the interpreter; on the interpreter
it would let every Python script of every user capture.\
"""


PLAIN_UNIT_WORD = re.compile(r"""[^\s"';]+""")
"""A word that a unit's command line takes without quotes."""


def permission_advice(command: Sequence[str] | None = None) -> str:
    """Return lines that say how to get CAP_NET_RAW; ``command`` is what was called, this process without one.

    On Linux: sudo, setpriv(1), systemd.exec(5) and containers, whichever are of use to who we are; elsewhere sudo.
    """
    words = list(command or called())
    shown = shlex.join(words)
    if not sys.platform.startswith("linux"):
        return f"capturing needs root:\n  sudo {shown}"
    uid, gid = os.geteuid(), os.getegid()
    ways = CONTAINER.format(inner=shlex.join([PROGRAM, *words[_program_words(words) :]])) + NO_SETCAP
    if uid:  # who is root without CAP_NET_RAW is in a container
        ways = ORDINARY.format(command=shown, uid=uid, gid=gid, unit_command=for_unit(words)) + ways
    return "capturing needs CAP_NET_RAW, which this process has not; any of these gives it.\n\n" + ways


def called() -> list[str]:
    """Return the command line of this process, the program by its whole path: sudo and systemd look elsewhere."""
    program, *words = sys.argv
    path = Path(program)
    if path.name == "__main__.py":
        return [_absolute(sys.executable), "-m", PROGRAM, *words]
    if path.suffix == ".py" or not os.access(path, os.X_OK):  # as by ``python -c`` or a file without a shebang
        return [_absolute(sys.executable), "-m", PROGRAM, *words]
    return [_absolute(program), *words]


def for_unit(words: Sequence[str]) -> str:
    """Return a command line for ``ExecStart=`` (systemd.service(5)): ``%``, ``$`` and a backslash mean themselves."""
    return " ".join(_unit_word(word) for word in words)


def _unit_word(word: str) -> str:
    text = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return text if PLAIN_UNIT_WORD.fullmatch(word) else f'"{text}"'


def _program_words(words: Sequence[str]) -> int:
    """Return how many words name the program: its path, or an interpreter with ``-m``."""
    return 3 if words[1:2] == ["-m"] else 1


def _absolute(path: str) -> str:
    """Return a whole path; links stay, since a virtual environment's interpreter is one."""
    return os.path.abspath(path)  # noqa: PTH100 - Path.absolute keeps '..'
