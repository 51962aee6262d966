"""``sniffer explain``: one device, and why we think so."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Annotated

import typer

from sniffer.cli import options, reading
from sniffer.cli import output as destination
from sniffer.model import limits
from sniffer.model.findings import DeviceFinding, SessionFinding
from sniffer.pipeline import Judgement
from sniffer.reports.escape import for_terminal

HELP = """Explain one device: what it does, how that is known, what happens to it and what to do.

The device is named by its id, an address, a MAC, a name, or a mailbox that it logs in to.

\b
Examples:
  sniffer explain office.pcap --device 10.0.3.17
  sniffer explain captures/ --device scan@example.org --as-of 2027-01-15

\b
Exit status:
  0  done
  1  nothing could be read, or there is no such device
  2  wrong usage
  4  part of the input could not be read; the rest is explained
"""
"""What ``sniffer explain --help`` says."""


def explain(
    device: Annotated[
        str, typer.Option("--device", metavar="NAME", help="Id, address, MAC, name, or mailbox of the device.")
    ],
    paths: reading.PathsArgument = None,
    output: options.OutputOption = None,
    ports: reading.PortsOption = reading.USUAL_PORTS,
    local_net: reading.LocalNetOption = None,
    sensor: reading.SensorOption = None,
    exclude_net: reading.ExcludeNetOption = None,
    exclude_vlan: reading.ExcludeVlanOption = None,
    redact_users: reading.RedactOption = False,
    as_of: options.AsOfOption = None,
    knowledge: options.KnowledgeOption = None,
    config: reading.ConfigOption = None,  # noqa: ARG001 - its callback has taken the defaults from it
) -> None:
    """Read captures and explain; the parameters are the options, their help says the rest."""
    asked = reading.sources(paths, sensor, ports, local_net, exclude_net, exclude_vlan)
    known, day = options.knowledge(knowledge), options.as_of(as_of)
    destination.check(output)
    redact = reading.redactor(wanted=redact_users)
    gathered, judgement = reading.read(asked, known, day)
    found = [each for each in judgement.devices() if is_called(each, device)]
    if not found:
        typer.echo(f"sniffer: no device is called '{for_terminal(device)}'; 'sniffer triage' lists them all", err=True)
        raise typer.Exit(reading.FAILED)
    with destination.opened(output, for_programs=False) as stream:
        from sniffer.reports import explain as page  # noqa: PLC0415 - rich takes 50 ms to import
        from sniffer.reports import table  # noqa: PLC0415

        console = table.console(stream)
        for number, each in enumerate(found[: limits.EXPLAINED]):
            console.print("" if not number else "\n")
            page.explain(page.Page(console), each, _newest(judgement, each), redact)
    if len(found) > limits.EXPLAINED:
        typer.echo(f"sniffer: {len(found)} devices are called so, the first are shown; an id names one", err=True)
    if gathered.problems or gathered.counts.interrupted:
        raise typer.Exit(reading.PARTLY_READ)


def is_called(device: DeviceFinding, word: str) -> bool:
    """Say whether a person may mean this device by a word."""
    return word.strip().casefold() in _callings(device) or _digits(word) in {
        _digits(each.mac) for each in device.interfaces
    }


def _callings(device: DeviceFinding) -> Iterator[str]:
    yield device.device
    yield from (each.ip for each in device.addresses)
    yield from (each.value.casefold() for each in device.evidence if each.kind == "name")
    yield from (user.casefold() for service in device.services for user in service.users)


def _digits(mac: str) -> str:
    """Return a MAC without its separators: 00:26:73:…, 00-26-73-…, 0026.73…."""
    return mac.translate(str.maketrans("", "", ":-.")).lower()


def _newest(judgement: Judgement, device: DeviceFinding) -> Iterator[SessionFinding]:
    """Give the newest sessions of a device, the newest first."""
    its = (each for each in judgement.sessions() if each.device == device.device)
    return reversed(deque(its, maxlen=limits.EXPLAINED_SESSIONS))
