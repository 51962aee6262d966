"""What is said inside TLS is read as in clear where there are keys, however it comes; and never more than that."""

from __future__ import annotations

import pickle
import ssl
from collections.abc import Callable
from functools import cache
from ssl import TLSVersion

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sniffer.model import limits
from sniffer.model.facts import Speech
from sniffer.protocols import KeyLog, SmtpSession
from sniffer.protocols.anomalies import ANOMALIES
from sniffer.protocols.tls_handshake import Handshake
from tests.protocols import tls_bytes
from tests.protocols.dialogue import Turn, Turns, attempts, byte_by_byte, codes, cut, dialogue, feed, overheard
from tests.protocols.handshakes import NAME, contexts, identity, trust
from tests.protocols.holes import joined_late, noticed_late, one_side, without_part
from tests.protocols.keyed import NO_ENCRYPT_THEN_MAC, REQUESTED, Spoken, encrypted, in_suite, read
from tests.protocols.labelled import DIALOGUES, OPENING, QUIT, Labelled, login
from tests.protocols.truth import leaks, wrong_claims

CLEAR = [each for each in DIALOGUES if each.starttls == "not-offered"]
LOGIN = CLEAR[0]
VERSIONS = {
    "1.0": (TLSVersion.TLSv1, TLSVersion.TLSv1), "1.1": (TLSVersion.TLSv1_1, TLSVersion.TLSv1_1),
    "1.2": (TLSVersion.TLSv1_2, TLSVersion.TLSv1_2), "1.3": (TLSVersion.TLSv1_3, TLSVersion.TLSv1_3),
}  # fmt: skip
NEW_SUITES = (
    "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_CCM_SHA256",
    "TLS_AES_128_CCM_8_SHA256",
)  # fmt: skip
OLD_SUITES = (
    "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-ECDSA-AES128-CCM", "ECDHE-ECDSA-AES256-CCM", "ECDHE-ECDSA-AES128-CCM8", "ECDHE-ECDSA-AES128-SHA",
    "ECDHE-ECDSA-AES256-SHA", "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA384",
)  # fmt: skip


@cache
def spoken(labelled: Labelled, version: str) -> Spoken:
    """A dialogue inside TLS."""
    lowest, highest = VERSIONS[version]
    return encrypted(labelled.turns, *contexts(minimum=lowest, maximum=highest))


@cache
def behind_starttls(labelled: Labelled, version: str) -> Spoken:
    """The same behind STARTTLS: without the greeting."""
    lowest, highest = VERSIONS[version]
    said = encrypted(labelled.turns[1:], *contexts(minimum=lowest, maximum=highest))
    return Spoken(said.behind_starttls, said.log)


def suite(name: str, *, encrypt_then_mac: bool = True, version: TLSVersion = TLSVersion.TLSv1_2) -> Spoken:
    """A login in a suite of TLS 1.2 or older."""
    client, server = contexts(minimum=version, maximum=version, ciphers=f"{name}:@SECLEVEL=0")
    client.options |= 0 if encrypt_then_mac else NO_ENCRYPT_THEN_MAC
    return encrypted(LOGIN.turns, client, server)


def inside(said: Turns, keys: KeyLog | None) -> Speech:
    """What was said inside TLS, where that is known."""
    speech = read(said, keys).inside
    assert speech is not None
    return speech


# -- as in clear ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("labelled", CLEAR, ids=lambda each: each.name)
def test_inside_is_read_as_in_clear(labelled: Labelled, version: str) -> None:
    each = spoken(labelled, version)
    found = read(each.said, each.keys)
    assert found.inside == overheard(labelled.turns)
    assert (found.speech.starttls, codes(found.speech), found.speech.attempts) == ("implicit", [], ())
    assert read(byte_by_byte(each.said), each.keys) == found


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("labelled", CLEAR, ids=lambda each: each.name)
def test_behind_starttls_no_greeting_comes(labelled: Labelled, version: str) -> None:
    each = behind_starttls(labelled, version)
    found = read(each.said, each.keys)
    clear = overheard(labelled.turns)
    assert found.inside == replace(clear, banner=None)
    assert (found.speech.banner, found.speech.starttls) == ("220 mail.example.org ESMTP", "established")


@pytest.mark.parametrize("name", NEW_SUITES)
def test_each_suite_of_tls_1_3(name: str) -> None:
    each = in_suite(LOGIN.turns, name)
    found = read(each.said, each.keys)
    assert found.tls is not None
    assert (found.tls.cipher, found.inside) == (name, overheard(LOGIN.turns))


