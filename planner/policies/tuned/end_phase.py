"""(s, S) with an end in sight: levels fall to what can still be sold."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planner.policies.rules.flow import mean_flow
from planner.policies.tuned.base_stock import levels
from planner.policies.tuned.search import Tuned
from scenarios.arrays.types import Floats
from scenarios.demand.forecast_error import split_variance
from scenarios.model.scenario import Scenario
from scenarios.simulation.policy import OrderPolicy
from scenarios.simulation.state import State
from solver.closed_form.order_up_to import OrderUpTo, order_up_to


def remaining(scenario: Scenario) -> tuple[OrderUpTo, Floats]:
    """The rule that orders up to all mean demand still to come, and its std [T, K].

    Both are by echelon: of a point and all below it.
    """

    def to_come(values: Floats) -> Floats:
        return np.cumsum(values[:, ::-1], axis=1)[:, ::-1].T

    rule = order_up_to(scenario)
    alone, shared = split_variance(scenario.std**2, scenario.error_correlation)
    variance = to_come(alone) if shared is None else to_come(alone) + to_come(shared) ** 2
    return dataclasses.replace(rule, targets=rule.below(to_come(scenario.mean))), np.sqrt(
        rule.below(variance)
    )


def economic_reviews(scenario: Scenario) -> Floats:
    """[J] the economic order quantity of each location's points, in reviews of their mean demand.

    Half a review's demand at least: less makes no difference.
    """
    routes, flow = scenario.routes, mean_flow(scenario)
    holding = scenario.points.holding_cost[routes.destination] * scenario.settings.review_period
    moves = (flow > 0) & (holding > 0)
    per_review = np.where(moves, flow * holding, 1.0)
    reviews = np.where(moves, np.sqrt(2 * routes.order_cost / per_review), 0.0)
    out = np.full(scenario.n_locations, 0.5)
    np.maximum.at(out, scenario.points.location[routes.destination], reviews)
    return out


def end_phase(scenario: Scenario) -> Callable[[Floats], OrderPolicy]:
    """From parameters [4 J] to the policy; see :class:`TunedEndPhase`."""
    endless = levels(scenario.replace(end_of_life=False))
    rest, std = remaining(scenario)
    flow, n = mean_flow(scenario), scenario.n_locations
    at_point = scenario.points.location
    on_route = at_point[scenario.routes.destination]

    def make(parameters: Floats) -> OrderPolicy:
        level, size, least, buffer = parameters.reshape(4, n)
        lot = np.maximum(size, 0.0)[on_route] * flow
        at_points = np.zeros(scenario.n_points)
        at_points[scenario.routes.destination] = lot
        reorder = endless(level)
        full = dataclasses.replace(reorder, targets=reorder.targets + at_points)
        last = dataclasses.replace(rest, targets=rest.targets + buffer[at_point] * std)
        ends = scenario.settings.end_of_life
        worth = least[on_route] * flow

        def order(state: State, period: int) -> Floats:
            missing = full(state, period)
            useful = np.minimum(missing, last(state, period)) if ends else missing
            return np.where((missing >= lot) & (useful >= worth), useful, 0.0)

        return order

    return make


@dataclass(frozen=True)
class TunedEndPhase(Tuned):
    """(s, S) by location until the end comes near, then no more than can still be sold.

    A location whose echelon stock is down to its reorder level, the analytic one and ``level``
    stds, orders up to ``size`` reviews' mean demand above it; but no more than takes it to the
    mean demand still to come and ``buffer`` stds of that, and nothing at all if this is less than
    ``least`` reviews' mean demand. The four are tuned by location, in simulation; sizes begin at
    the economic order quantity.

    Where the scenario has no end (``end_of_life`` is not set), ``buffer`` means nothing.
    """

    n_paths: int = 200
    evaluations: int = 1000
    name: str = "s-S-to-the-end"

    def family(self, scenario: Scenario) -> Callable[[Floats], OrderPolicy]:
        """From levels, sizes, least orders and buffers [4 J]."""
        return end_phase(scenario)

    def start(self, scenario: Scenario) -> Floats:
        """The economic order quantity, and a buffer of one std."""
        nothing = np.zeros(scenario.n_locations)
        return np.concatenate([nothing, economic_reviews(scenario), nothing, nothing + 1.0])
