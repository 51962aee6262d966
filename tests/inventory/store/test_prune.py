"""Retention: details become counts, nothing is counted twice, and no clock deletes what it should not."""

from __future__ import annotations

from sniffer.inventory.store import Store
from tests.inference.facts import DAY, NOW, attempt, fact
from tests.inventory.store.stored import load, only


def three_months(store: Store) -> None:
    for day in range(0, 120, 5):
        load(store, *(fact(attempt(), day=day + n / 10) for n in range(3)))


def test_details_become_counts(store: Store) -> None:
    three_months(store)
    before = store.days(only(store).device)
    record = only(store)
    gone = store.prune(NOW + 116 * DAY, details=30)
    assert gone.sessions == 51
    assert store.days(record.device) == before
    assert len(list(store.sessions(record.device))) == 72 - 51
    assert only(store) == record
    load(store, fact(attempt(), day=116))
    (service,) = only(store).finding.services
    assert (service.judged, service.first_seen // DAY) == (73, NOW // DAY)


def test_what_was_pruned_is_not_taken_in_again(store: Store) -> None:
    three_months(store)
    store.prune(NOW + 116 * DAY, details=30)
    before = only(store)
    outcome = load(store, fact(attempt(), day=0))
    assert (outcome.sessions.too_old, outcome.sessions.new) == (1, 0)
    assert only(store).finding.services == before.finding.services


def test_pruning_twice_counts_once(store: Store) -> None:
    three_months(store)
    store.prune(NOW + 116 * DAY, details=30)
    days = store.days(only(store).device)
    assert store.prune(NOW + 116 * DAY, details=30).sessions == 0
    assert store.days(only(store).device) == days


def test_a_clock_that_runs_ahead_deletes_nothing(store: Store) -> None:
    three_months(store)
    assert store.prune(NOW + 9999 * DAY, details=200).sessions == 0


def test_a_clock_that_was_set_back_deletes_nothing_more(store: Store) -> None:
    three_months(store)
    store.prune(NOW + 116 * DAY, details=30)
    assert store.prune(NOW, details=1).sessions == 0


def test_counts_end_too_but_not_what_is_known_of_a_device(store: Store) -> None:
    three_months(store)
    record = only(store)
    gone = store.prune(NOW + 116 * DAY, details=30, counts=60)
    assert gone.counts
    assert only(store).first_seen == record.first_seen
    assert [each.verdict for each in store.history(record.device)][-1] == "affected"
