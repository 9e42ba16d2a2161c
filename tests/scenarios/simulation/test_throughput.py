"""What leaves a location in a period, over all its lanes, is at most its throughput."""

from __future__ import annotations

import dataclasses

import array_api_compat.torch as torch_xp
import numpy as np
import pytest
import torch
from hypothesis import given, settings

from scenarios.arrays.types import Floats
from scenarios.evaluation.audit import audit
from scenarios.model.scenario import Scenario
from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.run import run, simulate
from scenarios.simulation.step import compile_scenario, initial_state, period_costs
from scenarios.simulation.trajectory import Trajectory
from tests.support.random_runs import runs
from tests.support.worlds import chain, column, tree


def two_stores(throughput: float, **more: object) -> Scenario:
    """Two stores a day away from a DC with 100 units; nobody buys."""
    arguments = {
        "n_periods": 3,
        "on_hand": column([0.0, 0.0, 100.0]),
        "throughput_capacity": column([np.inf, np.inf, throughput]),
    }
    return tree([1, 1], 1, 0.0, **(arguments | more))


def shipped(scenario: Scenario, *first: float) -> Trajectory:
    """A run in which routes are asked for these quantities in period 0, and for nothing after."""
    orders = np.zeros((scenario.n_routes, scenario.n_periods))
    orders[: len(first), 0] = first
    return simulate(scenario, GivenOrders(orders), np.zeros(scenario.mean.shape))


def leaving(scenario: Scenario, shipped: Floats) -> Floats:
    """[..., J, T] volume that leaves each location, counted route by route."""
    total = np.zeros((*shipped.shape[:-2], scenario.n_locations, shipped.shape[-1]))
    for a in range(scenario.n_routes):
        j = scenario.lanes.origin[scenario.routes.lane[a]]
        if j >= 0:
            total[..., j, :] += scenario.route_volume[a] * shipped[..., a, :]
    return total


def test_destinations_share_it_in_proportion_to_what_they_ask() -> None:
    # 6 and 3 asked, 6 can leave: 4 and 2. What does not leave stays where it is.
    scenario = two_stores(6.0)
    path = shipped(scenario, 6.0, 3.0)
    assert path.shipped[:2, 0].tolist() == [4.0, 2.0]
    assert path.on_hand[2, 0] == 94.0
    assert audit(scenario, path) == ()


def test_products_share_it_by_volume() -> None:
    # Two products of volume 1 and 3, 6 units each at one store: 24 of volume for 12: half ships.
    scenario = two_stores(12.0, n_products=2, volume=[1.0, 3.0])
    assert shipped(scenario, 6.0, 6.0).shipped[:2, 0].tolist() == [3.0, 3.0]


def test_in_order_the_first_takes_what_it_asks() -> None:
    scenario = two_stores(7.0, sharing="in_order")
    assert shipped(scenario, 6.0, 3.0).shipped[:2, 0].tolist() == [6.0, 1.0]


