"""``sniffer scan schedule``: a scan that runs by itself, as a service or by cron."""

from __future__ import annotations

import re
import shlex
import socket
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

import sniffer
from sniffer.cli import amounts
from sniffer.reports.units import STATE, Schedule, cron_file, enabled, units
from sniffer.sources import service_manager
from sniffer.sources.interfaces import missing
from sniffer.sources.link_state import ANY
from sniffer.sources.permission_advice import called

HELP = f"""Set up listening that runs by itself, with a report once a day.

Prints unit files for systemd; --install puts them in place and starts them.  The service has a user of its own, one
capability (CAP_NET_RAW), and no way to send anything.  A device that mails once a month is heard only by who listens
always; so that is what it does, unless a window is asked for.

\b
  --window T     listens for so long once a day, beginning at a random moment
                 (a fixed hour hears nightly jobs always or never)
  --report-file  keeps the newest report in {STATE}
  --then CMD     gives each report to a command of the shell, as its input;
                 it runs in a unit of its own, as root
  --cron         a file for /etc/cron.d, where there is no systemd
  -- OPTIONS     further options for 'sniffer scan'

\b
Where things are:
  {STATE}/inventory.sqlite   the inventory (sniffer devices --db ...)
  {STATE}/profiles           site profiles; copy yours here
  /etc/sniffer/config.toml            options, as in your own file
  journalctl -u sniffer-eth1 -o cat   the reports

\b
Examples:
  sniffer scan schedule -i eth1
  sudo sniffer scan schedule -i eth1 --install
  sudo sniffer scan schedule -i tap0 -i tap1 --sensor hq --install -- --local-net 100.64.0.0/10
  sniffer scan schedule -i eth1 --window 2h
  sniffer scan schedule -i eth1 --then "mail -s 'Who still uses Basic' noc@example.org"
  sniffer scan schedule -i eth1 --db postgresql+psycopg://sniffer@db/sniffer --db-password-file /etc/sniffer/password
  sniffer scan schedule -i eth1 --cron
"""
"""What ``sniffer scan schedule --help`` says; the backspaces keep lines as they are."""

NAME_OCTETS = 15
"""Octets of an interface's name on Linux (IFNAMSIZ less its end)."""

SHORTEST, LONGEST = 60, 86_400
"""Seconds of a window: a shorter one hears nothing, a longer one than a day is listening always."""

SQLITE = "sqlite:///"
DATABASES = (SQLITE, "postgresql+psycopg://")

OURS = ("-i", "--interface", "--sensor", "--every", "--duration", "--db", "--db-password-file", "--output")
"""Options of ``scan`` that are given here, not behind ``--``."""


