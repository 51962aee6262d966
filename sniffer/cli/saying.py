"""What is said to a person beside the results: on standard error, with the program's name in front."""

from __future__ import annotations

import typer

from sniffer.reports.escape import for_terminal


def say(text: str) -> None:
    """Say something; of several lines, perhaps: advice that is made to be pasted."""
    typer.echo("\n".join(map(for_terminal, f"sniffer: {text}".splitlines())), err=True)
