"""``sniffer prune``: what the inventory forgets."""

from __future__ import annotations

from typing import Annotated

import typer

from sniffer.cli import clock, inventory, shared
from sniffer.inventory.store import Pruned
from sniffer.inventory.store.prune import COUNTS, DETAILS

HELP = """Make the inventory smaller: details of old sessions become counts, and old counts go.

Without --yes it only says what would go.  Devices, their verdicts, and what people said of them stay; so do counts of
sessions per day, service and outcome.  Verdicts speak of the last thirty days and do not change.  "Old" is told by the
data and by the clock, whichever is earlier: a clock that runs ahead deletes nothing.

\b
Examples:
  sniffer prune
  sniffer prune --yes
  sniffer prune --details 45 --counts 400 --yes

\b
Exit status:
  0  done
  1  failed: no inventory yet, locked, out of reach
  2  wrong usage
"""

LEAST_DETAILS = 31
"""Days of details that verdicts need."""

MOST = 36_500
"""Days: a hundred years, which is for ever."""


def prune(
    details: Annotated[
        int, typer.Option(metavar="DAYS", min=LEAST_DETAILS, max=MOST, help="Keep details so long.")
    ] = DETAILS,
    counts: Annotated[
        int, typer.Option(metavar="DAYS", min=LEAST_DETAILS, max=MOST, help="Keep counts so long.")
    ] = COUNTS,
    yes: Annotated[bool, typer.Option("--yes", help="Do it.")] = False,
    db: inventory.DbOption = None,
    db_password_file: inventory.PasswordFileOption = None,
    config: shared.ConfigOption = None,  # noqa: ARG001 - its callback has taken the defaults from it
) -> None:
    """Forget what is old; the parameters are the options, their help says the rest."""
    if counts < details:
        raise typer.BadParameter(f"--counts {counts} is less than --details {details}: counts are what details become")
    with inventory.opened(db, db_password_file) as store:
        pruned = store.prune(clock.now(), details, counts, only_count=not yes)
        for line in _lines(pruned, details, counts, done=yes):
            typer.echo(line)


def _lines(pruned: Pruned, details: int, counts: int, *, done: bool) -> list[str]:
    if not any(pruned):
        return [f"Nothing is older than that: details {details} days, counts {counts} days."]
    became, went = ("became", "went") if done else ("would become", "would go")
    told = [
        (pruned.sessions, f"sessions older than {details} days", became, " counts"),
        (pruned.counts, f"counts older than {counts} days", went, ""),
        (pruned.changes, f"changes and verdicts older than {counts} days", went, ""),
    ]
    lines = [f"{number:,} {what} {verb}{into}." for number, what, verb, into in told if number]
    return lines if done else [*lines, "Nothing was changed; --yes does it."]
