"""Reading Postfix's mail log: verbatim lines of `smtpd -v`, `sasl_username=`, TLS."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tests.lab.served import Handshake, Served, Witness
from tests.lab.servers.tls import iana

LINE = re.compile(r" face/([^/]+)/(\d+)/smtpd\[(\d+)\]: (.*)$")
CONNECT = re.compile(r"connect from \S*\[([^\]]+)\]:(\d+)$")
SPOKEN = re.compile(r"([<>]) \S*\[[^\]]+\]:\d+: (.*)$")
NAMED = re.compile(r"sasl_username=(?!\(unavailable\))(.+)$|auth reply: OK\?.*\buser=([^?]+)")
FAILED = re.compile(r"SSL_accept error from ")
SECURED = re.compile(
    r"TLS connection (established|reused) from [^:]*(?::\d+)?(?: to ([^:\s]+))?: TLSv(1(?:\.\d)?) with cipher (\S+)"
)
ALERT = re.compile(r"TLS library problem: error:[0-9A-F]+:SSL routines:[^:]*:([^:]+):")
SENT_FOR = {
    "unsupported protocol": "protocol_version",
    "version too low": "protocol_version",
    "no shared cipher": "handshake_failure",
}
"""The alert that OpenSSL's server sends for what it does not like; other reasons name the alert that came."""


def read(path: Path, names: Sequence[str] = (), implicit: tuple[int, ...] = (465,)) -> list[Served]:
    """All connections in a mail log, in the order they came; one process serves one at a time.

    `names` are those of the server's certificate.
    """
    now: dict[str, Witness] = {}
    done: list[Served] = []
    for line in path.read_text(errors="replace").splitlines():
        if found := LINE.search(line):
            ip, port, pid, text = found.groups()
            if start := CONNECT.match(text):
                now[pid] = Witness((start[1], int(start[2])), (ip, int(port)), int(port) in implicit)
                done.append(now[pid].served)
            elif pid in now:
                tell(now[pid], text, names)
    return done


def tell(witness: Witness, text: str, names: Sequence[str] = ()) -> None:
    """Hand one line of the log to the connection's witness."""
    if spoken := SPOKEN.match(text):
        (witness.said if spoken[1] == "<" else witness.answered)(spoken[2])
    elif named := NAMED.search(text):
        witness.named(named[1] or named[2])
    elif secured := SECURED.search(text):
        witness.secured(handshake(secured, names))
    elif FAILED.search(text):
        witness.unsecured(Handshake())
    elif witness.served.tls and (alert := ALERT.search(text)):
        witness.served.tls.alert = alert_of(alert[1])


def handshake(line: re.Match[str], names: Sequence[str]) -> Handshake:
    """A handshake that came to its end; Postfix names the server name only when it has one."""
    how, sni, version, cipher = line.groups()
    resumed, version = how == "reused", version if "." in version else version + ".0"
    seen = list(names) if version != "1.3" and not resumed else None
    return Handshake(version, iana(cipher), sni, bool(sni), resumed, None, seen)


def alert_of(reason: str) -> str:
    """The alert behind a reason of OpenSSL's."""
    came = re.match(r"(?:tlsv1|sslv3|tlsv13) alert (.+)", reason)
    return came[1].replace(" ", "_") if came else SENT_FOR[reason]
