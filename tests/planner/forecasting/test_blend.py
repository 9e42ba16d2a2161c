"""The blend is the first model, unless another would clearly have cost less."""

from __future__ import annotations

import numpy as np

from planner.forecasting.blend import Stakes, _steady, blend, cost, coverage_table, score_table
from planner.forecasting.error_model import spread_of
from planner.forecasting.rolling_origin import PastForecasts, over_interval
from scenarios.arrays.types import Floats


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


def test_the_first_blend_has_the_benefit_of_the_doubt() -> None:
    # Costs of three blends at four origins. The first costs 1 +- 4 more than the cheapest, 4 in all
    # with a standard error of 2 x sqrt(64 / 3) = 9.2.
    found = np.array([[15.0, 7, 15, 7], [10.2, 10.1, 10.2, 10.1], [10, 10, 10, 10]])
    away = np.array([0, 1, 2])
    assert _steady(found, away) == 0
    # 1 +- 0.5 more is 4 with an error of 1.2; the second costs 0.6 more, with one of 0.12.
    found[0] = [11.5, 10.5, 11.5, 10.5]
    assert _steady(found, away) == 2
    # 0.15 +- 0.25 is 0.6 with one of 0.58; 0.05 +- 0.25 is 0.2, with the same one.
    found[1] = [10.4, 9.9, 10.4, 9.9]
    assert _steady(found, away) == 2
    found[1] = [10.3, 9.8, 10.3, 9.8]
    assert _steady(found, away) == 1
    # Of two as near as each other, the cheaper; and one origin leaves no doubt.
    assert _steady(found, np.array([0, 1, 1])) == 2
    assert _steady(found[:, :1], away) == 2


def test_models_hard_to_tell_apart_are_not_swapped_by_luck() -> None:
    # Both miss by as much; which was luckier at ten origins is another matter each time.
    chosen = []
    for seed in range(8):
        mean, actual = demand(seed, 12)
        luck = np.random.default_rng(100 + seed).choice([0.8, 1.25], (2, *mean.shape[:2], 1))
        some = past(actual, one=mean * luck[0], other=mean * luck[0][:, ::-1])
        chosen.append(blend(some, stakes(12)).get("one", 0.0))
    assert np.mean(chosen) > 0.6


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
