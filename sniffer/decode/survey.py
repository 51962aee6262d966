"""One batch of frames, all of it: what kinds there are, and the columns from which flows and copies are told.

Walks the layers of ``table.LAYERS`` like ``columns.decode``, but keeps count of what it passes by, tunnels above all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sniffer.decode import headers
from sniffer.decode.columns import Ports
from sniffer.decode.layers import LENGTH, Batch, Found, Next, Places
from sniffer.decode.table import LAYERS
from sniffer.model import limits
from sniffer.model.frames import Frames, Ints
from sniffer.model.packets import NO_VLAN, SYN, Words
from sniffer.model.survey_columns import BANNER, CLIENT_HELLO, GREETING, STARTTLS, Prints, Segments

ETHERNET_LINK = 1
"""DLT_EN10MB."""

LONGEST_WIRE = 2000
"""Bytes of the longest frame of Ethernet below jumbo frames, tags and all (IEEE 802.3 3.2.7, envelope frames)."""

VLAN_TYPES = (0x8100, 0x88A8, 0x9100)
"""Ethertypes of tags, as ``LAYERS`` has them."""

IP_HEADERS = {
    ("ethertype", 0x0800): 4, ("ethertype", 0x86DD): 6, ("version", 4): 4, ("version", 6): 6,
    ("family", 2): 4, ("family", 10): 6, ("family", 24): 6, ("family", 28): 6, ("family", 30): 6,
    ("link", 228): 4, ("link", 229): 6, ("protocol", 4): 4, ("protocol", 41): 6, ("gre", 0x0800): 4, ("gre", 0x86DD): 6,
    ("mpls", 4): 4, ("vxlan", 1): 4, ("vxlan", 2): 6, ("mpls", 6): 6, ("ppp", 0x0021): 4, ("ppp", 0x0057): 6,
}  # fmt: skip
"""Where ``LAYERS`` comes to an IP header, and its version."""

TUNNELS = {
    ("ethertype", 0x8847): "MPLS", ("ethertype", 0x8848): "MPLS", ("ethertype", 0x8864): "PPPoE",
    ("ethertype", 0x88E7): "PBB", ("ethertype", 0x8903): "FabricPath", ("ethertype", 0x22F3): "TRILL",
    ("ethertype", 0x88E5): "MACsec", ("ethertype", 0x8926): "VN-Tag", ("ethertype", 0x893F): "802.1BR",
    ("protocol", 4): "IP in IP", ("protocol", 41): "IPv6 in IPv4", ("protocol", 50): "IPsec ESP",
    ("protocol", 97): "EtherIP", ("protocol", 115): "L2TPv3", ("protocol", 137): "MPLS in IP",
    ("udp", 4789): "VXLAN", ("udp", 4790): "VXLAN", ("udp", 8472): "VXLAN", ("udp", 6081): "GENEVE",
    ("udp", 37008): "TZSP",
}  # fmt: skip
"""Ethertypes (IEEE's registry, RFC 2516, RFC 3032) and protocols of IP (IANA) that carry packets; what
``LAYERS`` has no row for hides them from us."""

GRE = ("protocol", 47)
GRE_TUNNELS = {0x88BE: "ERSPAN", 0x22EB: "ERSPAN", 0x6558: "NVGRE"}
"""What GRE carries, by its ethertype: a mirror (draft-foschiano-erspan), Ethernet (RFC 7637); else it is GRE."""

OTHER_GRE = "GRE of other packets"
"""What ``LAYERS`` has no row for, PPTP (RFC 2637) above all."""

UDP_TUNNELS = {
    37008: "TZSP with tags", 1701: "L2TP", 2152: "GTP-U", 5247: "CAPWAP", 6635: "MPLS in UDP", 4754: "GRE in UDP",
}  # fmt: skip
"""Ports to which tunnels send that are not decoded (RFC 2661, RFC 5415, RFC 7510, RFC 8086; 37008 is MikroTik's mirror,
which is decoded without tags)."""

MSS_OPTION = np.dtype([("kind", ">u2"), ("size", ">u2")])
MSS_KIND = 0x0204
"""RFC 9293 3.2: kind 2, length 4; systems write it first."""

WORD, LOWER = 8, np.uint64(0x2020202020202020)
"""Bytes of a payload that are looked at, and what makes letters small ones."""

MULTIPLIERS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9))
"""Of splitmix64.  No secret: which connections are sampled must be the same in each run, and counts are all that a
forger could change."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one batch holds.  ``kinds`` counts frames by table and number of ``LAYERS``, ``counts`` by a word."""

    kinds: Counter[tuple[str, int]]
    tunnels: Counter[str]
    counts: Counter[str]
    vlans: Ints
    udp_ports: Ints
    longest: int
    largest_mss: int
    snaplen: int
    segments: Segments
    prints: Prints


def survey(frames: Frames, ports: Ports) -> Seen:
    """Look at a batch; ``ports`` are mail's.  Never raises for what a frame holds."""
    return _Look(frames, ports).seen()


class _Look:
    """A batch on its way through the layers."""

    def __init__(self, frames: Frames, ports: Ports) -> None:
        self._frames = frames
        self._ports = ports
        self._batch = Batch(frames)
        self._kinds: Counter[tuple[str, int]] = Counter()
        self._tunnels: Counter[str] = Counter()
        self._counts: Counter[str] = Counter(frames=len(frames), octets=int(frames.length.sum()))
        self._network = np.full(len(frames), -1, np.int64)
        self._version = np.zeros(len(frames), np.int8)
        self._cut = np.zeros(len(frames), np.bool_)
        self._identifier = np.zeros(len(frames), np.int64)

    def seen(self) -> Seen:
        """Walk the layers and gather what they showed."""
        self._walk()
        self._ip()
        self._lengths()
        for kind, places in self._batch.messages:
            self._kinds["message", kind] += len(places.at)
        tcp, udp = _in_order(self._batch.tcp), _in_order(self._batch.udp)
        if tcp:
            self._counts["tcp"] += len(tcp[1])
        if udp:
            self._counts["udp"] += len(udp[1])
            self._udp_tunnels(udp[1])
        segments = self._segments(tcp)
        vlan = self._batch.vlan[:, 0]
        return Seen(
            self._kinds, self._tunnels, self._counts,
            np.bincount(vlan[vlan != NO_VLAN], minlength=4096),
            _services(udp[1]) if udp else np.zeros(65_536, np.int64),
            int(self._frames.length.max()) if len(self._frames) else 0,
            self._mss(tcp) if tcp else 0,
            int(self._frames.length[self._cut].max()) if self._cut.any() else 0,
            segments,
            self._prints(tcp, udp),
        )  # fmt: skip

    def _walk(self) -> None:
        """Follow the layers as ``columns.decode`` does, and count who comes."""
        end = self._frames.offset + self._frames.length
        work = [Next("link", self._frames.link, Places(np.arange(len(end)), self._frames.offset, end, end))]
        for _ in range(limits.LAYERS):
            work = [further for step in work for further in self._step(step)]
        tagged, double = (self._batch.vlan[:, 0] != NO_VLAN), (self._batch.vlan[:, 1] != NO_VLAN)
        self._counts["tagged"], self._counts["double"] = int(tagged.sum()), int(double.sum())

    def _step(self, step: Next) -> Iterator[Next]:
        if not len(step.number):
            return
        alike = (step.number == step.number[0]).all()
        for number in [int(step.number[0])] if alike else np.unique(step.number).tolist():
            places = step.places if alike else step.places.take(step.number == number)
            self._note(step.table, number, places)
            layer = LAYERS[step.table].get(number)
            further = layer and layer(self._batch, places)
            if further:
                yield further

    def _note(self, table: str, number: int, places: Places) -> None:
        kind = table, number
        self._kinds[kind] += len(places.at)
        if kind in IP_HEADERS:
            self._network[places.frame], self._version[places.frame] = places.at, IP_HEADERS[kind]
        if kind in TUNNELS:
            self._tunnels[TUNNELS[kind]] += len(places.at)
        elif kind == GRE:
            carried, _ = self._batch.read(headers.GRE, places)
            numbers, counts = np.unique(carried["type"], return_counts=True)
            for each, count in zip(numbers.tolist(), counts.tolist(), strict=True):
                known = GRE_TUNNELS.get(each, "GRE") if each in LAYERS["gre"] else OTHER_GRE
                self._tunnels[known] += count
        elif table == "ethertype" and number in VLAN_TYPES:
            self._counts["deep"] += int((self._batch.vlan[places.frame, limits.VLAN_TAGS - 1] != NO_VLAN).sum())
        elif table == "link" and number == ETHERNET_LINK:
            self._addresses(places)

    def _addresses(self, places: Places) -> None:
        """Count frames to groups: the lowest bit of an address' first octet says so (IEEE 802 8.2)."""
        header, _ = self._batch.read(headers.ETHERNET, places)
        first = np.frombuffer(header.tobytes(), np.uint8)[:: headers.ETHERNET.itemsize]
        self._counts["addressed"] += len(header)
        self._counts["groups"] += int((first & 1).sum())

    def _ip(self) -> None:
        """Count what is wrong with IP headers, and what was cut off behind them."""
        self._counts["ip"] += int((self._network >= 0).sum())
        for version, kind in ((4, headers.IPV4), (6, headers.IPV6)):
            frame = np.flatnonzero(self._version == version)
            end = (self._frames.offset + self._frames.length)[frame]
            header, places = self._batch.read(kind, Places(frame, self._network[frame], end, end))
            short = len(frame) - len(header)
            if version == 4:
                self._ipv4(header, places)
            else:
                self._ipv6(header, places)
            self._counts["malformed"] += short

    def _ipv4(self, header: npt.NDArray[np.void], places: Places) -> None:
        size, total = (header["first"] & 0x0F).astype(np.int64) * 4, header["total"].astype(np.int64)
        sane = (header["first"] >> 4 == 4) & (size >= 20) & ((total == 0) | (total >= size))
        self._counts["malformed"] += int((~sane).sum())
        self._counts["unsegmented"] += int((sane & (total == 0)).sum())
        self._cut[places.frame] = sane & (places.at + total > places.end)
        self._identifier[places.frame] = header["id"]

    def _ipv6(self, header: npt.NDArray[np.void], places: Places) -> None:
        sane, payload = header["first"] >> 28 == 6, header["payload"].astype(np.int64)
        self._counts["malformed"] += int((~sane).sum())
        self._cut[places.frame] = sane & (places.at + headers.IPV6.itemsize + payload > places.end)

    def _lengths(self) -> None:
        self._counts["giants"] += int((self._frames.length > LONGEST_WIRE).sum())
        self._counts["cut"] += int(self._cut.sum())

    def _udp_tunnels(self, header: npt.NDArray[np.void]) -> None:
        for port, name in UDP_TUNNELS.items():
            count = int((header["destination"] == port).sum())
            if count:
                self._tunnels[name] += count

    def _segments(self, found: Found | None) -> Segments:
        if found is None:
            nothing, words, flags = np.empty(0, np.int64), np.empty(0, np.uint64), np.empty(0, np.bool_)
            pair = np.empty((0, 2), np.uint64)
            return Segments(*(nothing,) * 3, words, flags, pair, pair, *(nothing,) * 7)
        places, header = found
        batch, frame = self._batch, places.frame
        source, destination = batch.source[frame], batch.destination[frame]
        one = mixed(mixed(source[:, 0], source[:, 1]), header["source"])
        other = mixed(mixed(destination[:, 0], destination[:, 1]), header["destination"])
        size = (header["offset_flags"] >> 12).astype(np.int64) * 4
        ports = self._ports[header["source"]] | self._ports[header["destination"]]
        self._counts["cut_mail"] += int((self._cut[frame] & ports).sum())
        return Segments(
            time=self._frames.time[frame],
            origin=self._frames.origin[frame],
            vlan=batch.vlan[frame, 0].astype(np.int64),
            key=mixed(np.minimum(one, other), np.maximum(one, other)),
            backward=one > other,
            source=source,
            destination=destination,
            source_port=header["source"].astype(np.int64),
            destination_port=header["destination"].astype(np.int64),
            sequence=header["sequence"].astype(np.int64),
            acknowledged=header["acknowledged"].astype(np.int64),
            flags=(header["offset_flags"] & 0x3F).astype(np.int64),
            length=np.maximum(places.wire_end - places.at - size, 0),
            said=self._said(places.at + size, places.end),
        )

    def _said(self, start: Ints, end: Ints) -> Ints:
        """Return what payloads begin with."""
        said, data = np.zeros(len(start), np.int64), self._frames.data
        whole = np.flatnonzero(start + WORD <= end)
        if not len(whole):
            return said
        everywhere = np.ndarray((len(data) - WORD + 1,), f"V{WORD}", buffer=data, strides=(1,))
        word = everywhere[start[whole]].view(">u8").astype(np.uint64)
        small, first4 = word | LOWER, word >> np.uint64(32)
        verb = small >> np.uint64(24)
        said[whole] = (
            ((first4 == _number(b"220 ")) | (first4 == _number(b"220-"))) * BANNER
            + ((verb == _number(b"ehlo ")) | (verb == _number(b"helo "))) * GREETING
            + (small == _number(b"starttls")) * STARTTLS
            + ((word >> np.uint64(48) == 0x1603) & (word >> np.uint64(16) & np.uint64(0xFF) == 1)) * CLIENT_HELLO
        )
        return said

    def _mss(self, found: Found) -> int:
        """Return the largest MSS that a SYN offers (RFC 9293 3.7.1), 0 without any."""
        places, header = found
        opens = (header["offset_flags"] & SYN != 0) & (header["offset_flags"] >> 12 > 5)
        if not opens.any():
            return 0
        option, _ = self._batch.read(MSS_OPTION, places.take(opens).behind(headers.TCP.itemsize))
        sizes = option["size"][option["kind"] == MSS_KIND]
        return int(sizes.max()) if len(sizes) else 0

    def _prints(self, tcp: Found | None, udp: Found | None) -> Prints:
        parts = [self._marks(*each) for each in (tcp, udp) if each]
        frame = np.concatenate([part[0] for part in parts]) if parts else np.empty(0, np.int64)
        mark = np.concatenate([part[1] for part in parts]) if parts else np.empty(0, np.uint64)
        order = np.argsort(frame, kind="stable")
        frame, mark = frame[order], mark[order]
        batch = self._batch
        vlan = batch.vlan[frame].astype(np.int64)
        return Prints(
            mark=mark,
            time=self._frames.time[frame],
            origin=self._frames.origin[frame],
            vlan=(vlan[:, 0] + 1) << 13 | (vlan[:, 1] + 1),
            hops=batch.hops[frame],
            cards=self._cards(frame),
        )

    def _cards(self, frame: Ints) -> Words:
        """Return both addresses of the link as one number; of other links than Ethernet the sender's."""
        start = self._frames.offset[frame]
        ours = batch_cards(self._batch.mac[frame])
        ethernet = (self._frames.link[frame] == ETHERNET_LINK) & (start + 12 <= len(self._frames.data))
        if not ethernet.any():
            return ours
        everywhere = np.ndarray((len(self._frames.data) - 7,), "V8", buffer=self._frames.data, strides=(1,))
        target = everywhere[np.where(ethernet, start, 0)].view(">u8").astype(np.uint64) >> np.uint64(16)
        return np.where(ethernet, mixed(target, ours), ours)

    def _marks(self, places: Places, header: npt.NDArray[np.void]) -> tuple[Ints, Words]:
        """Return frames and fingerprints of packets that differ from their own retransmission.

        IPv4 numbers packets (RFC 791 3.1); where it does not, or of IPv6, a bare ACK that is sent again for a lost
        segment is no copy, and only segments with payload are compared: they come again after 200 ms (RFC 6298).
        """
        frame = places.frame
        number = self._identifier[frame]
        words = np.frombuffer(header.tobytes(), ">u4").reshape(len(header), -1).astype(np.uint64)
        mark = mixed(self._batch.source[frame][:, 1], self._batch.destination[frame][:, 1])
        for column in range(0, words.shape[1] - 1, 2):
            mark = mixed(mark, words[:, column] << np.uint64(32) | words[:, column + 1])
        if words.shape[1] % 2:
            mark = mixed(mark, words[:, -1])
        mark = mixed(mark, (places.wire_end - places.at).astype(np.uint64) << np.uint64(16) | number.astype(np.uint64))
        told = number != 0
        if header.dtype == headers.TCP:
            size = (header["offset_flags"] >> 12).astype(np.int64) * 4
            told |= places.wire_end - places.at > size
            told &= header["offset_flags"] & 0x04 == 0  # RSTs are sent in volleys
        return frame[told], mark[told]


def batch_cards(mac: Ints) -> Words:
    """Return senders' addresses as unsigned numbers."""
    return mac.astype(np.uint64)


def mixed(one: Words, other: npt.NDArray[np.generic]) -> Words:
    """Hash two columns into one: multiply and shift, as splitmix64 does."""
    value = (one ^ other.astype(np.uint64)) * MULTIPLIERS[0] + MULTIPLIERS[1]
    value = (value ^ (value >> np.uint64(30))) * MULTIPLIERS[1]
    mixture: Words = value ^ (value >> np.uint64(29))
    return mixture


def _services(header: npt.NDArray[np.void]) -> Ints:
    """Count datagrams by the lower of their two ports, which is the service's."""
    counted: Ints = np.bincount(np.minimum(header["source"], header["destination"]), minlength=65_536)
    return counted


def _number(word: bytes) -> np.uint64:
    return np.uint64(int.from_bytes(word, "big"))


def _in_order(found: list[Found]) -> Found | None:
    """Join what several paths through the layers found, in capture order."""
    if len(found) < 2:
        return found[0] if found else None
    columns = ("frame", "at", "end", "wire_end")
    places = Places(*(np.concatenate([getattr(places, name) for places, _ in found]) for name in columns))
    kind = found[0][1].dtype
    octets = np.concatenate([header.view(f"V{kind.itemsize}") for _, header in found])
    header = octets.view(kind)  # to join records as such would turn their octets into this machine's order
    order = np.argsort(places.frame, kind="stable")
    return Places(places.frame[order], places.at[order], places.end[order], places.wire_end[order]), header[order]


def strangers(kinds: Counter[tuple[str, int]]) -> Counter[tuple[str, int]]:
    """Return the ethertypes and protocols that are neither decoded nor known as tunnels."""
    return Counter({
        kind: count
        for kind, count in kinds.items()
        if kind[0] in ("ethertype", "protocol", "link")
        and kind[1] not in LAYERS[kind[0]] and kind not in TUNNELS and kind not in (GRE, ("ethertype", LENGTH))
    })  # fmt: skip
