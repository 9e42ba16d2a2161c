"""Why an order is as large as it is, in the terms of the echelon order-up-to rule.

Without shared capacities, lot rules and shortages an order of a point is

    demand_cover + safety_stock - projected_on_hand + lot_rounding

where all but the last are sums over the echelon: the point and everything it supplies.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.planning.projection import Projection, by_echelon
from planner.text.names import as_categories
from scenarios.arrays.threads import in_parts
from scenarios.arrays.types import Floats, Ints
from scenarios.model.echelons import demand_beyond, echelons
from scenarios.model.scenario import Scenario
from scenarios.resources import SharedResource, shared_resources
from solver.result import OrderPlan

ORDERS = 1 << 16
"""Orders looked at at a time."""


@dataclass(frozen=True, eq=False)
class Reasons:
    """One entry per order [n], in units."""

    demand_cover: Floats
    """Mean demand that the order and all before it have to cover: not what is lost before it can
    arrive."""
    safety_stock: Floats
    """Buffer wanted at the end of that time."""
    projected_on_hand: Floats
    """What the echelon has and has coming when the order is placed, less what it owes."""
    lot_rounding: Floats
    """What lot rules add to the optimum without them (or take off)."""
    binding_capacity: pd.Categorical
    """The storage, lane or other shared resource whose price changed the order most; blank if none
    did, ``override`` if a person fixed the order."""


def reasons(
    scenario: Scenario,
    safety_stock: Floats,
    found: OrderPlan,
    projection: Projection,
    route: Ints,
    period: Ints,
) -> Reasons:
    """Reasons of the orders placed on routes [n] in periods [n].

    Parameters
    ----------
    scenario : Scenario
    safety_stock : array [K, T]
    found : OrderPlan
    projection : Projection
    route, period : arrays [n]
        Which orders.
    """
    point = scenario.routes.destination[route]
    cover, buffers = _targets(scenario, safety_stock, _lost(scenario, projection))
    return Reasons(
        demand_cover=cover[point, period],
        safety_stock=buffers[point, period],
        projected_on_hand=_position(scenario, projection)[point, period],
        lot_rounding=projection.orders[route, period] - found.relaxed[route, period],
        binding_capacity=_binding(scenario, found, route, period),
    )


def _lost(scenario: Scenario, projection: Projection) -> Floats:
    """[K, T] demand that is missed for good."""
    lost = scenario.settings.unmet_demand == "lost"
    return projection.missed if lost else np.zeros(scenario.mean.shape)


def _targets(scenario: Scenario, safety_stock: Floats, lost: Floats) -> tuple[Floats, Floats]:
    """[K, T] mean demand to cover and safety stock, summed over the echelon."""
    links, n_periods = echelons(scenario), scenario.n_periods
    far = n_periods + int(links.cover.max(initial=1))
    last = safety_stock.shape[1] - 1
    period = np.arange(n_periods)[None, :]

    def demand(lower: Ints, pairs: slice) -> Floats:
        total = _sums_to(demand_beyond(scenario, scenario.mean[lower], far))
        gone, end = _sums_to(lost[lower]), np.minimum(period + reach(pairs), n_periods)
        asked = np.take_along_axis(total, period + links.cover[pairs, None], axis=1)
        asked -= total[:, :n_periods]
        return asked - (np.take_along_axis(gone, end, axis=1) - gone[:, :n_periods])

    def wanted(lower: Ints, pairs: slice) -> Floats:
        end = period + reach(pairs)
        buffers = np.take_along_axis(safety_stock[lower], np.minimum(end, last), axis=1)
        return np.where(end > last, 0.0, buffers) if scenario.settings.end_of_life else buffers

    def reach(pairs: slice) -> Ints:
        return links.reach[pairs, None]

    return (
        by_echelon(links, scenario.n_points, n_periods, demand),
        by_echelon(links, scenario.n_points, n_periods, wanted),
    )


def _sums_to(values: Floats) -> Floats:
    """[n, T + 1] sum of all columns before each, and of all."""
    return np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)


def _position(scenario: Scenario, projection: Projection) -> Floats:
    """[K, T] echelon inventory position when orders are placed.

    On hand and under way at the point and below it, less what customers wait for.
    """
    routes, late = scenario.routes, scenario.open_orders
    own = np.zeros(scenario.mean.shape)
    np.add.at(own, routes.destination, projection.orders)
    own -= projection.receipts
    np.cumsum(own, axis=1, out=own)
    own[:, 1:], own[:, 0] = own[:, :-1].copy(), 0.0
    under_way = np.bincount(routes.destination[late.route], late.quantity, scenario.n_points)
    own = projection.opening + own
    own += under_way[:, None]
    if scenario.settings.unmet_demand == "backlog":
        own[:, 0] -= scenario.points.backlog
        own[:, 1:] -= projection.missed[:, :-1]
    links = echelons(scenario)
    return by_echelon(links, scenario.n_points, scenario.n_periods, lambda lower, _: own[lower])


def _binding(scenario: Scenario, found: OrderPlan, route: Ints, period: Ints) -> pd.Categorical:
    """The dearest of what is shared on the way and at the destination, if worth a tenth of
    holding."""
    titles = [title for resource in shared_resources(scenario) for title in resource.titles]
    names = ["", *titles, "override"]
    code = np.zeros(len(route), dtype=np.int64)

    def work(start: int, stop: int) -> None:
        part = slice(start, stop)
        code[part] = _dearest(scenario, found, route[part], period[part])
        if found.fixed is not None:
            code[part][found.fixed[route[part], period[part]]] = len(names) - 1

    in_parts(work, len(route), ORDERS)
    return as_categories(names, code)


def _dearest(scenario: Scenario, found: OrderPlan, route: Ints, period: Ints) -> Ints:
    """[n] 0 for none, then the places of one shared resource after those of another."""
    holding = scenario.points.holding_cost[scenario.routes.destination[route]]
    # A small price is the mere chance of overflow; it moves no order.
    most = np.maximum(0.1 * holding, 1e-9)
    code, first = np.zeros(len(route), dtype=np.int64), 1
    for resource in shared_resources(scenario):
        if resource.limited:
            place, paid = _paid(scenario, resource, found.price[resource.kind], route, period)
            code = np.where(paid >= most, first + place, code)
            most = np.maximum(most, paid)
        first += resource.n_places
    return code


def _paid(
    scenario: Scenario, resource: SharedResource, price: Floats, route: Ints, period: Ints
) -> tuple[Ints, Floats]:
    """[n] the place of a resource that each order takes of, and what a unit of it pays there: when
    it ships, or at most in the review cycle in which it arrives. Nothing where there is none."""
    if resource.of == "flow":
        place = resource.place[route]
        paid = np.where(place >= 0, price[place, period] * resource.take[route], 0.0)
        return place, paid
    point, n_periods = scenario.routes.destination[route], scenario.n_periods
    place, paid = resource.place[point], np.zeros(len(route))
    for later in range(scenario.settings.review_period):
        arrives = period + scenario.routes.lead_time[route] + later
        now = price[place, np.minimum(arrives, n_periods - 1)] * resource.take[point]
        paid = np.maximum(paid, np.where((arrives < n_periods) & (place >= 0), now, 0.0))
    return place, paid
