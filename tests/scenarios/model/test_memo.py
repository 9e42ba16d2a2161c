"""What follows from a scenario is worked out once, and forgotten with it."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace

from scenarios.examples.bundled import retail_chain
from scenarios.model.memo import once
from scenarios.model.scenario import Scenario


def test_a_scenario_is_looked_at_once_and_forgotten() -> None:
    asked = []

    @once
    def products(scenario: Scenario) -> list[int]:
        asked.append(True)
        return [scenario.n_products]

    scenario = retail_chain(2)
    assert products(scenario) is products(scenario)
    other = replace(scenario, elapsed=1)
    assert products(other) is not products(scenario)
    assert len(asked) == 2
    result = weakref.ref(other)
    del other
    gc.collect()
    assert result() is None
