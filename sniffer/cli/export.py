"""``sniffer export``: what the inventory has, in one file for another one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sniffer.cli import clock, inventory, shared
from sniffer.cli.options import DEFAULT_SENSOR
from sniffer.inventory.bundle import export as write_bundle
from sniffer.reports.escape import for_terminal
from sniffer.reports.words import number_of

HELP = """Write what the inventory has into one file, a bundle, that 'sniffer import' takes in elsewhere.

So sensors of a fleet report to one inventory without a connection between them: a file is all that has to get there.
It holds devices, sessions with the service, mechanism and outcome, user names, and what people said; no passwords, no
lengths of what was sent.  It is sealed with the fleet's key, redaction.key, of which every sensor has a copy: only
bundles of one's own fleet are taken in.  It can be read without the key: keep it as private as the inventory.

\b
  --since WHEN   only what was stored since: a day, or an age like 7d.
                 Overlaps do no harm
  --key FILE     the fleet's key; without it your own, made if there is none

\b
Examples:
  sniffer export hq.bundle
  sniffer export hq-today.bundle --since 2d
  sniffer export hq.bundle --key /etc/sniffer/fleet.key

\b
Exit status:
  0  done
  1  failed: no inventory yet, or the file cannot be written; then there is none
  2  wrong usage
"""


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="Where to write it.")],
    since: Annotated[str | None, typer.Option(metavar="WHEN", help="Only what was stored since: a day, or 7d.")] = None,
    key: inventory.KeyOption = None,
    db: inventory.DbOption = None,
    db_password_file: inventory.PasswordFileOption = None,
    config: shared.ConfigOption = None,  # noqa: ARG001 - its callback has taken the defaults from it
) -> None:
    """Write a bundle; the parameters are the options, their help says the rest."""
    begins = inventory.since(since, "--since") if since else None
    with inventory.opened(db, db_password_file) as store:
        secret = inventory.fleet_key(key)
        written = write_bundle(store, file, secret, clock.now(), begins)
        sensors = [each.name for each in store.sensors()]
    told = [(written.sessions, "session"), (written.devices, "device"), (written.runs, "scan")]
    counted = ", ".join(number_of(*each) for each in told)
    typer.echo(f"{for_terminal(str(file))}: {counted}")
    if DEFAULT_SENSOR in sensors:
        typer.echo(
            f"sniffer: a sensor is called '{DEFAULT_SENSOR}': in a fleet give each a name of its own (--sensor), or "
            "the private addresses of two sites are taken for one's",
            err=True,
        )
