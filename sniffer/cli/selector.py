"""Which session a person means: by its id or the beginning of it, or by its client."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

import typer

from sniffer.cli import reading
from sniffer.model import limits
from sniffer.model.findings import SessionFinding
from sniffer.reports.auth_words import how
from sniffer.reports.escape import for_terminal
from sniffer.reports.moments import local

ID = re.compile("(?:s-?|s-[0-9a-f]+|[0-9a-f]+)")
"""A session's id or a beginning of it; the ``s-`` may be left away."""

ENDPOINT = re.compile(r"\[(?P<six>[0-9A-Fa-f:.]+)\](?::(?P<its>[0-9]{1,5}))?|(?P<ip>[^:]+)(?::(?P<port>[0-9]{1,5}))?")
"""An address and a port; IPv6 stands in brackets before a port (RFC 3986 3.2.2)."""


class Client(NamedTuple):
    """An address, and a port if one was named."""

    ip: IPv4Address | IPv6Address
    port: int | None


class Selector(NamedTuple):
    """What a person said of the session: a beginning of its id, or its client."""

    word: str
    beginning: str | None = None
    client: Client | None = None

    def fits(self, finding: SessionFinding) -> bool:
        """Say whether a session may be meant."""
        fact = finding.fact
        if self.client is None:
            return self.beginning is not None and fact.session.startswith(self.beginning)
        return ip_address(fact.client_ip) == self.client.ip and self.client.port in (None, fact.client_port)


def by_id(word: str) -> Selector:
    """Return who is meant by an id, or an unambiguous beginning of one.  Raises ``typer.BadParameter``."""
    told = word.strip().lower()
    if not ID.fullmatch(told):
        raise typer.BadParameter(f"{word!r} is no session; write it like s-4f0c2a, as reports show it")
    return Selector(word, beginning=told if told.startswith("s") else f"s-{told}")


def by_client(word: str) -> Selector:
    """Return who is meant by an address, or an address and a port.  Raises ``typer.BadParameter``."""
    try:
        return Selector(word, client=_client(word.strip()))
    except ValueError:
        advice = "write it like 10.0.3.17, 10.0.3.17:49152 or [2001:db8::17]:49152"
        raise typer.BadParameter(f"{word!r} is no client; {advice}") from None


def _client(word: str) -> Client:
    """Raise ``ValueError`` for what is no endpoint."""
    if word.count(":") > 1 and not word.startswith("["):
        return Client(ip_address(word), None)
    found = ENDPOINT.fullmatch(word)
    if not found:
        raise ValueError(word)
    port = found["its"] or found["port"]
    if port and int(port) > 65_535:
        raise ValueError(word)
    return Client(ip_address(found["six"] or found["ip"]), int(port) if port else None)


def chosen(sessions: Iterable[SessionFinding], selector: Selector) -> SessionFinding:
    """Return the one session that is meant; ends the program with what to try where there is none, or several."""
    newest: deque[SessionFinding] = deque(maxlen=limits.EXPLAINED_SESSIONS)
    count = 0
    for each in filter(selector.fits, sessions):
        newest.append(each)
        count += 1
    if count == 1:
        return newest[0]
    for line in _several(selector, count, newest) if count else _nobody(selector):
        typer.echo(line, err=True)
    raise typer.Exit(reading.FAILED)


def _nobody(selector: Selector) -> Iterator[str]:
    what = "from" if selector.client else "called"
    yield f"sniffer: no session is {what} '{for_terminal(selector.word)}'"
    yield "  'sniffer explain … --device NAME' shows the ids of a device's sessions,"
    yield "  'sniffer triage --view sessions --format csv' those of all"


def _several(selector: Selector, count: int, newest: Iterable[SessionFinding]) -> Iterator[str]:
    word = for_terminal(selector.word)
    yield f"sniffer: {count:,} sessions fit '{word}'; name one with --session, the newest are:"
    for each in reversed([*newest]):
        fact = each.fact
        client = f"[{fact.client_ip}]" if ":" in fact.client_ip else fact.client_ip
        ends = f"{client}:{fact.client_port} → {fact.server}"
        told = f"  {fact.session}  {local(fact.start)}  {ends}  {how(each.auth)}"
        yield for_terminal(told)
