"""Plan anew every review with the order model, and release what is due now."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from brain import find_brain
from brain.override import apply_overrides
from brain.policy import SafetyStockPolicy
from scenarios.model import Floats
from scenarios.policies import OrderPolicy
from scenarios.problem import Problem
from scenarios.rolling import scenario_at
from scenarios.state import State
from solver.optimise import Kept, optimise
from solver.options import SolverOptions


@dataclass(frozen=True)
class Planned:
    """Safety stocks of a brain and orders of the mixed-integer program.

    Parameters
    ----------
    brain : str or SafetyStockPolicy
        ``auto`` makes it the hybrid, ``analytic`` textbook and program, ``none`` means only.
    horizon : int
        Periods that each plan looks ahead.
    options : SolverOptions
    name : str, optional
    """

    brain: str | SafetyStockPolicy = "auto"
    horizon: int = 28
    options: SolverOptions = field(default_factory=SolverOptions)
    name: str = "hybrid"

    def __call__(self, problem: Problem, rng: np.random.Generator) -> OrderPolicy:
        """The program is kept from one plan to the next, so that re-planning is quick."""
        scenario = problem.scenario
        decide = find_brain(self.brain) if isinstance(self.brain, str) else self.brain
        kept = Kept()

        def order(state: State, period: int) -> Floats:
            today = scenario_at(scenario, state, period, self.horizon)
            wanted = apply_overrides(today, decide(today)).quantity
            return optimise(today, wanted, self.options, kept=kept).quantity[:, 0]

        return order


HYBRID = Planned()
ANALYTIC_PLANNED = Planned("analytic", name="analytic-mip")
MEANS_PLANNED = Planned(
    "none", options=SolverOptions(shortfall="flat", capacity="flat"), name="mip-on-means"
)
