"""``sniffer capture``: listens to interfaces, and says what it finds as it goes on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import IO, Annotated, NamedTuple

import typer

from sniffer.cli import amounts, clock, options, profiles, reading, rights
from sniffer.cli import output as destination
from sniffer.cli.interrupt import Interrupt
from sniffer.cli.lines import Lines
from sniffer.cli.live_run import TICK_SECONDS, Judges, LiveRun
from sniffer.cli.preload import preload
from sniffer.cli.report import Format, Report, Scope, View
from sniffer.cli.saying import say
from sniffer.cli.waiting import NOTHING, Waiting, WaitingLine, status
from sniffer.cli.watching import Watching
from sniffer.knowledge.catalogue import Catalogue
from sniffer.model import limits
from sniffer.model.findings import SessionFinding
from sniffer.pipeline import EvidenceSettings, Judgement, Settings
from sniffer.pipeline.live import Live, LiveSettings
from sniffer.pipeline.tables import take
from sniffer.reports import machine, table
from sniffer.reports.page import Page
from sniffer.reports.redaction import Redactor
from sniffer.reports.rows import session_row
from sniffer.reports.summary import Summary
from sniffer.reports.verified import Verified, tell
from sniffer.sources.accounts import writable_by
from sniffer.sources.privileges import Account
from sniffer.sources.problems import CaptureError

HELP = """Listen to interfaces, and say which devices log in how, as it goes on.

The same engine and the same answers as 'sniffer triage', for minutes or for weeks.  Sends nothing.  On a terminal it
shows what it finds; Ctrl-C, SIGTERM and SIGHUP end it with the full report.  Needs CAP_NET_RAW: as root it opens the
interfaces, then becomes an ordinary user (--user, else who called sudo, else nobody) before it reads the first packet.

\b
  -i IFACE       a span port or tap; once for each (a tap's two directions are
                 two), or 'any'.  'sniffer interfaces' lists them, and
                 'sniffer doctor -i IFACE' says whether the span is sound
  --duration T   ends by itself after 30s, 10m, 8h or 2d
  --device X     verify a fix: waits for X (address, MAC or name) to send a
                 test mail, gives the verdict on it, and ends
  --interval T   with --format jsonl: writes what is new or changed that
                 often, and how well it hears (health rows); the run comes last
  --write FILE   keeps the frames that verdicts rest on, as pcapng, AUTH answers
                 blanked, mail texts cut.  Sensitive all the same: lengths of TLS
                 records tell how long passwords are.  --rotate-size begins a
                 new file, --rotate-count keeps so many
  --processes N  shares the work, where one core is not enough (it drops)

\b
Examples:
  sudo sniffer capture -i eth1
  sudo sniffer capture -i eth1 --duration 8h --format json --output day.json
  sudo sniffer capture -i eth1 --format jsonl --interval 60s --output sniffer.jsonl
  sudo sniffer capture -i eth1 --device 10.0.3.17
  sudo sniffer capture -i tap0 -i tap1 --write evidence.pcapng --rotate-size 100M --rotate-count 10

\b
Exit status:
  0  done
  1  failed, or nothing could be listened to
  2  wrong usage
  3  --fail-on matched
  4  part of it could not be listened to; the rest is reported
  5  sessions were seen and none could be judged
