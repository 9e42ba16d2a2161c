"""What open orders bring, and when."""

from __future__ import annotations

import numpy as np

from scenarios.model.scenario import Floats, Scenario


def due(scenario: Scenario, n_periods: int) -> Floats:
    """[K, n_periods] units of open orders that arrive at each stock point."""
    orders, out = scenario.open_orders, np.zeros((scenario.n_points, n_periods))
    inside = orders.period < n_periods
    where = scenario.routes.destination[orders.route[inside]], orders.period[inside]
    np.add.at(out, where, orders.quantity[inside])
    return out