def schedule(
    interface: Annotated[list[str], typer.Option("--interface", "-i", metavar="IFACE", help="Where to listen.")],
    more: Annotated[list[str] | None, typer.Argument(metavar="[-- OPTIONS]", help="Further options of scan.")] = None,
    sensor: Annotated[str | None, typer.Option(metavar="NAME", help="Name the capture point.")] = None,
    every: Annotated[str | None, typer.Option(metavar="TIME", help="Report that often (1d).")] = None,
    window: Annotated[str | None, typer.Option(metavar="TIME", help="Listen for so long once a day only.")] = None,
    at: Annotated[str, typer.Option(metavar="random", help="When a window begins.")] = "random",
    db: Annotated[str | None, typer.Option(metavar="URL", help="Another inventory than the service's own.")] = None,
    db_password_file: Annotated[
        Path | None, typer.Option(metavar="FILE", readable=False, help="Holds the database's password.")
    ] = None,
    report_file: Annotated[bool, typer.Option("--report-file", help="Keep the newest report in a file.")] = False,
    then: Annotated[str | None, typer.Option(metavar="COMMAND", help="What is given each report.")] = None,
    cron: Annotated[bool, typer.Option("--cron", help="For cron, without systemd.")] = False,
    install: Annotated[bool, typer.Option("--install", help="Put it in place and start it (root).")] = False,
) -> None:
    """Print what runs a scan by itself, or install it; the options' help says the rest."""
    if cron and install:
        raise typer.BadParameter("--install is for systemd; what --cron prints is a file that you save")
    seconds = _window(window, at)
    if seconds and every:
        raise typer.BadParameter("a window makes one report at its end; leave --every out, or --window")
    if cron and then is not None and not seconds:
        raise typer.BadParameter("with --cron, --then needs a --window: cron does not see that a report was made")
    amounts.seconds(every)
    wanted = Schedule(
        program=_this_program(),
        interfaces=tuple(dict.fromkeys(map(_interface, interface))),
        sensor=_sensor(sensor),
        every=every or "1d",
        window=seconds,
        database=_database(db),
        password_file=_password_file(db_password_file, db),
        to_file=report_file or (cron and not seconds),
        then=_command(then),
        more=_more(more or []),
    )
    absent = [name for name in wanted.interfaces if name not in _names()]
    if install:
        _install(wanted, absent)
        return
    for name in absent:
        _say(f"{name}: {': '.join(missing(name))}")
    _say_if_out_of_reach()
    if cron:
        typer.echo(cron_file(wanted), nl=False)
        return
    for unit in units(wanted):
        typer.echo(f"# {service_manager.UNITS / unit.name}\n{unit.text}")
    typer.echo("sniffer: nothing was changed; --install (as root) puts this in place and starts it", err=True)


def _install(wanted: Schedule, absent: list[str]) -> None:
    if absent:
        problem, advice = missing(absent[0])
        raise _failed(f"{absent[0]}: {problem}; {advice}")
    if (path := service_manager.out_of_reach(_needed())) is not None:
        raise _failed(_unreadable(path))
    files = units(wanted)
    names = [each.name for each in files]
    stale = [f"{wanted.name}{end}" for end in (".timer", "-report.path", "-report.service")]
    try:
        gone = service_manager.install(files, enabled(wanted), [name for name in stale if name not in names])
    except service_manager.ServiceError as error:
        raise _failed(str(error)) from None
    for line in _installed(wanted, names, gone):
        typer.echo(line)


def _installed(wanted: Schedule, names: list[str], gone: list[str]) -> Iterable[str]:
    """Give what a person should know of what was installed, and how it goes again."""
    folder, service = service_manager.UNITS, shlex.quote(f"{wanted.name}.service")
    yield f"Installed in {folder}: {', '.join(names)}."
    if gone:
        yield f"Taken away, of an earlier schedule: {', '.join(gone)}."
    yield "It listens from a random moment of each day on." if wanted.window else "It listens."
    yield ""
    yield f"Is it well?      systemctl status {service}"
    yield f"The reports:     journalctl -u {service} -o cat"
    if wanted.report:
        yield f"The newest one:  {wanted.report}"
    if not wanted.database:
        yield f"The inventory:   sudo sniffer devices --db {SQLITE}{STATE}/inventory.sqlite"
    files = " ".join(shlex.quote(str(folder / name)) for name in names)
    units_to_stop = " ".join(map(shlex.quote, dict.fromkeys([*enabled(wanted), f"{wanted.name}.service"])))
    yield f"To remove it:    sudo systemctl disable --now {units_to_stop}"
    yield f"                 sudo rm {files} && sudo systemctl daemon-reload"
    yield f"                 What it found stays in {STATE} until you remove that."


# -- what was asked for -------------------------------------------------------------------------


def _interface(text: str) -> str:
    """Return the name of an interface as the kernel takes it (dev_valid_name)."""
    fits = 0 < len(text.encode()) <= NAME_OCTETS and text not in (".", "..")
    if not fits or re.search(r"[/:\s]", text) or not text.isprintable() or text.startswith("-"):
        raise typer.BadParameter(
            f"{text!r} cannot be the name of an interface; 'sniffer interfaces' lists those of this machine"
        )
    return text


