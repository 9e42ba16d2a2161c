"""New series lean on older ones of their product, of their category, or on all."""

from __future__ import annotations

import numpy as np
import pytest

from planner.forecasting.series import Series
from planner.forecasting.short import leaning_on_others
from tests.planner.forecasting.made import series

MEAN = np.array([[10.0], [20.0], [60.0], [2.0]])


def shops(weeks_of_last: int, product: list[int], category: list[int]) -> Series:
    """Three series of 20 weeks and one that has just begun."""
    sold = np.ones((4, 20))
    sold[3, : 20 - weeks_of_last] = np.nan
    return series(sold, product=np.array(product), category=np.array(category))


def test_a_series_of_three_weeks_takes_half_from_older_ones_of_its_product() -> None:
    some = shops(3, [0, 0, 1, 0], [0, 0, 0, 0])
    # Its product sells 10 and 20 elsewhere: half of 2 and half of 15.
    assert leaning_on_others(some, MEAN)[:, 0] == pytest.approx([10, 20, 60, 8.5])


def test_a_new_product_takes_from_its_category_and_without_one_from_all() -> None:
    # One week of its own: a quarter of 2 and three quarters of (20 + 60) / 2.
    of_category = shops(1, [0, 1, 2, 3], [0, 1, 1, 1])
    assert leaning_on_others(of_category, MEAN)[3, 0] == pytest.approx(0.25 * 2 + 0.75 * 40)
    of_all = shops(1, [0, 1, 2, 3], [0, 0, 0, 1])
    assert leaning_on_others(of_all, MEAN)[3, 0] == pytest.approx(0.25 * 2 + 0.75 * 30)


def test_from_13_weeks_in_stock_a_series_stands_on_its_own() -> None:
    old, young = shops(13, [0, 0, 1, 0], [0] * 4), shops(12, [0, 0, 1, 0], [0] * 4)
    assert leaning_on_others(old, MEAN)[3, 0] == 2.0
    # 12 / 15 its own.
    assert leaning_on_others(young, MEAN)[3, 0] == pytest.approx(0.8 * 2 + 0.2 * 15)


def test_where_all_are_young_or_none_is_nothing_changes() -> None:
    assert leaning_on_others(series(np.ones((4, 5))), MEAN) is MEAN
    assert leaning_on_others(series(np.ones((4, 30))), MEAN) is MEAN


def test_a_week_is_seven_days_of_a_daily_history() -> None:
    sold = np.ones((2, 13 * 7))
    sold[1, : 10 * 7] = np.nan
    some = series(sold, days=1, product=np.array([0, 0]))
    assert leaning_on_others(some, np.array([[8.0], [2.0]]))[1, 0] == pytest.approx(5.0)
