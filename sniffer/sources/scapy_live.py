"""An interface through scapy's socket: where libpcap has no wheel, or refuses because the interface is down.

The same frames, one by one, some 10 µs each.  On Linux the kernel selects here too: it takes the outer tag off a frame
before the filter sees it, and scapy puts it back.  Elsewhere, or where nobody can compile the filter, the columns
select.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import socket
import struct
import sys
from typing import Any

from sniffer.model import limits
from sniffer.model.frames import Frames, Origin
from sniffer.sources import link_state
from sniffer.sources.gather import Gather
from sniffer.sources.libpcap import Select
from sniffer.sources.links import KnownLink, unknown_link
from sniffer.sources.live_handle import FellError, Refusal, RefusedError, Totals

try:
    import pcapy
except ImportError:  # scapy may know where libpcap is
    pcapy = None

LINKS = {1: 1, 772: 1, 768: 12, 776: 12, 778: 12, 65534: 12, 512: 9, 801: 105, 802: 119, 803: 127}
"""From ARPHRD_* (linux/if_arp.h) to the DLT number of what a raw socket gives of it; tunnels give bare packets."""

UNKNOWN_LINK = 147
"""DLT_USER0: of a link type that has no number here."""

SO_ATTACH_FILTER, SO_RCVBUFFORCE = 26, 33
SOL_PACKET, PACKET_STATISTICS = 263, 6
STATISTICS = struct.Struct("=II")
"""struct tpacket_stats: frames, lost ones among them, since it was last asked (packet(7))."""

INSTRUCTION = struct.Struct("=HBBI")
"""struct sock_filter."""

NOTHING = (errno.EAGAIN, errno.EWOULDBLOCK)


class ScapyHandle:
    """An interface, open; the arguments and errors are those of ``libpcap_live.LibpcapHandle``.

    ``any`` is none of scapy's interfaces.
    """

    def __init__(
        self,
        interface: str,
        select: Select,
        known_link: KnownLink,
        origin: Origin,
        buffer_bytes: int,
        promiscuous: bool,
    ) -> None:
        self._origin = origin
        self.more = False
        self._linux = sys.platform == "linux"
        if interface == link_state.ANY:
            raise RefusedError(Refusal.UNSUPPORTED, "'any' needs libpcap")
        self._socket = _opened(interface, promiscuous)
        self.link = self._link(interface)
        if not known_link(self.link):
            self.close()
            raise unknown_link(interface, self.link)
        self.filtered = self._filter(select(self.link))
        self._received = self._dropped = 0
        self._late: str | None = None
        if self._linux:
            self._socket.ins.setblocking(False)
            _enlarge(self._socket.ins, buffer_bytes)

    def _link(self, interface: str) -> int:
        hardware = link_state.hardware(interface)
        if hardware is not None:
            return LINKS.get(hardware, UNKNOWN_LINK)
        from scapy.config import conf  # noqa: PLC0415 - slow to import

        layer: Any = getattr(self._socket, "LL", None)
        return int(conf.l2types.layer2num.get(layer, UNKNOWN_LINK))

    def _filter(self, expression: str | None) -> bool:
        if not expression or not self._linux or (program := _compiled(self.link, expression)) is None:
            return False
        code = ctypes.create_string_buffer(b"".join(INSTRUCTION.pack(*each) for each in program))
        with contextlib.suppress(OSError):  # longer than the kernel allows
            attached = struct.pack("HP", len(program), ctypes.addressof(code))
            self._socket.ins.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, attached)
            return True
        return False

    def fileno(self) -> int:
        """Return a descriptor that is readable when frames are there."""
        return int(self._socket.fileno())

    def batch(self) -> Frames | None:
        """Give what is there now, as much as makes a batch."""
        late, self._late = self._late, None
        if late:
            raise FellError(late)
        gather, count = Gather(), 0
        self.more = False
        while count < limits.RAW_FRAMES and not gather.full and (frame := self._next(count)) is not None:
            gather.add(frame[0], frame[1], self.link, self._origin)
            count += 1
        self.more = count >= limits.RAW_FRAMES or gather.full
        return gather.take()

    def _next(self, count: int) -> tuple[int, bytes] | None:
        """Return the next frame, None if none is there; an error waits until what came before has been given."""
        if not self._linux and not self._socket.select([self._socket], 0):
            return None
        try:
            _, data, time = self._socket.recv_raw(limits.FRAME_BYTES)
        except OSError as error:
            if error.errno in NOTHING:
                return None
            words = error.strerror or str(error)
            if not count:
                raise FellError(words) from None
            self._late = words
            return None
        return None if data is None else (round(float(time) * 1_000_000), data)

    def totals(self) -> Totals:
        """Return what the kernel has counted."""
        if not self._linux:
            return Totals()
        with contextlib.suppress(OSError):
            asked = self._socket.ins.getsockopt(SOL_PACKET, PACKET_STATISTICS, STATISTICS.size)
            received, dropped = STATISTICS.unpack(asked)
            self._received += received
            self._dropped += dropped
        return Totals(self._received, self._dropped)

    def close(self) -> None:
        """Give the interface back."""
        self._socket.close()


def _opened(interface: str, promiscuous: bool) -> Any:
    """Return scapy's listening socket of this platform."""
    import scapy.arch  # noqa: F401, PLC0415 - sets conf.L2listen
    from scapy.config import conf  # noqa: PLC0415 - slow to import
    from scapy.error import Scapy_Exception  # noqa: PLC0415

    try:
        conf.ifaces.reload()  # it may be younger than the first look at them
        return conf.L2listen(iface=interface, promisc=promiscuous)
    except PermissionError:
        raise RefusedError(Refusal.NOT_PERMITTED) from None
    except (OSError, ValueError, Scapy_Exception) as error:
        missing = isinstance(error, ValueError) or getattr(error, "errno", None) == errno.ENODEV
        raise RefusedError(Refusal.MISSING if missing else Refusal.OTHER, str(error)) from None


def _compiled(link: int, expression: str) -> list[tuple[int, int, int, int]] | None:
    """Return a BPF program (code, jt, jf, k), None where nobody can compile it."""
    if pcapy is not None:
        with contextlib.suppress(pcapy.PcapError):
            return [tuple(each) for each in pcapy.compile(link, limits.FRAME_BYTES, expression, 1, 0).get_bpf()]
        return None
    from scapy.arch.common import compile_filter  # noqa: PLC0415 - slow to import
    from scapy.error import Scapy_Exception  # noqa: PLC0415

    with contextlib.suppress(ImportError, OSError, Scapy_Exception):
        program = compile_filter(expression, linktype=link)
        lines = (program.bf_insns[place] for place in range(program.bf_len))
        return [(each.code, each.jt, each.jf, each.k) for each in lines]
    return None


def _enlarge(receiving: socket.socket, size: int) -> None:
    """Ask for a buffer; without CAP_NET_ADMIN the kernel gives what net.core.rmem_max allows (socket(7))."""
    for option in (SO_RCVBUFFORCE, socket.SO_RCVBUF):
        with contextlib.suppress(OSError):
            receiving.setsockopt(socket.SOL_SOCKET, option, size)
            return
