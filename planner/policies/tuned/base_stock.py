"""Order-up-to policies tuned by simulation: base-stock, capped base-stock and (s, S)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from brain.analytic.newsvendor import analytic_stock
from planner.policies.rules.flow import mean_flow
from planner.policies.rules.policy import Ready
from planner.policies.tuned.search import Search, annealing, local_search, simplex, tuned
from scenarios.arrays.types import Floats
from scenarios.demand.forecast_error import echelon_demand
from scenarios.model.scenario import Scenario
from scenarios.problem import Problem
from scenarios.simulation.policy import OrderPolicy
from scenarios.simulation.state import State
from solver.closed_form.order_up_to import OrderUpTo, order_up_to

STEP = 0.7
"""Standard deviations, or periods of mean demand, that tuning looks around at first."""


def levels(scenario: Scenario) -> Callable[[Floats], OrderUpTo]:
    """From corrections [J], in stds, to the rule with analytic safety stocks so corrected."""
    cover = echelon_demand(scenario)
    analytic, std = analytic_stock(scenario, *cover), cover[1]

    def make(corrections: Floats) -> OrderUpTo:
        at_points = corrections[scenario.points.location][:, None]
        return order_up_to(scenario, analytic + at_points * std)

    return make


@dataclass(frozen=True)
class TunedBaseStock:
    """Analytic safety stocks, corrected at each location by the same number of stds.

    The corrections are those that cost least in simulation, capacities and everything else that
    the simulator knows included.

    Parameters
    ----------
    n_paths : int
        Demand paths to tune on.
    evaluations : int
        Simulations at most.
    search : Search
        Simplex, annealing or local search, see :mod:`planner.policies.tuned.search`.
    name : str, optional
    """

    n_paths: int = 50
    evaluations: int = 200
    search: Search = simplex
    name: str = "base-stock"

    def __call__(self, problem: Problem, rng: np.random.Generator) -> OrderPolicy:
        """Tune."""
        return self.learn(problem, rng)(problem)

    def learn(self, problem: Problem, rng: np.random.Generator) -> Ready:
        """Tune; the parameters are in units that serve for other forecasts."""
        n = problem.scenario.n_locations
        return tuned(
            problem, rng, levels, np.zeros(n), np.full(n, STEP),
            n_paths=self.n_paths, evaluations=self.evaluations, search=self.search,
        )  # fmt: skip


def with_size(
    problem: Problem,
    rng: np.random.Generator,
    decide: Callable[[Floats, Floats], Floats],
    start: float,
    *,
    n_paths: int,
    evaluations: int,
    search: Search,
) -> Ready:
    """Base-stock orders changed by a size: levels in stds and sizes in reviews of mean demand.

    Both are tuned by location; ``decide(wanted, size)`` gives the orders [A].
    """
    n = problem.scenario.n_locations

    def family(scenario: Scenario) -> Callable[[Floats], OrderPolicy]:
        make, flow = levels(scenario), mean_flow(scenario)
        place = scenario.points.location[scenario.routes.destination]

        def sized(parameters: Floats) -> OrderPolicy:
            inner, size = make(parameters[:n]), np.maximum(parameters[n:], 0.0)[place] * flow

            def order(state: State, period: int) -> Floats:
                return decide(inner(state, period), size)

            return order

        return sized

    begin = np.concatenate([np.zeros(n), np.full(n, start)])
    return tuned(
        problem, rng, family, begin, np.full(2 * n, STEP),
        n_paths=n_paths, evaluations=evaluations, search=search,
    )  # fmt: skip


@dataclass(frozen=True)
class TunedCapped:
    """Base-stock orders of at most so many reviews' mean demand, both tuned by location.

    Where sales are lost, a cap smooths orders and keeps stock from arriving at once (Xin 2021,
    Operations Research 69(1)).
    """

    n_paths: int = 50
    evaluations: int = 400
    search: Search = simplex
    name: str = "capped-base-stock"

    def __call__(self, problem: Problem, rng: np.random.Generator) -> OrderPolicy:
        """Tune."""
        return self.learn(problem, rng)(problem)

    def learn(self, problem: Problem, rng: np.random.Generator) -> Ready:
        """Tune; the parameters are in units that serve for other forecasts."""
        return with_size(
            problem, rng, np.minimum, 2.0,
            n_paths=self.n_paths, evaluations=self.evaluations, search=self.search,
        )  # fmt: skip


@dataclass(frozen=True)
class TunedReorder:
    """(s, S): order up to S only when at least so many reviews' mean demand are missing to it."""

    n_paths: int = 50
    evaluations: int = 400
    search: Search = simplex
    name: str = "s-S"

    def __call__(self, problem: Problem, rng: np.random.Generator) -> OrderPolicy:
        """Tune."""
        return self.learn(problem, rng)(problem)

    def learn(self, problem: Problem, rng: np.random.Generator) -> Ready:
        """Tune; the parameters are in units that serve for other forecasts."""
        return with_size(
            problem, rng, lambda wanted, least: np.where(wanted >= least, wanted, 0.0), 0.5,
            n_paths=self.n_paths, evaluations=self.evaluations, search=self.search,
        )  # fmt: skip


ANNEALED = TunedReorder(evaluations=1000, search=annealing, name="annealing")
LOCAL = TunedReorder(search=local_search, name="local-search")
