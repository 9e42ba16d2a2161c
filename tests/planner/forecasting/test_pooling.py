"""Short series lean on older ones, worked by hand."""

from __future__ import annotations

import numpy as np

from planner.forecasting.pooling import leaning_on_others
from tests.support.forecast_series import series

nan = np.nan


def test_a_new_series_leans_on_its_product() -> None:
    sold = np.full((3, 26), 10.0)
    sold[2, :-1] = nan  # one week old
    some = series(sold, product=np.array([0, 1, 0]), location=np.array([0, 0, 1]))
    made = leaning_on_others(some, np.array([[8.0, 8], [100, 100], [4, 4]]))
    # 1 / (1 + 3) of its own 4, the rest of its product's 8; old ones stay as they are.
    np.testing.assert_allclose(made, [[8, 8], [100, 100], [7, 7]])


def test_a_new_product_leans_on_its_category_and_else_on_all() -> None:
    sold = np.full((4, 26), 10.0)
    sold[2:, :-3] = nan
    some = series(sold, category=np.array([0, 1, 1, 2]))
    made = leaning_on_others(some, np.array([[8.0], [10], [4], [3]]))
    # Three weeks weigh a half: 4 and 10 of the category; 3 and the 9 of all.
    np.testing.assert_allclose(made[2:], [[7], [6]])


def test_a_series_out_of_stock_from_the_first_day_is_forecast_as_its_product() -> None:
    sold = np.full((2, 26), 10.0)
    sold[1] = 0
    some = series(sold, [[True], [False]], product=np.array([0, 0]), location=np.array([0, 1]))
    np.testing.assert_allclose(leaning_on_others(some, np.array([[8.0], [0]])), [[8], [8]])


def test_it_hardly_leans_on_others_that_differ_among_themselves() -> None:
    sold = np.full((3, 26), 10.0)
    sold[2, :-3] = nan
    # Others of 1 and 99 a week: mean 50, variance 49^2. A week varies by 50 + 50^2 / 2 = 1300.
    k = 1300 / 49**2
    made = leaning_on_others(series(sold), np.array([[1.0], [99], [2]]))
    np.testing.assert_allclose(made[2], (3 * 2 + k * 50) / (3 + k))


def test_old_series_alone_and_young_series_alone_stay_as_they_are() -> None:
    for length in (2, 30):
        mean = np.array([[1.0], [5]])
        np.testing.assert_array_equal(leaning_on_others(series(np.ones((2, length))), mean), mean)