@pytest.mark.parametrize("encrypt_then_mac", [True, False])
@pytest.mark.parametrize("name", OLD_SUITES)
def test_each_suite_of_tls_1_2(name: str, encrypt_then_mac: bool) -> None:
    each = suite(name, encrypt_then_mac=encrypt_then_mac)
    found = read(each.said, each.keys)
    assert found.tls is not None
    assert found.tls.encrypt_then_mac is (
        encrypt_then_mac and "SHA" in name and "GCM" not in name and "CHA" not in name
    )
    assert found.inside == overheard(LOGIN.turns)


@pytest.mark.parametrize("encrypt_then_mac", [True, False])
@pytest.mark.parametrize("version", [TLSVersion.TLSv1, TLSVersion.TLSv1_1])
def test_cbc_before_tls_1_2(version: TLSVersion, encrypt_then_mac: bool) -> None:
    each = suite("ECDHE-ECDSA-AES128-SHA", encrypt_then_mac=encrypt_then_mac, version=version)
    assert inside(each.said, each.keys) == overheard(LOGIN.turns)


@pytest.mark.parametrize("version", VERSIONS)
def test_cut_anywhere(version: str) -> None:
    each = behind_starttls(LOGIN, version)
    whole = read(each.said, each.keys)
    for place in range(0, sum(len(turn.data) for turn in each.said), 7):
        assert read(cut(each.said, place), each.keys) == whole


def resumed(version: TLSVersion) -> tuple[Spoken, bool]:
    """A login in a session that was taken up again."""
    client, server = contexts(minimum=version, maximum=version)
    first: list[ssl.SSLSession] = []
    encrypted(LOGIN.turns, client, server, sessions=first)
    again = encrypted(LOGIN.turns, client, server, session=first[0])
    found = read(again.said, again.keys).tls
    return again, bool(found and found.resumed)


@pytest.mark.parametrize("version", [TLSVersion.TLSv1_2, TLSVersion.TLSv1_3])
def test_resumed(version: TLSVersion) -> None:
    again, was_resumed = resumed(version)
    assert was_resumed
    assert inside(again.said, again.keys) == overheard(LOGIN.turns)


def test_behind_a_hello_retry_request() -> None:
    client, server = contexts()
    server.set_ecdh_curve("secp384r1")
    each = encrypted(LOGIN.turns, client, server)
    found = read(each.said, each.keys)
    assert found.tls is not None
    assert (found.tls.retried, found.inside) == (True, overheard(LOGIN.turns))


def test_with_a_clients_certificate() -> None:
    client, server = contexts()
    server.verify_mode = ssl.CERT_REQUIRED
    trust(server, identity())
    each = encrypted(LOGIN.turns, *with_certificate(client, server))
    assert inside(each.said, each.keys) == overheard(LOGIN.turns)


