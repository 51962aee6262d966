"""How many bytes a capture lost is told in hundreds."""

from __future__ import annotations

import pytest

from sniffer.reports.missing import rounded


@pytest.mark.parametrize(("lost", "told"), [(0, 0), (1, 100), (43, 100), (100, 100), (101, 200), (1460, 1500)])
def test_a_loss_is_rounded_up(lost: int, told: int) -> None:
    assert rounded(lost) == told
