"""Why an order is as large as it is, in the terms of the echelon order-up-to rule.

Without shared capacities, lot rules and shortages an order of a point is

    demand_cover + safety_stock - projected_on_hand + lot_rounding

where all but the last are sums over the echelon: the point and everything it supplies.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.names import capacity_names, named
from planner.projection import Projection, by_echelon
from scenarios.model import Floats, Ints, Scenario
from scenarios.network import demand_beyond, echelons
from solver.result import OrderPlan


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
    """The storage or lane whose price changed the order most; blank if none did, ``override`` if a
    person fixed the order."""


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
    mean = demand_beyond(scenario, scenario.mean, far)
    total = np.concatenate([np.zeros((len(mean), 1)), np.cumsum(mean, axis=1)], axis=1)
    gone = np.concatenate([np.zeros((len(mean), 1)), np.cumsum(lost, axis=1)], axis=1)
    cover = np.empty(scenario.mean.shape)
    buffers = np.empty(scenario.mean.shape)
    last = safety_stock.shape[1] - 1
    for t in range(n_periods):
        demand = total[links.lower, t + links.cover] - total[links.lower, t]
        end = t + links.reach
        demand -= gone[links.lower, np.minimum(end, n_periods)] - gone[links.lower, t]
        wanted = safety_stock[links.lower, np.minimum(end, last)]
        if scenario.settings.end_of_life:
            wanted = np.where(end > last, 0.0, wanted)
        both = by_echelon(links, scenario.n_points, np.column_stack([demand, wanted]))
        cover[:, t], buffers[:, t] = both[:, 0], both[:, 1]
    return cover, buffers


def _position(scenario: Scenario, projection: Projection) -> Floats:
    """[K, T] echelon inventory position when orders are placed.

    On hand and under way at the point and below it, less what customers wait for.
    """
    routes, late = scenario.routes, scenario.open_orders
    sent = np.zeros(scenario.mean.shape)
    np.add.at(sent, routes.destination, projection.orders)
    coming = np.cumsum(sent - projection.receipts, axis=1)
    coming = np.concatenate([np.zeros((len(coming), 1)), coming[:, :-1]], axis=1)
    under_way = np.bincount(routes.destination[late.route], late.quantity, scenario.n_points)
    own = projection.opening + coming + under_way[:, None]
    if scenario.settings.unmet_demand == "backlog":
        own[:, 0] -= scenario.points.backlog
        own[:, 1:] -= projection.missed[:, :-1]
    links = echelons(scenario)
    return by_echelon(links, scenario.n_points, own[links.lower])


def _binding(scenario: Scenario, found: OrderPlan, route: Ints, period: Ints) -> pd.Categorical:
    """The dearer of the lane's and the destination's storage, if worth a tenth of holding."""
    routes, points, n_periods = scenario.routes, scenario.points, scenario.n_periods
    volume = scenario.route_volume[route]
    lane = found.lane_price[routes.lane[route], period] * volume
    place = points.location[routes.destination[route]]
    stored = np.zeros(len(route))
    for later in range(scenario.settings.review_period):
        arrives = period + routes.lead_time[route] + later
        price = found.storage_price[place, np.minimum(arrives, n_periods - 1)]
        stored = np.maximum(stored, np.where(arrives < n_periods, price * volume, 0.0))
    # A small price is the mere chance of overflow; it moves no order.
    least = np.maximum(0.1 * points.holding_cost[routes.destination[route]], 1e-9)
    storage_names, lane_names = capacity_names(scenario)
    code = np.where(stored >= least, 1 + place, 0)
    of_lane = 1 + len(storage_names) + routes.lane[route]
    code = np.where((lane >= least) & (lane >= stored), of_lane, code)
    names = ["", *storage_names, *lane_names, "override"]
    if found.fixed is not None:
        code = np.where(found.fixed[route, period], len(names) - 1, code)
    return named(names, code)
