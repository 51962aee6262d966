"""What a change is, in sentences that an engineer forwards unedited."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address

from sniffer.model.changes import Change, ChangeKind, Urgency
from sniffer.model.findings import VERDICTS, Verdict
from sniffer.reports import personal
from sniffer.reports.boxes import called
from sniffer.reports.moments import local_minutes
from sniffer.reports.personal import Mask
from sniffer.reports.redaction import Redactor
from sniffer.reports.words import STATE_WORDS

SECTIONS: dict[Urgency, str] = {"act": "To act on", "know": "To know", "good": "Good news"}

HEADS: dict[ChangeKind, tuple[str, str]] = {
    "refused": ("is now refused by {to}.", "are now refused by {to}."),
    "gave-up": (
        "now ends at {to} before it logs in, after this had worked.",
        "now end at {to} before they log in, after this had worked.",
    ),
    "started-failing": ("fails at {to} since it last worked.", "fail at {to} since they last worked."),
    "new-affected": (
        "logs in to {to} with a password, which was not known before.",
        "log in to {to} with a password, which was not known before.",
    ),
    "relay-affected": (
        "mails through a relay that logs in to Exchange Online with a password.",
        "mail through relays that log in to Exchange Online with a password.",
    ),
    "newly-basic": (
        "logs in to {to} with a password, which was not known before.",
        "log in to {to} with a password, which was not known before.",
    ),
    "exception-ended": (
        "had an exception that has ended; it is as it was.",
        "had an exception that has ended; they are as they were.",
    ),
    "newly-cleartext": (
        "sends its password to {to} without TLS: anybody on the way can read it.",
        "send their passwords to {to} without TLS: anybody on the way can read them.",
    ),
    "quiet": ("has not mailed to {to} for longer than usual.", "have not mailed to {to} for longer than usual."),
    "unknown-now": (
        "can no longer be judged at {to}: unknown is no all-clear.",
        "can no longer be judged at {to}: unknown is no all-clear.",
    ),
    "came-back": ("mails to {to} again, after it was quiet.", "mail to {to} again, after they were quiet."),
    "login-changed": ("logs in to {to} in another way.", "log in to {to} in another way."),
    "new-device": ("was seen mailing for the first time.", "were seen mailing for the first time."),
    "new-service": ("mails to {to} for the first time.", "mail to {to} for the first time."),
    "moved": ("has moved.", "have moved."),
    "renamed": ("has another name.", "have other names."),
    "readdressed": ("has another address in its network.", "have other addresses in their networks."),
    "migrated": ("has moved from Basic to OAuth at {to}.", "have moved from Basic to OAuth at {to}."),
    "left-basic": ("no longer logs in to {to} with Basic.", "no longer log in to {to} with Basic."),
    "works-again": ("works again at {to}.", "work again at {to}."),
    "settled": (
        "could be judged at {to} at last: no Basic was seen there.",
        "could be judged at {to} at last: no Basic was seen there.",
    ),
}
"""What becomes of one device, and of several; ``to`` is the service."""

LOGIN_WORDS: dict[Verdict, str] = {
    "affected": "Basic",
    "mixed": "Basic and OAuth",
    "basic-elsewhere": "Basic",
    "challenge": "a challenge (CRAM-MD5, NTLM …)",
    "unknown": "not known",
    "modern": "OAuth",
    "unauthenticated": "without a login",
}
"""A verdict about a service as the way to log in there."""

VERDICT_KINDS = frozenset(
    ("new-affected", "newly-basic", "login-changed", "left-basic", "unknown-now", "settled", "came-back", "new-device",
     "new-service")
)  # fmt: skip
"""Changes of which the verdicts before and after tell more."""


def head(change: Change, who: str, number: int) -> str:
    """Return the sentence of a change that ``number`` devices have in common."""
    return f"{who} {HEADS[change.kind][number != 1].format(to=change.title)}"


def line(change: Change, redact: Redactor, known: Mapping[str, str] = {}) -> str:
    """Return which device it is, and what there is to say of it alone; ``known`` are names of devices by their ids."""
    who = change.subject
    model = mask_of(change, redact).text(who.model)
    told = called(who.name, (who.vendor, model), who.ip, who.mac, who.location, redact)
    owner = f", owner {redact.user(who.owner)}" if who.owner else ""
    more = _more(change, redact, known)
    return f"{told}{owner}{f': {more}' if more else ''}"


def reason(change: Change, redact: Redactor) -> str:
    """Return one sentence about one device: what a table of changes shows."""
    return f"{line(change, redact)} {HEADS[change.kind][0].format(to=change.title)}"


def mask_of(change: Change, redact: Redactor) -> Mask:
    """Return what hides the names of a change's device, also in what people wrote of it."""
    return personal.of_box(change.subject.name, change.subject.owner, redact)


def _more(change: Change, redact: Redactor, known: Mapping[str, str]) -> str:
    """Return what a change's line says beyond whom it is about."""
    before, after = change.before or "", change.after or ""
    if change.kind == "renamed":
        return f"{redact.host(before)} became {redact.host(after)}"
    if change.kind in ("moved", "readdressed"):
        return f"from {place(before, redact)} to {place(after, redact)}"
    if change.kind == "relay-affected":
        return f"its relay is {known.get(after, after)}"
    if change.kind == "exception-ended":
        return f"{mask_of(change, redact).text(before)}. {change.cause}"
    told = _times(change)
    if change.kind in VERDICT_KINDS:
        told = [*_verdicts(change), *told]
    return ", ".join(told)


def place(text: str, redact: Redactor) -> str | None:
    """Return where a box is: an address, with the sensor that sees it, or a place that may be called after a person."""
    try:
        ip_address(text.partition(" ")[0])
    except ValueError:
        return redact.place(text)
    return text


def _verdicts(change: Change) -> list[str]:
    words = [LOGIN_WORDS[code] for code in VERDICTS if code == change.before]
    words += [LOGIN_WORDS[code] for code in VERDICTS if code == change.after]
    if change.state in ("refused", "failing", "gave-up"):
        words[-1:] = [f"{words[-1]}, which {STATE_WORDS[change.state]} already"] if words else []
    if len(words) == 2 and words[0] != words[1]:
        return [f"before {words[0]}, now {words[1]}"]
    return words[-1:]


def _times(change: Change) -> list[str]:
    """Return when it last worked, and when the change was seen."""
    if not change.time:
        return []
    seen = local_minutes(change.time)
    worked = local_minutes(change.last_success) if change.last_success is not None else None
    if change.kind in ("refused", "gave-up", "started-failing"):
        return [f"last worked {worked}" if worked else "was never seen working", f"last tried {seen}"]
    if change.kind == "quiet":
        return [f"last seen {seen}"]
    return [f"seen {seen}"]
