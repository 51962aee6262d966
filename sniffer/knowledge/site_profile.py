"""A site profile: what sessions of the user's own, whose truth is known, showed of one mail service.

Rules of this file:
1. A profile holds what the server says and how, and the difference of two EHLO replies.  No length of anything that a
   client says is in it, so none of a password or a token.
2. A refusal of Exchange Online ends in the name of its front end; such lengths are kept without that name, so that
   they hold for other front ends (``beyond_host``).
3. What is decoded may come from anybody: every field has its bounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from sniffer.knowledge.catalogue import Catalogue
from sniffer.model import limits

ReplySymbol = Literal[
    "accepted", "refused", "unknown-mechanism", "mail-accepted", "mail-refused", "recipient-accepted",
    "go-ahead", "bye", "prompt", "go-on", "challenge-cram",
]  # fmt: skip
"""Replies that a server says in the same words to everybody, by their symbols in ``dialogue.toml``."""

KnownFamily = Literal["basic", "oauth", "challenge", "external", "none"]
"""Families that somebody may know to be true."""

CODE = r"^[a-z0-9]+(-[a-z0-9]+)*$"
"""A service's code, which names the file too."""

Code = Annotated[str, Meta(pattern=CODE, max_length=64)]
Times = Annotated[int, Meta(ge=1, le=1_000_000)]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]
Octets = Annotated[int, Meta(ge=0, le=65_536)]
Difference = Annotated[int, Meta(ge=-65_536, le=65_536)]
Microseconds = Annotated[int, Meta(ge=0, le=3_600_000_000)]
Moment = Annotated[datetime, Meta(tz=True)]
Few = Meta(max_length=limits.PROFILE_ROWS)


class _Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a profile: immutable, and strict about what it is read from."""


class FamilyCount(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many of the checked sessions were of a family, and of how many of them it was inferred."""

    family: KnownFamily
    sessions: Times
    agreed: Count = 0


class ReplyLength(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long a reply was, in bytes of text with its CRLF, and how often; ``beyond_host`` as in rule 2."""

    symbol: ReplySymbol
    octets: Octets
    times: Times
    beyond_host: bool = False


class HelloDifference(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By how many bytes the EHLO reply inside TLS is longer than that in clear, and how often."""

    octets: Difference
    times: Times


class HelloRecords(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In how many records the EHLO reply inside TLS came, and how often."""

    records: Annotated[int, Meta(ge=1, le=1024)]
    times: Times


class Tickets(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The records that a server of TLS 1.3 sends before its first reply: their lengths in bytes, and how often."""

    octets: Annotated[tuple[Octets, ...], Few]
    times: Times


class Delay(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long a server took to answer a login, in microseconds, the network's round trip taken off."""

    answer: Literal["accepted", "refused"]
    times: Times
    least: Microseconds
    median: Microseconds
    most: Microseconds


class SiteProfile(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was checked of a service, and what was learnt.

    ``newest`` is when the newest of the sessions began, ``program`` the version that inferred them.  ``agreed``,
    ``disagreed`` and ``could_not_tell`` count sessions: what was inferred was the truth, was not, or was nothing.
    """

    format: Literal[1] = 1
    service: Code
    program: Annotated[str, Meta(max_length=64)]
    newest: Moment
    families: Annotated[tuple[FamilyCount, ...], Few]
    agreed: Count
    disagreed: Count
    could_not_tell: Count
    replies: Annotated[tuple[ReplyLength, ...], Few] = ()
    hello: Annotated[tuple[HelloDifference, ...], Few] = ()
    hello_records: Annotated[tuple[HelloRecords, ...], Few] = ()
    tickets: Annotated[tuple[Tickets, ...], Few] = ()
    delays: Annotated[tuple[Delay, ...], Few] = ()

    @property
    def agrees(self) -> bool:
        """Say whether the check was passed: something was inferred, and all of it was true."""
        return self.agreed > 0 and self.disagreed == 0

    @property
    def checked(self) -> frozenset[str]:
        """Return the families whose inference was checked and is true; a password's tells nothing of a token's."""
        return frozenset(each.family for each in self.families if each.agreed) if self.agrees else frozenset()

    @property
    def sessions(self) -> int:
        """Return how many sessions were checked."""
        return self.agreed + self.disagreed + self.could_not_tell


def encoded(profile: SiteProfile) -> bytes:
    """Return a profile as JSON that a person can read."""
    return msgspec.json.format(msgspec.json.encode(profile), indent=2) + b"\n"


def decoded(data: bytes) -> SiteProfile:
    """Read a profile.  Raises ``ValueError`` that says what is wrong with it."""
    try:
        return msgspec.json.decode(data, type=SiteProfile)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def checked_families(known: Catalogue, profiles: Mapping[str, SiteProfile]) -> dict[str, frozenset[str]]:
    """Return, for each service that needs a check (``to_verify``), the families of which one was passed."""
    return {code: profiles[code].checked if code in profiles else frozenset() for code in to_verify(known)}


def to_verify(known: Catalogue) -> frozenset[str]:
    """Return the services whose words inside TLS nobody but their users can check: Exchange Online's and its kin's.

    These are its client submission, and the services for submission that greet as it does.
    """

    def kin(code: str | None) -> bool:
        return code is not None and known.service(code).affected

    return frozenset(row.code for row in known.services if row.submission and (row.affected or kin(row.within)))
