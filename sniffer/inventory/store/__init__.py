"""The inventory: what is remembered of sensors, runs, devices and sessions, in SQLite or PostgreSQL.

Takes findings of runs, gives records of devices and what changed.  Touches its database, nothing else.  SQLAlchemy
takes 0.2 s to import: only verbs that use the inventory import this.
"""

from sniffer.inventory.store.place import PASSWORD, Place, default_path, place_of
from sniffer.inventory.store.problems import StoreError
from sniffer.inventory.store.prune import Pruned
from sniffer.inventory.store.reading import DeviceFilter
from sniffer.inventory.store.runs import Outcome
from sniffer.inventory.store.store import Store
from sniffer.inventory.store.writing import Counted

__all__ = [
    "PASSWORD",
    "Counted",
    "DeviceFilter",
    "Outcome",
    "Place",
    "Pruned",
    "Store",
    "StoreError",
    "default_path",
    "place_of",
]
