"""Bundles: what an inventory has, or a run found, in one file, for another inventory to take in.

Takes rows of an inventory, or findings of a run, and a fleet's key; gives files, and takes them back.  Touches those
files, nothing else.
"""

from sniffer.inventory.bundle.container import BundleError, Header, fleet_of
from sniffer.inventory.bundle.exporting import Written, export, write_run
from sniffer.inventory.bundle.loading import Loaded, load
from sniffer.inventory.bundle.pending import Kept, Pending, commit_or_keep

__all__ = [
    "BundleError",
    "Header",
    "Kept",
    "Loaded",
    "Pending",
    "Written",
    "commit_or_keep",
    "export",
    "fleet_of",
    "load",
    "write_run",
]
