"""Inventories of sensors and of a centre."""

from __future__ import annotations

from tests.inventory.store.conftest import fresh, server, store, url

__all__ = ["fresh", "server", "store", "url"]
