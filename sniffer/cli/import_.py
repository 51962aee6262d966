"""``sniffer import``: what other inventories wrote, taken into this one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from sniffer.cli import clock, inventory, options, shared
from sniffer.inference import changes
from sniffer.inventory.bundle import BundleError, Loaded, load
from sniffer.model.changes import Change
from sniffer.model.findings import DeviceFinding
from sniffer.reports.escape import for_terminal
from sniffer.reports.words import number_of

HELP = """Take bundles, which 'sniffer export' wrote elsewhere, into the inventory.

Each is taken in whole or not at all.  However often, in whatever order and however much they overlap, the inventory is
the same.  A device that several sensors saw is one, by its cards; the same private addresses at two sites are not.
What changed is listed by 'sniffer changes'.

\b
Examples:
  sniffer import hq.bundle branch.bundle
  sniffer import inbox/*.bundle --db postgresql+psycopg://sniffer@db.example.org/fleet
  sniffer import hq.bundle --key /etc/sniffer/fleet.key

\b
Exit status:
  0  done, also where all of it was known
  1  failed: nothing could be taken in
  2  wrong usage
  4  some bundles could not be taken in (cut, damaged, of another fleet); the others are
"""


def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", readable=False, help="Bundles.")],
    key: inventory.KeyOption = None,
    db: inventory.DbOption = None,
    db_password_file: inventory.PasswordFileOption = None,
    as_of: options.AsOfOption = None,
    knowledge: options.KnowledgeOption = None,
    config: shared.ConfigOption = None,  # noqa: ARG001 - its callback has taken the defaults from it
) -> None:
    """Take in bundles; the parameters are the options, their help says the rest."""
    known, day = options.knowledge(knowledge), options.as_of(as_of)
    secret = inventory.fleet_key(key)
    left = 0
    with inventory.opened(db, db_password_file, create=True) as store:
        for file in files:
            past = store.past()

            def compare(before: DeviceFinding | None, after: DeviceFinding) -> Iterable[Change]:
                return changes.changes(before, after, known, day, past.get(after.device))  # noqa: B023 - of this file

            try:
                loaded = load(store, file, secret, clock.now(), known, compare)
            except BundleError as error:
                left += 1
                typer.echo(f"sniffer: {for_terminal(str(error))}", err=True)
            else:
                typer.echo(for_terminal(f"{file}: {_told(loaded)}"))
    if left:
        raise typer.Exit(shared.FAILED if left == len(files) else shared.PARTLY_READ)


def _told(loaded: Loaded) -> str:
    """Return what a bundle brought, in a sentence."""
    outcome = loaded.outcome
    if outcome is None:
        return "was taken in before; nothing to do"
    counted = outcome.sessions
    parts = [f"{counted.new:,} new sessions", f"{counted.known:,} known"]
    parts += [f"{counted.too_old:,} older than what is kept"] if counted.too_old else []
    many = number_of(len(outcome.changes), "change")
    return f"{', '.join(parts)}, of {', '.join(loaded.sensors) or 'no sensor'}; {many}"
