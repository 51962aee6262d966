"""Which mail service a server is, and how we know."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from sniffer.inference.networks import Networks
from sniffer.knowledge import services as known
from sniffer.model.events import Anomaly

HOST = re.compile(r"^[245]\d\d[ -]([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z]{2,})\b")
"""The host name that a greeting begins with (RFC 5321 4.2: ``220`` Domain)."""


class Server(NamedTuple):
    """What a server is: the code of a service, its name and where that is from, what it claims in vain."""

    service: str
    name: str | None
    basis: str | None
    claim: Anomaly | None = None


def identify(ip: str, port: int, banner: str | None, networks: Networks) -> Server:
    """Say which service a server is.  Its own words come before its address.

    A server on our side is ``private`` whatever it claims; the claim is a finding.
    """
    said = _by_greeting(banner) if banner else None
    if networks.holds(ip):
        name = _host(banner) if banner else None
        return Server(known.PRIVATE, name, "banner" if name else None, _claim(said) if said else None)
    if said:
        return Server(said.code, _host(banner or ""), "banner")
    name = _host(banner) if banner else None
    row = _by_address(ip, port) if not banner else None
    if row:
        return Server(row.code, None, "range")
    return Server(known.OTHER, name, "banner" if name else None)


def _claim(service: known.Service) -> Anomaly:
    return Anomaly("claims-service", f"a server on our side greets as {service.name}")


def _host(banner: str) -> str | None:
    found = HOST.match(banner)
    return found[1] if found else None


@lru_cache(4096)
def _by_greeting(banner: str) -> known.Service | None:
    host = _host(banner)
    rows = known.services()
    by_host = (row for row in rows if host and row.has_host(host))
    return next(by_host, None) or next((row for row in rows if row.greets(banner)), None)


@lru_cache(4096)
def _by_address(ip: str, port: int) -> known.Service | None:
    return next((row for row in known.services() if row.holds(ip, port)), None)
