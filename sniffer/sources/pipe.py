"""A pipe between a byte stream and libpcap, which opens only names."""

from __future__ import annotations

import contextlib
import os
import threading

from sniffer.model import limits
from sniffer.sources import formats
from sniffer.sources.compression import ByteStream, Unpackable

FIRST_BYTES = 64 * 1024
"""Written before libpcap opens its end: opening reads the file header and holds Python's global lock
until it has it, so the writing thread could not run.  Fits a Linux pipe's smallest capacity."""


class Pump:
    """Copies a stream into a pipe, in a thread; ``path`` is the end to open and ``head`` the first bytes.

    ``error`` says afterwards what broke the stream, if anything did.  ``endless`` says that the header is
    longer than what can be written before the other end is opened: opening would never return.
    """

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self.error: str | None = None
        self._read, self._write = os.pipe()
        self._enlarge()
        self.head, ended = self._first()
        self.endless = not ended and not formats.is_openable(self.head)
        os.write(self._write, self.head)
        if ended or self.endless:
            os.close(self._write)
            return
        threading.Thread(target=self._copy, name="unpack", daemon=True).start()

    @property
    def path(self) -> str:
        """The name by which this process can open the reading end."""
        return f"/dev/fd/{self._read}"

    def opened(self) -> None:
        """Give up our copy of the reading end, so that the writer learns when libpcap closes its own."""
        os.close(self._read)

    def _enlarge(self) -> None:
        with contextlib.suppress(ImportError, AttributeError, OSError):
            import fcntl  # noqa: PLC0415 - absent on Windows

            fcntl.fcntl(self._write, fcntl.F_SETPIPE_SZ, limits.PIPE_BYTES)

    def _first(self) -> tuple[bytes, bool]:
        """Return what libpcap needs to open a capture, and whether that is all there is."""
        head = b""
        while len(head) < FIRST_BYTES and not formats.is_openable(head):
            more = self._next(FIRST_BYTES - len(head))
            head += more
            if not more:
                return head, True
        return head, False

    def _next(self, size: int = FIRST_BYTES) -> bytes:
        """Return what is at hand: of a slow stream nothing must wait for more, nor what lies before damage."""
        try:
            return self._stream.read1(size)
        except Unpackable as error:
            self.error = f"cannot be unpacked further ({error})"
        except OSError as error:
            self.error = f"cannot be read further ({error.strerror or error})"
        return b""

    def _copy(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            while chunk := self._next():
                _write_all(self._write, chunk)
        os.close(self._write)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
