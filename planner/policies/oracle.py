"""Perfect information: orders by a planner who knows what demand will be. No policy."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from scenarios.arrays.types import Floats
from scenarios.evaluation.discounted_profit import LinearCost
from scenarios.model.scenario import Scenario
from scenarios.problem import CostOfRun, total_cost
from scenarios.simulation.policy import GivenOrders
from solver.optimiser import optimise
from solver.options import SolverOptions
from solver.yardsticks.hindsight_lp import hindsight
from solver.yardsticks.two_stage_lp import CERTAIN


@dataclass(frozen=True)
class Oracle:
    """The order model's optimum where demand is certain and nothing has a value afterwards.

    A yardstick, not a proven bound: lot rules are met in the commit window only, and no order is
    placed that cannot reach a customer before the end, even if moving stock on would make room. On
    runs of a few periods that can make it dearer than a policy.

    Where what counts is a :class:`LinearCost`, the exact program of
    :mod:`solver.yardsticks.hindsight_lp` takes its place, and no policy can do better.

    Parameters
    ----------
    options : SolverOptions
    name : str
        How it is called in tables.
    """

    options: SolverOptions = CERTAIN
    name: str = "oracle"

    def knowing(
        self, scenario: Scenario, demand: Floats, cost: CostOfRun = total_cost
    ) -> GivenOrders:
        """Orders for demand that is known beforehand.

        Parameters
        ----------
        scenario : Scenario
        demand : array [K, T]
            Units.
        cost : callable
            What counts.

        Returns
        -------
        GivenOrders

        Raises
        ------
        InputError
            If demand has another shape, or is negative or nan.
        """
        if isinstance(cost, LinearCost):
            return GivenOrders(hindsight(scenario, cost, demand[None]).quantity[0])
        # A Poisson law would bring its variance along.
        law = np.full(scenario.n_products, "normal", dtype=object)
        products = dataclasses.replace(scenario.products, distribution=law)
        certain = scenario.replace(
            mean=demand, std=np.zeros_like(demand), error_correlation=None,
            end_of_life=True, products=products,
        )  # fmt: skip
        return GivenOrders(optimise(certain, np.zeros_like(demand), self.options).quantity)
