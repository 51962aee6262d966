"""What holds of every observer, whatever it hears."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import get_args

from hypothesis import strategies as st

from sniffer.model import limits
from sniffer.model.clues import KINDS, Field, Heard, Said

Observer = Callable[[bytes], tuple[Heard, ...]]


def words(heard: Iterable[Heard]) -> set[Said]:
    """All that was said, of whomever."""
    return {said for each in heard for said in each.said}


def sound(heard: tuple[Heard, ...]) -> None:
    """Bounded, printable, of known fields and kinds, about addresses that are some."""
    assert len(heard) <= 2 * limits.CLUE_BOXES
    for each in heard:
        assert 0 < len(each.said) <= limits.CLUES_SAID
        assert each.ip is None or str(ip_address(each.ip)) == each.ip
        for field, value in each.said:
            assert field in get_args(Field)
            assert value
            assert value == value.strip()
            assert value.isprintable()
            assert len(value) <= limits.CLUE_CHARACTERS
            assert field != "kind" or value in KINDS


def cut_anywhere(observer: Observer, message: bytes) -> None:
    """Every prefix is heard without surprise, and tells nothing that the whole does not."""
    whole = words(observer(message))
    assert whole
    for size in range(len(message)):
        heard = observer(message[:size])
        sound(heard)
        assert words(heard) <= whole, size


def hostile(*messages: bytes) -> st.SearchStrategy[bytes]:
    """Messages that were whole once, cut and with some octets replaced; and junk."""

    @st.composite
    def mutilated(draw: st.DrawFn) -> bytes:
        said = bytearray(draw(st.sampled_from(messages)))
        changes = st.tuples(st.integers(0, len(said) - 1), st.integers(0, 255))
        for at, new in draw(st.lists(changes, max_size=6)):
            said[at] = new
        return bytes(said[: draw(st.integers(0, len(said)))]) + draw(st.binary(max_size=30))

    junk = st.tuples(st.sampled_from(messages), st.integers(0, 40), st.binary(max_size=200))
    return st.one_of(mutilated(), st.binary(max_size=100), junk.map(lambda each: each[0][: each[1]] + each[2]))
