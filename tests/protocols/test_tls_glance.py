"""One whole record of application data, and anything else."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sniffer.protocols.tls_glance import record_lengths
from sniffer.protocols.tls_records import APPLICATION_DATA, LONGEST, Records


def told(*segments: bytes, before: bytes = b"") -> list[int]:
    """What is told of segments that lie behind each other."""
    sizes = np.array([len(each) for each in segments], np.int64)
    ends = len(before) + np.cumsum(sizes)
    return [int(each) for each in record_lengths(before + b"".join(segments), ends - sizes, ends)]


def record(length: int, kind: int = APPLICATION_DATA, version: int = 0x0303) -> bytes:
    return bytes([kind]) + version.to_bytes(2) + length.to_bytes(2) + bytes(length)


def test_whole_records() -> None:
    assert told(record(0), record(1), record(31), record(LONGEST), before=b"xyz") == [0, 1, 31, LONGEST]
    assert told(record(9, version=0x0301), record(9, version=0x0304)) == [9, 9]


def test_anything_else() -> None:
    others = (
        b"", b"\x17", record(9)[:-1], record(9) + b"\0", record(9) * 2, record(9, kind=22), record(9, kind=21),
        record(9, version=0x0305), record(9, version=0x0203), record(LONGEST + 1), b"250 2.1.0 Ok\r\n",
    )  # fmt: skip
    assert told(*others) == [-1] * len(others)
    assert told() == []
    assert told(b"", b"") == [-1, -1]


PIECES = st.one_of(
    st.binary(max_size=20),
    st.builds(record, st.integers(0, 40), st.sampled_from((20, 21, 22, 23, 24)), st.integers(0x02FF, 0x0306)),
)


@given(st.lists(PIECES, max_size=12))
def test_as_the_record_layer_reads_them(segments: list[bytes]) -> None:
    for segment, number in zip(segments, told(*segments), strict=True):
        found = list(Records().take(segment)) if segment else []
        alone = len(found) == 1 and found[0].type == APPLICATION_DATA and found[0].length + 5 == len(segment)
        assert number == (found[0].length if alone else -1)
