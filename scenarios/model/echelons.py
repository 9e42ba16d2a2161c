"""Who supplies whom, and how far ahead an order reaches. One place for the timeline's offsets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.arrays.types import Floats, Ints
from scenarios.model.memo import once
from scenarios.model.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Echelons:
    """Every pair (stock point, point at or downstream of it) along primary routes.

    ``reach[e]`` is the number of periods from an order placed by ``upper[e]`` to the end of the
    period whose closing stock at ``lower[e]`` it is the last to decide. An order placed by
    ``upper`` in period t covers the demand of ``lower`` in t .. t + cover - 1, with
    ``cover = reach + review_period``. Entries are sorted by ``upper``.
    """

    upper: Ints
    lower: Ints
    reach: Ints
    cover: Ints


@once
def primary_routes(scenario: Scenario) -> Ints:
    """[K] the route each stock point is mainly supplied by, -1 where it has none.

    Of several open routes: the lowest landed unit cost, then the shortest lead time.
    """
    routes = scenario.routes
    open_ = np.flatnonzero(routes.max_order_quantity > 0)
    cost = landed_cost(scenario)[1][open_]
    order = open_[np.lexsort((routes.lead_time[open_], cost, routes.destination[open_]))]
    destination, first = np.unique(routes.destination[order], return_index=True)
    primary = np.full(scenario.n_points, -1)
    primary[destination] = order[first]
    return primary


def location_order(scenario: Scenario) -> Ints:
    """[J] location indices, each after everything upstream of it."""
    return topological_order(
        scenario.n_locations, scenario.lanes.origin, scenario.lanes.destination
    )


@once
def location_rank(scenario: Scenario) -> Ints:
    """[J] place of each location in :func:`location_order`."""
    rank = np.empty(scenario.n_locations, dtype=np.int64)
    rank[location_order(scenario)] = np.arange(scenario.n_locations)
    return rank


def topological_order(n_nodes: int, origin: Ints, destination: Ints) -> Ints:
    """Nodes ordered upstream first; edges with origin -1 are ignored.

    Raises
    ------
    ValueError
        If the edges hold a cycle; ``args[1]`` is the nodes that lie on or below one.
    """
    found = _levels(n_nodes, origin, destination)
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def location_levels(scenario: Scenario) -> Ints:
    """[J] longest chain of lanes between each location and the outside."""
    level = np.empty(scenario.n_locations, dtype=np.int64)
    lanes = scenario.lanes
    for depth, nodes in enumerate(_levels(scenario.n_locations, lanes.origin, lanes.destination)):
        level[nodes] = depth
    return level


def _levels(n_nodes: int, origin: Ints, destination: Ints) -> list[Ints]:
    """Nodes by the longest chain of edges that leads to them; see :func:`topological_order`."""
    inside = origin >= 0
    origin, destination = origin[inside], destination[inside]
    pending = np.bincount(destination, minlength=n_nodes)
    by_origin = np.argsort(origin, kind="stable")
    starts = np.searchsorted(origin[by_origin], np.arange(n_nodes + 1))
    ready = np.flatnonzero(pending == 0)
    found: list[Ints] = []
    while ready.size:
        found.append(ready)
        edges = np.concatenate([by_origin[starts[n] : starts[n + 1]] for n in ready])
        np.subtract.at(pending, destination[edges], 1)
        touched = np.unique(destination[edges])
        ready = touched[pending[touched] == 0]
    if sum(map(len, found)) < n_nodes:
        done = np.concatenate([np.empty(0, dtype=np.int64), *found])
        raise ValueError("the network has a cycle", np.setdiff1d(np.arange(n_nodes), done))
    return found


@once
def depths(scenario: Scenario) -> Ints:
    """[K] longest number of routes from outside to each stock point (0: no supply at all)."""
    routes, points = scenario.routes, scenario.points
    depth = np.zeros(scenario.n_points, dtype=np.int64)
    rank = location_rank(scenario)
    for group in _by_rank(rank[points.location[routes.destination]]):
        above = np.where(routes.origin[group] >= 0, depth[routes.origin[group]], 0)
        np.maximum.at(depth, routes.destination[group], above + 1)
    return depth


@once
def landed_cost(scenario: Scenario) -> tuple[Floats, Floats]:
    """Cheapest cost of lanes to bring a unit to each point [K], and by way of each route [A].

    A route that may not be used (largest order 0) does not make a way cheaper. Holding in transit
    is part of the cost where it is charged.
    """
    routes, points = scenario.routes, scenario.points
    landed = np.full(scenario.n_points, np.inf)
    by_way = np.full(scenario.n_routes, np.inf)
    open_ = routes.max_order_quantity > 0
    cost = routes.unit_cost + transit_rate(scenario) * routes.lead_time
    supplied = np.bincount(routes.destination[open_], minlength=scenario.n_points) > 0
    landed[~supplied] = 0.0
    rank = location_rank(scenario)
    for group in _by_rank(rank[points.location[routes.destination]]):
        above = np.where(routes.origin[group] >= 0, landed[routes.origin[group]], 0.0)
        by_way[group] = cost[group] + above
        group = group[open_[group]]
        np.minimum.at(landed, routes.destination[group], by_way[group])
    return landed, by_way


def transit_rate(scenario: Scenario) -> Floats:
    """[A] holding cost of one unit under way for one period (``in_transit_holding``)."""
    routes, holding = scenario.routes, scenario.points.holding_cost
    if scenario.settings.in_transit_holding == "origin":
        return np.where(routes.origin >= 0, holding[routes.origin], 0.0)
    if scenario.settings.in_transit_holding == "destination":
        return holding[routes.destination]
    return np.zeros(scenario.n_routes)


def _by_rank(rank: Ints) -> list[Ints]:
    """Indices grouped by rank, lowest first."""
    order = np.argsort(rank, kind="stable")
    cuts = np.flatnonzero(np.diff(rank[order])) + 1
    return [group for group in np.split(order, cuts) if group.size]


def echelons(scenario: Scenario) -> Echelons:
    """All (upper, lower) pairs along primary routes, with reach and cover in periods."""
    routes, review = scenario.routes, scenario.settings.review_period
    primary = primary_routes(scenario)
    supplied = np.flatnonzero(primary >= 0)
    lead = np.zeros(scenario.n_points, dtype=np.int64)
    lead[supplied] = routes.lead_time[primary[supplied]]
    parent = np.full(scenario.n_points, -1)
    parent[supplied] = routes.origin[primary[supplied]]
    wait = wait_to_ship(scenario, lead)

    everyone = np.arange(scenario.n_points)
    upper, lower, reach = [everyone], [everyone], [lead.copy()]
    above, below, offset = parent, everyone, lead.copy()
    while (alive := above >= 0).any():
        above, below, offset = above[alive], below[alive], offset[alive]
        offset = offset + wait[above]
        upper.append(above)
        lower.append(below)
        reach.append(offset)
        above = parent[above]
    all_upper = np.concatenate(upper)
    order = np.argsort(all_upper, kind="stable")
    all_reach = np.concatenate(reach)[order]
    return Echelons(all_upper[order], np.concatenate(lower)[order], all_reach, all_reach + review)


def wait_to_ship(scenario: Scenario, lead: Ints) -> Ints:
    """Periods from an order until what it brings can be shipped on.

    Where unmet orders are lost that is at the next review; where they are owed, goods leave as soon
    as they are there.
    """
    settings = scenario.settings
    first = lead + settings.shipping_lag
    if settings.unmet_orders == "backlog":
        return first
    return -(-first // settings.review_period) * settings.review_period


def demand_beyond(scenario: Scenario, values: Floats, n_periods: int) -> Floats:
    """Extend [K, T] forecast values to [K, n_periods].

    After the last period demand goes on as the average of the last season (7 days or 4 weeks; a
    standard deviation or a correlation likewise), or stops where the scenario says ``end_of_life``.
    """
    extra = n_periods - values.shape[1]
    if extra <= 0:
        return values[:, :n_periods]
    season = min(scenario.settings.season, values.shape[1])
    level = values[:, -season:].mean(axis=1, keepdims=True)
    if scenario.settings.end_of_life:
        level = np.zeros_like(level)
    return np.concatenate([values, np.repeat(level, extra, axis=1)], axis=1)
