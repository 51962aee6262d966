"""Link types that are not decoded: what they are called, and what to do instead."""

from __future__ import annotations

from collections.abc import Callable

from sniffer.sources.problems import CaptureError

KnownLink = Callable[[int], bool]
"""Says of a link type (libpcap's DLT number) whether it is decoded."""

LINK_NAMES = {
    9: "PPP", 50: "PPP in HDLC framing", 51: "PPPoE", 104: "Cisco HDLC", 105: "IEEE 802.11",
    127: "IEEE 802.11 with radiotap", 189: "USB", 220: "USB with Linux header", 195: "IEEE 802.15.4",
    192: "PPI", 249: "USBPcap", 187: "Bluetooth HCI",
}  # fmt: skip
"""Link types that people capture and that are not decoded (tcpdump.org's list of LINKTYPEs)."""


class UnknownLinkError(CaptureError):
    """A link type that is not decoded."""


def unknown_link(name: str, link: int) -> UnknownLinkError:
    """Return what is said of a capture, or an interface, of such a link type."""
    called = f" ({LINK_NAMES[link]})" if link in LINK_NAMES else ""
    problem = f"has link type {link}{called}, which is not decoded"
    return UnknownLinkError(name, problem, "capture on an Ethernet interface, with '-i any', or behind the tunnel")