"""
"""What ``sniffer capture --help`` says; the backspaces keep lines as they are."""


class Asked(NamedTuple):
    """What was asked for: options that are checked."""

    live: LiveSettings
    local_nets: tuple[str, ...]
    view: View
    form: Format
    all_scopes: bool
    failing: tuple[str, ...]
    known: Catalogue
    day: date | None
    interval: float | None
    duration: float | None
    device: str | None


def capture(
    interface: Annotated[list[str], typer.Option("--interface", "-i", metavar="IFACE", help="Where to listen.")],
    duration: Annotated[str | None, typer.Option(metavar="TIME", help="End after 30s, 10m, 8h, 2d.")] = None,
    device: Annotated[str | None, typer.Option(metavar="NAME", help="Wait for this device's test mail.")] = None,
    interval: Annotated[str | None, typer.Option(metavar="TIME", help="Write JSON lines that often.")] = None,
    view: Annotated[View, typer.Option(help="List devices, or each session.")] = View.DEVICES,
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TABLE,
    output: options.OutputOption = None,
    ports: reading.PortsOption = reading.USUAL_PORTS,
    local_net: reading.LocalNetOption = None,
    scope: Annotated[Scope, typer.Option(help="Our own devices, or remote hosts too.")] = Scope.LOCAL,
    sensor: Annotated[str, typer.Option(metavar="NAME", help="Name the capture point.")] = options.DEFAULT_SENSOR,
    exclude_net: reading.ExcludeNetOption = None,
    exclude_vlan: reading.ExcludeVlanOption = None,
    facts: reading.FactsOption = None,
    identity: reading.IdentityOption = True,
    redact_users: reading.RedactOption = False,
    fail_on: Annotated[
        str, typer.Option(metavar="LIST", help="Exit with 3 if a device has one of these verdicts.")
    ] = "",
    write: Annotated[
        Path | None, typer.Option(metavar="FILE", readable=False, help="Keep the frames that verdicts rest on.")
    ] = None,
    rotate_size: Annotated[str | None, typer.Option(metavar="SIZE", help="Begin a new file behind that much.")] = None,
    rotate_count: Annotated[int | None, typer.Option(metavar="N", min=1, help="Keep so many files.")] = None,
    buffer: Annotated[str, typer.Option(metavar="SIZE", help="Kernel buffer for each interface.")] = "64M",
    promiscuous: Annotated[bool, typer.Option(help="Hear frames for others, too.")] = True,
    processes: Annotated[int, typer.Option(metavar="N", min=1, max=limits.PROCESSES, help="1, 2 or 4.")] = 1,
    user: Annotated[str | None, typer.Option(metavar="USER", help="Whom root becomes.")] = None,
    as_of: options.AsOfOption = None,
    knowledge: options.KnowledgeOption = None,
    config: reading.ConfigOption = None,  # noqa: ARG001 - its callback has taken the defaults from it
) -> None:
    """Listen and report; the parameters are the options, their help says the rest."""
    if processes & (processes - 1):
        raise typer.BadParameter("processes share the work by halves: 1, 2 or 4")
    known, every = options.knowledge(knowledge), amounts.seconds(interval)
    if every is not None and form is not Format.JSONL:
        raise typer.BadParameter("--interval is for --format jsonl; other formats are written at the end")
    if device is not None and form not in (Format.TABLE, Format.JSON):
        raise typer.BadParameter("--device gives one verdict: as words, or with --format json")
    settings = Settings(
        ports=options.ports(ports),
        exclude_nets=options.networks(exclude_net or ()),
        exclude_vlans=options.vlans(exclude_vlan or ()),
        identity=identity,
        marks=known.mark_table,
        evidence=_evidence(write, rotate_size, rotate_count, processes),
    )
    live = LiveSettings(
        interfaces=tuple(dict.fromkeys(map(options.name, interface))),
        sensor=options.name(sensor),
        settings=settings,
        buffer_bytes=amounts.buffer(buffer),
        promiscuous=promiscuous,
        processes=processes,
        user=user,
    )
    asked = Asked(
        live, options.networks(local_net or ()), view, form, scope is Scope.ALL, options.fail_on(fail_on), known,
        options.as_of(as_of) if as_of else None, every, amounts.seconds(duration), device,
    )  # fmt: skip
    redact = reading.redactor(wanted=redact_users)
    raise typer.Exit(_listen(asked, redact, tuple(facts or ()), output))


def _evidence(path: Path | None, size: str | None, count: int | None, processes: int) -> EvidenceSettings | None:
    """Return where evidence goes."""
    if path is None:
        if size is not None or count is not None:
            raise typer.BadParameter("--rotate-size and --rotate-count are for --write")
        return None
    if count is not None and size is None:
        raise typer.BadParameter("--rotate-count needs --rotate-size: files are kept by number, and begun by size")
    if processes > 1:
        raise typer.BadParameter("--write takes one process: one file, one writer")
    return EvidenceSettings(path.resolve(), amounts.octets(size), count)


def _check_rotation(evidence: EvidenceSettings | None, whose: Account | None) -> None:
    """End the program if later files of the evidence could not be made by who we are going to be."""
    if evidence and evidence.rotate_bytes and whose and not writable_by(whose, evidence.path.parent):
        raise typer.BadParameter(
            f"{evidence.path.parent} is not a folder that {whose.name} may write to, as --rotate-size needs:"
            " name another one, or another --user"
        )


def _listen(asked: Asked, redact: Redactor, tables: tuple[Path, ...], output: Path | None) -> int:
    """Listen until the end, and report; return the exit status."""
    stored = profiles.load()
    for problem in stored.problems:
        say(str(problem))
    preload(asked.known)
    live = Live(asked.live)
    with ExitStack() as stack:
        whose = rights.whose(asked.live.user)
        _check_rotation(asked.live.settings.evidence, whose)
        for_programs = asked.form is not Format.TABLE
        stream = stack.enter_context(destination.opened(output, for_programs=for_programs, whose=whose))
        interrupt = stack.enter_context(Interrupt())
        stack.callback(live.end)
        try:
            live.start()
        except CaptureError as error:
            say(str(error))
            return reading.FAILED
        if not live.listened:
            for each in live.found.problems:
                say(str(each))
            return reading.FAILED
        if tables:
            take(tables, live.found, asked.live.settings.ports)

        def judge() -> Judgement:
            spool, day = live.found.spool, _day(asked)
            return Judgement(spool, asked.local_nets, asked.known, day, stored.profiles, shares=False)

        hearing = Hearing(asked, redact, live, judge, interrupt.pending)
        try:
            return hearing.wait(asked.device, stream) if asked.device else hearing.watch(stream)
        except CaptureError as error:
            say(str(error))
            return reading.FAILED


def _day(asked: Asked) -> date:
    """Return the day that advice is for: today, whenever that is, unless one was named."""
    return asked.day or options.as_of(None)


class Hearing:
    """A capture that goes on, and what is made of it."""

    def __init__(
        self, asked: Asked, redact: Redactor, live: Live, judge: Callable[[], Judgement], pending: Callable[[], bool]
    ) -> None:
        self._asked = asked
        self._redact = redact
        self._live = live
        self._judge = judge
        self._pending = pending
        self._judges = Judges(live, judge, self._summary, redact, pending)
        self._began = clock.now()

    def watch(self, stream: IO[str]) -> int:
        """Show what is found until the end, and report it; return the exit status."""
        asked, lines = self._asked, None
        with Watching(streaming=asked.interval is not None) as watching:
            for note in self._live.notes:
                watching.note(note)
            run = LiveRun(self._live, self._judges, watching, self._pending, self._until, self._writes)
            if asked.interval is None:
                run.run()
            else:
                lines = Lines(stream, asked.view, self._redact, asked.interval, watching.note)
                run.run(lines.tick, lines.look)
            self._live.stop()
        report = self._report(lines.look if lines else lambda _: None)
        for text in report.notes():
            say(text)
        if lines is None:
            report.write(stream, asked.view, asked.form)
        else:
            lines.finish(report.devices, run.course(report.summary, last=True), report.run())
            if lines.failing or lines.gone:
                return reading.FAILED
        return report.status

    def wait(self, word: str, stream: IO[str]) -> int:
        """Wait for a device's test, and give the verdict on it; return the exit status."""
        waiting, line = Waiting(word, self._began, self._asked.known, self._redact), WaitingLine()
        self._live.overhear = waiting.signs.hear
        verified = None
        while verified is None and self._live.listening and not self._pending() and not self._over():
            self._live.pump(TICK_SECONDS)
            line.show(waiting.line(clock.now()))
            if self._judges.due() and (judged := self._judges.judge(waiting.look)):
                verified = waiting.decided(judged.devices, clock.now(), self._live.clients)
            else:
                verified = waiting.again(clock.now(), self._live.clients)
        self._live.stop()
        if verified is None:
            devices = self._judge().devices(waiting.look)
            verified = waiting.decided(devices, clock.now(), last=True)
        line.clear()
        for problem in self._live.found.problems:
            say(str(problem))
        if verified is None:
            for text in waiting.nothing(clock.now(), self._asked.live.settings.ports):
                say(text)
            return NOTHING
        return self._tell(verified, stream)

    def _tell(self, verified: Verified, stream: IO[str]) -> int:
        if self._asked.form is Format.JSON:
            report = self._report()
            row = session_row(verified.finding, self._redact)
            machine.write_object(stream, View.SESSIONS.value, [row], report.run())
        else:
            tell(Page(table.console(stream)), verified)
        return status(verified, self._asked.failing)

    def _report(self, look: Callable[[SessionFinding], None] = lambda _: None) -> Report:
        asked = self._asked
        return Report(
            self._live.found, self._judge(), self._summary(), self._redact, asked.live.settings, asked.failing,
            asked.known, health=self._live.health, look=look,
        )  # fmt: skip

    def _summary(self) -> Summary:
        found = self._live.found
        read = tuple((each.file, each.kind, each.rows) for each in found.tables if each.kind and each.rows)
        return Summary(self._asked.all_scopes, silent=found.counts.silent, tables=read)

    @property
    def _writes(self) -> str | None:
        evidence = self._asked.live.settings.evidence
        return str(evidence.path) if evidence else None

    @property
    def _until(self) -> int | None:
        duration = self._asked.duration
        return None if duration is None else self._began + int(duration * 1_000_000)

    def _over(self) -> bool:
        return self._until is not None and clock.now() >= self._until
