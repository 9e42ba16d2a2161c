"""Dispersion and correlation of errors are recovered from simulated demand."""

from __future__ import annotations

import numpy as np
import pytest

from planner.forecasting.error_model import (
    UNKNOWN,
    Spread,
    dispersion,
    error_correlation,
    spread_of,
    variance,
)
from scenarios.arrays.types import Floats


def negative_binomial(mean: Floats, a: float, rng: np.random.Generator) -> Floats:
    return rng.poisson(mean * rng.gamma(1 / a, a, mean.shape)).astype(float)


@pytest.mark.parametrize("a", [0.05, 0.3, 1.0, 3.0])
def test_the_dispersion_of_negative_binomial_demand_is_recovered(a: float) -> None:
    rng = np.random.default_rng(1)
    mean = np.repeat(rng.uniform(3, 30, (300, 1)), 20, axis=1)
    found = dispersion(
        mean, negative_binomial(mean, a, rng), np.ones(300, dtype=bool), np.ones(300)
    )
    np.testing.assert_allclose(found, a, rtol=0.25)


@pytest.mark.parametrize("a", [0.05, 0.3, 1.0])
def test_the_dispersion_of_gamma_demand_is_recovered_at_any_scale(a: float) -> None:
    rng = np.random.default_rng(2)
    mean = np.repeat(rng.choice([1e-6, 1.0, 1e9], (300, 1)), 20, axis=1)
    actual = mean * rng.gamma(1 / a, a, mean.shape)
    found = dispersion(mean, actual, np.zeros(300, dtype=bool), np.ones(300))
    np.testing.assert_allclose(found, a, rtol=0.25)


def test_steady_and_erratic_series_are_told_apart() -> None:
    rng = np.random.default_rng(3)
    mean = np.full((200, 13), 40.0)
    actual = np.concatenate(
        [negative_binomial(mean[:100], 0.02, rng), negative_binomial(mean[100:], 1.0, rng)]
    )
    found = dispersion(mean, actual, np.ones(200, dtype=bool), np.ones(200))
    assert np.median(found[:100]) < 0.04
    assert 0.7 < np.median(found[100:]) < 1.4


def test_a_series_without_errors_is_as_the_others_are() -> None:
    rng = np.random.default_rng(4)
    mean = np.full((101, 20), 10.0)
    actual = negative_binomial(mean, 0.5, rng)
    actual[100] = np.nan
    found = dispersion(mean, actual, np.ones(101, dtype=bool), np.ones(101))
    assert 0.4 < found[100] < 0.6


def test_where_nothing_is_known_the_dispersion_is_what_it_is_said_to_be() -> None:
    mean, nothing = np.ones((2, 3)), np.full((2, 3), np.nan)
    for whole in (np.array([True, True]), np.array([True, False])):
        np.testing.assert_array_equal(dispersion(mean, nothing, whole, np.ones(2)), UNKNOWN)


def test_sales_where_none_were_forecast_are_no_fault() -> None:
    mean, actual = np.zeros((3, 4)), np.array([[0.0, 3, 0, 0], [0, 0, 0, 0], [1, 1, 1, 1]])
    for whole in (True, False):
        found = dispersion(mean, actual, np.full(3, whole), np.ones(3))
        assert np.isfinite(found).all()
        assert (found > 0).all()


def test_intervals_never_seen_whole_are_as_wide_as_periods_make_them() -> None:
    rng = np.random.default_rng(5)
    mean = np.full((2, 50, 4), 20.0)
    actual = negative_binomial(mean, 0.4, rng)
    actual[:, :, 3] = np.nan
    found = spread_of(mean, actual, np.full(50, 4), np.ones(50, dtype=bool), 1)
    np.testing.assert_array_equal(found.interval, found.period)
    assert 0.3 < np.median(found.period) < 0.5


def test_variances_by_hand() -> None:
    found = variance(np.array([[2.0], [2.0]]), np.array([0.5, 0.5]), np.array([True, False]))
    np.testing.assert_allclose(found, [[4], [2]])  # 2 + 0.5 * 4, and 0.5 * 4


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e9])
def test_the_correlation_of_errors_by_hand(scale: float) -> None:
    # Two periods of 4, a = 1/4: std 2 each. The interval of 8 at a = 3/16 has variance 12:
    # 12 = (1 - rho) 8 + rho 16.
    mean, cover = scale * np.full((1, 2), 4.0), np.array([2])
    spread = Spread(np.array([0.25]), np.array([3 / 16]))
    np.testing.assert_allclose(error_correlation(mean, spread, cover, np.array([False])), 0.5)


def test_one_period_has_no_correlation_and_none_is_beyond_its_bounds() -> None:
    mean, whole = np.full((3, 2), 4.0), np.zeros(3, dtype=bool)
    spread = Spread(np.full(3, 0.25), np.array([0.25, 2.0, 0.01]))
    found = error_correlation(mean, spread, np.array([1, 2, 2]), whole)
    np.testing.assert_array_equal(found, [0, 0.9, 0])
    np.testing.assert_array_equal(error_correlation(0 * mean, spread, np.full(3, 2), whole), 0)


@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_errors_of_the_level_that_last_are_recovered(rho: float) -> None:
    # Demand is mean * (1 + 0.3 (sqrt(rho) U + sqrt(1 - rho) e)), one U for the interval.
    rng = np.random.default_rng(6)
    mean = np.full((13, 300, 4), 100.0)
    level, noise = rng.normal(size=(13, 300, 1)), rng.normal(size=(13, 300, 4))
    actual = np.maximum(mean * (1 + 0.3 * (np.sqrt(rho) * level + np.sqrt(1 - rho) * noise)), 0)
    cover, whole = np.full(300, 4), np.zeros(300, dtype=bool)
    spread = spread_of(mean, actual, cover, whole, 1)
    found = error_correlation(mean[0], spread, cover, whole)
    assert abs(np.median(found) - rho) < 0.12
