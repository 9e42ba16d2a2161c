"""Orders that are fixed stay so, in the program as in closed form; all else fits around them."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.run import simulate
from solver import CannotShip, OrderPlan, WarmStart, optimise
from solver.highs.session import HighsSession, Solution
from tests.support.random_scenarios import SHAPES, random_world
from tests.support.worlds import chain, column, tree, world

BOTH = pytest.mark.parametrize("closed_form", [False, True])


def planned(
    closed_form: bool, scenario: Scenario, safety_stock: Floats, asked: Floats
) -> OrderPlan:
    """By the program, or by the closed form that takes over when time has run out."""
    if not closed_form:
        return optimise(scenario, safety_stock, fixed_orders=asked)
    nothing = Solution("time_limit", None, None, np.inf, -np.inf, 0.0)
    with mock.patch.object(HighsSession, "solve", return_value=nothing):
        found = optimise(scenario, safety_stock, fixed_orders=asked)
    assert found.status == "closed_form"
    return found


def fixed(scenario: Scenario, *orders: tuple[int, int, float]) -> Floats:
    """Orders (route, period, quantity) as an array [A, T], the others free."""
    quantity = np.full((scenario.n_routes, scenario.n_periods), np.nan)
    for route, period, units in orders:
        quantity[route, period] = units
    return quantity


def one_store(**more: object) -> tuple[Scenario, Floats]:
    """Lead time 2, mean 5, 5 on hand and 5 coming in period 1; a safety stock of 3.

    What is ordered now covers periods 0, 1, 2 and 3 in stock: 15 + 3 - 10 = 8, and then 5 each.
    """
    scenario = world(
        ["store"], [("supplier", "store", 2)], mean=5.0, n_periods=8, on_hand=5.0,
        open_orders=[(0, 1, 5.0)], **more,
    )  # fmt: skip
    return scenario, np.full((1, 8), 3.0)


@BOTH
@pytest.mark.parametrize(
    ("units", "first"),
    [(8.0, [8, 5, 5, 5]), (20.0, [20, 0, 0, 3]), (6.0, [6, 7, 5, 5]), (0.0, [0, 13, 5, 5])],
)
def test_later_orders_make_up_for_a_fixed_one(
    closed_form: bool, units: float, first: list[float]
) -> None:
    # 20 are 12 too many: they stand for the next 5, 5 and 2 of 5.
    scenario, safety = one_store(unmet_demand="backlog")
    found = planned(closed_form, scenario, safety, fixed(scenario, (0, 0, units)))
    np.testing.assert_allclose(found.quantity[0, :4], first, atol=1e-6)
    assert found.fixed is not None
    assert found.fixed.sum() == 1


def test_a_sale_lost_for_want_of_the_order_is_not_ordered_later() -> None:
    # Nothing now: the 5 of period 2 are lost, so period 3 needs its 5 and the safety stock of 3.
    scenario, safety = one_store()
    found = optimise(scenario, safety, fixed_orders=fixed(scenario, (0, 0, 0.0)))
    np.testing.assert_allclose(found.quantity[0, :4], [0, 8, 5, 5], atol=1e-6)


@BOTH
def test_a_fixed_order_goes_first_where_the_origin_is_short(closed_form: bool) -> None:
    # The dc holds 10. Both stores want more than that; 8 go to the first one, 2 are left.
    scenario = tree([1, 1], 3, mean=[[[6.0]], [[6.0]]], n_periods=8, on_hand=column([0, 0, 10.0]))
    found = planned(closed_form, scenario, np.zeros((3, 8)), fixed(scenario, (0, 0, 8.0)))
    np.testing.assert_allclose(found.quantity[:2, 0], [8.0, 2.0], atol=1e-6)


@BOTH
def test_what_the_origin_does_not_hold_cannot_be_ordered(closed_form: bool) -> None:
    scenario = chain([1, 2], 3.0, n_periods=6, on_hand=column([4.0, 20.0]))
    with pytest.raises(CannotShip, match="of the 100 units") as caught:
        planned(closed_form, scenario, np.zeros((2, 6)), fixed(scenario, (0, 0, 100.0)))
    np.testing.assert_allclose(caught.value.possible, [20.0], atol=1e-6)


def test_orders_that_fit_one_by_one_must_fit_a_lane_together() -> None:
    scenario = world(
        ["store"], [("supplier", "store", 1)], mean=5.0, n_products=2, n_periods=5,
        lane_capacity=column([10.0]), on_hand=9.0,
    )  # fmt: skip
    safety, asked = np.zeros((2, 5)), fixed(scenario, (0, 0, 7.0), (1, 0, 7.0))
    with pytest.raises(CannotShip) as caught:
        optimise(scenario, safety, fixed_orders=asked)
    assert caught.value.possible.sum() < 10.0 + 1e-6
    half = fixed(scenario, (0, 0, 7.0), (1, 0, 3.0))
    quantity = optimise(scenario, safety, fixed_orders=half).quantity
    np.testing.assert_allclose(quantity[:, 0], [7.0, 3.0])


def test_a_closed_route_ships_nothing() -> None:
    scenario, safety = one_store(max_order_quantity=0.0)
    with pytest.raises(CannotShip):
        optimise(scenario, safety, fixed_orders=fixed(scenario, (0, 0, 1.0)))
    none = optimise(scenario, safety, fixed_orders=fixed(scenario, (0, 0, 0.0)))
    assert none.quantity.sum() == 0.0


def test_an_order_too_late_to_be_of_use_is_placed_nevertheless() -> None:
    scenario, safety = one_store(end_of_life=True, commit_periods=8)
    found = optimise(scenario, 0 * safety, fixed_orders=fixed(scenario, (0, 7, 4.0)))
    assert found.quantity[0, 7] == 4.0


def test_the_cost_of_a_fixed_order_is_paid_in_objective_and_bound() -> None:
    # Fixing what would be ordered anyway changes neither cost nor bound.
    scenario, safety = one_store(order_cost=30.0, order_multiple=4.0, commit_periods=2)
    free = optimise(scenario, safety)
    asked = fixed(scenario, (0, 0, free.quantity[0, 0]), (0, 1, free.quantity[0, 1]))
    found = optimise(scenario, safety, fixed_orders=asked)
    np.testing.assert_allclose(found.quantity, free.quantity, atol=1e-6)
    assert found.objective == pytest.approx(free.objective, rel=1e-9)
    assert found.bound is not None
    assert found.bound == pytest.approx(found.objective, rel=1e-6)
    dearer = optimise(scenario, safety, fixed_orders=asked + np.where(asked > 0, 8.0, 4.0))
    assert dearer.objective > free.objective + 1.0


@pytest.mark.parametrize(
    ("orders", "message"),
    [((0, 1, 2.0), "outside the reviews"), ((0, 0, -1.0), "less than 0"), ((0, 0, np.inf), "inf")],
)
def test_what_is_no_order_of_the_commit_window_is_refused(
    orders: tuple[int, int, float], message: str
) -> None:
    scenario, safety = one_store()
    with pytest.raises(ValueError, match=message):
        optimise(scenario, safety, fixed_orders=fixed(scenario, orders))
    with pytest.raises(ValueError, match="routes x periods"):
        optimise(scenario, safety, fixed_orders=np.zeros((1, 2)))


def test_a_kept_program_forgets_what_was_fixed_and_what_could_not_ship() -> None:
    scenario, safety = random_world(3, "tree", order_multiple=2.0)
    warm_start, nothing = WarmStart(), optimise(scenario, safety).quantity
    assert scenario.routes.origin[0] >= 0
    for units in (2.0, 1e6, 0.0):
        asked = fixed(scenario, (0, 0, units))
        if units > 1e5:
            with pytest.raises(CannotShip):
                optimise(scenario, safety, warm_start=warm_start, fixed_orders=asked)
        else:
            found = optimise(scenario, safety, warm_start=warm_start, fixed_orders=asked)
            assert found.quantity[0, 0] == units
            assert warm_start.highs is not None
    np.testing.assert_allclose(
        optimise(scenario, safety, warm_start=warm_start).quantity, nothing, atol=1e-5
    )


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 2**31),
    shape=st.sampled_from(sorted(SHAPES)),
    timeline=st.sampled_from(["order_first", "receive_first"]),
    unmet=st.sampled_from(["lost", "backlog"]),
    lot=st.sampled_from([0.0, 3.0]),
    review=st.sampled_from([1, 3]),
    closed_form=st.booleans(),
)
def test_fixed_orders_ship_whole_in_any_world(
    seed: int, shape: str, timeline: str, unmet: str, lot: float, review: int, closed_form: bool
) -> None:
    scenario, safety = random_world(
        seed, shape, timeline=timeline, unmet_demand=unmet, unmet_orders=unmet, order_multiple=lot,
        order_cost=2.0, review_period=review, storage_capacity=80.0,
    )  # fmt: skip
    rng = np.random.default_rng(seed)
    asked = np.full((scenario.n_routes, scenario.n_periods), np.nan)
    some = rng.random(scenario.n_routes) < 0.5
    origin = scenario.routes.origin
    # A fifth of what the origin opens with is there for each of up to two routes out of it.
    there = np.where(origin >= 0, scenario.points.on_hand[origin] / 5, 20.0)
    units = rng.uniform(0, 1, scenario.n_routes) * there
    units = np.floor(units / lot) * lot if lot else units
    asked[some, 0] = units[some]
    found = planned(closed_form, scenario, safety, asked)
    np.testing.assert_array_equal(found.quantity[some, 0], units[some])
    path = simulate(scenario, GivenOrders(found.quantity), scenario.mean)
    np.testing.assert_allclose(np.asarray(path.shipped)[some, 0], units[some], atol=1e-5)
    if found.bound is not None:
        assert found.bound <= found.objective + 1e-6 * (1 + abs(found.objective))
