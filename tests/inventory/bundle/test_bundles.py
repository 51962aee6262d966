"""What an inventory has comes into another as if it had been stored there: once, in any order, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sniffer.inventory.bundle import BundleError, container
from sniffer.inventory.bundle.contents import DECODER, ENCODER, Part
from sniffer.inventory.store import Store
from sniffer.model.records import Exemption, Listening, SensorRecord
from tests.inference.facts import DAY, NOW, attempt, fact
from tests.inventory.bundle.bundles import KEY, bring, bundle, content, inventory, sensor
from tests.inventory.store.stored import emptied, load, only
from tests.inventory.store.test_imports import DAYS, Sighting, put_in, sightings
from tests.inventory.store.test_imports import content as stored


def test_a_bundle_brings_all(store: Store, fresh: Path, tmp_path: Path) -> None:
    facts = [fact(attempt(), day=n) for n in range(3)]
    listening = [Listening("hq", NOW, NOW + 3 * DAY)]
    source = inventory(fresh, tmp_path, "hq")
    load(source, *facts, sensors=[SensorRecord("hq", "berlin")], key="a", listening=listening)
    brought = bring(store, bundle(source, tmp_path / "hq.bundle"))
    assert brought.outcome is not None
    assert brought.outcome.sessions.new == 3
    assert brought.sensors == ("hq",)
    assert content(store) == content(source)
    assert store.listening() == listening
    assert [(each.start.kind, each.status) for each in store.runs()] == [("import", "full"), ("captures", "full")]


def test_a_second_import_adds_nothing(store: Store, fresh: Path, tmp_path: Path) -> None:
    source = sensor(inventory(fresh, tmp_path, "hq"), "hq", [fact(attempt(), day=n, sensor="hq") for n in range(3)])
    path = bundle(source, tmp_path / "hq.bundle")
    bring(store, path)
    before, runs = content(store), len(store.runs())
    assert bring(store, path).outcome is None
    bring(store, bundle(source, tmp_path / "again.bundle"))
    assert content(store) == before
    assert len(store.runs()) <= runs + 1


def test_since_brings_what_was_stored_since(store: Store, fresh: Path, tmp_path: Path) -> None:
    source = sensor(inventory(fresh, tmp_path, "hq"), "hq", [fact(attempt(), day=0)], [fact(attempt(), day=1)])
    brought = bring(store, bundle(source, tmp_path / "late.bundle", since=NOW + DAY))
    assert brought.outcome is not None
    assert brought.outcome.sessions.new == 1
    bring(store, bundle(source, tmp_path / "all.bundle"))
    assert content(store) == content(source)


def test_a_card_at_two_sensors_is_one_device_and_private_addresses_are_apart(
    store: Store, fresh: Path, tmp_path: Path
) -> None:
    for name in ("hq", "branch"):
        card = fact(attempt(), sensor=name, session=f"s-{name}-1")
        far = fact(
            attempt(),
            day=0.5,
            sensor=name,
            session=f"s-{name}-2",
            client="10.0.3.99",
            mac=None,
            on_link=False,
            helo=None,
        )
        source = sensor(inventory(fresh, tmp_path, name), name, [card, far])
        bring(store, bundle(source, tmp_path / f"{name}.bundle"))
    found = sorted(each.sensors for each in store.devices())
    assert found == [("branch",), ("branch", "hq"), ("hq",)]


def test_what_people_said_comes_along_and_the_newest_word_holds(store: Store, fresh: Path, tmp_path: Path) -> None:
    source = sensor(inventory(fresh, tmp_path, "hq"), "hq", [fact(attempt())])
    device = only(source).device
    source.set_fact(device, "owner", "Ann", NOW)
    source.exempt(device, Exemption("will go in June", NOW + DAY), NOW)
    path = bundle(source, tmp_path / "one.bundle")
    bring(store, path)
    assert (only(store).facts, only(store).exemption) == ({"owner": "Ann"}, Exemption("will go in June", NOW + DAY))
    store.set_fact(device, "owner", None, NOW + 1)
    store.exempt(device, None, NOW + 1)
    bring(store, bundle(source, tmp_path / "two.bundle", since=0))
    assert (only(store).facts, only(store).exemption) == ({}, None)
    source.set_fact(device, "owner", "Bob", NOW + 2)
    bring(store, bundle(source, tmp_path / "three.bundle", since=NOW + 2))
    assert only(store).facts == {"owner": "Bob"}


def test_what_is_damaged_behind_its_seal_brings_nothing(store: Store, fresh: Path, tmp_path: Path) -> None:
    source = sensor(inventory(fresh, tmp_path, "hq"), "hq", [fact(attempt(), day=n) for n in range(3)])
    path = bundle(source, tmp_path / "hq.bundle")
    header, records = container.checked(path, KEY), list(container.records(path))
    without = [each for each in records if not isinstance(DECODER.decode(each), Part)]
    before = content(store)
    for told in (without, [*records, b"\xc1"], [*records, ENCODER.encode("word")], []):
        container.write(path, header, KEY, told)
        with pytest.raises(BundleError, match="is damaged"):
            bring(store, path)
        assert content(store) == before
        assert store.runs() == []


# -- in any order ----------------------------------------------------------------------------------


def bundles_of(source: Store, folder: Path, name: str, captures: Sequence[Sequence[Sighting]]) -> list[Path]:
    """What an inventory with these captures exports: all, and what it stored late."""
    put_in(emptied(source), captures)
    return [
        bundle(source, folder / f"{name}.bundle"), bundle(source, folder / f"{name}-late.bundle", since=NOW + 31 * DAY)
    ]  # fmt: skip


@settings(max_examples=settings().max_examples // 6)
@given(data=st.data())
def test_overlapping_bundles_in_any_order_are_as_if_stored_there(scratch: list[Store], data: st.DataObject) -> None:
    """Two inventories with near and far views of the same sessions, and a centre that takes in both."""
    captures = data.draw(st.lists(st.lists(sightings(), min_size=1, max_size=3), min_size=2, max_size=4))
    cut = data.draw(st.integers(1, len(captures) - 1))
    with TemporaryDirectory() as name:
        folder = Path(name)
        paths = bundles_of(scratch[0], folder, "one", captures[:cut])
        paths += bundles_of(scratch[0], folder, "two", captures[cut:])
        centre = emptied(scratch[1])
        for path in data.draw(st.permutations(paths)):
            bring(centre, path, day=max(DAYS))
    put_in(emptied(scratch[2]), captures)
    assert stored(centre) == stored(scratch[2])


def test_every_order_of_three_gives_the_same(fresh: Path, tmp_path: Path) -> None:
    paths = []
    for name, days in (("hq", (0, 5)), ("branch", (2, 35)), ("plant", (1, 36))):
        with inventory(fresh, tmp_path, name) as source:
            facts = [[fact(attempt(), day=day, sensor=name, client=f"10.0.3.{day}")] for day in days]
            paths.append(bundle(sensor(source, name, *facts), tmp_path / f"{name}.bundle"))
    found = []
    for place, order in enumerate(permutations(paths)):
        with inventory(fresh, tmp_path, f"centre-{place}") as centre:
            for path in order:
                bring(centre, path)
            found.append(content(centre))
    assert all(each == found[0] for each in found)
