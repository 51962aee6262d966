"""DNS answers from the wire to the spool: the same however a capture is divided, read and shared."""

from __future__ import annotations

from itertools import chain, pairwise
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniffer.model import limits
from sniffer.model.facts import NameFact
from sniffer.pipeline import Settings, gather
from sniffer.pipeline.names import Names
from tests.datagrams import datagram, ends, message, told
from tests.frames import datagrams
from tests.mail import session
from tests.program import sessions, sniffer
from tests.sources.test_division import batches, folder, write
from tests.wire import Encoding, Frame, merge

START = 1_795_000_000
TAGGED = Encoding(vlan=(10, 20))
SERVERS = ("10.0.3.2", "2001:db8::2")
NAMES = ("smtp.example.org", "relay.example.org", "mail.example.net")
CLIENTS = ("10.0.3.17", "10.0.3.18", "2001:db8::17")


def office() -> list[Frame]:
    """Two servers that mail goes to, their names asked for by three clients, and web sites."""
    mail = [
        session(client="10.0.3.17", server=SERVERS[0], start=START + 0.02, ttl=63).frames(),
        session(client="2001:db8::17", server=SERVERS[1], start=START + 0.03).frames(vlan=(10,)),
    ]
    answers = []
    for number in range(60):
        name, client = NAMES[number % 3], CLIENTS[number % 7 % 3]
        server = SERVERS[number % 2] if number % 5 else f"192.0.2.{number}"
        resolver = "2001:db8::35" if ":" in client else "10.0.3.53"
        form = TAGGED if number % 4 == 1 else None
        time = START + 0.0011 * number
        answers.append(told(name, server, client=client, server=resolver, time=time, form=form))
    return merge(*mail, answers)


OFFICE = office()


def names(*paths: Path, settings: Settings | None = None, sensor: str = "default") -> list[NameFact]:
    """The names that captures tell."""
    gathered = gather([(sensor, path) for path in paths], settings or Settings())
    found = list(gathered.spool.names())
    gathered.spool.close()
    assert gathered.problems == []
    return found


def names_of(frames: list[Frame], settings: Settings | None = None) -> list[NameFact]:
    """The names that frames tell, in one file."""
    with folder() as here:
        return names(write(here / "one.pcap", frames), settings=settings)


@pytest.fixture(scope="module")
def wanted() -> list[NameFact]:
    """The names of the whole."""
    found = names_of(OFFICE)
    assert sum(each.count for each in found) == 48
    assert {(each.client, each.name) for each in found} == {(client, name) for client in CLIENTS for name in NAMES}
    return found


def test_who_was_told_what_when_and_how_often() -> None:
    mail = session(start=START).frames()
    answers = [told(NAMES[0], SERVERS[0], "192.0.2.9", time=START + second) for second in (7, 5, 9)]
    assert names_of(mail + answers) == [
        NameFact("default", CLIENTS[0], NAMES[0], SERVERS[0], (START + 5) * 1_000_000, (START + 9) * 1_000_000, 3)
    ]


def test_an_answer_may_come_before_its_session_or_behind() -> None:
    for time in (START - 5000, START + 5000):
        assert len(names_of(merge(session(start=START).frames(), [told(NAMES[0], SERVERS[0], time=time)]))) == 1


@pytest.mark.parametrize("limit", [2, 10_000])
def test_who_asked_where_mail_goes_is_known_though_no_mail_went(tmp_path: Path, limit: int) -> None:
    hosts = (("smtp.office365.com", "10.0.3.77"), ("www.example.org", "10.0.3.78"), ("SMTP.gmail.com", "10.0.3.79"))
    answers = [told(name, "192.0.2.9", client=client, time=START + place) for place, (name, client) in enumerate(hosts)]
    path = write(tmp_path / "one.pcap", merge(session(start=START).frames(), answers))
    with patch("sniffer.model.limits.NAMES", limit):
        asked = list(gather([("default", path)], Settings()).spool.asked())
    assert [(each.client, each.name) for each in asked] == [
        ("10.0.3.77", "smtp.office365.com"), ("10.0.3.79", "smtp.gmail.com")
    ]  # fmt: skip
    assert names(path) == []


def test_an_ipv4_address_in_ipv6_clothes_is_what_the_wire_shows() -> None:
    (found,) = names_of(merge(session().frames(), [told(NAMES[0], "::ffff:10.0.3.2")]))
    assert found.address == "10.0.3.2"


