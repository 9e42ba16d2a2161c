"""Seasons are recovered from made sales."""

from __future__ import annotations

import numpy as np

from planner.forecasting.series.season import season_of, week_of_year_factors, weekday_factors
from tests.support.forecast_series import series

WAVE = 1 + 0.4 * np.sin(2 * np.pi * np.arange(52) / 52)


def test_week_factors_are_recovered_from_weekly_sales() -> None:
    rng = np.random.default_rng(1)
    empty = series(np.zeros((60, 156)), first="2021-01-04")
    factor = WAVE[empty.week_of_year(np.arange(156))]
    sold = rng.poisson(rng.uniform(2, 20, (60, 1)) * factor)
    found = week_of_year_factors(series(sold, first="2021-01-04"))
    assert abs(found - WAVE).max() < 0.08
    assert np.isclose(found.mean(), 1)


def test_weekdays_and_weeks_are_recovered_from_daily_sales() -> None:
    rng = np.random.default_rng(2)
    weekday = np.array([0.6, 0.7, 0.8, 1.0, 1.2, 1.7, 1.0])
    empty = series(np.zeros((30, 730)), days=1, first="2022-01-05")
    days = np.arange(730)
    factor = WAVE[empty.week_of_year(days)] * weekday[days % 7]
    sold = rng.poisson(5 * factor, (30, 730))
    # 730 days are no whole weeks: factors are still counted from the first day.
    season = season_of(series(sold, days=1, first="2022-01-05"))
    assert season.daily is not None
    assert abs(season.daily - weekday).max() < 0.25
    assert abs(season.daily.mean(axis=0) - weekday).max() < 0.03
    assert abs(season.weekly - WAVE).max() < 0.1


def test_a_series_with_weekdays_of_its_own_keeps_most_of_them() -> None:
    sold = np.tile([5.0, 5, 5, 5, 5, 5, 5], (20, 52))
    sold[0] = np.tile([0, 0, 0, 0, 0, 17.5, 17.5], 52)
    found = weekday_factors(series(sold, days=1))
    # 52 weeks of its own and 8 of all: (52 * 3.5 + 8 * common) / 60, and common is about 1.
    assert 3.0 < found[0, 5] < 3.3
    assert found[0, 0] < 0.15


def test_what_was_out_of_stock_does_not_count() -> None:
    sold = np.full((10, 28), 4.0)
    in_stock = np.ones((10, 28), dtype=bool)
    sold[:, 6::7], in_stock[:, 6::7] = 0, False
    np.testing.assert_allclose(weekday_factors(series(sold, in_stock, days=1)), 1)


def test_less_than_a_year_and_a_half_has_no_season_and_less_than_two_weeks_no_weekdays() -> None:
    sold = np.random.default_rng(3).poisson(9, (5, 77))
    assert (week_of_year_factors(series(sold)) == 1).all()
    assert (weekday_factors(series(sold[:, :13], days=1)) == 1).all()


def test_a_few_sales_are_hardly_a_season() -> None:
    # One series, three years, one unit now and then: that week was twenty times the usual.
    sold = np.zeros(156)
    sold[[5, 40, 60, 101, 130]] = 1
    found = week_of_year_factors(series(sold))
    assert found.max() < 3
    assert found.min() > 0.3


def test_a_shop_that_closes_in_winter_has_a_season() -> None:
    sold = np.tile(np.where(np.arange(52) < 40, 10.0, 0.0), (50, 3))[:, :156]
    found = week_of_year_factors(series(sold, first="2021-01-04"))
    assert found[44:50].max() < 0.05


def test_the_last_days_of_a_year_belong_to_its_last_week() -> None:
    some = series(np.zeros(366), days=1, first="2024-01-01")
    assert some.week_of_year(np.array([0, 6, 7, 363, 364, 365])).tolist() == [0, 0, 1, 51, 51, 51]
