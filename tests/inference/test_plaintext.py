"""How many bytes of text a record holds, for every kind of cipher suite."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.inference.plaintext import Protection, protection
from sniffer.inference.start import Measure, Padding
from sniffer.model.facts import TlsFact
from tests.inference.records import EVERY, Suite, filled, record

TEXTS = (0, 1, 2, 3, 6, 12, 15, 16, 17, 18, 31, 32, 33, 255, 1622, 4096)


def of(name: str, version: str) -> Protection:
    """How a suite protects."""
    found = protection(TlsFact(version=version, cipher=name))
    assert found
    return found


def ids(each: tuple[Suite, str]) -> str:
    """A suite and a version as one word."""
    return f"{each[0].name}-{each[1]}"


@pytest.mark.parametrize("each", EVERY, ids=ids)
@pytest.mark.parametrize("etm", [False, True], ids=["", "encrypt-then-mac"])
def test_a_text_is_as_long_as_its_record_says(each: tuple[Suite, str], *, etm: bool) -> None:
    suite, version = each
    how = of(suite.name, version)
    for text in TEXTS:
        length = how.length(record(suite, version, text, etm=etm))
        assert length.least <= text <= length.most
        assert length.exact is suite.exact
        assert length.most - length.least < suite.block


BLOCKS = [each for each in EVERY if each[0].kind == "block"]


@given(
    each=st.sampled_from(BLOCKS),
    text=st.integers(0, 16_384),
    etm=st.booleans(),
)
def test_of_a_block_cipher_all_texts_of_the_range_and_no_others_make_that_record(
    each: tuple[Suite, str], text: int, *, etm: bool
) -> None:
    suite, version = each
    octets = record(suite, version, text, etm=etm)
    length = of(suite.name, version).length(octets)
    assert length.least <= text <= length.most
    same = {other for other in range(max(text - 64, 0), text + 64) if record(suite, version, other, etm=etm) == octets}
    assert same == set(range(length.least, length.most + 1))


@given(each=st.sampled_from([each for each in EVERY if each[0].exact]), text=st.integers(0, 16_384))
def test_of_other_ciphers_one_text_makes_that_record(each: tuple[Suite, str], text: int) -> None:
    suite, version = each
    assert of(suite.name, version).length(record(suite, version, text)) == (text, text)


@given(each=st.sampled_from(EVERY), octets=st.integers(-10, 200))
def test_a_record_that_is_too_short_has_no_text(each: tuple[Suite, str], octets: int) -> None:
    suite, version = each
    length = of(suite.name, version).length(octets)
    assert 0 <= length.least <= length.most


NOT_KNOWN = [
    ("1.3", None),
    (None, "TLS_AES_256_GCM_SHA384"),
    ("1.2", "0xfefe"),
    ("1.2", "TLS_GREASE"),
    ("1.2", "TLS_GOSTR341112_256_WITH_28147_CNT_IMIT"),
    ("1.2", "TLS_RSA_WITH_MISTY1_CBC_SHA"),
    ("1.2", "TLS_FALLBACK_SCSV"),
    ("1.2", "TLS_NULL_WITH_NULL_NULL"),
    ("1.2", "ECDHE-RSA-AES256-SHA"),
    ("1.2", ""),
]


@pytest.mark.parametrize(("version", "cipher"), NOT_KNOWN)
def test_of_a_suite_that_is_not_known_nothing_is_told(version: str | None, cipher: str | None) -> None:
    assert protection(TlsFact(version=version, cipher=cipher)) is None


FINISHED = [("TLS_AES_256_GCM_SHA384", 52), ("TLS_AES_128_GCM_SHA256", 36), ("TLS_CHACHA20_POLY1305_SHA256", 36)]


@pytest.mark.parametrize(("cipher", "octets"), FINISHED)
def test_a_finished_is_as_long_as_the_hash_and_its_header(cipher: str, octets: int) -> None:
    assert of(cipher, "1.3").finished == octets


HIDES = [("1.3", "TLS_AES_128_GCM_SHA256", True), ("1.2", "TLS_RSA_WITH_AES_128_GCM_SHA256", False)]


@pytest.mark.parametrize(("version", "cipher", "hides"), HIDES)
def test_only_tls_1_3_hides_what_is_a_text(version: str, cipher: str, *, hides: bool) -> None:
    assert of(cipher, version).hides_type is hides


# -- several records on end -----------------------------------------------------------------------

SPLITS = [
    # version, suite, records of a text → bounds of the text
    ("1.0", "TLS_RSA_WITH_AES_128_CBC_SHA", (0, 12)),
    ("1.0", "TLS_RSA_WITH_AES_128_CBC_SHA", (1, 11)),
    ("1.0", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", (1, 99)),
    ("SSL 3.0", "TLS_RSA_WITH_IDEA_CBC_SHA", (0, 20)),
]


@pytest.mark.parametrize(("version", "cipher", "texts"), SPLITS)
def test_a_first_record_of_tls_1_0_against_beast_widens_the_range_by_one_at_most(
    version: str, cipher: str, texts: tuple[int, ...]
) -> None:
    (suite,) = [each for each, its in EVERY if each.name == cipher and its == version]
    measure = Measure(of(cipher, version))
    lengths = [record(suite, version, text) for text in texts]
    alone = measure.one(True, lengths[-1])
    both = measure.all(True, lengths)
    assert (both.least, both.most) == (alone.least, alone.most + 1)
    assert both.least <= sum(texts) <= both.most


def test_from_tls_1_1_on_every_record_counts() -> None:
    (suite,) = [each for each, its in EVERY if each.name == "TLS_RSA_WITH_AES_128_CBC_SHA" and its == "1.1"]
    measure = Measure(of(suite.name, "1.1"))
    one = record(suite, "1.1", 3)
    assert measure.all(True, [one, one]).most == 2 * measure.one(True, one).most


PADDINGS = [Padding(), Padding("constant", 16, 16), Padding("block", 64)]


@given(
    each=st.sampled_from(EVERY),
    texts=st.lists(st.integers(0, 300), min_size=1, max_size=20),
    padding=st.sampled_from(PADDINGS),
    from_client=st.booleans(),
)
def test_the_texts_of_records_on_end_add_up(
    each: tuple[Suite, str], texts: list[int], padding: Padding, *, from_client: bool
) -> None:
    """Whether each record's length is known or only the sum."""
    suite, version = each
    if version != "1.3":
        padding = Padding()
    measure = Measure(of(suite.name, version), padding)
    lengths = [record(suite, version, text, pad=_pad(padding, text, from_client=from_client)) for text in texts]
    told, summed = measure.all(from_client, lengths), measure.sum(from_client, len(lengths), sum(lengths))
    assert told.least <= sum(texts) <= told.most or measure.how.splits
    assert summed.least <= sum(texts) <= summed.most
    assert summed.least <= told.least
    assert told.most <= summed.most
    assert summed.exact or not told.exact


def _pad(padding: Padding, text: int, *, from_client: bool) -> int:
    if padding.kind == "block" and from_client:
        return filled(text + 1, padding.client) - text - 1
    return padding.client if from_client else padding.server
