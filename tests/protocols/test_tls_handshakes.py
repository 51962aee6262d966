"""Handshakes of a real TLS library: what they show, cut, reordered, with one side or some bytes missing."""

from __future__ import annotations

import msgspec
import pytest

from sniffer.model import limits
from sniffer.model.facts import TlsFact
from sniffer.protocols.tls_handshake import Handshake
from tests.protocols import tls_bytes as tls
from tests.protocols.dialogue import Turn, Turns, byte_by_byte, cut
from tests.protocols.handshakes import NOTHING, Recorded, assert_no_more, recorded
from tests.protocols.holes import one_side, without
from tests.protocols.tls_bytes import CHANGE, UNKNOWN_CA, extension, hello_record, numbers, record, sealed

NAMES = tuple(recorded())
JUNK = (b"\xff\xfe junk", tls.record(tls.HANDSHAKE, b""), tls.sealed(30), tls.CHANGE)


def watched(said: Turns) -> Handshake:
    """A handshake that was told of turns."""
    handshake = Handshake()
    for turn in said:
        if turn.missing >= 0:
            handshake.miss(turn.from_client, turn.missing)
        else:
            handshake.receive(turn.from_client, turn.data)
    handshake.close()
    return handshake


def fact(said: Turns) -> TlsFact:
    return watched(said).fact()


@pytest.fixture(params=NAMES)
def shaken(request: pytest.FixtureRequest) -> Recorded:
    """Each of the handshakes."""
    return recorded()[request.param]


def test_what_it_shows(shaken: Recorded) -> None:
    found = msgspec.structs.asdict(fact(shaken.said))
    assert {name: found[name] for name in shaken.expected} == shaken.expected
    assert watched(shaken.said).anomalies == {}
    assert found["ja3"]
    assert found["ja4"]


def test_however_it_is_cut(shaken: Recorded) -> None:
    whole = fact(shaken.said)
    assert fact(byte_by_byte(shaken.said)) == whole
    for place in range(sum(len(turn.data) for turn in shaken.said)):
        assert fact(cut(shaken.said, place)) == whole


def test_in_tiny_records(shaken: Recorded) -> None:
    """A hello in records of three bytes says the same."""
    first = shaken.said[0].data
    tiny = [Turn(True, tls.in_records(first[5:], 3)), *shaken.said[1:]]
    assert fact(tiny) == fact(shaken.said)


def test_whichever_side_the_capture_shows_first(shaken: Recorded) -> None:
    client, server = one_side(shaken.said, client=True), one_side(shaken.said, client=False)
    assert fact(client + server) == fact(shaken.said)
    assert fact(server + client) == fact(shaken.said)


IN_CLEAR = tuple(name for name, shaken in recorded().items() if shaken.expected.get("alert"))


@pytest.mark.parametrize("name", [name for name in NAMES if name not in IN_CLEAR])
def test_what_it_protects_is_followed_on(name: str) -> None:
    handshake = Handshake()
    assert {handshake.receive(turn.from_client, turn.data) for turn in recorded()[name].said} == {True}
    assert handshake.fact().complete
    assert {handshake.receive(side, tls.sealed(30)) for side in (True, False)} == {True}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in IN_CLEAR])
def test_nothing_is_wanted_once_the_dialogue_is_long_enough(name: str) -> None:
    handshake = watched(recorded()[name].said)
    for _ in range(limits.HALF_TURNS):
        for side in (True, False):
            handshake.receive(side, tls.sealed(30))
    assert_over(handshake)


@pytest.mark.parametrize("name", IN_CLEAR)
def test_nothing_is_wanted_once_an_alert_in_clear_ended_it(name: str) -> None:
    handshake = Handshake()
    wanted = [handshake.receive(turn.from_client, turn.data) for turn in recorded()[name].said]
    assert (wanted[0], wanted[-1]) == (True, False)
    assert_over(handshake)


