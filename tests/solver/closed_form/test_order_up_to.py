import dataclasses

import array_api_compat.torch as torch_xp
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.model.echelons import echelons
from scenarios.simulation.run import run, simulate
from scenarios.simulation.step import compile_scenario, initial_state
from solver.closed_form.order_up_to import order_up_to
from tests.support.worlds import chain, column, tree, world


def test_one_location_orders_mean_demand_over_its_cover_and_the_safety_stock():
    # Lead 2: the order of t covers t, t+1, t+2 and closes t+2 with the safety stock.
    scenario = chain([2], [[1, 2, 3, 4, 5.0]], n_periods=5, on_hand=3.0, open_orders=[(0, 1, 1.0)])
    safety = np.array([[10, 20, 30, 40, 50.0]])
    policy = order_up_to(scenario, safety)
    # Demand goes on at the mean of the last 5 periods, 3; the safety stock at 50.
    assert policy.targets[:, 0].tolist() == [6 + 30, 9 + 40, 12 + 50, 12 + 50, 11 + 50]
    assert policy(initial_state(scenario), 0).tolist() == [36 - 3 - 1]


def test_a_life_that_ends_needs_no_stock_beyond_it():
    scenario = chain([1], [[1, 2, 3.0]], n_periods=3, end_of_life=True)
    assert order_up_to(scenario, np.full((1, 3), 7.0)).targets[:, 0].tolist() == [10, 12, 3]


def test_an_upstream_order_covers_the_whole_way_to_the_customer():
    # Leads 1 and 2, order_first: the DC covers 1 + 2 + 2 = 5 periods for the store (design: C_1),
    # receive_first one less, for it ships what has just arrived.
    safety = np.array([[1.0] * 9, [10.0] * 9])
    for timeline, cover in (("order_first", 5), ("receive_first", 4)):
        scenario = chain([1, 2], 3.0, n_periods=9, timeline=timeline)
        policy = order_up_to(scenario, safety)
        assert policy.targets[0].tolist() == [2 * 3 + 1, cover * 3 + 1 + 10]


def test_the_dc_of_a_tree_sums_its_stores():
    scenario = tree([0, 2], 1, [[[2.0]], [[3.0]]], n_periods=9, on_hand=column([1, 2, 4]))
    policy = order_up_to(scenario, np.ones((3, 9)))
    # DC, order_first: wait 1 + 1; covers 2 + 0 + 1 periods of store 1, 2 + 2 + 1 of store 2.
    assert policy.targets[0].tolist() == [2 + 1, 9 + 1, 3 * 2 + 5 * 3 + 3]
    # Orders: 3 - 1, 10 - 2, 24 - (1 + 2 + 4)
    assert policy(initial_state(scenario), 0).tolist() == [2, 8, 17]


def test_waiting_customers_and_owed_orders_count():
    scenario = chain(
        [1], 3.0, on_hand=0.0, backlog=4.0, unmet_demand="backlog", unmet_orders="backlog"
    )
    policy, state = order_up_to(scenario), initial_state(scenario)
    assert policy(state, 0).tolist() == [6 + 4]
    assert policy(dataclasses.replace(state, owed=np.array([7.0])), 0).tolist() == [3]


def test_a_point_with_two_suppliers_orders_from_the_cheaper():
    scenario = world(
        ["store"], [("near", "store", 0), ("far", "store", 1)], mean=3.0, lane_cost=column([2, 1])
    )
    assert order_up_to(scenario)(initial_state(scenario), 0).tolist() == [0, 6]


def test_safety_stocks_of_the_wrong_shape_are_refused():
    with pytest.raises(ValueError, match="points x periods"):
        order_up_to(chain([1], 3.0), np.ones(1))


