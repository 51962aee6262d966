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
    "on: AUTH answers and all else that a client said and is no plain command is blanked, bodies of mails are cut, "
    "replies that repeat anything of it are blotted out with dots, and bare ACKs and copies of frames left out. "
    "Checksums of TCP are those of the frames as they were."
)
"""What the file says of itself."""

SNMP = UDP_PORT + 161

SERVER = "server "
"""In front of an address that a name was told to have."""


class Evidence:
    """Keeps frames, and writes them.  A ``streams.Keeper``.

    ``problem`` says why nothing more is written, ``lost_writes`` counts the frames that could not be, and
    ``unkept`` the connections of which not all frames found room.  Raises ``CaptureError`` where no file can be made.
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
        self._messages = WaitingMessages()
        self._octets = 0
        self.unkept = 0

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

    def batch(self, frames: Frames) -> None:
        """Take note that what comes next is of this batch."""
        self._frames = frames

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
        for place in places.tolist():
            frame = _kept(self._frames, packets, place, from_client)
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
        self.unkept += not kept.whole
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


def _kept(frames: Frames, packets: Packets, place: int, from_client: bool) -> KeptFrame:
    """Return a segment's frame, without what is behind its payload: padding may hold anything."""
    number, start = int(packets.frame[place]), int(packets.start[place])
    first, flags, length = int(frames.offset[number]), int(packets.flags[place]), int(packets.length[place])
    return KeptFrame(
        time=int(packets.time[place]),
        data=packets.data[first : start + int(packets.captured[place])],
        header=start - first,
        from_client=from_client,
        sequence=(int(packets.sequence[place]) + (flags & SYN != 0)) & 0xFFFFFFFF,
        acknowledged=int(packets.acknowledged[place]) if flags & ACK else None,
        length=length,
        size=max(int(frames.length[number]), start - first + length),
        interface=_interface(packets.origins[int(packets.origin[place])]),
        link=int(frames.link[number]),
        marked=flags & MARKS != 0,
    )


@lru_cache(4096)
def _interface(origin: Origin) -> str:
    return origin.interface or (Path(origin.file).name if origin.file else origin.sensor)
