"""Subsets of a scenario are scenarios of their own, and together the whole."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from scenarios.examples.bundled import stores
from scenarios.model.entities import OpenOrders
from scenarios.model.scenario import Scenario
from scenarios.model.subset import ProductSubsets, partition
from scenarios.simulation.run import simulate
from tests.support.worlds import world


@pytest.fixture
def scenario() -> Scenario:
    return stores(12, n_stores=3)


def test_every_product_with_all_that_is_its_own_is_in_one_subset(scenario: Scenario) -> None:
    subsets = ProductSubsets(scenario)
    parts = subsets.consecutive(most_points=10)
    assert len(parts) > 3
    for name, size in (
        ("products", scenario.n_products),
        ("points", scenario.n_points),
        ("routes", scenario.n_routes),
    ):
        everything = np.sort(np.concatenate([getattr(part, name) for part in parts]))
        assert np.array_equal(everything, np.arange(size))
    late = sum(subsets.cut(part).open_orders.quantity.sum() for part in parts)
    assert late == pytest.approx(scenario.open_orders.quantity.sum())


def test_groups_of_products_are_those_that_are_taken_one_by_one(scenario: Scenario) -> None:
    subsets = ProductSubsets(scenario)
    group = np.arange(scenario.n_products) // 5
    groups = partition(scenario.points.product, scenario.routes.product, group)
    for number, subset in enumerate(groups):
        alone = subsets.of(np.flatnonzero(group == number))
        for name in ("products", "points", "routes"):
            assert np.array_equal(getattr(subset, name), getattr(alone, name))
        points = np.append(subset.points[::-1], -1)
        expected = [*range(len(subset.points))[::-1], -1]
        assert subset.relabel(points).tolist() == alone.relabel(points).tolist() == expected


def test_a_subset_of_everything_is_the_whole(scenario: Scenario) -> None:
    subsets = ProductSubsets(scenario)
    whole = subsets.cut(subsets.of(np.arange(scenario.n_products)))
    for table in ("products", "locations", "lanes", "points", "routes", "open_orders"):
        one, other = getattr(scenario, table), getattr(whole, table)
        for field in dataclasses.fields(one):
            values = getattr(one, field.name), getattr(other, field.name)
            assert np.array_equal(*values, equal_nan=values[0].dtype.kind == "f"), field.name
    assert np.array_equal(scenario.mean, whole.mean)


def test_a_subset_lives_as_it_does_in_the_whole(scenario: Scenario) -> None:
    subsets = ProductSubsets(scenario)
    subset = subsets.of(np.array([2, 5, 11]))
    part = subsets.cut(subset)
    orders = np.random.default_rng(0).uniform(0, 9, (scenario.n_routes, scenario.n_periods))
    whole = simulate(scenario, lambda state, t: orders[:, t], scenario.mean)
    own = simulate(part, lambda state, t: orders[subset.routes, t], part.mean)
    for name in ("on_hand", "missed", "receipts"):
        there = np.asarray(getattr(whole, name))[subset.points]
        assert np.allclose(np.asarray(getattr(own, name)), there)
    assert part.products.name.tolist() == scenario.products.name[[2, 5, 11]].tolist()


def test_what_only_python_can_say_is_cut_along() -> None:
    lanes = [("dc", "store", 1), ("supplier", "dc", 2)]
    scenario = world(["store", "dc"], lanes, mean=5.0, n_products=3, n_periods=4)
    n = scenario.n_routes
    scenario = scenario.replace(
        unmet_orders="backlog",
        owed=np.arange(n, dtype=float),
        error_correlation=np.full(scenario.mean.shape, 0.25),
        lead_time_by_period=np.repeat(scenario.routes.lead_time[:, None], 4, axis=1),
        open_orders=OpenOrders.filled(2, route=[4, 1], period=[1, 0], quantity=[7, 3]),
    )
    subsets = ProductSubsets(scenario)
    product = int(scenario.routes.product[4])
    subset = subsets.of(np.array([product]))
    part = subsets.cut(subset)
    assert part.owed is not None
    assert part.owed.tolist() == subset.routes.tolist()
    assert part.error_correlation is not None
    assert part.lead_time_by_period is not None
    assert part.error_correlation.shape == part.mean.shape
    assert subset.routes[part.open_orders.route[part.open_orders.quantity == 7.0]].tolist() == [4]
