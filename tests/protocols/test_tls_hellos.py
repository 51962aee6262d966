"""What hellos say: versions, server names, ALPN; and what is odd about them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.model import limits
from sniffer.protocols.tls_hellos import ClientHello, client_hello, server_hello
from tests.protocols import tls_bytes as tls
from tests.protocols.tls_bytes import extension, numbers, vector


def offered(extensions: bytes | None, *, version: int = 0x0303) -> ClientHello:
    """What a hello with these extensions says."""
    hello = client_hello(tls.client_hello(extensions=extensions, version=version))
    assert hello is not None
    return hello


def versions(*offers: int) -> bytes:
    return extension(tls.VERSIONS, vector(numbers(offers), 1))


@pytest.mark.parametrize(
    ("version", "extensions", "expected"),
    [
        (0x0303, None, "1.2"),
        (0x0303, b"", "1.2"),
        (0x0301, b"", "1.0"),
        (0x0300, None, "SSL 3.0"),
        (0x0303, versions(0x0304, 0x0303), "1.3"),
        (0x0303, versions(0x7A7A, 0x0302, 0x0303), "1.2"),
        (0x0303, versions(0x7F1C, 0x0303), "1.2"),
        (0x0303, versions(0x7F1C), "1.2"),
        (0x0505, b"", "0x0505"),
    ],
)
def test_the_highest_version_is_what_is_offered(version: int, extensions: bytes | None, expected: str) -> None:
    assert offered(extensions, version=version).offered == expected


@pytest.mark.parametrize(
    ("name", "expected", "anomalies"),
    [
        (b"mail.example.org", "mail.example.org", ()),
        (b"a" * limits.NAME_CHARACTERS, "a" * limits.NAME_CHARACTERS, ()),
        (b"a" * (limits.NAME_CHARACTERS + 1), None, ("sni-unreadable",)),
        (b"a" * 65_000, None, ("sni-unreadable",)),
        (b"", None, ("sni-unreadable",)),
        (b"mail\x1b[2J.example.org", None, ("sni-unreadable",)),
        (b"mail\r\n220 hi", None, ("sni-unreadable",)),
        (b"m\xc3\xbcll.example.org", None, ("sni-unreadable",)),
        (b"m\x9b.example.org", None, ("sni-unreadable",)),
        (b"192.0.2.1", "192.0.2.1", ("sni-address",)),
        (b"2001:db8::1", "2001:db8::1", ("sni-address",)),
        (b"[2001:db8::1]", "[2001:db8::1]", ("sni-address",)),
        (b"mail1", "mail1", ()),
    ],
)
def test_a_server_name_is_kept_if_it_can_be_shown(name: bytes, expected: str | None, anomalies: tuple[str]) -> None:
    hello = offered(tls.server_name(name))
    assert (hello.sni, hello.anomalies) == (expected, anomalies)


@pytest.mark.parametrize(
    "value", [b"", b"\0", b"\0\0", b"\0\4\0\0\1", b"\0\4\0\0\2a", tls.server_name(b"other", kind=1)[4:]]
)
def test_a_server_name_whose_lengths_lie_is_unreadable(value: bytes) -> None:
    hello = offered(extension(tls.SERVER_NAME, value))
    assert (hello.sni, hello.anomalies) == (None, ("sni-unreadable",))
    assert hello.ja4
    assert hello.ja4[3] == "d"


def test_no_server_name_is_nothing_odd() -> None:
    hello = offered(b"")
    assert (hello.sni, hello.alpn, hello.anomalies) == (None, (), ())


@pytest.mark.parametrize(
    ("names", "expected", "anomalies"),
    [
        ((b"smtp",), ("smtp",), ()),
        ((b"h2", b"http/1.1"), ("h2", "http/1.1"), ()),
        ((b"h2", b"\x1b[2J", b"\xc3\xbc", b""), ("h2",), ("alpn-unreadable",)),
        ((b"x",) * limits.ALPN_NAMES, ("x",) * limits.ALPN_NAMES, ()),
        ((b"x",) * 10_000, ("x",) * limits.ALPN_NAMES, ("alpn-unreadable",)),
    ],
)
def test_protocols_are_kept_if_they_can_be_shown(
    names: tuple[bytes, ...], expected: tuple[str, ...], anomalies: tuple[str, ...]
) -> None:
    hello = offered(tls.alpn(*names))
    assert (hello.alpn, hello.anomalies) == (expected, anomalies)


def test_an_extension_longer_than_the_hello_makes_it_none() -> None:
    assert client_hello(tls.client_hello(extensions=b"\0\x17\0\1")) is None
    assert server_hello(tls.server_hello(extensions=b"\0\x17\0\1")) is None


def test_of_two_names_the_first_counts() -> None:
    hello = offered(tls.server_name(b"one.example.org") + tls.server_name(b"two.example.org"))
    assert hello.sni == "one.example.org"


def test_early_data_is_noticed() -> None:
    assert not offered(b"").early_data
    assert offered(extension(tls.EARLY_DATA)).early_data


def test_a_hello_cut_at_any_byte_is_no_hello() -> None:
    bodies = (
        tls.client_hello(extensions=tls.server_name(b"mail.example.org") + versions(0x0304)),
        tls.server_hello(extensions=extension(22) + extension(tls.VERSIONS, numbers([0x0304]))),
    )
    for body, reader, without in ((bodies[0], client_hello, 77 - 2), (bodies[1], server_hello, 38)):
        assert reader(body) is not None
        assert reader(body + b"\0") is None
        whole = [length for length in range(len(body)) if reader(body[:length]) is not None]
        assert whole == [without]  # where extensions may be left out


def test_a_server_hello_chooses() -> None:
    hello = server_hello(tls.server_hello(0xC030, extension(22), session=b"abc"))
    assert hello is not None
    assert (hello.version, hello.cipher, hello.session) == (0x0303, 0xC030, b"abc")
    assert (hello.encrypt_then_mac, hello.retry, hello.resumes) == (True, False, False)


def test_tls_1_3_says_its_version_in_an_extension() -> None:
    chosen = extension(tls.VERSIONS, numbers([0x0304]))
    hello = server_hello(tls.server_hello(0x1301, chosen + extension(41, b"\0\0")))
    assert hello is not None
    assert (hello.version, hello.resumes) == (0x0304, True)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_hello_or_none(body: bytes) -> None:
    for reader in (client_hello, server_hello):
        assert reader(body) is None or reader(body) == reader(body)


@given(st.data())
def test_any_extensions_give_a_hello(data: st.DataObject) -> None:
    kinds = st.one_of(st.sampled_from([0, 10, 11, 13, 16, 41, 42, 43]), st.integers(0, 0xFFFF))
    made = data.draw(st.lists(st.tuples(kinds, st.binary(max_size=40)), max_size=8))
    hello = offered(b"".join(extension(kind, body) for kind, body in made))
    assert hello.ja4
    assert hello.ja4.startswith(("t",))
    assert hello.sni is None or hello.sni.isprintable()
    assert all(name.isprintable() for name in hello.alpn)
