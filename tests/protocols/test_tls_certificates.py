"""Certificates: what is told of them, and what a stranger may put into one."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.model import limits
from sniffer.model.facts import CertificateFact
from sniffer.protocols.tls_certificates import CUT, UNREADABLE, first_certificate
from tests.protocols.handshakes import NAME, identity
from tests.protocols.tls_bytes import vector

JANUARY_2026, JANUARY_2027 = 1_767_225_600_000_000, 1_798_761_600_000_000
UNREAD = (None, (UNREADABLE,))


def message(*certificates: bytes) -> bytes:
    """The body of a Certificate message (RFC 5246 7.4.2)."""
    return vector(b"".join(vector(each, 3) for each in certificates), 3)


def test_what_a_certificate_says() -> None:
    told = "CN=mail.example.org,O=Example\\, Inc."
    expected = CertificateFact(told, told, (NAME,), JANUARY_2026, JANUARY_2027)
    assert first_certificate(message(identity().der)) == (expected, ())


def test_the_first_of_several_is_the_servers() -> None:
    found, _ = first_certificate(message(identity().der, identity("other.example.org").der))
    assert found is not None
    assert found.names == (NAME,)


def test_without_dns_names_the_common_name_stands_for_them() -> None:
    found, _ = first_certificate(message(identity("printer", sans=()).der))
    assert found is not None
    assert found.names == ("printer",)


def test_names_are_kept_up_to_the_limit() -> None:
    many = tuple(f"host{number}.example.org" for number in range(limits.CERTIFICATE_NAMES + 1))
    found, odd = first_certificate(message(identity(sans=many).der))
    assert found is not None
    assert (found.names, odd) == (many[:-1], (CUT,))
    assert first_certificate(message(identity(sans=many[:-1]).der))[1] == ()


@pytest.mark.parametrize("name", ["mail\x1b[2J", "mail\r\nX: y", "mail\u202egro"])
def test_names_that_cannot_be_shown_are_left_out(name: str) -> None:
    found, odd = first_certificate(message(identity(name, sans=()).der))
    assert found is not None
    assert (found.names, odd) == ((), (CUT,))
    assert found.subject.isprintable()


def test_a_long_subject_is_cut() -> None:
    found, odd = first_certificate(message(identity("x" * 10_000).der))
    assert found is not None
    assert (len(found.subject), found.names, odd) == (limits.TEXT_CHARACTERS, (NAME,), (CUT,))


@pytest.mark.parametrize(
    "body", [b"", b"\0\0\0", b"\0\0\3\0\0\0", message(b"\x30\0"), message(b"\x30\x03\2\1\1"), b"\0\0\1" + message(b"x")]
)
def test_what_cannot_be_read_is_unreadable(body: bytes) -> None:
    assert first_certificate(body) == UNREAD


@pytest.mark.parametrize("place", range(0, 400, 3))
def test_a_certificate_cut_anywhere_is_unreadable(place: int) -> None:
    whole = message(identity().der)
    assert first_certificate(whole[: min(place, len(whole) - 1)]) == UNREAD
    assert first_certificate(message(identity().der[: min(place, len(whole) - 9)])) == UNREAD


@pytest.mark.parametrize("serial", [b"\2\1\0", b"\2\1\xff"])
def test_a_serial_number_that_is_none_disturbs_nobody(serial: bytes) -> None:
    """RFC 5280 4.1.2.2 forbids it, printers have it, and the library warns of it."""
    odd = identity().der.replace(b"\xa0\3\2\1\2\2\1\1", b"\xa0\3\2\1\2" + serial)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert first_certificate(message(odd)) == first_certificate(message(identity().der))
    assert odd != identity().der


@given(st.data())
def test_a_damaged_certificate_never_raises_nor_warns(data: st.DataObject) -> None:
    octets = bytearray(identity().der)
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found, odd = first_certificate(message(bytes(octets)))
    assert found is not None or odd == (UNREADABLE,)
    if found is not None:
        assert all(text.isprintable() for text in (found.subject, found.issuer, *found.names))
