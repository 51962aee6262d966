"""All scenarios of the device lab, and their cases by path."""

from __future__ import annotations

from tests.lab.devices.scenario import Scenario
from tests.lab.devices.scenarios import addresses, flat, hidden, middle, names, relayed, routed, vlans, zoo

ALL: tuple[Scenario, ...] = (
    flat.SCENARIO,
    routed.SCENARIO,
    relayed.SCENARIO,
    *hidden.SCENARIOS,
    vlans.SCENARIO,
    *addresses.SCENARIOS,
    *middle.SCENARIOS,
    *names.SCENARIOS,
    zoo.SCENARIO,
)
CASES: dict[str, Scenario] = {case.path: scenario for scenario in ALL for case in scenario.cases}
"""By a case's path, the scenario that it is seen of."""