def with_certificate(client: ssl.SSLContext, server: ssl.SSLContext) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Give the client one too."""
    from tests.protocols.handshakes import load  # noqa: PLC0415

    load(client, identity())
    return client, server


def test_nothing_but_the_handshake() -> None:
    each = encrypted([], *contexts())
    speech = inside([*REQUESTED, *each.said], each.keys)
    assert (speech.attempts, speech.mail, speech.smtp, speech.blind) == ((), False, False, False)


# -- what keys change besides, and what they do not ----------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_the_handshake_and_the_shape_are_told_the_same(version: str) -> None:
    each = behind_starttls(LOGIN, version)
    with_keys, without = read(each.said, each.keys), read(each.said, None)
    assert without.inside is None
    assert with_keys.shape == without.shape
    assert with_keys.speech == without.speech
    assert with_keys.tls is not None
    assert without.tls is not None
    assert replace(with_keys.tls, certificate=without.tls.certificate) == without.tls
    assert with_keys.tls.certificate is not None
    assert with_keys.tls.certificate.names == (NAME,)


def test_keys_of_others_change_nothing() -> None:
    each, other = behind_starttls(LOGIN, "1.3"), behind_starttls(LOGIN, "1.2")
    assert read(each.said, other.keys) == read(each.said, None)


def test_nothing_more_is_wanted_behind_a_login() -> None:
    each = spoken(LOGIN, "1.3")
    session = SmtpSession(each.keys)
    feed(session, each.said)
    session.close()
    assert session.inside() == overheard(LOGIN.turns)


def test_an_alert_that_tls_1_3_hides() -> None:
    client, server = contexts(trusted=False)
    each = encrypted([], client, server, end=False)
    found = read(each.said, each.keys).tls
    assert found is not None
    assert (found.alert, found.alert_from, found.complete) == ("unknown_ca", "client", False)


# -- wrong keys ----------------------------------------------------------------------------------------


def with_secrets(each: Spoken, change: Callable[[bytes], bytes], label: str = "") -> KeyLog:
    """Keys of which those of a label are changed."""
    lines = each.log.splitlines()
    return KeyLog(change(line) if line.startswith(label.encode()) else line for line in lines)


def other_secret(line: bytes) -> bytes:
    """A line with another secret."""
    return line[:-1] + (b"0" if line[-1:] != b"0" else b"1")


@pytest.mark.parametrize("version", VERSIONS)
def test_keys_that_do_not_open(version: str) -> None:
    each = behind_starttls(LOGIN, version)
    found, without = read(each.said, with_secrets(each, other_secret)), read(each.said, None)
    assert found.inside is None
    assert (found.shape, found.tls) == (without.shape, without.tls)
    assert codes(found.speech) == ["tls-undecryptable"]


def test_keys_that_stop_opening() -> None:
    each = behind_starttls(LOGIN, "1.3")
    found = read(each.said, with_secrets(each, other_secret, "SERVER_TRAFFIC_SECRET_0"))
    assert found.inside is not None
    assert (found.inside.blind, found.inside.attempts) == (True, ())
    assert codes(found.speech) == ["tls-undecryptable"]


@pytest.mark.parametrize("label", ["CLIENT_HANDSHAKE", "SERVER_HANDSHAKE", "CLIENT_TRAFFIC", "SERVER_TRAFFIC"])
def test_keys_that_lack_some(label: str) -> None:
    each = behind_starttls(LOGIN, "1.3")
    found = read(each.said, with_secrets(each, lambda _: b"", label))
    assert found.inside is None
    assert codes(found.speech) == ["tls-undecryptable"]


def test_a_suite_that_is_not_known() -> None:
    random = bytes(32)
    hello = Turn(True, tls_bytes.hello_record(tls_bytes.client_hello()))
    answer = Turn(False, tls_bytes.hello_record(tls_bytes.server_hello(0x0005), 2))  # RC4
    keys = KeyLog([f"CLIENT_RANDOM {random.hex()} {'00' * 48}".encode()])
    found = read([*REQUESTED, hello, answer], keys)
    assert (found.inside, codes(found.speech)) == (None, ["tls-undecryptable"])


@given(st.data())
def test_damaged_records_end_it_and_nothing_wrong_is_claimed(data: st.DataObject) -> None:
    labelled = data.draw(st.sampled_from(CLEAR))
    each = spoken(labelled, data.draw(st.sampled_from(sorted(VERSIONS))))
    said = list(each.said)
    place = data.draw(st.integers(0, len(said) - 1))
    octets = bytearray(said[place].data)
    octets[data.draw(st.integers(0, len(octets) - 1))] ^= data.draw(st.integers(1, 255))
    said[place] = said[place]._replace(data=bytes(octets))
    found = read(said, each.keys)
    assert read(byte_by_byte(said), each.keys) == found
    if found.inside is not None:
        assert wrong_claims(found.inside, labelled) == []


# -- missing bytes and other orders --------------------------------------------------------------------


@given(st.data())
def test_holes_never_make_a_wrong_claim(data: st.DataObject) -> None:
    labelled = data.draw(st.sampled_from(CLEAR))
    each = spoken(labelled, data.draw(st.sampled_from(sorted(VERSIONS))))
    place = data.draw(st.integers(0, len(each.said) - 1))
    length = len(each.said[place].data)
    first = data.draw(st.integers(0, length - 1))
    holed = without_part(each.said, place, first, data.draw(st.integers(first + 1, length)))
    for said in (holed, noticed_late(holed)):
        found = read(said, each.keys)
        if found.inside is not None:
            assert wrong_claims(found.inside, labelled) == []
    assert read(byte_by_byte(holed), each.keys) == read(holed, each.keys)


@pytest.mark.parametrize("version", ["1.1", "1.2", "1.3"])
def test_behind_a_hole_in_a_record_all_is_read(version: str) -> None:
    labelled = Labelled("", OPENING + "C: NOOP\nS: 250 a reply that is long enough to be cut\n" + login() + QUIT, ())
    each = spoken(labelled, version)
    to_noop = [place for place, turn in enumerate(each.said) if not turn.from_client][-6]  # 334, 334, 235, 221, close
    speech = inside(without_part(each.said, to_noop, 10, 20), each.keys)
    assert attempts(speech) == [("LOGIN", "scanner@example.org", "success")]


def test_a_chain_that_is_torn_ends_it() -> None:
    each = spoken(LOGIN, "1.0")
    place = [place for place, turn in enumerate(each.said) if not turn.from_client][3]
    said = without_part(each.said, place, 10, 20)
    assert "tls-undecryptable" in codes(read(said, each.keys).speech)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_servers_flight_may_come_before_the_hello(version: str) -> None:
    each = spoken(LOGIN, version)
    first, second, *rest = each.said
    assert inside([second, first, *rest], each.keys) == overheard(LOGIN.turns)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("client", [True, False])
def test_one_side_alone_or_joined_late_tells_nothing(version: str, client: bool) -> None:
    each = spoken(LOGIN, version)
    for said in (one_side(each.said, client=client), joined_late(each.said, 2)):
        assert read(said, each.keys) == read(said, None)


def test_records_that_wait_for_a_hello_are_bounded() -> None:
    session = SmtpSession(spoken(LOGIN, "1.3").keys)
    answer = tls_bytes.hello_record(tls_bytes.server_hello(0x1301, CHOSEN), 2)
    feed(session, [*REQUESTED, Turn(False, answer)])
    for _ in range(100):
        session.receive(False, tls_bytes.sealed(16_000))
    tls = session._tls
    assert tls is not None
    assert tls._decryption is not None
    assert tls._decryption.wanted is False
    assert limits.SEALED_BYTES < 100 * 16_000


CHOSEN = tls_bytes.extension(tls_bytes.VERSIONS, tls_bytes.numbers([0x0304]))


# -- hostile ------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        b"EHLO x\r\n", b"AUTH LOGIN\r\n", b"334 \r\n", b"250 AUTH LOGIN\r\n", b"220 hi\r\n", b"STARTTLS\r\n", b"\0",
        tls_bytes.hello_record(tls_bytes.client_hello()), tls_bytes.hello_record(tls_bytes.server_hello(), 2),
        b"BDAT 5\r\n", b"DATA\r\n", b"354\r\n", b".\r\n", b"\xff" * 40, b"x" * 20_000, b"235 \x1b[2J\r\n",
    ]
)  # fmt: skip
TURNS = st.lists(st.builds(Turn, st.booleans(), WORDS, st.just(-1)), max_size=10)


@given(TURNS, st.booleans())
def test_anything_can_be_said_inside(said: Turns, behind: bool) -> None:
    each = encrypted(said, *contexts())
    wire = each.behind_starttls if behind else each.said
    speech = inside(wire, each.keys)
    assert set(codes(speech)) <= ANOMALIES.keys()
    assert msgspec.json.decode(msgspec.json.encode(speech), type=Speech) == speech
    assert read(byte_by_byte(wire), each.keys).inside == speech


@given(st.lists(st.builds(Turn, st.booleans(), st.binary(max_size=60), st.just(-1)), max_size=8))
def test_anything_can_follow_the_handshake(said: Turns) -> None:
    each = spoken(LOGIN, "1.3")
    wire = [*each.said[:4], *said]
    found = read(wire, each.keys)
    assert read(byte_by_byte([turn for turn in wire if turn.data]), each.keys) == found


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("labelled", CLEAR, ids=lambda each: each.name)
def test_no_secret_leaves(labelled: Labelled, version: str) -> None:
    each = spoken(labelled, version)
    found = read(each.said, each.keys)
    assert found.inside is not None
    assert leaks(found.inside, labelled.secrets) == []
    secrets = [line.split(b" ")[2] for line in each.log.splitlines() if not line.startswith(b"#")]
    forms = repr(found).encode() + pickle.dumps((found.inside, found.speech, found.tls, found.shape))
    assert [secret for secret in secrets if secret in forms or bytes.fromhex(secret.decode()) in forms] == []


def test_a_handshake_without_keys_keeps_no_fragment() -> None:
    handshake = Handshake()
    feed_handshake(handshake, spoken(LOGIN, "1.3").said)
    assert not handshake._client.records.keep
    assert not handshake._client.records._kept


def feed_handshake(handshake: Handshake, said: Turns) -> None:
    """Let it hear turns."""
    for turn in said:
        handshake.receive(turn.from_client, turn.data)


def test_dialogue_of_a_client_that_never_waits() -> None:
    said = dialogue("C: EHLO scanner\nS: 250 AUTH PLAIN\nC: MAIL FROM:<a@example.org>\nS: 530 5.7.0 no\nC: QUIT")
    each = encrypted(said, *contexts())
    speech = inside(each.behind_starttls, each.keys)
    assert (speech.mail, speech.mail_accepted, speech.mail_reply) == (True, False, "530 5.7.0 no")
