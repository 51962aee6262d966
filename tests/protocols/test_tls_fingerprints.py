"""JA3 and JA4, on published examples and at the edges of the rules."""

from __future__ import annotations

from hashlib import md5, sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.protocols.tls_fingerprints import EMPTY, Shape, is_grease, ja3, ja4
from sniffer.protocols.tls_hellos import client_hello
from tests.protocols import tls_bytes as tls
from tests.protocols.tls_bytes import extension, numbers, vector

GREASE = [0x0A0A + 0x1010 * place for place in range(16)]

CIPHERS = "1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035"
EXTENSIONS = "001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015"
SIGNATURES = "0403,0804,0401,0503,0805,0501,0806,0601"
"""The example of technical_details/JA4.md."""


def of_text(text: str) -> list[int]:
    """Numbers as JA4 writes them."""
    return [int(each, 16) for each in text.split(",")]


def shape(**changes: Any) -> Shape:
    """The example of JA4's description, or what becomes of it."""
    example = Shape(
        version=0x0303,
        ciphers=numbers(of_text(CIPHERS)),
        extensions=tuple(of_text(EXTENSIONS)),
        signatures=numbers(of_text(SIGNATURES)),
        versions=numbers([0x0304, 0x0303]),
        alpn=b"h2",
    )
    return example._replace(**changes)


def test_the_example_of_its_description() -> None:
    assert ja4(shape()) == "t13d1516h2_8daaf6152771_e5627efa2ab1"


def test_without_signature_algorithms_there_is_no_underscore() -> None:
    assert ja4(shape(signatures=b"")) == "t13d1516h2_8daaf6152771_6d807ffa2a79"


def test_grease_is_left_out_everywhere() -> None:
    greased = shape(
        ciphers=numbers([0xCACA, *of_text(CIPHERS)]),
        extensions=(0x1A1A, *of_text(EXTENSIONS), 0xDADA),
        signatures=numbers([0x2A2A, *of_text(SIGNATURES)]),
        versions=numbers([0xFAFA, 0x0304, 0x0303]),
        groups=numbers([0x3A3A, 29]),
    )
    assert ja4(greased) == ja4(shape())
    assert ja3(greased) == ja3(shape(groups=numbers([29])))


def test_grease_is_the_sixteen_numbers_of_rfc_8701() -> None:
    assert [number for number in range(1 << 16) if is_grease(number)] == GREASE


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (b"", "00"),
        (b"h2", "h2"),
        (b"http/1.1", "h1"),
        (b"x", "xx"),
        (b"\xab", "ab"),
        (b"\xab\xcd", "ad"),
        (b"\x30\xab", "3b"),
        (b"\x30\x31\xab\xcd", "3d"),
        (b"\x30\xab\xcd\x31", "01"),
        (b"a\xb2", "62"),
        (b"-a", "21"),
    ],
)
def test_a_protocol_is_told_by_its_ends(name: bytes, expected: str) -> None:
    assert ja4(shape(alpn=name))[8:10] == expected


@pytest.mark.parametrize(
    ("version", "versions", "expected"),
    [
        (0x0303, [0x0304, 0x0303], "13"),
        (0x0303, [], "12"),
        (0x0302, [], "11"),
        (0x0301, [], "10"),
        (0x0300, [], "s3"),
        (0x0303, [0x7F1C], "00"),
        (0x1234, [], "00"),
    ],
)
def test_the_version_is_the_highest_of_the_extension(version: int, versions: list[int], expected: str) -> None:
    assert ja4(shape(version=version, versions=numbers(versions)))[1:3] == expected


def test_counts_end_at_99_and_nothing_is_not_hashed() -> None:
    many = shape(ciphers=numbers(range(1, 201)), extensions=tuple(range(1, 151)))
    assert ja4(many)[:8] == "t13i9999"
    bare = Shape(0x0303, b"", ())
    assert ja4(bare) == f"t12i000000_{EMPTY}_{EMPTY}"
    assert ja4(bare._replace(extensions=(0, 16))) == f"t12d000200_{EMPTY}_{EMPTY}"


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        (
            "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0",
            "ada70206e40642a3e4461f35503241d5",
        ),
        ("769,4-5-10-9-100-98-3-6-19-18-99,,,", "de350869b8c85de67a350c8d186f11e6"),
    ],
)
def test_ja3_as_its_authors_show_it(text: str, digest: str) -> None:
    version, ciphers, extensions, groups, formats = (
        [int(each) for each in part.split("-") if each] for part in text.split(",")
    )
    made = Shape(version[0], numbers(ciphers), tuple(extensions), numbers(groups), bytes(formats))
    assert ja3(made) == digest == md5(text.encode(), usedforsecurity=False).hexdigest()


@given(st.lists(st.integers(0, 0xFFFF), max_size=20), st.permutations(of_text(EXTENSIONS)))
def test_ja4_does_not_depend_on_an_order_that_is_shuffled(ciphers: list[int], extensions: list[int]) -> None:
    made = shape(ciphers=numbers(ciphers), extensions=tuple(extensions))
    other = shape(ciphers=numbers(reversed(ciphers)))
    assert ja4(made) == ja4(other)
    kept = sorted(f"{each:04x}" for each in ciphers if each not in GREASE)
    expected = sha256(",".join(kept).encode()).hexdigest()[:12] if kept else EMPTY
    assert ja4(made).split("_")[1] == expected


def test_a_hello_gives_the_parts_that_count() -> None:
    """From bytes to both fingerprints: every list in its own extension, in its own form."""
    extensions = b"".join(
        {
            0x0000: tls.server_name(b"mail.example.org"),
            0x0010: tls.alpn(b"h2", b"http/1.1"),
            0x000A: extension(0x000A, vector(numbers([0x4A4A, 29, 23]), 2)),
            0x000B: extension(0x000B, vector(b"\0\1", 1)),
            0x000D: extension(0x000D, vector(numbers(of_text(SIGNATURES)), 2)),
            0x002B: extension(0x002B, vector(numbers([0xAAAA, 0x0304, 0x0303]), 1)),
        }.get(kind, extension(kind))
        for kind in [0x5A5A, *of_text(EXTENSIONS)]
    )
    hello = client_hello(tls.client_hello([0x6A6A, *of_text(CIPHERS)], extensions))
    assert hello is not None
    assert hello.ja4 == "t13d1516h2_8daaf6152771_e5627efa2ab1"
    text = (
        "771,4865-4866-4867-49195-49199-49196-49200-52393-52392-49171-49172-156-157-47-53,"
        "27-0-51-16-17513-23-45-13-5-35-18-43-65281-11-10-21,29-23,0-1"
    )
    assert hello.ja3 == md5(text.encode(), usedforsecurity=False).hexdigest()
