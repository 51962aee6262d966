"""Habits of the program that wrote a mail: which headers in which order, and the shapes of what it makes up.

Of a header's value only the class of its shape is told, and of a mailer the name that it gives itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from sniffer.model import limits
from sniffer.protocols.clue_text import text
from sniffer.protocols.mail_head import Head, boundary

NAMES = frozenset(
    (
        "received", "return-path", "delivered-to", "message-id", "date", "from", "sender", "reply-to", "to", "cc",
        "bcc", "subject", "in-reply-to", "references", "comments", "keywords", "resent-from", "resent-date",
        "mime-version", "content-type", "content-transfer-encoding", "content-disposition", "content-description",
        "content-language", "content-id", "content-class", "x-mailer", "user-agent", "x-priority", "priority",
        "importance", "x-msmail-priority", "x-mimeole", "thread-index", "thread-topic", "organization", "errors-to",
        "precedence", "auto-submitted", "x-auto-response-suppress", "list-id", "list-unsubscribe", "x-sender",
        "x-originating-ip", "x-php-originating-script", "x-report-abuse", "disposition-notification-to", "sensitivity",
        "return-receipt-to", "dkim-signature", "authentication-results", "x-unsent", "x-spam-status", "x-ms-has-attach",
        "accept-language", "autocrypt", "openpgp", "mail-followup-to", "resent-to",
    )
)  # fmt: skip
"""Headers that may be named (RFC 5322 3.6, 2045, 4021, and what mail programs add); others are not told."""

HEX = "[0-9a-fA-F]"

MESSAGE_IDS = (
    ("canon", r"\d{14}\.\d{4}\.CanonTxNo\.\d+@.*"),
    ("python", r"\d{12}\.\d+\.\d{10,20}(?:\.[^@]*)?@.*"),
    ("javamail", r"-?\d+\.-?\d+\.\d{12,14}\.JavaMail\.[^@]*@.*"),
    ("java", r"-?\d+\.-?\d+\.\d{12,14}@.*"),
    ("sendemail", r"\d+\.\d+-sendEmail@.*"),
    ("ruby", rf"{HEX}+_{HEX}+(?:-{HEX}+)+@.*"),
    ("gmail", r"CA[A-Za-z0-9+=_-]{20,80}@mail\.gmail\.com"),
    ("exchange", r"[A-Z0-9]{16,60}@[A-Z0-9.]+\.prod\.(?:outlook|exchangelabs)\.com"),
    ("outlook", rf"{HEX}{{8,14}}\${HEX}{{8}}\${HEX}{{8}}(?:\$|@).*"),
    ("uuid", rf"{HEX}{{8}}-(?:{HEX}{{4}}-){{3}}{HEX}{{12}}@.*"),
    ("hex32", rf"{HEX}{{32}}@.*"),
    ("hex32.word", rf"{HEX}{{32}}\.[^@]*@.*"),
    ("hex40", rf"{HEX}{{40}}@.*"),
    ("stamp.pid", r"(?:19|20)\d{12}\.\d{1,7}@.*"),
    ("stamp.word", r"(?:19|20)\d{12}\.[A-Za-z0-9+_%-]{1,16}(?:%[^@]*)?@.*"),
    ("stamp.pid.letter", r"(?:19|20)\d{12}\.[A-Z]{2}\d+@.*"),
    ("number-word", r"\d{4,10}\.[A-Za-z0-9]{6,12}@.*"),
    ("hex-hex", rf"{HEX}{{8,16}}[._]{HEX}{{4,16}}@.*"),
    ("word40", r"[A-Za-z0-9]{40,64}@.*"),
    ("mutt", r"[A-Za-z0-9+/_-]{16}@.*"),
    ("word", r"[A-Za-z0-9]{16,39}@.*"),
    ("base64", r"[A-Za-z0-9+/=_-]{10,}@.*"),
    ("digits", r"\d+(?:\.\d+){0,5}@.*"),
)
"""Shapes of Message-IDs (RFC 5322 3.6.4), the first that fits."""

BOUNDARIES = (
    ("canon", r"-*_CANON_.*"),
    ("hikvision", r"#BOUNDARY#"),
    ("toshiba", r"\+-\+-\+-T-\+-\+.*"),
    ("panasonic", r"\+-\+-\+-Pan.*"),
    ("python", r"={15}\d{19,20}=="),
    ("java", r"-+=_Part_\d+_-?\d+\.\d+"),
    ("outlook", r"-+=_NextPart_[0-9A-Fa-f]{3}_.*"),
    ("nodemailer", r"-+_NmP-[0-9a-f]+-Part_\d+"),
    ("phpmailer", r"b\d=?_[A-Za-z0-9=_]{16,50}"),
    ("swaks", r"-+=_MIME_BOUNDARY_\d+_\d+"),
    ("sendemail", r"-+MIME delimiter for sendEmail-.*"),
    ("mime-lite", r"_-{8,}=_\d+"),
    ("ruby", r"-*==_mimepart_[0-9a-f]+_[0-9a-f]+(?:-[0-9a-f]+)?"),
    ("dotnet", r"-*boundary_\d+_[0-9a-f-]{36}"),
    ("apple", r"Apple-Mail[-=].*"),
    ("thunderbird", r"-{12}[A-Za-z0-9]{24}"),
    ("s-nail", r"=-=.*=-="),
    ("digits", r"-*\d{8,}"),
    ("hex", r"-*[0-9a-fA-F]{12,64}"),
    ("mutt", r"[A-Za-z0-9+/]{16}"),
    ("word", r"-*[A-Za-z0-9]{12,70}"),
    ("equals", r"=_.*|-*=_.*"),
)
"""Shapes of boundaries (RFC 2046 5.1.1), the first that fits."""

DATE = re.compile(
    r"(?P<weekday>[A-Za-z]{3},?\s+)?\d{1,2}[ -][A-Za-z]{3}[ -]\d{2,4}\s+\d{1,2}:\d{2}(?P<seconds>:\d{2})?"
    r"(?:\s*(?P<zone>[+-]\d{4}|[A-Za-z]{1,5}))?(?P<comment>\s*\(.*\))?"
)
"""RFC 5322 3.3, and its obsolete forms."""

WHOLE = {name: [(code, re.compile(each)) for code, each in table] for name, table in
         (("message-id", MESSAGE_IDS), ("boundary", BOUNDARIES))}  # fmt: skip

USUAL = ("Message-ID", "MIME-Version")
"""Headers whose names programs spell in several ways: ``Message-Id``, ``MIME-version`` (RFC 5322 3.6.4, 2045 4)."""


def mail_traits(head: Head) -> Iterator[str]:
    """Return the traits of a mail's head."""
    first = head.first
    yield from names_form(head.written)
    message_id = first.get("message-id")
    yield f"message-id:{shape('message-id', message_id.strip(' <>')) if message_id else 'none'}"
    yield from date_form(first.get("date"))
    between = boundary(first.get("content-type"))
    if between:
        yield f"boundary:{shape('boundary', between)}"
    received = first.get("received")
    if received is not None:
        yield "received"
        if "sSMTP" in received:
            yield "received:ssmtp"
    program = mailer(first.get("x-mailer") or first.get("user-agent") or "")
    if program:
        yield f"mailer:{program}"


