"""Random networks with random orders and demand, for laws that hold in all of them."""

import numpy as np
from hypothesis import strategies as st

from tests.support.worlds import world


@st.composite
def runs(draw, may_perish=True):
    """Random chains, trees and multi-sourced networks, with random orders and demand."""
    seed = draw(st.integers(0, 10**6))
    rng = np.random.default_rng(seed)
    lead = st.integers(0, 3)
    lanes = draw(
        st.sampled_from(
            [
                [("a", "x")],
                [("b", "a"), ("c", "b"), ("x", "c")],
                [("c", "a"), ("c", "b"), ("x", "c")],
                [("b", "a"), ("c", "a"), ("x", "b"), ("c", "b"), ("y", "c"), ("x", "a")],
            ]
        )
    )
    if lanes == [("a", "x")]:
        lanes = [("x", "a")]
    names = sorted({name for lane in lanes for name in lane} - {"x", "y"})
    n_products, n_periods = draw(st.integers(1, 3)), 8
    life = rng.integers(1, 6, n_products).astype(float)
    scenario = world(
        names,
        [(origin, end, draw(lead)) for origin, end in lanes],
        n_products=n_products,
        n_periods=n_periods,
        mean=rng.uniform(0, 8, (len(names), n_products, n_periods)),
        on_hand=rng.uniform(0, 20, (len(names), n_products)),
        backlog=rng.uniform(0, 5, (len(names), n_products)),
        kept=rng.random((len(names), n_products)) < 0.9 if draw(st.booleans()) else True,
        volume=rng.uniform(0.5, 2, n_products),
        lane_capacity=np.where(rng.random((len(lanes), n_periods)) < 0.5, 9.0, np.inf)
        if draw(st.booleans())
        else np.inf,
        throughput_capacity=np.where(rng.random((len(names), n_periods)) < 0.5, 12.0, np.inf)
        if draw(st.booleans())
        else np.inf,
        shelf_life=life if may_perish and draw(st.booleans()) else np.inf,
        timeline=draw(st.sampled_from(["order_first", "receive_first"])),
        unmet_demand=draw(st.sampled_from(["lost", "backlog"])),
        unmet_orders=draw(st.sampled_from(["lost", "backlog"])),
        in_transit_holding="origin",
        storage_capacity=10.0,
        unit_cost=2.0,
        order_cost=1.0,
        lane_cost=0.5,
        unmet_order_cost=0.3,
    )
    orders = rng.uniform(0, 12, (2, scenario.n_routes, n_periods))
    orders *= rng.random(orders.shape) < 0.6
    demand = rng.uniform(0, 10, (2, scenario.n_points, n_periods))
    demand *= rng.random(demand.shape) < 0.7
    return scenario, orders, demand
