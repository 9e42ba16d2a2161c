"""Parameters of a policy that cost least in simulation, on demand paths of the policy's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import optimize

from planner.policies.rules.lot_rules import obeying
from planner.policies.rules.policy import Ready
from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from scenarios.problem import Problem
from scenarios.simulation.policy import OrderPolicy

Cost = Callable[[Floats], float]
STEP = 0.7
"""Standard deviations, or reviews of mean demand, that tuning looks around at first."""


class Search(Protocol):
    """Looks for the parameters of least cost."""

    def __call__(
        self, cost: Cost, start: Floats, steps: Floats, evaluations: int, rng: np.random.Generator
    ) -> Floats:
        """The best parameters found.

        Parameters
        ----------
        cost : callable
            From parameters to a cost.
        start, steps : arrays
            Where to begin, and how far to look at first in each direction.
        evaluations : int
            How often ``cost`` may be asked, about.
        rng : numpy.random.Generator
        """
        ...


def simplex(
    cost: Cost, start: Floats, steps: Floats, evaluations: int, rng: np.random.Generator
) -> Floats:
    """Nelder and Mead's simplex (SciPy)."""
    options = {
        "maxfev": evaluations,
        "xatol": 0.02,
        "fatol": 0.0,
        "initial_simplex": np.vstack([start, start + np.diag(steps)]),
    }
    return optimize.minimize(cost, start, method="Nelder-Mead", options=options).x


def annealing(
    cost: Cost, start: Floats, steps: Floats, evaluations: int, rng: np.random.Generator
) -> Floats:
    """Simulated annealing (SciPy's ``dual_annealing``) within ``start`` +- 4 ``steps``."""
    bounds = np.column_stack([start - 4 * steps, start + 4 * steps])
    found = optimize.dual_annealing(
        cost, bounds, x0=start, maxfun=evaluations, rng=rng, no_local_search=True
    )
    return found.x


def local_search(
    cost: Cost, start: Floats, steps: Floats, evaluations: int, rng: np.random.Generator
) -> Floats:
    """One parameter a step up or down, in random order, as long as it pays; then half the steps.

    Hooke and Jeeves 1961, Journal of the ACM 8(2), without their pattern move.
    """
    best, least, left = start.copy(), cost(start), evaluations - 1
    reach = steps.copy()
    while left > 0 and (reach > steps / 32).any():
        better = False
        for which in rng.permutation(start.size):
            for sign in (1.0, -1.0):
                tried = best.copy()
                tried[which] += sign * reach[which]
                found, left = cost(tried), left - 1
                if found < least:
                    best, least, better = tried, found, True
                    break
                if left <= 0:
                    return best
        if not better:
            reach = reach / 2
    return best


@dataclass(frozen=True)
class Tuned:
    """A policy with the parameters that cost least in simulation, on demand paths of its own.

    What it is tuned to counts capacities and everything else that the simulator knows. A policy of
    this kind says what its parameters mean (``family``) and where to begin (``start``).

    Parameters
    ----------
    n_paths : int
        Demand paths to tune on; all parameters meet the same ones.
    evaluations : int
        Simulations at most.
    search : Search
        Simplex, annealing or local search.
    name : str, optional
    """

    n_paths: int = 50
    evaluations: int = 400
    search: Search = simplex
    name: str = "tuned"

    def family(self, scenario: Scenario) -> Callable[[Floats], OrderPolicy]:
        """From parameters, in units that serve for other forecasts, to the policy."""
        raise NotImplementedError

    def start(self, scenario: Scenario) -> Floats:
        """Parameters to begin with."""
        raise NotImplementedError

    def __call__(self, problem: Problem, rng: np.random.Generator) -> OrderPolicy:
        """Tune."""
        return self.learn(problem, rng)(problem)

    def learn(self, problem: Problem, rng: np.random.Generator) -> Ready:
        """Tune; what is found serves for other problems of the chain as well.

        Parameters
        ----------
        problem : Problem
            Its law of demand gives the paths to tune on, and its cost says what is best.
        rng : numpy.random.Generator
            Draws the demand paths.
        """
        demand, make = problem.draw(rng, self.n_paths), self.family(problem.scenario)

        def cost(parameters: Floats) -> float:
            policy = obeying(problem.scenario, make(parameters))
            return float(problem.cost_under(policy, demand).mean())

        start = self.start(problem.scenario)
        best = self.search(cost, start, np.full(start.size, STEP), self.evaluations, rng)
        return lambda later: self.family(later.scenario)(best)
