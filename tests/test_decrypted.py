"""Keys of a key log and of a capture: from files to what is reported."""

from __future__ import annotations

import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from sniffer.model import limits
from sniffer.pipeline import Settings, gather
from sniffer.protocols import KeyLog
from sniffer.sources.inputs import inputs
from sniffer.sources.secrets import SecretBlocks, key_logs
from tests import keyed
from tests.capture_files import encode_pcap, encode_pcapng, secrets_block, write_pcap
from tests.mail import session
from tests.program import Outcome, devices, program, sessions, sniffer
from tests.protocols.keyed import Spoken

PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "xz": lzma.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}
LOGIN = ("basic", "LOGIN", "decrypted", 1.0, "success", keyed.USER)


@pytest.fixture(scope="module")
def spoken() -> Spoken:
    """A login behind STARTTLS."""
    return keyed.said()


@pytest.fixture
def capture(tmp_path: Path, spoken: Spoken) -> Path:
    """A capture of it, without keys."""
    path = tmp_path / "office.pcap"
    write_pcap(path, keyed.frames(spoken.said))
    return path


@pytest.fixture
def log(tmp_path: Path, spoken: Spoken) -> Path:
    """Its key log."""
    path = tmp_path / "keys.log"
    path.write_bytes(spoken.log)
    return path


def told(*words: str | Path) -> list[tuple[object, ...]]:
    """How the sessions authenticated."""
    fields = ("family", "mechanism", "basis", "confidence", "outcome", "user")
    return [tuple(row["auth"][field] for field in fields) for row in sessions(*words)]


# -- key logs ------------------------------------------------------------------------------------------


def test_a_key_log_opens_a_session(capture: Path, log: Path) -> None:
    (row,) = sessions("--keylog", log, capture)
    auth = row["auth"]
    assert auth["offered_tls"] == ["LOGIN", "XOAUTH2"]
    assert auth["reply"] == "235 2.7.0 Authentication successful"
    assert "decrypted with the key log" in auth["reason"]
    assert [(each["basis"], each["mechanism"], each["user"]) for each in auth["attempts"]] == [
        ("decrypted", "LOGIN", keyed.USER)
    ]
    assert told("--keylog", log, capture) == [LOGIN]
    assert row["starttls"] == "established"


def test_a_device_is_judged_by_it_for_certain(capture: Path, log: Path) -> None:
    (row,) = devices("--keylog", log, capture)
    (service,) = row["services"]
    assert (row["verdict"], row["band"], row["state"]) == ("basic-elsewhere", "certain", "working")
    assert (service["basis"], service["cleartext"], service["users"]) == ("decrypted", False, [keyed.USER])
    assert "credentials-in-clear" not in {each["code"] for each in row["findings"]}


def test_several_key_logs(tmp_path: Path, capture: Path, log: Path) -> None:
    other = tmp_path / "other.log"
    other.write_bytes(keyed.said().log)
    assert told("--keylog", other, "--keylog", log, capture) == [LOGIN]
    assert told("--keylog", log, "--keylog", log, capture) == [LOGIN]


def test_a_key_log_from_the_configuration(tmp_path: Path, capture: Path, log: Path) -> None:
    config = tmp_path / "sniffer.toml"
    config.write_text(f'keylog = ["{log}"]\n')
    assert told("--config", config, capture) == [LOGIN]


def test_explain_reads_inside_too(capture: Path, log: Path) -> None:
    outcome = sniffer("explain", "--device", "10.0.3.17", "--keylog", log, capture)
    assert (outcome.status, keyed.USER in outcome.out) == (0, True)
    assert keyed.PASSWORD not in outcome.out


@pytest.mark.parametrize("view", ["devices", "sessions"])
@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv"])
def test_no_secret_is_written(capture: Path, log: Path, spoken: Spoken, view: str, form: str) -> None:
    outcome = sniffer("triage", "--keylog", log, "--view", view, "--format", form, capture)
    secrets = [line.split()[2].decode() for line in spoken.log.splitlines() if not line.startswith(b"#")]
    written = outcome.out + outcome.err
    assert [each for each in (keyed.PASSWORD, *secrets) if each in written] == []


