"""``sniffer scan``: listening or reading that is remembered, and what has changed since the last time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, NamedTuple

import typer

from sniffer.cli import amounts, inventory, options, profiles, reading
from sniffer.cli import output as destination
from sniffer.cli.interrupt import Interrupt
from sniffer.cli.preload import preload
from sniffer.cli.progress import ProgressLine
from sniffer.cli.redaction_key import redaction_key
from sniffer.cli.scan_report import Format, ScanReport, Told, notes
from sniffer.cli.scan_state import ReadBefore, folder, locked
from sniffer.cli.scanning import Found, Scans
from sniffer.inventory.bundle import Pending
from sniffer.inventory.store import Store, StoreError, place_of
from sniffer.knowledge.catalogue import Catalogue
from sniffer.model import limits
from sniffer.model.changes import CHANGES
from sniffer.model.findings import VERDICTS
from sniffer.model.records import RunKind, SensorRecord
from sniffer.pipeline import Gathered, Judgement, Settings, gather
from sniffer.pipeline.live import Live, LiveSettings
from sniffer.pipeline.tables import take
from sniffer.reports.escape import for_terminal
from sniffer.reports.redaction import Redactor
from sniffer.sources.privileges import Account, becoming
from sniffer.sources.problems import CaptureError

HELP = """Listen or read, remember what was found, and report what has changed since the last scan.

Devices that mail once a month are the ones that break silently: so scans are kept in an inventory, which knows a device
again by its cards, and says what is new: who uses Basic now, who moved to OAuth, who fails and why, who has gone quiet.
Every report says how much was listened to.  Sends nothing.

\b
  PATH...          captures, or a folder that a ring of tcpdump or dumpcap
                   fills: what was read before is passed over (--all reads it)
  -i IFACE         listens instead, for --duration T; or always, with a
                   report --every T
  --fail-on LIST   exits with 3 if a device has one of these verdicts, or if
                   one of these changes is among the new ones: affected,
                   unknown, new-affected, started-failing, migrated ...
  --db URL         another inventory than your own: a file, or
                   postgresql+psycopg://USER@HOST/NAME (password: SNIFFER_DB_PASSWORD,
                   --db-password-file or ~/.pgpass)
  --sensor, --site names of this capture point, and of the place whose
                   private addresses it sees

'sniffer scan schedule' has it run by itself.

\b
Examples:
  sniffer scan /var/captures --fail-on new-affected
  sudo sniffer scan -i eth1 --duration 8h
  sudo sniffer scan -i eth1 --every 1d
  sniffer scan branch/ --sensor branch --site hamburg --format json
  sniffer scan schedule -i eth1

\b
Exit status:
  0  done
  1  failed, or nothing could be read
  2  wrong usage
  3  --fail-on matched
  4  part of the input could not be read; the rest is stored and reported
  5  sessions were seen and none could be judged
"""
"""What ``sniffer scan --help`` says; the backspaces keep lines as they are."""

STORED_AGAIN = (limits.CONNECTION_IDLE + limits.TIDY_INTERVAL) * 2
"""Microseconds by which the sessions that a continuous scan stores overlap: one is known some time after its end."""

STORING_SECONDS = 3600.0
"""How often a continuous scan stores what it found: so much is lost with the machine's power."""

AGAIN_SECONDS = 300.0
"""How soon a report is tried again that could not be made."""

REMEMBERED = 2 * 24 * 3600 * 1_000_000
"""Microseconds of sessions that a continuous scan keeps beside the inventory."""

DbOption = Annotated[str | None, typer.Option("--db", metavar="URL", help="Another inventory than your own.")]
PasswordFileOption = Annotated[
    Path | None,
    typer.Option("--db-password-file", metavar="FILE", readable=False, help="Holds the database's password."),
]


class Asked(NamedTuple):
    """What was asked for: options that are checked."""

    settings: Settings
    local_nets: tuple[str, ...]
    tables: tuple[Path, ...]
    db: str | None
    password_file: Path | None
    failing: tuple[str, ...]
    known: Catalogue
    day: date | None
    redact: Redactor
    form: Format

    def today(self) -> date:
        """Return the day that words are for."""
        return self.day or options.as_of(None)