@pytest.mark.parametrize("first", [True, False])
def test_nothing_is_wanted_once_both_sides_closed_it(first: bool) -> None:
    handshake = watched([c(HELLO_12), s(FLIGHT_12), c(KEY + FINISHED), s(FINISHED), c(sealed(40)), s(sealed(60))])
    close = record(tls.ALERT, bytes(26))
    assert handshake.receive(first, close) is True
    assert handshake.receive(not first, sealed(60)) is True
    assert handshake.receive(not first, close) is False
    assert_over(handshake)


@pytest.mark.parametrize("first", [True, False])
def test_nothing_is_wanted_once_both_sides_are_lost(first: bool) -> None:
    handshake = watched([c(HELLO_13), s(FLIGHT_13), c(sealed(53))])
    assert handshake.miss(first, 100) is True
    assert handshake.miss(not first, 100) is False
    assert_over(handshake)


@pytest.mark.parametrize("first", [True, False])
def test_nothing_is_wanted_once_a_side_answered_what_is_missing(first: bool) -> None:
    handshake = watched([c(HELLO_13), s(FLIGHT_13), c(sealed(53))])
    assert handshake.miss(first, 100) is True
    assert handshake.receive(not first, sealed(60)) is False
    assert_over(handshake)


def assert_over(handshake: Handshake) -> None:
    """Nothing changes what it told."""
    told = handshake.fact(), handshake.shape.fact()
    for junk in JUNK:
        assert handshake.receive(True, junk) is handshake.receive(False, junk) is handshake.miss(True, 7) is False
    assert (handshake.fact(), handshake.shape.fact()) == told


def test_junk_in_place_of_a_turn_claims_nothing_false(shaken: Recorded) -> None:
    whole = fact(shaken.said)
    for place, turn in enumerate(shaken.said):
        for junk in JUNK:
            said = [*shaken.said[:place], Turn(turn.from_client, junk), *shaken.said[place + 1 :]]
            assert_no_more(fact(said), whole)


def test_missing_bytes_are_not_guessed_at(shaken: Recorded) -> None:
    whole = fact(shaken.said)
    for place, turn in enumerate(shaken.said):
        assert_no_more(fact(without(shaken.said, [place])), whole)
        for first in range(0, len(turn.data), 7):
            for length in (1, 5, 40):
                last = min(first + length, len(turn.data))
                parts = [
                    Turn(turn.from_client, turn.data[:first]),
                    Turn(turn.from_client, b"", last - first),
                    Turn(turn.from_client, turn.data[last:]),
                ]
                assert_no_more(fact([*shaken.said[:place], *parts, *shaken.said[place + 1 :]]), whole)


def test_one_side_alone_is_not_guessed_at(shaken: Recorded) -> None:
    whole = fact(shaken.said)
    client, server = (fact(one_side(shaken.said, client=side)) for side in (True, False))
    for found in (client, server):
        assert_no_more(found, whole)
    assert (client.ja4, client.version) == (whole.ja4, None)
    assert (server.ja4, server.version, server.certificate) == (None, whole.version, whole.certificate)


def test_an_end_at_any_byte_is_not_guessed_at(shaken: Recorded) -> None:
    whole = fact(shaken.said)
    for place, turn in enumerate(shaken.said):
        for length in range(0, len(turn.data), 3):
            said = [*shaken.said[:place], Turn(turn.from_client, turn.data[:length])]
            assert_no_more(fact(said), whole)


def test_a_beginning_that_was_not_seen_leaves_little(shaken: Recorded) -> None:
    late = [Turn(True, b"", 0), Turn(False, b"", 0)]
    assert fact([*late, *shaken.said]) == NOTHING


# -- what this library does not do -----------------------------------------------------------------

