"""``sniffer recipe``: commands that capture mail, or have a switch mirror it, ready to paste."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Annotated

import typer

from sniffer.cli import options, reading
from sniffer.cli import output as destination
from sniffer.knowledge.recipes import Recipe, recipes
from sniffer.protocols import dns_answers, observers
from sniffer.reports import recipe as report
from sniffer.sources import bpf
from sniffer.sources.bpf_recipe import expression

HELP = """Print commands that capture mail with what there is, or have a switch mirror it.

Without a name it lists what there is.  Filters take mail, also behind VLAN tags, DNS answers, and what boxes say of
themselves, so that devices get names; nothing else of the network's traffic.

\b
Examples:
  sniffer recipe
  sniffer recipe tcpdump
  sniffer recipe pktmon --ports 25,587
  sniffer recipe dumpcap --host 10.0.3.17
  sniffer recipe cisco-ios
"""


def recipe(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Which one.")] = None,
    ports: reading.PortsOption = reading.USUAL_PORTS,
    host: Annotated[str | None, typer.Option(metavar="IP", help="Mail of this host alone.")] = None,
    output: options.OutputOption = None,
) -> None:
    """Print a recipe, or which there are."""
    wanted, address = options.ports(ports), _address(host)
    if name is None:
        _write(report.listed(recipes()), output)
        return
    found = _named(name)
    discovery = bpf.Discovery(observers.UDP_FROM, observers.UDP_TO, observers.WEB)
    selected = expression(wanted, (dns_answers.PORT,), discovery, address)
    _write(report.page(found, wanted, selected, address), output)


def _named(name: str) -> Recipe:
    known = {each.code: each for each in recipes()}
    if name not in known:
        raise typer.BadParameter(f"there is no recipe {name!r}; choose from {', '.join(known)}")
    return known[name]


def _address(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return str(ip_address(text))
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no address; write it like 10.0.3.17") from None


def _write(lines: Iterable[str], output: options.OutputOption) -> None:
    destination.check(output)
    with destination.opened(output, for_programs=False) as stream:
        for line in lines:
            stream.write(line + "\n")
