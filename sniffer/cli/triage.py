"""``sniffer triage``: captures in, devices out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sniffer.cli import key_logs, options, reading
from sniffer.cli import output as destination
from sniffer.cli.report import Format, Report, Scope, View
from sniffer.reports import machine
from sniffer.reports.shapes import Shapes
from sniffer.reports.summary import Summary

HELP = """Read captures and say which devices log in how, and what could not be judged.

Reads pcap and pcapng, also compressed with gzip, zstd or xz.  Sends nothing.

Which box a device is, its names, model and place are told by what boxes say on the wire (DHCP, ARP, mDNS, LLDP, SNMP
and others), in frames of the same captures.  Beyond a router or address translation only what the site knows tells:

\b
  --facts FILE   leases of DHCP servers (Windows, ISC, Kea, dnsmasq), ARP
                 and MAC tables of routers and switches, NAT logs of
                 firewalls, inventories (CSV: names, addresses, owners);
                 once for each file.  What a file is shows by its content;
                 its rows are cited by file and line
  --no-identity  does not listen to boxes: faster; a device is a card on
                 the same link, or an address
  --shapes FILE  collects how client programs speak that no rule knows, to
                 write rules of one's own from (--knowledge), or to send in:
                 words of a fixed vocabulary and the name that a mail
                 program gives itself; no addresses, names, subjects

\b
Examples:
  sniffer triage office.pcap
  sniffer triage --view sessions --format json captures/ > sessions.json
  sniffer triage --sensor hq=hq.pcap --sensor branch=branch.pcap --fail-on affected
  sniffer triage office.pcapng --keylog keys.log
  sniffer triage far-side.pcap --facts leases.csv --facts arp.txt --facts nat.log
  sniffer triage office.pcap --no-identity
  sniffer triage captures/ --shapes shapes.jsonl
  tcpdump -i eth1 -U -w - 'tcp port 25 or tcp port 587' | sniffer triage -

\b
Exit status:
  0  done
  1  failed, or nothing could be read
  2  wrong usage
  3  --fail-on matched
  4  part of the input could not be read; the rest is reported
  5  sessions were seen and none could be judged
"""
"""What ``sniffer triage --help`` says; the backspaces keep lines as they are."""


def triage(
    paths: reading.PathsArgument = None,
    view: Annotated[View, typer.Option(help="List devices, or each session.")] = View.DEVICES,
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TABLE,
    output: options.OutputOption = None,
    ports: reading.PortsOption = reading.USUAL_PORTS,
    local_net: reading.LocalNetOption = None,
    scope: Annotated[Scope, typer.Option(help="Our own devices, or remote hosts too.")] = Scope.LOCAL,
    sensor: reading.SensorOption = None,
    exclude_net: reading.ExcludeNetOption = None,
    exclude_vlan: reading.ExcludeVlanOption = None,
    keylog: key_logs.KeyLogOption = None,
    facts: reading.FactsOption = None,
    identity: reading.IdentityOption = True,
    shapes: Annotated[
        Path | None,
        typer.Option(metavar="FILE", readable=False, help="Collect how unknown client programs speak (JSON lines)."),
    ] = None,
    redact_users: reading.RedactOption = False,
    fail_on: Annotated[
        str, typer.Option(metavar="LIST", help="Exit with 3 if a device has one of these verdicts.")
    ] = "",
    as_of: options.AsOfOption = None,
    knowledge: options.KnowledgeOption = None,
    config: reading.ConfigOption = None,  # noqa: ARG001 - its callback has taken the defaults from it
) -> None:
    """Read captures and report; the parameters are the options, their help says the rest."""
    digests = form in (Format.JSON, Format.JSONL)
    asked = reading.sources(
        paths, sensor, ports, local_net, exclude_net, exclude_vlan, keylog, facts, digests=digests, identity=identity
    )
    failing = options.fail_on(fail_on)
    known, day = options.knowledge(knowledge), options.as_of(as_of)
    destination.check(output)
    destination.check(shapes)
    redact = reading.redactor(wanted=redact_users)
    gathered, judgement = reading.read(asked, known, day)
    read = tuple((each.file, each.kind, each.rows) for each in gathered.tables if each.kind and each.rows)
    summary = Summary(scope is Scope.ALL, silent=gathered.counts.silent, tables=read)
    unknown = Shapes(known) if shapes else None
    report = Report(gathered, judgement, summary, redact, asked.settings, failing, known, unknown)
    for note in report.notes():
        typer.echo(f"sniffer: {note}", err=True)
    with destination.opened(output, for_programs=form is not Format.TABLE) as stream:
        report.write(stream, view, form)
    if unknown and shapes:
        _collect(unknown, shapes)
    raise typer.Exit(report.status)


def _collect(unknown: Shapes, path: Path) -> None:
    """Write the shapes that no rule knows, and say how many there were."""
    with destination.opened(path, for_programs=True) as stream:
        written = machine.write_shapes(stream, unknown.rows())
    left = f"; {unknown.overflow:,} sessions of further ones are left out" if unknown.overflow else ""
    typer.echo(f"sniffer: {path}: {written:,} shapes of client programs that no rule knows{left}", err=True)
