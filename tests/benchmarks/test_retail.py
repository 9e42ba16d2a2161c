"""The benchmarks on sales histories, in small and on made-up data; they are run on real data."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from benchmarks import favorita, vn2
from benchmarks.data_sets import world_of
from benchmarks.forecasts import accuracy
from benchmarks.forecasts.fresh_periods import (
    QUANTILES,
    Foreseen,
    came_true,
    interval_demand,
    met,
    step_of_law,
    stock_up_to,
)
from planner.experiments.history_backtest import backtest_history
from planner.forecasting.origins import forecasts_at
from scenarios.examples.dense import world as small_world
from scenarios.model.as_of import as_of
from scenarios.model.history import History
from scenarios.model.scenario import Scenario
from scenarios.problem import Problem
from scenarios.simulation.step import initial_state
from tests.support.retail_data import write_favorita, write_vn2


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve series of 72 weeks."""
    path = tmp_path_factory.mktemp("vn2") / "data"
    write_vn2(path, 72)
    return path


@pytest.fixture(scope="module")
def world(folder: Path) -> Scenario:
    return world_of("vn2", folder)


def test_a_window_counts_its_third_to_eighth_week() -> None:
    demand = np.full((1, 20), 3.0)
    stock = vn2.Stock(np.array([5.0]), (np.array([1.0]), np.array([0.0])))
    asked: list[int] = []

    def order(week: int, stock: vn2.Stock) -> np.ndarray:
        asked.append(week)
        return np.array([4.0]) if week == 10 else np.array([3.0])

    cost = vn2.play(order, demand, 10, stock)
    # Orders in weeks 10 .. 15 arrive in 12 .. 17. Stock ends week 10 at 3, 11 at 0, 12 at 1, and
    # stays there: 6 weeks of one unit. Nothing that is missed counts before week 12.
    assert asked == [10, 11, 12, 13, 14, 15]
    assert (cost.holding, cost.missed) == (pytest.approx(6 * 0.2), 0.0)
    empty = vn2.Stock(np.zeros(1), (np.zeros(1), np.zeros(1)))
    none = vn2.play(lambda week, stock: np.zeros(1), demand, 10, empty)
    assert (none.holding, none.missed) == (0.0, 18.0)


def test_the_official_benchmark_orders_up_to_four_mean_weeks(world: Scenario) -> None:
    # Demand is steady, so that the season moves it little.
    order = vn2.benchmark(world)
    nothing = np.zeros(world.n_points)
    demand = vn2.demand_of(world)
    placed = order(40, vn2.Stock(nothing, (nothing, nothing)))
    assert placed.sum() == pytest.approx(4 * demand[:, 27:40].mean(axis=1).sum(), rel=0.25)
    full = order(40, vn2.Stock(placed, (nothing, nothing)))
    assert (full == 0).all()


def test_the_future_changes_no_order(world: Scenario) -> None:
    assert world.history is not None
    quantity = world.history.quantity.copy()
    quantity[:, 60:] = 99.0
    changed = world.replace(history=dataclasses.replace(world.history, quantity=quantity))
    found = []
    for each in (world, changed):
        foreseen = Foreseen(partial(as_of, each), learnt_at=60)
        stock = vn2.opening(each, 60)
        policies = (vn2.benchmark(each), vn2.newsvendor(foreseen), vn2.planned(foreseen, "auto"))
        found.append([order(60, stock) for order in policies])
    np.testing.assert_array_equal(*found)
    assert np.sum(found[0], axis=1).min() > 0


def test_every_policy_gets_a_cost_and_none_is_below_the_clairvoyant(folder: Path) -> None:
    found = vn2.judge(folder, 62, ["moving-average"], quick=True)
    assert list(found.costs) == [
        "benchmark", "once", "newsvendor", "analytic-mip", "hybrid, moving-average", "clairvoyant",
    ]  # fmt: skip
    assert min(found.costs.values(), key=lambda cost: cost.total) == found.costs["clairvoyant"]
    assert found.costs["clairvoyant"].missed == 0
    told = vn2.summary([found, found])
    assert "benchmark                     1.000  1.000  1.000" in told
    assert found.intervals == 12 * 6


def test_errors_that_last_widen_the_interval() -> None:
    # Half of a variance of 4 in each of 3 periods lasts: 3 x 2 and (3 sqrt 2)^2.
    s = small_world(
        ["shop"], [("supplier", "shop", 2)], mean=2.0, std=2.0, n_periods=5,
        error_correlation=0.5,
    )  # fmt: skip
    mean, std = interval_demand(s, 3)
    assert (mean[0], std[0] ** 2) == (6.0, pytest.approx(24.0))
    # Missed sale 10 and holding 1: the normal quantile at 10/11.
    assert stock_up_to(s, 3)[0] == pytest.approx(6 + 1.3352 * 24**0.5, abs=1e-3)


