"""Orders of a brain in closed form, in any array library: for training and for simulation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from brain.analytic.newsvendor import analytic_stock
from brain.trained.features import Codec, codec
from brain.trained.point_facts import point_facts
from scenarios.arrays.segments import Pick, SegmentSum, pick, segment_sum
from scenarios.arrays.types import Array
from scenarios.demand.forecast_error import echelon_demand
from scenarios.model.echelons import echelons
from scenarios.model.scenario import Scenario
from scenarios.simulation.state import State
from solver.closed_form.order_up_to import OrderUpTo, order_up_to

Brain = Callable[[Array], Array]
"""Features [..., K, N_FEATURES] -> correction of z [..., K]."""


@dataclass(frozen=True, eq=False)
class BrainOrders:
    """Orders of a brain: order-up-to levels with safety stocks that depend on the state.

    Safety stock of point i at the end of period s: analytic[i, s] + delta[i] * std[i, s] with
    delta as decided now, the same in planning.
    """

    brain: Brain
    codec: Codec
    rule: OrderUpTo
    buffer: Array
    """[T, K] analytic safety stock of each echelon."""
    std: Array
    """[T, E] std that the safety stock of each pair (upper, lower) counts in."""
    at_lower: Pick
    by_upper: SegmentSum
    by_parent: SegmentSum

    def __call__(self, state: State, period: int) -> Array:
        """Orders [..., A]."""
        return self.rule.orders(state, period, self.safety_stock(state, period))

    def safety_stock(self, state: State, period: int) -> Array:
        """[..., K] units that the orders of a period aim to keep, for when they arrive."""
        delta = self.brain(self.codec(state, period))
        now = min(period, self.buffer.shape[0] - 1)
        echelon = self.buffer[now] + self.by_upper(self.at_lower(delta) * self.std[now])
        # The rule sums over echelons, so it is given what each adds to those below.
        return echelon - self.by_parent(echelon)


def brain_orders(
    scenario: Scenario, brain: Brain, xp: Any = np, *, dtype: Any = None, device: Any = None
) -> BrainOrders:
    """A brain as an order policy for :func:`scenarios.simulation.run.simulate`.

    Parameters
    ----------
    scenario : Scenario
        Uncoupled chains or trees.
    brain : callable
        Features [..., K, N_FEATURES] -> correction of z [..., K].
    xp, dtype, device
        As in :func:`scenarios.simulation.step.compile_scenario`.
    """
    demand, facts = echelon_demand(scenario), point_facts(scenario)
    here = {"dtype": dtype, "device": device}
    features = codec(scenario, xp, demand=demand, facts=facts, **here)
    rule = order_up_to(scenario, analytic_stock(scenario, *demand), xp, **here)
    pairs, n = echelons(scenario), scenario.n_points
    period = np.arange(scenario.n_periods)[:, None]
    column = np.minimum(period + pairs.reach[None, :], scenario.n_periods - 1)
    std = np.ascontiguousarray(demand[1][pairs.lower[None, :], column])
    return BrainOrders(
        brain=brain,
        codec=features,
        rule=rule,
        buffer=rule.targets - rule.cover_demand,
        std=rule.xp.asarray(std, dtype=rule.targets.dtype, device=device),
        at_lower=pick(rule.xp, pairs.lower, n, device),
        by_upper=segment_sum(rule.xp, pairs.upper, n, device),
        by_parent=features.by_parent,
    )
