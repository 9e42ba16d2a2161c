"""Policies to be better than: nothing, always the same, at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.model import Floats, Scenario
from scenarios.network import primary_routes
from scenarios.policies import OrderPolicy
from scenarios.state import State
from solver.echelon_sum import echelon_sum


def mean_flow(scenario: Scenario) -> Floats:
    """[A] units that the mean demand of a review period takes on each primary route."""
    primary = primary_routes(scenario)
    supplied = np.flatnonzero(primary >= 0)
    parent = np.full(scenario.n_points, -1)
    parent[supplied] = scenario.routes.origin[primary[supplied]]
    demand = echelon_sum(np, parent, scenario.points.location)(scenario.mean.mean(axis=1))
    flow = np.zeros(scenario.n_routes)
    flow[primary[supplied]] = demand[supplied] * scenario.settings.review_period
    return flow


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

    def __call__(self, scenario: Scenario, rng: np.random.Generator) -> OrderPolicy:
        """Nothing is looked at."""
        orders = self.factor * mean_flow(scenario)
        return lambda state, period: orders


@dataclass(frozen=True)
class Random:
    """Uniform between nothing and twice the mean demand."""

    name: str = "random"

    def __call__(self, scenario: Scenario, rng: np.random.Generator) -> OrderPolicy:
        """Draws from ``rng`` at every review."""
        flow = mean_flow(scenario)

        def order(state: State, period: int) -> Floats:
            return flow * rng.uniform(0.0, 2.0, flow.size)

        return order


ZERO = Constant(0.0, "zero")
