"""Key log files: from ``--keylog`` to keys, or a usage error that says what to try next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from sniffer.model import limits
from sniffer.protocols import KeyLog
from sniffer.sources import formats

KeyLogOption = Annotated[
    list[Path] | None,
    typer.Option("--keylog", metavar="FILE", readable=False, help="A TLS key log (SSLKEYLOGFILE) to read inside TLS."),
]

HEAD_BYTES = 4096
"""Bytes that are enough to tell what a file is."""

HOW = "have the client or the server write one: set SSLKEYLOGFILE before it starts"

NOTHING_FITS = (
    "the keys of --keylog open no session here: the log must be that of these very connections, and the capture must "
    "show their ClientHello"
)
NOT_ALL_KEPT = f"key logs of more than {limits.KEYED_CONNECTIONS:,} connections: the others' keys were left out"


def key_log(paths: Iterable[Path]) -> KeyLog:
    """Read key logs into one.  Raises ``typer.BadParameter``."""
    keys = KeyLog()
    for path in paths:
        before = keys.taken + keys.overflow
        try:
            keys.add(_lines(path))
        except OSError as error:
            raise typer.BadParameter(f"{path}: cannot be read ({error.strerror or error}); check the path") from None
        if keys.taken + keys.overflow == before:
            raise typer.BadParameter(f"{path}: holds no key of TLS; {HOW}")
    return keys


def notes(keys: KeyLog, *, decrypted: int) -> Iterator[str]:
    """Give what a person must know who named key logs."""
    if not decrypted:
        yield NOTHING_FITS
    if keys.overflow:
        yield NOT_ALL_KEPT


def _lines(path: Path) -> Iterator[bytes]:
    """Give a file's lines, the longest in pieces.  Raises ``typer.BadParameter`` for what is no text."""
    with path.open("rb") as file:
        head = file.peek(HEAD_BYTES)[:HEAD_BYTES]
        if strange := _stranger(head):
            raise typer.BadParameter(f"{path}: {strange}")
        yield from iter(lambda: file.readline(limits.KEY_LOG_LINE), b"")


def _stranger(head: bytes) -> str | None:
    """Say what a file is that is no key log; None for what may be one."""
    if not head:
        return f"is empty; {HOW}, and end it before you copy the file"
    if formats.container(head):
        return "is a capture, not a key log; name it without --keylog: the keys that it carries are read too"
    if b"PRIVATE KEY-----" in head:
        return f"is a private key, which opens no session with forward secrecy; {HOW}"
    if b"\0" in head:
        return f"is not text, so no key log; {HOW}"
    return None