def scan(
    paths: reading.PathsArgument = None,
    interface: Annotated[
        list[str] | None, typer.Option("--interface", "-i", metavar="IFACE", help="Where to listen.")
    ] = None,
    duration: Annotated[str | None, typer.Option(metavar="TIME", help="Listen for 30s, 10m, 8h, 2d.")] = None,
    every: Annotated[str | None, typer.Option(metavar="TIME", help="Listen always, and report that often.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Read captures that were read before, too.")] = False,
    form: Annotated[Format, typer.Option("--format", help="How to write the report.")] = Format.TEXT,
    output: options.OutputOption = None,
    db: inventory.DbOption = None,
    db_password_file: inventory.PasswordFileOption = None,
    fail_on: Annotated[str, typer.Option(metavar="LIST", help="Exit with 3 for these verdicts or changes.")] = "",
    ports: reading.PortsOption = reading.USUAL_PORTS,
    local_net: reading.LocalNetOption = None,
    sensor: reading.SensorOption = None,
    site: Annotated[str | None, typer.Option(metavar="NAME", help="The place whose addresses it sees.")] = None,
    exclude_net: reading.ExcludeNetOption = None,
    exclude_vlan: reading.ExcludeVlanOption = None,
    facts: reading.FactsOption = None,
    identity: reading.IdentityOption = True,
    redact_users: reading.RedactOption = False,
    buffer: Annotated[str, typer.Option(metavar="SIZE", help="Kernel buffer for each interface.")] = "64M",
    processes: Annotated[int, typer.Option(metavar="N", min=1, max=limits.PROCESSES, help="1, 2 or 4.")] = 1,
    user: Annotated[str | None, typer.Option(metavar="USER", help="Whom root becomes.")] = None,
    as_of: options.AsOfOption = None,
    knowledge: options.KnowledgeOption = None,
    config: reading.ConfigOption = None,  # noqa: ARG001 - its callback has taken the defaults from it
) -> None:
    """Scan and report; the parameters are the options, their help says the rest."""
    known = options.knowledge(knowledge)
    settings = Settings(
        ports=options.ports(ports),
        exclude_nets=options.networks(exclude_net or ()),
        exclude_vlans=options.vlans(exclude_vlan or ()),
        identity=identity,
        marks=known.mark_table,
    )
    asked = Asked(
        settings, options.networks(local_net or ()), tuple(facts or ()), db, db_password_file,
        options.words(fail_on, (*VERDICTS, *CHANGES), "neither a verdict nor a change"), known,
        options.as_of(as_of) if as_of else None, reading.redactor(wanted=redact_users), form,
    )  # fmt: skip
    captures = options.sensors(sensor or (), paths or ())
    _check(captures, interface, duration, every)
    lasts, period = amounts.seconds(duration), amounts.seconds(every)
    with ExitStack() as stack:
        whose = _becoming(user) if interface else None
        stream = stack.enter_context(destination.opened(output, for_programs=form is not Format.TEXT, whose=whose))
        report = ScanReport(stream, asked.form, asked.redact, settings, known, again=output is not None)
        try:
            if not interface:
                status = _read(asked, captures, site, report, everything=everything)
            else:
                name = next(iter(sensor or ()), options.DEFAULT_SENSOR)
                live = LiveSettings(
                    tuple(dict.fromkeys(interface)), name, settings,
                    buffer_bytes=amounts.octets(buffer) or limits.KERNEL_BUFFER, processes=processes, user=user,
                )  # fmt: skip
                status = _Listening(asked, live, SensorRecord(name, site), report).run(lasts, period)
        except (CaptureError, StoreError) as error:
            typer.echo(f"sniffer: {for_terminal(str(error))}", err=True)
            status = reading.FAILED
    raise typer.Exit(status)


