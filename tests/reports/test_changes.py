"""The morning report: what an engineer forwards unedited, and the rows that programs read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from sniffer.inference.changes import changes, sorted_out
from sniffer.inference.coverage import coverage
from sniffer.model import limits
from sniffer.model.changes import CHANGES, Change, Excepted, Subject
from sniffer.model.coverage import Coverage, Interval
from sniffer.model.findings import VERDICTS, DeviceFinding
from sniffer.model.suspects import Suspect, Suspects
from sniffer.reports.boxes import counted
from sniffer.reports.change_words import HEADS
from sniffer.reports.changes import Morning, change_row, morning_row, morning_text
from sniffer.reports.machine import encoded
from sniffer.reports.redaction import Redactor
from sniffer.reports.silent import silent_lines, suspect_row
from tests import contract
from tests.inference.facts import DAY, NOW, attempt, fact
from tests.inference.test_changes import AFTER, BEFORE, KNOWN, OFF, device, judged, used

PLAIN, HIDDEN = Redactor(), Redactor(b"key")
WORKED = [fact(attempt()), fact(attempt(), day=1)]
REFUSED = [*WORKED, fact(attempt(outcome="failure", reply=OFF), day=2)]


def listened(share: float, days: int = 1) -> list[Coverage]:
    """The coverage of days of which a part was listened to."""
    end = NOW + 2 * DAY
    return [coverage("hq", [Interval(end - round(days * DAY * share), end)], end - days * DAY, end)]


def named(record: DeviceFinding, number: int, kind: str = "printer") -> DeviceFinding:
    """One of several devices that are alike."""
    return replace(record, device=f"d-{number:02}", name=f"RNP00267300{number:04}", kind=kind)


def morning(loud: Sequence[Change] = (), devices: Sequence[DeviceFinding] = (), **more: Any) -> Morning:
    """A report of a day that was listened to."""
    told = {"recent": listened(1), "coverage": listened(1, 30), "since": NOW + DAY, **more}
    return Morning(NOW + 2 * DAY, loud, devices=devices, **told)


def text(report: Morning, redact: Redactor = PLAIN) -> str:
    """The report's words, as if lines were not broken."""
    return " ".join(morning_text(report, redact).split())


def refused(count: int) -> tuple[Change, ...]:
    """So many printers that are refused since the date, and a NAS."""
    before, after = judged(*WORKED), judged(*REFUSED)
    kinds = ["printer"] * count + ["nas"]
    found = [changes(named(before, n), named(after, n, kind), KNOWN, AFTER) for n, kind in enumerate(kinds)]
    return sorted_out([each for some in found for each in some], {}, AFTER).loud


def test_what_happened_to_several_is_one_paragraph_with_its_cause_once() -> None:
    told = text(morning(refused(2)))
    assert "2 printers and 1 NAS are now refused by Exchange Online." in told
    assert told.count("Basic authentication is switched off for this account") == 1
    assert "RNP002673000000, Ricoh, 10.0.3.17: last worked" in told
    assert told.index("To act on") < told.index("Where it stands") < told.index("How much was listened to")


def test_a_long_list_is_cut_and_counted() -> None:
    told = text(morning(refused(limits.CHANGES_LISTED + 4)))
    assert told.count("last worked") == limits.CHANGES_LISTED
    assert "and 5 more (sniffer changes lists them)" in told


def test_the_urgent_comes_first_and_good_news_last() -> None:
    good = changes(device(used()), device(used("modern")), KNOWN, AFTER)
    quiet = changes(device(used()), None, KNOWN, AFTER)
    told = text(morning(sorted_out([*good, *quiet, *refused(1)], {}, AFTER).loud))
    assert told.index("To act on") < told.index("To know") < told.index("Good news")
    assert "1 printer has moved from Basic to OAuth at Exchange Online." in told


@pytest.mark.parametrize(
    ("recent", "words"),
    [
        (listened(1), "Nothing changed: 100 % of the time was listened to."),
        (listened(0.4), "Nothing changed in what was heard, but that was only 40 % of the time."),
        (listened(0), "Nothing was listened to, so whether anything changed is not known."),
        ([], "Nothing was listened to, so whether anything changed is not known."),
    ],
)
def test_a_day_without_changes_says_what_that_is_worth(recent: list[Coverage], words: str) -> None:
    report = morning(devices=[device(used("unknown", "unjudged")), device(used())], recent=recent)
    told = text(report)
    assert words in told
    assert "2 devices known: 1 Basic to Exchange Online and 1 Unknown. Unknown is no all-clear." in told
    assert "all clear" not in told.lower()


def test_no_device_at_all_is_no_all_clear() -> None:
    assert "No device was seen mailing yet: that is no all-clear." in text(morning())


def test_what_an_exception_silences_is_counted() -> None:
    found = changes(device(used()), device(used(state="refused")), KNOWN, AFTER)
    parted = sorted_out(found, {"d-1": Excepted("replaced soon", AFTER)}, AFTER)
    told = text(morning(parted.loud, [device(used())], silenced=parted.silenced, excepted=1))
    assert "Nothing changed" in told
    assert "1 device with an exception; 1 change of such devices not listed above." in told


def test_the_date_is_told_while_it_matters() -> None:
    row = KNOWN.deadline("exchange-online")
    assert row
    assert "At the end of December 2026" in text(morning(devices=[device(used())], deadline=row.says(BEFORE)))
    assert "December" not in text(morning(devices=[device(used("modern"))], deadline=row.says(BEFORE)))


