"""Plans keep to the throughput of locations, and say what more of it is worth."""

from __future__ import annotations

import dataclasses
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import solver.decomposition.initial_prices
import solver.decomposition.partition
from scenarios.arrays.types import Floats
from scenarios.evaluation.discounted_profit import LinearCost
from scenarios.model.scenario import Scenario
from scenarios.simulation.run import simulate
from solver import CannotShip, OrderPlan, SolverOptions, optimise
from solver.formulation.assemble import assemble
from solver.formulation.model_data import prepare
from solver.highs.session import HighsSession, Solution
from solver.optimiser import closed_form_suffices
from solver.yardsticks.hindsight_lp import hindsight
from tests.support.random_scenarios import SHAPES, random_world
from tests.support.worlds import chain, column, tree

TIGHT = SolverOptions(gap=1e-6)
FLAT = SolverOptions(capacity="flat", gap=0.0)
seeds = st.integers(0, 10_000)
shapes = st.sampled_from([shape for shape in sorted(SHAPES) if shape != "single"])
timelines = st.sampled_from(["order_first", "receive_first"])


def limited(
    seed: int, shape: str, factor: float = 1.0, **changes: object
) -> tuple[Scenario, Floats]:
    """A random world whose places can send between a quarter and all of what they want to."""
    rng = np.random.default_rng(seed)
    n_places = len(SHAPES[shape][0])
    throughput = factor * rng.uniform(5, 50, (n_places, 1))
    return random_world(seed, shape, throughput_capacity=throughput, **changes)


def carried_out(scenario: Scenario, quantity: Floats) -> Floats:
    """What ships [A, T] when the orders meet exactly the mean demand."""
    return np.asarray(simulate(scenario, lambda state, t: quantity[:, t], scenario.mean).shipped)


def leaving(scenario: Scenario, quantity: Floats) -> Floats:
    """[J, T] volume that leaves each location."""
    total = np.zeros((scenario.n_locations + 1, quantity.shape[1]))
    volume = scenario.route_volume[:, None] * quantity
    np.add.at(total, scenario.lanes.origin[scenario.routes.lane], volume)
    return total[:-1]


def program_cost(scenario: Scenario, safety: Floats, options: SolverOptions) -> float:
    return HighsSession(assemble(prepare(scenario, safety, options))).solve(60).objective


@settings(deadline=None, max_examples=40)
@given(seed=seeds, shape=shapes, timeline=timelines, multiple=st.sampled_from([0.0, 2.0]))
def test_what_is_planned_to_leave_fits_and_ships_in_full(
    seed: int, shape: str, timeline: str, multiple: float
) -> None:
    scenario, safety = limited(
        seed, shape, timeline=timeline, order_multiple=multiple, commit_periods=3
    )
    plan = optimise(scenario, safety, TIGHT)
    out = leaving(scenario, plan.quantity)
    assert (out <= scenario.locations.throughput_capacity + 1e-6).all()
    assert np.allclose(carried_out(scenario, plan.quantity), plan.quantity, atol=1e-5)
    priced = plan.price["throughput"] > 1e-6
    if not multiple:
        # Only what is full has a price.
        assert np.allclose(out[priced], scenario.locations.throughput_capacity[priced])


@settings(deadline=None, max_examples=30)
@given(seed=seeds, shape=shapes, more=st.floats(1.0, 3.0))
def test_more_throughput_never_costs_more(seed: int, shape: str, more: float) -> None:
    tight, safety = limited(seed, shape)
    wide, _ = limited(seed, shape, more)
    assert program_cost(wide, safety, FLAT) <= program_cost(tight, safety, FLAT) + 1e-4


@settings(deadline=None, max_examples=20)
@given(seed=seeds, shape=shapes, timeline=timelines)
def test_a_throughput_that_suffices_changes_nothing(seed: int, shape: str, timeline: str) -> None:
    free, safety = random_world(seed, shape, timeline=timeline)
    wide, _ = random_world(seed, shape, timeline=timeline, throughput_capacity=1e6)
    one, other = optimise(free, safety, TIGHT), optimise(wide, safety, TIGHT)
    assert other.objective == pytest.approx(one.objective, rel=1e-9)
    assert np.allclose(one.quantity, other.quantity, atol=1e-6)
    assert not other.price["throughput"].any()


@settings(deadline=None, max_examples=20)
@given(seed=seeds, shape=shapes, factor=st.sampled_from([0.01, 1000.0]))
def test_units_of_volume_do_not_matter(seed: int, shape: str, factor: float) -> None:
    scenario, safety = limited(seed, shape)
    places, products = scenario.locations, scenario.products
    other = scenario.replace(
        products=dataclasses.replace(products, volume=factor * products.volume),
        locations=dataclasses.replace(
            places, throughput_capacity=factor * places.throughput_capacity
        ),
    )
    one, same = (program_cost(some, safety, FLAT) for some in (scenario, other))
    assert same == pytest.approx(one, rel=1e-7)


