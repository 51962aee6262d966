"""Where bytes stand in a stream, and the stream that they make: the bytes that came first hold, as in ``streams``."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

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
    """One direction's bytes by their places, and the places of which there was a frame without its bytes."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._pieces: list[bytearray] = []
        self._taken = Spans()

    def add(self, place: int, data: bytes, length: int) -> bool:
        """Take the bytes of a frame of ``length`` at a place; False where others came first, or none: those hold."""
        if length == len(data) and self._pieces and place == self._end(-1) == self._taken.end:
            self._pieces[-1] += data  # what follows, as nearly always
            self._taken.end += length
            return True
        same = 0
        for first, last in self._taken.free(place, place + length):
            new = data[first - place : last - place]
            if new:
                self._insert(first, new)
        for _, start, real in self.pieces_in(place, place + len(data)):
            first, last = max(start, place), min(start + len(real), place + len(data))
            same += last - first if data[first - place : last - place] == real[first - start : last - start] else 0
        self._taken.add(place, place + length)
        return same == len(data)

    def pieces(self) -> list[tuple[int, bytes]]:
        """Return what there is, as (place, bytes), none touching the next."""
        return [(start, bytes(piece)) for start, piece in zip(self._starts, self._pieces, strict=True)]

    def pieces_in(self, first: int, last: int) -> Iterator[tuple[int, int, bytearray]]:
        """Give the number, the place and the bytes of each piece that has some between two places."""
        for index in range(max(bisect_right(self._starts, first) - 1, 0), bisect_left(self._starts, last)):
            if self._end(index) > first:
                yield index, self._starts[index], self._pieces[index]

    def _end(self, index: int) -> int:
        return self._starts[index] + len(self._pieces[index])

    def _insert(self, place: int, data: bytes) -> None:
        """Put bytes where there are none, and join them with those that they touch."""
        index = bisect_right(self._starts, place)
        if index and self._end(index - 1) == place:
            index -= 1
            self._pieces[index] += data
        else:
            self._starts.insert(index, place)
            self._pieces.insert(index, bytearray(data))
        if index + 1 < len(self._starts) and self._starts[index + 1] == self._end(index):
            self._pieces[index] += self._pieces.pop(index + 1)
            del self._starts[index + 1]


class Spans:
    """Places that are taken: spans in order, none touching the next."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    @property
    def end(self) -> int:
        """Return the last place that is taken, which may be moved on."""
        return self._ends[-1]

    @end.setter
    def end(self, place: int) -> None:
        self._ends[-1] = place

    def free(self, first: int, last: int) -> list[tuple[int, int]]:
        """Return the parts of a span that are not taken."""
        found = []
        index = bisect_right(self._ends, first)
        while first < last and index < len(self._starts) and self._starts[index] < last:
            if first < self._starts[index]:
                found.append((first, self._starts[index]))
            first = self._ends[index]
            index += 1
        return [*found, (first, last)] if first < last else found

    def add(self, first: int, last: int) -> None:
        """Take a span."""
        low, high = bisect_left(self._ends, first), bisect_right(self._starts, last)
        if low < high:
            first, last = min(first, self._starts[low]), max(last, self._ends[high - 1])
        self._starts[low:high], self._ends[low:high] = [first], [last]
