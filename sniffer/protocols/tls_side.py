"""One side of a TLS connection: how far it has come."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sniffer.protocols.tls_messages import Messages
from sniffer.protocols.tls_records import HEADER, Record, Records


class Side:
    """One direction: its records and messages, and how far it has come.

    ``changed`` says that ChangeCipherSpec was sent, ``finished`` that an encrypted handshake record came behind it
    (TLS 1.2 and older).  ``protected`` counts the records of application data, ``longest`` is the length of the
    longest, ``only_alerts`` says that each may be an alert.  ``pieces`` counts records and messages, ``place`` the
    bytes up to the end of the last whole record.  ``closed`` says that an alert behind its Finished ends it, ``lost``
    that nothing more is read of it.
    """

    __slots__ = (
        "begun", "changed", "closed", "finished", "longest", "lost", "messages", "only_alerts", "pieces", "place",
        "protected", "records",
    )  # fmt: skip

    def __init__(self, *, keep: bool) -> None:
        self.records = Records(keep=keep)
        self.messages = Messages()
        self.begun = self.changed = self.finished = self.closed = self.lost = False
        self.protected = self.longest = self.pieces = self.place = 0
        self.only_alerts = True

    @property
    def at_border(self) -> bool:
        """Say whether the next byte begins a record that is wanted."""
        return self.begun and not self.lost and self.records.at_border

    def protect(self, lengths: Sequence[int], alerts: Collection[int]) -> None:
        """Count records of application data; ``alerts`` are lengths that may be those of alerts."""
        self.protected += len(lengths)
        self.longest = max(self.longest, *lengths)
        self.only_alerts = self.only_alerts and all(length in alerts for length in lengths)

    def begin(self, record: Record) -> int:
        """Return the place where its last whole record began."""
        return self.place - record.length - HEADER.size
