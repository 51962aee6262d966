"""Words of a table say no more than the verdict rests on."""

from __future__ import annotations

from sniffer.reports.words import known_by
from tests.inference.facts import attempt, fact, judge


def test_a_migrated_device_is_known_by_what_it_does_now() -> None:
    service = judge([fact(attempt("LOGIN")), fact(attempt("XOAUTH2"), day=1)]).service
    assert (service.verdict, service.state) == ("modern", "migrated")
    assert known_by(service) == ("XOAUTH2 in clear", "2 of 2 judged")


def test_a_mixed_device_is_known_by_both() -> None:
    both = [attempt("LOGIN"), attempt("XOAUTH2"), attempt("LOGIN")]
    elsewhere = {"server": "198.51.100.9", "banner": "220 mail.example.net"}
    service = judge([fact(each, day=day, **elsewhere) for day, each in enumerate(both)]).service  # type: ignore[arg-type]
    assert service.verdict == "mixed"
    assert known_by(service)[0] == "LOGIN/XOAUTH2 in clear"
