"""The flow of mean demand through a chain, and chance that can be taken up again."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np

from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from scenarios.simulation.state import State
from solver.closed_form.order_up_to import order_up_to


def mean_flow(scenario: Scenario) -> Floats:
    """[A] units that the mean demand of a review period takes on each primary route."""
    rule = order_up_to(scenario)
    demand = rule.below(scenario.mean.mean(axis=1)) * scenario.settings.review_period
    return np.asarray(rule.at_route(demand))


def draws(rng: np.random.Generator) -> Callable[[State, int], np.random.Generator]:
    """Generators that depend on state and period, so that a run taken up again draws the same."""
    seed = int(rng.integers(2**63))

    def chance(state: State, period: int) -> np.random.Generator:
        seen = zlib.crc32(np.ascontiguousarray(state.on_hand).tobytes())
        return np.random.default_rng([seed, period, seen])

    return chance
