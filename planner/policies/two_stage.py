"""The two-stage stochastic linear program, solved anew at every review."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.policies.rules.flow import draws
from scenarios.arrays.types import Floats
from scenarios.problem import Problem
from scenarios.simulation.policy import OrderPolicy
from scenarios.simulation.rolling import scenario_at
from scenarios.simulation.state import State
from solver.yardsticks.two_stage_lp import first_orders


@dataclass(frozen=True)
class StochasticProgram:
    """Orders that cost least on average over sampled paths of demand.

    Parameters
    ----------
    n_samples : int
        Demand paths in each program.
    horizon : int
        Periods that each program looks ahead.
    name : str, optional
    """

    n_samples: int = 20
    horizon: int = 28
    name: str = "stochastic-lp"

    def __call__(self, problem: Problem, rng: np.random.Generator) -> OrderPolicy:
        """Samples are drawn anew at every review; the same state gives the same ones."""
        chance = draws(rng)

        def order(state: State, period: int) -> Floats:
            today = scenario_at(problem.scenario, state, period, self.horizon)
            demand = problem.demand(today, chance(state, period), self.n_samples)
            return first_orders(today, demand)

        return order