def test_questions_and_other_ports_tell_nothing() -> None:
    said = message(NAMES[0], SERVERS[:1])
    frames = [
        datagram(said, ends(source_port=40_000, port=53)),
        datagram(said, ends(source_port=5353)),
        datagram(message(NAMES[0], SERVERS[:1], flags=0x0100), ends()),
    ]
    for scapy in (False, True):
        assert names_of(merge(session().frames(), frames), Settings(scapy=scapy)) == []


@given(st.integers(1, 200), st.sampled_from([200, 2000, 10_000_000]), st.booleans())
def test_the_size_of_batches(wanted: list[NameFact], frames: int, size: int, scapy: bool) -> None:
    with batches(frames, size):
        assert names_of(OFFICE, Settings(scapy=scapy)) == wanted


@given(st.data())
def test_files_that_follow_each_other(wanted: list[NameFact], data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, len(OFFICE) - 1), max_size=6)))
    with folder() as here:
        parts = [
            write(here / f"{number}.pcap", OFFICE[first:last], ng=data.draw(st.booleans()))
            for number, (first, last) in enumerate(pairwise([0, *cuts, len(OFFICE)]))
        ]
        assert names(*data.draw(st.permutations(parts))) == wanted


@given(st.integers(1, 20))
def test_the_limit_on_memory_does_not_show(wanted: list[NameFact], limit: int) -> None:
    with patch.object(limits, "NAMES", limit), patch.object(limits, "SPOOL_ROWS", 3):
        assert names_of(OFFICE) == wanted


def test_memory_stays_within_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood of names that nobody mails to, in one batch."""
    held: list[int] = []
    counted = Names(lambda _: held.append(len(counted._told)))
    monkeypatch.setattr(limits, "NAMES", 10)
    counted.feed("tap", datagrams([told(f"{number}.example.org", "192.0.2.1") for number in range(95)]))
    assert held == [10] * 90
    assert len(counted._told) == 5


@pytest.mark.parametrize("processes", [2, 4])
def test_sharing_the_work_does_not_show(tmp_path: Path, wanted: list[NameFact], processes: int) -> None:
    path = write(tmp_path / "office.pcap", OFFICE)
    assert names(path, settings=Settings(processes=processes)) == wanted
    for scapy in (False, True):
        counts = [gather([("default", path)], Settings(processes=each, scapy=scapy)).counts for each in (1, processes)]
        assert {each.frames_selected for each in counts} == {len(OFFICE)}
        assert counts[0].listening == counts[1].listening


def test_each_sensor_has_its_own_names(tmp_path: Path) -> None:
    near, far = write(tmp_path / "near.pcap", OFFICE), write(tmp_path / "far.pcap", OFFICE)
    gathered = gather([("near", near), ("far", far)], Settings())
    found = list(gathered.spool.names())
    assert {each.sensor for each in found} == {"near", "far"}
    assert sum(each.count for each in found) == 2 * 48


def test_what_the_user_excludes_tells_nothing() -> None:
    assert {each.client for each in names_of(OFFICE, Settings(exclude_nets=("10.0.3.18/32",)))} == {
        CLIENTS[0], CLIENTS[2],
    }  # fmt: skip
    untagged = names_of(OFFICE, Settings(exclude_vlans=(20,)))
    assert 0 < sum(each.count for each in untagged) < 48


@pytest.mark.parametrize("scapy", [False, True])
def test_selected_are_segments_of_mail_and_dns_answers(tmp_path: Path, scapy: bool) -> None:
    mail, answer = session().frames(), told(NAMES[0], SERVERS[0])
    web = session(port=443, client_port=50_000).frames()
    path = write(tmp_path / "one.pcap", list(chain(mail, [answer], web)))
    assert gather([("default", path)], Settings(scapy=scapy)).counts.frames_selected == len(mail) + 1


def test_answers_alone_are_no_session(tmp_path: Path) -> None:
    path = write(tmp_path / "dns.pcap", [told(NAMES[0], SERVERS[0])])
    outcome = sniffer("triage", path)
    assert "No SMTP session" in outcome.out
    assert sessions(path) == []


@given(st.lists(st.binary(max_size=60), min_size=1, max_size=10))
def test_junk_from_a_dns_server_changes_nothing(wanted: list[NameFact], junk: list[bytes]) -> None:
    noise = [datagram(each, ends(time_us=START * 1_000_000 + 900 * place)) for place, each in enumerate(junk)]
    assert names_of(merge(OFFICE, noise)) == wanted
