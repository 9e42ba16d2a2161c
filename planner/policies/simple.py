"""Policies to be better than: nothing, always the same, at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.policies.rules.flow import draws, mean_flow
from scenarios.arrays.types import Floats
from scenarios.problem import Problem
from scenarios.simulation.policy import OrderPolicy
from scenarios.simulation.state import State


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
