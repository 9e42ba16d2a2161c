"""Order-up-to policies tuned by simulation: base-stock, capped base-stock and (s, S)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from brain.analytic.newsvendor import analytic_stock
from planner.policies.rules.flow import mean_flow
from planner.policies.tuned.search import Tuned, annealing, local_search
from scenarios.arrays.types import Floats
from scenarios.demand.forecast_error import echelon_demand
from scenarios.model.scenario import Scenario
from scenarios.simulation.policy import OrderPolicy
from scenarios.simulation.state import State
from solver.closed_form.order_up_to import OrderUpTo, order_up_to


def levels(scenario: Scenario) -> Callable[[Floats], OrderUpTo]:
    """From corrections [J], in stds, to the rule with analytic safety stocks so corrected."""
    cover = echelon_demand(scenario)
    analytic, std = analytic_stock(scenario, *cover), cover[1]

    def make(corrections: Floats) -> OrderUpTo:
        at_points = corrections[scenario.points.location][:, None]
        return order_up_to(scenario, analytic + at_points * std)

    return make


@dataclass(frozen=True)
class TunedBaseStock(Tuned):
    """Analytic safety stocks, corrected at each location by the same number of stds."""

    evaluations: int = 200
    name: str = "base-stock"

    def family(self, scenario: Scenario) -> Callable[[Floats], OrderPolicy]:
        """From corrections [J]."""
        return levels(scenario)

    def start(self, scenario: Scenario) -> Floats:
        """The analytic ones."""
        return np.zeros(scenario.n_locations)


def with_size(
    scenario: Scenario, decide: Callable[[Floats, Floats], Floats]
) -> Callable[[Floats], OrderPolicy]:
    """Base-stock orders changed by a size, from levels [J] in stds and sizes [J] together.

    Sizes are in reviews of mean demand; ``decide(wanted, size)`` gives the orders [A].
    """
    make, flow, n = levels(scenario), mean_flow(scenario), scenario.n_locations
    place = scenario.points.location[scenario.routes.destination]

    def sized(parameters: Floats) -> OrderPolicy:
        inner, size = make(parameters[:n]), np.maximum(parameters[n:], 0.0)[place] * flow

        def order(state: State, period: int) -> Floats:
            return decide(inner(state, period), size)

        return order

    return sized


def sizes(scenario: Scenario, size: float) -> Floats:
    """[2 J] analytic levels and this size to begin with."""
    return np.concatenate([np.zeros(scenario.n_locations), np.full(scenario.n_locations, size)])


@dataclass(frozen=True)
class TunedCapped(Tuned):
    """Base-stock orders of at most so many reviews' mean demand, both tuned by location.

    Where sales are lost, a cap smooths orders and keeps stock from arriving at once (Xin 2021,
    Operations Research 69(1)).
    """

    name: str = "capped-base-stock"

    def family(self, scenario: Scenario) -> Callable[[Floats], OrderPolicy]:
        """From corrections and caps [2 J]."""
        return with_size(scenario, np.minimum)

    def start(self, scenario: Scenario) -> Floats:
        """Caps of two reviews."""
        return sizes(scenario, 2.0)


@dataclass(frozen=True)
class TunedReorder(Tuned):
    """(s, S): order up to S only when at least so many reviews' mean demand are missing to it."""

    name: str = "s-S"

    def family(self, scenario: Scenario) -> Callable[[Floats], OrderPolicy]:
        """From corrections and least orders [2 J]."""
        return with_size(scenario, lambda wanted, least: np.where(wanted >= least, wanted, 0.0))

    def start(self, scenario: Scenario) -> Floats:
        """Least orders of half a review."""
        return sizes(scenario, 0.5)


ANNEALED = TunedReorder(evaluations=1000, search=annealing, name="annealing")
LOCAL = TunedReorder(search=local_search, name="local-search")
