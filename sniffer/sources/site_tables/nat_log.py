"""Translations in the logs of firewalls: who stood behind an address and a port, and when.

TCP only: the same port of UDP may be another's, and mail is sent over TCP.  What a firewall does not translate is
passed over.  A line about the beginning tells a moment, one about the end also the time before it (its duration).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from sniffer.model import limits
from sniffer.model.clues import TranslationFact
from sniffer.sources.site_tables import cells, moments
from sniffer.sources.site_tables.table import SiteFact, Table


class Translation(NamedTuple):
    """What a line tells: the two sides, how long it has held, and a time of its own where it has a better one.

    ``asked`` is the port of the server that the connection is to, where the line tells it.
    """

    outside: tuple[str, str]
    inside: tuple[str, str]
    seconds: str = ""
    at: int | None = None
    began: int | None = None
    asked: str = ""


ASA_TRANSLATION = re.compile(
    r"(?:Built|Teardown) (?:static|dynamic) TCP translation from [^:]{1,64}:([0-9A-Fa-f.:]+)/(\d+)(?:\([^)]{0,64}\))? "
    r"to [^:]{1,64}:([0-9A-Fa-f.:]+)/(\d+)(?:.{0,64}? duration ([\d:]+))?"
)
"""305011, 305012 (Cisco ASA Series Syslog Messages)."""

ASA_CONNECTION = re.compile(
    r"Built (inbound|outbound) TCP connection \d+ for [^:]{1,64}:[0-9A-Fa-f.:]+/(\d+).{1,200}? to "
    r"[^:]{1,64}:([0-9A-Fa-f.:]+)/(\d+)(?:\([^)/]{0,64}\))? ?\(([0-9A-Fa-f.:]+)/(\d+)\)"
)
"""302013: behind "to" is our side, its real address and port, and in parentheses the mapped ones."""

CONNTRACK = re.compile(
    r"\btcp\s{1,16}6\b.{0,64}?\bsrc=(\S+) dst=(\S+) sport=(\d+) dport=(\d+) "
    r".{0,128}?\bsrc=(\S+) dst=(\S+) sport=(\d+) dport=(\d+)"
)
"""conntrack(8) -E and -L, /proc/net/nf_conntrack: who asked, and where the answers go."""

ULOGD = re.compile(
    r"ORIG: SRC=(\S+) DST=(\S+) PROTO=TCP SPT=(\d+) DPT=(\d+) .{0,128}?"
    r"REPLY: SRC=(\S+) DST=(\S+) PROTO=TCP SPT=(\d+) DPT=(\d+)"
)
"""ulogd2 with the plug-ins NFCT and LOGEMU."""

MIKROTIK = re.compile(r"proto TCP\b.{0,200}?, NAT \(([\d.]+):(\d+)->([\d.]+):(\d+)\)->[\d.]+:(\d+)")
"""RouterOS: a source translation; of a destination's the parentheses stand behind the arrow."""

SRX = re.compile(
    r"session (?:created|closed [^:]{1,64}:) ?([0-9A-Fa-f.:]+)/(\d+)->\S+?/(\d+)(?: 0x\w+)? (?:\S+ )?"
    r"([0-9A-Fa-f.:]+)/(\d+)->\S+?/\d+(?: 0x\w+)? (.*)"
)
"""RT_FLOW_SESSION_CREATE and _CLOSE (Junos System Log Explorer), unstructured."""

SRX_PROTOCOL = re.compile(r"(?:^| )6 \S+ \S+ \S+ \d+\b")
"""Protocol 6, policy, the two zones, the session's number."""

SRX_ELAPSED = re.compile(r" \d+\(\d+\) \d+\(\d+\) (\d+)\b")

SRX_FIELD = re.compile(
    r"(?<![\w-])(source-address|source-port|destination-port|nat-source-address|nat-source-port|protocol-id|elapsed-time)"
    r'="([^"]*)"'
)

FORTINET_FIELD = re.compile(
    r'(?<![\w.])(srcip|srcport|dstport|transip|transport|proto|duration|eventtime|date|time|tz|action|trandisp)="?([^"\s,]+)"?'
)
"""FortiOS Log Message Reference, traffic log."""

PALO_ALTO = {"time": 6, "inside": 7, "outside": 9, "inside_port": 24, "asked": 25, "outside_port": 26, "protocol": 29,
             "start": 35, "seconds": 36}  # fmt: skip
"""Fields of PAN-OS' traffic log as it goes to syslog ("Traffic Log Fields"), counted from zero."""

EPOCH = re.compile(r"\[(\d{10}(?:\.\d{1,6})?)\s*\]")
"""What ``conntrack -o timestamp`` puts in front."""

BETWEEN_STAMPS = 64
"""Characters behind a collector's time in which the box's own ends: its name or address stands between."""

NO_TIME = "no time, or none that can be read"


def _asa_translation(line: str, _: Table) -> Translation | None:
    found = ASA_TRANSLATION.search(line)
    return Translation((found[3], found[4]), (found[1], found[2]), found[5] or "") if found else None


def _asa_connection(line: str, _: Table) -> Translation | None:
    found = ASA_CONNECTION.search(line)
    if not found:
        return None
    direction, theirs, real, port, mapped, ours = found.groups()
    return Translation((mapped, ours), (real, port), asked=theirs if direction == "outbound" else ours)


def _conntrack(line: str, table: Table) -> Translation | None:
    found = CONNTRACK.search(line)
    if not found:
        return None
    stamped = EPOCH.match(line)
    at = moments.epoch(stamped[1]) if stamped else None if moments.STAMP.search(line, 0, 64) else table.captured
    return _netfilter(found, at)


