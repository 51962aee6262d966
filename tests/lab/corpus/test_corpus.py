"""A corpus is only as good as its labels: what the servers logged must be what the capture holds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fcntl", reason="the lab is for Linux")
pytest.importorskip("aiosmtpd", reason="one of the servers of the lab")

from tests.lab.corpus import capture, truth
from tests.lab.corpus.endpoints import Endpoint
from tests.lab.corpus.generate import Order, make, missing
from tests.lab.corpus.servers import exim, submission
from tests.lab.served import Served, Witness

CHEAP = ("smtplib", "curl", "swaks", "msmtp", "phpmailer")
FIELDS = {"client_ip", "client_port", "server_ip", "start", "client", "stack", "server", "tls", "family", "mechanism",
          "attempts", "outcome"}  # fmt: skip
RECORD, APPLICATION_DATA = 5, 23
EXIM = """\
2026-11-26 07:35:36 SMTP connection from [10.20.0.14]:40874 I=[198.18.11.8]:587 (TCP/IP connection count = 1)
2026-11-26 07:35:36 said [10.20.0.14]:40874 I=[198.18.11.8]:587 AUTH LOGIN dXNlcg==
2026-11-26 07:35:36 login authenticator failed for (x) [10.20.0.14]:40874 I=[198.18.11.8]:587: 535 Incorrect \
authentication data (set_id=user)
2026-11-26 07:35:36 said [10.20.0.14]:40874 I=[198.18.11.8]:587 AUTH PLAIN
2026-11-26 07:35:36 said [10.20.0.14]:40874 I=[198.18.11.8]:587 MAIL
2026-11-26 07:35:36 said [10.20.0.14]:40874 I=[198.18.11.8]:587 END plain
"""
DOVECOT = """\
submission-login: Debug: smtp-server: conn 10.20.0.11:37816 [15]: Connection created
submission-login: Debug: smtp-server: conn 10.20.0.11:37816 [15]: Received new command: STARTTLS 
submission-login: Debug: smtp-server: conn 10.20.0.11:37816 [15]: Starting TLS
submission-login: Debug: smtp-server: conn 10.20.0.11:37816 [15]: Received new command: AUTH XOAUTH2 
submission-login: Debug: smtp-server: conn 10.20.0.11:37816 [15]: Sent: 334 
submission-login: Info: Login: rip=10.20.0.11, rport=37816
"""  # noqa: W291


def witnessed(*dialogue: str) -> Served:
    """What a witness notes inside TLS; `>` is the client, `<` the server."""
    witness = Witness(("10.20.0.11", 40000), ("198.18.1.1", 587), implicit=True)
    for turn in dialogue:
        (witness.said if turn[0] == ">" else witness.answered)(turn[2:])
    return witness.served


def attempt(mechanism: str, initial: bool, outcome: str | None) -> dict[str, Any]:
    return {"mechanism": mechanism, "initial_response": initial, "outcome": outcome}


@pytest.mark.parametrize(
    ("dialogue", "wanted"),
    [
        (("> AUTH PLAIN AGE=", "< 235 ok"), [attempt("PLAIN", True, "ok")]),
        (("> AUTH PLAIN AGE=", "< 535 no"), [attempt("PLAIN", True, "fail")]),
        (("> AUTH PLAIN AGE=", "< 504 what"), [attempt("PLAIN", True, "rejected")]),
        (("> AUTH LOGIN", "< 535 no"), [attempt("LOGIN", False, "rejected")]),
        (("> AUTH LOGIN", "< 334 VXNlcm5hbWU6", "> eA==", "< 535 no"), [attempt("LOGIN", False, "fail")]),
        (("> AUTH XOAUTH2", "< 334 "), [attempt("XOAUTH2", False, None)]),
        (("> AUTH CRAM-MD5", "< 504 no", "> AUTH LOGIN eA==", "< 334 UGFzc3dvcmQ6", "> eA==", "< 235 ok"),
         [attempt("CRAM-MD5", False, "rejected"), attempt("LOGIN", True, "ok")]),
        (("> MAIL FROM:<a@b>", "< 250 ok"), []),
    ],
)  # fmt: skip
def test_what_a_server_saw_becomes_a_label(dialogue: Sequence[str], wanted: list[dict[str, Any]]) -> None:
    """One row per way that an AUTH can go."""
    told = truth.judged(witnessed(*dialogue))
    assert told
    assert told["attempts"] == wanted
    assert (told["family"] == "none") == (not wanted)


def test_a_session_without_auth_and_mail_has_no_label() -> None:
    assert truth.judged(witnessed("> EHLO x", "< 250 hi", "> QUIT", "< 221 bye")) is None


def test_exims_log_tells_every_auth_and_how_it_ended(tmp_path: Path) -> None:
    log = tmp_path / "log-main"
    log.write_text(EXIM)
    (served,) = exim.read(log)
    told = truth.judged(served)
    assert told
    assert told["attempts"] == [attempt("LOGIN", True, "fail"), attempt("PLAIN", False, "ok")]
    assert (told["family"], told["outcome"]) == ("basic", "success")


def test_dovecots_debug_log_tells_the_dialogue(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(DOVECOT)
    (served,) = submission.read(log, Endpoint("submission", "198.18.14.1", "13", ()))
    assert truth.attempts(served) == [attempt("XOAUTH2", False, "ok")]


@pytest.mark.parametrize(
    ("version", "suite", "encrypt_then_mac", "word"),
    [
        (0x0304, 0x1302, False, "13"),
        (0x0303, 0xC030, False, "12"),
        (0x0303, 0xCCA8, False, "cc"),
        (0x0303, 0xC09C, False, "ccm"),
        (0x0303, 0xC0A0, False, "ccm8"),
        (0x0303, 0xC028, True, "cbc"),
        (0x0303, 0xC028, False, "mte"),
        (0x0301, 0x002F, True, "10"),
    ],
)
def test_a_server_hello_has_its_word(version: int, suite: int, encrypt_then_mac: bool, word: str) -> None:
    assert capture.kind(b"220 go\r\n" + hello(version, suite, encrypt_then_mac)) == word
    assert capture.kind(hello(version, suite, encrypt_then_mac)[:-1]) is None


def hello(version: int, suite: int, encrypt_then_mac: bool) -> bytes:
    """A ServerHello in its record (RFC 8446 4.1.3)."""
    more = b"\x00\x16\x00\x00" if encrypt_then_mac else b""
    more += b"\x00\x2b\x00\x02\x03\x04" if version == capture.TLS_1_3 else b""
    body = min(version, 0x0303).to_bytes(2, "big") + bytes(32) + b"\x00" + suite.to_bytes(2, "big") + b"\x00"
    body += len(more).to_bytes(2, "big") + more
    message = b"\x02" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x03" + len(message).to_bytes(2, "big") + message


@pytest.mark.lab
def test_a_small_corpus_holds_what_its_labels_say(tmp_path: Path) -> None:
    """Every label has its connection, with records enough for its attempts."""
    if reason := missing():
        pytest.skip(reason)
    clients = [name for name in CHEAP if shutil.which(name) or name in ("smtplib", "phpmailer")]
    counted = make(Order(tmp_path, 30, 7, clients, ("personas", "postfix", "aiosmtpd")))
    labels = [json.loads(line) for line in (tmp_path / "labels.jsonl").read_text().splitlines()]
    assert len(labels) == counted.total() >= 20
    assert len({label["client"] for label in labels}) >= 3
    found = capture.connections(tmp_path / "corpus.pcap")
    sent = records(tmp_path / "corpus.pcap")
    for label in labels:
        assert label.keys() == FIELDS
        client = (label["client_ip"], label["client_port"])
        ((ends, connection),) = ((ends, each) for ends, each in found.items() if ends[:2] == client)
        assert (connection.start, connection.tls, ends[2]) == (label["start"], label["tls"], label["server_ip"])
        assert sent[client] >= 1 + len(label["attempts"])
        assert label["family"] in ("basic", "oauth", "challenge", "none")
        assert (label["mechanism"] is None) == (label["attempts"] == []) == (label["outcome"] is None)


def records(path: Path) -> dict[tuple[str, int], int]:
    """At least how many records of application data each client sent: segments that begin with one."""
    counted: dict[tuple[str, int], int] = {}
    for _, frame in capture.frames(path):
        if len(frame) < 54 or frame[23] != capture.TCP:
            continue
        head = capture.ETHERNET + (frame[14] & 15) * 4
        payload = frame[head + (frame[head + 12] >> 4) * 4 :]
        if len(payload) > RECORD and payload[0] == APPLICATION_DATA and payload[1] == 3:
            client = (".".join(map(str, frame[26:30])), int.from_bytes(frame[head : head + 2], "big"))
            counted[client] = counted.get(client, 0) + 1
    return counted
