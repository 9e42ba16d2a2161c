"""The master and the starting bases of blocks, on cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.examples.bundled import retail_chain
from scenarios.model.subset import ProductSubsets
from solver import SolverOptions
from solver.decomposition.master import Master
from solver.decomposition.quotas import charge
from solver.formulation.model_data import shared_data
from solver.formulation.shared_limits import SharedLimits
from solver.highs.session import HighsSession
from solver.program.basis_template import BasisTemplate
from solver.program.fixed_orders import FixedOrders
from solver.program.prepared import prepare_program
from tests.support.worlds import chain


def one_storage(base: float, *tiers: tuple[float, float]) -> SharedLimits:
    """One place in one period: free up to ``base``, then in tiers (width, price)."""
    width, price = np.array(tiers).T
    zero = np.zeros(1, dtype=np.int64)
    return SharedLimits(
        zero, zero, zero, np.array([base]), width[None], price[None], np.array([False])
    )


def one_lane(limit: float) -> SharedLimits:
    zero, tier = np.zeros(1, dtype=np.int64), np.zeros((1, 1))
    return SharedLimits(zero, zero, zero, np.array([limit]), tier, tier, np.array([True]))


def test_blocks_mix_until_the_storage_is_full() -> None:
    # Each block: cost 0 with 10 stored, or 20 with nothing: a unit of room saves 2. Room is 15.
    master = Master(one_storage(15.0, (np.inf, 5.0)), [np.array([0])] * 2)
    master.take([(0.0, np.array([10.0])), (0.0, np.array([10.0]))])
    master.take([(20.0, np.array([0.0])), (20.0, np.array([0.0]))])
    mix = master.solve()
    assert mix is not None
    assert sum(amount[0] for amount in mix.amount) == pytest.approx(15.0)
    assert mix.price == pytest.approx([2.0])


def test_overflow_sets_the_price_where_it_is_cheaper_than_waiting() -> None:
    master = Master(one_storage(15.0, (np.inf, 1.5)), [np.array([0])] * 2)
    master.take([(0.0, np.array([10.0])), (0.0, np.array([10.0]))])
    master.take([(20.0, np.array([0.0])), (20.0, np.array([0.0]))])
    mix = master.solve()
    assert mix is not None
    assert sum(amount[0] for amount in mix.amount) == pytest.approx(20.0)
    assert mix.price == pytest.approx([1.5])


def test_lanes_are_not_overfilled_while_a_block_can_do_without() -> None:
    master = Master(one_lane(4.0), [np.array([0]), np.array([0])])
    master.take([(0.0, np.array([3.0])), (0.0, np.array([3.0]))])
    master.take([(6.0, np.array([0.0])), (9.0, np.array([0.0]))])
    mix = master.solve()
    assert mix is not None
    # The first block gains 2 a unit, the second 3: the first gives way.
    assert [amount[0] for amount in mix.amount] == pytest.approx([1.0, 3.0])
    assert mix.price == pytest.approx([2.0])


def test_the_bound_gives_room_back_at_its_price() -> None:
    # min over u of F(u) - 2 u with F free up to 15 and 5 a unit above it: -30, at u = 15.
    assert charge(one_storage(15.0, (np.inf, 5.0)), np.array([2.0])) == pytest.approx(-30.0)
    tiers = one_storage(15.0, (4.0, 1.0), (np.inf, 5.0))
    # Four more units at 1 each: 4 - 2 * 19.
    assert charge(tiers, np.array([2.0])) == pytest.approx(4.0 - 38.0)


def test_a_start_from_like_products_takes_fewer_steps_to_the_same_optimum() -> None:
    mean = np.random.default_rng(0).uniform(2, 20, (40, 28))
    scenario = chain([1, 2, 2], mean=mean, std=mean / 3, n_products=40, n_periods=28, on_hand=60.0)
    subsets, options = ProductSubsets(scenario), SolverOptions()
    shared, safety = shared_data(scenario, options), 0.5 * scenario.mean

    def made(products: np.ndarray) -> tuple[HighsSession, object]:
        subset = subsets.of(products)
        part = subsets.cut(subset)
        none = FixedOrders.of(part, None)
        ready = prepare_program(part, safety[subset.points], none, options, shared)
        return HighsSession(ready.program), ready

    first, source = made(np.arange(20))
    first.solve(10.0)
    template = BasisTemplate.of(source, first.basis)  # type: ignore[arg-type]
    nothing, _ = made(np.arange(20, 40))
    cold = nothing.solve(10.0)
    warm, ready = made(np.arange(20, 40))
    start = template.start(ready)  # type: ignore[arg-type]
    assert start is not None
    warm.start_from(start)
    found = warm.solve(10.0)
    assert found.objective == pytest.approx(cold.objective)
    assert warm.iterations < 0.7 * nothing.iterations


def test_nothing_is_copied_from_products_of_another_kind() -> None:
    scenario, other = retail_chain(5), retail_chain(5, n_periods=21)
    options = SolverOptions()
    sources = []
    for one in (scenario, other):
        ready = prepare_program(one, 0.5 * one.mean, FixedOrders.of(one, None), options)
        highs = HighsSession(ready.program)
        highs.solve(10.0)
        sources.append((ready, highs.basis))
    template = BasisTemplate.of(*sources[0])
    assert template.start(sources[1][0]) is None
