"""The echelon order-up-to rule with a brain's safety stocks; capacities are not seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brain import find_brain
from brain.analytic.newsvendor import Analytic
from brain.analytic.overrides import NoSafetyStock, apply_overrides
from brain.policy import SafetyStockPolicy
from planner.policies.review import Review
from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from scenarios.problem import Problem
from scenarios.simulation.policy import OrderPolicy
from scenarios.simulation.step import initial_state
from solver.closed_form.order_up_to import order_up_to


@dataclass(frozen=True)
class ClosedForm:
    """Orders in closed form.

    Parameters
    ----------
    brain : str or SafetyStockPolicy
    horizon : int
        Periods of forecast that the brain is shown at each review.
    name : str, optional
    """

    brain: str | SafetyStockPolicy = "auto"
    horizon: int = 28
    name: str = "closed-form"

    def __call__(self, problem: Problem, rng: np.random.Generator) -> OrderPolicy:
        """A brain that looks at the state is asked at every review, others once."""
        scenario = problem.scenario
        decide = find_brain(self.brain) if isinstance(self.brain, str) else self.brain
        if isinstance(decide, Analytic | NoSafetyStock):
            return order_up_to(scenario, apply_overrides(scenario, decide(scenario)).quantity)

        def orders(today: Scenario, wanted: Floats) -> Floats:
            return order_up_to(today, wanted)(initial_state(today), 0)

        return Review(scenario, decide, self.horizon, orders)
