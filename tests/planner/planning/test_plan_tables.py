"""Capacity by period, and the products that matter, by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from planner import plan
from planner.planning.capacity_table import CAPACITY_COLUMNS, PRICE_COLUMNS, capacity_prices
from planner.planning.product_table import PRODUCT_COLUMNS, abc_classes, xyz_classes
from scenarios.model.scenario import Scenario
from tests.support.worlds import chain, column, tree


def priced(scenario: Scenario, **changes: object) -> Scenario:
    return scenario.replace(products=dataclasses.replace(scenario.products, **changes))


def test_a_product_is_a_while_what_is_dearer_makes_up_less_than_four_fifths() -> None:
    # Shares of 100: 50, 30, 15, 4, 1. Before them come 0, 50, 80, 95, 99.
    assert abc_classes(np.array([1.0, 50, 4, 30, 15])).tolist() == [2, 0, 2, 0, 1]
    assert abc_classes(np.array([7.0])).tolist() == [0]
    assert abc_classes(np.zeros(3)).tolist() == [2, 2, 2]
    assert abc_classes(np.array([9.0, 0.0])).tolist() == [0, 2]


def test_variability_has_two_limits_and_none_is_erratic() -> None:
    values = np.array([0.0, 0.5, 0.51, 1.0, 1.01, np.nan])
    assert xyz_classes(values).tolist() == [0, 0, 1, 1, 2, 2]


def test_value_is_at_the_first_price_that_is_told_and_variability_is_of_a_week() -> None:
    scenario = chain([1], mean=2.0, std=3.0, n_products=3, n_periods=14, on_hand=50.0)
    scenario = priced(
        scenario, price=np.array([10.0, 0.0, 0.0]), unit_cost=np.array([4.0, 4.0, 0.0]),
        missed_sale_cost=np.array([1.0, 1.0, 1.0]),
    )  # fmt: skip
    table = plan(scenario).products
    assert tuple(table.columns) == PRODUCT_COLUMNS
    assert table["demand"].tolist() == [28.0] * 3
    assert table["value"].tolist() == [280.0, 112.0, 28.0]
    # A week: variance 7 x 9 = 63, mean 14.
    np.testing.assert_allclose(table["variability"], np.sqrt(63) / 14)
    assert table["xyz"].astype(str).tolist() == ["Y", "Y", "Y"]
    # What is dearer: 0, then 280 of 420 (67%), then 392 of 420 (93%).
    assert table["abc"].astype(str).tolist() == ["A", "A", "B"]


def test_a_product_that_nobody_buys_is_c_and_z() -> None:
    made = plan(chain([1], mean=0.0, std=0.0, n_periods=5, on_hand=1.0))
    row = made.products.iloc[0]
    assert (row["abc"], row["xyz"], row["value"]) == ("C", "Z", 0.0)
    assert np.isnan(row["variability"])


@pytest.mark.parametrize("unmet", ["lost", "backlog"])
def test_products_add_up_to_the_report_and_the_orders(unmet: str) -> None:
    scenario = tree(
        [1, 2], 2, mean=3.0, std=1.0, n_products=4, n_periods=8, on_hand=column([2.0, 0.0, 5.0]),
        unmet_demand=unmet,
    )  # fmt: skip
    made = plan(scenario)
    orders = made.purchase_orders
    now = orders[orders["release"] == "now"].groupby("product", observed=True)["quantity"].sum()
    found = made.products.set_index("product")
    assert found["missed"].sum() == pytest.approx(made.report.missed_units)
    assert found["orders_now"].sum() == pytest.approx(now.sum())
    assert now.sum() > 0


def test_capacity_has_a_row_where_there_is_a_limit() -> None:
    limit = np.full((3, 6), np.inf)
    limit[0], limit[2, 3] = 9.0, 40.0
    scenario = tree(
        [1, 2], 2, mean=3.0, std=1.0, n_products=2, n_periods=6,
        on_hand=column([6.0, 9.0, 20.0]), storage_capacity=limit,
    )  # fmt: skip
    capacity = scenario.lanes.capacity.copy()
    capacity[2, 1] = 7.0
    scenario = scenario.replace(lanes=dataclasses.replace(scenario.lanes, capacity=capacity))
    made = plan(scenario)
    table = made.capacity
    assert tuple(table.columns) == CAPACITY_COLUMNS
    assert table["kind"].tolist() == ["storage"] * 7 + ["lane"]
    assert table["capacity"].tolist() == [9.0] * 6 + [40.0, 7.0]
    assert (table["safety_stock"][:6] > 0).all()
    assert table["safety_stock"].iloc[-1] == 0.0
    first = str(scenario.locations.name[0])
    here = made.projection[made.projection["location"] == first]
    stock = here.groupby("date")["closing"].sum()  # a unit of volume each
    np.testing.assert_allclose(table["used"][:6], stock.to_numpy())
    uses = {use.name: use for use in made.report.capacity}
    use = uses[f"storage {first}"]
    assert table["expected_overflow"][:6].sum() == pytest.approx(use.expected_overflow)
    assert table["price"][:6].sum() == pytest.approx(use.price)
    assert table["date"].iloc[-1] == scenario.dates[1]


def test_a_chain_without_limits_has_an_empty_table() -> None:
    made = plan(chain([1], n_periods=4))
    assert made.capacity.empty
    assert tuple(made.capacity.columns) == CAPACITY_COLUMNS


def test_the_projection_tells_the_spread_of_demand() -> None:
    made = plan(chain([1], mean=4.0, std=2.5, n_periods=4))
    assert made.projection["std"].tolist() == [2.5] * 4


def test_capacity_prices_are_the_rows_with_a_price_the_dearest_first() -> None:
    # Storage holds too little at the store, and the lane from the supplier carries too little.
    scenario = chain(
        [1], mean=5.0, std=2.0, n_periods=8, on_hand=10.0, storage_capacity=6.0, lane_capacity=4.0,
        overflow_cost=3.0, holding_cost=1.0, missed_sale_cost=50.0,
    )  # fmt: skip
    made = plan(scenario)
    table = made.capacity_prices
    assert tuple(table.columns) == PRICE_COLUMNS
    assert set(table["kind"]) == {"storage", "lane"}
    assert (table["price"] > 0).all()
    assert (np.diff(table["price"]) <= 0).all()
    whole = made.capacity
    assert len(table) == (whole["price"] >= 5e-5).sum() < len(whole)
    use = {u.kind: u.price for u in made.report.capacity}
    for kind, total in table.groupby("kind")["price"].sum().items():
        assert total == pytest.approx(use[kind])


def test_without_a_binding_capacity_there_are_no_prices() -> None:
    made = plan(chain([1], mean=3.0, n_periods=6, storage_capacity=500.0))
    assert len(made.capacity) == 6
    assert made.capacity_prices.empty
    assert tuple(capacity_prices(made.capacity).columns) == PRICE_COLUMNS
