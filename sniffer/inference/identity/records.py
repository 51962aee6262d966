"""What this room asks of the facts: they are too many to hold, so they are looked up as they are needed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from sniffer.model.clues import BindingFact, ClueFact, TranslationFact


class Records(Protocol):
    """All facts of boxes, by what they speak of; the order is always the same."""

    def of_card(self, mac: str) -> Iterable[ClueFact]:
        """Give what was said of a card's box."""

    def of_address(self, ip: str) -> Iterable[ClueFact]:
        """Give what was said of whoever had an address, where the card is not known."""

    def forwarding(self) -> Iterable[ClueFact]:
        """Give what says who forwards."""

    def shared(self) -> Iterable[tuple[str, str, str]]:
        """Give (field, value, card) of what several cards say that only one box can say."""

    def holders(self) -> Iterable[BindingFact]:
        """Give who had the addresses of sessions' clients, and of routers."""

    def addresses(self, mac: str) -> Iterable[BindingFact]:
        """Give the addresses that a card had, by time."""

    def answering_for_many(self) -> frozenset[str]:
        """Return the cards that claim more addresses than a box has."""

    def translations(self) -> Iterable[TranslationFact]:
        """Give the rows of firewalls that speak of the address of some session's client."""


class Nothing:
    """No facts of boxes: devices are told apart by their cards and addresses alone."""

    def of_card(self, mac: str) -> Iterable[ClueFact]:  # noqa: ARG002 - of no card
        """Give nothing."""
        return ()

    def of_address(self, ip: str) -> Iterable[ClueFact]:  # noqa: ARG002
        """Give nothing."""
        return ()

    def forwarding(self) -> Iterable[ClueFact]:
        """Give nothing."""
        return ()

    def shared(self) -> Iterable[tuple[str, str, str]]:
        """Give nothing."""
        return ()

    def holders(self) -> Iterable[BindingFact]:
        """Give nothing."""
        return ()

    def addresses(self, mac: str) -> Iterable[BindingFact]:  # noqa: ARG002
        """Give nothing."""
        return ()

    def answering_for_many(self) -> frozenset[str]:
        """Return nothing."""
        return frozenset()

    def translations(self) -> Iterable[TranslationFact]:
        """Give nothing."""
        return ()