def _check(
    captures: list[tuple[str, Path]], interface: list[str] | None, duration: str | None, every: str | None
) -> None:
    if bool(captures) == bool(interface):
        raise typer.BadParameter("name captures or a folder, or listen with -i")
    if interface and (duration is None) == (every is None):
        raise typer.BadParameter("listen for a time (--duration 8h), or always with a report now and then (--every 1d)")
    if captures and (duration or every):
        raise typer.BadParameter("--duration and --every are for -i")


def _becoming(user: str | None) -> Account | None:
    try:
        return becoming(user)
    except CaptureError as error:
        raise typer.BadParameter(str(error)) from None


def _rehearse() -> None:
    """Make an inventory that nobody needs: so all that this takes is loaded before rights are given up."""
    with TemporaryDirectory() as folder_, Store.open(str(Path(folder_) / "inventory.sqlite")):
        pass


@contextmanager
def _scans(asked: Asked, sensors: list[SensorRecord], kind: RunKind) -> Iterator[tuple[Scans, Path]]:
    """Open the inventory, with no other scan of these sensors beside this one."""
    where = folder(place_of(asked.db, asked.password_file).path)
    with locked((each.name for each in sensors), where):
        pending = Pending(where / "pending", redaction_key(where / "pending.key"))

        def opened() -> Store:
            return Store.open(asked.db, password_file=asked.password_file)

        yield Scans(opened, pending, sensors, kind, asked.known, asked.today), where


def _read(
    asked: Asked, captures: list[tuple[str, Path]], site: str | None, report: ScanReport, *, everything: bool
) -> int:
    """Scan captures; return the exit status."""
    names = list(dict.fromkeys(sensor for sensor, _ in captures))
    with _scans(asked, [SensorRecord(name, site) for name in names], "captures") as (scans, where):
        before = {name: ReadBefore(name, where) for name in names}
        wanted, passed = _wanted(captures, before, everything=everything)
        if not wanted and passed:
            typer.echo(
                f"sniffer: nothing new: all {passed:,} captures were read before (--all reads them again)", err=True
            )
            return _told(asked, scans, None, report)
        scans.begin()
        stored, progress = profiles.load(), ProgressLine()
        with Interrupt() as interrupt:
            gathered = gather(wanted, asked.settings, progress, interrupt.pending, tables=asked.tables)
        progress.clear()
        for problem in (*gathered.problems, *stored.problems):
            typer.echo(f"sniffer: {for_terminal(str(problem))}", err=True)
        if not gathered.counts.readable:
            scans.fail("nothing could be read")
            return reading.FAILED
        judgement = Judgement(gathered.spool, asked.local_nets, asked.known, asked.today(), stored.profiles)
        found = Found(gathered, judgement, _data_until(gathered), complete=not gathered.counts.interrupted)
        scans.commit(found)
        for each in before.values() if found_whole(gathered) else ():
            each.remember()
        return _told(asked, scans, found, report)


def _wanted(
    captures: list[tuple[str, Path]], before: dict[str, ReadBefore], *, everything: bool
) -> tuple[list[tuple[str, Path]], int]:
    """Return the captures to read, and how many were read before."""
    wanted: list[tuple[str, Path]] = []
    passed = 0
    for name, known in before.items():
        found, old = known.wanted([path for sensor, path in captures if sensor == name])
        wanted += [(name, path) for path in found]
        passed += old
    return (captures, 0) if everything else (wanted, passed)


def found_whole(gathered: Gathered) -> bool:
    """Say whether everything was read to its end."""
    return not gathered.counts.interrupted and not gathered.problems


