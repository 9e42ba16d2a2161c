"""What a scenario opens with: goods owed, stock of known age; and the same when it is rolled on."""

import array_api_compat.torch as torch_xp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.environments.episodes import copies_of
from scenarios.evaluation.audit import audit
from scenarios.model.fingerprint import input_hash
from scenarios.model.opening import Ages
from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.rolling import longer, scenario_at
from scenarios.simulation.run import simulate
from scenarios.simulation.step import compile_scenario, initial_state
from solver.yardsticks.scenario_copies import copies
from tests.support.random_runs import runs
from tests.support.worlds import chain, column, tree


def test_goods_owed_ship_when_the_origin_has_them_and_nobody_orders_again():
    # The DC owes the store 7 and has 4; its own order of 5 arrives in period 1.
    scenario = chain(
        [1, 1], 0.0, on_hand=column([0, 4]), unmet_orders="backlog", owed=np.array([7.0, 0.0])
    )
    orders = np.array([[0.0] * 4, [5.0, 0, 0, 0]])
    result = simulate(scenario, GivenOrders(orders), np.zeros((2, 4)))
    assert result.shipped[0].tolist() == [4, 0, 3, 0]
    assert result.unmet_orders[0].tolist() == [3, 3, 0, 0]
    assert audit(scenario, result) == ()
    # Without the debt the same books ship more than was ordered.
    assert {v.kind for v in audit(scenario.replace(owed=None), result)} == {"not_ordered"}
    # Where unmet orders are cancelled nothing can be owed.
    lost = scenario.replace(unmet_orders="lost")
    assert simulate(lost, GivenOrders(orders), np.zeros((2, 4))).shipped[0].sum() == 0


def test_stock_expires_by_the_life_it_opens_with():
    # 6 units with 1, 2, 3 periods left (1, 2 and 3 units) of a shelf life of 9; nobody buys.
    ages = Ages(np.array([[1.0], [2.0], [3.0]]), ())
    scenario = chain([1], 0.0, n_periods=5, on_hand=6.0, shelf_life=9, opening_ages=ages)
    result = simulate(scenario, GivenOrders(np.zeros((1, 5))), np.zeros((1, 5)))
    assert result.expired.tolist() == [[1, 2, 3, 0, 0]]
    # The oldest are sold first: 2 sold in the first period leave 1 of the second kind.
    sold = simulate(scenario, GivenOrders(np.zeros((1, 5))), np.array([[2.0, 0, 0, 0, 0]]))
    assert sold.expired.tolist() == [[0, 1, 3, 0, 0]]
    # Torch, and a batch of paths, open alike.
    net = compile_scenario(scenario, torch_xp)
    state = initial_state(scenario, net, batch=(4,))
    assert state.ages.on_hand.shape == (9, 4, 1)
    assert state.ages.on_hand[:3, 2, 0].tolist() == [1, 2, 3]


def test_thirteen_units_of_ages_0_to_80_days():
    # Shelf life 90 days: a unit of age a can be sold for 90 - a days more.
    age = np.array([0, 5, 10, 20, 30, 40, 50, 60, 65, 70, 75, 78, 80])
    on_hand = np.bincount(89 - age, minlength=90).astype(float)[:, None]
    scenario = chain(
        [1], 0.0, n_periods=100, on_hand=13.0, shelf_life=90, opening_ages=Ages(on_hand, ())
    )
    result = simulate(scenario, GivenOrders(np.zeros((1, 100))), np.zeros((1, 100)))
    assert np.flatnonzero(result.expired[0]).tolist() == sorted(89 - age)
    assert result.expired.sum() == 13


def test_a_rolled_scenario_goes_on_as_the_whole_one_would():
    # Two products, one of which keeps; a store and a DC that owes; stock of all ages.
    rng = np.random.default_rng(1)
    whole = tree(
        [1, 2], 1, 4.0, n_products=2, n_periods=12, on_hand=9.0, shelf_life=[4, np.inf],
        unmet_orders="backlog", unmet_demand="backlog", backlog=1.0, unit_cost=1.0,
        open_orders=[(4, 1, 5.0)], lead_times=[[1, 1], [2, 2], [1, 1]],
    )  # fmt: skip
    orders, demand = rng.uniform(0, 9, (2, 6, 12))
    demand *= 0.2 * whole.points.sells[:, None]
    first = simulate(whole, GivenOrders(orders[:, :5]), demand[:, :5])
    assert first.final.owed.max() > 1
    rest = scenario_at(whole, first.final, 5, 7)
    assert rest.elapsed == 5
    again = simulate(rest, GivenOrders(orders[:, 5:]), demand[:, 5:])
    straight = simulate(whole, GivenOrders(orders), demand)
    assert straight.expired[:, 5:].sum() > 1
    assert audit(rest, again) == ()
    for name in ("on_hand", "shipped", "expired", "backlog", "unmet_orders"):
        assert np.allclose(getattr(again, name), getattr(straight, name)[:, 5:]), name
    # A shorter window than the shelf life forgets no age.
    short = simulate(
        scenario_at(whole, first.final, 5, 2), GivenOrders(orders[:, 5:7]), demand[:, 5:7]
    )
    assert np.allclose(short.expired, straight.expired[:, 5:7])


