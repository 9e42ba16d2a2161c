"""An epsilon-greedy bandit that shifts units between dated purchase orders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.policies.rules.flow import mean_flow
from planner.policies.rules.lot_rules import in_lots
from scenarios.arrays.types import Floats, Ints
from scenarios.model.scenario import Scenario
from scenarios.problem import Problem
from scenarios.simulation.policy import GivenOrders, OrderPolicy

OUTSIDE = -1
"""Where units come from that are bought in addition, and go to that are not bought at all."""


def orders_by_day(scenario: Scenario, orders: Floats) -> Floats:
    """[A, T] from orders [A, reviews]: each on the first day of its review period."""
    out = np.zeros((scenario.n_routes, scenario.n_periods))
    out[:, :: scenario.settings.review_period] = orders
    return out


def arms(n_routes: int, n_reviews: int) -> Ints:
    """[arms, 3] route, date that gives and date that takes; one of the two may be OUTSIDE."""
    dates = np.arange(OUTSIDE, n_reviews)
    route, giver, taker = (
        x.ravel() for x in np.meshgrid(np.arange(n_routes), dates, dates, indexing="ij")
    )
    return np.column_stack([route, giver, taker])[giver != taker]


def pull(orders: Floats, arm: Ints, units: float) -> Floats:
    """Orders after a shift of ``units``, or of what there is to shift."""
    route, giver, taker = arm
    moved = units if giver == OUTSIDE else min(units, orders[route, giver])
    out = orders.copy()
    if giver != OUTSIDE:
        out[route, giver] -= moved
    if taker != OUTSIDE:
        out[route, taker] += moved
    return out


@dataclass
class Values:
    """What each arm has gained on average, old pulls counting less and less: orders change."""

    mean: Floats
    recency: float = 0.3

    def learn(self, arm: int, gain: float) -> None:
        """Take a pull into the mean."""
        self.mean[arm] += self.recency * (gain - self.mean[arm])

    def choose(self, rng: np.random.Generator, epsilon: float) -> int:
        """The arm of highest value, ties at random; any arm with probability ``epsilon``."""
        if rng.random() < epsilon:
            return int(rng.integers(self.mean.size))
        return int(rng.choice(np.flatnonzero(self.mean == self.mean.max())))


@dataclass(frozen=True)
class Bandit:
    """Orders fixed beforehand, on every date and route, whatever happens.

    They begin as mean demand, evenly split. An arm shifts units from one date to another of the
    same route, or buys some more, or some less; how many is drawn anew at every pull, from one lot
    to half of an even order, in powers of two. What it gains is the fall of the mean cost over
    training paths; a shift that gains is kept.

    Parameters
    ----------
    n_paths : int
        Training paths, the same for all pulls.
    pulls : int
    epsilon : float
        Share of pulls at random; every arm is worth 0 at first, so that those that lost something
        are left for those not tried.
    name : str, optional
    """

    n_paths: int = 50
    pulls: int = 600
    epsilon: float = 0.3
    name: str = "bandit"

    def __call__(self, problem: Problem, rng: np.random.Generator) -> OrderPolicy:
        """Learn which shifts pay."""
        scenario = problem.scenario
        demand = problem.draw(rng, self.n_paths)
        n_reviews = -(-scenario.n_periods // scenario.settings.review_period)
        flow = mean_flow(scenario)
        multiple = scenario.routes.order_multiple
        unit = np.where(multiple > 0, multiple, flow / 32)
        largest = np.log2(np.maximum(flow / (2 * np.where(unit > 0, unit, 1.0)), 1.0))

        def allowed(orders: Floats) -> Floats:
            return in_lots(scenario, orders.T).T

        def cost(orders: Floats) -> float:
            given = GivenOrders(orders_by_day(scenario, orders))
            return float(problem.cost_under(given, demand).mean())

        orders = allowed(np.tile(flow[:, None], n_reviews))
        least = cost(orders)
        choices = arms(scenario.n_routes, n_reviews)
        values = Values(np.zeros(len(choices)))
        for _ in range(self.pulls if len(choices) else 0):
            arm = values.choose(rng, self.epsilon)
            route = choices[arm, 0]
            units = unit[route] * 2.0 ** rng.integers(0, int(largest[route]) + 1)
            tried = allowed(pull(orders, choices[arm], units))
            if (tried == orders).all():
                values.learn(arm, 0.0)
                continue
            found = cost(tried)
            values.learn(arm, least - found)
            if found < least:
                orders, least = tried, found
        return GivenOrders(orders_by_day(scenario, orders))
