"""``sniffer scan``: listening or reading that is remembered, and what has changed since the last time."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from sniffer.cli import amounts, clock, inventory, options, profiles, reading, rights
from sniffer.cli import output as destination
from sniffer.cli.interrupt import Interrupt
from sniffer.cli.progress import ProgressLine
from sniffer.cli.saying import say
from sniffer.cli.scan_listening import ScanListening
from sniffer.cli.scan_report import Format, ScanReport
from sniffer.cli.scan_state import ReadBefore
from sniffer.cli.scan_work import Asked, scans_of, told
from sniffer.cli.scanning import Found
from sniffer.inventory.store import StoreError
from sniffer.model import limits
from sniffer.model.changes import CHANGES
from sniffer.model.findings import VERDICTS
from sniffer.model.records import SensorRecord
from sniffer.pipeline import Gathered, Judgement, Settings, gather
from sniffer.pipeline.live import LiveSettings
from sniffer.sources.inputs import shown
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
  --redact-users   hides names in reports; the inventory, which is private
                   (0600), keeps them

The inventory is inventory.sqlite in your data directory, unless --db names
another; started as root it is that of the user whom root becomes (--user).

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
    captures, site = options.sensors(sensor or (), paths or ()), options.name(site) if site else None
    _check(captures, interface, duration, every)
    lasts, period = amounts.seconds(duration), amounts.seconds(every)
    with ExitStack() as stack:
        whose = rights.whose(user) if interface else None
        stream = stack.enter_context(destination.opened(output, for_programs=form is not Format.TEXT, whose=whose))
        report = ScanReport(stream, asked.form, asked.redact, settings, known, again=output is not None)
        try:
            if not interface:
                status = _read(asked, captures, site, report, everything=everything)
            else:
                name = next(iter(sensor or ()), options.DEFAULT_SENSOR)
                live = LiveSettings(
                    tuple(dict.fromkeys(map(options.name, interface))), options.name(name), settings,
                    buffer_bytes=amounts.buffer(buffer), processes=processes, user=user,
                )  # fmt: skip
                status = ScanListening(asked, live, SensorRecord(name, site), report).run(lasts, period)
        except (CaptureError, StoreError) as error:
            say(str(error))
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


def _read(
    asked: Asked, captures: list[tuple[str, Path]], site: str | None, report: ScanReport, *, everything: bool
) -> int:
    """Scan captures; return the exit status."""
    names = list(dict.fromkeys(sensor for sensor, _ in captures))
    with scans_of(asked, [SensorRecord(name, site) for name in names], "captures") as (scans, where):
        before = {name: ReadBefore(name, where) for name in names}
        wanted, passed = _wanted(captures, before, everything=everything or not scans.knows)
        if not wanted and passed:
            typer.echo(f"sniffer: nothing new: {passed:,} captures, all read before (--all reads them again)", err=True)
            return told(asked, scans, None, report)
        scans.begin()
        stored, progress = profiles.load(), ProgressLine()
        with Interrupt() as interrupt:
            gathered = gather(wanted, asked.settings, progress, interrupt.pending, tables=asked.tables)
        progress.clear()
        for problem in (*gathered.problems, *stored.problems):
            say(str(problem))
        if not gathered.counts.readable:
            scans.fail("nothing could be read")
            return reading.FAILED
        again = [shown(each.again) for each in before.values() if each.again]
        if again and not everything:
            gathered.spool.forget_joined_late(again)
        judgement = Judgement(gathered.spool, asked.local_nets, asked.known, asked.today(), stored.profiles)
        found = Found(gathered, judgement, _data_until(gathered), complete=not gathered.counts.interrupted)
        scans.commit(found)
        if _read_whole(gathered):
            for each in before.values():
                each.remember()
        return told(asked, scans, found, report)


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


def _read_whole(gathered: Gathered) -> bool:
    """Say whether everything was read to its end."""
    return not gathered.counts.interrupted and not gathered.problems


def _data_until(gathered: Gathered) -> int:
    """Return the end of the data, now where there is none; what is of the future is a wrong clock's."""
    now = clock.now()
    ends = (last for _, _, last in gathered.counts.listening if last <= now + limits.CLOCKS_DIFFER)
    return max(ends, default=now)
