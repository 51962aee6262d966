"""``sniffer explain``: one device or one session, and why we think so."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import IO, Annotated

import typer
from msgspec.structs import replace

from sniffer.cli import key_logs, options, reading, selector
from sniffer.cli import output as destination
from sniffer.cli.called import is_called
from sniffer.knowledge.catalogue import Catalogue
from sniffer.model import limits
from sniffer.model.findings import DeviceFinding, SessionFinding
from sniffer.pipeline import Judgement, numbered
from sniffer.reports.escape import for_terminal
from sniffer.reports.known import Known
from sniffer.reports.redaction import Redactor
from sniffer.reports.session_words import Story

HELP = """Explain one device, or one of its sessions: what it does, how that is known, and what to do.

A device is named by its id, an address, a MAC, any name that it has anywhere, a serial number, or a mailbox that it
logs in to; a session by its id, or by the address and port of its client.  Which device it is comes with why, with what
speaks against it, and with the frames that show it.  Of a session inside TLS the turns are shown, with what each most
likely was; written to a file that ends in .svg they become a picture.

--facts FILE (repeated for each) reads tables of the site beside the captures; 'sniffer triage --help' lists which.
--no-identity does not listen to what boxes say of themselves: a device is a card on the same link, or an address.

\b
Examples:
  sniffer explain office.pcap --device 10.0.3.17
  sniffer explain captures/ --device scan@example.org --as-of 2027-01-15
  sniffer explain captures/ --device 00:26:73:a1:b2:c3 --facts leases.csv --facts arp.txt
  sniffer explain captures/ --device 10.0.3.17 --no-identity
  sniffer explain office.pcap --session s-4f0c2a
  sniffer explain office.pcap --client 10.0.3.17:49152 --output dialogue.svg

\b
Exit status:
  0  done
  1  nothing could be read, or there is no such device or session
  2  wrong usage
  4  part of the input could not be read; the rest is explained
"""
"""What ``sniffer explain --help`` says."""

PICTURE = ".svg"
"""How the name of a file ends that a session is drawn to."""


def explain(
    paths: reading.PathsArgument = None,
    device: Annotated[
        str | None, typer.Option(metavar="NAME", help="Id, address, MAC, name, serial number or mailbox of the device.")
    ] = None,
    session: Annotated[str | None, typer.Option(metavar="ID", help="A session's id, or the beginning of it.")] = None,
    client: Annotated[str | None, typer.Option(metavar="IP[:PORT]", help="The client of the session.")] = None,
    output: options.OutputOption = None,
    ports: reading.PortsOption = reading.USUAL_PORTS,
    local_net: reading.LocalNetOption = None,
    sensor: reading.SensorOption = None,
    exclude_net: reading.ExcludeNetOption = None,
    exclude_vlan: reading.ExcludeVlanOption = None,
    keylog: key_logs.KeyLogOption = None,
    facts: reading.FactsOption = None,
    identity: reading.IdentityOption = True,
    redact_users: reading.RedactOption = False,
    as_of: options.AsOfOption = None,
    knowledge: options.KnowledgeOption = None,
    config: reading.ConfigOption = None,  # noqa: ARG001 - its callback has taken the defaults from it
) -> None:
    """Read captures and explain; the parameters are the options, their help says the rest."""
    asked = reading.sources(
        paths, sensor, ports, local_net, exclude_net, exclude_vlan, keylog, facts, identity=identity
    )
    wanted = _wanted(device, session, client, output)
    known, day = options.knowledge(knowledge), options.as_of(as_of)
    destination.check(output)
    redact = reading.redactor(wanted=redact_users)
    gathered, judgement = reading.read(asked, known, day)
    if isinstance(wanted, str):
        _devices(judgement, wanted, output, redact, asked)
    else:
        _session(judgement, wanted, output, known, redact)
    if gathered.problems or gathered.counts.interrupted:
        raise typer.Exit(reading.PARTLY_READ)


def _wanted(
    device: str | None, session: str | None, client: str | None, output: Path | None
) -> str | selector.Selector:
    """Return what a device is called, or which session is meant.  Raises ``typer.BadParameter``."""
    if sum(each is not None for each in (device, session, client)) != 1:
        raise typer.BadParameter("name what to explain: either --device, --session or --client")
    if device is None:
        return selector.by_id(session) if session is not None else selector.by_client(client or "")
    if output and _drawn(output):
        raise typer.BadParameter(f"a picture ({PICTURE}) shows one session: name it with --session")
    return device


def _drawn(output: Path) -> bool:
    return output.suffix.lower() == PICTURE


def _devices(judgement: Judgement, word: str, output: Path | None, redact: Redactor, asked: reading.Sources) -> None:
    """Explain the devices that a word may mean."""
    found = [each for each in judgement.devices() if is_called(each, word)]
    if not found:
        typer.echo(f"sniffer: no device is called '{for_terminal(word)}'; 'sniffer triage' lists them all", err=True)
        raise typer.Exit(reading.FAILED)
    with destination.opened(output, for_programs=False) as stream:
        from sniffer.reports import explain as report  # noqa: PLC0415 - rich takes 50 ms to import
        from sniffer.reports import table  # noqa: PLC0415
        from sniffer.reports.page import Page  # noqa: PLC0415

        console = table.console(stream)
        for number, each in enumerate(found[: limits.EXPLAINED]):
            console.print("" if not number else "\n")
            shown = replace(each, evidence=numbered(asked.captures, each.evidence, asked.settings.ports))
            report.explain(Page(console), shown, *_sessions(judgement, each), redact)
    if len(found) > limits.EXPLAINED:
        typer.echo(f"sniffer: {len(found)} devices are called so, the first are shown; an id names one", err=True)


def _sessions(judgement: Judgement, device: DeviceFinding) -> tuple[list[SessionFinding], Known]:
    """Return the newest sessions of a device, the newest first, and how the mechanisms of all were known."""
    newest: deque[SessionFinding] = deque(maxlen=limits.EXPLAINED_SESSIONS)
    known = Known()
    for each in judgement.sessions():
        if each.device == device.device:
            newest.append(each)
            known.session(each)
    return [*reversed(newest)], known


def _session(
    judgement: Judgement, wanted: selector.Selector, output: Path | None, known: Catalogue, redact: Redactor
) -> None:
    """Explain one session, in words or as a picture."""
    finding = selector.chosen(judgement.sessions(), wanted)
    story = Story(finding, judgement.dialogue(finding), known, redact)
    with destination.opened(output, for_programs=False) as stream:
        if output and _drawn(output):
            from sniffer.reports.dialogue_svg import drawing  # noqa: PLC0415 - only a picture needs it

            stream.write(drawing(story))
        else:
            _write(stream, story)


def _write(stream: IO[str], story: Story) -> None:
    from sniffer.reports import table  # noqa: PLC0415 - rich takes 50 ms to import
    from sniffer.reports.explain_session import explain_session  # noqa: PLC0415
    from sniffer.reports.page import Page  # noqa: PLC0415

    console = table.console(stream)
    console.print("")
    explain_session(Page(console), story)
