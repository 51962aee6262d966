"""What the lab's servers tell of TLS handshakes is what happened (no root needed)."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path
from shutil import which
from typing import Any

import pytest

pytest.importorskip("cryptography", reason="the lab's certificates are made with it")

from tests.lab.served import Handshake, Witness
from tests.lab.servers import postfix_log
from tests.lab.servers.certificates import EXPIRED, certificate, names_in
from tests.lab.servers.tls import ANYTHING, Policy, Watched, handshake, iana, registered

pytestmark = pytest.mark.skipif(not which("openssl"), reason="the names of cipher suites come from openssl")

LOG = "Nov 23 21:18:09 mail face/10.9.0.2/587/smtpd[7]: "
CONNECTED = LOG + "connect from unknown[10.9.3.17]:49152\n"


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("tls"), "mail.example.net", ("mail.example.org",))


def met(
    papers: tuple[Path, Path], policy: Policy, name: str | None = None, trusting: bool = True, **more: Any
) -> Handshake:
    """What the server tells of one handshake with OpenSSL's client."""
    mine, yours = socket.socketpair()
    client = threading.Thread(target=knock, args=(yours, name, trusting), kwargs=more)
    client.start()
    server = policy.context(*papers).wrap_socket(mine, server_side=True, do_handshake_on_connect=False)
    assert isinstance(server, Watched)
    with suppress(OSError):
        server.do_handshake()
    told = handshake(server, papers[0])
    server.close()
    client.join()
    return told


def knock(connection: socket.socket, name: str | None, trusting: bool, highest: str = "TLSv1_3") -> None:
    """A client's half of the handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE if trusting else ssl.CERT_REQUIRED
    context.set_ciphers(ANYTHING)
    context.maximum_version = ssl.TLSVersion[highest]
    with suppress(OSError), context.wrap_socket(connection, server_hostname=name) as secured:
        secured.recv(1)
    connection.close()


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        (Policy(), ("1.3", "TLS_AES_256_GCM_SHA384", None)),
        (
            Policy(highest="TLSv1_2", ciphers="ECDHE-RSA-AES256-SHA384"),
            ("1.2", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", ["mail.example.net", "mail.example.org"]),
        ),
    ],
)
def test_a_good_handshake(papers: tuple[Path, Path], policy: Policy, wanted: tuple[str, str, list[str] | None]) -> None:
    told = met(papers, policy, "mail.example.net")
    assert (told.version, told.cipher, told.certificate_names) == wanted
    assert (told.sni, told.named, told.resumed, told.alert) == ("mail.example.net", True, False, None)


def test_without_a_server_name(papers: tuple[Path, Path]) -> None:
    told = met(papers, Policy())
    assert (told.sni, told.named) == (None, True)


def test_a_version_that_is_not_wanted(papers: tuple[Path, Path]) -> None:
    told = met(papers, Policy(lowest="TLSv1_3"), highest="TLSv1_2")
    assert (told.version, told.cipher, told.resumed, told.alert) == (None, None, None, "protocol_version")
    assert not told.named


def test_distrust_is_in_clear_in_tls_12(papers: tuple[Path, Path]) -> None:
    told = met(papers, Policy(highest="TLSv1_2"), trusting=False)
    assert (told.version, told.alert) == ("1.2", "unknown_ca")


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (
            "Anonymous TLS connection established from unknown[10.9.3.17]:49152: TLSv1.2 with cipher "
            "ECDHE-RSA-AES256-GCM-SHA384 (256/256 bits)",
            Handshake("1.2", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", None, False, False, None, ["mail.example.net"]),
        ),
        (
            "Anonymous TLS connection reused from unknown[10.9.3.17]:49152 to mail.example.net: TLSv1 with cipher "
            "ECDHE-RSA-AES256-SHA (256/256 bits)",
            Handshake("1.0", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "mail.example.net", True, True, None, None),
        ),
        (
            "Anonymous TLS connection established from unknown[10.9.3.17]:49152: TLSv1.3 with cipher "
            "TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519",
            Handshake("1.3", "TLS_AES_256_GCM_SHA384", None, False, False, None, None),
        ),
    ],
)
def test_postfix_tells_of_good_handshakes(tmp_path: Path, line: str, wanted: Handshake) -> None:
    log = tmp_path / "mail.log"
    log.write_text(CONNECTED + LOG + line + "\n")
    (served,) = postfix_log.read(log, ["mail.example.net"])
    assert (served.tls, served.starttls) == (wanted, "established")


@pytest.mark.parametrize(
    ("reason", "alert"),
    [
        ("0A000102:SSL routines::unsupported protocol:../ssl/statem/statem_srvr.c:1657:", "protocol_version"),
        ("0A0000C1:SSL routines::no shared cipher:../ssl/statem/statem_srvr.c:2220:", "handshake_failure"),
        ("0A000418:SSL routines::tlsv1 alert unknown ca:../ssl/record/rec_layer_s3.c:1600:", "unknown_ca"),
    ],
)
def test_postfix_tells_of_alerts(tmp_path: Path, reason: str, alert: str) -> None:
    log = tmp_path / "mail.log"
    log.write_text(
        CONNECTED
        + LOG
        + "SSL_accept error from unknown[10.9.3.17]:49152: -1\n"
        + LOG
        + f"warning: TLS library problem: error:{reason}\n"
    )
    (served,) = postfix_log.read(log)
    assert served.tls
    assert (served.starttls, served.tls.alert) == ("failed", alert)


def test_cipher_suites_have_registered_names() -> None:
    assert iana("ECDHE-RSA-AES128-GCM-SHA256") == registered(b"\xc0\x2f") == "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"


def test_certificates_say_what_they_were_made_for(tmp_path: Path) -> None:
    cert, _ = certificate(tmp_path, "old.example.net", ("older.example.net",), EXPIRED)
    assert names_in(cert) == ("old.example.net", "older.example.net")


def test_a_witness_keeps_the_handshake() -> None:
    witness = Witness(("10.9.3.17", 49152), ("10.9.0.2", 465), implicit=True)
    witness.unsecured(Handshake(alert="unknown_ca"))
    assert witness.served.starttls == "failed"
    assert witness.served.tls == Handshake(alert="unknown_ca")
