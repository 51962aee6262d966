"""What a live reader needs of whoever reads an interface: libpcap, or scapy's socket."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple, Protocol

from sniffer.model.frames import Frames


class Refusal(Enum):
    """Why an interface could not be opened."""

    MISSING = auto()
    NOT_PERMITTED = auto()
    DOWN = auto()
    UNSUPPORTED = auto()
    OTHER = auto()


class RefusedError(Exception):
    """An interface was not opened; ``words`` are the system's, if it gave any."""

    def __init__(self, why: Refusal, words: str = "") -> None:
        super().__init__(words or why.name.lower())
        self.why = why
        self.words = words


class FellError(Exception):
    """Reading failed: the interface went down or away, or the system's words say what else."""


class Totals(NamedTuple):
    """The kernel's counts since the interface was opened, None where it does not count."""

    received: int | None = None
    dropped: int | None = None
    dropped_before: int | None = None


class Handle(Protocol):
    """An open interface.

    ``link`` is libpcap's DLT number, ``buffer`` the bytes that the kernel keeps for us, as far as we know; ``more``
    says that the last batch was not all there was.
    """

    link: int
    buffer: int
    more: bool

    def fileno(self) -> int:
        """Return a descriptor that is readable when frames are there."""

    def batch(self) -> Frames | None:
        """Give what is there now, without waiting; raises ``FellError``."""

    def totals(self) -> Totals:
        """Return what the kernel has counted."""

    def close(self) -> None:
        """Give the interface back."""
