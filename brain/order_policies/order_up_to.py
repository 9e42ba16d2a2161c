"""An order-up-to rule whose levels were learnt for one problem, in any array library.

The level of an echelon is the closed form's, corrected by a number of its own for every point and
period, and by what a small network makes of the state. The network sees what brains see
(:mod:`brain.trained.features`), the periods left and which point it is asked about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from brain.analytic.newsvendor import analytic_stock
from brain.trained.features import N_FEATURES, Codec, codec
from brain.trained.point_facts import point_facts
from scenarios.arrays.types import Array, Floats
from scenarios.demand.forecast_error import echelon_demand
from scenarios.model.scenario import Scenario
from scenarios.simulation.state import State
from solver.closed_form.order_up_to import OrderUpTo, order_up_to

LEFT = 2
"""Inputs that say how many periods are left: of all, and of those an order covers."""


@dataclass(frozen=True, eq=False)
class Weights:
    """What is learnt, as arrays of one library."""

    by_period: Array
    """[T, K] corrections, in stds."""
    at_point: Array
    """[K, H] what the first hidden layer is told about each point."""
    layers: Sequence[tuple[Array, Array]]
    """(weight [in, out], bias [out]) of each layer; SiLU between them."""

    def arrays(self) -> list[Array]:
        """All of them, in order."""
        return [self.by_period, self.at_point, *(array for pair in self.layers for array in pair)]

    @classmethod
    def of(cls, arrays: Sequence[Array]) -> Weights:
        """From what :meth:`arrays` gave."""
        rest = arrays[2:]
        return cls(arrays[0], arrays[1], list(zip(rest[::2], rest[1::2], strict=True)))


def untaught(scenario: Scenario, hidden: Sequence[int], rng: np.random.Generator) -> Weights:
    """Weights that correct nothing yet."""
    sizes = [N_FEATURES + LEFT, *hidden, 1]
    layers = []
    for n_in, n_out in pairwise(sizes):
        bound = n_in**-0.5 if n_out > 1 else 0.0
        layers.append((rng.uniform(-bound, bound, (n_in, n_out)), np.zeros(n_out)))
    return Weights(
        by_period=np.zeros((scenario.n_periods, scenario.n_points)),
        at_point=np.zeros((scenario.n_points, hidden[0])),
        layers=layers,
    )


@dataclass(frozen=True, eq=False)
class LearnedOrders:
    """Orders of the rule. Made by :func:`learned_orders`; past the last period it stands still."""

    weights: Weights
    rule: OrderUpTo
    codec: Codec
    buffer: Array
    """[T, K] analytic safety stock of each echelon."""
    scale: Array
    """[T, K] units of one std."""
    left: Array
    """[T, K, LEFT]"""

    def __call__(self, state: State, period: int) -> Array:
        """Orders [..., A]."""
        now = min(period, self.scale.shape[0] - 1)
        correction = self.weights.by_period[now] + self._network(state, period, now)
        echelon = self.buffer[now] + self.scale[now] * correction
        # The rule sums over echelons, so it is given what each adds to those below.
        return self.rule.orders(state, period, echelon - self.codec.by_parent(echelon))

    def _network(self, state: State, period: int, now: int) -> Array:
        xp, layers = self.rule.xp, self.weights.layers
        seen = self.codec(state, period)
        left = self.left[now]
        if seen.ndim > 2:
            left = xp.broadcast_to(left, (*seen.shape[:-1], LEFT))
        weight, bias = layers[0]
        value = xp.concat([seen, left], axis=-1) @ weight + bias + self.weights.at_point
        for weight, bias in layers[1:]:
            value = value / (1.0 + xp.exp(-value))
            value = value @ weight + bias
        return value[..., 0]


def learned_orders(
    scenario: Scenario, weights: Weights, xp: Any = np, *, dtype: Any = None, device: Any = None
) -> LearnedOrders:
    """The rule of a scenario with these weights.

    Parameters
    ----------
    scenario : Scenario
    weights : Weights
        Arrays of ``xp``.
    xp, dtype, device
        As in :func:`scenarios.simulation.step.compile_scenario`.
    """
    here = {"dtype": dtype, "device": device}
    demand, facts = echelon_demand(scenario), point_facts(scenario)
    rule = order_up_to(scenario, analytic_stock(scenario, *demand), xp, **here)
    mean, std = demand
    # Nowhere 0, so that a level can be corrected even where nothing is uncertain or left to cover.
    floor = np.maximum(0.3 * std.mean(axis=1), 0.05 * mean.mean(axis=1))
    scale = np.maximum(std, np.maximum(floor, 1e-9)[:, None])
    n_points, n_periods = scenario.n_points, scenario.n_periods
    left = np.broadcast_to(np.arange(n_periods, 0, -1.0)[:, None], (n_periods, n_points))
    of_cover = np.minimum(left / np.maximum(facts.cover, 1.0), 1.0)
    both = np.stack([left / n_periods, of_cover], axis=-1)

    def array(values: Floats) -> Array:
        return rule.xp.asarray(
            np.ascontiguousarray(values), dtype=rule.targets.dtype, device=device
        )

    return LearnedOrders(
        weights=weights,
        rule=rule,
        codec=codec(scenario, xp, demand=demand, facts=facts, **here),
        buffer=rule.targets - rule.cover_demand,
        scale=array(scale.T),
        left=array(both),
    )
