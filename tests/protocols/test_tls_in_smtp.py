"""TLS in a session: behind STARTTLS or from the first byte, and servers that answer it with text."""

from __future__ import annotations

import pytest

from sniffer.model import limits
from sniffer.model.facts import Speech, TlsFact
from sniffer.protocols import SmtpSession
from tests.protocols import tls_bytes as tls
from tests.protocols.dialogue import Turn, Turns, codes, dialogue, feed, learned, told
from tests.protocols.handshakes import NAME, assert_no_more, recorded
from tests.protocols.holes import one_side
from tests.protocols.tls_bytes import UNKNOWN_CA, client_hello, hello_record, server_hello, server_name

REQUESTED = dialogue("""
    S: 220 mail.example.org ESMTP
    C: EHLO scanner
    S: 250-mail.example.org
    S: 250 STARTTLS
    C: STARTTLS
    S: 220 2.0.0 Ready
""")
HELLO = Turn(True, hello_record(client_hello(extensions=server_name(b"mail.example.org"))))
FLIGHT = Turn(False, hello_record(server_hello(), 2))
ALERT = Turn(True, UNKNOWN_CA)


def showed(said: Turns) -> tuple[Speech, TlsFact]:
    """What turns mean, however they are cut, where there is a handshake."""
    speech, fact = learned(said)
    assert fact is not None
    return speech, fact


def heard(said: Turns) -> tuple[Speech, TlsFact]:
    """What turns mean, where the cuts were tried elsewhere."""
    speech, fact = told(said)
    assert fact is not None
    return speech, fact


@pytest.mark.parametrize("name", recorded())
def test_behind_starttls(name: str) -> None:
    shaken = recorded()[name]
    speech, fact = heard([*REQUESTED, *shaken.said])
    assert {field: getattr(fact, field) for field in shaken.expected} == shaken.expected
    assert (speech.starttls, speech.encrypted, speech.banner) == ("established", True, "220 mail.example.org ESMTP")
    assert (speech.blind, codes(speech)) == (False, [])


@pytest.mark.parametrize("name", recorded())
def test_from_the_first_byte(name: str) -> None:
    shaken = recorded()[name]
    speech, fact = heard(shaken.said)
    assert {field: getattr(fact, field) for field in shaken.expected} == shaken.expected
    assert (speech.starttls, speech.encrypted, speech.banner, speech.smtp) == ("implicit", True, None, False)


def test_nothing_more_is_wanted_once_it_failed() -> None:
    said = recorded()["1.3 unknown CA"].said
    session = SmtpSession()
    assert feed(session, REQUESTED) is True
    wanted = [feed(session, [turn]) for turn in said]
    assert (wanted[0], wanted[-1]) == (True, False)
    assert wanted == sorted(wanted, reverse=True)


@pytest.mark.parametrize("name", ["1.3", "1.2"])
def test_of_a_long_session_only_the_beginning_is_wanted(name: str) -> None:
    session = SmtpSession()
    assert {feed(session, [turn]) for turn in [*REQUESTED, *recorded()[name].said]} == {True}
    mail = [Turn(side, tls.sealed(40)) for side in (True, False)] * limits.HALF_TURNS
    wanted = [feed(session, [turn]) for turn in mail]
    assert (wanted[0], wanted[-1]) == (True, False)
    assert wanted == sorted(wanted, reverse=True)


@pytest.mark.parametrize("before", [[], REQUESTED])
@pytest.mark.parametrize("name", recorded())
def test_the_servers_flight_may_come_before_the_hello(name: str, before: Turns) -> None:
    first, second, *rest = recorded()[name].said
    assert told([*before, second, first, *rest]) == told([*before, first, second, *rest])


def test_bytes_that_wait_for_more_are_not_lost() -> None:
    whole = showed([*REQUESTED, HELLO, FLIGHT])
    for held in (1, 2):
        client = [Turn(True, HELLO.data[:held]), FLIGHT, Turn(True, HELLO.data[held:])]
        assert told([*REQUESTED, *client]) == whole
        server = [Turn(False, FLIGHT.data[:held]), HELLO, Turn(False, FLIGHT.data[held:])]
        assert told([*REQUESTED, *server]) == whole


def test_no_tls_no_fact() -> None:
    assert told(REQUESTED)[1] is None
    assert told(dialogue("S: 220 hi\nC: EHLO x\nS: 250 hi\nC: QUIT\nS: 221 bye"))[1] is None


# -- text where TLS should be --------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["500 5.5.1 Command unrecognized", "454 4.7.0 TLS not available", "220 go on"])
def test_starttls_accepted_and_tls_answered_in_clear(answer: str) -> None:
    speech, fact = showed([*REQUESTED, HELLO, *dialogue(f"S: {answer}"), ALERT])
    assert (fact.in_clear, fact.complete, fact.sni, fact.version) == (True, False, "mail.example.org", None)
    assert (fact.alert, fact.alert_from) == ("unknown_ca", "client")
    assert (speech.starttls, speech.banner) == ("established", "220 mail.example.org ESMTP")
    assert codes(speech) == ["tls-answered-in-clear"]


def test_the_banner_of_a_server_to_which_tls_was_spoken() -> None:
    before = [*dialogue("S: 220 mail.example.org ESMTP"), HELLO, *dialogue("S: 500 what?"), ALERT]
    after = [HELLO, *dialogue("S: 220 mail.example.org ESMTP\nS: 500 what?"), ALERT]
    for said in (before, after):
        speech, fact = showed(said)
        assert (speech.banner, speech.starttls, speech.smtp) == ("220 mail.example.org ESMTP", "implicit", True)
        assert (fact.in_clear, fact.complete, fact.alert, fact.sni) == (True, False, "unknown_ca", "mail.example.org")
        assert codes(speech) == ["tls-to-smtp"]


