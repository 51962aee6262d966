"""How a verdict is known, in a table's words: read, decrypted or inferred, and no more than that."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from sniffer.model.facts import Family
from sniffer.model.findings import Band, Basis, ServiceFinding, Verdict
from sniffer.reports.known import Known, known_by
from tests.inference.facts import attempt, fact, judge
from tests.reports.dialogues import auth, finding, unknown

ONE = judge([fact(attempt("LOGIN"))]).service


def service(family: Family, basis: Basis, band: Band | None, *mechanisms: str, **more: Verdict) -> ServiceFinding:
    """What a device does with a service."""
    return replace(ONE, family=family, basis=basis, band=band, mechanisms=mechanisms, **more)


CASES: list[tuple[ServiceFinding, dict[str, set[Basis]], str]] = [
    (service("basic", "clear", "certain", "LOGIN"), {}, "LOGIN in clear"),
    (service("basic", "decrypted", "certain", "LOGIN"), {}, "LOGIN decrypted"),
    (service("basic", "inferred", "strong", "LOGIN"), {}, "LOGIN inferred, strong"),
    (service("basic", "inferred", "likely", "LOGIN"), {"LOGIN": {"inferred"}}, "LOGIN inferred, likely"),
    (service("basic", "inferred", "strong"), {}, "basic inferred, strong"),
    (service("basic", "inferred", "strong", "LOGIN", "PLAIN"), {}, "LOGIN/PLAIN inferred, strong"),
    (service("basic", "clear", "certain", "LOGIN"), {"LOGIN": {"inferred", "clear"}}, "LOGIN in clear and inferred"),
    (service("basic", "clear", "certain", "LOGIN", "PLAIN"), {"LOGIN": {"clear"}, "PLAIN": {"inferred"}},
     "LOGIN in clear, PLAIN inferred"),
    (service("basic", "clear", "certain", "LOGIN", "XOAUTH2", verdict="mixed"),
     {"LOGIN": {"clear"}, "XOAUTH2": {"inferred"}}, "LOGIN in clear, XOAUTH2 inferred"),
    (service("oauth", "inferred", "strong", "LOGIN", "XOAUTH2"), {}, "XOAUTH2 inferred, strong"),
    (service("none", "clear", "certain"), {}, "MAIL without AUTH"),
    (service("none", "inferred", "likely"), {}, "no AUTH inferred, likely"),
    (service("unknown", "none", None), {}, "sessions disagree"),
]  # fmt: skip


@pytest.mark.parametrize(("found", "ways", "words"), CASES, ids=[words for _, _, words in CASES])
def test_a_table_says_how_it_is_known(found: ServiceFinding, ways: dict[str, set[Basis]], words: str) -> None:
    assert known_by(found, ways) == (words, "1 of 1 judged")


def test_what_could_not_be_judged_was_not_seen_clearly() -> None:
    found = msgspec.structs.replace(service("unknown", "none", None), judged=0, unjudged=1)
    assert known_by(found, {}) == ("not seen clearly", "0 of 1 judged")


def test_sessions_tell_how_each_mechanism_was_known() -> None:
    known = Known()
    clear = judge([fact(attempt("LOGIN"))]).session
    hidden = finding(auth())
    assert hidden.device == clear.device
    for each in (clear, hidden, finding(auth(mechanism=None)), finding(unknown())):
        known.session(each)
    assert known.ways(clear.device, clear.service) == {"LOGIN": {"clear", "inferred"}}
    assert known.ways(clear.device, "gmail") == {}


def test_a_migrated_device_is_known_by_what_it_does_now() -> None:
    found = judge([fact(attempt("LOGIN")), fact(attempt("XOAUTH2"), day=1)]).service
    assert (found.verdict, found.state) == ("modern", "migrated")
    assert known_by(found) == ("XOAUTH2 in clear", "2 of 2 judged")


def test_a_mixed_device_is_known_by_both() -> None:
    both = [attempt("LOGIN"), attempt("XOAUTH2"), attempt("LOGIN")]
    elsewhere = {"server": "198.51.100.9", "banner": "220 mail.example.net"}
    found = judge([fact(each, day=day, **elsewhere) for day, each in enumerate(both)]).service  # type: ignore[arg-type]
    assert found.verdict == "mixed"
    assert known_by(found)[0] == "LOGIN/XOAUTH2 in clear"
