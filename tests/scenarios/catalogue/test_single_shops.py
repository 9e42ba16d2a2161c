"""Named problems of one shop: single-sku and ten-products, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.catalogue import ENTRIES
from scenarios.catalogue.ten_products import cost
from scenarios.catalogue.ten_products import problem as ten_products
from scenarios.examples.dense import world
from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.run import simulate


def test_what_no_order_can_save_of_single_sku_is_what_is_published() -> None:
    # 100 on hand against 40.0 + 40.2 + ... + 41.3 = 284.7 in the seven days before the first
    # order arrives: 184.7 lost at 5 each, and 60 and 19.8 left over on the first two evenings.
    entry = ENTRIES["single-sku"]
    scenario = entry.make(np.random.default_rng(0)).scenario
    first = scenario.mean[:, :7]
    run = simulate(scenario, GivenOrders(np.zeros((1, 7))), first)
    found = float(run.costs.total.sum())
    assert found == pytest.approx(5 * (first.sum() - 100) + 0.02 * (60 + 100 - first[0, :2].sum()))
    assert found == pytest.approx(924.4, rel=0.002)
    assert scenario.mean[0, [0, -1]].tolist() == [40.0, 60.0]
    assert scenario.std[0, [0, -1]].tolist() == [5.0, 15.0]


def test_reward_of_two_days_of_ten_products_by_hand() -> None:
    # Mean 2, so that more than 6 is too much. Day 0: 9 - 1 = 8 left (2 beyond), and 3 - 3 = 0 left.
    # Day 1: 8 - 4 = 4 and 0 - 5: 5 missed. A third day without demand: 4 and 0, perfect.
    shop = world(
        ["shop"], [("supplier", "shop", 1)], n_products=2, n_periods=3, mean=2.0,
        on_hand=np.array([[9.0, 3.0]]), distribution="poisson",
    )  # fmt: skip
    run = simulate(shop, GivenOrders(np.zeros((2, 3))), np.array([[1.0, 4, 0], [3.0, 5, 0]]))
    assert (-cost(run)).tolist() == pytest.approx([-0.08 - 0.2, -0.04 - 5.0, -0.04 + 10.0])


def test_episodes_of_ten_products_differ_within_their_bounds() -> None:
    drawn = [ten_products(np.random.default_rng(seed)).scenario for seed in range(40)]
    mean = np.array([one.mean[:, 0] for one in drawn])
    stock = np.array([one.points.on_hand for one in drawn])
    lead = np.array([one.routes.lead_time for one in drawn])
    assert (mean.min(), mean.max()) == (1, 9)
    assert (stock.min(), stock.max()) == (10, 49)
    assert (lead.min(), lead.max()) == (1, 4)


def test_ordering_nothing_in_ten_products_earns_what_is_published() -> None:
    scores = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        problem = ten_products(rng)
        run = simulate(problem.scenario, GivenOrders(np.zeros((10, 30))), problem.draw(rng, 1)[0])
        scores.append(-problem.cost(run).sum())
    # Standard deviation of an episode is about 240.
    assert np.mean(scores) == pytest.approx(-1301, abs=3 * 240 / 200**0.5)