def _ulogd(line: str, _: Table) -> Translation | None:
    found = ULOGD.search(line)
    return _netfilter(found, None) if found else None


def _netfilter(found: re.Match[str], at: int | None) -> Translation:
    """Return a translation of the source, or else one of the destination: who really answers."""
    source, asked, port, asked_port, answers, back, answering, mapped = found.groups()
    if (asked, asked_port) != (answers, answering) and (source, port) == (back, mapped):
        return Translation((asked, asked_port), (answers, answering), at=at, asked=asked_port)
    return Translation((back, mapped), (source, port), at=at, asked=asked_port)


def _mikrotik(line: str, _: Table) -> Translation | None:
    found = MIKROTIK.search(line)
    return Translation((found[3], found[4]), (found[1], found[2]), asked=found[5]) if found else None


def _srx(line: str, _: Table) -> Translation | None:
    found = SRX.search(line)
    if found:
        inside, port, asked, outside, mapped, rest = found.groups()
        elapsed = SRX_ELAPSED.search(rest)
        if not SRX_PROTOCOL.search(rest):
            return None
        return Translation((outside, mapped), (inside, port), elapsed[1] if elapsed else "", asked=asked)
    told = dict(SRX_FIELD.findall(line))
    if told.get("protocol-id") != "6":
        return None
    here = told.get("source-address", ""), told.get("source-port", "")
    there = told.get("nat-source-address", ""), told.get("nat-source-port", "")
    return Translation(there, here, told.get("elapsed-time", ""), asked=told.get("destination-port", ""))


def _fortinet(line: str, table: Table) -> Translation | None:
    told = dict(FORTINET_FIELD.findall(line))
    if (
        told.get("proto", "6") != "6"
        or "transip" not in told
        or told.get("trandisp", "snat") not in ("snat", "snat+dnat")
    ):
        return None
    at = moments.epoch(told.get("eventtime", ""))
    if at is None:
        at = moments.civil(f"{told.get('date', '')} {told.get('time', '')}{told.get('tz', '')}", table.zone)
    seconds = "" if told.get("action") == "start" else told.get("duration", "")
    outside = told["transip"], told.get("transport", "")
    inside = told.get("srcip", ""), told.get("srcport", "")
    return Translation(outside, inside, seconds, at, asked=told.get("dstport", ""))


def _palo_alto(line: str, table: Table) -> Translation | None:
    fields = next(csv.reader([line])) if '"' in line else line.split(",", PALO_ALTO["seconds"] + 1)
    if len(fields) <= PALO_ALTO["seconds"] or fields[PALO_ALTO["protocol"]] != "tcp":
        return None
    told = {name: fields[place] for name, place in PALO_ALTO.items()}
    if told["outside"] in ("", "0.0.0.0", "::"):  # noqa: S104  what PAN-OS writes where it does not translate
        return None
    outside, inside = (told["outside"], told["outside_port"]), (told["inside"], told["inside_port"])
    at = moments.civil(told["time"], table.zone)
    began = moments.civil(told["start"], table.zone)
    return Translation(outside, inside, told["seconds"], at, began, told["asked"])


FORMS: tuple[tuple[str, Callable[[str, Table], Translation | None]], ...] = (
    (" TCP translation from ", _asa_translation),
    (" TCP connection ", _asa_connection),
    ("RT_FLOW_SESSION_C", _srx),
    ("transip=", _fortinet),
    (",TRAFFIC,", _palo_alto),
    (", NAT (", _mikrotik),
    ("REPLY: SRC=", _ulogd),
    (" dport=", _conntrack),
)
"""Words that a line of each log has, and who reads it: a collector's file mixes them."""


def translation(line: str, table: Table) -> Translation | None:
    """Return what a line tells, None where it tells no translation of TCP."""
    for words, reader in FORMS:
        if words in line:
            return reader(line, table)
    return None


def read(lines: Iterable[str], table: Table) -> Iterator[SiteFact]:
    """Give the translations of a log; of its other lines nothing is said."""
    for number, line in enumerate(lines, start=1):
        found = translation(line if len(line) <= limits.TABLE_LOG_CHARACTERS else "", table)
        if found:
            fact = told(found, line, number, table)
            if fact:
                yield fact


def told(found: Translation, line: str, number: int, table: Table) -> TranslationFact | None:
    """Return a translation as a fact; None where nothing is translated, nobody asks for it, or no time is known."""
    if found.outside == found.inside or not table.wants(found.asked):
        return None
    outside, port = cells.ip(found.outside[0]), cells.port(found.outside[1])
    inside = cells.ip(found.inside[0])
    if not outside or not port or not inside:
        table.complain("no address or no port", number)
        return None
    at = _time(line, table) if found.at is None else found.at
    if at is None:
        table.complain(NO_TIME, number)
        return None
    held = moments.duration(found.seconds)
    first = at - held if found.began is None else found.began
    last = at if found.began is None else found.began + held
    return TranslationFact(outside, port, inside, cells.port(found.inside[1]), first, last, table.file, number)


def _time(line: str, table: Table) -> int | None:
    """Return the time of a line.

    Where a collector put its own in front, that of the box is taken if it alone has a year.
    """
    found = moments.STAMP.search(line, 0, 160)
    if found is None:
        return None
    if not (found["year"] or found["named"] or found["since"]):
        second = moments.STAMP.search(line, found.end(), found.end() + BETWEEN_STAMPS)
        found = second if second and (second["year"] or second["named"]) else found
    return moments.stamp(found[0], table.zone, table.captured)
