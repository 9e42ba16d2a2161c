"""Given echelon base-stock levels, such as the optimal ones of a serial system."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from scenarios.problem import Problem
from scenarios.simulation.policy import OrderPolicy
from solver.closed_form.order_up_to import order_up_to


@dataclass(frozen=True)
class EchelonBaseStock:
    """Order whatever the echelon position is short of a level.

    Parameters
    ----------
    levels : tuple of float
        By location, in units of each product; an echelon is a location and all that it supplies.
    name : str, optional
    """

    levels: tuple[float, ...]
    name: str = "echelon-base-stock"

    def __call__(self, problem: Problem, rng: np.random.Generator) -> OrderPolicy:
        """The closed form, its targets replaced.

        Raises
        ------
        ValueError
            If there are not as many levels as locations.
        """
        scenario = problem.scenario
        if len(self.levels) != scenario.n_locations:
            raise ValueError(f"{len(self.levels)} levels for {scenario.n_locations} locations")
        rule = order_up_to(scenario)
        levels = np.array(self.levels, dtype=np.float64)[scenario.points.location]
        return dataclasses.replace(rule, targets=np.tile(levels, (scenario.n_periods, 1)))
