"""What can be wrong with an input, said to a person who wants to go on."""

from __future__ import annotations


class CaptureError(Exception):
    """An input, or the rest of it, cannot be read.

    ``name`` is the input's, ``problem`` says what is wrong and ``advice`` what to try next.
    """

    def __init__(self, name: str, problem: str, advice: str = "") -> None:
        super().__init__(f"{name}: {problem}" + (f"; {advice}" if advice else ""))
        self.name = name
        self.problem = problem
        self.advice = advice


class TableError(CaptureError):
    """A table that the site has (leases, neighbours, translations, inventory), or the rest of it, cannot be used."""
