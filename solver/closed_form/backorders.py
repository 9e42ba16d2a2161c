"""Goods owed: shipped as soon as their origin has them, so that nobody orders them again.

The order model plans shipments. What can be shipped at once of what is owed leaves the scenario
before it is made; the rest counts against the first shipments it plans, which need no new order.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from scenarios.arrays.types import Floats
from scenarios.model.capacities import with_capacity
from scenarios.model.entities import OpenOrders
from scenarios.model.scenario import Scenario
from scenarios.resources import shared_resources
from scenarios.simulation.step import compile_scenario, initial_state, step


def ship_backorders(scenario: Scenario) -> tuple[Scenario, Floats]:
    """The scenario after origins have shipped what they can of what they owe.

    Returns
    -------
    scenario : Scenario
        Owes nothing. What has left is under way, and missing at its origin and in the first
        period's capacities on its way. Its age is forgotten: the order model knows none.
    rest : array [A]
        Units still owed.
    """
    none = np.zeros(scenario.n_routes)
    owed = scenario.owed
    if owed is None or not owed.any() or scenario.settings.unmet_orders == "lost":
        return dataclasses.replace(scenario, owed=None), none
    scenario = dataclasses.replace(scenario, opening_ages=None, lead_time_by_period=None)
    net = compile_scenario(scenario)
    _, outcome = step(net, initial_state(scenario, net), none, np.zeros(scenario.n_points), 0)
    shipped = np.asarray(outcome.shipped)
    routes, late, points = scenario.routes, scenario.open_orders, scenario.points
    on_hand = points.on_hand
    if net.receive_first:
        # What arrives first can be shipped on, so it counts as there already.
        now = late.period == 0
        where = routes.destination[late.route[now]]
        on_hand = on_hand + np.bincount(where, late.quantity[now], scenario.n_points)
        late = late.take(~now)
        at_once = routes.lead_time == 0
        passed = np.where(at_once, shipped, 0.0)
        on_hand = on_hand + np.bincount(routes.destination, passed, scenario.n_points)
    else:
        at_once = np.zeros(scenario.n_routes, dtype=bool)
    on_hand = np.maximum(on_hand - _by_origin(scenario, shipped), 0.0)
    sent = np.flatnonzero((shipped > 0) & ~at_once)
    rest_of_period = scenario
    for resource in shared_resources(scenario):
        if resource.of == "flow" and resource.limited:
            left = resource.capacity.copy()
            left[:, 0] = np.maximum(left[:, 0] - resource.use(shipped[:, None])[:, 0], 0.0)
            rest_of_period = with_capacity(rest_of_period, resource.kind, left)
    return dataclasses.replace(
        rest_of_period,
        points=dataclasses.replace(points, on_hand=on_hand),
        open_orders=OpenOrders.filled(
            len(late) + sent.size,
            route=np.concatenate([late.route, sent]),
            period=np.concatenate([late.period, routes.lead_time[sent]]),
            quantity=np.concatenate([late.quantity, shipped[sent]]),
        ),
        owed=None,
    ), owed - shipped


def new_orders(scenario: Scenario, shipments: Floats, rest: Floats) -> Floats:
    """[A, S] orders to place so that ``shipments`` [A, S] leave, where ``rest`` [A] is owed.

    Of an order with a multiple, whole multiples are taken off, and what is left of an order is at
    least its minimum.
    """
    if not rest.any():
        return shipments
    routes = scenario.routes
    lot = np.where(routes.order_multiple > 0, routes.order_multiple, 1.0)
    covered = np.where(routes.order_multiple > 0, np.floor(rest / lot + 1e-9) * lot, rest)
    total = np.maximum(np.cumsum(shipments, axis=1) - covered[:, None], 0.0)
    orders = np.diff(total, axis=1, prepend=0.0)
    least = routes.min_order_quantity[:, None]
    reduced = orders < shipments - 1e-9
    orders = np.where(orders > 1e-9, orders, 0.0)
    return np.where(reduced & (orders > 0), np.maximum(orders, least), orders)


def _by_origin(scenario: Scenario, by_route: Floats) -> Floats:
    """[K] what the routes that start at a point carry together."""
    origin = scenario.routes.origin
    inside = origin >= 0
    return np.asarray(np.bincount(origin[inside], by_route[inside], scenario.n_points), np.float64)
