"""Inventories of sensors and of a centre."""

from __future__ import annotations

from tests.inventory.store.conftest import fresh, scratch, server, store, url

__all__ = ["fresh", "scratch", "server", "store", "url"]