HELLO_13 = hello_record(tls.client_hello(extensions=extension(tls.VERSIONS, tls.vector(numbers([0x0304]), 1))))
HELLO_12 = hello_record(tls.client_hello())
CHOSEN_13 = extension(tls.VERSIONS, numbers([0x0304]))
FLIGHT_13 = hello_record(tls.server_hello(0x1302, CHOSEN_13), 2) + CHANGE + sealed(2000)
FLIGHT_12 = hello_record(tls.server_hello(), 2) + record(tls.HANDSHAKE, tls.message(14, b""))
FINISHED = CHANGE + record(tls.HANDSHAKE, bytes(40))
KEY = record(tls.HANDSHAKE, tls.message(16, bytes(33)))


def c(data: bytes) -> Turn:
    return Turn(True, data)


def s(data: bytes) -> Turn:
    return Turn(False, data)


@pytest.mark.parametrize("length", [19, 35, 11])
def test_an_alert_that_tls_1_3_hides(length: int) -> None:
    found = fact([c(HELLO_13), s(FLIGHT_13), c(CHANGE + sealed(length))])
    assert (found.alert, found.alert_from, found.complete) == ("encrypted", "client", False)


@pytest.mark.parametrize(
    ("then", "complete"),
    [
        (b"", False),
        (CHANGE, False),
        (CHANGE + sealed(25), False),  # an empty Certificate
        (CHANGE + sealed(25) + sealed(53), True),
        (CHANGE + sealed(19) + sealed(53), True),
        (CHANGE + sealed(53), True),
        (sealed(69), True),
        (CHANGE + sealed(45), True),
    ],
)
def test_what_is_no_alert_of_tls_1_3(then: bytes, complete: bool) -> None:
    found = fact([c(HELLO_13), s(FLIGHT_13), c(then)])
    assert (found.alert, found.complete) == (None, complete)


def test_early_data_is_no_finished() -> None:
    offers = extension(tls.VERSIONS, tls.vector(numbers([0x0304]), 1)) + extension(tls.EARLY_DATA)
    hello = hello_record(tls.client_hello(extensions=offers))
    early = [c(hello + CHANGE + sealed(300))]
    assert fact(early).complete is False
    assert fact([*early, s(FLIGHT_13)]).complete is False
    assert fact([*early, s(FLIGHT_13), c(sealed(53))]).complete is True


def test_an_alert_that_tls_1_2_hides() -> None:
    said = [c(HELLO_12), s(FLIGHT_12), c(KEY + FINISHED + record(tls.ALERT, bytes(26)))]
    found = fact(said)
    assert (found.alert, found.alert_from, found.complete) == ("encrypted", "client", False)
    server = [c(HELLO_12), s(FLIGHT_12 + CHANGE + record(tls.ALERT, bytes(26)))]
    assert (fact(server).alert, fact(server).alert_from) == ("encrypted", "server")


def test_the_alert_that_closes_a_session_of_one_side_is_none() -> None:
    said = [c(HELLO_12), c(KEY + FINISHED + sealed(40) + record(tls.ALERT, bytes(26)))]
    assert (fact(said).alert, fact(said).offered) == (None, "1.2")
    said = [s(FLIGHT_12 + FINISHED + sealed(40) + record(tls.ALERT, bytes(26)))]
    assert (fact(said).alert, fact(said).complete) == (None, True)


@pytest.mark.parametrize(
    ("alert", "name"),
    [
        (b"\2\x28", "handshake_failure"),
        (b"\2\x46", "protocol_version"),
        (b"\1\0", "close_notify"),
        (b"\2\0", "close_notify"),
        (b"\1\x2a", "bad_certificate"),
        (b"\2\xfe", "254"),
        (b"\1\x70", None),
        (b"\1\x5a", None),
        (b"\2", None),
    ],
)
def test_alerts_in_clear_have_names(alert: bytes, name: str | None) -> None:
    for sender in (True, False):
        found = fact([c(HELLO_12), s(FLIGHT_12), Turn(sender, record(tls.ALERT, alert))])
        assert (found.alert, found.alert_from) == (name, (("server", "client")[sender] if name else None))


