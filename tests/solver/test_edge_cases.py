"""Corners of the order model: closed ways, dear ways, waiting customers, failing solvers."""

from __future__ import annotations

import numpy as np
import pytest

from brain import Analytic
from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.run import simulate
from solver.closed_form.order_up_to import order_up_to
from solver.highs import session as highs
from solver.optimiser import WarmStart, optimise
from solver.options import SolverOptions
from tests.support.random_scenarios import SHAPES, random_world
from tests.support.worlds import chain, column, world

TWO_WAYS = [("near", "store", 1), ("far", "store", 4)]


def test_a_closed_cheap_way_does_not_make_the_open_one_look_dear() -> None:
    # Opening 5; the order of day 0 covers days 0 and 1 and the buffer of 6: 16 - 5 = 11, then 5.
    scenario = world(
        ["store"],
        [("near", "store", 1), ("far", "store", 1)],
        mean=5.0,
        std=2.0,
        n_periods=14,
        on_hand=5.0,
        lane_cost=column([100.0, 1.0]),
        max_order_quantity=column([np.inf, 0.0]),
    )
    plan = optimise(scenario, np.full((1, 14), 6.0))
    assert plan.quantity[0] == pytest.approx([11.0] + 13 * [5.0])


@pytest.mark.parametrize(("near", "hurried"), [(9.0, 15.0), (13.0, 0.0)])
def test_a_dear_way_saves_a_sale_only_for_less_than_the_sale_is_worth(
    near: float, hurried: float
) -> None:
    # A lost sale costs 10. The far way (lead 4, cost 1) misses days 1-3, 5 units each; the near
    # one costs 8 more a unit, which is worth it, or 12 more, which is not.
    scenario = world(
        ["store"], TWO_WAYS, mean=5.0, n_periods=12, on_hand=5.0, lane_cost=column([near, 1.0])
    )
    plan = optimise(scenario, np.zeros((1, 12)))
    assert plan.quantity[0].sum() == pytest.approx(hurried, abs=1e-6)


def test_customers_who_wait_where_nothing_is_forecast_are_planned_for() -> None:
    # 30 customers wait at the DC, which holds 20 and sends 10 of them on in the first two days.
    scenario = chain(
        [1, 2],
        mean=5.0,
        n_periods=10,
        on_hand=column([5.0, 20.0]),
        backlog=column([0.0, 30.0]),
        unmet_demand="backlog",
    )
    plan = optimise(scenario, np.zeros((2, 10)))
    assert plan.status == "optimal"
    run = simulate(scenario, GivenOrders(plan.quantity), scenario.mean)
    assert np.allclose(run.shipped, plan.quantity)
    assert run.backlog[1, 2:].max() == pytest.approx(0.0, abs=1e-6)


def test_holding_in_transit_that_every_unit_pays_changes_no_order() -> None:
    for hold in ("none", "origin", "destination"):
        scenario = chain(
            [3, 4],
            mean=10.0,
            std=4.0,
            n_periods=28,
            holding_cost=column([1.0, 0.6]),
            missed_sale_cost=50.0,
            on_hand=column([60.0, 90.0]),
            in_transit_holding=hold,
        )
        safety = Analytic()(scenario).quantity
        rule = simulate(scenario, order_up_to(scenario, safety), scenario.mean).shipped
        assert np.allclose(optimise(scenario, safety).quantity, rule, atol=1e-5)


def test_holding_in_transit_makes_the_shorter_way_the_cheaper_one() -> None:
    # Far costs 1 + 4 days under way at 1 a day, near 2 + 1.
    scenario = world(
        ["store"],
        TWO_WAYS,
        mean=5.0,
        n_periods=12,
        on_hand=40.0,
        lane_cost=column([2.0, 1.0]),
        in_transit_holding="destination",
    )
    plan = optimise(scenario, np.zeros((1, 12)))
    assert plan.quantity[0].sum() > 0
    assert plan.quantity[1].sum() == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("review", [2, 3, 7])
