"""Changes: what became of a device between two judgements of it."""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple

from msgspec import Struct

from sniffer.model.findings import State, Verdict

ChangeKind = Literal[
    "refused",  # a policy's word, or Basic is no longer offered
    "gave-up",  # it ends before AUTH, after it had worked
    "started-failing",
    "new-affected",  # Basic to Exchange Online, where that was not known before
    "relay-affected",  # it mails through a relay that uses Basic to Exchange Online
    "newly-basic",  # Basic to another service, where that was not known before
    "exception-ended",  # nothing happened, but nobody looks away any more
    "newly-cleartext",  # a password went in clear
    "quiet",  # not seen for longer than is usual
    "unknown-now",  # it could be judged, and now cannot
    "came-back",  # after it was quiet
    "login-changed",  # between others than Basic
    "new-device",
    "new-service",
    "moved",  # to another network, sensor or place
    "renamed",
    "readdressed",  # within its network
    "migrated",  # from Basic to OAuth
    "left-basic",  # for anything else
    "works-again",
    "settled",  # unknown before, known now, and no Basic
]
"""What may become of a device."""

CHANGES: tuple[ChangeKind, ...] = (
    "refused", "gave-up", "started-failing", "new-affected", "relay-affected", "newly-basic", "exception-ended",
    "newly-cleartext", "quiet", "unknown-now", "came-back", "login-changed", "new-device", "new-service", "moved",
    "renamed", "readdressed", "migrated", "left-basic", "works-again", "settled",
)  # fmt: skip
"""In the order of urgency: what fails today before what will."""

Urgency = Literal["act", "know", "good"]

ACT: frozenset[ChangeKind] = frozenset(CHANGES[: CHANGES.index("quiet")])
GOOD: frozenset[ChangeKind] = frozenset(CHANGES[CHANGES.index("migrated") :])


def urgency(kind: ChangeKind) -> Urgency:
    """Return whether somebody must act, should know, or may be glad."""
    return "act" if kind in ACT else "good" if kind in GOOD else "know"


class Subject(Struct, frozen=True):
    """The device of a change, as people find it: as it is now."""

    device: str
    verdict: Verdict
    name: str | None = None
    vendor: str | None = None
    model: str | None = None
    kind: str | None = None
    ip: str | None = None
    mac: str | None = None
    location: str | None = None
    owner: str | None = None
    where: str | None = None
    """The domain of its address: sensor and VLAN."""


class Excepted(NamedTuple):
    """Somebody decided to look away from a device, and why; ``until`` is the last day of that."""

    reason: str
    until: date


class Change(Struct, frozen=True, kw_only=True):
    """One change of a device.  Times are microseconds; ``time`` is that of the data which show it, or its newest.

    ``service`` is a code, ``title`` the service's name for people; both empty where the change is no service's.
    ``before`` and ``after`` are verdicts, states, addresses or names, as the kind has it.  ``state`` is the service's
    now.  ``refusal`` is the code of the cause (``knowledge/replies.toml``), ``cause`` says in sentences why, as far as
    that is known or likely, and what undoes it.  ``exception`` is why and until when nobody wants to be told.
    """

    kind: ChangeKind
    time: int
    subject: Subject
    service: str = ""
    title: str = ""
    before: str | None = None
    after: str | None = None
    state: State | None = None
    last_success: int | None = None
    refusal: str | None = None
    cause: str = ""
    exception: Excepted | None = None

    @property
    def device(self) -> str:
        """Return the device's id."""
        return self.subject.device