def test_a_true_law_meets_the_quantiles_it_states() -> None:
    # Means from 0.02 to 20 over the interval, where most quantiles lie between whole units.
    rng, n = np.random.default_rng(3), 4000
    mean = np.exp(rng.uniform(-5, 2, n))[None, :, None]
    s = small_world(
        ["shop"], [("supplier", "shop", 2)], n_products=n, mean=mean,
        std=np.sqrt(mean + 0.5 * mean**2), n_periods=3, distribution="negative_binomial",
    )  # fmt: skip
    total, std = interval_demand(s, 3)
    sold = np.zeros((n, 3))
    sold[:, 1] = rng.negative_binomial(total**2 / (std**2 - total), total / std**2)
    first = np.datetime64(s.dates[0].date(), "D") - 3
    s = s.replace(history=History(first, 1, sold, np.ones(sold.shape, dtype=bool), None, None))
    below, intervals = met(s, lambda origin: s, [0], 3)
    assert intervals == n
    assert np.array(below) / n == pytest.approx(QUANTILES, abs=0.015)


def test_a_forecast_of_nothing_has_a_law_too() -> None:
    s = small_world(
        ["shop"], [("supplier", "shop", 2)], n_products=2, n_periods=3,
        distribution=["negative_binomial", "gamma"],
    )  # fmt: skip
    low, high = step_of_law(s, 3, np.array([0.0, 1.0]))
    assert low.tolist() == [0.0, 1.0]
    assert high == pytest.approx([1.0, 1.0])


def test_an_interval_with_an_empty_shelf_tells_nothing(world: Scenario) -> None:
    # The second series was out of stock in week 20.
    assert np.isnan(came_true(world, 18, 3))[:2].tolist() == [False, True]
    assert not np.isnan(came_true(world, 21, 3)).any()


def test_accuracy_is_told_by_model(folder: Path) -> None:
    rows = accuracy.judge("vn2", folder, 62, "moving-average", None)
    # 12 series at six origins; three weeks after the last are known.
    assert len(rows) == 72
    line = accuracy.row("moving-average", [rows, rows])
    assert line.split()[0] == "moving-average"
    assert float(line.split()[2]) == pytest.approx(rows["error"].abs().mean(), abs=1e-3)


def test_favorita_is_played_on_its_sales(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write_favorita(data, 2, 3, 70)
    s = favorita.world(data, 4)
    assert s.history is not None
    origins = forecasts_at(s, 4, "moving-average")
    for name in ("cover 1", "analytic-mip"):
        found = backtest_history(s, favorita.POLICIES[name], 4, origins=origins)
        first = s.history.quantity[s.points.sells, 66]
        assert found.runs[0].demand[..., 0].sum() == first.sum()
        assert found.paths["fill_rate"][0] > 0.8
        assert favorita.line(found).startswith(name)


def test_what_is_made_up_goes_by_the_weeks_before(tmp_path: Path) -> None:
    data = tmp_path / "data"
    sales = write_favorita(data, 2, 3, 70)
    known = sales[:, :, 53:66]  # 13 weeks before the last four
    assert favorita.world(data, 4).lanes.capacity[0, 0] == np.ceil(1.1 * known.sum() / 13)


def test_a_cover_rule_covers_each_echelon(tmp_path: Path) -> None:
    data = tmp_path / "data"
    sales = write_favorita(data, 2, 3, 70)
    s = favorita.favorita(data)
    nothing = s.replace(
        points=dataclasses.replace(s.points, on_hand=np.zeros(s.n_points)),
        open_orders=s.open_orders.take(slice(0)),
        locations=dataclasses.replace(
            s.locations, storage_capacity=np.full_like(s.locations.storage_capacity, np.inf)
        ),
    )
    rule = favorita.Cover(1)(Problem(nothing), np.random.default_rng(0))
    orders, average = rule(initial_state(nothing), 0), sales[:, :, -13:].mean(axis=2)
    # A store orders every week and receives a week later: 2 weeks, and 1 more. What the DC orders
    # takes 2 weeks, rests a week, and is then to cover a store's 2; and 1 more.
    to_dc = s.routes.origin < 0
    np.testing.assert_array_equal(np.sort(orders[~to_dc]), np.sort(np.rint(3 * average.ravel())))
    np.testing.assert_allclose(orders[to_dc], 6 * average.sum(axis=1), atol=0.5)
    # With room for 10 beside the 3 weeks' sales that leave until an order comes, it is cut to that.
    room = np.full_like(s.locations.storage_capacity, np.inf)
    room[0] = 10.0
    tight = nothing.replace(locations=dataclasses.replace(s.locations, storage_capacity=room))
    rule = favorita.Cover(1)(Problem(tight), np.random.default_rng(0))
    cut = rule(initial_state(tight), 0)
    assert cut[to_dc].sum() == pytest.approx(10 + 3 * average.sum(), abs=2)
    np.testing.assert_array_equal(cut[~to_dc], orders[~to_dc])
