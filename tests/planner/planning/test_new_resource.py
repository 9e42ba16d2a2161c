"""A kind of shared resource that is new needs no more than a function that tells of it."""

from __future__ import annotations

from collections.abc import Iterator
from unittest import mock

import numpy as np
import pytest

import solver.decomposition.partition
from planner.planning.plan import plan
from scenarios.model.scenario import Scenario
from scenarios.resources import SharedResource
from scenarios.resources.kinds import KINDS
from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.run import simulate
from solver import SolverOptions, optimise
from tests.support.worlds import world

BUDGET, DEAR = 24.0, 0.5
"""Money for purchases in a period, and what a unit of money above it costs."""


def budget(scenario: Scenario) -> SharedResource:
    """What is bought outside in a period, at unit cost, over all suppliers and products."""
    routes = scenario.routes
    return SharedResource(
        kind="budget",
        of="flow",
        ends=(np.array(["purchases"], dtype=object),),
        location=np.zeros(1, dtype=np.int64),
        place=np.where(routes.origin < 0, 0, -1),
        take=scenario.products.unit_cost[routes.product],
        capacity=np.full((1, scenario.n_periods), BUDGET),
        remedy="borrow",
        overflow_cost=np.full(1, DEAR),
    )


@pytest.fixture(autouse=True)
def known() -> Iterator[None]:
    with mock.patch.dict(KINDS, budget=budget):
        yield


def shop(**more: object) -> Scenario:
    """Two products that sell 4 and 5 a day and cost 2 and 4 to buy: 28 a day, 4 too much."""
    arguments = {
        "mean": np.array([4.0, 5.0])[None, :, None], "n_products": 2, "n_periods": 6,
        "unit_cost": [2.0, 4.0], "missed_sale_cost": 10.0, "on_hand": [[4.0, 5.0]],
        "end_of_life": True,
    }  # fmt: skip
    return world(["shop"], [("supplier", "shop", 1)], **(arguments | more))


def test_the_simulator_charges_what_is_spent_above_it() -> None:
    scenario = shop()
    orders = np.repeat([[4.0], [5.0]], 6, axis=1)
    path = simulate(scenario, GivenOrders(orders), scenario.mean)
    assert path.costs.overflow.tolist() == [DEAR * 4.0] * 6
    totals = simulate(scenario, GivenOrders(orders), scenario.mean, record=False)
    assert totals.costs.overflow.tolist() == [DEAR * 4.0] * 6


def test_the_order_model_pays_for_it_or_does_without() -> None:
    # Paying 0.5 for each of 4 more is far cheaper than losing a sale; the price is what that costs.
    safety = np.zeros((2, 6))
    cheap = optimise(shop(), safety)
    assert np.allclose(cheap.quantity[:, :5], [[4.0], [5.0]])
    assert np.allclose(cheap.price["budget"][0, :5], DEAR)
    assert np.allclose(cheap.overflow["budget"][0, :5], 4.0)
    # At 5 a unit of money, one unit of product 2 would cost 20: sales of it worth 10 are lost.
    with mock.patch(f"{__name__}.DEAR", 5.0):
        dear = optimise(shop(), safety, SolverOptions(lost_sales="priced"))
    assert np.allclose(dear.quantity[:, :5], [[4.0], [4.0]])
    assert np.allclose(dear.price["budget"][0, :5], 10.0 / 4.0, atol=0.3)


def test_blocks_share_it() -> None:
    scenario = shop(std=1.0)
    safety = np.full((2, 6), 2.0)
    with mock.patch.object(solver.decomposition.partition, "BLOCK_ROWS", 1):
        many = optimise(scenario, safety, SolverOptions(solver="decomposed"))
    one = optimise(scenario, safety, SolverOptions(solver="monolith"))
    assert many.effort.blocks == 2
    assert many.objective == pytest.approx(one.objective, rel=1e-3)


def test_tables_problems_and_reasons_name_it() -> None:
    made = plan(shop(), brain="analytic")
    assert set(made.capacity["kind"]) == {"budget"}
    assert made.capacity["used"].iloc[0] == pytest.approx(28.0)
    assert set(made.capacity_prices["place"]) == {"purchases"}
    (use,) = made.report.capacity
    assert use.name == "budget purchases"
    (row,) = made.problems[made.problems["kind"] == "budget_overflow"].to_dict("records")
    assert row["suggested_action"].startswith("borrow; one more unit of capacity")
    now = made.purchase_orders[made.purchase_orders["release"] == "now"]
    assert set(now["binding_capacity"]) == {"budget purchases"}
