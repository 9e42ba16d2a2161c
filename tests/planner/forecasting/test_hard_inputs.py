"""Odd histories get sensible forecasts: finite, not negative, of the size of what was sold."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from planner.forecasting.learn import Forecaster, learn
from planner.forecasting.models import boosting
from planner.forecasting.models.registry import BLENDED, MODELS
from planner.forecasting.series.series import Series
from scenarios.arrays.types import Floats
from tests.support.forecast_series import series, stakes

AHEAD = 8
AUTO = [MODELS[name] for name in BLENDED]


@pytest.fixture(autouse=True)
def _few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """What holds of a few trees from a few examples holds of many, and is there sooner."""
    monkeypatch.setattr(boosting, "TREES", 10)
    monkeypatch.setattr(boosting, "PAIRS", 60)


def poisson(n: int, length: int, mean: float = 5.0) -> Floats:
    return np.random.default_rng(1).poisson(mean, (n, length)).astype(float)


def aged() -> Floats:
    """52 products, each three weeks younger than the one before."""
    sold = poisson(52, 157)
    for k in range(52):
        sold[k, : 3 * k] = np.nan
    return sold


def gaps() -> Series:
    return series(poisson(20, 120), np.random.default_rng(2).random((20, 120)) < 0.4)


def half_told() -> Series:
    rng = np.random.default_rng(3)
    price = np.where(rng.random((40, 120 + AHEAD)) < 0.5, 2.0, np.nan)
    price[0] = np.nan
    price[1] = 0
    promotion = np.where(rng.random((40, 120 + AHEAD)) < 0.5, 0.2, np.nan)
    return series(poisson(40, 120), price=price, promotion=promotion)


def scales() -> Series:
    sold = poisson(40, 120)
    sold[:5] *= 1e9
    sold[5:10] *= 1e-6
    return series(sold)


CASES: dict[str, Callable[[], Series]] = {
    "one series": lambda: series(poisson(1, 157)),
    "one period": lambda: series(poisson(20, 1)),
    "five periods": lambda: series(poisson(20, 5)),
    "nine periods": lambda: series(poisson(20, 9)),
    "all out of stock": lambda: series(poisson(20, 120), False),
    "out of stock since a year": lambda: series(poisson(20, 157), np.arange(157) < 100),
    "gaps": gaps,
    "huge": lambda: series(1e9 * poisson(40, 120)),
    "tiny": lambda: series(1e-6 * poisson(40, 120)),
    "huge and tiny": scales,
    "hardly ever sold": lambda: series(poisson(40, 120, 0.05)),
    "always the same": lambda: series(np.full((40, 120), 7.0)),
    "of different age": lambda: series(aged()),
    "price and promotion half told": half_told,
    "five weeks of days": lambda: series(poisson(30, 35), days=1),
    "three days": lambda: series(poisson(30, 3), days=1),
    "half a year of days": lambda: series(poisson(30, 182), days=1),
}


def checked(some: Series, cover: int = 3, n_ahead: int = AHEAD) -> tuple[Forecaster, Floats]:
    made = learn(some, stakes(some, cover), n_ahead, AUTO, [MODELS["seasonal-naive"]])
    mean, std, rho = made(some, n_ahead)
    assert mean.shape == std.shape == (some.n_series, n_ahead)
    for values in (mean, std, rho):
        assert np.isfinite(values).all()
        assert (values >= 0).all()
    assert (rho <= 0.9).all()
    assert abs(sum(made.weights.values()) - 1) < 1e-9
    return made, mean


@pytest.mark.parametrize("name", list(CASES))
def test_forecasts_are_sensible(name: str) -> None:
    some = CASES[name]()
    _, mean = checked(some)
    known = np.where(np.isnan(some.quantity), 0, some.quantity)
    assert (mean.max(axis=1) <= known.max(axis=1) + 1e-9 + known.mean()).all()
    assert mean.sum() > 0.3 * known.mean() * mean.size


@pytest.mark.parametrize("in_stock", [True, False])
@pytest.mark.parametrize("n", [1, 40])
def test_where_nothing_was_ever_sold_nothing_is_forecast(n: int, in_stock: bool) -> None:
    _, mean = checked(series(np.zeros((n, 120)), in_stock))
    np.testing.assert_array_equal(mean, 0)


def test_a_series_that_stopped_a_year_ago_has_stopped() -> None:
    sold = poisson(60, 157)
    sold[:10, 104:] = 0
    _, mean = checked(series(sold))
    assert mean[:10].max() < 0.06
    assert mean[10:].min() > 2


def test_tiny_quantities_are_forecast_as_others_are() -> None:
    sold = poisson(40, 120)
    some = series(sold, whole=np.zeros(40, dtype=bool))
    small = dataclasses.replace(some, quantity=1e-6 * some.quantity)
    for name in ("seasonal-average", "moving-average", "seasonal-naive"):
        one, other = (MODELS[name].fit(x, 4)(x, 4) for x in (some, small))
        np.testing.assert_allclose(1e-6 * one, other)


def test_two_years_of_days() -> None:
    rng = np.random.default_rng(4)
    weekday = np.array([0.5, 0.5, 1, 1, 1, 1.5, 1.5])
    mean = np.outer(rng.uniform(1, 6, 30), weekday[np.arange(728) % 7])
    promotion = np.where(rng.random((30, 728 + 14)) < 0.1, 0.3, 0)
    some = series(rng.poisson(mean), days=1, promotion=promotion)
    made, found = checked(some, cover=10, n_ahead=14)
    assert abs(found.mean(axis=0) / found.mean() / np.tile(weekday, 2) - 1).max() < 0.2
    assert np.median(made.spread.interval) < 0.05


def test_a_protection_interval_longer_than_what_can_be_looked_back_on() -> None:
    made, _ = checked(series(poisson(20, 60)), cover=30)
    # No interval of 30 weeks lies in the 26 that are looked back on: the first model, and errors
    # that are as those of single periods.
    assert made.weights == {"seasonal-average": 1.0}
    np.testing.assert_array_equal(made.spread.interval, made.spread.period)


def test_a_model_that_can_learn_now_but_not_yet_at_past_origins_is_used_and_not_judged() -> None:
    some = series(poisson(80, 67))  # 42 weeks before the first past origin: one too few
    made = learn(some, stakes(some), 4, [MODELS["boosted"]], [MODELS["seasonal-naive"]])
    assert made.weights == {"boosted": 1.0}
    assert made.scores["model"].tolist() == ["seasonal-naive"]
    assert np.isfinite(made(some, 4)[0]).all()
