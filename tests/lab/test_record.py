"""The lab's own test: record afresh, judge with the real program, compare with the servers' logs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fcntl", reason="the lab is for Linux")


from tests.expected import capture_of, compare, compare_devices, expected_of
from tests.lab import record
from tests.lab.namespaces import ETC, PREFIX, network, ours

pytestmark = pytest.mark.lab

CASES = (
    "auth/postfix-login",
    "auth/postfix-plain-continued",
    "auth/postfix-cram-md5",
    "auth/postfix-scram-sha-256",
    "auth/exim-cram-md5",
    "auth/aiosmtpd-login",
    "auth/xoauth2-refused-challenge",
    "auth/ntlm",
    "auth/retry-other-mechanism",
    "starttls/established-postfix",
    "starttls/cleartext-after",
    "starttls/keylog-dsb",
    "starttls/keylog-dsb-implicit",
    "tls/1.2-resumed",
    "tls/hello-retry-request",
    "tls/failed-trust-hidden",
    "services/mirror-gave-up",
    "services/exchange-kin",
    "services/by-dns",
    "relay/affected",
    "relay/nat",
    "smtp/base64-body",
    "lan/both-legs",
    "lan/office",
    "starttls/client-certificate",
    "starttls/exchange-login",
    "starttls/exchange-xoauth2-inline",
    "starttls/exchange-refused-tenant",
    "starttls/exchange-mail-without-auth",
    "starttls/exchange-plain-then-login",
    "starttls/exchange-cbc",
    "starttls/exchange-key-update",
    "starttls/exchange-renegotiation",
    "smtps/login",
    "smtps/gmail-xoauth2",
    "starttls/lost-header",
    "starttls/swapped-segments",
)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The cases, recorded once for this module, and the reasons of those that could not be."""
    if reason := record.missing():
        pytest.skip(reason)
    target = tmp_path_factory.mktemp("captures")
    return target, record.record(CASES, target)


@pytest.mark.parametrize("case", CASES)
def test_the_program_tells_what_the_servers_logged(case: str, recorded: tuple[Path, dict[str, str]]) -> None:
    """Sessions and devices, as the servers' logs have them."""
    target, failed = recorded
    reason = failed.get(case, "")
    if reason.startswith(record.UNAVAILABLE):
        pytest.skip(reason)
    assert not reason
    capture, expected = capture_of(target / case), expected_of(target / case)
    assert compare(triage(capture, "sessions"), expected) == []
    assert compare_devices(triage(capture, "devices"), expected) == []


@pytest.mark.skipif(bool(record.missing()), reason=record.missing() or "")
def test_nothing_is_left_behind() -> None:
    """Namespaces and their /etc files go, also when the work in them fails."""
    with pytest.raises(ZeroDivisionError), network():
        raise ZeroDivisionError
    assert ours() == []
    assert list(ETC.glob(PREFIX + "*")) == []


def triage(capture: Path, view: str) -> list[dict[str, Any]]:
    """The sessions or the devices that the program reports."""
    argv = [sys.executable, "-m", "sniffer", "triage", str(capture), "--view", view]
    argv += ["--format", "json", "--scope", "all"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in {0, 5}, done.stderr
    rows: list[dict[str, Any]] = json.loads(done.stdout)[view]
    return rows
