"""Blocks of products find what one program finds, within the gap they state."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import solver.decomposition.decompose
import solver.decomposition.initial_prices
import solver.decomposition.partition
from scenarios.arrays.types import Floats
from scenarios.examples.bundled import retail_chain
from scenarios.model.scenario import Scenario
from scenarios.model.subset import ProductSubsets
from scenarios.simulation.run import simulate
from solver import CannotShip, OrderPlan, SolverOptions, WarmStart, optimise
from solver.decomposition.block import AtPrices, at_prices
from solver.decomposition.memory import NotEnoughMemory, blocks_to_keep
from solver.decomposition.partition import partition
from solver.decomposition.quotas import Totals, Use, charge
from solver.formulation.model_data import shared_data
from solver.optimiser import method_for
from solver.program.fixed_orders import FixedOrders
from solver.workers.threads import Threads
from tests.support.random_scenarios import SHAPES, random_world
from tests.support.waiting import HANG
from tests.support.worlds import chain

OPTIMISE = sys.modules["solver.optimiser"]  # The package gives its function the same name.
BLOCKS = SolverOptions(solver="decomposed", time_limit=HANG)
seeds = st.integers(0, 10_000)


@pytest.fixture(autouse=True)
def small_blocks() -> Iterator[None]:
    """Blocks of a product or two, and prices from a part of the products."""
    with (
        mock.patch.object(solver.decomposition.partition, "BLOCK_ROWS", 100),
        mock.patch.object(solver.decomposition.initial_prices, "SAMPLE_ROWS", 600),
    ):
        yield


def crowded(
    seed: int, shape: str, lanes: bool = True, **changes: object
) -> tuple[Scenario, Floats]:
    """A random world whose storages, and some of whose lanes, have less room than they want."""
    rng = np.random.default_rng(seed)
    n_products = int(rng.integers(4, 12))
    scenario, safety = random_world(seed, shape, n_products=n_products, **changes)
    free = optimise(scenario, safety)
    path = simulate(scenario, lambda state, t: free.quantity[:, t], scenario.mean)
    stored = np.zeros((scenario.n_locations, scenario.n_periods))
    volume = np.asarray(path.on_hand) * scenario.point_volume[:, None]
    np.add.at(stored, scenario.points.location, volume)
    room = rng.uniform(0.6, 1.1, stored.shape) * np.maximum(stored.mean(axis=1, keepdims=True), 1.0)
    carried = np.zeros(scenario.lanes.capacity.shape)
    sent = np.asarray(path.shipped) * scenario.route_volume[:, None]
    np.add.at(carried, scenario.routes.lane, sent)
    limit = np.maximum(0.8 * carried.max(axis=1, keepdims=True), 1.0)
    narrow = lanes & (rng.random((len(carried), 1)) < 0.5)
    return dataclasses.replace(
        scenario,
        locations=dataclasses.replace(scenario.locations, storage_capacity=room),
        lanes=dataclasses.replace(
            scenario.lanes, capacity=np.where(narrow, limit, np.inf) + 0 * carried
        ),
    ), safety


def total(plan: OrderPlan) -> float:
    """Cost in the model, with what lost sales pay beyond their missed-sale cost."""
    return plan.objective + plan.surcharge


def proven(plan: OrderPlan) -> float:
    """What no orders can cost less than."""
    assert plan.bound is not None
    return plan.bound + plan.surcharge


@settings(deadline=None, max_examples=30)
@given(
    seed=seeds,
    shape=st.sampled_from(sorted(SHAPES)),
    timeline=st.sampled_from(["order_first", "receive_first"]),
    unmet=st.sampled_from(["lost", "backlog"]),
    owed=st.sampled_from(["lost", "backlog"]),
    review=st.integers(1, 3),
    multiple=st.sampled_from([0.0, 3.0]),
    order_cost=st.sampled_from([0.0, 10.0]),
)
def test_blocks_and_one_program_bound_each_other(
    seed: int, shape: str, timeline: str, unmet: str, owed: str, review: int, multiple: float,
    order_cost: float,
) -> None:  # fmt: skip
    scenario, safety = crowded(
        seed,
        shape,
        timeline=timeline,
        unmet_demand=unmet,
        unmet_orders=owed,
        review_period=review,
        order_multiple=multiple,
        order_cost=order_cost,
    )
    one = optimise(scenario, safety, SolverOptions(solver="monolith", time_limit=HANG))
    many = optimise(scenario, safety, BLOCKS)
    assert many.effort.method == "decomposed"
    slack = 1e-6 * (1.0 + abs(total(one)))
    assert proven(many) <= total(one) + slack
    assert proven(one) <= total(many) + slack


@pytest.mark.parametrize("shape", ["single", "chain", "tree"])
def test_blocks_come_within_a_tenth_of_a_percent_where_products_are_many(shape: str) -> None:
    rng = np.random.default_rng(3)
    scenario, safety = random_world(5, shape, n_products=60)
    free = optimise(scenario, safety)
    path = simulate(scenario, lambda state, t: free.quantity[:, t], scenario.mean)
    stored = np.zeros((scenario.n_locations, scenario.n_periods))
    volume = np.asarray(path.on_hand) * scenario.point_volume[:, None]
    np.add.at(stored, scenario.points.location, volume)
    room = 0.8 * stored * rng.uniform(0.9, 1.1, stored.shape)
    scenario = dataclasses.replace(
        scenario, locations=dataclasses.replace(scenario.locations, storage_capacity=room)
    )
    asked = {"gap": 1e-3, "time_limit": HANG}
    one = optimise(scenario, safety, SolverOptions(solver="monolith", **asked))
    many = optimise(scenario, safety, SolverOptions(solver="decomposed", **asked))
    assert many.gap is not None
    assert many.gap <= 1e-3
    assert many.objective == pytest.approx(one.objective, rel=1e-3)
    assert many.effort.blocks >= 10


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_without_capacities_blocks_find_the_optimum(shape: str) -> None:
    scenario, safety = random_world(7, shape, n_products=6)
    one = optimise(scenario, safety, SolverOptions(solver="monolith"))
    many = optimise(scenario, safety, BLOCKS)
    assert many.status == "optimal"
    assert many.effort.rounds == 1
    assert many.objective == pytest.approx(one.objective, rel=1e-7)


@settings(deadline=None, max_examples=25)
@given(seed=seeds, shape=st.sampled_from(sorted(SHAPES)), high=st.floats(0.0, 30.0))
def test_any_prices_prove_a_bound(seed: int, shape: str, high: float) -> None:
    scenario, safety = crowded(seed, shape)
    shared = shared_data(scenario, BLOCKS)
    limits = shared.limits
    blocks = partition(
        ProductSubsets(scenario),
        safety,
        FixedOrders.of(scenario, None),
        shared,
        BLOCKS,
        Threads(1),
        0,
    )
    price = np.random.default_rng(seed).uniform(0, high, len(limits))
    price = np.minimum(price, limits.top_price)
    asked = [AtPrices(price[use.rows], None, HANG) for use in blocks.uses]
    values = [proposal.value for _, proposal in blocks.run(at_prices, asked)]
    best = optimise(scenario, safety, SolverOptions(solver="monolith", gap=1e-4))
    bound = sum(values) + charge(limits, price)
    assert bound <= total(best) + 1e-6 * (1.0 + abs(total(best)))


@settings(deadline=None, max_examples=50)
@given(seed=seeds, n_blocks=st.integers(1, 6))
def test_quotas_add_up_to_the_capacities(seed: int, n_blocks: int) -> None:
    scenario, _ = crowded(seed, "tree")
    limits = shared_data(scenario, BLOCKS).limits
    rng = np.random.default_rng(seed)
    n, hard = len(limits), limits.hard
    uses = []
    for _ in range(n_blocks):
        fixed = np.zeros(n)
        fixed[hard] = rng.uniform(0, 0.2 / n_blocks, hard.sum()) * limits.base[hard]
        amount = rng.uniform(-1, 5, n)
        amount[hard] = fixed[hard] + rng.uniform(0, 3, hard.sum())
        uses.append(Use(np.arange(n), rng.uniform(0.1, 1, n), fixed, amount))
    quotas = [Totals.of(limits, uses).quota(use) for use in uses]
    assert sum(quota.base for quota in quotas) == pytest.approx(limits.base)
    widths = sum(quota.tier_width for quota in quotas)
    finite = np.isfinite(limits.tier_width)
    assert widths[finite] == pytest.approx(limits.tier_width[finite])
    assert np.isinf(widths[~finite]).all()


def test_as_many_blocks_keep_their_programs_as_memory_allows() -> None:
    scenario, safety = crowded(2, "tree")
    none, shared = FixedOrders.of(scenario, None), shared_data(scenario, BLOCKS)
    blocks = partition(ProductSubsets(scenario), safety, none, shared, BLOCKS, Threads(1), 2)
    assert [block.keep for block in blocks.held] == [True, True] + (len(blocks.held) - 2) * [False]


def test_more_hands_and_kept_programs_change_nothing() -> None:
    scenario = retail_chain(30)
    safety = 0.5 * scenario.mean
    first = optimise(scenario, safety, BLOCKS, workers=Threads(1))
    many = optimise(scenario, safety, BLOCKS, workers=Threads(3))
    with mock.patch.object(solver.decomposition.decompose, "blocks_to_keep", return_value=0):
        anew = optimise(scenario, safety, BLOCKS, workers=Threads(1))
    assert first.effort.blocks > 5
    for other in (many, anew):
        assert np.array_equal(first.quantity, other.quantity)
        assert first.objective == other.objective


def test_the_next_plan_starts_from_the_prices_of_the_last() -> None:
    scenario = retail_chain(30)
    safety = 0.5 * scenario.mean
    warm_start = WarmStart()
    first = optimise(scenario, safety, BLOCKS, warm_start=warm_start)
    with mock.patch.object(
        solver.decomposition.decompose, "sample_prices", side_effect=AssertionError
    ):
        again = optimise(scenario, safety, BLOCKS, warm_start=warm_start)
    assert again.gap is not None
    assert again.gap <= 0.005
    assert again.objective == pytest.approx(first.objective, rel=0.005)


def test_fixed_orders_stay_fixed_in_their_blocks() -> None:
    scenario, safety = crowded(11, "chain", lanes=False)
    asked = np.full((scenario.n_routes, scenario.n_periods), np.nan)
    route = np.flatnonzero(scenario.routes.origin < 0)[[0, -1]]
    asked[route, 0] = [17.0, 0.0]
    found = optimise(scenario, safety, BLOCKS, fixed_orders=asked)
    assert found.quantity[route, 0].tolist() == [17.0, 0.0]
    assert found.fixed is not None
    assert found.fixed.sum() == 2


def test_fixed_orders_that_cannot_ship_are_told_by_their_own_numbers() -> None:
    scenario, safety = crowded(11, "chain", lanes=False)
    inner = int(np.flatnonzero(scenario.routes.origin >= 0)[-1])
    asked = np.full((scenario.n_routes, scenario.n_periods), np.nan)
    asked[inner, 0] = 1e6
    with pytest.raises(CannotShip) as refused:
        optimise(scenario, safety, BLOCKS, fixed_orders=asked)
    assert refused.value.route.tolist() == [inner]


def test_fixed_orders_of_several_blocks_that_fill_a_lane_together_are_told() -> None:
    scenario, safety = crowded(11, "single", lanes=False)
    capacity = np.full_like(scenario.lanes.capacity, 10.0)
    scenario = dataclasses.replace(
        scenario, lanes=dataclasses.replace(scenario.lanes, capacity=capacity)
    )
    asked = np.full((scenario.n_routes, scenario.n_periods), np.nan)
    asked[:2, 0] = 8.0 / scenario.route_volume[:2]
    with pytest.raises(CannotShip) as refused:
        optimise(scenario, safety, BLOCKS, fixed_orders=asked)
    assert refused.value.possible == pytest.approx(5.0 / scenario.route_volume[:2])


def test_when_time_is_out_there_are_orders_that_can_be_carried_out() -> None:
    scenario = retail_chain(20)
    safety = 0.5 * scenario.mean
    late = BLOCKS.model_copy(update={"time_limit": 1e-3})
    found = optimise(scenario, safety, late)
    assert found.status in ("closed_form", "time_limit")
    shipped = simulate(scenario, lambda state, t: found.quantity[:, t], scenario.mean).shipped
    assert np.allclose(np.asarray(shipped), found.quantity, atol=1e-6)


def test_the_method_goes_by_size_and_by_what_is_shared() -> None:
    shared, alone = retail_chain(20), chain([1, 2], n_products=20, n_periods=28)
    auto = SolverOptions()
    assert method_for(shared, auto) == method_for(alone, auto) == "monolith"
    with mock.patch.object(OPTIMISE, "MONOLITH_BALANCES", 100):
        assert method_for(shared, auto) == "decomposed"
        assert method_for(alone, auto) == "closed_form"
        assert method_for(alone, BLOCKS) == "decomposed"
        costly = dataclasses.replace(
            alone,
            routes=dataclasses.replace(
                alone.routes, order_cost=np.ones_like(alone.routes.order_cost)
            ),
        )
        assert method_for(costly, auto) == "decomposed"


def test_the_closed_form_says_that_nothing_is_shared() -> None:
    scenario = chain([1, 2], n_products=20, n_periods=28)
    safety = np.full(scenario.mean.shape, 3.0)
    with mock.patch.object(OPTIMISE, "MONOLITH_BALANCES", 100):
        found = optimise(scenario, safety)
    assert found.status == found.effort.method == "closed_form"
    assert "share no capacity" in found.message
    exact = optimise(scenario, safety, SolverOptions(solver="monolith"))
    assert np.allclose(found.quantity, exact.quantity, atol=1e-5)


def test_too_little_memory_is_told_before_anything_is_solved() -> None:
    scenario = retail_chain(20)
    tight = BLOCKS.model_copy(update={"memory": 0.01})
    with pytest.raises(NotEnoughMemory, match=r"60 stock points takes about .* --memory"):
        optimise(scenario, 0.5 * scenario.mean, tight)


def test_relaxed_cost_is_between_the_bound_and_the_cost_in_whole_lots() -> None:
    scenario = retail_chain(30)
    found = optimise(scenario, 0.5 * scenario.mean, BLOCKS)
    relaxed = found.effort.relaxed_objective
    assert relaxed is not None
    assert found.bound is not None
    assert found.bound <= relaxed * (1 + 1e-9)
    assert relaxed <= found.objective * (1 + 1e-3)


def whole_dozens(scenario: Scenario) -> Scenario:
    """The same chain with little stock, no shared capacity, and lots of twelve."""
    routes, places, lanes = scenario.routes, scenario.locations, scenario.lanes
    none = np.zeros_like(routes.order_cost)
    return dataclasses.replace(
        scenario,
        points=dataclasses.replace(scenario.points, on_hand=0.3 * scenario.points.on_hand),
        routes=dataclasses.replace(
            routes, order_multiple=none + 12.0, min_order_quantity=none, order_cost=none
        ),
        locations=dataclasses.replace(
            places, storage_capacity=np.full_like(places.storage_capacity, np.inf)
        ),
        lanes=dataclasses.replace(lanes, capacity=np.full_like(lanes.capacity, np.inf)),
    )


@pytest.mark.parametrize("solver", ["monolith", "decomposed"])
def test_what_lots_cost_is_money_without_the_surcharge_on_sales_lost_to_them(solver: str) -> None:
    scenario = whole_dozens(retail_chain(8))
    options = SolverOptions.model_validate({"solver": solver})
    found = optimise(scenario, 0.5 * scenario.mean, options)
    relaxed = found.effort.relaxed_objective
    # Lots lose sales that pay a large surcharge in the model; no orders cost less than nothing.
    assert found.surcharge > found.objective
    assert relaxed is not None
    assert relaxed >= 0.0


def test_a_gap_that_lots_leave_is_not_sought_at_other_prices() -> None:
    scenario = whole_dozens(retail_chain(8))
    found = optimise(scenario, 0.5 * scenario.mean, BLOCKS)
    assert found.gap is not None
    assert found.gap > BLOCKS.gap
    assert found.effort.rounds == 1


def test_the_closed_form_of_large_chains_keeps_to_the_memory_too() -> None:
    scenario = chain([1, 2], n_products=20, n_periods=28)
    tight = SolverOptions(memory=0.01)
    with (
        mock.patch.object(OPTIMISE, "MONOLITH_BALANCES", 100),
        pytest.raises(NotEnoughMemory, match="--memory"),
    ):
        optimise(scenario, np.full(scenario.mean.shape, 3.0), tight)


def test_workers_without_a_block_take_no_memory() -> None:
    scenario = retail_chain(20)
    few, many = (
        blocks_to_keep(scenario, 28, Threads(count), SolverOptions(memory=4.0))
        for count in (1, 1_000)
    )
    assert many == pytest.approx(few, abs=20)


@pytest.mark.parametrize("count", [0, -1])
def test_no_workers_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match="1 or more"):
        Threads(count)
