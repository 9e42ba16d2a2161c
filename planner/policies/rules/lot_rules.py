"""Lot rules, which the order model knows and other policies do not."""

from __future__ import annotations

import numpy as np

from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from scenarios.simulation.policy import OrderPolicy
from scenarios.simulation.state import State


def in_lots(scenario: Scenario, orders: Floats) -> Floats:
    """[..., A] the nearest permitted quantities; what is no order (below 0, nan) stays as it is."""
    routes = scenario.routes
    multiple = np.where(routes.order_multiple > 0, routes.order_multiple, 1.0)
    whole = np.where(routes.order_multiple > 0, np.rint(orders / multiple) * multiple, orders)
    least = np.where(whole > 1e-9, np.maximum(whole, routes.min_order_quantity), 0.0)
    return np.where(orders >= 0, np.minimum(least, routes.max_order_quantity), orders)


def obeying(scenario: Scenario, policy: OrderPolicy) -> OrderPolicy:
    """The policy with its orders in permitted quantities."""
    routes = scenario.routes
    ruled = routes.order_multiple.any() or routes.min_order_quantity.any()
    if not (ruled or np.isfinite(routes.max_order_quantity).any()):
        return policy

    def order(state: State, period: int) -> Floats:
        return in_lots(scenario, policy(state, period))

    return order