@lru_cache(limits.HEADS_REMEMBERED)
def names_form(written: tuple[str, ...]) -> tuple[str, ...]:
    """Return which headers there were, and how their names are written: a program does it the same each time."""
    return (*order(written), *spelling(written))


def order(written: Iterable[str]) -> Iterator[str]:
    """Return which headers there were, in their order: names that are known, in the usual spelling."""
    known = [name.lower() for name in written if name.lower() in NAMES]
    once = [name for place, name in enumerate(known) if not place or known[place - 1] != name]
    whole = "headers:" + ",".join(map(str.title, once))
    if once:
        yield whole if len(whole) <= limits.CLUE_CHARACTERS else whole[: limits.CLUE_CHARACTERS].rpartition(",")[0]


def spelling(written: Iterable[str]) -> Iterator[str]:
    """Return names that are not written as the standards have them."""
    firsts = {name.lower(): name for name in reversed(tuple(written))}
    for usual in USUAL:
        name = firsts.get(usual.lower(), usual)
        if name != usual:
            yield f"spelling:{name}"


def shape(table: str, value: str) -> str:
    """Return the class of a made-up value."""
    cut = value[: limits.CLUE_CHARACTERS]
    return next((code for code, pattern in WHOLE[table] if pattern.fullmatch(cut)), "other")


def date_form(date: str | None) -> Iterator[str]:
    """Return whether a date names the weekday, and how it tells the zone."""
    if date is None:
        yield "date:none"
        return
    match = DATE.fullmatch(date[: limits.CLUE_CHARACTERS].strip())
    if match is None:
        yield "date:odd"
        return
    yield "date:weekday" if match["weekday"] else "date:no-weekday"
    yield f"zone:{zone_form(match['zone'])}"
    if match["comment"]:
        yield "zone:comment"


def zone_form(zone: str | None) -> str:
    """Return how a date tells its zone; -0000 is how a program says that it does not know (RFC 5322 3.3)."""
    if zone is None:
        return "none"
    if zone[0] in "+-":
        return "-0000" if zone == "-0000" else "number"
    return zone.upper() if zone.upper() in ("GMT", "UTC", "UT", "Z") else "name"


def mailer(value: str) -> str:
    """Return the name of a mail program; words that may be an address of mail are left away."""
    words = " ".join(word for word in text(value).split() if "@" not in word)
    return words[: limits.MAILER_CHARACTERS].strip()
