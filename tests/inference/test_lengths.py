"""How likely a message is as long as it is: the client's, and a server's by its greeting and what was learnt of it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.inference.lengths import LONGEST_REPLY, LONGEST_SAID, Lengths, component, mass
from sniffer.inference.plaintext import Length
from sniffer.inference.replies import KNOWN_SHARE, Learnt, ReplyTables
from sniffer.knowledge.dialogue import Part, model
from sniffer.knowledge.reply_lengths import profiles
from sniffer.model import limits
from tests.inference.facts import EXCHANGE_BANNER
from tests.knowledge.banners import LONG, SHORT, banner
from tests.knowledge.test_reply_lengths import GREETINGS

KNOWN = model()
CLIENT = Lengths(KNOWN.client, {}, LONGEST_SAID)
TABLES = ReplyTables(KNOWN)
BLIND = ReplyTables(KNOWN, texts=False)
POSTFIX = "220 mail.example.org ESMTP Postfix"
SERVERS: dict[str, Lengths] = {
    "of no greeting": TABLES.of(None),
    "of no greeting, blind": BLIND.of(None),
    "Exchange Online": TABLES.of(banner(LONG)),
    "Postfix": TABLES.of(POSTFIX),
    "Postfix, of which something was learnt": TABLES.of(POSTFIX, Learnt((("accepted", 61, 9), ("bye", 15, 3)))),
}


def likely(table: Lengths, symbol: str, least: int, most: int | None = None) -> float:
    """How likely a symbol is so long."""
    return table.likelihoods(Length(least, least if most is None else most))[table.symbols.index(symbol)]


@pytest.mark.parametrize("symbol", KNOWN.client)
def test_what_a_client_says_is_some_length(symbol: str) -> None:
    assert likely(CLIENT, symbol, 0, 10**6) == pytest.approx(1.0)
    assert sum(likely(CLIENT, symbol, length) for length in range(LONGEST_SAID + 1)) == pytest.approx(1.0)


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("symbol", KNOWN.server)
def test_what_a_server_says_is_some_length(server: str, symbol: str) -> None:
    table = SERVERS[server]
    assert likely(table, symbol, 0, 10**6) == pytest.approx(1.0)
    assert sum(likely(table, symbol, length) for length in range(LONGEST_REPLY + 1)) == pytest.approx(1.0)


@given(
    symbol=st.sampled_from(sorted(KNOWN.server)),
    server=st.sampled_from(sorted(SERVERS)),
    least=st.integers(0, 1200),
    width=st.integers(0, 64),
)
def test_a_range_is_the_sum_of_its_lengths(symbol: str, server: str, least: int, width: int) -> None:
    table = SERVERS[server]
    apart = [likely(table, symbol, length) for length in range(least, min(least + width, LONGEST_REPLY) + 1)]
    if least <= LONGEST_REPLY:
        assert likely(table, symbol, least, least + width) == pytest.approx(sum(apart), abs=1e-12)
    assert likely(table, symbol, least, least + width) >= 0.0


def test_no_message_is_no_symbols() -> None:
    for table in (CLIENT, *SERVERS.values()):
        assert len(table.likelihoods(Length(12, 12))) == len(table.symbols) + 1
        assert table.likelihoods(Length(12, 12))[-1] == 0.0


def test_from_some_length_on_it_does_not_matter() -> None:
    assert likely(CLIENT, "text", LONGEST_SAID) == likely(CLIENT, "text", 10**6)


def test_what_is_remembered_is_what_was_worked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LENGTHS_REMEMBERED", 3)
    table = Lengths(KNOWN.client, {}, LONGEST_SAID)
    once = [list(table.likelihoods(Length(length, length))) for length in range(20)]
    again = [list(table.likelihoods(Length(length, length))) for length in range(20)]
    assert once == again


# -- curves ---------------------------------------------------------------------------------------


@given(
    base=st.integers(2, 21),
    mean=st.integers(4, 2000),
    spread=st.floats(0.1, 1.0),
    least=st.integers(1, 200),
)
def test_base64_has_the_lengths_of_its_class_only(base: int, mean: int, spread: float, least: int) -> None:
    least = min(least, mean)
    found = component(Part("base64", 1.0, base, float(mean), spread, least), LONGEST_SAID)
    assert found.sum() == pytest.approx(1.0)
    assert all(length == LONGEST_SAID or (length - base) % 4 == 0 for length in found.nonzero()[0])
    assert found.nonzero()[0].min() >= base + min(least, 4)


@given(mean=st.integers(4, 2000), spread=st.floats(0.1, 1.0), least=st.integers(1, 100))
def test_a_curve_begins_where_it_is_said_to(mean: int, spread: float, least: int) -> None:
    least = min(least, mean)
    found = component(Part("about", 1.0, 0, float(mean), spread, least), LONGEST_SAID)
    assert found.sum() == pytest.approx(1.0)
    assert found[:least].sum() == 0.0


def test_a_part_weighs_what_it_weighs() -> None:
    parts = (Part("at", 3.0, 12), Part("at", 1.0, 16))
    found = mass(parts, {}, 100)
    assert (found[12], found[16], found.sum()) == (0.75, 0.25, 1.0)


def test_known_texts_share_their_part() -> None:
    parts = (Part("replies", 1.0, symbol="texts"), Part("at", 1.0, 50))
    found = mass(parts, {"texts": {10: 0.25, 20: 0.75}}, 100)
    assert (found[10], found[20], found[50]) == (0.125, 0.375, 0.5)


# -- servers --------------------------------------------------------------------------------------

WORDS = {"accepted": "accepted", "refused": "auth-refused", "mail-accepted": "mail-accepted", "bye": "bye"}
"""Replies by their symbols here and in the tables of texts."""


@pytest.mark.parametrize(("greeting", "code"), [row for row in GREETINGS if row[1] != "exchange-online"])
@pytest.mark.parametrize("symbol", WORDS)
def test_a_greeting_makes_its_own_words_likely(greeting: str, code: str, symbol: str) -> None:
    (profile,) = [each for each in profiles() if each.code == code]
    own = profile.lengths(WORDS[symbol])  # type: ignore[arg-type]
    share = sum(likely(TABLES.of(greeting), symbol, length) for length in own)
    if own:
        assert share >= KNOWN_SHARE * 0.95
        assert share > sum(likely(TABLES.of(None), symbol, length) for length in own)
    else:
        assert TABLES.of(greeting).likelihoods(Length(30, 30)) is not None


def test_what_is_not_known_of_a_server_stays_possible() -> None:
    table = TABLES.of(POSTFIX)
    for symbol in WORDS:
        assert 0.0 < likely(table, symbol, 33) < 1 - KNOWN_SHARE


@pytest.mark.parametrize(("leaf", "host"), [(SHORT, 38), (LONG, 39), ("YQXPR0101CA0058", 41)])
def test_refusals_of_exchange_online_follow_its_banner(leaf: str, host: int) -> None:
    table = TABLES.of(banner(leaf))
    mine = 74 + host + 47
    assert likely(table, "refused", mine) > 10 * likely(table, "refused", mine + 1)
    assert likely(table, "accepted", 37) > KNOWN_SHARE / 2


def test_without_texts_no_length_stands_out() -> None:
    for symbol in WORDS:
        blind = [likely(BLIND.of(EXCHANGE_BANNER), symbol, length) for length in range(5, 200)]
        assert BLIND.of(EXCHANGE_BANNER) is BLIND.of(None)
        assert max(blind) < 0.1
        steps = [abs(one - other) for one, other in pairwise(blind)]
        assert sum(steps) == pytest.approx(2 * max(blind), rel=0.6)  # up, and down again


def test_what_was_learnt_counts_more_the_more_often_it_was_seen() -> None:
    shares = [
        likely(TABLES.of(POSTFIX, Learnt((("accepted", 61, times),)) if times else Learnt()), "accepted", 61)
        for times in (0, 1, 2, 5, 50)
    ]
    assert shares == sorted(set(shares))
    assert shares[-1] > 0.9


def test_what_was_learnt_of_one_reply_says_nothing_of_another() -> None:
    learnt = TABLES.of(POSTFIX, Learnt((("accepted", 61, 9),)))
    assert likely(learnt, "refused", 61) == pytest.approx(likely(TABLES.of(POSTFIX), "refused", 61))
    assert 0.0 < likely(learnt, "accepted", 37) < likely(TABLES.of(POSTFIX), "accepted", 37)


def test_several_learnt_lengths_share_by_their_counts() -> None:
    learnt = TABLES.of(None, Learnt((("accepted", 61, 30), ("accepted", 71, 10))))
    assert likely(learnt, "accepted", 61) > 2 * likely(learnt, "accepted", 71) > 0.2


def test_a_table_is_made_once_and_a_few_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SERVER_TABLES", 4)
    tables = ReplyTables(KNOWN)
    assert tables.of(POSTFIX) is tables.of("220 other.example.org ESMTP Postfix")
    first = tables.of(POSTFIX)
    for times in range(1, 9):
        tables.of(POSTFIX, Learnt((("accepted", 61, times),)))
    again = tables.of(POSTFIX)
    assert again is not first
    assert again.likelihoods(Length(37, 37)) == first.likelihoods(Length(37, 37))