def test_implicit_tls_is_named_by_what_is_said_inside(tmp_path: Path) -> None:
    spoken = keyed.said(starttls=False)
    path, log = tmp_path / "implicit.pcap", tmp_path / "keys"
    write_pcap(path, keyed.frames(spoken.said, port=465))
    log.write_bytes(spoken.log)
    (row,) = sessions("--keylog", log, path)
    assert (row["starttls"], row["client"]["helo"]) == ("implicit", "RNP002673A1B2C3")
    assert (row["server"]["name"], row["server"]["name_basis"]) == ("mail.example.org", "banner")
    assert row["server"]["banner"] == "220 mail.example.org ESMTP"
    assert [device["name"] for device in devices("--keylog", log, path)] == ["RNP002673A1B2C3"]


MAIL = """
    C: EHLO RNP
    S: 250 AUTH LOGIN
    C: MAIL FROM:<scan@example.org>
    S: 250 2.1.0 Ok
    C: QUIT
    S: 221
"""
REFUSED = MAIL.replace("250 2.1.0 Ok", "530 5.7.57 Client not authenticated to send mail")


@pytest.mark.parametrize(
    ("inside", "family", "unjudged", "state"),
    [
        (MAIL, "none", None, "working"),
        (REFUSED, "none", None, "failing"),
        ("C: EHLO RNP\nS: 250 AUTH LOGIN\nC: QUIT\nS: 221", "unknown", "no-auth-seen", "unjudged"),
        ("", "unknown", "no-auth-seen", "unjudged"),
    ],
)
def test_what_else_may_be_inside(tmp_path: Path, inside: str, family: str, unjudged: str | None, state: str) -> None:
    spoken = keyed.said(inside)
    path = tmp_path / "office.pcapng"
    path.write_bytes(encode_pcapng(keyed.frames(spoken.said), secrets=spoken.log))
    (auth,) = (row["auth"] for row in sessions(path))
    assert (auth["family"], auth["unjudged"]) == (family, unjudged)
    assert auth["basis"] == ("none" if unjudged else "decrypted")
    (row,) = devices(path)
    assert row["state"] in (state, "refused")


# -- bad key logs --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"# a comment\n", "holds no key of TLS; have the client or the server write one: set SSLKEYLOGFILE"),
        (b"220 mail.example.org\n", "holds no key of TLS"),
        (b"\x00\x01\x02", "is not text"),
        (encode_pcapng([]), "is a capture, not a key log"),
        (encode_pcap([]), "is a capture, not a key log"),
        (b"-----BEGIN PRIVATE KEY-----\nMII\n", "is a private key, which opens no session with forward secrecy"),
    ],
)
def test_what_is_no_key_log(tmp_path: Path, capture: Path, content: bytes, says: str) -> None:
    path = tmp_path / "bad"
    path.write_bytes(content)
    outcome = sniffer("triage", "--keylog", path, capture)
    assert (outcome.status, outcome.out) == (2, "")
    assert says in words(outcome)


def test_a_key_log_that_is_not_there(tmp_path: Path, capture: Path) -> None:
    for path in (tmp_path / "nowhere", tmp_path):
        outcome = sniffer("triage", "--keylog", path, capture)
        assert outcome.status == 2
        assert "cannot be read" in words(outcome)


def test_keys_that_open_nothing(tmp_path: Path, capture: Path) -> None:
    other = tmp_path / "other.log"
    other.write_bytes(keyed.said().log)
    outcome = sniffer("triage", "--keylog", other, capture)
    assert "the keys of --keylog open no session here" in outcome.err
    assert told("--keylog", other, capture) == told(capture)