def test_a_warning_that_does_not_end_it_is_no_alert() -> None:
    warning = record(tls.ALERT, b"\1\x2e")
    said = [c(HELLO_12), s(warning + FLIGHT_12), c(KEY + FINISHED), s(FINISHED)]
    assert (fact(said).alert, fact(said).complete) == (None, True)
    assert fact([*said[:1], s(warning)]).alert == "certificate_unknown"


def test_a_warning_behind_which_more_comes_did_not_end_it() -> None:
    warning = record(tls.ALERT, b"\1\x2e")
    assert fact([c(HELLO_12), s(warning + FLIGHT_12)]).alert is None


def test_a_close_ends_it_whatever_its_level() -> None:
    for level in (b"\1", b"\2"):
        handshake = watched([c(HELLO_12), s(FLIGHT_12)])
        assert handshake.receive(True, record(tls.ALERT, level + b"\0")) is False


def test_who_finished_gave_no_alert() -> None:
    said = [c(HELLO_13 + CHANGE + sealed(53) + UNKNOWN_CA)]
    assert (fact(said).alert, fact(said).complete) == (None, True)


def test_a_hidden_alert_is_the_last_that_is_heard() -> None:
    said = [c(HELLO_13), s(FLIGHT_13), c(CHANGE + sealed(19))]
    assert fact([*said, Turn(True, b"", 100)]).alert is None


def test_a_side_that_begins_with_what_cannot_begin_was_joined_late() -> None:
    for first in (sealed(60), CHANGE, record(24, b"x")):
        handshake = watched([c(first + HELLO_12)])
        assert (handshake.fact(), handshake.anomalies) == (NOTHING, {})


def test_the_first_alert_counts() -> None:
    early = [s(record(tls.ALERT, b"\2\x28") + UNKNOWN_CA), c(HELLO_12)]
    assert fact(early).alert == "handshake_failure"
    said = [c(HELLO_12), s(record(tls.ALERT, b"\2\x28")), c(UNKNOWN_CA)]
    assert (fact(said).alert, fact(said).alert_from) == ("handshake_failure", "server")


def test_encrypted_records_after_missing_bytes_may_prove_it() -> None:
    said = [c(HELLO_12), Turn(False, b"", 3000), c(KEY + FINISHED), s(sealed(60)), c(sealed(60))]
    assert fact(said).complete is True
    assert (fact(said).version, fact(said).alert) == (None, None)


def test_a_server_of_whom_only_the_hello_is_there() -> None:
    said = [c(HELLO_12), s(FLIGHT_12), Turn(False, b"", 3000), c(KEY + FINISHED)]
    assert fact(said).complete is False
    assert fact([*said, c(sealed(30))]).complete is True
    closed = fact([*said, c(record(tls.ALERT, bytes(26)))])
    assert (closed.alert, closed.complete) == (None, False)


def test_of_a_session_taken_up_the_clients_finished_comes_last() -> None:
    resuming = hello_record(tls.server_hello(), 2) + FINISHED
    assert fact([c(HELLO_12), s(resuming)]).complete is False
    assert fact([c(HELLO_12), s(resuming), c(FINISHED)]).complete is True
    closed = fact([s(resuming + sealed(60) + record(tls.ALERT, bytes(26)))])
    assert (closed.alert, closed.complete, closed.resumed) == (None, False, True)


def test_a_second_hello_of_the_server_is_not_taken() -> None:
    other = hello_record(tls.server_hello(0x002F), 2)
    assert fact([c(HELLO_12), s(FLIGHT_12 + other)]) == fact([c(HELLO_12), s(FLIGHT_12)])


def test_an_old_session_taken_up_by_its_id() -> None:
    echo = hello_record(tls.server_hello(session=bytes(range(32))), 2)
    assert fact([c(HELLO_12), s(echo)]).resumed is True
    assert fact([c(HELLO_12), s(echo + record(tls.HANDSHAKE, tls.message(14, b"")))]).resumed is False
    assert fact([c(HELLO_12), s(hello_record(tls.server_hello(), 2))]).resumed is None
    assert fact([c(HELLO_12), s(hello_record(tls.server_hello(), 2) + CHANGE)]).resumed is True