def _data_until(gathered: Gathered) -> int:
    """Return the end of the data, now where there is none."""
    return max((last for _, _, last in gathered.counts.listening), default=time.time_ns() // 1000)


def _told(asked: Asked, scans: Scans, found: Found | None, report: ScanReport) -> int:
    """Report on what is new; return the exit status."""
    if found and scans.kept and scans.kept.path:
        typer.echo(f"sniffer: {for_terminal(str(scans.kept.problem))}", err=True)
        where = for_terminal(str(scans.kept.path))
        typer.echo(f"sniffer: this scan waits in {where}; the next one stores it, and reports on it", err=True)
        return reading.FAILED
    morning, matched = scans.morning(found, notes(found, scans.summary, scans.kept), asked.failing)
    return report.write(Told(morning, found, scans.summary, matched))


class _Listening:
    """Scans of interfaces."""

    def __init__(self, asked: Asked, live: LiveSettings, sensor: SensorRecord, report: ScanReport) -> None:
        self._asked = asked
        self._live = Live(live)
        self._sensor = sensor
        self._report = report
        self._stored = profiles.load()
        self._problems = 0

    def run(self, lasts: float | None, period: float | None) -> int:
        """Listen for some seconds, or always, with a report each ``period``; return the exit status."""
        preload(self._asked.known)
        _rehearse()
        with Interrupt() as interrupt:
            self._live.start()
            self._tell_problems()
            if not self._live.listening:
                return reading.FAILED
            try:
                with _scans(self._asked, [self._sensor], "live") as (scans, _):
                    scans.begin()
                    if self._asked.tables:
                        take(self._asked.tables, self._live.found, self._asked.settings.ports)
                    if period is None:
                        return self._once(scans, lasts or 0.0, interrupt.pending)
                    return self._always(scans, period, interrupt.pending)
            finally:
                if self._live.listening:
                    self._live.stop()

    def _once(self, scans: Scans, seconds: float, pending: Callable[[], bool]) -> int:
        ends = time.monotonic() + seconds
        self._listen(ends, pending)
        complete = self._live.listening and not pending()
        self._live.stop()
        found = self._found(complete=complete)
        scans.commit(found)
        return _told(self._asked, scans, found, self._report)

    def _always(self, scans: Scans, seconds: float, pending: Callable[[], bool]) -> int:
        """Store what was found at least every hour, and report at intervals, until told to stop."""
        status, since = 0, 0
        report = time.monotonic() + seconds
        store = time.monotonic() + min(seconds, STORING_SECONDS)
        while self._live.listening and not pending():
            self._listen(min(report, store), pending)
            going_on = self._live.listening and not pending()
            if going_on:
                self._live.seal()
            else:
                self._live.stop()
            found = self._found(complete=True)
            scans.commit(found, since)
            if not going_on or time.monotonic() >= report:
                status = self._report_on(scans, found)
                report = time.monotonic() + (AGAIN_SECONDS if status == reading.FAILED else seconds)
            store = time.monotonic() + min(seconds, STORING_SECONDS)
            since = self._next(found)
            if going_on:
                scans.begin()
        return status

    def _report_on(self, scans: Scans, found: Found) -> int:
        """Report, if the inventory can be asked; who listens always goes on in any case."""
        try:
            return _told(self._asked, scans, found, self._report)
        except StoreError as error:
            typer.echo(f"sniffer: {for_terminal(str(error))}", err=True)
            return reading.FAILED

    def _next(self, found: Found) -> int:
        """Make ready for what comes next; return from when on sessions are to be stored again."""
        self._live.found.spool.forget(found.until - REMEMBERED, limits.LIVE_SESSIONS)
        counts = self._live.found.counts
        counts.listening = [(sensor, found.until, found.until) for sensor, _, _ in counts.listening]
        return found.until - STORED_AGAIN

    def _listen(self, until: float, pending: Callable[[], bool]) -> None:
        while self._live.listening and not pending() and (left := until - time.monotonic()) > 0:
            self._live.pump(min(left, 1.0))
            self._tell_problems()

    def _found(self, *, complete: bool) -> Found:
        asked, gathered, now = self._asked, self._live.found, time.time_ns() // 1000
        gathered.counts.listening = [(sensor, first, now) for sensor, first, _ in gathered.counts.listening]
        judgement = Judgement(gathered.spool, asked.local_nets, asked.known, asked.today(), self._stored.profiles)
        return Found(gathered, judgement, now, complete, self._live.health)

    def _tell_problems(self) -> None:
        problems = self._live.found.problems
        for problem in problems[self._problems :]:
            typer.echo(f"sniffer: {for_terminal(str(problem))}", err=True)
        self._problems = len(problems)
