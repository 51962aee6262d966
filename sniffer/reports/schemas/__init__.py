"""The JSON Schemas (draft 2020-12) of the lines that programs read; tests hold every output against them."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any, Literal

Kind = Literal["run", "session", "device", "health", "shape", "change", "suspect", "inventory", "scan_record"]

KINDS: tuple[Kind, ...] = (
    "run", "session", "device", "health", "shape", "change", "suspect", "inventory", "scan_record",
)  # fmt: skip
"""The values of ``type``, each with a schema of its own."""


def schema(kind: Kind) -> dict[str, Any]:
    """Return the schema of the lines of one type."""
    text = (resources.files(__name__) / f"{kind}.schema.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
