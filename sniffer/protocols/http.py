"""HTTP in clear, a segment at a time: what a server says that it is, and with which program a client asks.

Of requests nothing but the User-Agent is taken, and of responses neither where they are from nor what for: paths,
hosts, cookies and credentials stay where they are.  Who passes on what another says (``Via``, RFC 9110 7.6.3) does
not speak for himself.
"""

from __future__ import annotations

import re
from html import unescape

from sniffer.model import limits
from sniffer.model.clues import Heard, Said
from sniffer.protocols import ssdp, ws_discovery
from sniffer.protocols.clue_identifiers import gathered
from sniffer.protocols.clue_text import said, text
from sniffer.protocols.header_fields import fields, parted

METHODS = (b"GET ", b"POST ", b"HEAD ", b"PUT ", b"OPTIONS ", b"SUBSCRIBE ", b"PROPFIND ")

PASSED_ON = {b"via", b"x-forwarded-for", b"forwarded", b"x-cache", b"age"}
"""Fields by which a proxy shows (RFC 9110 7.6.3, RFC 7239, RFC 9111 5.1)."""

TITLE = re.compile(rb"<title\b[^<>]{0,200}>([^<]{0,512})</title", re.IGNORECASE)

REALM = re.compile(rb"\brealm\s*=\s*\"([^\"]{1,255})\"", re.IGNORECASE)
"""RFC 9110 11.5."""


def heard(message: bytes) -> tuple[Heard, ...]:
    """Return what the segment says that a request or a response begins in."""
    if message.startswith(b"HTTP/1."):
        return gathered(_response(message[: limits.DISCLOSED_BYTES]))
    if message.startswith(METHODS):
        found = fields(parted(message[: limits.DISCLOSED_BYTES])[0])
        return () if found.keys() & PASSED_ON else gathered([*said("agent", found.get(b"user-agent", b""))])
    return ()


def _response(message: bytes) -> list[Said]:
    head, body = parted(message)
    found = fields(head)
    if found.keys() & PASSED_ON:
        return []
    told = [*said("system", found.get(b"server", b""))]
    realm = REALM.search(found.get(b"www-authenticate", b""))
    told += _words(realm[1]) if realm else ()
    if head[8:13].strip() == b"200" and body:
        title = TITLE.search(body)
        told += _words(title[1]) if title else ()
        told += _described(body)
    return told


def _words(raw: bytes) -> tuple[Said, ...]:
    """Return words for people, unless they are about one."""
    words = unescape(text(raw))
    return () if "@" in words else said("comment", words)


def _described(body: bytes) -> tuple[Said, ...]:
    """Return what a device's description says that somebody fetched."""
    if b"urn:schemas-upnp-org:device-1-0" in body:
        return ssdp.description(body)
    return ws_discovery.metadata(body) if b"/devprof" in body else ()
