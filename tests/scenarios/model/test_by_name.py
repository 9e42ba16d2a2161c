"""A scenario by names: demand, stock, a summary of its locations, and how it shows itself."""

from __future__ import annotations

import numpy as np
import pandas as pd

from scenarios.examples.bundled import stores
from tests.support.worlds import tree


def test_demand_is_told_by_product_location_and_date() -> None:
    scenario = stores(3, n_stores=2)
    demand = scenario.demand
    assert demand.index.names == ["product", "location", "date"]
    assert len(demand) == 3 * 2 * 28  # nobody buys at the warehouse
    k = 3 * 1 + 1  # Warehouse first: points 0 to 2; then Store 1, of which this is the second
    one = demand.loc[("P0002", "Store 1")]
    np.testing.assert_array_equal(one["mean"], scenario.mean[k])
    np.testing.assert_array_equal(one["std"], scenario.std[k])
    assert one.index.equals(scenario.dates)


def test_what_is_told_can_be_changed_without_changing_the_scenario() -> None:
    scenario = stores(3, n_stores=2)
    before = scenario.points.on_hand.copy()
    stock = scenario.stock
    stock["on_hand"] += 1.0
    stock.iloc[0, 0] = -5.0
    np.testing.assert_array_equal(scenario.points.on_hand, before)
    assert scenario.stock.iloc[0, 0] == before[0]


def test_stock_is_told_by_product_and_location_with_what_is_on_order() -> None:
    # Two stores behind a DC; the first store waits for 5 + 2 units, and 4 customers for the DC.
    scenario = tree([1, 1], 2, on_hand=[[6.0], [7.0], [8.0]], backlog=[[0.0], [0.0], [4.0]],
                    unmet_demand="backlog", open_orders=[(0, 1, 5.0), (0, 2, 2.0)])  # fmt: skip
    assert scenario.stock.loc["P1"].to_dict("index") == {
        "store1": {"on_hand": 6.0, "on_order": 7.0, "backlog": 0.0},
        "store2": {"on_hand": 7.0, "on_order": 0.0, "backlog": 0.0},
        "dc": {"on_hand": 8.0, "on_order": 0.0, "backlog": 4.0},
    }


def test_the_summary_adds_up_each_location() -> None:
    scenario = tree([1, 1], 2, mean=5.0, n_products=2, on_hand=3.0, volume=2.0,
                    storage_capacity=[[50.0], [np.inf], [90.0]])  # fmt: skip
    summary = scenario.summary()
    assert summary.loc["store1"].to_dict() == {
        "products": 2, "selling": 2, "demand": 10.0, "on_hand": 6.0, "on_order": 0.0,
        "backlog": 0.0, "stored": 12.0, "storage_capacity": 50.0,
    }  # fmt: skip
    assert summary.loc["dc", "selling"] == 0
    assert summary["storage_capacity"].tolist() == [50.0, np.inf, 90.0]


def test_a_scenario_shows_itself_in_a_line_and_as_a_small_page() -> None:
    scenario = stores(200, n_stores=3)
    assert repr(scenario) == (
        "Scenario(200 products, 4 locations, 4 lanes, 800 stock points, 28 days from 2026-01-05)"
    )
    assert repr(scenario.products) == "Products(200)"
    page = scenario._repr_html_()
    assert "Store 3" in page
    assert len(page) < 5_000


def test_a_page_shows_names_as_they_are_and_runs_none_of_them() -> None:
    scenario = tree([1], 1)
    named = scenario.locations.name.copy()
    named[0] = "<script>"
    from dataclasses import replace

    page = scenario.replace(locations=replace(scenario.locations, name=named))._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_scenario_still_to_be_forecast_says_so() -> None:
    unknown = np.full((2, 4), np.nan)
    scenario = tree([1], 1).replace(mean=unknown, std=unknown)
    assert "still to be forecast" in repr(scenario)
    assert pd.isna(scenario.summary().loc["store1", "demand"])
