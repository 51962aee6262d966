"""What phase A is told and what it tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sniffer.inventory.spool import Spool
from sniffer.knowledge.mail_marks import MarkTable
from sniffer.pipeline.listening import joined
from sniffer.protocols import KeyLog
from sniffer.sources.problems import CaptureError

DEFAULT_PORTS = (25, 465, 587, 2525, 2465, 2587)
"""Submission and relay (RFC 5321, 6409, 8314), and the ports that hosters add beside them."""


@dataclass(frozen=True, slots=True)
class EvidenceSettings:
    """Where the evidence is written: a file that is not there yet, or is empty.

    Behind ``rotate_bytes`` (None for never) the next begins; of more than ``rotate_files`` the oldest is removed.
    """

    path: Path
    rotate_bytes: int | None = None
    rotate_files: int | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What phase A looks at, and what is left out.

    ``scapy`` reads without libpcap; ``digests`` works out the inputs' SHA-256; ``processes`` is the most that
    may share the work, None for as many as the machine has use for.  ``keys`` open what was said inside TLS; the
    captures' own are added.  ``identity`` also listens to what boxes say of themselves, and how clients word their
    mail: to makers' ``marks`` in it (None for those that ship).  With ``evidence`` the frames that a verdict rests on
    are written, by one process.
    """

    ports: tuple[int, ...] = DEFAULT_PORTS
    exclude_nets: tuple[str, ...] = ()
    exclude_vlans: tuple[int, ...] = ()
    scapy: bool = False
    digests: bool = False
    processes: int | None = None
    keys: KeyLog = field(default_factory=KeyLog)
    identity: bool = True
    marks: MarkTable | None = None
    evidence: EvidenceSettings | None = None


@dataclass(slots=True)
class Progress:
    """How far phase A has come; ``total_bytes`` is 0 where it cannot be known."""

    read_bytes: int = 0
    total_bytes: int = 0
    frames: int = 0
    sessions: int = 0


@dataclass(slots=True)
class InputRecord:
    """One input, as the run record tells of it."""

    file: str
    sensor: str
    bytes: int | None
    sha256: str | None = None
    problem: str | None = None


@dataclass(slots=True)
class TableRecord:
    """One table of the site, as the run record tells of it.

    ``kind`` is its format, None where it is none that is known; ``rows`` are those of which something was taken,
    ``unused`` those that could not be used: (why, how many, the first one's line).  ``problem`` says why it could not
    be read, or not to its end.
    """

    file: str
    kind: str | None = None
    rows: int = 0
    unused: tuple[tuple[str, int, int], ...] = ()
    problem: str | None = None


@dataclass(slots=True)
class Counts:
    """What one share of phase A counted.

    ``frames_seen`` has an entry an input, None where libpcap selected and did not count; ``frames_selected`` are
    those with a segment from or to a mail port, or with a DNS server's datagram, ``messages`` those of discovery;
    ``listening`` the sensor, first and last time (microseconds) of what was selected; ``silent`` are connections
    without a byte, ``evicted`` those cut short because the table was full; ``decrypted`` are sessions of which keys
    opened some record; ``readable`` inputs could be opened; ``forgotten`` are sessions that a live capture let go
    of, as too old or too many.
    """

    frames_seen: list[int | None] = field(default_factory=list)
    frames_selected: int = 0
    listening: list[tuple[str, int, int]] = field(default_factory=list)
    readable: int = 0
    silent: int = 0
    evicted: int = 0
    decrypted: int = 0
    messages: int = 0
    forgotten: int = 0
    interrupted: bool = False

    def add(self, other: Counts) -> None:
        """Add what another share of the same inputs counted."""
        self.frames_selected += other.frames_selected
        self.silent += other.silent
        self.evicted += other.evicted
        self.decrypted += other.decrypted
        self.messages += other.messages
        self.interrupted |= other.interrupted
        self.listening = joined((*self.listening, *other.listening))


@dataclass(slots=True)
class Gathered:
    """What phase A found: the facts in the spool, what was counted, and what could not be read.

    ``tables`` are those of the site that were read beside the captures.
    """

    spool: Spool
    counts: Counts = field(default_factory=Counts)
    inputs: list[InputRecord] = field(default_factory=list)
    problems: list[CaptureError] = field(default_factory=list)
    tables: list[TableRecord] = field(default_factory=list)

    @property
    def frames_read(self) -> int | None:
        """Return how many frames were read, None where libpcap selected and did not count."""
        counts = [count for count in self.counts.frames_seen if count is not None]
        return sum(counts) if len(counts) == len(self.counts.frames_seen) else None