def test_a_banner_of_several_lines_may_come_on_both_sides_of_the_hello() -> None:
    lines = dialogue("S: 220-mail.example.org ESMTP\nS: 220 no spam")
    banner = "220 mail.example.org ESMTP no spam"
    for place in range(1, len(lines[0].data)):
        halves = Turn(False, lines[0].data[:place]), Turn(False, lines[0].data[place:])
        speech, fact = told([halves[0], HELLO, halves[1]])
        assert fact is not None
        assert (speech.banner, fact.in_clear, codes(speech)) == (banner, True, ["tls-to-smtp"])


@pytest.mark.parametrize(
    ("answer", "banner"),
    [("421 4.3.2 closing", "421 4.3.2 closing"), ("554 no", "554 no"), ("500 what?", None), ("250 hi", None)],
)
def test_what_else_such_a_server_may_say_first(answer: str, banner: str | None) -> None:
    speech, fact = showed([HELLO, *dialogue(f"S: {answer}")])
    assert (speech.banner, speech.starttls, fact.in_clear) == (banner, "implicit", True)


def test_a_banner_without_end_counts_at_the_close() -> None:
    speech, fact = showed([HELLO, *dialogue("S: 220 mail.example.org ESMTP\\")])
    assert (speech.banner, fact.in_clear) == ("220 mail.example.org ESMTP", True)
    assert codes(speech) == ["banner-unfinished", "tls-to-smtp"]


def test_other_text_is_no_reply() -> None:
    speech, fact = showed([HELLO, *dialogue("S: HTTP/1.0 400 Bad Request")])
    assert (fact.in_clear, speech.banner, codes(speech)) == (False, None, ["tls-malformed"])


def test_too_little_to_tell() -> None:
    speech, fact = showed([HELLO, *dialogue("S: 220\\")])
    assert (fact.in_clear, codes(speech)) == (False, [])


# -- bytes missing -------------------------------------------------------------------------------------


def test_bytes_missing_in_the_handshake_blind_nothing_else() -> None:
    speech, fact = showed([*REQUESTED, HELLO, Turn(False, b"", 3000), Turn(True, b"", 100)])
    assert (speech.starttls, speech.blind, codes(speech)) == ("established", False, [])
    assert (fact.sni, fact.version, fact.complete) == ("mail.example.org", None, False)


def test_text_behind_missing_bytes_is_no_answer() -> None:
    speech, fact = showed([*REQUESTED, HELLO, Turn(False, b"", 30), *dialogue("S: 500 what?")])
    assert (fact.in_clear, codes(speech)) == (False, [])


def test_the_rest_of_a_reply_is_no_tls() -> None:
    begun = [*REQUESTED[:-1], *dialogue("S: 220 Ready\\"), HELLO]
    speech, fact = told([*begun, Turn(False, b"\r\n" + FLIGHT.data)])
    assert fact is not None
    assert (fact.sni, fact.version, codes(speech)) == ("mail.example.org", None, [])


def test_a_client_that_is_behind_is_given_up() -> None:
    """The server's TLS comes before the client's STARTTLS: what the client says next is no TLS."""
    speech, fact = showed([*REQUESTED[:3], REQUESTED[4], FLIGHT, REQUESTED[3], HELLO])
    assert (fact.sni, fact.version, codes(speech)) == (None, "1.2", [])


def test_bytes_in_the_middle_of_a_record_are_no_beginning() -> None:
    said = [*REQUESTED, Turn(True, b"", 300), Turn(True, b"\x01\x02\x03 in the middle"), FLIGHT]
    speech, fact = showed(said)
    assert (speech.starttls, fact.sni, fact.version, codes(speech)) == ("established", None, "1.2", [])


def test_both_sides_missing_end_it() -> None:
    session = SmtpSession()
    feed(session, [*REQUESTED, HELLO])
    assert session.miss(False, 3000) is True
    assert session.miss(True, 100) is False


@pytest.mark.parametrize("name", recorded())
def test_joined_in_the_middle(name: str) -> None:
    late = [Turn(True, b"", 0), Turn(False, b"", 0)]
    said = recorded()[name].said
    _, whole = heard(said)
    for place in range(2, len(said)):
        _, fact = told([*late, *said[place:]])
        assert fact is not None
        assert_no_more(fact, whole)
        assert (fact.ja4, fact.complete) == (None, False)


@pytest.mark.parametrize("client", [True, False])
@pytest.mark.parametrize("name", recorded())
def test_one_side_alone(name: str, client: bool) -> None:
    said = recorded()[name].said
    speech, fact = heard(one_side(said, client=client))
    _, whole = heard(said)
    assert (fact.ja4, fact.version) == ((whole.ja4, None) if client else (None, whole.version))
    assert speech.starttls == "implicit"


def test_oddities_of_the_hello_are_the_sessions() -> None:
    odd = hello_record(client_hello(extensions=server_name(b"192.0.2.1") + tls.alpn(b"\x1b")))
    speech, fact = showed([*REQUESTED, Turn(True, odd)])
    assert (fact.sni, codes(speech)) == ("192.0.2.1", ["alpn-unreadable", "sni-address"])


def test_the_name_is_that_of_the_hello() -> None:
    assert heard(recorded()["1.3"].said)[1].sni == NAME
