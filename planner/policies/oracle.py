"""Perfect information: orders by a planner who knows what demand will be. A bound, no policy."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from scenarios.model import Floats, Scenario
from scenarios.policies import GivenOrders
from solver.optimise import optimise
from solver.options import SolverOptions
from solver.stochastic import CERTAIN


@dataclass(frozen=True)
class Oracle:
    """The order model's optimum where demand is certain and nothing has a value afterwards.

    Lot rules are met in the commit window only. What these orders cost in the simulator is what
    no policy can be much below; ``bound`` of the order model is what none can be below.
    """

    options: SolverOptions = CERTAIN
    name: str = "oracle"

    def knowing(self, scenario: Scenario, demand: Floats) -> GivenOrders:
        """Orders for demand [K, T] that is known beforehand."""
        # A Poisson law would bring its variance along.
        law = np.full(scenario.n_products, "normal", dtype=object)
        products = dataclasses.replace(scenario.products, distribution=law)
        certain = scenario.replace(
            mean=demand, std=np.zeros_like(demand), end_of_life=True, products=products
        )
        return GivenOrders(optimise(certain, np.zeros_like(demand), self.options).quantity)
