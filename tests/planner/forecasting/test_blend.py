"""The blend is the one whose stock would have cost least."""

from __future__ import annotations

import numpy as np

from planner.forecasting.blend import Stakes, blend, cost, coverage_table, score_table
from planner.forecasting.rolling_origin import PastForecasts, over_interval
from planner.forecasting.spread import spread_of
from scenarios.model import Floats


def stakes(n: int, cover: int = 2, missed: float = 9.0, whole: bool = True) -> Stakes:
    return Stakes(np.full(n, cover), np.full(n, missed), np.ones(n), np.full(n, whole))


def past(actual: Floats, **mean: Floats) -> PastForecasts:
    return PastForecasts(np.arange(len(actual)), actual, mean)


def demand(seed: int, n: int = 40) -> tuple[Floats, Floats]:
    """Mean and demand [10, n, 2], means wide apart and changing."""
    rng = np.random.default_rng(seed)
    mean = rng.gamma(2, 10, (10, n, 2))
    return mean, rng.poisson(mean).astype(float)


def test_the_model_that_knows_demand_gets_everything() -> None:
    mean, actual = demand(1)
    useless = np.random.default_rng(2).permuted(mean, axis=0)
    found = blend(past(actual, useless=useless, right=mean, nothing=0 * mean), stakes(40))
    assert found == {"right": 1.0}


def test_models_whose_errors_cancel_share() -> None:
    mean, actual = demand(3)
    wrong = np.random.default_rng(4).choice([0.5, 1.5], mean.shape[:2])[..., None] * mean
    found = blend(past(actual, one=wrong, other=2 * mean - wrong), stakes(40))
    assert set(found) == {"one", "other"}
    assert abs(found["one"] - 0.5) < 0.11


def test_ties_go_to_the_first_model() -> None:
    mean, actual = demand(5)
    assert blend(past(actual, one=mean, other=mean), stakes(40)) == {"one": 1.0}
    # Nor is there anything to choose by where no interval is known, or all is zero.
    assert blend(past(np.nan * actual, one=mean, other=0 * mean), stakes(40)) == {"one": 1.0}
    assert blend(past(0 * actual, one=0 * mean, other=0 * mean), stakes(40)) == {"one": 1.0}


def test_without_past_forecasts_there_is_no_blend() -> None:
    assert blend(past(np.empty((0, 3, 2))), stakes(3)) == {}


def test_a_cost_by_hand() -> None:
    # At m = h the stock is the median of the interval, nearly the mean here: 200 against demand of
    # 195 and 209, three nan left out. (5 h + 9 m) / 2 = 7.
    mean = np.full((3, 1), 200.0)
    actual = np.array([[195.0], [209.0], [np.nan]])
    found = cost(mean, actual, Stakes(np.array([1]), np.ones(1), np.ones(1), np.array([True])))
    assert abs(found - 7) < 0.4


def test_an_interval_is_known_where_all_its_periods_are() -> None:
    values = np.array([[[1.0, 2, 4], [1, np.nan, 4], [1, 2, np.nan]]])
    found = over_interval(values, np.array([2, 3, 2]))
    np.testing.assert_array_equal(found, [[3, np.nan, 3]])


def test_scores_come_best_first_and_tell_bias_and_errors() -> None:
    actual = np.full((4, 1, 1), 10.0)
    table = score_table(
        past(actual, high=actual + 6, near=actual + 1), {}, stakes(1, cover=1, missed=1.0)
    )
    assert table["model"].tolist() == ["near", "high"]
    assert table["bias"].tolist() == [1, 6]
    assert table["mae"].tolist() == [1, 6]
    assert table["intervals"].tolist() == [4, 4]


def test_quantiles_cover_what_they_say() -> None:
    rng = np.random.default_rng(7)
    mean = np.repeat(rng.gamma(1.0, 3.0, (1, 2000, 1)) + 0.3, 13, axis=0).repeat(2, axis=2)
    for whole in (True, False):
        law = mean * rng.gamma(2.0, 0.5, mean.shape)
        actual = rng.poisson(law).astype(float) if whole else law
        told, some = past(actual, one=mean), stakes(2000, whole=whole)
        spread = spread_of(mean, actual, some.cover, some.whole, 1)
        table = coverage_table(told, mean, spread, some)
        np.testing.assert_allclose(table["met"], table["quantile"], atol=0.025)
