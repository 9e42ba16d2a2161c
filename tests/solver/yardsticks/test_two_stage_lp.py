"""Two-stage stochastic programs: against the certain program and the newsvendor."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.demand.sampling import sample
from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.run import simulate
from solver.closed_form.order_up_to import order_up_to
from solver.optimiser import optimise
from solver.options import SolverOptions
from solver.yardsticks.scenario_copies import copies
from solver.yardsticks.two_stage_lp import first_orders
from tests.support.worlds import chain, column, tree


def test_one_path_is_the_certain_program() -> None:
    scenario = chain(
        [1, 2], mean=10.0, std=0.0, on_hand=10.0, n_periods=12, holding_cost=column([1.0, 0.5]),
        open_orders=[(0, 0, 10.0), (1, 0, 10.0), (1, 1, 10.0)],
    )  # fmt: skip
    found = first_orders(scenario, scenario.mean[None])
    flat = SolverOptions(shortfall="flat", capacity="flat")
    expected = optimise(scenario, np.zeros_like(scenario.mean), flat).quantity[:, 0]
    assert found == pytest.approx(expected, abs=1e-6)


def test_one_period_is_the_newsvendor_on_the_sample() -> None:
    # Lead time 0 and worthless leftovers: order the quantile m / (m + h) = 0.8 of the sample.
    scenario = chain(
        [0], mean=100.0, std=20.0, n_periods=1, holding_cost=1.0, missed_sale_cost=4.0,
        end_of_life=True,
    )  # fmt: skip
    demand = sample(scenario, np.random.default_rng(3), 41)
    assert first_orders(scenario, demand)[0] == pytest.approx(
        np.quantile(demand, 0.8, method="inverted_cdf"), abs=1e-6
    )


def test_copies_do_not_meet() -> None:
    # Two stores that compete for a DC with a shared lane: each copy runs as the scenario alone.
    scenario = tree(
        [1, 2], 2, mean=[[[10.0]], [[8.0]]], std=3.0, on_hand=12.0, n_periods=9, lane_capacity=25.0,
        open_orders=[(0, 1, 4.0)],
    )  # fmt: skip
    demand = sample(scenario, np.random.default_rng(0), 3)
    big = copies(scenario, demand)
    orders = order_up_to(scenario)
    alone = [simulate(scenario, orders, path) for path in demand]
    together = simulate(big, order_up_to(big, None), big.mean)
    for c, run in enumerate(alone):
        rows = slice(c * scenario.n_points, (c + 1) * scenario.n_points)
        assert together.demand[rows] == pytest.approx(run.demand)
        routes = slice(c * scenario.n_routes, (c + 1) * scenario.n_routes)
        # The forecast of a copy is its demand, so orders differ; given the same, nothing does.
        fixed = simulate(big, GivenOrders(np.concatenate([r.orders for r in alone])), big.mean)
        assert fixed.on_hand[rows] == pytest.approx(run.on_hand)
        assert fixed.shipped[routes] == pytest.approx(run.shipped)
