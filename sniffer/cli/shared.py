"""What every verb that reports shares; apart from what reads captures, which takes half a second to import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sniffer.cli.configuration import configured
from sniffer.cli.redaction_key import redaction_key
from sniffer.reports.redaction import Redactor

FAILED, PARTLY_READ = 1, 4
"""Exit statuses: nothing could be read or found of what was asked for; part of the input could not be read."""

RedactOption = Annotated[
    bool, typer.Option("--redact-users", help="Replace user names and personal host names by a keyed hash.")
]
ConfigOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Defaults from a TOML file.", callback=configured, is_eager=True),
]


def redactor(*, wanted: bool) -> Redactor:
    """Return who replaces names, or leaves them; ends the program without a key."""
    try:
        return Redactor(redaction_key() if wanted else None)
    except (OSError, ValueError) as error:
        typer.echo(f"sniffer: no key for --redact-users: {error}", err=True)
        raise typer.Exit(FAILED) from None
