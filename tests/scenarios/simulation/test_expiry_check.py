"""Expired goods that are looked for every few periods only."""

import dataclasses

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.evaluation.audit import audit
from scenarios.model.opening import Ages
from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.rolling import scenario_at
from scenarios.simulation.run import simulate
from tests.support.random_runs import runs
from tests.support.worlds import chain


def play(scenario, demand, orders=0.0):
    shape = (scenario.n_points, scenario.n_periods)
    return simulate(
        scenario, GivenOrders(np.broadcast_to(orders, shape)), np.broadcast_to(demand, shape)
    )


def test_expired_goods_stay_and_are_sold_until_the_next_check():
    # 6 units that can be sold in t0 only; checks at the end of t2 and t5; one buyer a period.
    ages = Ages(np.array([[6.0]]), ())
    scenario = chain(
        [1], 1.0, n_periods=6, on_hand=6.0, shelf_life=2, opening_ages=ages, unit_cost=2.0
    )
    late = play(scenario.replace(expiry_check=3), 1.0)
    assert late.expired.tolist() == [[0, 0, 3, 0, 0, 0]]
    assert late.sales.tolist() == [[1, 1, 1, 0, 0, 0]]
    assert late.on_hand.tolist() == [[5, 4, 0, 0, 0, 0]]
    assert late.costs.holding.tolist() == [5, 4, 0, 0, 0, 0]
    assert late.costs.scrap.tolist() == [0, 0, 6, 0, 0, 0]
    at_once = play(scenario, 1.0)
    assert at_once.expired.tolist() == [[5, 0, 0, 0, 0, 0]]


def test_what_has_expired_is_sold_before_what_is_fresh():
    # 2 units expired after t0, 4 came fresh in t1 with a life of 3: they last to the end of t3,
    # and the check there takes what is left of both.
    ages = Ages(np.array([[2.0]]), ())
    scenario = chain(
        [1], 1.0, n_periods=6, on_hand=2.0, shelf_life=3, opening_ages=ages, expiry_check=4
    )
    result = play(scenario, [[0, 0, 3, 0, 0, 0]], [[4, 0, 0, 0, 0, 0]])
    assert result.on_hand.tolist() == [[2, 6, 3, 0, 0, 0]]
    assert result.expired.tolist() == [[0, 0, 0, 3, 0, 0]]


def test_a_rolled_scenario_keeps_the_phase_of_the_check():
    scenario = chain([1], 1.0, n_periods=8, on_hand=5.0, shelf_life=2, expiry_check=3)
    whole = play(scenario, 0.0)
    assert whole.expired.tolist() == [[0, 0, 5, 0, 0, 0, 0, 0]]
    nothing = GivenOrders(np.zeros((1, 8)))
    for period in (1, 2):
        state = simulate(scenario, nothing, np.zeros((1, period))).final
        rest = play(scenario_at(scenario, state, period, 8), 0.0)
        assert rest.expired.tolist() == whole.expired[:, period:].tolist()
        assert audit(rest.scenario, rest) == ()


def test_the_audit_knows_when_goods_were_looked_for():
    scenario = chain([1], 0.0, n_periods=6, on_hand=5.0, shelf_life=2, expiry_check=3)
    result = play(scenario, 0.0)
    assert result.on_hand.tolist() == [[5, 5, 0, 0, 0, 0]]
    assert audit(scenario, result) == ()
    # The same books break the rule where every period ends with a check, and where the check of
    # t2 found nothing.
    assert {v.kind for v in audit(scenario.replace(expiry_check=1), result)} == {"shelf_life"}
    kept = dataclasses.replace(result, on_hand=np.full((1, 6), 5.0), expired=np.zeros((1, 6)))
    assert {v.kind for v in audit(scenario, kept)} == {"shelf_life"}


@settings(deadline=None, max_examples=60)
@given(runs(), st.integers(2, 5), st.integers(0, 4))
def test_books_balance_and_fewer_checks_scrap_no_earlier(case, check, elapsed):
    scenario, orders, demand = case
    scenario = scenario.replace(expiry_check=check, elapsed=elapsed)
    result = simulate(scenario, GivenOrders(orders[0]), demand[0])
    between = (np.arange(1, 9) + elapsed) % check != 0
    assert (result.expired[:, between] == 0).all()
    assert audit(scenario, result) == ()
