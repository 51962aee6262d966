"""The tables.  The same for SQLite and PostgreSQL; ``migrations`` makes them, and a test holds the two together.

Times are microseconds since 1970, UTC.  Ids of sessions and devices are those of the contract as numbers (``s-`` and
``d-`` and hexadecimal digits).  What repeats itself is stored once, as a *part* under the hash of its bytes: two
writers who meet the same words write the same row, and nobody has to ask for its number.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
)

HEAD = "0002"
"""The newest version of the schema that this program knows."""

metadata = MetaData()

Big = BigInteger().with_variant(Integer, "sqlite")
"""64 bits, signed; in SQLite ``INTEGER``, so that a primary key is the row's own number."""

COMPACT: dict[str, Any] = {"sqlite_with_rowid": False}
"""The key is the row's place: half the size for tables that are little but their key."""

setting = Table(
    "setting", metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    **COMPACT,
)  # fmt: skip
"""What holds for the whole inventory: ``pruned_before``."""

part = Table(
    "part", metadata,
    Column("id", Big, primary_key=True, autoincrement=False),  # BLAKE2b of the body, 64 bits
    Column("body", LargeBinary, nullable=False),  # MessagePack (``parts``)
)  # fmt: skip

sensor = Table(
    "sensor", metadata,
    Column("name", Text, primary_key=True),
    Column("site", Text, nullable=False),  # its own name where nobody says
    Column("heard_until", Big, nullable=False),  # the end of its data, 0 without any
    **COMPACT,
)  # fmt: skip

