"""Everything that is otherwise loaded when it is first used, loaded now.

Behind the change from root to an ordinary user, the program's own folder may be out of reach: a virtual environment of
root's, or the interpreter itself.  So all modules, and all data files that come with them, are brought into memory
before.  That takes 0.4 s, for which ``--help`` and small captures should not wait.
"""

from __future__ import annotations

import contextlib
import encodings
import inspect
import time
from collections.abc import Iterable, Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from rich.cells import cell_len
from rich.emoji import Emoji

import sniffer
from sniffer import knowledge
from sniffer.knowledge import rows, vendors
from sniffer.knowledge.catalogue import Catalogue, catalogue

LATE = (
    "_strptime",
    "communityid",
    "cryptography.hazmat.decrepit.ciphers.algorithms",
    "cryptography.x509",
    "cryptography.x509.oid",
    "multiprocessing.popen_fork",
    "numpy.ma",
    "pwd",
    "resource",
    "rich.live",
    "rich.table",
    "stringprep",
    "unicodedata",
)
"""Modules of others that ours, or others of them, import where they are used.  scapy is not among them: who captures by
it has imported it."""

SYSTEM_CODECS = ("mbcs", "oem")
"""Character sets of Windows alone."""

SOME_CARD = "00:00:00:00:00:01"

NOT_NEEDED = ("sniffer.__main__", "sniffer.cli", "sniffer.inventory.store", "sniffer.inventory.bundle")
"""Modules that whoever uses them has imported already: SQLAlchemy takes 0.2 s."""

WIDE = "\N{CJK UNIFIED IDEOGRAPH-4E00}"
"""A character whose width rich looks up in a table that it imports then, as it does that of emoji."""


def preload(known: Catalogue | None = None) -> None:
    """Load all that a capture needs until its last report; ``known`` is the catalogue that it was given."""
    for name in (*_ours(), *LATE, *_character_sets()):
        with contextlib.suppress(ModuleNotFoundError):  # of an extra that is not installed
            import_module(name)
    for load in _loaders():
        load()
    for table in (*rows.FILES, *rows.OURS):
        rows.shipped(table)
    (known or catalogue()).described("vendor", "")  # the rules of a user's file are read when they are first asked
    vendors.vendor(SOME_CARD)
    cell_len(WIDE)
    Emoji.replace(":warning:")
    if hasattr(time, "tzset"):  # not on Windows
        time.tzset()  # local time is the C library's: it reads the zone once


def _ours(path: Iterable[str] = sniffer.__path__, prefix: str = "sniffer.") -> Iterator[str]:
    """Give the modules of the package, but for those of verbs that are not called, and of their inventory."""
    for each in iter_modules(path, prefix):
        if each.name.startswith(NOT_NEEDED):
            continue
        yield each.name
        if each.ispkg:
            yield from _ours(import_module(each.name).__path__, f"{each.name}.")


def _character_sets() -> Iterator[str]:
    """Give the modules of the character sets that a mail may name."""
    return (f"encodings.{each.name}" for each in iter_modules(encodings.__path__) if each.name not in SYSTEM_CODECS)


def _loaders() -> Iterator[Any]:
    """Give the functions of ``knowledge`` that read a file of the package and remember what it says.

    They are known by asking for nothing and remembering the answer, so that a new one is not forgotten here.
    """
    for each in iter_modules(knowledge.__path__, "sniffer.knowledge."):
        yield from filter(_remembers, vars(import_module(each.name)).values())


def _remembers(value: object) -> bool:
    if not (callable(value) and hasattr(value, "cache_info")):
        return False
    return all(each.default is not each.empty for each in inspect.signature(value).parameters.values())
