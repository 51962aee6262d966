"""A pipe between a byte stream and libpcap, which opens only names."""

from __future__ import annotations

import contextlib
import os
import threading

from sniffer.model import limits
from sniffer.sources.compression import ByteStream, Unpackable

FIRST_BYTES = 64 * 1024
"""Written before libpcap opens its end: opening reads the file header and holds Python's global lock
until it has it, so the writing thread could not run.  Fits a Linux pipe's smallest capacity."""


class Pump:
    """Copies a stream into a pipe, in a thread; ``path`` is the end to open and ``head`` the first bytes.

    ``error`` says afterwards what broke the stream, if anything did.
    """

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self.error: str | None = None
        self._read, self._write = os.pipe()
        self._enlarge()
        self.head = self._next()
        os.write(self._write, self.head)
        self._thread = threading.Thread(target=self._copy, name="unpack", daemon=True)
        self._thread.start()

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

    def _next(self) -> bytes:
        """Return the next bytes, few only at the end or in front of damage; those before damage count."""
        gathered = b""
        try:
            while self.error is None and len(gathered) < FIRST_BYTES:
                more = self._stream.read1(FIRST_BYTES - len(gathered))
                if not more:
                    break
                gathered += more
        except Unpackable as error:
            self.error = f"cannot be unpacked further ({error})"
        except OSError as error:
            self.error = f"cannot be read further ({error.strerror or error})"
        return gathered

    def _copy(self) -> None:
        chunk = self.head
        with contextlib.suppress(BrokenPipeError):
            while chunk := chunk and self._next():
                _write_all(self._write, chunk)
        os.close(self._write)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