run = Table(
    "run", metadata,
    Column("id", Big, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("started", Big, nullable=False),
    Column("finished", Big),  # null while it runs, and for ever if nobody said how it ended
    Column("start", LargeBinary, nullable=False),  # MessagePack of RunStart
    Column("end", LargeBinary),  # MessagePack of RunEnd
)  # fmt: skip

listening = Table(
    "listening", metadata,
    Column("sensor", Text, primary_key=True),
    Column("first", Big, primary_key=True, autoincrement=False),
    Column("last", Big, primary_key=True, autoincrement=False),
    Column("run", Big, ForeignKey("run.id"), nullable=False),
    **COMPACT,
)  # fmt: skip

device = Table(
    "device", metadata,
    Column("id", Big, primary_key=True, autoincrement=False),
    Column("place", Big, nullable=False),  # in the order in which devices became known: of two the older is the smaller
    Column("revision", Big, nullable=False),
    Column("first_seen", Big, nullable=False),
    Column("last_seen", Big, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("kind", Text),
    Column("vendor", Text),
    Column("name", Text),
    Column("folded", Big, nullable=False),  # the end of the data that the verdict speaks of, a day's first moment
    Column("due", Big),  # the end of the data from which on it has to be folded again; null where time changes nothing
    Column("body", LargeBinary, nullable=False),  # MessagePack of DeviceFinding, without its evidence
    Column("evidence", LargeBinary, nullable=False),  # MessagePack of its evidence
    Column("labels", LargeBinary, nullable=False),  # MessagePack of ``labels.Labels``: what runs said, and when
)  # fmt: skip

formerly = Table(
    "formerly", metadata,
    Column("old", Big, primary_key=True, autoincrement=False),
    Column("device", Big, nullable=False, index=True),
    Column("run", Big, nullable=False),
    **COMPACT,
)  # fmt: skip
"""Ids that devices had before they turned out to be one with others.

Of a device that is still there: none of its sessions is its own any more (``views``).  It is not told of, and is called
as who has them; one whose sessions went to several is called as itself.
"""

alias = Table(
    "alias", metadata,
    Column("value", Text, primary_key=True),  # ``card MAC``, ``card SITE MAC``, ``address DOMAIN IP``
    Column("first", Big, primary_key=True, autoincrement=False),
    Column("last", Big, nullable=False),
    Column("device", Big, nullable=False, index=True),
    **COMPACT,
)  # fmt: skip
"""By what a device is known again.  A card has one row, an address one for each time that it was somebody's."""

binding = Table(
    "binding", metadata,
    Column("device", Big, primary_key=True, autoincrement=False),
    Column("domain", Text, primary_key=True),
    Column("ip", Text, primary_key=True),
    Column("first", Big, primary_key=True, autoincrement=False),
    Column("last", Big, nullable=False),
    Column("source", Text, nullable=False),
    **COMPACT,
)  # fmt: skip

heard = Table(
    "heard", metadata,
    Column("device", Big, primary_key=True, autoincrement=False),
    Column("sensor", Text, primary_key=True),
    Column("first", Big, nullable=False),
    Column("last", Big, nullable=False),
    **COMPACT,
)  # fmt: skip
"""Which sensors saw sessions of a device, and from when to when."""

session = Table(
    "session", metadata,
    Column("id", Big, primary_key=True, autoincrement=False),
    Column("device", Big, nullable=False),
    Column("start", Big, nullable=False),
    Column("lasted", Big, nullable=False),  # microseconds
    Column("port", Integer, nullable=False),  # the client's
    Column("client", Big, nullable=False),  # part: who the client is
    Column("server", Big, nullable=False),  # part: where the server is
    Column("manner", Big, nullable=False),  # part: how it authenticated, and what came of it
    Column("kind", Big, nullable=False),  # part: of that, what is counted
    Column("near", SmallInteger, nullable=False),  # how far the view is that tells the client; less is better
    Column("good", SmallInteger, nullable=False),  # how bad the view is that tells the rest; less is better
    Column("name", Text),  # the session's id where it is no number
    Index("session_device", "device", "start", "kind"),  # counting reads nothing but the index
)  # fmt: skip

observation = Table(
    "observation", metadata,
    Column("session", Big, primary_key=True, autoincrement=False),
    Column("place", Big, primary_key=True, autoincrement=False),  # part: sensor, interface, file, tags
    Column("run", Big, nullable=False),  # the first that brought it
    **COMPACT,
)  # fmt: skip

view = Table(
    "view", metadata,
    Column("session", Big, primary_key=True, autoincrement=False),
    Column("device", Big, primary_key=True, autoincrement=False, index=True),
    **COMPACT,
)  # fmt: skip
"""Of sessions that views told to be several devices': all of these, also the one that has it."""

daily = Table(
    "daily", metadata,
    Column("device", Big, primary_key=True, autoincrement=False),
    Column("day", Big, primary_key=True, autoincrement=False),  # its first microsecond, UTC
    Column("kind", Big, primary_key=True, autoincrement=False),  # part
    Column("sessions", Integer, nullable=False),
    **COMPACT,
)  # fmt: skip
"""Sessions whose details were pruned, counted."""

service = Table(
    "service", metadata,
    Column("device", Big, primary_key=True, autoincrement=False),
    Column("service", Text, primary_key=True),
    Column("family", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("band", Text),
    Column("state", Text, nullable=False),
    Column("last_seen", Big, nullable=False),
    **COMPACT,
)  # fmt: skip
"""What the device's finding says of each service, to search by."""

word = Table(
    "word", metadata,
    Column("value", Text, primary_key=True),  # without case
    Column("device", Big, primary_key=True, autoincrement=False),
    Index("word_device", "device"),
    **COMPACT,
)  # fmt: skip
"""The words by which people ask for a device: its cards, addresses, names, mailboxes, serial number."""

history = Table(
    "history", metadata,
    Column("id", Big, primary_key=True),
    Column("device", Big, nullable=False, index=True),
    Column("service", Text, nullable=False),  # empty for the device as a whole
    Column("run", Big, nullable=False),
    Column("at", Big, nullable=False),  # by the clock of the machine that said so
    Column("seen", Big, nullable=False),  # the end of the data
    Column("verdict", Text, nullable=False),
    Column("band", Text),
    Column("state", Text, nullable=False),
    Column("family", Text),
)  # fmt: skip

change = Table(
    "change", metadata,
    Column("id", Big, primary_key=True),
    Column("run", Big, nullable=False),
    Column("device", Big, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("at", Big, nullable=False, index=True),  # when the run was stored
    Column("silenced", Boolean, nullable=False),  # an exemption held then
    Column("body", LargeBinary, nullable=False),  # MessagePack of the change
)  # fmt: skip

manual = Table(
    "manual", metadata,
    Column("device", Big, primary_key=True, autoincrement=False),
    Column("field", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", Big, nullable=False),
    **COMPACT,
)  # fmt: skip
"""What people say of a device; no scan touches it."""

exemption = Table(
    "exemption", metadata,
    Column("device", Big, primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
    Column("until", Big, nullable=False),
    Column("at", Big, nullable=False),
)  # fmt: skip