@pytest.mark.parametrize("timeline", ["order_first", "receive_first"])
def test_program_and_closed_form_agree_on_safety_stocks_that_change(
    review: int, timeline: str
) -> None:
    days = np.arange(42)
    scenario = chain(
        [2, 3],
        mean=10 + 3 * np.sin(days),
        std=np.where(days < 20, 2.0, 6.0),
        n_periods=42,
        holding_cost=column([1.0, 0.6]),
        missed_sale_cost=50.0,
        on_hand=column([160.0, 190.0]),
        review_period=review,
        timeline=timeline,
    )
    safety = Analytic()(scenario).quantity
    rule = simulate(scenario, order_up_to(scenario, safety), scenario.mean).shipped
    assert np.allclose(optimise(scenario, safety).quantity, rule, atol=1e-5)


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_the_fallback_owes_nothing_between_reviews(
    shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario, safety = random_world(
        3, shape, n_periods=20, on_hand=20.0, unmet_orders="backlog", review_period=3
    )
    nothing = highs.Solution("time_limit", None, None, np.inf, -np.inf, 0.0)
    monkeypatch.setattr(highs.HighsSession, "solve", lambda self, limit: nothing)
    plan = optimise(scenario, safety)
    run = simulate(scenario, GivenOrders(plan.quantity), scenario.mean)
    assert plan.status == "closed_form"
    assert np.allclose(run.shipped, plan.quantity)


def test_threads_may_change_from_call_to_call() -> None:
    scenario, safety = random_world(1, "tree", storage_capacity=200.0)
    warm_start, found = WarmStart(), []
    for threads in (1, 2, 1):
        for keeper in (None, warm_start):
            plan = optimise(scenario, safety, SolverOptions(threads=threads), warm_start=keeper)
            assert plan.status == "optimal"
            found.append(plan.objective)
    assert found == pytest.approx([found[0]] * 6, rel=1e-6)


def test_a_solver_that_fails_is_not_called_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, safety = random_world(1, "chain")
    nothing = highs.Solution("error", None, None, np.inf, -np.inf, 0.0)
    monkeypatch.setattr(highs.HighsSession, "solve", lambda self, limit: nothing)
    plan = optimise(scenario, safety)
    assert plan.status == "closed_form"
    assert "error" in plan.message
    assert "Time ran out" not in plan.message


def test_lots_are_kept_when_time_runs_out_while_rounding(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, safety = random_world(
        2, "tree", order_multiple=5.0, order_cost=3.0, storage_capacity=300.0
    )
    solve, calls = highs.HighsSession.solve, []

    def only_once(self: highs.HighsSession, limit: float) -> highs.Solution:
        calls.append(limit)
        if len(calls) == 1:
            return solve(self, limit)
        return highs.Solution("time_limit", None, None, np.inf, -np.inf, 0.0)

    monkeypatch.setattr(highs.HighsSession, "solve", only_once)
    plan = optimise(scenario, safety, SolverOptions(time_limit=5.0))
    assert len(calls) > 1
    assert max(calls) <= 5.0
    assert np.allclose(plan.quantity[:, 0] % 5, 0.0)
    run = simulate(scenario, GivenOrders(plan.quantity), scenario.mean)
    assert np.allclose(run.shipped, plan.quantity, atol=1e-5)
    assert plan.bound is not None
    assert plan.bound <= plan.objective


@pytest.mark.parametrize("seed", [2, 14, 20])
def test_the_gap_asked_for_is_reached_if_time_allows(seed: int) -> None:
    # Scarce stock: most of the model's objective is the surcharge on lost sales, beside which any
    # gap looks small.
    scenario, safety = random_world(
        seed, "tree", order_cost=500.0, on_hand=5.0, commit_periods=2, end_of_life=True
    )
    plan = optimise(scenario, safety, SolverOptions(gap=0.005, time_limit=30.0))
    assert plan.surcharge > plan.objective
    assert plan.gap is not None
    assert plan.gap <= 0.005
    assert plan.status in ("optimal", "gap_reached")


def test_a_second_source_with_lots_may_order_all_that_is_needed_below_it() -> None:
    # The cheap lane carries 3 units; 11 + 3 (day 1) + 3 (day 3) leave 3 of the 20 that days 0-3
    # sell to the DC, 2 a unit dearer, whose order of day 0 can be sold in day 2.
    scenario = world(
        ["store", "dc"],
        [("supplier", "store", 1), ("dc", "store", 0), ("supplier", "dc", 1)],
        mean=np.array([5.0, 0.0])[:, None, None],
        n_periods=12,
        missed_sale_cost=100.0,
        on_hand=column([11.0, 0.0]),
        lane_cost=column([1.0, 2.0, 1.0]),
        lane_capacity=column([3.0, np.inf, np.inf]),
        order_multiple=column([0.0, 0.0, 1.0]),
        order_cost=column([0.0, 0.0, 10.0]),
        review_period=2,
        holding_cost=column([1.0, 0.5]),
    )
    plan = optimise(scenario, np.zeros((2, 12)), SolverOptions(gap=1e-6))
    assert plan.quantity[:, 0] == pytest.approx([3.0, 0.0, 3.0])
    assert plan.surcharge == pytest.approx(0.0, abs=1e-6)  # nothing is lost


@pytest.mark.parametrize("volume", [0.0, 1.0])
def test_nothing_is_ordered_over_a_lane_on_days_when_it_is_closed(volume: float) -> None:
    capacity = np.full((1, 10), np.inf)
    capacity[0, [0, 3, 4]] = 0.0
    scenario = chain([1], mean=5.0, n_periods=10, lane_capacity=capacity, volume=volume)
    quantity = optimise(scenario, np.zeros((1, 10))).quantity[0]
    assert quantity[[0, 3, 4]].tolist() == [0.0, 0.0, 0.0]
    # What days 4 and 5 sell was brought before, on day 2.
    assert quantity[2] == pytest.approx(15.0)
