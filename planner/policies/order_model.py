"""Plan anew every review with the order model, and release what is due now."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from brain.analytic.overrides import decides_nothing
from brain.analytic.stockouts import corrected_for_stockouts
from brain.policy import SafetyStockPolicy
from planner.policies.review import Review
from planner.policies.rules.policy import Ready
from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from scenarios.problem import Problem
from scenarios.simulation.policy import OrderPolicy
from solver.optimiser import WarmStart, optimise
from solver.options import SolverOptions
from solver.workers.protocol import Workers


@dataclass(frozen=True)
class OrderModel:
    """Safety stocks of a brain and orders of the mixed-integer program.

    Parameters
    ----------
    brain : str or SafetyStockPolicy
        ``auto`` makes it the hybrid, ``analytic`` textbook and program, ``none`` means only.
    horizon : int
        Periods that each plan looks ahead.
    options : SolverOptions
    name : str, optional
    workers : Workers, optional
        Who solves the blocks of a large program. The orders are the same, so a policy is the same
        one with any (:func:`planner.experiments.policy_identity.policy_identity`).
    """

    brain: str | SafetyStockPolicy = "auto"
    horizon: int = 28
    options: SolverOptions = field(default_factory=SolverOptions)
    name: str = "hybrid"
    workers: Workers | None = field(default=None, compare=False, repr=False)

    def __call__(self, problem: Problem, rng: np.random.Generator) -> OrderPolicy:
        """Nothing is learnt beforehand."""
        return self.learn(problem, rng)(problem)

    def learn(self, problem: Problem, rng: np.random.Generator) -> Ready:
        """The program is kept from one plan to the next, so that re-planning is quick."""
        warm_start = WarmStart()

        means = decides_nothing(self.brain)

        def orders(today: Scenario, wanted: Floats) -> Floats:
            wanted = wanted if means else corrected_for_stockouts(today, wanted)
            made = optimise(
                today, wanted, self.options, warm_start=warm_start, workers=self.workers
            )
            return made.quantity[:, 0]

        return lambda later: Review(later.scenario, self.brain, self.horizon, orders)


HYBRID = OrderModel()
ANALYTIC_PLANNED = OrderModel("analytic", name="analytic-mip")
MEANS_PLANNED = OrderModel(
    "none", options=SolverOptions(shortfall="flat", capacity="flat"), name="mip-on-means"
)
