"""Policies to be better than: nothing, always the same, at random."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from scenarios.problem import Problem
from scenarios.simulation.policy import OrderPolicy
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


@dataclass(frozen=True)
class Constant:
    """The mean demand in every review, times a factor.

    Parameters
    ----------
    factor : float
        0 orders nothing ever.
    name : str, optional
    """

    factor: float = 1.0
    name: str = "constant"

    def __call__(self, problem: Problem, rng: np.random.Generator) -> OrderPolicy:
        """Nothing is looked at."""
        orders = self.factor * mean_flow(problem.scenario)
        return lambda state, period: orders


@dataclass(frozen=True)
class Random:
    """Uniform between nothing and twice the mean demand."""

    name: str = "random"

    def __call__(self, problem: Problem, rng: np.random.Generator) -> OrderPolicy:
        """Draws anew at every review."""
        flow, chance = mean_flow(problem.scenario), draws(rng)

        def order(state: State, period: int) -> Floats:
            return flow * chance(state, period).uniform(0.0, 2.0, flow.size)

        return order


ZERO = Constant(0.0, "zero")
