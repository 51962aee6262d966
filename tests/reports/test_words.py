"""Words of a table say no more than the verdict rests on."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sniffer.model.facts import SessionFact
from sniffer.reports.words import on_the_date, to_do
from tests.inference.facts import attempt, fact, in_tls, judge

ELSEWHERE: dict[str, Any] = {"server": "203.0.113.5", "banner": "220 mail.example.net ESMTP"}
GMAIL: dict[str, Any] = {"server": "203.0.113.6", "banner": "220 smtp.gmail.com ESMTP x - gsmtp"}
OURS: dict[str, Any] = {"server": "10.0.3.2", "banner": "220 relay.example.org ESMTP", "starttls": "not-offered"}
DATES: list[tuple[SessionFact, str, str]] = [
    # the only session → what the date means, what to do
    (fact(attempt("LOGIN")), "hit by the date", "choose a way out"),
    (fact(attempt("LOGIN", "failure", "535 5.7.139 basic authentication is disabled")), "hit by the date",
     "undo the refusal"),
    (fact(attempt("XOAUTH2")), "not hit", ""),
    (in_tls(), "may be hit", "find out how"),
    (in_tls(**GMAIL), "not hit", "find out how"),
    (in_tls(**ELSEWHERE), "not known", "find out how"),
    (fact(attempt("CRAM-MD5"), **ELSEWHERE), "not hit", ""),
    (fact(attempt("PLAIN"), **OURS), "not hit itself", "turn on TLS"),
    (in_tls(**OURS | {"starttls": "established"}), "not hit itself", "find out how"),
]  # fmt: skip


@pytest.mark.parametrize(("session", "hit", "do"), DATES)
def test_what_the_date_means_and_what_to_do(session: SessionFact, hit: str, do: str) -> None:
    device = judge([session], as_of=date(2026, 12, 1)).device
    assert (on_the_date(device), to_do(device)) == (hit, do)
