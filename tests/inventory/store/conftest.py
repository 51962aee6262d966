"""An inventory for each test; a fresh one is a copy of one that was migrated once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sniffer.inventory.store import Store


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty inventory."""
    path = tmp_path_factory.mktemp("fresh") / "inventory.sqlite"
    Store.open(str(path)).close()
    return path


@pytest.fixture
def url(fresh: Path, tmp_path: Path) -> str:
    """Where an inventory is."""
    return shutil.copy(fresh, tmp_path / "inventory.sqlite").__str__()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty inventory."""
    with Store.open(url) as opened:
        yield opened
