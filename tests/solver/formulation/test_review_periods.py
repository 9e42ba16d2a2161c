"""Where origins owe what they cannot ship, a review orders all that is to ship until the next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.evaluation.discounted_profit import LinearCost
from scenarios.model.scenario import Scenario
from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.run import simulate
from solver.closed_form.order_up_to import order_up_to
from solver.formulation.assemble import assemble
from solver.formulation.model_data import prepare
from solver.formulation.pyomo_model import build_model
from solver.formulation.review_periods import orders_of
from solver.highs.session import HighsSession
from solver.optimiser import optimise
from solver.options import SolverOptions
from solver.program.lot_rules import lot_rules
from solver.yardsticks.hindsight_lp import hindsight
from solver.yardsticks.two_stage_lp import first_orders
from tests.solver.formulation.test_statements_agree import solve_file
from tests.support.random_scenarios import SHAPES, random_world
from tests.support.worlds import chain, column

OWING = {"unmet_orders": "backlog", "unmet_demand": "backlog"}


def store_and_dc(**more: Any) -> Scenario:
    """5 a day, a review every 3 days, lead times 1; what arrives can be shipped on a day later.

    What the DC orders on day 0 arrives on day 1, leaves on day 2 and is sold from day 3 on, when
    the 15 units that are there at the start are used up.
    """
    return chain(
        [1, 1], 5.0, n_periods=12, review_period=3, on_hand=column([10.0, 5.0]),
        holding_cost=column([1.0, 0.5]), **{**OWING, **more},
    )  # fmt: skip


def test_orders_of_a_review_are_the_shipments_until_the_next() -> None:
    review = np.array([0, 0, 0, 3, 3])
    assert orders_of(review, np.array([[1.0, 2, 3, 4, 5]])).tolist() == [[6, 0, 0, 9, 0]]
    same = np.ones((2, 5))
    assert orders_of(np.arange(5), same) is same


def test_goods_that_reach_the_dc_between_reviews_leave_before_the_next() -> None:
    # The DC orders 15 a review. On day 0 the store asks for the DC's 5 and for the 5 that have to
    # leave on day 2; the 10 for days 4 and 5 stay at the DC, where they are held for less, until
    # the next review. From then on the store asks for 15: 10 are there, 5 leave two days later.
    scenario = store_and_dc()
    none = np.zeros((2, 12))
    plan = optimise(scenario, none)
    assert plan.status == "optimal"
    assert plan.quantity[:, :7].tolist() == [[10, 0, 0, 15, 0, 0, 15], [15, 0, 0, 15, 0, 0, 15]]
    run = simulate(scenario, GivenOrders(plan.quantity), scenario.mean)
    assert run.shipped[0, :9].tolist() == [5, 0, 5, 10, 0, 5, 10, 0, 5]
    assert run.on_hand[0, :9].tolist() == [5, 5, 0, 0, 5, 0, 0, 5, 0]
    assert run.on_hand[1, :9].tolist() == [0, 15, 10, 0, 15, 10, 0, 15, 10]
    assert run.missed.max() == 0
    rule = simulate(scenario, order_up_to(scenario), scenario.mean)
    assert rule.orders[:, :7].tolist() == plan.quantity[:, :7].tolist()


def test_without_debts_they_wait_for_the_review() -> None:
    # The 15 of day 1 leave on day 3 and arrive on day 4: day 3 goes without.
    scenario = store_and_dc(unmet_orders="lost")
    plan = optimise(scenario, np.zeros((2, 12)))
    run = simulate(scenario, GivenOrders(plan.quantity), scenario.mean)
    assert plan.quantity[0, 0] == 5
    assert run.missed[0, 3] == 5


def test_what_a_full_lane_leaves_behind_ships_the_days_after() -> None:
    # The lane carries a day's demand a day, and the review is every third day: 15 are ordered.
    scenario = chain(
        [1], 5.0, n_periods=9, review_period=3, on_hand=5.0, lane_capacity=5.0, **OWING
    )
    plan = optimise(scenario, np.zeros((1, 9)))
    assert plan.quantity[0].tolist() == [15, 0, 0, 15, 0, 0, 15, 0, 0]
    run = simulate(scenario, GivenOrders(plan.quantity), scenario.mean)
    assert run.shipped[0].tolist() == [5] * 9
    assert run.missed.max() == 0


def test_the_largest_order_counts_for_all_of_its_shipments() -> None:
    scenario = store_and_dc(max_order_quantity=column([12.0, np.inf]))
    plan = optimise(scenario, np.zeros((2, 12)))
    assert plan.quantity[0].tolist() == [12, 0, 0] * 4


def test_lots_are_those_of_the_whole_order() -> None:
    # Of the 10 wanted on day 0, lots of 8 allow 8 or 16.
    scenario = store_and_dc(order_multiple=column([8.0, 0.0]))
    plan = optimise(scenario, np.zeros((2, 12)), SolverOptions(gap=1e-6))
    assert plan.quantity[0, 0] in (8, 16)


def test_the_stochastic_program_orders_for_all_days_until_the_next_review() -> None:
    scenario = store_and_dc()
    assert first_orders(scenario, np.stack([scenario.mean] * 2)) == pytest.approx([10, 15])


def test_in_hindsight_nothing_leaves_unordered() -> None:
    # Held at 1 a unit and day at either place, and 100 for each day that a customer waits.
    scenario = store_and_dc()
    cost = LinearCost(on_hand=1.0, backlog=100.0)
    best = hindsight(scenario, cost, scenario.mean[None])
    assert (best.quantity[0][:, np.arange(12) % 3 != 0] == 0).all()
    run = simulate(scenario, GivenOrders(best.quantity[0]), scenario.mean)
    assert run.missed.max() == pytest.approx(0)


owing = given(
    seed=st.integers(0, 10_000),
    shape=st.sampled_from(sorted(SHAPES)),
    timeline=st.sampled_from(["order_first", "receive_first"]),
    unmet=st.sampled_from(["lost", "backlog"]),
    review=st.integers(2, 4),
)


@settings(deadline=None, max_examples=30)
@owing
def test_program_and_closed_form_order_the_same_in_chains(
    seed: int, shape: str, timeline: str, unmet: str, review: int
) -> None:
    shape = {"tree": "chain", "selling_dc": "long", "two_sources": "single"}.get(shape, shape)
    scenario, safety = random_world(
        seed, shape, n_periods=24, timeline=timeline, unmet_demand=unmet, review_period=review,
        unmet_orders="backlog", on_hand=400.0,
    )  # fmt: skip
    plan = optimise(scenario, safety)
    rule = simulate(scenario, order_up_to(scenario, safety), scenario.mean)
    assert np.allclose(plan.quantity, rule.orders, atol=1e-4)


@settings(deadline=None, max_examples=15)
@owing
def test_arrays_and_pyomo_agree_on_lots(
    seed: int, shape: str, timeline: str, unmet: str, review: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    rng = np.random.default_rng(seed)
    scenario, safety = random_world(
        seed, shape, timeline=timeline, unmet_demand=unmet, review_period=review,
        unmet_orders="backlog", on_hand=rng.uniform(0, 60, (len(SHAPES[shape][0]), 2)),
        lane_capacity=column(rng.uniform(5, 60, len(SHAPES[shape][1]))),
        order_multiple=7.0, min_order_quantity=14.0, max_order_quantity=70.0, order_cost=9.0,
    )  # fmt: skip
    options = SolverOptions(gap=1e-6)
    data = prepare(scenario, safety, options)
    folder: Path = tmp_path_factory.mktemp("lp")
    relaxed = HighsSession(assemble(data)).solve(60)
    assert relaxed.objective == pytest.approx(solve_file(build_model(data), folder), rel=1e-6)
    exact = solve_file(build_model(data, lot_rules(scenario, data)), folder)
    plan = optimise(scenario, safety, options)
    assert plan.bound is not None
    assert plan.bound + plan.surcharge <= exact * (1 + 1e-6) + 1e-3
    assert plan.objective + plan.surcharge <= exact + 1e-4 * abs(exact) + 1e-2
    first = plan.quantity[:, 0]
    assert np.allclose(first / 7, np.round(first / 7))
    assert ((first == 0) | ((first >= 14) & (first <= 70))).all()
