"""Whether an interface is up, and whether it is still there (Linux: netdevice(7)); elsewhere it is up as long as it is.

An interface is known by its index, which it keeps when it is renamed.
"""

from __future__ import annotations

import socket
import struct
import sys
import time
from pathlib import Path

from sniffer.model import limits

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

ANY = "any"
"""libpcap's name for all interfaces of Linux together: always there, always up."""

SIOCGIFFLAGS, SIOCGIFMTU, SIOCGIFHWADDR = 0x8913, 0x8921, 0x8927
REQUEST = struct.Struct("16s24s")
"""struct ifreq: a name and a union."""

IFF_UP, IFF_RUNNING = 0x1, 0x40


STATISTICS = "/sys/class/net/{}/statistics/{}"
LOST = ("rx_missed_errors", "rx_fifo_errors")
"""What a card or its driver had no room for.  Not ``rx_dropped``, which libpcap tells: it also counts frames that were
delivered to us and that nobody else wanted, as all are on a span of tagged traffic (linux, net/core/dev.c)."""


def lost_before(interface: str) -> int | None:
    """Return how many frames the card of an interface has lost since the machine started; None where nobody counts."""
    try:
        return sum(int(Path(STATISTICS.format(interface, name)).read_text()) for name in LOST)
    except (OSError, ValueError):
        return None


class LinkState:
    """An interface while it is listened to.  ``downs`` counts how often it went down."""

    def __init__(self, interface: str) -> None:
        """Raises ``OSError`` if there is none of that name."""
        self._index = 0 if interface == ANY else socket.if_nametoindex(interface)
        self.up = True
        self.downs = 0
        self.gone = False
        self._looked = 0.0
        self.look(now=True)
        self.downs = 0

    def look(self, *, now: bool = False) -> bool:
        """Look after the interface, unless that was just done; return whether it was looked after."""
        clock = time.monotonic()
        if not now and clock - self._looked < limits.STATE_INTERVAL / 1_000_000:
            return False
        self._looked = clock
        name = self._name()
        self.gone = name is None
        up = name is not None and (name == ANY or is_up(name))
        self.downs += self.up and not up
        self.up = up
        return True

    def fell(self) -> None:
        """Note that the system said it is down, or away; it may be up again by now."""
        self.downs += self.up
        self.up = False
        self.look(now=True)

    def _name(self) -> str | None:
        if not self._index:
            return ANY
        try:
            return socket.if_indextoname(self._index)
        except OSError:
            return None


def is_up(name: str) -> bool:
    """Say whether an interface is up and has a carrier; True where that cannot be asked."""
    answer = _asked(SIOCGIFFLAGS, name)
    return answer is None or struct.unpack_from("=H", answer)[0] & (IFF_UP | IFF_RUNNING) == IFF_UP | IFF_RUNNING


def mtu(name: str) -> int | None:
    """Return an interface's MTU in octets, None where that cannot be asked."""
    answer = _asked(SIOCGIFMTU, name)
    return None if answer is None else int(struct.unpack_from("=i", answer)[0])


def hardware(name: str) -> int | None:
    """Return an interface's kind of hardware (ARPHRD_*, linux/if_arp.h), None where that cannot be asked."""
    answer = _asked(SIOCGIFHWADDR, name)
    return None if answer is None else int(struct.unpack_from("=H", answer)[0])


def _asked(request: int, name: str) -> bytes | None:
    """Return the union of struct ifreq, None if there is no answer."""
    if sys.platform != "linux":
        return None
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as asking:
            answer = fcntl.ioctl(asking, request, REQUEST.pack(name.encode()[:15], b""))
    except (OSError, ValueError):
        return None
    return bytes(answer[16:])