def test_goods_that_cannot_expire_within_the_whole_run_stay_durable_in_its_windows():
    whole = chain([1], 0.0, n_products=2, n_periods=8, on_hand=5.0, shelf_life=[3, 20])
    nothing = np.zeros((2, 8))
    first = simulate(whole, GivenOrders(nothing[:, :1]), nothing[:, :1])
    rest = scenario_at(whole, first.final, 1, 7)
    result = simulate(rest, GivenOrders(nothing), nothing[:, 1:])
    assert result.expired.sum(axis=1).tolist() == [5, 0]


def test_copies_open_alike():
    ages = Ages(np.array([[1.0, 0.0], [0.0, 3.0]]), (np.array([[0.0, 0.0], [0.0, 2.0]]),))
    one = chain(
        [1, 0], 1.0, on_hand=column([1, 3]), shelf_life=3, unmet_orders="backlog",
        open_orders=[(1, 0, 2.0)], owed=np.array([6.0, 0.0]), opening_ages=ages,
    )  # fmt: skip
    nothing = np.zeros((2, 4))
    alone = simulate(one, GivenOrders(nothing), nothing)
    assert alone.expired.sum() > 1
    both = copies(one, np.zeros((2, 2, 4)))
    twice = simulate(both, GivenOrders(np.zeros((4, 4))), np.zeros((4, 4)))
    side_by_side = simulate(copies_of(one, 2), GivenOrders(np.zeros((4, 4))), np.zeros((4, 4)))
    for name in ("expired", "on_hand", "shipped"):
        expected = getattr(alone, name)
        assert np.allclose(getattr(twice, name), np.tile(expected, (2, 1)))
        assert np.allclose(getattr(side_by_side, name), np.repeat(expected, 2, axis=0))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"owed": np.ones(3)}, "owed must be 1 quantities"),
        ({"owed": np.array([-1.0])}, "owed must be 1 quantities"),
        ({"opening_ages": Ages(np.ones(3), ())}, "opening_ages must be quantities"),
        ({"opening_ages": Ages(np.ones((2, 1)), ())}, "does not add up to on_hand"),
        ({"opening_ages": Ages(np.eye(4)[3:].T * 5.0, ())}, "more life left"),
        (
            {"opening_ages": Ages(np.array([[5.0]]), (np.array([[4.0]]),))},
            "does not add up to open_orders",
        ),
    ],
)
def test_an_opening_that_cannot_be_is_refused(changes, message):
    scenario = chain([1], 1.0, on_hand=5.0, shelf_life=3, open_orders=[(0, 0, 2.0)])
    with pytest.raises(ValueError, match=message):
        scenario.replace(**changes)


def test_tables_refuse_what_they_cannot_say():
    scenario = chain([1], 1.0, on_hand=5.0, shelf_life=3)
    plain = scenario.replace(owed=np.zeros(1), opening_ages=Ages(np.zeros((1, 1)), ()), elapsed=3)
    assert "inventory" in plain.to_tables()
    aged = scenario.replace(opening_ages=Ages(np.array([[5.0]]), ()), owed=np.ones(1))
    with pytest.raises(ValueError, match="tables cannot say owed, opening_ages of a scenario"):
        aged.to_tables()
    hashes = {input_hash(s) for s in (scenario, aged, scenario.replace(owed=np.ones(1)))}
    assert len(hashes) == 3
    assert longer(aged, 9).opening_ages is aged.opening_ages


@settings(deadline=None, max_examples=80)
@given(runs(), st.integers(1, 7), st.integers(1, 3), st.sampled_from(["proportional", "in_order"]))
def test_any_world_goes_on_from_any_period_as_if_it_had_not_been_rolled(case, cut, check, sharing):
    whole, orders, demand = case
    whole = whole.replace(expiry_check=check, sharing=sharing)
    straight = simulate(whole, GivenOrders(orders[0]), demand[0])
    state = simulate(whole, GivenOrders(orders[0, :, :cut]), demand[0, :, :cut]).final
    rest = scenario_at(whole, state, cut, 8)
    again = simulate(rest, GivenOrders(orders[0, :, cut:]), demand[0, :, cut:])
    for name in (*again.POINT_FIELDS, *again.ROUTE_FIELDS):
        assert np.allclose(getattr(again, name), getattr(straight, name)[:, cut:]), name
    assert audit(rest, again) == ()
