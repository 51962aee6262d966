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

LINUX = sys.platform == "linux"

SO_ATTACH_FILTER, SO_RCVBUFFORCE, SO_TIMESTAMPNS = 26, 33, 35
SOL_PACKET, PACKET_ADD_MEMBERSHIP, PACKET_STATISTICS, PACKET_AUXDATA = 263, 1, 6, 8
PACKET_MR_PROMISC, ETH_P_ALL = 1, 3
MEMBERSHIP = struct.Struct("=IHH8s")
"""struct packet_mreq: index, type, and an address that promiscuous mode has none of."""

STATISTICS = struct.Struct("=II")
"""struct tpacket_stats: frames, lost ones among them, since it was last asked (packet(7))."""

INSTRUCTION = struct.Struct("=HBBI")
"""struct sock_filter."""

OVERHEAD = 4
"""The kernel counts some 3 KiB for each frame of a socket's buffer, and says twice what it was asked for."""

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
        if interface == link_state.ANY:
            raise RefusedError(Refusal.UNSUPPORTED)
        self._socket = _opened(interface, promiscuous)
        self.link = self._link(interface)
        if not known_link(self.link):
            self.close()
            raise unknown_link(interface, self.link)
        self.filtered = False
        self.buffer = 0
        if LINUX:
            self.filtered = _filtered(self._socket.ins, self.link, select(self.link))
            self.buffer = _enlarged(self._socket.ins, buffer_bytes)
            self._socket.listen_to(interface)
        self._received = self._dropped = 0
        self._late: str | None = None

    def _link(self, interface: str) -> int:
        hardware = link_state.hardware(interface)
        if hardware is not None:
            return LINKS.get(hardware, UNKNOWN_LINK)
        from scapy.config import conf  # noqa: PLC0415 - slow to import

        layer: Any = getattr(self._socket, "LL", None)
        return int(conf.l2types.layer2num.get(layer, UNKNOWN_LINK))

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
        if not LINUX and not self._socket.select([self._socket], 0):
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
        if not LINUX:
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
    """Return scapy's listening socket of this platform; Linux' hears nothing yet."""
    import scapy.arch  # noqa: F401, PLC0415 - slow to import; sets conf.L2listen
    from scapy.config import conf  # noqa: PLC0415
    from scapy.error import Scapy_Exception  # noqa: PLC0415

    try:
        if LINUX:
            return _linux_socket(interface, promiscuous)
        return conf.L2listen(iface=interface, promisc=promiscuous)
    except PermissionError:
        raise RefusedError(Refusal.NOT_PERMITTED) from None
    except (OSError, ValueError, Scapy_Exception) as error:
        missing = isinstance(error, ValueError) or getattr(error, "errno", None) == errno.ENODEV
        raise RefusedError(Refusal.MISSING if missing else Refusal.OTHER, str(error)) from None


def _linux_socket(interface: str, promiscuous: bool) -> Any:
    """Return a socket that can be given a filter before it hears the first frame, and an interface that is down.

    scapy's own way is to listen first, and to read what comes until the filter is set, which fails if it is down.
    """
    from scapy.arch.linux import L2ListenSocket  # noqa: PLC0415 - slow to import

    class Listener(L2ListenSocket):
        """Reads as scapy does: tags are put back, the kernel's times are taken."""

        def __init__(self) -> None:
            self.promisc = False  # the membership ends with the socket
            self.ins = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            nothing: Any = None
            self.outs = self.LL = nothing
            self.ins.setblocking(False)
            self.ins.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
            self.ins.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            self.auxdata_available = True
            if promiscuous:
                wanted = MEMBERSHIP.pack(socket.if_nametoindex(interface), PACKET_MR_PROMISC, 0, b"")
                self.ins.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP, wanted)

        def listen_to(self, name: str) -> None:
            """Begin to hear an interface."""
            self.ins.bind((name, ETH_P_ALL))

    return Listener()


def _filtered(receiving: socket.socket, link: int, expression: str | None) -> bool:
    """Have the kernel select; return whether it does."""
    if not expression or (program := _compiled(link, expression)) is None:
        return False
    code = ctypes.create_string_buffer(b"".join(INSTRUCTION.pack(*each) for each in program))
    with contextlib.suppress(OSError):  # longer than the kernel allows
        attached = struct.pack("HP", len(program), ctypes.addressof(code))
        receiving.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, attached)
        return True
    return False


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


def _enlarged(receiving: socket.socket, size: int) -> int:
    """Ask for a buffer and return its size; without CAP_NET_ADMIN it is what net.core.rmem_max allows (socket(7))."""
    for option in (SO_RCVBUFFORCE, socket.SO_RCVBUF):
        with contextlib.suppress(OSError):
            receiving.setsockopt(socket.SOL_SOCKET, option, size)
            break
    return receiving.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) // OVERHEAD
