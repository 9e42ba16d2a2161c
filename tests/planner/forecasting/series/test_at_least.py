"""What was sold from a shelf that ran empty says that demand was at least that."""

from __future__ import annotations

import math

import numpy as np

from planner.forecasting.series.series import at_least


def expect(sold: list[float], known: list[bool]) -> np.ndarray:
    return at_least(np.array([sold]), np.array([known]), 1)[0]


def test_demand_is_the_mean_of_what_it_may_have_been() -> None:
    # Poisson, mean 2: at least 1, 2 / (1 - e^-2); at least 3, (2 - 2e^-2 - 4e^-2) / (1 - 5e^-2).
    found = expect([2, 2, 1, 3], [True, True, False, False])
    assert math.isclose(found[2], 2 / (1 - math.exp(-2)))
    assert math.isclose(found[3], (2 - 6 * math.exp(-2)) / (1 - 5 * math.exp(-2)))


def test_nothing_sold_from_an_empty_shelf_says_nothing() -> None:
    found = expect([2, 0, 2], [True, False, True])
    assert np.isnan(found[1])
    np.testing.assert_array_equal(found[[0, 2]], 2)


def test_what_is_known_stays_as_it_is() -> None:
    np.testing.assert_array_equal(expect([0, 5, 2], [True] * 3), [0, 5, 2])


def test_the_level_is_that_of_the_quarter_before_and_of_nothing_later() -> None:
    sold, known = [50.0] + [2.0] * 13 + [1.0, 90.0], [True] * 14 + [False, True]
    # The 50 is 14 weeks back, the 90 is later: the level is 2.
    assert math.isclose(expect(sold, known)[14], 2 / (1 - math.exp(-2)))


def test_a_sale_far_above_the_level_is_not_taken_further() -> None:
    # 40 sold at a level of 0 or 1: demand of 40 at least, and hardly more.
    for before in (0.0, 1.0):
        assert 40 <= expect([before, 40], [True, False])[1] <= 41.1


def test_where_nothing_is_known_the_sale_itself_is_the_level() -> None:
    # Poisson, mean 1, at least 1.
    assert math.isclose(expect([1.0], [False])[0], 1 / (1 - math.exp(-1)))


def test_demand_is_never_below_what_was_sold_nor_beyond_reason() -> None:
    rng = np.random.default_rng(1)
    for scale in (1e-6, 1.0, 1e9):
        sold = scale * rng.poisson(3, (20, 60))
        known = rng.random(sold.shape) < 0.7
        found = at_least(sold, known, 1)
        told = ~np.isnan(found)
        assert (found[told] >= sold[told]).all()
        assert found[told].max() < 4 * sold.max()