def _names() -> set[str]:
    return {name for _, name in socket.if_nameindex()} | {ANY}


def _sensor(text: str | None) -> str | None:
    if text is not None and (not text.strip() or not text.isprintable() or text.startswith("-") or "=" in text):
        raise typer.BadParameter(f"{text!r} names no sensor; write it like branch")
    return text


def _window(text: str | None, at: str) -> int | None:
    if at != "random":
        raise typer.BadParameter(
            f"--at {at}: a window at a fixed hour hears nightly jobs always or never; only 'random' is possible"
        )
    seconds = amounts.seconds(text)
    if seconds is not None and not SHORTEST <= seconds < LONGEST:
        raise typer.BadParameter(
            f"{text!r}: a window lasts from a minute to less than a day; without one it listens always"
        )
    return None if seconds is None else int(seconds)


def _database(url: str | None) -> str | None:
    if url is None:
        return None
    if not url.startswith(DATABASES) or not url.isprintable():
        raise typer.BadParameter(f"{url!r} is no URL of a database; write it like {DATABASES[1]}user@host/name")
    if url.startswith(SQLITE):
        path = url.removeprefix(SQLITE).partition("?")[0]
        if not Path(path).is_relative_to(STATE) or ".." in Path(path).parts:
            raise typer.BadParameter(
                f"{path or url}: the service can write in {STATE} only: {SQLITE}{STATE}/NAME.sqlite"
            )
    elif _password(url):
        raise typer.BadParameter(
            "the URL holds a password, which everybody could read in the unit; use --db-password-file"
        )
    return url


def _password(url: str) -> bool:
    try:
        return urlsplit(url).password is not None or "password=" in urlsplit(url).query
    except ValueError as error:
        raise typer.BadParameter(f"this is no URL of a database ({error})") from None


def _password_file(path: Path | None, url: str | None) -> str | None:
    if path is None:
        return None
    if url is None or url.startswith(SQLITE):
        raise typer.BadParameter(
            "--db-password-file is for a database that asks for one: --db postgresql+psycopg://..."
        )
    if not path.is_absolute() or ":" in str(path) or not str(path).isprintable():
        raise typer.BadParameter(f"{path}: write the whole path, without a colon")
    return str(path)


def _command(text: str | None) -> str | None:
    if text is not None and (not text.strip() or not text.isprintable()):
        raise typer.BadParameter("--then is one line of the shell")
    return text


def _more(words: list[str]) -> tuple[str, ...]:
    for each in words:
        if each.partition("=")[0] in OURS or re.match("-i.", each):
            raise typer.BadParameter(f"{each} belongs before the '--', with the options of schedule")
        if not each.isprintable():
            raise typer.BadParameter(f"{each!r} cannot stand in a unit")
    if words and not words[0].startswith("-"):
        raise typer.BadParameter(f"{words[0]!r} is no option; further options of scan stand behind '--'")
    return tuple(words)


# -- this very program --------------------------------------------------------------------------


def _this_program() -> tuple[str, ...]:
    """Return how this program was called: its path, or its interpreter's and the module."""
    words = called()
    return tuple(words[: 3 if words[1:2] == ["-m"] else 1])


def _needed() -> list[Path]:
    """Return what the service must be able to read: the program, its interpreter, its modules."""
    return [Path(_this_program()[0]), Path(sys.executable), Path(sys.base_prefix), Path(sniffer.__file__)]


def _unreadable(path: Path) -> str:
    return (
        f"{path}: a service with a user of its own could not read the program there; install it where all may read,"
        " for instance: python3 -m venv /opt/sniffer && /opt/sniffer/bin/pip install sniffer"
    )


def _say_if_out_of_reach() -> None:
    if (path := service_manager.out_of_reach(_needed())) is not None:
        _say(_unreadable(path))


def _say(text: str) -> None:
    typer.echo(f"sniffer: {text}", err=True)


def _failed(text: str) -> typer.Exit:
    _say(text)
    return typer.Exit(1)
