"""A running capture at one moment, as a value that the view and the quiet lines are made from."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sniffer.model import limits
from sniffer.model.findings import DeviceFinding, SessionFinding, Verdict
from sniffer.model.health import Health
from sniffer.reports import auth_words, personal
from sniffer.reports.notes import Course
from sniffer.reports.redaction import Redactor
from sniffer.reports.words import STATE_WORDS, UNJUDGED_SHORT, VERDICT_STYLES, VERDICT_WORDS

BASIC: tuple[Verdict, ...] = ("affected", "mixed", "basic-elsewhere")
"""Verdicts of services to which a password goes."""


class Latest(NamedTuple):
    """One of the newest sessions, in words.

    ``short`` is how it logged in, in a few words, ``how`` the same with how surely it is known.
    """

    session: str
    time: int
    device: str
    address: str
    service: str
    short: str
    how: str
    outcome: str
    style: str


class Seen(NamedTuple):
    """One device as the last judgement has it, in words; ``state`` is empty where nothing could be judged."""

    device: str
    name: str
    address: str
    made: str
    service: str
    verdict: str
    state: str
    style: str


class Watched(NamedTuple):
    """A running capture.  ``until`` is when it is to end, ``judged_at`` when it was last judged (microseconds).

    ``course`` holds the health now and shortly before.  ``latest`` are the newest sessions, the newest first;
    ``devices`` those that are shown, the most urgent first.  ``writes`` says where evidence goes.
    """

    course: Course
    until: int | None = None
    judged_at: int | None = None
    latest: tuple[Latest, ...] = ()
    devices: tuple[Seen, ...] = ()
    writes: str | None = None

    @property
    def health(self) -> Health:
        """Return how the capture goes."""
        return self.course.health


class Newest:
    """Keeps the newest sessions of a judgement, which gives them by their start."""

    def __init__(self) -> None:
        self._sessions: deque[SessionFinding] = deque(maxlen=limits.LATEST_SESSIONS)

    def session(self, finding: SessionFinding) -> None:
        """Take a session that is shown."""
        self._sessions.append(finding)

    def told(self, devices: Sequence[DeviceFinding], redact: Redactor) -> tuple[Latest, ...]:
        """Return them in words, the newest first."""
        wanted = {each.device for each in self._sessions}
        by_id = {each.device: each for each in devices if each.device in wanted}
        return tuple(_latest(each, by_id, redact) for each in reversed(self._sessions))


def seen(device: DeviceFinding, redact: Redactor) -> Seen:
    """Return a device in words."""
    first = next(each for each in device.services if each.verdict == device.verdict)
    made = " ".join(part for part in (device.vendor, personal.of_device(device, redact).text(device.model)) if part)
    more = len(device.services) - 1
    return Seen(
        device=device.device,
        name=redact.host(device.name) or "",
        address=device.addresses[0].ip if device.addresses else "",
        made=made,
        service=(first.title or first.service) + (f" and {more} more" if more else ""),
        verdict=VERDICT_WORDS[device.verdict],
        state="" if device.state == "unjudged" else STATE_WORDS[device.state],
        style=VERDICT_STYLES[device.verdict],
    )


def _latest(finding: SessionFinding, devices: Mapping[str, DeviceFinding], redact: Redactor) -> Latest:
    fact, auth = finding.fact, finding.auth
    device = devices.get(finding.device)
    name = (device.name if device else None) or fact.helo
    if auth.unjudged:
        short = how = UNJUDGED_SHORT[auth.unjudged]
        front = auth_words.front_runner(auth)
        how += f"; {front}" if front else ""
    else:
        short = f"{auth_words.mechanism(auth)} {auth_words.BASIS_WORDS[auth.basis]}"
        how = auth_words.how(auth)
    return Latest(
        session=fact.session,
        time=fact.start,
        device=redact.host(name) or fact.client_ip,
        address=fact.client_ip,
        service=finding.title or finding.service,
        short=short,
        how=how,
        outcome="" if auth.outcome is None else auth_words.OUTCOME_WORDS[auth.outcome].removeprefix("outcome "),
        style=_style(finding, device),
    )


def _style(finding: SessionFinding, device: DeviceFinding | None) -> str:
    """Return the style of what a session alone says; whether Basic is hit by the date its device's verdict tells."""
    family = finding.auth.family
    if family == "basic":
        of_service = {each.service: each.verdict for each in device.services} if device else {}
        verdict = of_service.get(finding.service, "basic-elsewhere")
        return VERDICT_STYLES[verdict if verdict in BASIC else "basic-elsewhere"]
    styles: Mapping[str, Verdict] = {"oauth": "modern", "challenge": "challenge", "unknown": "unknown"}
    return VERDICT_STYLES[styles[family]] if family in styles else ""
