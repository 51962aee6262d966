"""What a client program is: a name, its TLS library, what it can do, and how it is run."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.clients import CACHE, Command
from tests.lab.corpus.wishes import Wish

PROGRAMS = Path(__file__).resolve().parents[1] / "programs"
PYTHON_PACKAGES = CACHE / "python"
NODE_PACKAGES = CACHE / "node_modules"
BUILT = CACHE / "built"
ALL_TLS = ("13", "12", "cc", "ccm", "cbc", "mte", "10")
MODERN = ("13", "12", "cc", "cbc", "mte")
NEVER_13 = ("12", "cc", "cbc", "mte", "10")


@dataclass(frozen=True)
class Form:
    """A mechanism as a client can do it: with an initial response, without one, or as it likes (None)."""

    mechanism: str | None
    initial: bool | None = None
    weight: float = 1.0


@dataclass(frozen=True)
class Program:
    """A client program.

    `driver` is a command that plays a whole file of wishes, whose path is put behind it; `command` makes the command
    of a single wish, for which it may write files into a folder of its own. `longest` is the longest secret it takes;
    `lacking` says why it cannot be had here. `parallel` wishes may be played at once.
    """

    name: str
    stack: str
    forms: tuple[Form, ...]
    driver: tuple[str, ...] = ()
    command: Callable[[Wish, Path], Command] | None = None
    tls: tuple[str, ...] = ALL_TLS
    lacking: Callable[[], str | None] = lambda: None
    weight: float = 1.0
    longest: int = 8000
    implicit: bool = True
    quits: bool = True
    parallel: int = 1
    env: Mapping[str, str] = field(default_factory=dict)
    odd: Sequence[str] = ("",)

    def form(self, dice: random.Random) -> Form:
        """One of its forms."""
        return dice.choices(self.forms, [each.weight for each in self.forms])[0]


def needs(*programs: str, files: Sequence[str | Path] = ()) -> Callable[[], str | None]:
    """A check for programs on the path and files."""

    def lacking() -> str | None:
        absent = [name for name in programs if not shutil.which(name)]
        absent += [str(path) for path in files if not Path(path).exists()]
        return f"not installed: {', '.join(absent)}" if absent else None

    return lacking


LOGIN, PLAIN = Form("LOGIN", False, 2.0), Form("PLAIN", True)
PLAIN_LATE, LOGIN_EARLY = Form("PLAIN", False), Form("LOGIN", True)
XOAUTH2, XOAUTH2_LATE = Form("XOAUTH2", True, 1.3), Form("XOAUTH2", False, 1.3)
BEARER, BEARER_LATE = Form("OAUTHBEARER", True, 0.7), Form("OAUTHBEARER", False, 0.7)
CRAM, DIGEST = Form("CRAM-MD5", False, 1.0), Form("DIGEST-MD5", False, 0.8)
SCRAM = (Form("SCRAM-SHA-1", None, 0.7), Form("SCRAM-SHA-256", None, 0.7))
NTLM = Form("NTLM", None, 0.8)
NONE = Form(None, None, 0.9)
ANY, MOSTLY = Form("ANY", None, 0.8), Form("ANY", None, 4.0)
"""The client chooses by itself among what the server offers."""
