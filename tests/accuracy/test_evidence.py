"""What a labelled session says of the parameters."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from sniffer.inference.content import coarse
from sniffer.inference.hidden import Ear
from sniffer.inference.plaintext import exactly
from sniffer.knowledge.dialogue import model
from sniffer.model.facts import SessionFact
from tests.accuracy.corpora import Attempt, Sample
from tests.accuracy.evidence import evidence
from tests.accuracy.samples import LOGIN, label, login, refused, token
from tests.inference.dialogues import MAIL, session

EAR = Ear(model(fitted=False))
TURNS = 8
"""Turns behind the EHLO of ``login()``."""


def said(sample: Sample) -> Mapping[tuple[str, ...], float]:
    """What a sample says."""
    found = evidence(EAR, sample)
    assert found is not None
    return found


def likely(sample: Sample) -> set[tuple[str, ...]]:
    """What a sample says nearly surely."""
    return {key for key, count in said(sample).items() if count > 0.9}


def test_each_turn_counts_once() -> None:
    counts = said(login())
    for kind in ("turn", "client", "server"):
        assert sum(value for key, value in counts.items() if key[0] == kind) == pytest.approx(TURNS)
    assert all(value >= 0 for value in counts.values())


def test_a_login_tells_its_turns_and_their_lengths() -> None:
    assert {
        ("turn", "none", "ready", "begin", "goes-on"), ("turn", "none", "exchange", "goes-on"),
        ("turn", "none", "exchange", "accepted"),
        ("turn", "accepted", "ready", "path", "ready: mail > mail-accepted > mail"),
        ("turn", "accepted", "sent", "path", "sent: quit > bye > over"),
        ("client", "user", "34"), ("client", "password", "54"), ("server", "accepted", "37"), ("server", "bye", "15"),
    } <= likely(login())  # fmt: skip


def test_the_label_decides_what_a_length_leaves_open() -> None:
    turns, failed = f"{LOGIN}, 6>15", (Attempt("LOGIN", False, "fail"),)
    assert ("server", "accepted", "37") in likely(login(turns=turns))
    contrary = Sample(session(turns), label(attempts=failed, outcome="failure"))
    assert ("server", "refused", "37") in likely(contrary)
    assert ("server", "accepted", "37") not in said(contrary)
    assert ("server", "refused", "60") in likely(refused())


CONTRARY: dict[str, tuple[Attempt, ...]] = {
    "no AUTH": (),
    "another mechanism": (Attempt("CRAM-MD5", False, "ok"),),
    "an initial response": (Attempt("LOGIN", True, "ok"),),
    "one AUTH more": (Attempt("LOGIN", False, "fail"), Attempt("LOGIN", False, "ok")),
    "refused before the password": (Attempt("LOGIN", False, "rejected"), Attempt("LOGIN", False, "rejected")),
}


@pytest.mark.parametrize("name", CONTRARY)
def test_a_session_that_contradicts_its_label_says_nothing(name: str) -> None:
    assert evidence(EAR, Sample(session("12>18, 34>18, 54>37, 6>15"), label(attempts=CONTRARY[name]))) is None


def test_a_mechanism_that_nobody_knows_is_another() -> None:
    unheard = label(family="challenge", attempts=(Attempt("X-OWN", False, "ok"),))
    assert ("client", "auth-other", "16") in likely(Sample(session("16>30, 30>37, 6>15"), unheard))
    assert ("client", "auth-xoauth2-initial", str(coarse(exactly(1635)).least)) in likely(token())


def test_where_a_dialogue_ended_counts_only_if_the_end_was_seen() -> None:
    turns = f"{LOGIN}, {MAIL.removesuffix(', 6>15')}"
    end = ("end", "accepted", "sent")
    assert end in likely(login(turns=turns))
    assert not any(key[0] == "end" for key in said(Sample(session(turns, cut="limit"), label())))
    assert end not in likely(login())  # it said QUIT


def test_a_range_of_lengths_tells_none() -> None:
    cbc = "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"
    counts = said(Sample(session(f"{LOGIN}, {MAIL}", cipher=cbc), label(tls="cbc")))
    assert {key[0] for key in counts} <= {"turn", "end"}
    assert sum(value for key, value in counts.items() if key[0] == "turn") == pytest.approx(TURNS)


@pytest.mark.parametrize("fact", [session(""), session("", greeted=None)])
def test_a_session_without_a_dialogue_says_nothing(fact: SessionFact) -> None:
    assert evidence(EAR, Sample(fact, label())) is None
    assert evidence(EAR, Sample(fact, label(family="none", attempts=(), outcome=None))) is None
