"""Where bytes stand in a stream, and the stream that they make: the bytes that came first hold, as in ``streams``."""

from __future__ import annotations

from bisect import bisect_right

from sniffer.streams.connection import Half
from sniffer.streams.sequence import ahead, wrap


class Places:
    """Finds the places of a side's sequence numbers, which come round again after 4 GiB."""

    def __init__(self, half: Half) -> None:
        self._first = None if half.next is None else wrap(half.next - half.place)
        self._near = 0

    def of(self, sequence: int, *, follow: bool = True) -> int | None:
        """Return a place, counted from the first byte that was told; None where nothing was.

        ``follow`` says that the side's next places are to be looked for from there on.
        """
        if self._first is None:
            return None
        place = self._near + ahead(sequence, wrap(self._first + self._near))
        if follow:
            self._near = max(self._near, place)
        return place


class Assembly:
    """One direction's bytes by their places."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._pieces: list[bytearray] = []

    def add(self, place: int, data: bytes) -> bool:
        """Take bytes at a place; False where others stand there already, which stay."""
        if not self._starts or place > self._end(-1):
            self._starts.append(place)
            self._pieces.append(bytearray(data))
            return True
        if place == self._end(-1):
            self._pieces[-1] += data
            return True
        return self._insert(place, data)

    def pieces(self) -> list[tuple[int, bytes]]:
        """Return what there is, as (place, bytes), none touching the next."""
        return [(start, bytes(piece)) for start, piece in zip(self._starts, self._pieces, strict=True)]

    def piece_at(self, place: int) -> tuple[int, int, bytes]:
        """Return the number of the piece that holds a place, where it begins, and its bytes."""
        index = bisect_right(self._starts, place) - 1
        return index, self._starts[index], bytes(self._pieces[index])

    def _end(self, index: int) -> int:
        return self._starts[index] + len(self._pieces[index])

    def _insert(self, place: int, data: bytes) -> bool:
        """Join bytes with all pieces that they touch."""
        end = place + len(data)
        first = max(bisect_right(self._starts, place) - 1, 0)
        first += first < len(self._starts) and self._end(first) < place
        last = first
        while last < len(self._starts) and self._starts[last] <= end:
            last += 1
        old = list(zip(self._starts[first:last], self._pieces[first:last], strict=True))
        start = min([place, *(at for at, _ in old)])
        joined = bytearray(max([end, *(at + len(piece) for at, piece in old)]) - start)
        joined[place - start : end - start] = data
        for at, piece in old:
            joined[at - start : at - start + len(piece)] = piece
        self._starts[first:last], self._pieces[first:last] = [start], [joined]
        return bytes(joined[place - start : end - start]) == data