def test_more_keys_than_are_kept(capture: Path, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KEYED_CONNECTIONS", 0)
    assert "the others' keys were left out" in sniffer("triage", "--keylog", log, capture).err


def words(outcome: Outcome) -> str:
    """What was said, without the frame around it."""
    return " ".join(outcome.err.replace("│", " ").split())


# -- secrets in captures -------------------------------------------------------------------------------


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("big_endian", [False, True])
@pytest.mark.parametrize("behind", [False, True])
def test_a_capture_may_carry_its_keys(
    tmp_path: Path, spoken: Spoken, packing: str, big_endian: bool, behind: bool
) -> None:
    frames = keyed.frames(spoken.said)
    if behind:
        content = encode_pcapng(frames, big_endian=big_endian) + secrets_block(spoken.log, big_endian=big_endian)
    else:
        content = encode_pcapng(frames, big_endian=big_endian, secrets=spoken.log)
    path = tmp_path / "office.pcapng"
    path.write_bytes(PACKINGS[packing](content))
    assert told(path) == [LOGIN]


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_stream_may_carry_its_keys(spoken: Spoken, packing: str) -> None:
    content = PACKINGS[packing](encode_pcapng(keyed.frames(spoken.said), secrets=spoken.log))
    outcome = program("triage", "--view", "sessions", "--format", "jsonl", "-", stdin=content)
    assert [row["auth"]["basis"] for row in outcome.rows] == ["decrypted"]


def test_the_keys_of_one_file_serve_another(tmp_path: Path, capture: Path, spoken: Spoken) -> None:
    ring = tmp_path / "ring.pcapng"
    ring.write_bytes(encode_pcapng(session(client="10.0.3.18").frames(), secrets=spoken.log))
    assert LOGIN in told(capture, ring)


def test_processes_share_the_keys(tmp_path: Path) -> None:
    several = [keyed.said() for _ in range(4)]
    frames = [
        frame
        for number, each in enumerate(several)
        for frame in keyed.frames(each.said, client_port=49152 + 2 * number)
    ]
    path = tmp_path / "many.pcapng"
    path.write_bytes(encode_pcapng(frames, secrets=b"".join(each.log for each in several)))
    for processes in (1, 2):
        gathered = gather([("default", path)], Settings(processes=processes))
        assert gathered.counts.decrypted == 4
        assert {fact.inside is not None for fact in gathered.spool.sessions()} == {True}


def test_scapy_reads_with_the_keys_too(tmp_path: Path, spoken: Spoken) -> None:
    path = tmp_path / "office.pcapng"
    path.write_bytes(encode_pcapng(keyed.frames(spoken.said), secrets=spoken.log))
    gathered = gather([("default", path)], Settings(scapy=True))
    assert (gathered.counts.decrypted, gathered.problems) == (1, [])


def test_a_key_log_of_other_settings_is_left_alone(capture: Path, spoken: Spoken) -> None:
    assert gather([("default", capture)], Settings(keys=KeyLog(spoken.log.splitlines()))).counts.decrypted == 1
    assert gather([("default", capture)], Settings()).counts.decrypted == 0


SECTION = encode_pcapng(session().frames(), secrets=b"first") + secrets_block(b"second")
BIG_SECTION = encode_pcapng(session().frames(), secrets=b"third", big_endian=True)


def blocks(content: bytes, size: int) -> list[bytes]:
    """The key logs in bytes that come in pieces."""
    found = SecretBlocks()
    pieces = (content[place : place + size] for place in range(0, len(content), size))
    return [log for piece in pieces for log in found.take(piece)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 16, 100, 1 << 20])
def test_blocks_are_found_however_they_are_cut(size: int) -> None:
    assert blocks(SECTION + BIG_SECTION, size) == [b"first", b"second", b"third"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        encode_pcap(session().frames()),
        secrets_block(b"no section"),
        encode_pcapng([]) + b"\x06\0\0\0" + bytes(60) + secrets_block(b"behind damage"),
        encode_pcapng([]) + secrets_block(b"WireGuard's", kind=0x57474B4C),
        encode_pcapng([]) + secrets_block(b"cut short")[:-8],
    ],
)
def test_where_there_are_none(content: bytes) -> None:
    assert blocks(content, 1 << 20) == blocks(content, 5) == []


def test_only_the_beginning_of_a_large_file_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SECRETS_SEARCHED", 1000)
    monkeypatch.setattr("sniffer.sources.secrets.CHUNK_BYTES", 500)
    frames = encode_pcapng([frame for _ in range(5) for frame in session().frames()])
    found = {}
    for name, content in {
        "late": frames + secrets_block(b"late"),
        "both": encode_pcapng([], secrets=b"early") + frames + secrets_block(b"late"),
    }.items():
        (tmp_path / name).write_bytes(content)
        (source,) = inputs([("default", tmp_path / name)], [])
        found[name] = list(key_logs(source))
    assert found == {"late": [], "both": [b"early", b"late"]}


def test_a_block_that_is_too_large_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SECRETS_BYTES", 40)
    content = encode_pcapng([], secrets=b"x" * 1000) + secrets_block(b"small")
    assert blocks(content, 1 << 20) == blocks(content, 7) == [b"small"]
