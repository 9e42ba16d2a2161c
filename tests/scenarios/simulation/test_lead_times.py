"""Lead times that change over time."""

import array_api_compat.torch as torch_xp
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import plan
from scenarios.evaluation.audit import audit
from scenarios.examples.bundled import retail_chain
from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.rolling import longer, scenario_at
from scenarios.simulation.run import run, simulate
from scenarios.simulation.step import compile_scenario, initial_state
from solver.closed_form.order_up_to import order_up_to
from tests.support.random_runs import runs
from tests.support.worlds import chain, tree


def one_lane(**more):
    """Lead times 3, 1, 0, 2 and from then on 2."""
    return chain([3], 0.0, lead_time_by_period=np.array([[3, 1, 0, 2]]), **more)


def test_what_is_shipped_takes_the_lead_time_of_its_own_day():
    # 8 leave in t0 and arrive in t3; 4 leave in t1 and arrive in t2: they overtake the 8. What
    # leaves in t2 arrives at once. 1 leaves in t3 and is still under way.
    scenario = one_lane(shelf_life=4)
    orders = np.array([[8.0, 4, 2, 1]])
    result = simulate(scenario, GivenOrders(orders), np.zeros((1, 4)))
    assert result.receipts.tolist() == [[0, 0, 6, 8]]
    assert result.on_way.tolist() == [[8, 12, 8, 1]]
    assert result.order_table()["lead_time"].tolist() == [3, 1, 0, 2]
    assert audit(scenario, result) == ()
    # A run beyond the last period goes on with its lead time.
    more = simulate(scenario, GivenOrders(np.ones((1, 7))), np.zeros((1, 7)))
    assert more.receipts.tolist() == [[0, 0, 2, 1, 0, 1, 1]]
    assert longer(scenario, 6).lead_time_by_period.tolist() == [[3, 1, 0, 2, 2, 2]]


def test_the_audit_catches_goods_that_come_by_another_lead_time():
    scenario = one_lane()
    result = simulate(scenario.replace(lead_time_by_period=None), GivenOrders(np.ones((1, 4))),
                      np.zeros((1, 4)))  # fmt: skip
    assert {v.kind for v in audit(scenario, result)} == {"lead_time"}


def test_a_planner_sees_the_lead_time_in_force_and_no_more():
    scenario = one_lane()
    state = simulate(scenario, GivenOrders(np.array([[8.0, 4]])), np.zeros((1, 2))).final
    today = scenario_at(scenario, state, 2, 2)
    assert today.routes.lead_time.tolist() == [0]
    assert today.lead_time_by_period is None
    # The 4 arrive in the first period of the window, the 8 in the second.
    assert today.scheduled.tolist() == [[4, 8]]
    with pytest.raises(ValueError, match="tables cannot say lead_time_by_period"):
        scenario.to_tables()


def test_plans_are_made_with_the_lead_times_of_the_routes():
    scenario = retail_chain(2)
    slow = np.repeat(scenario.routes.lead_time[:, None] + 1, scenario.n_periods, axis=1)
    expected = plan(scenario, "none").purchase_orders
    found = plan(scenario.replace(lead_time_by_period=slow), "none").purchase_orders
    assert found.equals(expected)


def test_constant_lead_times_by_period_change_nothing():
    scenario = tree([1, 2], 1, 4.0, n_periods=12, on_hand=5.0, n_products=2, shelf_life=[3, 30])
    lead = np.repeat(scenario.routes.lead_time[:, None], 12, axis=1)
    demand = np.random.default_rng(0).uniform(0, 8, (6, 12))
    policy = order_up_to(scenario)
    one = simulate(scenario, policy, demand)
    other = simulate(scenario.replace(lead_time_by_period=lead), policy, demand)
    for name in (*one.POINT_FIELDS, *one.ROUTE_FIELDS):
        assert np.array_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize("lead", [[[1, 1]], [[1, 1, 1, -1]], [[1.5] * 4]])
def test_lead_times_of_another_shape_or_sign_are_refused(lead):
    with pytest.raises(ValueError, match="lead_time_by_period of Scenario: must be whole"):
        chain([1], 1.0, lead_time_by_period=np.array(lead))


@settings(deadline=None, max_examples=80)
@given(runs(), st.integers(0, 10**6))
def test_units_are_conserved_and_the_books_are_sound(case, seed):
    scenario, orders, demand = case
    lead = np.random.default_rng(seed).integers(0, 4, (scenario.n_routes, 8))
    scenario = scenario.replace(lead_time_by_period=lead)
    result = simulate(scenario, GivenOrders(orders), demand)
    inside = scenario.routes.origin >= 0
    bought = np.cumsum(result.shipped[:, ~inside].sum(axis=1), axis=-1)
    gone = np.cumsum((result.sales + result.expired).sum(axis=1), axis=-1)
    there = result.on_hand.sum(axis=1) + result.on_way.sum(axis=1)
    assert np.allclose(result.opening.sum(axis=1)[:, None] + bought - gone, there)
    alone = simulate(scenario, GivenOrders(orders[0]), demand[0])
    assert audit(scenario, alone) == ()
    net = compile_scenario(scenario, torch_xp)
    state = initial_state(scenario, net, batch=(2,))
    steps = run(net, state, GivenOrders(torch.asarray(orders)), torch.asarray(demand))
    for period, after, _ in steps:
        assert np.allclose(after.on_hand, result.on_hand[..., period])
        assert len(after.in_transit) == int(lead.max(initial=0))
