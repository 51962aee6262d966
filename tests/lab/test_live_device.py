"""``sniffer capture --device``: somebody presses "send test" on a device, and the verdict comes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fcntl", reason="the lab is for Linux")

from tests.lab.namespaces import batch, inside, remove, run
from tests.lab.servers.scripted import Scripted
from tests.lab.wire import Program, Wire, missing, until, wire

pytestmark = [pytest.mark.lab, pytest.mark.skipif(bool(missing()), reason=missing() or "")]

PRINTER, SERVER = "10.8.0.17", "52.97.188.66"
CARD = "00:26:73:0a:b1:c2"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Wire]:
    """A printer at the far end of the wire, and Exchange Online's front end at ours."""
    with wire(tmp_path) as made:
        far = made.namespace + "-far"
        run("ip", "netns", "add", far)
        try:
            made.ip(f"link set wire0 netns {far}", f"addr add {SERVER}/32 peer {PRINTER}/32 dev tap0",
                    "link set tap0 arp on up")  # fmt: skip
            batch(far, [f"link set wire0 address {CARD}", f"addr add {PRINTER}/32 peer {SERVER}/32 dev wire0",
                        "link set wire0 arp on up"])  # fmt: skip
            yield made
        finally:
            remove(far)


def send_test(office: Wire, *words: str) -> None:
    """Press the button."""
    argv = ["swaks", "--server", SERVER, "--port", "587", "--ehlo", "printer", "--from", "scan@example.org", "--to",
            "scan@example.org", "--auth-user", "scan@example.org", "--auth-password", "right-1234", *words]  # fmt: skip
    run(*inside(office.namespace + "-far", argv), check=False)


def serving(office: Wire, persona: str) -> Scripted:
    """Start a server."""
    server = Scripted(office.folder, "persona", persona, SERVER, ("587",))
    server.start(office.namespace)
    return server


def waiting(office: Wire, *words: str) -> Program:
    """Wait for the printer."""
    heard = office.sniffer("capture", "-i", "tap0", "--device", *words)
    until(lambda: "waiting 0" in heard.err or heard.process.poll() is not None, "waiting")
    return heard


def test_a_password_is_a_verdict(office: Wire) -> None:
    """By the card, for whoever has to know by the status; by the address, as an object."""
    server = serving(office, "exchange-today-clear")
    try:
        by_card = waiting(office, CARD, "--fail-on", "affected")
        by_address = waiting(office, PRINTER, "--format", "json")
        other = waiting(office, "10.8.0.99", "--duration", "8s")
        send_test(office, "--auth", "LOGIN")
        assert by_card.wait() == 3
        assert by_address.wait() == 0
        assert other.wait() == 1
    finally:
        server.stop()
    assert "Exchange Online" in by_card.out
    assert "AUTH LOGIN" in by_card.out
    assert "right-1234" not in by_card.out + by_address.out + by_card.err
    (session,) = by_address.report()["sessions"]
    assert session["auth"]["family"] == "basic"
    assert session["client"]["ip"] == PRINTER
    assert other.out == ""
    assert "10.8.0.99" in other.err


def test_inside_tls_it_is_a_verdict_or_says_why_it_is_none(office: Wire) -> None:
    server = serving(office, "exchange-today")
    try:
        heard = waiting(office, PRINTER, "--format", "json")
        send_test(office, "--auth", "LOGIN", "-tls")
        status = heard.wait()
    finally:
        server.stop()
    (session,) = heard.report()["sessions"]
    auth = session["auth"]
    assert (status, auth["family"]) in ((0, "basic"), (5, "unknown"))
    assert auth["reason"]
