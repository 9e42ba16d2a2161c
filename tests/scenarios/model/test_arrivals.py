"""What open orders bring."""

from __future__ import annotations

import numpy as np

from scenarios.examples.dense import world


def test_open_orders_arrive_where_their_routes_end() -> None:
    # Routes: to the depot, and from it to the shop. Two orders of one day add up.
    orders = [(0, 1, 3.0), (1, 1, 4.0), (1, 1, 2.0), (1, 5, 9.0)]
    some = world(
        ["Depot", "Shop"], [("Maker", "Depot", 1), ("Depot", "Shop", 1)], mean=1.0, n_periods=3,
        open_orders=orders,
    )  # fmt: skip
    np.testing.assert_array_equal(some.arrivals(3), [[0, 3, 0], [0, 6, 0]])
    # The answer may reach beyond the plan, or end before it.
    np.testing.assert_array_equal(some.arrivals(6)[1], [0, 6, 0, 0, 0, 9])
    np.testing.assert_array_equal(some.arrivals(1), [[0], [0]])