@pytest.mark.parametrize("unmet", ["lost", "backlog"])
@pytest.mark.parametrize("timeline", ["order_first", "receive_first"])
@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=4),
    st.booleans(),
    st.integers(1, 3),
    st.integers(0, 10**6),
)
def test_a_sure_forecast_misses_nothing_and_leaves_the_safety_stock(
    timeline, unmet, leads, branches, review, seed
):
    """Std 0, and every echelon opens with what it needs until its first order is there."""
    rng = np.random.default_rng(seed)
    n_periods = 40
    more = {"timeline": timeline, "review_period": review, "n_periods": n_periods,
            "unmet_demand": unmet, "unmet_orders": unmet, "n_products": 2}  # fmt: skip
    if branches:
        mean = rng.uniform(1, 9, (len(leads), 2, n_periods))
        scenario = tree(leads, int(rng.integers(0, 4)), mean, **more)
    else:
        scenario = chain(leads, rng.uniform(1, 9, (2, n_periods)), **more)
    safety = np.repeat(rng.uniform(0, 5, (scenario.n_points, 1)), n_periods, axis=1)

    pairs = echelons(scenario)
    needed = np.zeros(scenario.n_points)  # by echelon, until the first order has arrived below
    for upper, lower, reach in zip(pairs.upper, pairs.lower, pairs.reach, strict=True):
        needed[upper] += scenario.mean[lower, :reach].sum() + safety[lower, 0]
    on_hand = needed.copy()
    for end, origin in zip(scenario.routes.destination, scenario.routes.origin, strict=True):
        if origin >= 0:
            on_hand[origin] -= needed[end]
    points = dataclasses.replace(scenario.points, on_hand=on_hand)
    scenario = scenario.replace(points=points)

    result = simulate(scenario, order_up_to(scenario, safety), scenario.mean)
    # Where it may owe, an origin is asked at the review for what reaches it before the next one.
    # What it has until then it shares by what is asked, not by what is due first.
    owing = unmet == "backlog" and review > 1
    assert (owing and branches) or np.allclose(result.missed, 0)
    assert owing or np.allclose(result.unmet_orders, 0)
    own = pairs.reach[pairs.upper == pairs.lower]  # in the order of points
    lag = scenario.settings.shipping_lag
    out = np.zeros_like(result.on_hand)
    out[:, : n_periods - 1] = result.shipped_out[:, 1:] if lag else 0.0
    left = result.on_hand - result.backlog - out
    for k in range(scenario.n_points):
        if owing and not scenario.mean[k].any():
            continue  # Its safety stock leaves at the review and is back before the next one.
        if scenario.mean[k].any():  # cycles end just before the next order's receipt
            ends = np.arange(own[k] + review - 1, n_periods - 1, review)
        else:  # upstream: after the last shipment that the order's receipt decides
            ends = np.arange(-(-(own[k] + lag) // review) * review - lag, n_periods - 1, review)
            ends = ends[ends >= 0]
        assert np.allclose(left[k, ends], safety[k, 0]), k
        assert (owing and branches) or (left[k, : n_periods - 1] >= safety[k, 0] - 1e-9).all()


@settings(deadline=None, max_examples=25)
@given(st.booleans(), st.sampled_from(["lost", "backlog"]), st.integers(0, 10**6))
def test_torch_orders_like_numpy_with_safety_stocks_given_before_or_now(branches, unmet, seed):
    rng = np.random.default_rng(seed)
    more = {"n_periods": 10, "on_hand": 9.0, "unmet_demand": unmet, "unmet_orders": unmet,
            "n_products": 2}  # fmt: skip
    scenario = tree([1, 2], 1, 4.0, **more) if branches else chain([1, 0, 2], 4.0, **more)
    safety = np.repeat(rng.uniform(0, 5, (scenario.n_points, 1)), 10, axis=1)
    demand = rng.uniform(0, 9, (3, scenario.n_points, 10)) * scenario.points.sells[:, None]
    expected = simulate(scenario, order_up_to(scenario, safety), demand)

    net, rule = compile_scenario(scenario, torch_xp), order_up_to(scenario, xp=torch)
    now = torch.asarray(safety[:, 0]).requires_grad_()
    state = initial_state(scenario, net, batch=(3,))

    def policy(state, period):
        return rule.orders(state, period, now)

    missed = 0.0
    for period, _, outcome in run(net, state, policy, torch.asarray(demand)):
        assert np.allclose(outcome.orders.detach(), expected.orders[..., period])
        assert np.allclose(outcome.on_hand.detach(), expected.on_hand[..., period])
        missed = missed + outcome.missed.sum() + 0.1 * outcome.on_hand.sum()
    missed.backward()
    assert torch.isfinite(now.grad).all()
    assert now.grad.abs().sum() > 0


LEVELS = {1: 6.49, 2: 12.02, 3: 22.71}


def test_a_serial_system_follows_an_outside_simulation_path_by_path():
    """stockpyl's example_6_1 (Snyder and Shen): N(5, 1), leads 1, 1, 2, echelon base stocks.

    There, orders are placed after demand is seen; ours of the next period know as much, so the
    retailer's lead is one less. Stages above ship at once in stockpyl, but a period later in
    order_first: their leads are one less too, and stock that waits here is in transit there, at
    the same cost.
    """
    pytest.importorskip("stockpyl", reason="stockpyl is not installed, see the README's test line")
    from stockpyl.demand_source import DemandSource
    from stockpyl.instances import load_instance
    from stockpyl.policy import Policy
    from stockpyl.sim import simulation

    n_periods = 120
    demand = np.random.default_rng(1).normal(5, 1, n_periods)
    oracle = load_instance("example_6_1")
    for node in oracle.nodes:
        node.inventory_policy = Policy(type="EBS", base_stock_level=LEVELS[node.index], node=node)
    oracle.nodes_by_index[1].demand_source = DemandSource(type="D", demand_list=list(demand))
    simulation(oracle, n_periods, rand_seed=1, progress_bar=False)
    retailer = oracle.nodes_by_index[1].state_vars
    net_stock = [sum(retailer[t].inventory_level.values()) for t in range(n_periods)]
    cost = [
        sum(node.state_vars[t].total_cost_incurred for node in oracle.nodes)
        for t in range(n_periods)
    ]

    for timeline, leads in (("order_first", [0, 0, 1]), ("receive_first", [0, 1, 2])):
        scenario = serial_example(leads, timeline, n_periods)
        path = np.stack([demand, 0 * demand, 0 * demand])
        result = simulate(scenario, echelon_levels(scenario), path)
        ours = result.on_hand[0] - result.backlog[0]
        assert np.allclose(ours[10:], net_stock[10:])
        if timeline == "order_first":
            assert np.allclose(result.costs.total[10:], cost[10:])


def test_a_serial_system_costs_what_theory_says():
    # Optimal cost 47.65 (Snyder and Shen, example 6.1); 300 paths of 220 periods: +- 0.1.
    scenario = serial_example([0, 0, 1], "order_first", 240)
    demand = np.zeros((300, 3, 240))
    demand[:, 0] = np.random.default_rng(0).normal(5, 1, (300, 240))
    result = simulate(scenario, echelon_levels(scenario), demand, record=False)
    assert result.costs.total[:, 20:].mean() == pytest.approx(47.65, abs=0.15)


def serial_example(leads, timeline, n_periods):
    return chain(
        leads, 5.0, n_periods=n_periods, on_hand=5.0, holding_cost=column([7, 4, 2]),
        missed_sale_cost=37.12, unmet_demand="backlog", unmet_orders="backlog",
        timeline=timeline, in_transit_holding="origin",
    )  # fmt: skip


def echelon_levels(scenario):
    targets = np.tile(list(LEVELS.values()), (scenario.n_periods, 1))
    return dataclasses.replace(order_up_to(scenario), targets=targets)
