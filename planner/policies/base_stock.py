"""Base-stock levels tuned by simulation: the best static safety stocks, location by location."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from brain.analytic import analytic_stock
from scenarios.demand import sample
from scenarios.model import Floats, Scenario
from scenarios.policies import OrderPolicy
from scenarios.simulate import simulate
from scenarios.uncertainty import echelon_demand
from solver.closed_form import order_up_to


@dataclass(frozen=True)
class TunedBaseStock:
    """Analytic safety stocks, corrected at each location by the same number of stds.

    The corrections are those that cost least on demand paths of its own (Nelder and Mead's
    simplex of SciPy), capacities and everything else that the simulator knows included.

    Parameters
    ----------
    n_paths : int
        Demand paths to tune on.
    evaluations : int
        Simulations at most.
    name : str, optional
    """

    n_paths: int = 50
    evaluations: int = 200
    name: str = "base-stock"

    def __call__(self, scenario: Scenario, rng: np.random.Generator) -> OrderPolicy:
        """Tune."""
        demand = sample(scenario, rng, self.n_paths)
        cover = echelon_demand(scenario)
        analytic, std = analytic_stock(scenario, *cover), cover[1]

        def policy(corrections: Floats) -> OrderPolicy:
            return order_up_to(
                scenario, analytic + corrections[scenario.points.location][:, None] * std
            )

        def cost(corrections: Floats) -> float:
            totals = simulate(scenario, policy(corrections), demand, record=False)
            return float(totals.costs.total.sum(axis=-1).mean())

        start = np.zeros(scenario.n_locations)
        simplex = np.vstack([start, start + 0.7 * np.eye(scenario.n_locations)])
        found = optimize.minimize(
            cost,
            start,
            method="Nelder-Mead",
            options={
                "maxfev": self.evaluations, "xatol": 0.02, "fatol": 0.0, "initial_simplex": simplex,
            },
        )  # fmt: skip
        return policy(found.x)
