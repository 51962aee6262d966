"""The program: its verbs, and what happens around each of them."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from keyword import iskeyword
from typing import Any, NamedTuple

import typer
import typer.core
import typer.main

from sniffer import __version__


class Verb(NamedTuple):
    """A verb, a function of the module of the same name: what the list says of it, and whether it needs words."""

    short: str
    needs_words: bool = True


VERBS = {
    "triage": Verb("Captures in, devices out."),
    "capture": Verb("Listen to interfaces, as it goes on."),
    "scan": Verb("Listen or read, remember, and say what changed."),
    "devices": Verb("The devices that scans found.", needs_words=False),
    "device": Verb("All that is known of one, and what people say of it."),
    "changes": Verb("What became of devices.", needs_words=False),
    "scans": Verb("The scans, and how much they listened.", needs_words=False),
    "prune": Verb("Make the inventory smaller.", needs_words=False),
    "export": Verb("The inventory as one file, for another one."),
    "import": Verb("Files that others exported, taken in."),
    "explain": Verb("One device or session, and why."),
    "calibrate": Verb("Check what is inferred against known sessions."),
    "interfaces": Verb("What we can listen to.", needs_words=False),
    "doctor": Verb("Can a capture point be trusted, and what to change."),
    "recipe": Verb("Capture and mirror commands to paste.", needs_words=False),
    "deadlines": Verb("When passwords end, and the ways out.", needs_words=False),
}


BELOW = {("scan", "schedule"): "schedule"}
"""Verbs of two words, and the module of each; a capture that is called so is read as ``./schedule``."""


class Verbs(typer.core.TyperGroup):
    """The verbs, each imported when it is called: neither ``--help`` nor another one should wait for it."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Put the verb in the place of its entry in the list."""
        name, entry, rest = super().resolve_command(ctx, args)
        if tuple(args[:2]) in BELOW:
            below = BELOW[args[0], args[1]]
            return f"{args[0]} {args[1]}", _command(below, f"{args[0]} {args[1]}"), rest[1:]
        return name, _command(name, name) if name in VERBS else entry, rest


def _command(module_name: str, name: str) -> Any:
    word = f"{module_name}_" if iskeyword(module_name) else module_name
    module = import_module(f"sniffer.cli.{word}")
    needs_words = VERBS[module_name].needs_words if module_name in VERBS else True
    alone = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    alone.command(name, no_args_is_help=needs_words, help=module.HELP)(getattr(module, word))
    return typer.main.get_command(alone)


app = typer.Typer(
    name="sniffer",
    cls=Verbs,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="""Which boxes on the network still log in to SMTP with a password?

    A passive analyzer for SMTP AUTH: it listens to captures and sends nothing, not even a DNS query.

    \b
    Examples:
      sniffer triage office.pcap
      sudo sniffer capture -i eth1
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


def _entry() -> None:
    """An entry of the list of verbs, which is never called itself."""


for _name, _known in VERBS.items():
    app.command(_name, short_help=_known.short)(_entry)


def main() -> None:
    """Run the program; a reader that goes away (``| head``) is no error of ours."""
    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
