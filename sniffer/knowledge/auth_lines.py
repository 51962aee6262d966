"""What the length of an EHLO reply inside TLS says of the mechanisms that it offers.

Inside TLS a server says what it said before, without STARTTLS and with AUTH, so that the difference of the two replies
is the length of the AUTH lines less that of STARTTLS.
"""

from __future__ import annotations

from functools import cache

from sniffer.knowledge.reply_texts import CRLF, tables

BEFORE_A_LINE = len("250-")
STARTTLS_OCTETS = BEFORE_A_LINE + len("STARTTLS") + CRLF


def auth_octets(clear_octets: int, tls_octets: int) -> int:
    """Return how many octets the AUTH lines inside TLS have, from the EHLO replies before and inside TLS.

    0 where AUTH stands in neither, or unchanged in both; below that, more than STARTTLS is gone.
    """
    return tls_octets - clear_octets + STARTTLS_OCTETS


def offered_inside(
    clear_octets: int, tls_octets: int, clear_mechanisms: tuple[str, ...], service: str | None
) -> tuple[str, ...] | None:
    """Return the mechanisms offered inside TLS, none where there is no AUTH, None where the lengths do not tell.

    ``clear_mechanisms`` are those of the clear reply, ``service`` is a code of ``services.toml``.  Both replies must
    answer the same EHLO: some servers repeat the client's name.  The order may be another one of the same length.
    """
    left = auth_octets(clear_octets, tls_octets)
    if left == 0:
        return clear_mechanisms
    if left < 0 or clear_mechanisms:
        return None
    told = {frozenset(offer): offer for offer in reversed(_known(service).get(left, ()))}
    return next(iter(told.values())) if len(told) == 1 else None


@cache
def listed_services() -> frozenset[str]:
    """Return the services whose AUTH lines are known."""
    return frozenset(service for row in tables().auth for service in row.services)


@cache
def _known(service: str | None) -> dict[int, tuple[tuple[str, ...], ...]]:
    """Return the offers of a service by the octets of their lines, of servers at large where none of its is known."""
    rows = [row for row in tables().auth if service in row.services]
    found: dict[int, tuple[tuple[str, ...], ...]] = {}
    for row in rows or (row for row in tables().auth if not row.services):
        length = sum(BEFORE_A_LINE + len(line) + CRLF for line in row.lines)
        found[length] = (*found.get(length, ()), _mechanisms(row.lines))
    return found


def _mechanisms(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return the mechanisms of ``AUTH`` and ``AUTH=`` lines, each once."""
    words = (word for line in lines for word in line.replace("=", " ").split() if word != "AUTH")
    return tuple(dict.fromkeys(words))