@pytest.mark.parametrize("timeline", ["order_first", "receive_first"])
def test_of_a_place_with_one_lane_it_is_the_same_as_the_lanes_capacity(timeline: str) -> None:
    arguments = {"mean": 6.0, "n_periods": 10, "on_hand": 20.0, "timeline": timeline}
    at_lane = chain([1, 2], **arguments, lane_capacity=column([5.0, np.inf]))
    at_place = chain([1, 2], **arguments, throughput_capacity=column([np.inf, 5.0]))
    safety = np.full((2, 10), 4.0)
    lane, place = (optimise(some, safety, TIGHT) for some in (at_lane, at_place))
    assert place.objective == pytest.approx(lane.objective, rel=1e-9)
    assert np.allclose(place.quantity, lane.quantity)
    assert np.allclose(place.price["throughput"][1], lane.price["lane"][0])


def test_scarce_throughput_goes_to_the_higher_stake_at_its_price() -> None:
    # The DC has plenty and can send 6 a day; each product sells 5. P2 loses ten times as much a
    # unit, so P1 gets the one that is left, and one more unit a day saves a sale of P1 worth 10
    # or more (what is lost pays a surcharge in the model).
    scenario = chain(
        [1, 1], mean=5.0, n_products=2, n_periods=8, missed_sale_cost=[[10.0, 100.0]],
        on_hand=column([5.0, 500.0]), throughput_capacity=column([np.inf, 6.0]), end_of_life=True,
    )  # fmt: skip
    plan = optimise(scenario, np.zeros((4, 8)), SolverOptions(capacity="flat"))
    assert np.allclose(plan.quantity[:2, :7].sum(axis=1), [7.0, 35.0])
    price = plan.price["throughput"][1]
    assert (price[:7] >= 10.0 - 1e-6).all()
    assert plan.price["throughput"][0].tolist() == [0.0] * 8
    assert not plan.overflow["throughput"].any()


def test_several_destinations_and_products_share_one_throughput() -> None:
    # Two stores and two products, 5 a day each and volume 2: 40 of volume for 30 that can leave.
    scenario = tree(
        [1, 1], 1, mean=5.0, n_products=2, n_periods=6, volume=2.0, on_hand=column([5, 5, 500]),
        throughput_capacity=column([np.inf, np.inf, 30.0]), end_of_life=True,
    )  # fmt: skip
    plan = optimise(scenario, np.zeros((6, 6)), TIGHT)
    assert np.allclose(leaving(scenario, plan.quantity)[2, :5], 30.0)


@pytest.mark.parametrize("closed_form", [False, True])
def test_fixed_orders_that_cannot_leave_together_are_told(closed_form: bool) -> None:
    scenario = tree(
        [1, 1], 1, mean=5.0, n_periods=6, on_hand=column([5.0, 5.0, 200.0]),
        throughput_capacity=column([np.inf, np.inf, 10.0]),
    )  # fmt: skip

    def planned(first: float, second: float) -> OrderPlan:
        asked = np.full((3, 6), np.nan)
        asked[:2, 0] = first, second
        if not closed_form:
            return optimise(scenario, np.zeros((3, 6)), fixed_orders=asked)
        nothing = Solution("time_limit", None, None, np.inf, -np.inf, 0.0)
        with mock.patch.object(HighsSession, "solve", return_value=nothing):
            return optimise(scenario, np.zeros((3, 6)), fixed_orders=asked)

    with pytest.raises(CannotShip) as refused:
        planned(8.0, 8.0)
    assert refused.value.possible.sum() <= 10.0 + 1e-6
    assert np.allclose(planned(8.0, 2.0).quantity[:2, 0], [8.0, 2.0])
    # One that is fixed goes first; the other store gets what is left.
    assert np.allclose(planned(8.0, np.nan).quantity[:2, 0], [8.0, 2.0])


def test_lots_are_not_rounded_up_past_the_throughput() -> None:
    # Both stores would like 7 or more: lots of 5 make 10 each, and only 15 can leave.
    scenario = tree(
        [1, 1], 1, mean=7.0, n_periods=6, on_hand=column([0.0, 0.0, 200.0]), order_multiple=5.0,
        throughput_capacity=column([np.inf, np.inf, 15.0]), missed_sale_cost=50.0,
    )  # fmt: skip
    plan = optimise(scenario, np.zeros((3, 6)), TIGHT)
    assert sorted(plan.quantity[:2, 0].tolist()) == [5.0, 10.0]


