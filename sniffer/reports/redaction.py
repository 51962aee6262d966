"""User names and personal host names, replaced by a keyed hash: the same name, the same word."""

from __future__ import annotations

import hashlib
import re

NOT_PERSONAL = re.compile(
    r"\[.*\]|localhost.*|(?:\d{1,3}\.){3}\d{1,3}|[A-Za-z]{2,4}-?[0-9A-Fa-f]{6}(?:[0-9A-Fa-f]{6})?",
    re.IGNORECASE,
)
"""Host names that name no person: literals, defaults, and factory names that carry a MAC."""


class Redactor:
    """Replaces names; without a key it leaves them as they are."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key

    def user(self, name: str | None) -> str | None:
        """Return what stands for a user name."""
        return self._replaced("user", name) if name else name

    def host(self, name: str | None) -> str | None:
        """Return what stands for a host name, if it could name a person."""
        if name is None or NOT_PERSONAL.fullmatch(name):
            return name
        return self._replaced("host", name)

    def text(self, text: str | None, *names: str | None) -> str | None:
        """Return a text in which the given user names are replaced, should it repeat them."""
        if text is None or self._key is None:
            return text
        for name in sorted((each for each in names if each), key=len, reverse=True):
            text = text.replace(name, self._replaced("user", name))
        return text

    def _replaced(self, what: str, name: str) -> str:
        if self._key is None:
            return name
        return f"{what}-{hashlib.blake2s(name.casefold().encode(), key=self._key, digest_size=6).hexdigest()}"