def test_in_order_what_is_owed_goes_first() -> None:
    # Period 0: 5 leave for store 1, and 3 are owed to store 2; they go before store 1's next 4.
    scenario = two_stores(5.0, sharing="in_order", unmet_orders="backlog")
    orders = np.array([[5.0, 4.0, 0.0], [3.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    path = simulate(scenario, GivenOrders(orders), np.zeros((3, 3)))
    assert path.shipped[:2].tolist() == [[5.0, 2.0, 2.0], [0.0, 3.0, 0.0]]


def test_what_a_full_lane_leaves_behind_takes_none_of_it() -> None:
    # The lane to store 1 carries 2 of 6; with store 2's 6 that is 8 for a throughput of 4: half.
    scenario = two_stores(4.0, lane_capacity=column([2.0, np.inf, np.inf]))
    assert shipped(scenario, 6.0, 6.0).shipped[:2, 0].tolist() == [1.0, 3.0]


@pytest.mark.parametrize("sharing", ["proportional", "in_order"])
def test_where_it_is_0_nothing_leaves_and_customers_are_served(sharing: str) -> None:
    scenario = two_stores(0.0, n_products=2, volume=[1.0, 0.0], sharing=sharing)
    path = shipped(scenario, 6.0, 6.0)
    assert not path.shipped[:4].any()
    wanted = np.zeros(scenario.mean.shape)
    wanted[4:, 0] = 30.0
    assert simulate(scenario, GivenOrders(path.orders), wanted).sales[4:, 0].tolist() == [30, 30]


def test_what_comes_from_outside_is_limited_by_its_lane_alone() -> None:
    scenario = two_stores(5.0)
    assert shipped(scenario, 0.0, 0.0, 40.0).shipped[2, 0] == 40.0


def test_it_may_differ_by_period_and_the_last_goes_on() -> None:
    limit = np.full((2, 3), np.inf)
    limit[1] = [4.0, np.inf, 1.0]
    scenario = chain([1, 1], 0.0, n_periods=3, on_hand=50.0, throughput_capacity=limit)
    orders = np.zeros((2, 5))
    orders[0] = 9.0
    path = simulate(scenario, GivenOrders(orders), np.zeros((2, 5)))
    assert path.shipped[0].tolist() == [4.0, 9.0, 1.0, 1.0, 1.0]


def test_goods_that_pass_several_places_in_a_period_meet_the_throughput_of_each() -> None:
    # Without lead times 9 units come in at dc2; 6 go on to dc1, of which 4 go on to the store.
    limit = column([np.inf, 4.0, 6.0])
    scenario = chain(
        [0, 0, 0], 0.0, n_periods=1, timeline="receive_first", throughput_capacity=limit
    )
    path = simulate(scenario, GivenOrders(np.full((3, 1), 9.0)), np.zeros((3, 1)))
    assert path.shipped[:, 0].tolist() == [4.0, 6.0, 9.0]
    assert path.on_hand[:, 0].tolist() == [4.0, 2.0, 3.0]


@settings(deadline=None, max_examples=80)
@given(runs())
def test_no_more_ever_leaves_and_the_audit_agrees(case) -> None:
    scenario, orders, demand = case
    for sharing in ("proportional", "in_order"):
        scenario = scenario.replace(sharing=sharing)
        path = simulate(scenario, GivenOrders(orders), demand)
        out = leaving(scenario, np.asarray(path.shipped))
        assert (out <= scenario.locations.throughput_capacity + 1e-9).all()
        one = simulate(scenario, GivenOrders(orders[0]), demand[0])
        assert audit(scenario, one) == ()


@settings(deadline=None, max_examples=60)
@given(runs())
def test_a_throughput_that_suffices_changes_nothing(case) -> None:
    scenario, orders, demand = case
    places = scenario.locations
    free, wide = (
        scenario.replace(
            locations=dataclasses.replace(
                places, throughput_capacity=np.full_like(places.throughput_capacity, limit)
            )
        )
        for limit in (np.inf, 1e9)
    )
    for sharing in ("proportional", "in_order"):
        paths = [
            simulate(some.replace(sharing=sharing), GivenOrders(orders), demand)
            for some in (free, wide)
        ]
        assert np.array_equal(paths[0].shipped, paths[1].shipped)


@settings(deadline=None, max_examples=40)
@given(runs())
def test_units_of_volume_do_not_matter(case) -> None:
    scenario, orders, demand = case
    places, lanes, products = scenario.locations, scenario.lanes, scenario.products
    litres = scenario.replace(
        products=dataclasses.replace(products, volume=1000 * products.volume),
        lanes=dataclasses.replace(lanes, capacity=1000 * lanes.capacity),
        locations=dataclasses.replace(
            places, throughput_capacity=1000 * places.throughput_capacity
        ),
    )
    for sharing in ("proportional", "in_order"):
        paths = [
            simulate(some.replace(sharing=sharing), GivenOrders(orders), demand)
            for some in (scenario, litres)
        ]
        assert np.allclose(paths[0].shipped, paths[1].shipped)


@settings(deadline=None, max_examples=40)
@given(runs())
def test_numpy_and_torch_agree_in_order_and_gradients_are_finite(case) -> None:
    scenario, orders, demand = case
    scenario = scenario.replace(
        sharing="in_order",
        locations=dataclasses.replace(
            scenario.locations, throughput_capacity=np.full((scenario.n_locations, 8), 9.0)
        ),
    )
    expected = simulate(scenario, GivenOrders(orders), demand)
    net = compile_scenario(scenario, torch_xp)
    asked = torch.asarray(orders).requires_grad_()
    total = torch.zeros(2, dtype=torch.float64)
    state = initial_state(scenario, net, batch=(2,))
    for period, after, outcome in run(net, state, GivenOrders(asked), torch.asarray(demand)):
        assert np.allclose(outcome.shipped.detach(), expected.shipped[..., period])
        assert np.allclose(after.on_hand.detach(), expected.on_hand[..., period])
        total = total + period_costs(net, outcome, period).total
    total.sum().backward()
    assert torch.isfinite(asked.grad).all()


def test_more_leaving_than_can_is_caught_by_the_audit() -> None:
    scenario = two_stores(np.inf)
    path = shipped(scenario, 6.0, 3.0)
    limit = np.repeat(column([np.inf, np.inf, 8.0]), 3, axis=1)
    narrow = scenario.replace(
        locations=dataclasses.replace(scenario.locations, throughput_capacity=limit)
    )
    (found,) = audit(narrow, path)
    assert (found.kind, found.place, found.date) == ("throughput_capacity", "dc", "2026-01-05")
    assert (found.found, found.limit, found.count) == (9.0, 8.0, 1)
