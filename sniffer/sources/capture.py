"""One input, read by libpcap or, where that refuses or is absent, by scapy."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sniffer.model.frames import Frames, Origin
from sniffer.sources import formats, libpcap
from sniffer.sources.compression import ByteStream, Unpackable
from sniffer.sources.inputs import Input, shown
from sniffer.sources.libpcap import LibpcapError, LibpcapReader, Select
from sniffer.sources.links import KnownLink, UnknownLinkError, unknown_link
from sniffer.sources.pipe import Pump
from sniffer.sources.problems import CaptureError
from sniffer.sources.scapy_files import ScapyReader
from sniffer.sources.secrets import TakeSecrets, WithSecrets

ENDLESS = ("has a header of more than 64 KiB", "save it to a file, and write it anew with 'editcap IN OUT'")
"""A stream's pcapng header that is longer than what can be read before libpcap opens the pipe."""

MIXED = ("different from the type of the first interface", "different from the snapshot length")
"""How libpcap refuses a pcapng with unlike interfaces."""


class Capture:
    """An input while it is read.

    ``secrets`` takes the key logs that a stream carries; those of a file are read before (``secrets.key_logs``).
    ``selected`` counts the frames that libpcap let through, ``seen`` all frames, None where nobody counted.
    ``opened`` says that it could be read at all.
    """

    def __init__(
        self,
        source: Input,
        select: Select,
        known_link: KnownLink,
        *,
        scapy: bool = False,
        stop: Callable[[], bool] = lambda: False,
        secrets: TakeSecrets | None = None,
    ) -> None:
        self.input = source
        self.selected = 0
        self.seen: int | None = None
        self.opened = False
        self._select = select
        self._known_link = known_link
        self._unknown: set[int] = set()
        self._stop = stop
        self._secrets = secrets
        self._scapy = scapy or not libpcap.available()
        self._origin = Origin(source.sensor, source.name)
        self._pump: Pump | None = None
        self._reader: LibpcapReader | None = None

    def position(self) -> int:
        """Return how many bytes of a plain file have been read; 0 for what is unpacked on the way."""
        return self._reader.position() if self._reader and not self.input.compression else 0

    def batches(self) -> Iterator[Frames]:
        """Give its frames.  Raises ``CaptureError`` behind the last that can be read."""
        if self._scapy:
            yield from self._by_scapy(skip=0)
            return
        try:
            for frames in self._by_libpcap():
                self.selected += len(frames)
                yield frames
        except UnknownLinkError:
            if self.input.container is not formats.Container.PCAPNG:
                raise
            yield from self._by_scapy(skip=0)  # another interface may be of a kind that is decoded
        except LibpcapError as error:
            if self.input.stream and self._stop():
                return  # we ended it ourselves, wherever that was
            if not any(words in str(error) for words in MIXED):
                raise self._damaged(str(error)) from None
            yield from self._by_scapy(skip=self.selected)
        if self._pump and self._pump.error and not self._stop():
            raise self._damaged(self._pump.error)

    def _by_libpcap(self) -> Iterator[Frames]:
        again = not self.input.stream
        self._reader = reader = LibpcapReader(self._name, self._checked_select, self._origin, again=again)
        self.opened = True
        yield from reader.batches()

    @contextmanager
    def _name(self) -> Iterator[str]:
        """Give a name that libpcap can open: the file's own, or that of a pipe we fill."""
        if not self.input.stream and not self.input.compression:
            with _openable(self.input.path) as name:
                yield name
            return
        self._pump = Pump(self._opened())
        try:
            if not formats.container(self._pump.head):
                raise CaptureError(self.input.name, *formats.stranger(self._pump.head))
            if self._pump.endless:
                raise CaptureError(self.input.name, *ENDLESS)
            yield self._pump.path
        finally:
            self._pump.opened()

    def _opened(self) -> ByteStream:
        try:
            stream = self.input.open(self._stop)
            return WithSecrets(stream, self._secrets) if self.input.stream and self._secrets else stream
        except OSError as error:
            raise CaptureError(self.input.name, f"cannot be read ({error.strerror or error})") from None

    def _checked_select(self, link: int) -> str | None:
        if not self._known_link(link):
            raise unknown_link(self.input.name, link)
        return self._select(link)

    def _by_scapy(self, skip: int) -> Iterator[Frames]:
        """Read with scapy; the first ``skip`` selected frames have been delivered before libpcap gave up."""
        if self.input.stream or self.input.container is None:
            raise CaptureError(self.input.name, "needs to be read twice", "save it to a file first")
        self.seen = 0
        with closing(self._opened()) as file:
            reader = ScapyReader(file, self.input.container, self._origin)
            try:
                yield from self._behind(skip, self._counted(reader.batches()))
            except (ValueError, *Unpackable) as error:
                self.opened |= not self._unknown
                raise self._damaged(str(error)) from None
        if self._unknown:
            raise unknown_link(self.input.name, min(self._unknown))
        self.opened = True

    def _counted(self, batches: Iterator[Frames]) -> Iterator[Frames]:
        """Count frames, and note link types that are not decoded."""
        for frames in batches:
            links = set(frames.link.tolist())
            unknown = {link for link in links if not self._known_link(link)}
            self._unknown |= unknown
            self.opened |= links != unknown
            self.seen = (self.seen or 0) + len(frames)
            yield frames

    def _behind(self, skip: int, batches: Iterator[Frames]) -> Iterator[Frames]:
        """Pass over the frames that were delivered already: all up to the last that was selected."""
        if not skip or self._reader is None:
            yield from batches
            return
        matches = libpcap.matcher(self._reader.link, self._select)
        for frames in batches:
            chosen = [i for i in range(len(frames)) if skip and matches(frames.frame(i))][:skip]
            skip -= len(chosen)
            first = len(frames) if skip else chosen[-1] + 1 if chosen else 0
            if first < len(frames):
                yield frames.part(first, len(frames))

    def _damaged(self, words: str) -> CaptureError:
        """Say what is wrong behind the last good frame."""
        if "truncated" in words or "EOF" in words or "end of" in words.lower():
            problem = f"ends in the middle of a record ({words}); everything before it was read"
            return CaptureError(self.input.name, problem, "was the copy complete, or is the capture still running?")
        problem = f"is damaged from here on ({words}); everything before it was read"
        return CaptureError(self.input.name, problem, "'editcap IN OUT' or pcapfix may save more of it")


@contextmanager
def _openable(path: Path) -> Iterator[str]:
    """Give a name of a file that is UTF-8, as pcapy wants it."""
    if shown(path) == str(path):
        yield str(path)
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield f"/dev/fd/{descriptor}"
    finally:
        os.close(descriptor)


def first_time(source: Input, known_link: KnownLink) -> int | None:
    """Return when the first frame of a file was captured, None if it has none or cannot tell."""
    capture = Capture(source, lambda _: None, known_link)
    try:
        frames = next(capture.batches(), None)
    except CaptureError:
        return None
    return int(frames.time[0]) if frames is not None else None
