"""What holds on every network, for any orders and any demand."""

import array_api_compat.torch as torch_xp
import numpy as np
import torch
from hypothesis import given, settings

from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.run import run, simulate
from scenarios.simulation.step import compile_scenario, initial_state, period_costs
from tests.support.random_runs import runs


def by_point(index, values, n_points):
    """[.., K, T] sums of [.., A, T] values by an index that may be -1."""
    out = np.zeros((*values.shape[:-2], n_points, values.shape[-1]))
    for a, k in enumerate(index):
        if k >= 0:
            out[..., k, :] += values[..., a, :]
    return out


@settings(deadline=None, max_examples=120)
@given(runs())
def test_stock_is_conserved(case):
    scenario, orders, demand = case
    result = simulate(scenario, GivenOrders(orders), demand)
    inside = scenario.routes.origin >= 0
    bought = np.cumsum(result.shipped[:, ~inside].sum(axis=1), axis=-1)
    gone = np.cumsum((result.sales + result.expired).sum(axis=1), axis=-1)
    there = result.on_hand.sum(axis=1) + result.on_way.sum(axis=1)
    assert np.allclose(result.opening.sum(axis=1)[:, None] + bought - gone, there)


@settings(deadline=None, max_examples=120)
@given(runs(may_perish=False))
def test_what_is_shipped_arrives_after_exactly_its_lead_time(case):
    scenario, orders, demand = case
    result = simulate(scenario, GivenOrders(orders), demand)
    due = np.zeros_like(result.shipped)
    for a, lead in enumerate(scenario.routes.lead_time):
        due[:, a, lead:] = result.shipped[:, a, : 8 - lead]
    assert np.allclose(
        result.receipts, by_point(scenario.routes.destination, due, scenario.n_points)
    )
    before = np.concatenate([result.opening[..., None], result.on_hand[..., :-1]], axis=-1)
    moved = result.receipts - result.shipped_out - result.sales
    assert np.allclose(before + moved, result.on_hand)


@settings(deadline=None, max_examples=120)
@given(runs())
def test_nothing_ships_or_sells_that_is_not_there(case):
    scenario, orders, demand = case
    result = simulate(scenario, GivenOrders(orders), demand)
    before = np.concatenate([result.opening[..., None], result.on_hand[..., :-1]], axis=-1)
    there = before + (result.receipts if scenario.settings.timeline == "receive_first" else 0)
    assert (result.shipped_out <= there + 1e-9).all()
    assert (result.shipped_out + result.sales <= before + result.receipts + 1e-9).all()
    asked = np.cumsum(result.orders, axis=-1)
    assert (np.cumsum(result.shipped, axis=-1) <= asked + 1e-9).all()
    for values in (result.on_hand, result.shipped, result.sales, result.missed, result.expired):
        assert (values >= 0).all()
    volume = by_point(scenario.routes.lane, result.shipped * scenario.route_volume[:, None],
                      len(scenario.lanes.origin))  # fmt: skip
    assert (volume <= scenario.lanes.capacity + 1e-9).all()


@settings(deadline=None, max_examples=120)
@given(runs())
def test_demand_is_met_or_missed_and_the_missed_wait_only_in_a_backlog(case):
    scenario, orders, demand = case
    result = simulate(scenario, GivenOrders(orders), demand)
    assert (result.missed <= demand + 1e-9).all()
    if scenario.settings.unmet_demand == "lost":
        assert np.allclose(result.sales + result.missed, demand)
        assert (result.backlog == 0).all()
    else:
        waited = np.concatenate(
            [np.broadcast_to(scenario.points.backlog, (2, scenario.n_points))[..., None],
             result.backlog[..., :-1]], axis=-1)  # fmt: skip
        assert np.allclose(waited + demand - result.sales, result.backlog)


@settings(deadline=None, max_examples=60)
@given(runs())
def test_a_batch_equals_its_single_paths(case):
    scenario, orders, demand = case
    both = simulate(scenario, GivenOrders(orders), demand)
    for path in range(2):
        alone = simulate(scenario, GivenOrders(orders[path]), demand[path])
        for name in (*alone.POINT_FIELDS, *alone.ROUTE_FIELDS):
            assert np.allclose(getattr(both, name)[path], getattr(alone, name)), name
        assert np.allclose(both.costs.total[path], alone.costs.total)


@settings(deadline=None, max_examples=60)
@given(runs())
def test_numpy_and_torch_agree_and_gradients_are_finite(case):
    scenario, orders, demand = case
    expected = simulate(scenario, GivenOrders(orders), demand)
    net = compile_scenario(scenario, torch_xp)
    given_orders = torch.asarray(orders).requires_grad_()
    state = initial_state(scenario, net, batch=(2,))
    total = torch.zeros(2, dtype=torch.float64)
    play_back = run(net, state, GivenOrders(given_orders), torch.asarray(demand))
    for period, after, outcome in play_back:
        assert np.allclose(after.on_hand.detach(), expected.on_hand[..., period])
        assert np.allclose(outcome.shipped.detach(), expected.shipped[..., period])
        total = total + period_costs(net, outcome, period).total
    assert np.allclose(total.detach(), expected.costs.total.sum(axis=-1))
    if scenario.n_routes:
        total.sum().backward()
        assert torch.isfinite(given_orders.grad).all()
