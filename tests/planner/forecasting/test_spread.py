"""Dispersion and lasting errors are found again in demand that was made with them."""

from __future__ import annotations

import numpy as np
import pytest

from planner.forecasting.spread import (
    LASTING,
    UNKNOWN,
    Spread,
    dispersion,
    error_correlation,
    spread_of,
    variance,
)
from scenarios.model import Floats


def drawn(rng: np.random.Generator, mean: Floats, a: Floats | float, whole: bool) -> Floats:
    """Demand with variance mean + a mean^2 (whole units) or a mean^2."""
    level = mean * rng.gamma(1 / np.asarray(a), a, mean.shape)
    return rng.poisson(level).astype(float) if whole else level


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("a", [0.05, 0.3, 1.0])
def test_one_dispersion_of_all_series_is_recovered(whole: bool, a: float) -> None:
    rng = np.random.default_rng(3)
    mean = np.repeat(rng.uniform(5, 50, (200, 1)), 12, axis=1)
    found = dispersion(mean, drawn(rng, mean, a, whole), np.full(200, whole), np.ones(200))
    assert np.median(found) == pytest.approx(a, rel=0.12)
    # Twelve errors alone would scatter by a factor of 1.5 about the truth; together they do not.
    assert np.quantile(np.abs(np.log(found / a)), 0.9) < np.log(1.5)


@pytest.mark.parametrize("whole", [True, False])
def test_calm_series_are_told_from_wild_ones(whole: bool) -> None:
    rng = np.random.default_rng(4)
    a = np.repeat([0.05, 0.8], 100)[:, None]
    mean = np.full((200, 26), 30.0)
    found = dispersion(mean, drawn(rng, mean, a, whole), np.full(200, whole), np.ones(200))
    assert np.median(found[:100]) == pytest.approx(0.05, rel=0.15)
    assert np.median(found[100:]) == pytest.approx(0.8, rel=0.15)
    assert found[:100].max() < found[100:].min()


def test_a_series_without_errors_gets_what_others_have() -> None:
    rng = np.random.default_rng(5)
    mean = np.full((60, 20), 30.0)
    actual = drawn(rng, mean, 0.3, True)
    actual[0] = np.nan
    found = dispersion(mean, actual, np.full(60, True), np.ones(60))
    assert found[0] == pytest.approx(0.3, rel=0.2)


def test_the_variance_is_that_of_each_law() -> None:
    mean, a = np.array([[4.0, 10.0], [4.0, 10.0]]), np.array([0.5, 0.5])
    found = variance(mean, a, np.array([True, False]))
    assert found == pytest.approx(np.array([[4 + 8, 10 + 50], [8.0, 50.0]]))


def test_without_past_forecasts_the_spread_is_a_guess() -> None:
    nothing = np.empty((0, 2, 3))
    found = spread_of(nothing, nothing, np.array([3, 3]), np.array([True, False]), 1)
    assert (found.period == UNKNOWN).all()
    assert (found.interval == UNKNOWN).all()


@pytest.mark.parametrize("level_error", [0.0, 0.5])
def test_errors_of_level_last_and_errors_of_periods_do_not(level_error: float) -> None:
    # Demand is 40 x the level's error (its variance a share of 0.2) x each period's own. Of the
    # variance of a period, 0.2 x the share plus what the product adds, so much is common.
    rng = np.random.default_rng(6)
    shape = (13, 150, 4)
    common, own = 0.2 * level_error, 0.2 * (1 - level_error)
    actual = np.full(shape, 40.0)
    if common:
        actual *= rng.gamma(1 / common, common, (*shape[:2], 1))
    if own:
        actual *= rng.gamma(1 / own, own, shape)
    cover, whole = np.full(150, 4), np.full(150, False)
    mean = np.full(shape, 40.0)
    spread = spread_of(mean, actual, cover, whole, 1)
    true = common / ((1 + common) * (1 + own) - 1)
    found = error_correlation(mean[0], spread, cover, whole)
    assert np.median(found) == pytest.approx(true, abs=0.07)


def test_the_correlation_makes_an_interval_as_wide_as_it_is() -> None:
    # Gamma, means 10 and 10, a period's a 0.04: stds 2 and 2. Apart 8, together 16. An interval's
    # a of 0.03 is a variance of 0.03 x 20^2 = 12, half of the way.
    mean, gamma = np.full((1, 2), 10.0), np.array([False])
    spread = Spread(np.array([0.04]), np.array([0.03]))
    assert error_correlation(mean, spread, np.array([2]), gamma) == pytest.approx(0.5)
    # Narrower than if errors were independent: 0. As wide as can be: not quite 1.
    narrow, wide = (Spread(np.array([0.04]), np.array([a])) for a in (0.01, 0.04))
    assert error_correlation(mean, narrow, np.array([2]), gamma)[0] == LASTING[0]
    assert error_correlation(mean, wide, np.array([2]), gamma)[0] == LASTING[1]
    # An interval of one period has none.
    assert error_correlation(mean, wide, np.array([1]), gamma)[0] == 0.0
