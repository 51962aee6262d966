"""User names and personal host names, replaced by a keyed hash: the same name, the same word."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

NOT_PERSONAL = re.compile(
    r"\[.*\]|localhost.*|(?:\d{1,3}\.){3}\d{1,3}|[A-Za-z]{2,4}-?[0-9A-Fa-f]{6}(?:[0-9A-Fa-f]{6})?",
    re.IGNORECASE,
)
"""Host names that name no person: literals, defaults, and factory names that carry a MAC."""


TELLING_LENGTH = 4
"""Characters from which on a name is found inside other words too."""


WORDS = re.compile(r"[^\W_]+")

PLACE = re.compile(
    r"\d+\w{0,2}|[A-Z]\d*|(?:the|of|at|in|on|and|near|next|to|main|new|old|big|small|left|right|north|south|east|west|upper|lower"
    r"|ground|first|second|third|top|st|nd|rd|th|floor|level|fl|room|rm|office|building|bldg|house|hall|hallway|corridor"
    r"|lobby|reception|entrance|foyer|kitchen|basement|cellar|attic|roof|server|network|rack|closet|cabinet|data|center"
    r"|centre|copy|print|printer|mail|meeting|conference|training|store|storage|storeroom|warehouse|dock|shop|lab"
    r"|laboratory|workshop|plant|factory|production|canteen|accounting|finance|sales|marketing|hr|it|legal|support"
    r"|purchasing|logistics|management|administration|admin|security|desk|area|zone|wing|side|site|hq|headquarters|branch"
    r"|etage|eg|og|ug|raum|zimmer|büro|keller|empfang|flur|lager|halle|gebäude|stock|serverraum|drucker)",
    re.IGNORECASE,
)
"""Words and numbers of which plain places are made; any other word may be somebody's name."""


CHANGES = (str, str.lower, str.upper, str.swapcase, str.casefold)
"""How the letters of a name may change; some become several (ß, SS), which ignoring the case does not find."""


OUR_WORDS = """
a an and auth basic behind by capture card certificate clear client credentials crossed dhcp device ehlo exchange
failed from gmail has in inside is its kind likely login mail mechanism most name no none not of offered on
online or other password passwords plain port printer read records refused relay reply router scanner sent
server service session smtp starttls text the then tls to token turns two unknown user was were wire with
xoauth2
"""
"""Words of our own sentences that somebody may also have as a user name."""

OURS = frozenset(OUR_WORDS.split())


def _spellings(name: str) -> set[str]:
    """Return how a server may repeat a user name: whole, escaped, or without its domain."""
    parts = {name, name.partition("@")[0], name.rpartition("\\")[2].partition("@")[0]}
    cases = {change(part) for part in parts if part for change in CHANGES}
    return cases | {repr(each)[1:-1] for each in cases}


def _host_spellings(name: str) -> Iterator[tuple[str, str]]:
    """Give how a text may repeat a host's name, and what finds that; a label that is short is in too many words."""
    label = name.rstrip(".").partition(".")[0]
    for part in {name, label} if len(label) >= TELLING_LENGTH else {name}:
        for word in {change(part) for change in CHANGES}:
            yield word, rf"(?<!\w){re.escape(word)}(?!\w)"
            octets = word.encode("utf-8", "replace").hex()
            yield octets, octets


def _pattern(word: str) -> str:
    """Return what finds a spelling; a short one counts as a whole word only, or it would be everywhere."""
    return re.escape(word) if len(word) >= TELLING_LENGTH else rf"(?<!\w){re.escape(word)}(?!\w)"


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

    def place(self, name: str | None) -> str | None:
        """Return what stands for a place, if it could be called after a person; a floor is not."""
        if name is None or all(PLACE.fullmatch(word) for word in WORDS.findall(name)):
            return name
        return self._replaced("place", name)

    def named(self, text: str, names: Iterable[str]) -> str:
        """Return a text in which host names that could name a person are replaced, whole or without their domain.

        Identifiers hold a name in hex (RFC 4361 6.1 and older clients).
        """
        if self._key is None:
            return text
        personal, lower = [name for name in names if name and self.host(name) != name], text.casefold()
        spelt = {
            word: (name, pattern)
            for name in personal
            for word, pattern in _host_spellings(name)
            if word.casefold() in lower
        }
        if not spelt:
            return text
        names_of = {word.casefold(): name for word, (name, _) in spelt.items()}

        def replacement(found: re.Match[str]) -> str:
            return self._replaced("host", names_of.get(found[0].casefold(), found[0]))

        patterns = [spelt[word][1] for word in sorted(spelt, key=len, reverse=True)]
        return re.sub("|".join(patterns), replacement, text, flags=re.IGNORECASE)

    def prose(self, text: str | None, *names: str | None) -> str | None:
        """Return a sentence of ours without user names: within quotes, from the wire, whatever they are.

        Outside them our own words stay: in ``user-3f… was read in clear`` everybody would know the missing one.
        """
        if text is None or self._key is None:
            return text
        words = {word for name in names if name for word in _spellings(name)}
        text = self.text(text, *(name for name in names if name and "'" in name)) or ""
        ours = frozenset(word for word in words if word.isdigit() or word.casefold() in OURS)
        parts = text.split("'")
        told = [self.text(part, *names, spared=frozenset() if place % 2 else ours) for place, part in enumerate(parts)]
        return "'".join(part or "" for part in told)

    def text(self, text: str | None, *names: str | None, spared: frozenset[str] = frozenset()) -> str | None:
        """Return a text in which the given user names are replaced, should it repeat them or a part of them."""
        if text is None or self._key is None:
            return text
        words = {word.casefold(): name for name in names if name for word in _spellings(name)}
        spellings = {word for name in names if name for word in _spellings(name)}
        patterns = [_pattern(word) for word in sorted(spellings - spared, key=len, reverse=True)]
        if not patterns:
            return text

        def replacement(found: re.Match[str]) -> str:
            return self._replaced("user", words.get(found[0].casefold(), found[0]))

        return re.sub("|".join(patterns), replacement, text, flags=re.IGNORECASE)

    def _replaced(self, what: str, name: str) -> str:
        if self._key is None:
            return name
        return f"{what}-{hashlib.blake2s(name.casefold().encode(), key=self._key, digest_size=6).hexdigest()}"
