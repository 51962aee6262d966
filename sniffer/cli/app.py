"""The program: its verbs, and what happens around each of them."""

from __future__ import annotations

import os
import sys

import typer

from sniffer import __version__
from sniffer.cli.calibrate import HELP as CALIBRATE_HELP
from sniffer.cli.calibrate import calibrate
from sniffer.cli.deadlines import HELP as DEADLINES_HELP
from sniffer.cli.deadlines import deadlines
from sniffer.cli.explain import HELP as EXPLAIN_HELP
from sniffer.cli.explain import explain
from sniffer.cli.triage import HELP as TRIAGE_HELP
from sniffer.cli.triage import triage

app = typer.Typer(
    name="sniffer",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="""Which boxes on the network still log in to SMTP with a password?

    A passive analyzer for SMTP AUTH: it listens to captures and sends nothing, not even a DNS query.

    \b
    Examples:
      sniffer triage office.pcap
      sniffer explain office.pcap --device 10.0.3.17
      sniffer triage --help
      sniffer calibrate test.pcap --truth basic=10.0.3.17
      sniffer deadlines
    """,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"sniffer {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Say the version."),
) -> None:
    """Nothing of its own: the verbs do the work."""


app.command("triage", no_args_is_help=True, help=TRIAGE_HELP, short_help="Captures in, devices out.")(triage)
app.command("explain", no_args_is_help=True, help=EXPLAIN_HELP, short_help="One device or session, and why.")(explain)
app.command(
    "calibrate", no_args_is_help=True, help=CALIBRATE_HELP, short_help="Check what is inferred against known sessions."
)(calibrate)
app.command("deadlines", help=DEADLINES_HELP, short_help="When passwords end, and the ways out.")(deadlines)


def main() -> None:
    """Run the program; a reader that goes away (``| head``) is no error of ours."""
    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
