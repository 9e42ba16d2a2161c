"""The bundled examples are sound, repeatable and of the size that is asked for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from brain import safety_stocks
from scenarios.arrays.segments import segment_sum
from scenarios.examples.bundled import retail_chain, single, stores
from scenarios.model.scenario import Scenario
from scenarios.simulation.run import simulate
from solver.closed_form.order_up_to import order_up_to

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT.parent / "shared" / "data"


@pytest.mark.parametrize("make", [retail_chain, stores, single])
def test_nothing_is_odd_about_an_example_and_it_can_be_written(
    make: Callable[[], Scenario], tmp_path: Path
) -> None:
    scenario = make()
    assert scenario.warnings == ()
    scenario.write(tmp_path / "input")
    np.testing.assert_array_equal(Scenario.read(tmp_path / "input").mean, scenario.mean)


@pytest.mark.parametrize("make", [retail_chain, stores, single])
def test_equal_seeds_give_equal_examples_and_others_do_not(
    make: Callable[..., Scenario],
) -> None:
    np.testing.assert_array_equal(make(seed=3).mean, make(seed=3).mean)
    assert not np.array_equal(make(seed=3).mean, make(seed=4).mean)


def test_the_retail_chain_is_the_one_of_three_stages() -> None:
    s = retail_chain()
    assert (s.n_products, s.n_points, s.n_routes, s.n_periods) == (200, 600, 600, 28)
    assert list(s.locations.name) == ["New York", "Tennessee", "Los Angeles"]
    assert list(s.lanes.origin_name) == ["Tennessee", "Los Angeles", "China"]
    assert s.lanes.lead_time.tolist() == [2, 3, 4]
    assert s.lanes.origin.tolist() == [1, 2, -1]
    share = s.points.holding_cost / s.products.holding_cost[s.points.product]
    np.testing.assert_allclose(share.reshape(3, 200), [[1.0], [0.8], [0.5]] * np.ones(200))


def test_products_of_the_retail_chain_differ_in_what_a_missed_sale_costs() -> None:
    s = retail_chain(2000)
    ratio = s.products.missed_sale_cost / s.products.holding_cost
    assert 9.9 < ratio.min() < 11
    assert 950 < ratio.max() < 1010
    # Log-uniform: half of them below the geometric mean of the ends, 100.
    assert abs((ratio < 100).mean() - 0.5) < 0.05
    # A missed sale loses the margin.
    margin = s.products.price - s.products.unit_cost
    np.testing.assert_allclose(s.products.missed_sale_cost, margin, atol=0.006)


def test_the_retail_chain_starts_with_a_full_pipeline_and_some_products_short() -> None:
    s = retail_chain()
    # Orders under way arrive in each of the next 2, 3 and 4 days.
    days = (s.scheduled.reshape(3, 200, 28) > 0).any(axis=1).sum(axis=1)
    assert days.tolist() == [2, 3, 4]
    new_york = s.points.on_hand[:200] / s.std[:200].mean(axis=1)
    assert 0.04 < (new_york < 0.8).mean() < 0.3


def test_the_retail_chain_comes_in_any_size() -> None:
    assert retail_chain(1).n_points == 3
    assert retail_chain(12_345).n_points == 3 * 12_345
    with pytest.raises(ValueError, match="n_products of retail_chain: is less than 1"):
        retail_chain(0)


@pytest.mark.parametrize("n_products", [50, 5_000])
def test_storage_of_the_retail_chain_is_too_small_at_any_size(n_products: int) -> None:
    s = retail_chain(n_products)
    capacity = s.locations.storage_capacity[:, 0]
    # Orders that do not see the room fill more of it on most days, everywhere, but by how much
    # does not depend on the size: capacities grow with the assortment.
    orders = order_up_to(s, safety_stocks(s, "analytic").quantity)
    stored = simulate(s, orders, s.mean).on_hand * s.point_volume[:, None]
    use = segment_sum(np, s.points.location, 3)(stored.T).T / capacity[:, None]
    assert ((use[:, 3:] > 1).mean(axis=1) > 0.8).all()
    np.testing.assert_allclose(use[:, 3:].mean(axis=1), [1.16, 1.05, 1.05], atol=0.08)


def test_stores_are_behind_one_warehouse_that_orders_in_cases() -> None:
    s = stores()
    assert (s.n_products, s.n_locations, len(s.lanes.origin)) == (40, 6, 6)
    assert s.lanes.origin.tolist() == [-1, 0, 0, 0, 0, 0]
    supplied = s.routes.lane == 0
    assert set(s.routes.order_multiple[supplied]) == {12.0}
    assert set(s.routes.order_multiple[~supplied]) == {1.0}


def test_single_is_one_product_in_one_shop() -> None:
    s = single()
    assert (s.n_products, s.n_points, s.n_routes, s.n_periods) == (1, 1, 1, 28)


def convert(script: str, out: Path) -> Scenario:
    path = str(ROOT / "examples" / script)
    command = [sys.executable, "-W", "error", path, "--out", str(out)]
    subprocess.run(command, check=True, env={"PYTHONPATH": str(ROOT)}, cwd=out.parent)
    return Scenario.read(out)


@pytest.mark.skipif(not (DATA / "vn2").exists(), reason="needs the VN2 data")
def test_vn2_becomes_an_input(tmp_path: Path) -> None:
    s = convert("vn2.py", tmp_path / "vn2")
    assert [finding.count for finding in s.warnings] == [3]  # no longer sold
    assert (s.n_locations, s.n_products, s.n_points) == (67, 297, 599)
    assert s.settings.period == "W"
    # The first order is placed at the end of the week of 8 April, the start of that of 15 April.
    # It arrives in the week of 29 April; what is in transit arrives before.
    assert s.dates[0].date().isoformat() == "2024-04-15"
    assert set(s.routes.lead_time) == {2}
    assert (s.dates[2] - s.dates[0]).days == 14
    assert s.scheduled[:, 2:].sum() == 0
    # Totals of the columns End Inventory and In Transit of initial_state.csv.
    assert (s.points.on_hand.sum(), s.scheduled.sum()) == (2225, 1699)
    # Demand is to be forecast from 157 weeks; 209 series begin later, with their first in stock.
    assert s.lacks_forecast
    assert s.history is not None
    assert s.history.n_periods == 157
    assert np.isnan(s.history.quantity[:, 0]).sum() == 209
    assert set(s.products.distribution) == {"negative_binomial"}


@pytest.mark.skipif(not (DATA / "favorita_21_stores").exists(), reason="needs the Favorita data")
def test_favorita_becomes_an_input_with_shared_capacity(tmp_path: Path) -> None:
    s = convert("favorita.py", tmp_path / "favorita")
    assert s.warnings == ()
    assert (s.n_locations, s.n_products, s.n_points) == (22, 288, 288 * 22)
    assert s.dates[0].date().isoformat() == "2016-04-12"
    assert np.isfinite(s.locations.storage_capacity).all(axis=1).tolist() == [True] + [False] * 21
    assert s.lacks_forecast
    assert s.history is not None
    assert s.history.n_periods == 171
    flow = s.history.quantity[s.points.sells, -13:].sum() / 13
    assert flow < s.lanes.capacity[0, 0] < 1.2 * flow
