"""Averages, seasons, and what is made of sales where the shelf ran empty."""

from __future__ import annotations

import numpy as np
import pytest

from planner.forecasting.averages import moving_average, seasonal_average, seasonal_naive
from planner.forecasting.season import season_of
from planner.forecasting.series import at_least
from tests.planner.forecasting.made import series

NAN = np.nan


def test_a_moving_average_takes_what_is_known_of_the_last_13_weeks() -> None:
    # The first two weeks are older than 13; of the others, ten are gaps: (4 + 5 + 9) / 3.
    sold = [100.0, 100.0, 4.0, *[0.0] * 10, 5.0, 9.0]
    there = [True, True, True, *[False] * 10, True, True]
    assert moving_average(series(sold, there), 2) == pytest.approx(np.full((1, 2), 6.0))


def test_where_the_last_13_weeks_are_unknown_all_that_is_known_counts() -> None:
    sold = [3.0, 6.0, *[0.0] * 13]
    there = [True, True, *[False] * 13]
    assert moving_average(series(sold, there), 1)[0, 0] == pytest.approx(4.5)
    # And a series of which nothing is known is forecast at nothing.
    assert moving_average(series([0.0, 0.0], False), 1)[0, 0] == 0.0


def test_the_seasonal_naive_repeats_last_year_and_else_last_week() -> None:
    sold = np.arange(60.0)
    assert seasonal_naive(series(sold), 3)[0] == pytest.approx([8.0, 9.0, 10.0])
    # Past one year ahead, the same year once more.
    assert seasonal_naive(series(sold), 54)[0, 51:] == pytest.approx([59.0, 8.0, 9.0])
    # Less than a year is known: the last week; of days, the last seven.
    assert seasonal_naive(series(sold[:20]), 2)[0] == pytest.approx([19.0, 19.0])
    days = seasonal_naive(series(sold[:20], days=1), 9)[0]
    assert days == pytest.approx([13, 14, 15, 16, 17, 18, 19, 13, 14])


def test_the_seasonal_naive_does_not_repeat_an_empty_shelf() -> None:
    sold, there = np.arange(60.0), np.ones(60, dtype=bool)
    sold[8], there[8] = 0.0, False
    # The week of last year is unknown: last week instead; that unknown as well: the average.
    assert seasonal_naive(series(sold, there), 2)[0] == pytest.approx([59.0, 9.0])
    sold[59], there[59] = 0.0, False
    mean = np.arange(47, 59).mean()
    assert seasonal_naive(series(sold, there), 2)[0] == pytest.approx([mean, 9.0])


def year_round(n_periods: int, days: int = 7) -> np.ndarray:
    """A season of the year with mean 1, smooth enough for means of three weeks."""
    week = series(np.ones(n_periods), days=days).week_of_year(np.arange(n_periods))
    return 1 + 0.5 * np.sin(2 * np.pi * (week + 0.5) / 52)


def test_week_of_year_factors_are_recovered_whatever_the_level() -> None:
    season = year_round(208)
    levels = np.array([1e-3, 1.0, 50.0])[:, None]
    some = series(levels * season, whole=np.zeros(3, dtype=bool))
    found = season_of(some)
    assert found.daily is None
    assert found.weekly.mean() == pytest.approx(1.0)
    true = 1 + 0.5 * np.sin(2 * np.pi * (np.arange(52) + 0.5) / 52)
    # (The first and last half year of a history are compared with less than a year around them.)
    assert found.weekly == pytest.approx(true, abs=0.08)
    # So a forecast goes on with the season, where the moving average stands still.
    ahead = levels * year_round(221)[208:]
    error = np.abs(seasonal_average(some, 13) - ahead) / levels
    assert error.max() < 0.15
    assert (np.abs(moving_average(some, 13) - ahead) / levels).max() > 0.4


def test_a_season_survives_gaps() -> None:
    rng = np.random.default_rng(1)
    there = rng.random((20, 208)) < 0.6
    sold = np.where(there, 10.0 * year_round(208), 0.0)
    true = 1 + 0.5 * np.sin(2 * np.pi * (np.arange(52) + 0.5) / 52)
    assert season_of(series(sold, there)).weekly == pytest.approx(true, abs=0.09)


def test_no_season_is_told_from_less_than_a_year_and_a_half() -> None:
    rising = series(np.arange(1.0, 78.0))
    assert (season_of(rising).weekly == 1.0).all()
    assert (season_of(series(np.arange(1.0, 79.0))).weekly != 1.0).any()


@pytest.mark.parametrize("n_days", [70, 75])
def test_weekday_factors_are_recovered_and_counted_from_the_first_day(n_days: int) -> None:
    week = np.array([0.5, 0.5, 1.0, 1.0, 1.0, 2.0, 1.0])
    days = np.resize(week, n_days)
    some = series(np.outer([1.0, 40.0], days), days=1, whole=np.zeros(2, dtype=bool))
    daily = season_of(some).daily
    assert daily is not None
    assert daily == pytest.approx(np.tile(week, (2, 1)))
    expected = np.outer([1.0, 40.0], week[(n_days + np.arange(10)) % 7])
    assert seasonal_average(some, 10) == pytest.approx(expected)


def test_a_weekday_of_its_own_weighs_as_much_as_all_after_eight_weeks() -> None:
    # Nine series sell evenly; the tenth sells on the first day only, 7 units a week for 8 weeks.
    sold = np.ones((10, 56))
    sold[9] = np.resize([7.0, 0, 0, 0, 0, 0, 0], 56)
    daily = season_of(series(sold, days=1)).daily
    assert daily is not None
    # In common: (9 x 8 + 56) / 80 = 1.6 on the first day and 72 / 80 = 0.9 else; own: 7 and 0.
    assert daily[9] == pytest.approx([(7 + 1.6) / 2, *[0.45] * 6])
    assert daily[0] == pytest.approx([(1 + 1.6) / 2, *[0.95] * 6])


def test_an_empty_shelf_sold_at_least_what_it_sold() -> None:
    # Poisson with mean 2: P(D >= 2) = 0.59399 and P(D >= 3) = 0.32332, so
    # E[D | D >= 3] = 2 x 0.59399 / 0.32332 = 3.6743.
    sold, known = np.array([[1.0, 3.0, 3.0]]), np.array([[True, True, False]])
    assert at_least(sold, known, 1)[0] == pytest.approx([1.0, 3.0, 3.6743], abs=1e-4)
    # Nothing known before: the mean is taken to be what was sold; 3 x 0.80085 / 0.57681.
    alone = at_least(np.array([[3.0]]), np.array([[False]]), 1)
    assert alone[0, 0] == pytest.approx(4.1653, abs=1e-4)


def test_where_nothing_was_sold_from_an_empty_shelf_nothing_is_known() -> None:
    sold, known = np.array([[4.0, 0.0, 0.0]]), np.array([[True, False, True]])
    out = at_least(sold, known, 1)[0]
    assert np.isnan(out[1])
    assert out[0] == 4.0
    assert out[2] == 0.0


def test_censored_sales_reckon_with_the_quarter_before_only() -> None:
    # 100 a week long ago, then 13 weeks of 2: the level is 2.
    sold = np.array([[*[100.0] * 5, *[2.0] * 13, 3.0]])
    known = np.ones(sold.shape, dtype=bool)
    known[0, -1] = False
    assert at_least(sold, known, 1)[0, -1] == pytest.approx(3.6743, abs=1e-4)
    # What was sold far beyond the level is believed, and not much more.
    sold[0, -1] = 60.0
    assert 60.0 <= at_least(sold, known, 1)[0, -1] < 61.0
