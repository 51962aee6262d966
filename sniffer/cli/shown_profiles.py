"""The stored site profiles: ``sniffer calibrate --show`` and ``--forget``."""

from __future__ import annotations

import typer

from sniffer.cli import output as destination
from sniffer.cli import profiles, reading
from sniffer.knowledge.catalogue import Catalogue
from sniffer.knowledge.site_profile import SiteProfile
from sniffer.reports.escape import for_terminal


def show_profiles(known: Catalogue) -> int:
    """List what is stored; return the exit status."""
    stored = profiles.load()
    for problem in stored.problems:
        typer.echo(f"sniffer: {for_terminal(problem)}", err=True)
    if stored.profiles:
        _show(stored.profiles, known)
    elif not stored.problems:
        typer.echo(f"No site profile is stored in {profiles.folder()}.")
    return reading.PARTLY_READ if stored.problems else 0


def _show(stored: dict[str, SiteProfile], known: Catalogue) -> None:
    from sniffer.reports import field_check as report  # noqa: PLC0415 - rich takes 50 ms to import
    from sniffer.reports import table  # noqa: PLC0415
    from sniffer.reports.page import Page  # noqa: PLC0415

    with destination.opened(None, for_programs=False) as stream:
        page = Page(table.console(stream))
        for code, profile in stored.items():
            report.learnt(page, f"{known.service(code).name} ({code})", profile)
        stream.write(for_terminal(f"Stored in {profiles.folder()}") + "\n")


def forget_profile(service: str, known: Catalogue) -> int:
    """Delete a service's profile, called by its code or as people call it; return the exit status."""
    codes = {row.name.casefold(): row.code for row in known.services}
    code = codes.get(service.strip().casefold(), service.strip())
    try:
        gone = profiles.names_a_service(code) and profiles.forget(code)
    except OSError as error:
        typer.echo(f"sniffer: {profiles.folder()}: cannot be written ({error.strerror})", err=True)
        return reading.FAILED
    if gone:
        typer.echo(for_terminal(f"The profile of {known.service(code).name} is deleted."))
        return 0
    there = ", ".join(profiles.load().profiles) or "none"
    typer.echo(f"sniffer: no profile of '{for_terminal(service)}' is stored; stored are: {there}", err=True)
    return reading.FAILED
