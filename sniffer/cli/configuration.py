"""Defaults of options from a TOML file, under the names that they have on the command line."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import platformdirs
import typer

NOT_FOR_FILES = ("config", "help")
"""Options that make no sense in the file."""


def configured(context: typer.Context, path: Path | None) -> Path | None:
    """Take defaults from a TOML file: top-level keys, or those in a table named after the verb.

    A list may be written as one, ``ports`` too.  Without a path the user's own file counts, if there is one.
    """
    chosen = path or platformdirs.user_config_path("sniffer") / "config.toml"
    if path is None and not _is_there(chosen):
        return None
    try:
        settings = tomllib.loads(chosen.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise typer.BadParameter(f"{chosen}: {error}; see https://toml.io for the format") from None
    try:
        defaults = _defaults(context, settings)
    except ValueError as error:
        raise typer.BadParameter(f"{chosen}: {error}") from None
    context.default_map = {**(context.default_map or {}), **defaults}
    return chosen


def _is_there(path: Path) -> bool:
    """Say whether a file is there for us: another's home, which a service may be left with, is not."""
    try:
        return path.is_file()
    except OSError:
        return False


def _defaults(context: typer.Context, settings: dict[str, Any]) -> dict[str, Any]:
    """Return the values by parameter.  Raises ``ValueError``, saying what is wrong."""
    verb = context.command.name or ""
    params = context.command.params
    options = {word.removeprefix("--"): each for each in params for word in each.opts if word.startswith("--")}
    negated = {word.removeprefix("--"): each for each in params for word in each.secondary_opts}
    found = {}
    for name, value in ({k: v for k, v in settings.items() if k != verb} | settings.get(verb, {})).items():
        word = name.replace("_", "-")
        option = options.get(word) or negated.get(word)
        if isinstance(value, dict):
            raise ValueError(f"there is no command {name!r}; see 'sniffer --help'")
        if option is None or name in NOT_FOR_FILES:
            raise ValueError(f"there is no option {name!r}; see 'sniffer {verb} --help'")
        told = _value(name, value, option)
        found[str(option.name)] = told if word in options else not told
    return found


def _value(name: str, value: Any, option: Any) -> Any:
    """Return a value as the command line would give it."""
    if option.is_flag:
        if not isinstance(value, bool):
            raise ValueError(f"{name} is true or false, not {value!r}")
        return value
    words = [str(each) for each in value] if isinstance(value, list) else [str(value)]
    return words if option.multiple else ",".join(words)