def test_what_is_owed_takes_of_the_first_periods_throughput() -> None:
    # 6 units are owed to store 1 and leave at once: of 10, 4 are left for store 2's 9.
    scenario = tree(
        [1, 1], 1, mean=0.0, n_periods=5, on_hand=column([0.0, 0.0, 100.0]),
        throughput_capacity=column([np.inf, np.inf, 10.0]), unmet_orders="backlog",
        owed=np.array([6.0, 0.0, 0.0]), sells=column([1.0, 1.0, 0.0]), end_of_life=True,
    )  # fmt: skip
    wanted = np.zeros((3, 5))
    wanted[1] = [0.0, 9.0, 0.0, 0.0, 0.0]
    wanted[0] = [0.0, 6.0, 0.0, 0.0, 0.0]
    scenario = scenario.replace(mean=wanted)
    plan = optimise(scenario, np.zeros((3, 5)), TIGHT)
    assert plan.quantity[0].sum() == pytest.approx(0.0, abs=1e-6)
    assert plan.quantity[1, 0] == pytest.approx(4.0)


def test_when_time_is_out_the_closed_form_keeps_to_it() -> None:
    scenario, safety = limited(3, "tree", 0.5)
    nothing = Solution("time_limit", None, None, np.inf, -np.inf, 0.0)
    with mock.patch.object(HighsSession, "solve", return_value=nothing):
        plan = optimise(scenario, safety)
    assert plan.status == "closed_form"
    out = leaving(scenario, plan.quantity)
    assert (out <= scenario.locations.throughput_capacity + 1e-6).all()
    assert out.max() > 0


def test_the_closed_form_alone_does_not_suffice_where_something_limits_what_leaves() -> None:
    free, _ = random_world(1, "tree", order_multiple=0.0)
    tight, _ = limited(1, "tree")
    assert closed_form_suffices(free)
    assert not closed_form_suffices(tight)


@settings(deadline=None, max_examples=25)
@given(
    seed=seeds,
    shape=shapes,
    timeline=timelines,
    unmet=st.sampled_from(["lost", "backlog"]),
    owed=st.sampled_from(["lost", "backlog"]),
    review=st.integers(1, 3),
    multiple=st.sampled_from([0.0, 3.0]),
)
def test_blocks_and_one_program_bound_each_other(
    seed: int, shape: str, timeline: str, unmet: str, owed: str, review: int, multiple: float
) -> None:
    rng = np.random.default_rng(seed)
    scenario, safety = limited(
        seed, shape, n_products=int(rng.integers(4, 10)), timeline=timeline, unmet_demand=unmet,
        unmet_orders=owed, review_period=review, order_multiple=multiple,
        storage_capacity=column(rng.uniform(50, 400, len(SHAPES[shape][0]))),
    )  # fmt: skip
    with (
        mock.patch.object(solver.decomposition.partition, "BLOCK_ROWS", 100),
        mock.patch.object(solver.decomposition.initial_prices, "SAMPLE_ROWS", 600),
    ):
        many = optimise(scenario, safety, SolverOptions(solver="decomposed", time_limit=20.0))
    one = optimise(scenario, safety, SolverOptions(solver="monolith", time_limit=20.0))
    assert many.effort.method == "decomposed"
    out = leaving(scenario, many.quantity)
    if review == 1 or owed == "lost":
        assert (out <= scenario.locations.throughput_capacity + 1e-6).all()
    cost = [plan.objective + plan.surcharge for plan in (one, many)]
    bound = [plan.bound + plan.surcharge for plan in (one, many) if plan.bound is not None]
    slack = 1e-6 * (1.0 + abs(cost[0]))
    assert bound[1] <= cost[0] + slack
    assert bound[0] <= cost[1] + slack


@pytest.mark.parametrize("shape", ["chain", "tree"])
def test_many_products_in_blocks_come_close_to_one_program(shape: str) -> None:
    rng = np.random.default_rng(3)
    free, safety = random_world(5, shape, n_products=60)
    plan = optimise(free, safety)
    mean = leaving(free, plan.quantity).mean(axis=1, keepdims=True)
    wide = np.where(mean > 0, 1.2 * mean, np.inf) * rng.uniform(0.9, 1.1, free.mean.shape[1:])
    scenario = free.replace(locations=dataclasses.replace(free.locations, throughput_capacity=wide))
    one, many = (
        optimise(scenario, safety, SolverOptions(solver=how, gap=1e-3, time_limit=60.0))
        for how in ("monolith", "decomposed")
    )
    assert many.objective == pytest.approx(one.objective, rel=5e-3)


def test_hindsight_sends_no_more_than_can_leave() -> None:
    # 8 wanted in each of 4 days, 5 can leave: what is known beforehand is sent beforehand.
    scenario = chain(
        [1, 1], 8.0, n_periods=4, on_hand=column([8.0, 100.0]), end_of_life=True,
        throughput_capacity=column([np.inf, 5.0]),
    )  # fmt: skip
    cost = LinearCost(
        on_hand=np.array([0.1, 0.01]), sales=-1.0, missed=1.0, backlog=0.0, shipped=0.0
    )
    found = hindsight(scenario, cost, scenario.mean[None])
    assert np.allclose(found.quantity[0, 0, :3], 5.0)
