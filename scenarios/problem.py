"""What is to be solved: a scenario, the law that its demand follows, and what counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scenarios.arguments import Arguments
from scenarios.arrays.types import Floats
from scenarios.demand.sampling import sample
from scenarios.model.scenario import Scenario, check_scenario
from scenarios.simulation.policy import OrderPolicy
from scenarios.simulation.run import simulate
from scenarios.simulation.trajectory import Trajectory

DemandLaw = Callable[[Scenario, np.random.Generator, int], Floats]
"""``(scenario, rng, n_paths) -> demand [paths, K, T]``."""
CostOfRun = Callable[[Trajectory], Floats]
"""What counts, by period: [..., T]; less is better."""


def total_cost(run: Trajectory) -> Floats:
    """[..., T] the sum of all cost components."""
    return run.costs.total


@dataclass(frozen=True, eq=False)
class Problem:
    """What a policy may know before it starts.

    Parameters
    ----------
    scenario : Scenario
        Opening state, forecast and rules.
    demand : callable
        The law of demand, to draw paths from; default: each product's own about its forecast.
    cost : callable
        What counts; default: the scenario's costs. Where a named problem pays for something that
        tables cannot say, the scenario holds what comes nearest, which planners go by, and this is
        what they are judged by.
    """

    scenario: Scenario
    demand: DemandLaw = sample
    cost: CostOfRun = total_cost

    def __post_init__(self) -> None:
        check = Arguments("Problem")
        check_scenario(check, self.scenario)
        check.call_of("demand", self.demand)
        check.call_of("cost", self.cost)
        check.refuse()

    def draw(self, rng: np.random.Generator, n_paths: int) -> Floats:
        """Draw demand.

        Parameters
        ----------
        rng : numpy.random.Generator
        n_paths : int

        Returns
        -------
        array [n_paths, K, T]
            Units.

        Raises
        ------
        InputError
            If either is of another kind.
        """
        check = Arguments("Problem.draw")
        check.kind("rng", rng, np.random.Generator, "a numpy.random.Generator")
        check.whole("n_paths", n_paths, least=0)
        check.refuse()
        return self.demand(self.scenario, rng, n_paths)

    def cost_under(self, policy: OrderPolicy, demand: Floats) -> Floats:
        """What counts, summed over a run.

        Parameters
        ----------
        policy : callable
            Gives orders [..., A].
        demand : array [..., K, T]
            Units.

        Returns
        -------
        array [...]

        Raises
        ------
        InputError
            If demand has another shape, or is negative or nan.
        """
        if self.cost is total_cost:
            return simulate(self.scenario, policy, demand, record=False).costs.total.sum(axis=-1)
        return self.cost(simulate(self.scenario, policy, demand)).sum(axis=-1)


def as_problem(given: Scenario | Problem) -> Problem:
    """A scenario is the problem of running it at least cost."""
    return given if isinstance(given, Problem) else Problem(given)
