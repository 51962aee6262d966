"""The evidence capture: the frames that a verdict rests on, less everything that is nobody's business.

Frames of a connection are kept from its first segment on (``evidence_frames``), and written when it is over; those that
tell names and boxes wait until somebody of whom they speak has mailed (``evidence_messages``).  Each connection is a
flush: whatever happens later, all that was over before can be read.

Neither the bodies of mails are written, nor anything that the client said and was not proven to be harmless, nor SNMP
(communities), HTTP (cookies) or VRRP (passwords of its version 2).  The lengths of TLS records are, and so those of
credentials: what is written is made private, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from sniffer import __version__
from sniffer.model import limits
from sniffer.model.facts import SessionFact
from sniffer.model.frames import Frames, Ints, Origin
from sniffer.model.health import InterfaceHealth
from sniffer.model.packets import ACK, FIN, RST, SYN, TCP_PORT, UDP_PORT, VRRP, Messages, Packets, Transport
from sniffer.pipeline.addresses import ip_text
from sniffer.pipeline.evidence_frames import KeptConnection, KeptFrame
from sniffer.pipeline.evidence_messages import WaitingMessages
from sniffer.pipeline.values import EvidenceSettings
from sniffer.protocols import SmtpSession
from sniffer.sources.pcapng_file import Packet, PcapngFile
from sniffer.sources.problems import CaptureError
from sniffer.streams import Connection

MARKS = SYN | FIN | RST

NOTICE = (
    "sniffer evidence, sensitive: the lengths of TLS records give away those of credentials. Only what a verdict rests "
    "on: AUTH answers and all else that a client said and is no plain command is blanked, bodies of mails are cut or "
    "blanked, replies that repeat anything of it are blotted out with dots, and bare ACKs and copies of frames left "
    "out. Checksums of TCP are those of the frames as they were."
)
"""What the file says of itself."""

SNMP = UDP_PORT + 161

SERVER = "server "
"""In front of an address that a name was told to have."""


class Evidence:
    """Keeps frames, and writes them.  A ``streams.Keeper``.

    ``problem`` says why nothing more is written, ``lost_writes`` counts the frames that could not be.
    Raises ``CaptureError`` where no file can be made.
    """

    def __init__(
        self,
        settings: EvidenceSettings,
        select: str = "",
        health: Callable[[], Sequence[InterfaceHealth]] = tuple,
    ) -> None:
        """``select`` is the filter in words; ``health`` tells what the interfaces gave, where a file ends."""
        self._file = PcapngFile(
            settings.path,
            NOTICE,
            f"sniffer {__version__}",
            rotate_bytes=settings.rotate_bytes,
            rotate_files=settings.rotate_files,
            select=select,
            health=health,
        )
        self._frames: Frames | None = None
        self._rows: _Rows | None = None
        self._messages = WaitingMessages()
        self._octets = 0

    @property
    def problem(self) -> CaptureError | None:
        """Return what ended the writing."""
        return self._file.problem

    @property
    def lost_writes(self) -> int:
        """Return how many frames could not be written."""
        return self._file.lost

    def declare(self, interface: str, link: int) -> None:
        """Tell of an interface that is listened to, so that its statistics are written without any frame of it."""
        self._file.declare(interface, link)

    def give(self, uid: int, gid: int) -> None:
        """Make the file somebody else's: whoever made it is about to become that.  Raises ``OSError``."""
        self._file.give(uid, gid)

    def batch(self, frames: Frames) -> None:
        """Take note that what comes next is of this batch."""
        self._frames, self._rows = frames, None

    # -- connections -------------------------------------------------------------------------------

    def keep(self, connection: Connection, packets: Packets, places: Ints, from_client: bool) -> None:
        """Keep the segments of a run; of a connection that was written, the headers of those that end it."""
        kept = connection.kept
        if not isinstance(kept, KeptConnection):
            kept = connection.kept = KeptConnection()
        if self._frames is None or (connection.closed and not kept.written):
            return
        if self._file.problem is not None:
            self._file.lost += len(places)
            return
        if self._rows is None or self._rows.packets is not packets:
            self._rows = _Rows(self._frames, packets)
        for place in places.tolist():
            frame = self._rows.frame(place, from_client)
            if connection.closed:
                self._file.write([frame.packet(b"")])
            else:
                self._octets += kept.add(frame, connection, limits.EVIDENCE_BYTES_TOTAL - self._octets)

    def forget(self, connection: Connection) -> None:
        """Forget a connection that said nothing."""
        if isinstance(connection.kept, KeptConnection):
            self._octets -= connection.kept.octets
        connection.kept = None

    def done(self, connection: Connection, fact: SessionFact) -> None:
        """Write a connection that is over, behind what was told of its client and its server's name."""
        kept, session = connection.kept, connection.watcher
        if not isinstance(kept, KeptConnection) or not isinstance(session, SmtpSession):
            return
        packets = kept.packets(connection, session, f"session {fact.session}")
        self._octets -= kept.octets
        kept.frames, kept.octets = [], 0
        self.mails(fact.client_ip, fact.client_mac, fact.server_ip)
        self._file.write(packets)

    def mails(self, client: str, card: str | None, server: str) -> None:
        """Write what was told of a client and its server, who mail; another process may have followed them."""
        keys = [client, server, SERVER + server, *([card] if card else [])]
        told = self._messages.of(keys)
        if told:
            self._file.write(told)

    # -- names and boxes ---------------------------------------------------------------------------

    def name(self, answers: Transport, row: int, addresses: Iterable[bytes]) -> None:
        """Keep the first answer that told somebody these addresses of a name."""
        self._message(answers, row, [SERVER + ip_text(each) for each in addresses])

    def message(self, messages: Messages, row: int, speaks_of: Iterable[str | None]) -> None:
        """Keep the first message that says this of somebody: addresses and cards."""
        kind = int(messages.kind[row])
        if kind < TCP_PORT and kind not in (SNMP, VRRP):
            self._message(messages, row, [each for each in speaks_of if each])

    def _message(self, messages: Transport, row: int, keys: Sequence[str]) -> None:
        if self._frames is None or not keys:
            return
        number = int(messages.frame[row])
        first = int(self._frames.offset[number])
        stop = int(messages.start[row]) + int(messages.captured[row])
        packet = Packet(
            int(messages.time[row]),
            messages.data[first:stop],
            int(self._frames.length[number]),
            _interface(messages.origins[int(messages.origin[row])]),
            int(self._frames.link[number]),
        )
        if self._messages.add(packet, keys):
            self._file.write([packet])

    def finish(self, healths: Sequence[InterfaceHealth] | None = None) -> None:
        """End the file, with what the interfaces gave: as told here, else as ``health`` tells."""
        if healths is not None:
            self._file.health = lambda: healths
        self._file.close()


