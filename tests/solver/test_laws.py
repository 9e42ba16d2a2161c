"""What orders must obey, whatever the instance."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from scenarios.simulation.rolling import scenario_at
from scenarios.simulation.run import simulate
from scenarios.simulation.step import compile_scenario, initial_state, period_costs, step
from solver.closed_form.order_up_to import order_up_to
from solver.optimiser import WarmStart, optimise
from solver.options import SolverOptions
from tests.support.random_scenarios import SHAPES, UNCOUPLED, random_world
from tests.support.waiting import HANG
from tests.support.worlds import chain, column, tree, world

TIGHT = SolverOptions(gap=1e-6, time_limit=HANG)
seeds = st.integers(0, 10_000)


def carried_out(scenario: Scenario, quantity: Floats) -> Floats:
    """What ships [A, T] when the orders meet exactly the mean demand."""
    return np.asarray(simulate(scenario, lambda state, t: quantity[:, t], scenario.mean).shipped)


@settings(deadline=None, max_examples=60)
@given(
    seed=seeds,
    shape=st.sampled_from(UNCOUPLED),
    timeline=st.sampled_from(["order_first", "receive_first"]),
    unmet=st.sampled_from(["lost", "backlog"]),
    review=st.integers(1, 3),
)
def test_program_and_closed_form_ship_the_same(
    seed: int, shape: str, timeline: str, unmet: str, review: int
) -> None:
    scenario, safety = random_world(
        seed,
        shape,
        n_periods=24,
        timeline=timeline,
        unmet_demand=unmet,
        review_period=review,
        on_hand=400.0,
    )
    plan = optimise(scenario, safety, TIGHT)
    rule = simulate(scenario, order_up_to(scenario, safety), scenario.mean).shipped
    assert np.allclose(plan.quantity, rule, atol=1e-5)


@settings(deadline=None, max_examples=40)
@given(
    seed=seeds,
    shape=st.sampled_from(sorted(SHAPES)),
    timeline=st.sampled_from(["order_first", "receive_first"]),
    unmet=st.sampled_from(["lost", "backlog"]),
)
def test_orders_ship_in_full(seed: int, shape: str, timeline: str, unmet: str) -> None:
    rng = np.random.default_rng(seed)
    scenario, safety = random_world(
        seed,
        shape,
        timeline=timeline,
        unmet_demand=unmet,
        on_hand=float(rng.uniform(0, 40)),
        storage_capacity=column(rng.uniform(20, 300, len(SHAPES[shape][0]))),
        lane_capacity=column(rng.uniform(10, 60, len(SHAPES[shape][1]))),
        order_multiple=1.0,
    )
    plan = optimise(scenario, safety, TIGHT)
    assert np.allclose(carried_out(scenario, plan.quantity), plan.quantity, atol=1e-5)


@settings(deadline=None, max_examples=40)
@given(
    seed=seeds,
    shape=st.sampled_from(UNCOUPLED),
    timeline=st.sampled_from(["order_first", "receive_first"]),
)
def test_without_uncertainty_nothing_is_missed_and_nothing_left(
    seed: int, shape: str, timeline: str
) -> None:
    scenario, _ = random_world(
        seed, shape, n_periods=20, std=0.0, timeline=timeline, end_of_life=True
    )
    base = scenario.mean.sum()
    start = np.where(scenario.points.sells, scenario.mean.max(axis=1) * 9, base)
    scenario = scenario.replace(points=dataclasses.replace(scenario.points, on_hand=start))
    plan = optimise(scenario, np.zeros_like(scenario.mean), TIGHT)
    end = simulate(scenario, lambda state, t: plan.quantity[:, t], scenario.mean)
    assert end.missed.max() < 1e-5
    ordered = np.asarray(plan.quantity.sum(axis=1))[: scenario.n_points] > 1e-6
    sells = scenario.points.sells & ordered
    assert np.allclose(end.on_hand[sells, -1], 0.0, atol=1e-5)


@settings(deadline=None, max_examples=30)
@given(seed=seeds, shape=st.sampled_from(sorted(SHAPES)), more=st.floats(1.0, 3.0))
def test_more_capacity_never_costs_more(seed: int, shape: str, more: float) -> None:
    rng = np.random.default_rng(seed)
    room = column(rng.uniform(20, 200, len(SHAPES[shape][0])))
    lane = column(rng.uniform(5, 50, len(SHAPES[shape][1])))
    tight, safety = random_world(seed, shape, storage_capacity=room, lane_capacity=lane)
    wide, _ = random_world(seed, shape, storage_capacity=room * more, lane_capacity=lane * more)
    options = SolverOptions(capacity="flat", gap=0.0)
    # Bounds belong to the relaxation, whose surcharge differs; compare what the program pays.
    assert program_cost(wide, safety, options) <= program_cost(tight, safety, options) + 1e-4


def program_cost(scenario: Scenario, safety: Floats, options: SolverOptions) -> float:
    from solver.formulation.assemble import assemble
    from solver.formulation.model_data import prepare
    from solver.highs.session import HighsSession

    return HighsSession(assemble(prepare(scenario, safety, options))).solve(60).objective


def test_scarce_storage_goes_to_the_higher_stake() -> None:
    # Both want a safety stock of 10; only 12 units of room. P2 loses ten times as much a unit.
    scenario = world(
        ["store"],
        [("supplier", "store", 1)],
        mean=5.0,
        std=4.0,
        n_products=2,
        n_periods=10,
        missed_sale_cost=[[10.0, 100.0]],
        on_hand=5.0,
        storage_capacity=12.0,
    )
    plan = optimise(scenario, np.full((2, 10), 10.0), SolverOptions(capacity="flat"))
    closing = simulate(scenario, lambda state, t: plan.quantity[:, t], scenario.mean).on_hand
    assert (closing[1, 3:8] > closing[0, 3:8] + 1).all()
    assert closing[:, 3:8].sum(axis=0).max() <= 12 + 1e-6


def test_scarce_lane_goes_to_the_higher_stake() -> None:
    scenario = world(
        ["store"],
        [("supplier", "store", 1)],
        mean=5.0,
        n_products=2,
        n_periods=8,
        missed_sale_cost=[[10.0, 100.0]],
        on_hand=5.0,
        lane_capacity=6.0,
    )
    plan = optimise(scenario, np.zeros((2, 8)), TIGHT)
    run = simulate(scenario, lambda state, t: plan.quantity[:, t], scenario.mean)
    assert run.missed[1].sum() == pytest.approx(0.0, abs=1e-6)
    assert run.missed[0, 1:].sum() == pytest.approx(4.0 * 7, abs=1e-6)


def test_upstream_shortage_never_starves_a_store() -> None:
    # The DC wants a safety stock of 100 and holds 60; the store needs 5 a day of it at once.
    scenario = chain([1, 3], mean=5.0, std=2.0, n_periods=12, on_hand=column([5.0, 60.0]))
    safety = np.repeat([[6.0], [100.0]], 12, axis=1)
    plan = optimise(scenario, safety, TIGHT)
    run = simulate(scenario, lambda state, t: plan.quantity[:, t], scenario.mean)
    assert run.missed.sum() == pytest.approx(0.0, abs=1e-6)
    # (The last day is left out: stock sent then no longer pays within the plan.)
    assert run.on_hand[0, 1:-1].min() >= 6.0 - 1e-6


@settings(deadline=None, max_examples=40)
@given(seed=seeds, shape=st.sampled_from(sorted(SHAPES)))
def test_no_sale_is_refused(seed: int, shape: str) -> None:
    # Served from what is there: whoever misses a sale closes the period with an empty shelf.
    rng = np.random.default_rng(seed)
    scenario, safety = random_world(
        seed, shape, on_hand=float(rng.uniform(0, 30)), lane_capacity=float(rng.uniform(3, 30))
    )
    plan = optimise(scenario, 3 * safety, TIGHT)
    run = simulate(scenario, lambda state, t: plan.quantity[:, t], scenario.mean)
    assert (np.minimum(run.missed, run.on_hand) < 1e-6).all()
    assert np.allclose(run.shipped, plan.quantity, atol=1e-5)


def test_two_sources_use_the_dear_lane_only_when_it_pays() -> None:
    # The near supplier (lead 1, 2 a unit more) is worth it only for what the far one (lead 4)
    # cannot bring in time: 5 a day in days 1-3.
    lanes = [("near", "store", 1), ("far", "store", 4)]
    scenario = world(
        ["store"],
        lanes,
        mean=5.0,
        n_periods=12,
        on_hand=5.0,
        lane_cost=column([3.0, 1.0]),
    )
    plan = optimise(scenario, np.zeros((1, 12)), TIGHT)
    assert plan.quantity[0].sum() == pytest.approx(15.0)
    assert plan.quantity[1].sum() >= 5 * 8 - 1e-6


def test_negative_safety_stock_is_planned_where_asked_for() -> None:
    scenario = chain([1], mean=5.0, n_periods=10, on_hand=15.0, missed_sale_cost=1.0)
    plan = optimise(scenario, np.full((1, 10), -2.0), TIGHT)
    # Opening 15 less 3 x 5: then net stock is let down to -2 once, and orders are 5 a day again.
    assert plan.quantity[0, :7] == pytest.approx([0, 0, 3, 5, 5, 5, 5])


@pytest.mark.parametrize("limit", [1e-3, 0.05])
def test_time_limit_leaves_a_feasible_plan(limit: float) -> None:
    scenario, safety = random_world(
        1, "tree", n_products=60, n_periods=28, order_multiple=5.0, storage_capacity=500.0
    )
    plan = optimise(scenario, safety, SolverOptions(time_limit=limit))
    assert np.allclose(carried_out(scenario, plan.quantity), plan.quantity, atol=1e-5)
    first = plan.quantity[:, 0] / 5
    assert np.allclose(first, np.round(first))
    assert plan.bound is None or plan.bound <= plan.objective


def test_kept_program_gives_the_same_plan() -> None:
    warm_start = WarmStart()
    scenario, safety = random_world(5, "long", storage_capacity=200.0, order_multiple=3.0)
    for factor in (1.0, 1.1, 0.9):
        changed = scenario.replace(mean=scenario.mean * factor)
        again = optimise(changed, safety, TIGHT, warm_start=warm_start)
        fresh = optimise(changed, safety, TIGHT)
        assert again.objective == pytest.approx(fresh.objective, rel=1e-6)


def test_tree_shares_a_short_dc_by_stake() -> None:
    scenario = tree(
        [1, 1],
        5,
        mean=5.0,
        std=2.0,
        n_periods=10,
        on_hand=column([0.0, 0.0, 10.0]),
        missed_sale_cost=column([10.0, 200.0, 10.0]),
    )
    plan = optimise(scenario, np.zeros((3, 10)), TIGHT)
    assert plan.quantity[1, :2].sum() > plan.quantity[0, :2].sum()


def test_stock_waits_upstream_where_holding_costs_the_same() -> None:
    # The store has what it needs; the DC's 60 stay there until they are due.
    scenario = chain([2, 3], mean=5.0, std=1.0, n_periods=14, on_hand=column([40.0, 60.0]))
    safety = np.repeat([[6.0], [8.0]], 14, axis=1)
    plan = optimise(scenario, safety, TIGHT)
    rule = simulate(scenario, order_up_to(scenario, safety), scenario.mean).shipped
    assert np.allclose(plan.quantity, rule, atol=1e-5)


@pytest.mark.parametrize("unmet", ["lost", "backlog"])
def test_large_lots_cost_no_more_than_their_cycle(unmet: str) -> None:
    # Lots of 20 for a demand of 1 a day: a lot every 20 days holds 9.5 on average.
    scenario = chain(
        [2], mean=1.0, n_periods=74, order_multiple=20.0, missed_sale_cost=20.0, on_hand=5.0,
        unmet_demand=unmet,
    )  # fmt: skip
    net, warm_start = compile_scenario(scenario), WarmStart()
    state, cost = initial_state(scenario, net), 0.0
    for day in range(60):
        today = scenario_at(scenario, state, day, 14)
        orders = optimise(today, np.zeros((1, today.n_periods)), warm_start=warm_start).quantity[
            :, 0
        ]
        state, outcome = step(net, state, orders, scenario.mean[:, day], day)
        cost += float(period_costs(net, outcome, day).total)
    assert cost / 60 < 1.15 * 9.5
