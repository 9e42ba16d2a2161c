"""Who gets what of an origin's stock that is too little, when destinations come one by one."""

import dataclasses

import array_api_compat.torch as torch_xp
import numpy as np
import pandas as pd
import torch
from hypothesis import given, settings

from scenarios.evaluation.audit import audit
from scenarios.model.scenario import Scenario
from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.queues import queues
from scenarios.simulation.run import run, simulate
from scenarios.simulation.step import compile_scenario, initial_state, period_costs
from tests.support.random_runs import runs
from tests.support.worlds import column, tree


def test_the_first_store_takes_what_it_asks_and_the_next_what_is_left():
    # 10 units at the DC; the stores ask 7, 8 and 2.
    scenario = tree([1, 1, 1], 1, 0.0, on_hand=column([0, 0, 0, 10]), sharing="in_order")
    orders = np.repeat([[7.0], [8.0], [2.0], [0.0]], 4, axis=1)
    result = simulate(scenario, GivenOrders(orders), np.zeros((4, 4)))
    assert result.shipped[:, 0].tolist() == [7, 3, 0, 0]
    assert audit(scenario, result) == ()


def test_what_is_owed_goes_first():
    # t0: 10 units, 7 and 8 asked: 7 and 3 ship, 5 are owed to store 2. The DC gets 9 in t1.
    # t2 ships them: first the 5 owed to store 2, then 4 of store 1's new 6, none of store 2's 3.
    scenario = tree(
        [1, 1], 1, 0.0, on_hand=column([0, 0, 10]), sharing="in_order", unmet_orders="backlog"
    )
    orders = np.array([[7.0, 0, 6, 0], [8.0, 0, 3, 0], [9.0, 0, 0, 0]])
    result = simulate(scenario, GivenOrders(orders), np.zeros((3, 4)))
    assert result.shipped[:2].tolist() == [[7, 0, 4, 0], [3, 0, 5, 0]]
    assert result.final.owed.tolist() == [2, 3, 0]
    # In proportion, 9 units meet 6 asked by store 1 and 5 + 3 of store 2 ...
    shared = simulate(scenario.replace(sharing="proportional"), GivenOrders(orders),
                      np.zeros((3, 4)))  # fmt: skip
    # ... after 10 of 15 went out alike in t0: 2 1/3 and 2 2/3 are owed.
    assert np.allclose(shared.shipped[:2, 2], 9 / 14 * np.array([6 + 7 / 3, 3 + 8 / 3]))


def test_the_order_is_that_of_the_locations_table():
    place = ["dc", "zoo", "airport"]
    tables = {
        "products": pd.DataFrame({"product": ["P"], "missed_sale_cost": [5], "holding_cost": [1]}),
        "locations": pd.DataFrame({"location": place}),
        "lanes": pd.DataFrame(
            {"origin": ["dc", "dc", "S"], "destination": ["airport", "zoo", "dc"], "lead_time": 1}
        ),
        "forecast": pd.DataFrame(
            {"product": "P", "location": ["airport", "zoo"] * 3, "mean": 1.0,
             "date": np.repeat(pd.date_range("2026-01-05", periods=3), 2)}
        ),
        "inventory": pd.DataFrame({"product": "P", "location": ["dc"], "on_hand": [5.0]}),
    }  # fmt: skip
    scenario = Scenario.from_tables(tables, {"sharing": "in_order"})
    result = simulate(scenario, GivenOrders(np.full((3, 3), 4.0)), np.zeros((3, 3)))
    table = result.order_table()
    first = table[table["date"] == "2026-01-05"].set_index("destination")["shipped"]
    assert (first["zoo"], first["airport"]) == (4, 1)


def test_queues_of_unequal_length_are_served_each_from_its_own_stock():
    # Point 0 supplies routes 1, 4, 5; point 2 supplies route 0; route 2 comes from outside.
    made = queues(np, np.array([2, 0, -1, 3, 0, 0]), 4)
    asked = np.array([[5.0, 2, 9, 1, 2, 2], [1.0, 1, 1, 1, 1, 1]])
    stock = np.array([[3.0, 8, 4, 0], [9.0, 9, 9, 9]])
    assert made.serve(asked, stock).tolist() == [[4, 2, 0, 0, 1, 0], [1, 1, 0, 1, 1, 1]]


@settings(deadline=None, max_examples=100)
@given(runs())
def test_never_more_ships_than_is_asked_or_there(case):
    scenario, orders, demand = case
    scenario = scenario.replace(sharing="in_order")
    for path in range(2):
        result = simulate(scenario, GivenOrders(orders[path]), demand[path])
        assert audit(scenario, result) == ()
        assert (result.unmet_orders >= -1e-9).all()
        assert (result.shipped >= 0).all()


@settings(deadline=None, max_examples=60)
@given(runs())
def test_nobody_gets_anything_after_one_who_did_not_get_all(case):
    scenario, orders, demand = case
    free = dataclasses.replace(
        scenario.lanes, capacity=np.full_like(scenario.lanes.capacity, np.inf)
    )
    scenario = scenario.replace(sharing="in_order", unmet_orders="lost", lanes=free)
    result = simulate(scenario, GivenOrders(orders), demand)
    origin = scenario.routes.origin
    for point in np.unique(origin[origin >= 0]):
        line = np.flatnonzero(origin == point)
        short = np.cumsum(result.unmet_orders[:, line], axis=1) > 1e-9
        assert (result.shipped[:, line[1:]][short[:, :-1]] <= 1e-9).all()


@settings(deadline=None, max_examples=60)
@given(runs(may_perish=False))
def test_where_nobody_is_short_the_order_makes_no_difference(case):
    scenario, orders, demand = case
    # A throughput that is short is shared, too.
    unlimited = np.full(scenario.locations.throughput_capacity.shape, np.inf)
    plenty = scenario.replace(
        points=dataclasses.replace(scenario.points, on_hand=np.full(scenario.n_points, 1e4)),
        locations=dataclasses.replace(scenario.locations, throughput_capacity=unlimited),
    )
    one = simulate(plenty.replace(sharing="in_order"), GivenOrders(orders), demand)
    other = simulate(plenty, GivenOrders(orders), demand)
    assert np.allclose(one.shipped, other.shipped)


@settings(deadline=None, max_examples=40)
@given(runs())
def test_numpy_and_torch_agree_in_order(case):
    scenario, orders, demand = case
    scenario = scenario.replace(sharing="in_order")
    expected = simulate(scenario, GivenOrders(orders), demand)
    net = compile_scenario(scenario, torch_xp)
    asked = torch.asarray(orders).requires_grad_()
    total = torch.zeros(2, dtype=torch.float64)
    state = initial_state(scenario, net, batch=(2,))
    for period, after, outcome in run(net, state, GivenOrders(asked), torch.asarray(demand)):
        assert np.allclose(outcome.shipped.detach(), expected.shipped[..., period])
        assert np.allclose(after.on_hand.detach(), expected.on_hand[..., period])
        total = total + period_costs(net, outcome, period).total
    if scenario.n_routes:
        total.sum().backward()
        assert torch.isfinite(asked.grad).all()