def test_lines_fit_a_mail_and_hostile_names_move_no_cursor() -> None:
    evil = device(used(), name="evil\x1b[2J\n\u202eprinter" + "x" * 20)
    told = morning_text(morning(changes(None, evil, KNOWN, BEFORE), [evil]), PLAIN)
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "\\x1b" in told
    assert max(map(len, told.splitlines())) <= 78


def test_every_change_has_its_words_and_a_row_that_programs_can_read() -> None:
    assert set(HEADS) == set(CHANGES)
    who = Subject("d-1", "affected", "RNP1", "Ricoh", "MP C3003", "printer", "10.0.3.17", None, "Floor 2", "Ann", "hq")
    for kind in CHANGES:
        for before, after in ((None, None), ("affected", "modern"), ("10.0.3.17", "10.0.4.17"), (None, "affected")):
            change = Change(
                kind=kind, time=NOW, subject=who, service="gmail", title="Gmail", before=before, after=after
            )
            row = json.loads(encoded(change_row(change, PLAIN)))
            assert contract.violations(row) == []
            assert "{" not in row["text"]
            assert "RNP1, Ricoh MP C3003, 10.0.3.17, Floor 2" in text(morning([change]))
            assert "Ann" not in encoded(change_row(change, HIDDEN))


def test_redaction_hides_names_everywhere() -> None:
    renamed = changes(device(used(), name="anns-copier"), device(used(), name="bobs-copier"), KNOWN, BEFORE)
    told = morning_text(morning(renamed), HIDDEN) + encoded(change_row(renamed[0], HIDDEN))
    assert "ann" not in told
    assert "bob" not in told
    moved = changes(
        replace(device(used()), location="Ann's room"), replace(device(used()), location="Bob's room"), KNOWN, BEFORE
    )
    told = morning_text(morning(moved), HIDDEN) + encoded(change_row(moved[0], HIDDEN))
    assert "Ann" not in told
    assert "Bob" not in told


def test_silenced_rows_say_why_and_until_when() -> None:
    found = changes(device(used()), device(used(state="refused")), KNOWN, AFTER)
    (silenced,) = sorted_out(found, {"d-1": Excepted("replaced", date(2027, 2, 1))}, AFTER).silenced
    row = change_row(silenced, PLAIN)
    assert row["exception"] == {"reason": "replaced", "until": "2027-02-01"}
    assert contract.violations(json.loads(encoded(row))) == []


def test_what_stands_around_the_changes_for_programs() -> None:
    row = morning_row(morning(refused(2), [device(used())]))
    assert row["changes"] == {"refused": 3}
    assert row["devices"] == {VERDICTS[0]: 1}
    assert row["recent"][0]["share"] == 1.0
    json.loads(encoded(row))


# -- silent suspects ------------------------------------------------------------------------------


def suspect(number: int, kind: str | None = "printer", **more: Any) -> Suspect:
    """A box that was heard."""
    told = {"mac": f"00:26:73:00:00:{number:02x}", "ip": f"10.0.3.{number}", "vendor": "Ricoh", **more}
    return Suspect(sensor="hq", first_seen=NOW, last_seen=NOW, kind=kind, **told)


def test_suspects_are_counted_by_kind_and_called_a_hint() -> None:
    found = Suspects((suspect(1), suspect(2), suspect(3, "nas")), 90, cut=False)
    lines = silent_lines(found, PLAIN)
    assert lines[0] == "2 printers and 1 NAS that can mail were heard and did not mail:"
    assert lines[1] == "  Ricoh, 10.0.3.1, 00:26:73:00:00:01"
    assert "no verdict" in lines[-1]
    assert silent_lines(Suspects((), 90, cut=False), PLAIN) == []


def test_who_asked_is_told_with_what_and_whether_it_was_for_others() -> None:
    asked = suspect(1, None, name="ann-pc", asked=("smtp.office365.com",), for_others=True)
    lines = silent_lines(Suspects((asked,), 90, cut=True), HIDDEN)
    assert lines[0] == "1 device asked for smtp.office365.com and was not seen mailing there:"
    assert lines[1].endswith("; it may have asked for others")
    assert "ann" not in "".join(lines)
    assert "were not looked at" in lines[-1]
    assert contract.violations(json.loads(encoded(suspect_row(asked, HIDDEN)))) == []


def test_a_model_that_repeats_the_name_names_nobody() -> None:
    found = suspect(1, name="ann-pc", model="Printer of ann-pc")
    shown = "".join(silent_lines(Suspects((found,), 90, cut=False), HIDDEN)) + encoded(suspect_row(found, HIDDEN))
    assert "Printer of host-" in shown
    assert "ann" not in shown


def test_a_name_is_the_same_word_in_a_change_wherever_it_stands() -> None:
    found = changes(device(used()), device(used(state="refused")), KNOWN, AFTER)
    (silenced,) = sorted_out(found, {"d-1": Excepted("ann-pc is away", AFTER)}, AFTER).silenced
    told = replace(silenced, subject=replace(silenced.subject, name="ann-pc", model="Printer of ann-pc"))
    row = change_row(told, HIDDEN)
    assert row["name"].startswith("host-")
    assert (row["model"], row["exception"]["reason"]) == (f"Printer of {row['name']}", f"{row['name']} is away")


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (["printer"], "1 printer"),
        (["printer", "printer", "nas", None, "other"], "2 printers, 1 NAS and 2 other devices"),
        ([None, None], "2 devices"),
        ([], ""),
    ],
)
def test_counting_kinds(kinds: list[str | None], words: str) -> None:
    assert counted(kinds) == words
