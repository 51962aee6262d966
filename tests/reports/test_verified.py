"""One verdict on a test: the last word counts, what could not be judged is no all-clear, and the next step is said."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from sniffer.knowledge.catalogue import catalogue
from sniffer.model import limits
from sniffer.model.facts import SessionFact
from sniffer.model.findings import Unjudged
from sniffer.reports.page import Page
from sniffer.reports.redaction import Redactor
from sniffer.reports.table import console
from sniffer.reports.verified import (
    UNJUDGED_NEXT,
    Sign,
    Verified,
    counts,
    is_over,
    last_word,
    nothing_heard,
    tell,
    waiting_line,
)
from tests.inference.facts import DAY, NOW, WHOLE, attempt, fact, judge, no_auth
from tests.reports.dialogues import auth, finding, refused, unknown

KNOWN = catalogue()
SECOND = 1_000_000
PORTS = (25, 587)


def after(seconds: float, *attempts: Any, **told: Any) -> SessionFact:
    """A session that began so many seconds after the wait."""
    return fact(*attempts, day=seconds * SECOND / DAY, **told)


def verified(*facts: SessionFact, key: bytes | None = None) -> Verified:
    """The verdict on a test of these sessions."""
    found = judge(facts, as_of=date(2026, 11, 26))
    return Verified(last_word(found.sessions), tuple(found.sessions), found.device, KNOWN, Redactor(key))


def inferred(found: Any, **told: Any) -> Verified:
    """The verdict on a test of one session inside TLS."""
    (device,) = judge([fact(attempt())]).devices
    one = replace(finding(found, **told), device=device.device)
    return Verified(one, (one,), device, KNOWN, Redactor())


def page(told: Verified) -> str:
    """What is told, as a terminal gets it."""
    stream = io.StringIO()
    tell(Page(console(stream)), told)
    return stream.getvalue()


# -- the words -----------------------------------------------------------------------------------


def test_basic_to_exchange_online_is_still_affected() -> None:
    told = verified(fact(attempt(), mail_accepted=True))
    found = told.lines()
    assert found[0] == (
        "10.0.3.17 (RNP002673A1B2C3, Ricoh) logged in to Exchange Online with LOGIN (Basic), read in clear:"
        " still affected."
    )
    assert found[1].startswith("Why: ")
    assert "What became of it: Mail: accepted" in found
    assert any(line.startswith(f"Session: {told.finding.fact.session}, 2026-11-18") for line in found)
    assert "In Wireshark: ip.addr==10.0.3.17 && ip.addr==52.97.1.2 && tcp.port==49152 && tcp.port==587" in found
    assert found[-1].startswith("Next: ")
    assert "OAuth" in found[-1]
    assert (told.verdict, told.judged) == ("affected", True)


def test_what_is_inferred_says_how_surely_and_that_nobody_checked() -> None:
    told = inferred(auth())
    assert "with LOGIN (Basic), inferred, very likely: still affected." in told.lines()[0]
    assert any(line.startswith("How sure that is: Inferred for Exchange Online: not yet") for line in told.lines())


def test_oauth_that_works_has_migrated() -> None:
    told = verified(fact(attempt("XOAUTH2")))
    assert told.lines()[0].endswith("with XOAUTH2 (OAuth), read in clear: migrated, will keep working.")
    assert told.lines()[-1] == "Next: nothing."
    assert told.verdict == "modern"


def test_oauth_that_fails_does_not_work_yet() -> None:
    told = verified(fact(attempt("XOAUTH2", "failure", "535 5.7.3 Authentication unsuccessful")))
    assert told.lines()[0].endswith("and was refused: it uses OAuth, but that does not work yet.")
    assert "What became of it: The server said: 535 5.7.3 Authentication unsuccessful" in told.lines()
    assert "token" in told.lines()[-1]


def test_a_refusal_is_quoted_and_its_cause_told() -> None:
    reply = "535 5.7.139 Authentication unsuccessful, basic authentication is disabled."
    told = verified(fact(attempt("LOGIN", "failure", reply)))
    assert told.lines()[0].endswith(
        "tried to log in to Exchange Online with LOGIN (Basic), read in clear, and was refused: still affected."
    )
    assert f"What became of it: The server said: {reply}" in told.lines()
    assert any("Likely the cause: " in line for line in told.lines())
    assert any("Likely the cause: " in line for line in inferred(refused()).lines())


def test_basic_elsewhere_is_not_hit_by_that_date() -> None:
    told = verified(fact(attempt(), server="10.0.0.25", banner="220 relay.example.org ESMTP"))
    assert "not to Exchange Online: not hit by its date" in told.lines()[0]
    assert told.verdict == "basic-elsewhere"


RELAY: dict[str, Any] = {"server": "10.0.0.25", "banner": "220 relay.example.org ESMTP"}


def test_mail_without_auth_is_no_matter_of_passwords() -> None:
    told = verified(fact(mail=True, mail_accepted=True, **RELAY))
    assert "mailed to own server without AUTH, read in clear: no password" in told.lines()[0]
    assert told.verdict == "unauthenticated"


def test_where_it_was_refused_nothing_was_sent_and_nothing_is_clear() -> None:
    told = verified(fact(mail=True, mail_accepted=False, mail_reply="530 5.7.57 Client not authenticated", **RELAY))
    assert told.lines()[0].endswith("tried to mail to own server without AUTH, read in clear, and was refused.")
    assert "What became of it: Mail: refused: 530 5.7.57 Client not authenticated" in told.lines()
    assert "wants a login" in told.lines()[-1]


@pytest.mark.parametrize("why", UNJUDGED_NEXT)
def test_what_could_not_be_judged_says_why_and_what_to_do(why: Unjudged) -> None:
    told = inferred(unknown(unjudged=why))
    assert told.lines()[0].startswith("10.0.3.17 (RNP002673A1B2C3, Ricoh) could not be judged at Exchange Online: ")
    assert told.lines()[-1] == f"Next: {UNJUDGED_NEXT[why]}."
    assert (told.verdict, told.judged) == ("unknown", False)
    assert "migrated" not in " ".join(told.lines())


def test_how_well_it_was_seen_is_said_where_that_matters() -> None:
    assert any(
        "bytes missing" in line for line in verified(fact(attempt(), quality=replace(WHOLE, gap_bytes=9))).lines()
    )
    assert not any("How well" in line for line in verified(fact(attempt())).lines())


def test_the_filter_stays_on_one_line_to_be_copied() -> None:
    told = page(
        verified(fact(attempt(), client="2001:db8:1111:2222:3333:4444:5555:6666", server="2603:1026:c03::4444"))
    )
    (line,) = [line for line in told.splitlines() if "ipv6.addr==" in line]
    assert line.endswith("tcp.port==587")
    assert len(line) > 100


def test_names_are_replaced_and_nothing_moves_the_cursor() -> None:
    reply = "535 5.7.8 no such user alice@example.org \x1b[2J"
    one = fact(attempt("LOGIN", "failure", reply, "alice@example.org"), helo="alices-laptop")
    text = page(verified(one, key=b"key"))
    assert "alice" not in text
    assert all(char.isprintable() or char == "\n" for char in page(verified(one)))
    assert all(line.isprintable() for line in verified(one).lines())


# -- when, and which -------------------------------------------------------------------------------


def sessions(*facts: SessionFact) -> Sequence[Any]:
    """Judged sessions."""
    return judge(facts).sessions


def test_the_last_word_counts() -> None:
    test = verified(after(1, attempt(outcome="failure")), after(3, attempt("XOAUTH2"), port=25))
    assert test.verdict == "modern"
    assert any(line.startswith("Also in this test: ") and "LOGIN in clear; failure" in line for line in test.lines())


def test_a_look_whether_the_server_is_there_is_no_word() -> None:
    assert verified(after(1, attempt()), no_auth(day=3 * SECOND / DAY)).verdict == "affected"
    assert verified(no_auth()).finding.auth.unjudged == "no-auth-seen"


def test_something_that_could_not_be_read_is_a_word() -> None:
    """What was judged before may have been given up for it."""
    ambiguous = replace(finding(unknown(unjudged="ambiguous")), fact=after(5))
    assert last_word([*sessions(after(1, attempt())), ambiguous]) is ambiguous


def test_where_the_device_says_something_else_that_is_told() -> None:
    test = verified(
        after(1, attempt()), after(2, attempt()), after(3, attempt(), server="10.0.0.25", banner="220 r.example.org")
    )
    assert (
        "Also in this test: the device as a whole, by all that was heard of it: Basic to Exchange Online"
        in test.lines()
    )


def test_a_test_is_over_after_a_quiet_moment() -> None:
    test = sessions(after(1, attempt()), after(4, attempt()))
    end = max(each.fact.end for each in test)
    assert not is_over([], NOW)
    assert not is_over(test, end + limits.VERIFY_QUIET - 1)
    assert is_over(test, end + limits.VERIFY_QUIET)


def test_a_connection_that_is_open_is_waited_for_but_not_for_ever() -> None:
    test = sessions(after(1, attempt()))
    start, end = test[0].fact.start, test[0].fact.end
    assert not is_over(test, end + limits.VERIFY_QUIET, opened=1)
    assert is_over(test, start + limits.VERIFY_LONGEST, opened=1)


def test_only_what_began_after_the_wait_counts() -> None:
    one, late = (
        sessions(after(5, attempt()))[0],
        sessions(after(5, attempt(), quality=replace(WHOLE, start_seen=False)))[0],
    )
    assert counts(one, NOW)
    assert not counts(one, NOW + 6 * SECOND)
    assert not counts(late, NOW)
    assert counts(late, NOW - limits.VERIFY_BEFORE)


# -- nothing -----------------------------------------------------------------------------------------


def test_while_one_waits_one_hears_what_is_known() -> None:
    assert (
        waiting_line("10.0.3.17", Sign(), 0, 12 * SECOND) == "waiting 00:00:12 for 10.0.3.17: nothing heard of it yet"
    )
    sign = Sign(seen=NOW, asked=("smtp.office365.com",), open=1)
    assert waiting_line("x", sign, 0, 0) == (
        "waiting 00:00:00 for x: 1 connection to a mail port open, not ended yet; it is on the wire;"
        " it asked DNS for smtp.office365.com"
    )
    assert waiting_line("x", sign, 2, 0).endswith("2 sessions heard, waiting whether another follows")


def test_where_nothing_came_the_reader_hears_what_to_check() -> None:
    text = " ".join(nothing_heard("10.0.3.17", Sign(), 60 * SECOND, 0, PORTS))
    assert text.startswith("No session of 10.0.3.17 was seen in 00:01:00. Nothing at all was heard of it.")
    assert "is this the right span" in text
    assert "VLAN" in text
    text = " ".join(nothing_heard("10.0.3.17", Sign(seen=NOW, asked=("mail.example.org",)), 60 * SECOND, 5, PORTS))
    assert "it asked DNS for mail.example.org" in text
    assert "we hear 25, 587" in text
    assert "right span" not in text


def test_an_open_connection_and_a_mailbox_have_their_own_advice() -> None:
    assert nothing_heard("x", Sign(open=1), 0, 0, PORTS)[-1].startswith(
        "A session is judged when its connection has ended"
    )
    assert "name the device" in " ".join(nothing_heard("scan@example.org", Sign(), 0, 0, PORTS))


def test_a_hostile_name_is_harmless() -> None:
    sign = Sign(seen=NOW, asked=("\x1b[2J",))
    assert all(line.isprintable() for line in nothing_heard("\x1b", sign, 0, 0, PORTS))
    assert waiting_line("\x1b", sign, 0, 0).isprintable()