class _Rows:
    """The segments of a batch as lists: to take numbers out of arrays one by one would take ten times as long."""

    def __init__(self, frames: Frames, packets: Packets) -> None:
        self.packets = packets
        number = packets.frame
        first, size = frames.offset[number], frames.length[number]
        self._columns: tuple[list[int], ...] = tuple(
            each.tolist()
            for each in (
                packets.time, first, packets.start, packets.captured, packets.length, np.maximum(
                    size, packets.start - first + packets.length), packets.flags, packets.sequence,
                packets.acknowledged, frames.link[number], packets.origin,
            )
        )  # fmt: skip
        self._interfaces = [_interface(each) for each in packets.origins]

    def frame(self, place: int, from_client: bool) -> KeptFrame:
        """Return a segment's frame, without what is behind its payload: padding may hold anything."""
        time, first, start, captured, length, size, flags, sequence, acknowledged, link, origin = [
            column[place] for column in self._columns
        ]
        return KeptFrame(
            time,
            self.packets.data[first : start + captured],
            start - first,
            from_client,
            (sequence + (flags & SYN != 0)) & 0xFFFFFFFF,
            acknowledged if flags & ACK else None,
            length,
            size,
            self._interfaces[origin],
            link,
            flags & MARKS != 0,
        )


@lru_cache(limits.ORIGINS_REMEMBERED)
def _interface(origin: Origin) -> str:
    return origin.interface or (Path(origin.file).name if origin.file else origin.sensor)
