"""Text from the wire, made harmless for the medium it goes to."""

from __future__ import annotations

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""

ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})
"""XML 1.0 4.6."""


def for_terminal(text: str) -> str:
    """Return text in which nothing moves the cursor, hides, or turns the reading direction."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _visible(char) for char in text)


def _visible(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def for_json(text: str) -> str:
    """Return JSON in which what does not print is escaped, as JSON has it; ASCII controls are already."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    units = char.encode("utf-16-be")
    return "".join(f"\\u{units[place]:02x}{units[place + 1]:02x}" for place in range(0, len(units), 2))


def for_csv(value: object) -> object:
    """Return a cell that no spreadsheet runs; control characters become visible."""
    if not isinstance(value, str):
        return value
    text = for_terminal(value)
    return "'" + text if value.startswith(FORMULA) else text


def for_xml(text: str) -> str:
    """Return text that stands for itself in XML, between tags and in attributes; what XML forbids becomes visible."""
    return for_terminal(text).translate(ENTITIES)
