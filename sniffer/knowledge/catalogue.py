"""All that the program knows of services, their dates, their refusals, and the ways out; shipped and a user's own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from ipaddress import ip_address
from itertools import chain
from pathlib import Path

from sniffer.knowledge import rows
from sniffer.knowledge.client_programs import ClientProgram, Program, client_program
from sniffer.knowledge.deadlines import Deadline
from sniffer.knowledge.device_names import DeviceName, FactoryName, factory_name
from sniffer.knowledge.device_texts import device_texts
from sniffer.knowledge.hints import Hint
from sniffer.knowledge.mail_marks import MailMark, MarkTable
from sniffer.knowledge.replies import Reply
from sniffer.knowledge.rows import KnowledgeError
from sniffer.knowledge.services import Service, plain
from sniffer.knowledge.ways import Way
from sniffer.model import limits
from sniffer.model.clues import Field, Said

__all__ = ["Catalogue", "KnowledgeError", "catalogue"]

EXCHANGE_ONLINE = "exchange-online"
"""The service whose date this program is about."""

HOST = re.compile(r"(?:[2-5]\d\d[ -])?([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z]{2,})(?![\w-]|\.\w)")
"""The host name that a greeting or an EHLO reply begins with (RFC 5321 4.2: ``220`` Domain; 4.1.1.1)."""


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The tables, and how they are searched.  Where two rows fit, the longest host ending holds, else the first row."""

    services: tuple[Service, ...]
    deadlines: tuple[Deadline, ...]
    ways: tuple[Way, ...]
    replies: tuple[Reply, ...]
    hints: tuple[Hint, ...] = ()
    user_file: str | None = None
    device_names: tuple[DeviceName, ...] = ()
    mail_marks: tuple[MailMark, ...] = ()
    client_programs: tuple[ClientProgram, ...] = ()

    def service(self, code: str) -> Service:
        """Return the row of a code; ``private``, ``other`` and what has no row get a plain one."""
        return self._codes.get(code) or plain(code)

    def by_greeting(self, text: str) -> Service | None:
        """Return the service that greets so: a banner, or the first line of an EHLO reply."""
        found = HOST.match(text)
        row = self._by_ending(found[1]) if found else None
        return row or next((row for row in self._greeting if row.greets(text)), None)

    def by_name(self, host: str) -> Service | None:
        """Return the service of a host name from SNI, DNS or a certificate, where it may begin with ``*.``."""
        name = host.lower().rstrip(".")
        return self._certificates.get(name) or (None if name.startswith("*") else self._by_ending(name))

    def by_certificate(self, names: tuple[str, ...]) -> Service | None:
        """Return the service that a certificate with these names is for, None where they tell several."""
        lower = [name.lower().rstrip(".") for name in names]
        told = {row.code: row for row in map(self._certificates.get, lower) if row}
        told = told or {row.code: row for row in map(self.by_name, lower) if row}
        return next(iter(told.values())) if len(told) == 1 else None

    def by_address(self, ip: str, port: int) -> Service | None:
        """Return the service whose ranges hold an address, on a port where they mean it."""
        address = ip_address(ip)
        for row in self._ranges.get((address.version, port), ()):
            if any(address in network for network in row.networks if network.version == address.version):
                return row
        return None

    def refusal(self, reply: str) -> Reply | None:
        """Return the row of a reply that names its cause."""
        return next((row for row in self.replies if row.pattern.search(reply)), None)

    def hint(self, code: str) -> Hint | None:
        """Return the advice of a code."""
        return next((row for row in self.hints if row.code == code), None)

    def reply(self, code: str) -> Reply | None:
        """Return the reply of a code, as ``ServiceFinding.refusal`` keeps it."""
        return next((row for row in self.replies if row.code == code), None)

    def factory_name(self, name: str) -> FactoryName | None:
        """Return what a name says if it is one from the factory."""
        return factory_name(name, self.device_names)

    def described(self, field: Field, value: str) -> tuple[Said, ...]:
        """Return what words tell of a box; the rules are compiled when they are first asked."""
        return device_texts(Path(self.user_file) if self.user_file else None).described(field, value)

    @cached_property
    def mark_table(self) -> MarkTable:
        """Return the marks of mails by the place where they are searched."""
        return MarkTable(self.mail_marks)

    def client_program(self, traits: Iterable[str]) -> Program | None:
        """Return the program that a client shows to be by its habits."""
        return client_program(traits, self.client_programs)

    def ways_out_of(self, service_code: str) -> tuple[Way, ...]:
        """Return the ways out of a service, in the order in which to try them."""
        return tuple(row for row in self.ways if service_code in row.services)

    def deadline(self, service_code: str) -> Deadline | None:
        """Return what happens to passwords at a service."""
        return self._dates.get(service_code)

    def passed(self, day: date) -> bool:
        """Say whether Exchange Online's date lies behind a day."""
        row = self.deadline(EXCHANGE_ONLINE)
        return row is not None and row.passed(day)

    @property
    def as_of(self) -> str:
        """Return the newest date of the rows, ISO 8601."""
        everything = chain(
            self.services, self.deadlines, self.ways, self.replies, self.hints,
            self.device_names, self.mail_marks, self.client_programs,
        )  # fmt: skip
        return max(row.as_of for row in everything).isoformat()

    def _by_ending(self, host: str) -> Service | None:
        """Return the row with the longest ending of a host name."""
        if len(host) > limits.NAME_CHARACTERS:
            return None
        name, endings = host.lower(), self._endings
        first, _, rest = name.partition(".")
        starred = f"{first}.*.{rest.partition('.')[2]}"
        if starred in endings:
            return endings[starred]
        while name:
            if name in endings:
                return endings[name]
            name = name.partition(".")[2]
        return None

    @cached_property
    def _codes(self) -> dict[str, Service]:
        return {row.code: row for row in self.services}

    @cached_property
    def _endings(self) -> dict[str, Service]:
        return {ending.lower().lstrip("."): row for row in reversed(self.services) for ending in row.hosts}

    @cached_property
    def _certificates(self) -> dict[str, Service]:
        return {name.lower(): row for row in reversed(self.services) for name in row.certificates}

    @cached_property
    def _greeting(self) -> tuple[Service, ...]:
        return tuple(row for row in self.services if row.greeting)

    @cached_property
    def _ranges(self) -> dict[tuple[int, int], list[Service]]:
        found: dict[tuple[int, int], list[Service]] = {}
        for row in self.services:
            for key in {(network.version, port) for network in row.networks for port in row.ports}:
                found.setdefault(key, []).append(row)
        return found

    @cached_property
    def _dates(self) -> dict[str, Deadline]:
        return {code: row for row in reversed(self.deadlines) for code in row.services}


def catalogue(user_file: Path | None = None) -> Catalogue:
    """Return what ships with the package, with a user's TOML over it.  Raises ``KnowledgeError``."""
    return _shipped() if user_file is None else _with(user_file)


@cache
def _shipped() -> Catalogue:
    return _with(None)


def _with(path: Path | None) -> Catalogue:
    mine = rows.own(path) if path else {}
    if "device-text" in mine:
        device_texts(path)  # to be told of what is wrong with its rows now, not when a device is looked at
    return Catalogue(
        rows.merged(Service, "service", mine.get("service", ()), path),
        rows.merged(Deadline, "deadline", mine.get("deadline", ()), path),
        rows.merged(Way, "way", mine.get("way", ()), path),
        rows.merged(Reply, "reply", mine.get("reply", ()), path),
        rows.merged(Hint, "hint", mine.get("hint", ()), path),
        str(path) if path else None,
        rows.merged(DeviceName, "device-name", mine.get("device-name", ()), path),
        rows.merged(MailMark, "mail-mark", mine.get("mail-mark", ()), path),
        rows.merged(ClientProgram, "client-program", mine.get("client-program", ()), path),
    )
