"""``sniffer doctor``: can verdicts from this capture point be trusted, and what to change."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, NamedTuple

import typer

from sniffer.cli import amounts, options, reading, rights
from sniffer.cli import output as destination
from sniffer.cli.interrupt import Interrupt
from sniffer.cli.saying import say
from sniffer.decode import link_is_known
from sniffer.inference.span import findings
from sniffer.knowledge.span_advice import span_advice
from sniffer.model.frames import Origin
from sniffer.model.survey import LEVELS, Survey
from sniffer.pipeline.survey import Wire, survey_files, survey_wire
from sniffer.reports import doctor as report
from sniffer.reports.escape import for_terminal
from sniffer.sources.inputs import shown
from sniffer.sources.privileges import drop
from sniffer.sources.problems import CaptureError

HELP = """Look at a capture point before it is trusted: interfaces, or captures.

Says whether both directions are seen, what is missing, cut, or seen twice, which tags and tunnels there are, whether
there is SMTP at all and what tells boxes apart, and what to change at the switch or the capture command.  Looks at all
frames, not only at mail.  Sends nothing.

\b
Examples:
  sniffer doctor office.pcap
  sniffer doctor -i eth1
  sniffer doctor -i eth1 -i eth2 --duration 2m
  sniffer doctor --format json captures/lan > doctor.json
  sniffer doctor --fail-on problem nightly/*.pcap
  tcpdump -i eth1 -s 0 -U -w - | sniffer doctor -

\b
Of captures that belong together (a ring's files, both sockets of a TAP) name all:
they are looked at as one.

\b
Exit status:
  0  done, whatever was found
  1  failed, or nothing could be read
  2  wrong usage
  3  --fail-on matched
  4  part of the input could not be read; the rest is reported
"""
"""What ``sniffer doctor --help`` says; the backspaces keep lines as they are."""

FAIL_ON = 3


class Format(StrEnum):
    """How the report is written."""

    TEXT = "text"
    JSON = "json"


def doctor(
    paths: reading.PathsArgument = None,
    interface: Annotated[
        list[str] | None, typer.Option("--interface", "-i", metavar="IFACE", help="Listen here; once for each.")
    ] = None,
    duration: Annotated[str, typer.Option(metavar="TIME", help="How long to listen.")] = "30s",
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
    output: options.OutputOption = None,
    ports: reading.PortsOption = reading.USUAL_PORTS,
    fail_on: Annotated[
        str, typer.Option(metavar="LIST", help="Exit with 3 on a finding of these levels: problem, unknown, note.")
    ] = "",
    user: Annotated[str | None, typer.Option(metavar="USER", help="Whom root becomes.")] = None,
) -> None:
    """Survey and report; the options' help says the rest."""
    wanted, failing, seconds = options.ports(ports), _levels(fail_on), amounts.seconds(duration) or 0.0
    if bool(paths) == bool(interface):
        raise typer.BadParameter("name captures, or an interface with -i, not both")
    destination.check(output)
    with ExitStack() as stack:
        if interface:
            _preload()
            whose = rights.whose(user)
            opened = _listening([*map(options.name, interface)])
            for_programs = form is Format.JSON
            stream = stack.enter_context(destination.opened(output, for_programs=for_programs, whose=whose))
            _drop_privileges(user)
            names, survey, partly = list(opened.names), _live(opened, wanted, seconds), False
        else:
            survey, partly = _captures(paths or [], wanted)
            stream = stack.enter_context(destination.opened(output, for_programs=form is Format.JSON))
            names = [shown(path) for path in paths or ()]
        matched = _report(stream, names, survey, form, failing)
    if matched:
        raise typer.Exit(FAIL_ON)
    if partly or survey.unread:
        raise typer.Exit(reading.PARTLY_READ)


def _levels(text: str) -> tuple[str, ...]:
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    for each in found:
        if each not in LEVELS[:-1]:
            raise typer.BadParameter(f"{each!r} is no level of a finding; choose from {', '.join(LEVELS[:-1])}")
    return found


def _report(stream: IO[str], names: list[str], survey: Survey, form: Format, failing: tuple[str, ...]) -> bool:
    """Write the report; say whether a finding is of a level that makes the run fail."""
    found = findings(survey)
    write = report.write_json if form is Format.JSON else report.write_text
    write(stream, names, survey, found, span_advice())
    return any(each.level in failing for each in found)


def _captures(paths: list[Path], ports: tuple[int, ...]) -> tuple[Survey, bool]:
    """Survey captures; also say whether the reading was ended early."""
    with Interrupt() as interrupt:
        survey, readable = survey_files(paths, ports, interrupt.pending)
        ended = interrupt.pending()
    _say(survey.unread)
    if not readable:
        raise typer.Exit(reading.FAILED)
    return survey, ended


class _Opened(NamedTuple):
    """Interfaces that are listened to, and what was wrong with others."""

    wire: Wire
    names: tuple[str, ...]
    problems: tuple[str, ...]


def _listening(interfaces: list[str]) -> _Opened:
    """Open interfaces; where one cannot be opened, the rest is listened to."""
    from sniffer.sources.live import Listening, LiveReader  # noqa: PLC0415 - only who listens needs it

    readers, problems = {}, []
    for name in dict.fromkeys(interfaces):
        try:
            readers[name] = LiveReader(name, lambda _: None, link_is_known, Origin("", None, name))
        except CaptureError as problem:
            problems.append(str(problem))
    if not readers:
        _say(problems)
        raise typer.Exit(reading.FAILED)
    _say(f"{name} {note}" for name, reader in readers.items() for note in reader.notes)
    return _Opened(Listening(list(readers.values())), tuple(readers), tuple(problems))


def _preload() -> None:
    """Load what may be out of reach once we are somebody else."""
    from sniffer.cli.preload import preload  # noqa: PLC0415 - it takes 0.4 s

    preload()


def _drop_privileges(user: str | None) -> None:
    """Give up what it took to listen, before the first frame is looked at."""
    try:
        drop(user)
    except CaptureError as error:
        _say([str(error)])
        raise typer.Exit(reading.FAILED) from None


def _live(opened: _Opened, ports: tuple[int, ...], seconds: float) -> Survey:
    if sys.stderr.isatty():
        where = for_terminal(", ".join(opened.names))
        typer.echo(f"sniffer: listening on {where} for {seconds:g} s; Ctrl-C ends it early", err=True)
    with Interrupt() as interrupt:
        survey = survey_wire(opened.wire, ports, seconds, time.monotonic, interrupt.pending, opened.problems)
    _say(survey.unread)
    return survey


def _say(problems: Iterable[str]) -> None:
    for problem in problems:
        say(problem)
