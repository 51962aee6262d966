"""Captures through scapy's raw readers, where libpcap refuses or is absent.

libpcap refuses a pcapng whose interfaces differ in link type or snapshot length, and pcapy-ng has no
wheel for Windows.  These readers select nothing: the columns do.  scapy takes 0.8 s to import, so
only a capture that needs it pays.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

from sniffer.model import limits
from sniffer.model.frames import Frames, Origin
from sniffer.sources.compression import ByteStream
from sniffer.sources.formats import Container
from sniffer.sources.gather import Gather
from sniffer.sources.secrets import SECRETS


class ScapyReader:
    """One capture, read from an open file."""

    def __init__(self, file: ByteStream, container: Container, origin: Origin) -> None:
        self._file = _Watched(file)
        self._container = container
        self._origin = origin

    def batches(self) -> Iterator[Frames]:
        """Give all frames.  Raises ``ValueError`` behind the last that can be read."""
        gather, broken = Gather(), ""
        with _scapy_warnings() as warnings:
            try:
                for time, data, link, interface in self._frames():
                    gather.add(time, data, link, self._origin._replace(interface=interface))
                    if gather.full and (frames := gather.take()):
                        yield frames
            except EOFError:  # scapy's word for the end, and for most of what can be wrong
                broken = "; ".join(warnings) or ("truncated dump file" if self._file.short else "")
            except Exception as error:
                broken = str(error) or type(error).__name__
        if rest := gather.take():
            yield rest
        if broken:
            raise ValueError(broken)

    def _frames(self) -> Iterator[tuple[int, bytes, int, str | None]]:
        return self._pcapng() if self._container is Container.PCAPNG else self._pcap()

    def _pcap(self) -> Iterator[tuple[int, bytes, int, str | None]]:
        from scapy.utils import RawPcapReader  # noqa: PLC0415 - slow to import

        file: Any = self._file
        reader: Any = RawPcapReader(file)
        divisor = 1000 if reader.nano else 1
        while True:
            data, meta = reader._read_packet(limits.FRAME_BYTES)
            if meta.caplen > limits.FRAME_BYTES:
                raise ValueError(f"invalid packet capture length {meta.caplen}")
            if len(data) < meta.caplen:
                raise EOFError
            yield meta.sec * 1_000_000 + meta.usec // divisor, data, reader.linktype, None

    def _pcapng(self) -> Iterator[tuple[int, bytes, int, str | None]]:
        from scapy.utils import RawPcapNgReader  # noqa: PLC0415 - slow to import

        file: Any = self._file
        reader: Any = RawPcapNgReader(file)
        reader.blocktypes.pop(SECRETS, None)  # it would complain that it cannot use them
        while True:
            data, meta = reader._read_packet(limits.FRAME_BYTES)
            ticks = (meta.tshigh or 0) << 32 | (meta.tslow or 0)
            name = meta.ifname.decode("utf-8", "replace") if meta.ifname else None
            yield ticks * 1_000_000 // int(meta.tsresol or 1_000_000), data, meta.linktype, name


class _Watched:
    """A file that remembers whether it ended in the middle of something."""

    def __init__(self, file: ByteStream) -> None:
        self._file = file
        self.short = False
        self.name = ""

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        while data and len(data) < size and (more := self._file.read(size - len(data))):
            data += more
        self.short |= 0 < len(data) < size
        return data

    def close(self) -> None:
        self._file.close()


@contextlib.contextmanager
def _scapy_warnings() -> Iterator[list[str]]:
    """Gather what scapy's readers log: it is how they say that a file is damaged."""
    said: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("scapy.runtime")
    before = logger.handlers[:], logger.propagate
    logger.handlers, logger.propagate = [handler], False
    try:
        yield said
    finally:
        logger.handlers, logger.propagate = before
