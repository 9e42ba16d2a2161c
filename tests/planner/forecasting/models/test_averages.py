"""Averages and naive forecasts, worked by hand."""

from __future__ import annotations

import numpy as np

from planner.forecasting.models.averages import moving_average, seasonal_average, seasonal_naive
from tests.support.forecast_series import series

nan = np.nan


def test_a_moving_average_is_the_mean_of_the_last_thirteen_weeks() -> None:
    sold = [100, 100, *range(1, 14)]  # 1 + ... + 13 = 91
    np.testing.assert_allclose(moving_average(series(sold), 2), [[7, 7]])


def test_weeks_out_of_stock_with_nothing_sold_are_left_out_of_it() -> None:
    # 4, 6 and 8 are known: the empty shelf is not "no demand".
    some = series([4, 0, 6, 0, 8], [True, False, True, False, True])
    np.testing.assert_allclose(moving_average(some, 1), [[6]])


def test_what_was_known_longer_ago_counts_where_nothing_newer_is() -> None:
    some = series([4, 8, *[0] * 20], [True, True, *[False] * 20])
    np.testing.assert_allclose(moving_average(some, 1), [[6]])


def test_a_series_of_which_nothing_is_known_is_forecast_to_be_nothing() -> None:
    some = series([[nan, nan, nan], [0, 0, 0], [1, 2, 3]], [[True], [False], [True]])
    np.testing.assert_allclose(moving_average(some, 1), [[0], [0], [2]])


def test_a_daily_moving_average_is_of_thirteen_weeks_of_days() -> None:
    sold = [1000, *[2] * 91]
    np.testing.assert_allclose(moving_average(series(sold, days=1), 1), [[2]])


def test_seasonal_naive_repeats_the_year_before() -> None:
    sold = np.arange(60.0)
    # 60 is 52 weeks after 8, 61 after 9.
    np.testing.assert_allclose(seasonal_naive(series(sold), 2), [[8, 9]])
    # Week 112 is not 52 but 104 weeks after the last that is known.
    assert seasonal_naive(series(sold), 53)[0, 52] == 8


def test_seasonal_naive_repeats_the_last_week_where_there_is_no_year_before() -> None:
    np.testing.assert_allclose(seasonal_naive(series([5, 1, 2]), 2), [[2, 2]])
    days = series([9, *range(1, 8)], days=1)
    np.testing.assert_allclose(seasonal_naive(days, 9), [[1, 2, 3, 4, 5, 6, 7, 1, 2]])


def test_seasonal_naive_falls_back_on_the_average_in_a_gap() -> None:
    some = series([2, 4, 0], [True, True, False])
    np.testing.assert_allclose(seasonal_naive(some, 1), [[3]])


def test_a_seasonal_average_is_the_moving_one_until_a_season_can_be_told() -> None:
    some = series(np.arange(70.0))
    np.testing.assert_allclose(seasonal_average(some, 3), moving_average(some, 3))


def test_a_seasonal_average_foresees_the_summer() -> None:
    # Five weeks of 30 around midsummer and 10 in the rest of the year, three years; it is May now.
    week = np.arange(3 * 52 + 18)
    summer = (week % 52 >= 24) & (week % 52 < 29)
    sold = np.tile(np.where(summer, 30.0, 10.0), (40, 1))
    made = seasonal_average(series(sold, first="2021-01-04"), 20)
    assert abs(made[0, :3] / 10 - 1).max() < 0.1
    assert 26 < made[0, 8] < 34  # in the middle of the summer: week 26
