"""Whom root is going to become, before it is too late to say that it cannot."""

from __future__ import annotations

import typer

from sniffer.sources.privileges import Account, becoming
from sniffer.sources.problems import CaptureError


def whose(user: str | None) -> Account | None:
    """Return who we are going to be, None if nobody else; a usage error where that cannot be."""
    try:
        return becoming(user)
    except CaptureError as error:
        raise typer.BadParameter(str(error)) from None