@pytest.mark.parametrize(
    ("version", "name"), [(0x0301, "1.0"), (0x0300, "SSL 3.0"), (0x0002, "SSL 2.0"), (0x0303, "1.2")]
)
def test_the_hello_of_ssl_2(version: int, name: str) -> None:
    """RFC 5246 E.2: type, version, and the lengths of ciphers, session and challenge."""
    body = b"\1" + version.to_bytes(2) + b"\0\3\0\0\0\x10" + b"\0\0\x2f" + bytes(16)
    hello = (0x8000 | len(body)).to_bytes(2) + body
    said = [c(hello), s(FLIGHT_12), c(KEY + FINISHED), s(FINISHED)]
    found = fact(said)
    assert (found.offered, found.ja3, found.ja4, found.complete) == (name, None, None, True)
    assert fact(byte_by_byte(said)) == found


def test_a_retried_hello_in_another_shape_does_not_count() -> None:
    retry = hello_record(tls.server_hello(0x1301, CHOSEN_13, random=bytes.fromhex(
        "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")), 2)  # fmt: skip
    other = hello_record(tls.client_hello([0x1301], tls.server_name(b"other.example.org")))
    for change in (CHANGE, b""):
        found = fact([c(HELLO_13), s(retry + change), c(change + other), s(FLIGHT_13), c(sealed(53))])
        assert (found.retried, found.ja4, found.sni) == (True, fact([c(HELLO_13)]).ja4, None)
        assert (found.cipher, found.complete, found.resumed) == ("TLS_AES_256_GCM_SHA384", True, False)
    assert fact([c(HELLO_13), s(retry)]).resumed is None


@pytest.mark.parametrize("side", [True, False])
@pytest.mark.parametrize(
    "broken",
    [
        record(tls.HANDSHAKE, b""),
        b"\x16\x03\x03\xff\xff",
        b"GET / HTTP/1.0\r\n",
        hello_record(b"\3\3 and no more", 1) + hello_record(b"\3\3 and no more", 2),
    ],
)
def test_what_breaks_the_rules_is_given_up(side: bool, broken: bytes) -> None:
    handshake = watched([Turn(side, broken)])
    assert list(handshake.anomalies) == ["tls-malformed"]
    assert handshake.fact() == NOTHING
    assert handshake.receive(not side, broken) is False


def test_a_hello_that_is_too_long_is_passed_over() -> None:
    long = tls.client_hello(range(1, 30_000), extension(21, bytes(60_000)))
    handshake = watched([c(tls.in_records(tls.message(1, long), 16_384)), s(FLIGHT_13), c(sealed(53))])
    assert list(handshake.anomalies) == ["tls-message-too-long"]
    assert (handshake.fact().offered, handshake.fact().version) == (None, "1.3")


@pytest.mark.parametrize(
    ("piece", "most"),
    [
        (record(tls.ALERT, b"\1\x2a"), limits.HANDSHAKE_PIECES),
        (record(tls.HANDSHAKE, tls.message(0, b"")), limits.HANDSHAKE_PIECES // 2),
    ],
)
def test_a_side_that_says_no_end_of_records_is_given_up(piece: bytes, most: int) -> None:
    assert watched([s(piece * most)]).anomalies == {}
    assert list(watched([s(piece * (most + 1))]).anomalies) == ["tls-endless"]


def test_sixteen_kilobytes_of_extensions() -> None:
    many = b"".join(extension(kind, bytes(60)) for kind in range(1000, 1256)) + tls.server_name(b"mail.example.org")
    found = fact([c(tls.in_records(tls.message(1, tls.client_hello(extensions=many)), 100))])
    assert found.sni == "mail.example.org"
    assert found.ja4
    assert found.ja4.startswith("t12d0299")
