"""What the verbs that read captures share: their options, and the way from captures to a judgement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from sniffer.cli import key_logs, options, profiles, shared
from sniffer.cli.interrupt import Interrupt
from sniffer.cli.progress import ProgressLine
from sniffer.knowledge.catalogue import Catalogue
from sniffer.pipeline import DEFAULT_PORTS, Gathered, Judgement, Settings, gather
from sniffer.reports.escape import for_terminal

FAILED, PARTLY_READ = shared.FAILED, shared.PARTLY_READ

PathsArgument = Annotated[
    list[Path] | None,
    typer.Argument(metavar="PATH...", readable=False, help="Captures, folders of captures, or - for standard input."),
]
PortsOption = Annotated[str, typer.Option(metavar="LIST", help="Mail ports, ranges too.")]
LocalNetOption = Annotated[
    list[str] | None, typer.Option(metavar="CIDR", help="A network of our side, beside the private ones.")
]
SensorOption = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME[=PATH]", help="Name the capture point; captures of one are read as one."),
]
ExcludeNetOption = Annotated[list[str] | None, typer.Option(metavar="CIDR", help="Leave a network out.")]
ExcludeVlanOption = Annotated[list[str] | None, typer.Option(metavar="ID", help="Leave a VLAN out.")]
FactsOption = Annotated[
    list[Path] | None,
    typer.Option(metavar="FILE", readable=False, help="What the site knows: leases, ARP, switch, NAT or CMDB tables."),
]
IdentityOption = Annotated[
    bool, typer.Option(help="Listen to what boxes say of themselves; without it devices are cards and addresses.")
]
RedactOption = shared.RedactOption
ConfigOption = shared.ConfigOption
redactor = shared.redactor

USUAL_PORTS = ",".join(map(str, DEFAULT_PORTS))


class Sources(NamedTuple):
    """What to read, and what to look at in it: the options of a verb, checked.

    ``captures`` are (sensor, path); ``keyed`` says that key logs were named.
    """

    captures: list[tuple[str, Path]]
    local_nets: tuple[str, ...]
    settings: Settings
    keyed: bool = False
    tables: tuple[Path, ...] = ()


def sources(
    paths: Iterable[Path] | None,
    sensor: Iterable[str] | None,
    ports: str,
    local_net: Iterable[str] | None,
    exclude_net: Iterable[str] | None,
    exclude_vlan: Iterable[str] | None,
    keylog: Iterable[Path] | None = None,
    facts: Iterable[Path] | None = None,
    *,
    digests: bool = False,
    identity: bool = True,
) -> Sources:
    """Check what was asked for.  Raises ``typer.BadParameter``."""
    wanted = options.ports(ports)
    nets = options.networks(local_net or ())
    captures = options.sensors(sensor or (), paths or ())
    if not captures:
        raise typer.BadParameter("name a capture, a folder, or - for standard input")
    settings = Settings(
        ports=wanted,
        exclude_nets=options.networks(exclude_net or ()),
        exclude_vlans=options.vlans(exclude_vlan or ()),
        digests=digests,
        keys=key_logs.key_log(keylog or ()),
        identity=identity,
    )
    return Sources(captures, nets, settings, keyed=bool(keylog), tables=tuple(facts or ()))


def read(asked: Sources, known: Catalogue, as_of: date, *, blind: bool = False) -> tuple[Gathered, Judgement]:
    """Read captures and make ready to judge; ends the program where nothing could be read.

    ``blind`` leaves out what the site profiles say.
    """
    stored = profiles.Stored({}, ()) if blind else profiles.load()
    progress = ProgressLine()
    with Interrupt() as interrupt:
        gathered = gather(
            asked.captures, replace(asked.settings, marks=known.mark_table), progress, interrupt.pending,
            tables=asked.tables,
        )  # fmt: skip
    progress.clear()
    for note in _unused(gathered):
        typer.echo(f"sniffer: {for_terminal(note)}", err=True)
    for problem in (*gathered.problems, *stored.problems):
        typer.echo(f"sniffer: {for_terminal(str(problem))}", err=True)
    if not gathered.counts.readable:
        raise typer.Exit(FAILED)
    if asked.keyed:
        for note in key_logs.notes(asked.settings.keys, decrypted=gathered.counts.decrypted):
            typer.echo(f"sniffer: {note}", err=True)
    return gathered, Judgement(gathered.spool, asked.local_nets, known, as_of, stored.profiles)


def _unused(gathered: Gathered) -> Iterator[str]:
    """Say which rows of tables could not be used."""
    for table in gathered.tables:
        for problem, rows, line in table.unused:
            where = f"line {line:,}" if rows == 1 else f"{rows:,} rows, the first in line {line:,}"
            yield f"{table.file}: not used: {problem} ({where})"
