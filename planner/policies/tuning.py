"""Parameters of a policy that cost least in simulation, on demand paths of the policy's own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import optimize

from scenarios.demand import sample
from scenarios.model import Floats, Scenario
from scenarios.policies import OrderPolicy
from scenarios.simulate import simulate


def tuned(
    scenario: Scenario,
    rng: np.random.Generator,
    make: Callable[[Floats], OrderPolicy],
    start: Floats,
    steps: Floats,
    *,
    n_paths: int,
    evaluations: int,
) -> OrderPolicy:
    """The policy with the best parameters found by Nelder and Mead's simplex (SciPy).

    Parameters
    ----------
    scenario : Scenario
    rng : numpy.random.Generator
        Draws the demand paths to tune on; all parameters meet the same ones.
    make : callable
        From parameters to a policy.
    start, steps : arrays
        Where to begin, and how far to look at first in each direction.
    n_paths, evaluations : int
        Demand paths, and simulations at most.
    """
    demand = sample(scenario, rng, n_paths)

    def cost(parameters: Floats) -> float:
        totals = simulate(scenario, make(parameters), demand, record=False)
        return float(totals.costs.total.sum(axis=-1).mean())

    options = {
        "maxfev": evaluations,
        "xatol": 0.02,
        "fatol": 0.0,
        "initial_simplex": np.vstack([start, start + np.diag(steps)]),
    }
    found = optimize.minimize(cost, start, method="Nelder-Mead", options=options)
    return make(found.x)
