"""What is learnt at the end of a history holds in the periods after it."""

from __future__ import annotations

import numpy as np

from brain.analytic.newsvendor import demand_quantile
from planner.forecasting import forecast
from planner.forecasting.blend import QUANTILES
from planner.forecasting.forecast import stakes_of
from planner.forecasting.learn import learn
from planner.forecasting.models.registry import BLENDED, MODELS
from planner.forecasting.series.series import series_of
from scenarios.examples.dense import world
from scenarios.model.history import History
from scenarios.model.scenario import Scenario
from tests.support.forecast_series import series, stakes

AVERAGES = [MODELS[name] for name in BLENDED if name != "boosted"]


def test_stated_quantiles_of_the_interval_hold_on_fresh_weeks() -> None:
    rng = np.random.default_rng(1)
    n, weeks, cover = 2000, 60, 4
    level = rng.gamma(1.5, 3.0, (n, 1)) + 0.2
    sold = rng.poisson(level * rng.gamma(2.0, 0.5, (n, weeks + cover)))
    some = series(sold[:, :weeks])
    mean, std, rho = learn(some, stakes(some, cover), cover, AVERAGES)(some, cover)
    # The variance of the whole interval, as planners read it from std and correlation of errors.
    total = mean.sum(axis=1, keepdims=True)
    wide = (1 - rho) * (std**2).sum(axis=1) + rho * std.sum(axis=1) ** 2
    fresh = sold[:, weeks:].sum(axis=1)
    law = np.full(n, "negative_binomial", dtype=object)
    for quantile in QUANTILES:
        stock = demand_quantile(np.full(n, quantile), total, np.sqrt(wide)[:, None], law)[:, 0]
        met = np.clip(stock - fresh + 1, 0, 1).mean()
        assert abs(met - quantile) < 0.03


def test_the_season_is_chosen_where_there_is_one_and_not_where_there_is_none() -> None:
    rng = np.random.default_rng(2)
    week = np.arange(157)
    for strength, best in ((0.5, "seasonal-average"), (0.0, "moving-average")):
        mean = rng.uniform(5, 20, (100, 1)) * (1 + strength * np.sin(2 * np.pi * week / 52))
        some = series(rng.poisson(mean))
        weights = learn(some, stakes(some), 3, AVERAGES).weights
        assert weights[best] >= 0.6


def test_a_history_too_short_to_look_back_on_gets_the_first_model() -> None:
    some = series(np.full((3, 5), 2.0))
    made = learn(some, stakes(some), 3, AVERAGES)
    assert made.weights == {"seasonal-average": 1.0}
    assert made.scores.empty
    assert made.coverage.empty


def test_progress_is_told() -> None:
    some, told = series(np.full((3, 30), 2.0)), list[str]()
    learn(some, stakes(some), 3, AVERAGES, progress=told.append)
    assert told[0] == "judging models: 1 of 22 past forecasts"
    assert told[-1].startswith("fitting ")


def two_stores() -> Scenario:
    """Two products at two stores behind a warehouse; the second sells by weight."""
    found = world(
        ["A", "B", "DC"],
        [("DC", "A", 1), ("DC", "B", 2), ("supplier", "DC", 2)],
        mean=np.array([1.0, 1.0, 0.0])[:, None, None],
        n_products=2,
        period="W",
    )
    n, weeks = found.n_points, 20
    level = np.where(found.points.sells, 4.0 + found.points.product / 2, np.nan)
    start = np.datetime64(found.dates[0].date(), "D")
    return found.replace(
        mean=np.where(found.points.sells[:, None], np.nan, found.mean),
        std=np.where(found.points.sells[:, None], np.nan, found.std),
        history=History(
            first=start - 7 * weeks,
            days=7,
            quantity=np.repeat(level[:, None], weeks, axis=1),
            in_stock=np.ones((n, weeks), dtype=bool),
            price=None,
            promotion=None,
        ),
    )


def test_a_scenario_is_filled_where_something_was_sold() -> None:
    scenario = two_stores()
    made = forecast(scenario)
    filled, sells = made.scenario, scenario.points.sells
    assert not filled.lacks_forecast
    np.testing.assert_allclose(filled.mean[sells, 0], 4 + scenario.points.product[sells] / 2)
    np.testing.assert_array_equal(filled.mean[~sells], 0)
    assert len(made.table) == 4 * scenario.n_periods
    assert set(made.table["product"]) == {"P1", "P2"}


def test_the_protection_interval_is_lead_time_and_review_period() -> None:
    scenario = two_stores()
    some, points = series_of(scenario)
    told = stakes_of(scenario, some, points)
    # Lead times of 1 at A and 2 at B, and a review every week.
    assert dict(zip(some.location.tolist(), told.cover.tolist(), strict=True)) == {0: 2, 1: 3}
    assert dict(zip(some.product.tolist(), some.whole.tolist(), strict=True)) == {0: True, 1: False}
