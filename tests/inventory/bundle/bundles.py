"""Inventories that bundles come from and go to, and what two of them have in common."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from sniffer.inventory.bundle import Loaded, export, load
from sniffer.inventory.store import Store
from sniffer.knowledge.catalogue import catalogue
from sniffer.model.facts import SessionFact
from tests.inference.facts import DAY, NOW
from tests.inventory.store.stored import load as store_run

KEY = bytes(range(32))
OTHER_KEY = bytes(32)


def inventory(fresh: Path, folder: Path, name: str) -> Store:
    """An empty inventory of its own."""
    return Store.open(str(shutil.copy(fresh, folder / f"{name}.sqlite")))


def sensor(store: Store, name: str, *runs: Iterable[SessionFact], key: str | None = None) -> Store:
    """An inventory with runs of a sensor, each of these facts."""
    for place, facts in enumerate(runs):
        store_run(store, *facts, sensors=[name], key=f"{key or name}-{place}", day=place)
    return store


def bring(store: Store, path: Path, key: bytes = KEY, day: int = 0) -> Loaded:
    """Take in a bundle, so many days after the first session."""
    return load(store, path, key, NOW + day * DAY, catalogue(), lambda *_: ())


def bundle(store: Store, path: Path, key: bytes = KEY, since: int | None = None) -> Path:
    """Write one."""
    export(store, path, key, NOW, since)
    return path


def content(store: Store) -> dict[str, Any]:
    """All that an inventory knows, but for what depends on the order in which it came: runs of imports, and ids."""
    devices = []
    for record in store.devices(evidence=True):
        names = {record.device, *record.formerly}
        finding = replace(record.finding, device=min(names))
        sessions = [
            replace(each, device="", owner=None, fact=replace(each.fact, observations=()))
            for each in store.sessions(record.device)
        ]
        places = {each.fact.session: set(each.fact.observations) for each in store.sessions(record.device)}
        devices.append((
            min(names), sorted(names), finding, record.first_seen, record.last_seen, record.sensors,
            sorted(record.facts.items()), record.exemption, sessions, places, store.days(record.device),
        ))  # fmt: skip
    return {
        "devices": sorted(devices, key=lambda each: str(each[0])),
        "listening": store.listening(),
        "sensors": store.sensors(),
        "runs": sorted((each.start.key, each.status) for each in store.runs() if each.start.kind != "import"),
    }
