"""How words stand in systemd's unit files (systemd.syntax(7), systemd.service(5) "Command lines", systemd.unit(5))."""

from __future__ import annotations

from collections.abc import Iterable

PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./:=,@+")
"""Characters that stand for themselves in a word without quotes."""

OF_NAMES = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:")
"""Characters of unit names that stand for themselves here; ``@`` would make an instance of a template."""


def command_line(words: Iterable[str]) -> str:
    """Return a command and its arguments as ``ExecStart=`` takes them; the first is an absolute path.

    Variables are replaced in arguments only, so only there ``$`` is doubled.
    """
    first, *rest = words
    return " ".join([word(first), *(word(each.replace("$", "$$")) for each in rest)])


def word(text: str) -> str:
    """Return a word in quotes where it needs them; specifiers (``%i``) stand for themselves."""
    escaped = "".join(map(_escaped, text))
    return escaped if escaped and PLAIN.issuperset(escaped) else f'"{escaped}"'


def _escaped(char: str) -> str:
    if char in '\\"':
        return "\\" + char
    if char == "%":
        return "%%"
    if char.isprintable():
        return char
    return "".join(f"\\x{octet:02x}" for octet in char.encode())


def unit_name(text: str) -> str:
    """Return text as a part of a unit's name; any other octet becomes hexadecimal (systemd-escape(1))."""
    octets = "".join(char if char in OF_NAMES else _octets(char) for char in text)
    return _octets(octets[0]) + octets[1:] if octets.startswith(".") else octets


def _octets(char: str) -> str:
    return "".join(f"\\x{octet:02x}" for octet in char.encode())


def in_comment(text: str) -> str:
    """Return text that stays in its comment: no line ends, and no backslash at the end that would join the next."""
    return "".join(char if char.isprintable() else "?" for char in text).rstrip("\\")


def value(text: str) -> str:
    """Return a setting's value that is one text to its line's end, like ``Description=``."""
    return in_comment(text).replace("%", "%%")
