"""Boosted trees see what averages cannot, and are the same for the same seed."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from planner.forecasting.models.averages import seasonal_average
from planner.forecasting.models.boosting import enough, learn_trees
from planner.forecasting.models.registry import MODELS
from planner.forecasting.rolling_origin import past_forecasts
from planner.forecasting.series.series import Series
from scenarios.arrays.types import Floats
from tests.support.forecast_series import series

AHEAD = 6


def promoted(seed: int = 1) -> tuple[Series, Floats]:
    """Sales that a promotion triples, and the means of the six weeks to come."""
    rng = np.random.default_rng(seed)
    promotion = np.where(rng.random((40, 120 + AHEAD)) < 0.15, 0.3, 0.0)
    mean = rng.uniform(3, 15, (40, 1)) * np.where(promotion > 0, 3.0, 1.0)
    some = series(rng.poisson(mean[:, :120]), promotion=promotion)
    return some, mean[:, 120:]


def error(made: Floats, mean: Floats) -> float:
    return float(abs(made - mean).mean() / mean.mean())


def test_they_foresee_what_a_promotion_sells() -> None:
    some, mean = promoted()
    made = learn_trees(some, AHEAD, threads=1)(some, AHEAD)
    assert error(made, mean) < 0.5 * error(seasonal_average(some, AHEAD), mean)


def test_they_follow_a_product_that_rises_everywhere() -> None:
    # Half the products lose and half gain 2% a week, at eight stores each; 13 weeks are too slow.
    rng = np.random.default_rng(2)
    product = np.arange(160) // 8
    step = np.where(rng.random(20) < 0.5, -0.02, 0.02)
    # Trends turn every 30 weeks, so that no season is mistaken for them.
    turns = np.where(np.arange(130) // 30 % 2 == 0, 1, -1)
    level = 10 * np.exp(np.cumsum(step[:, None] * turns, axis=1) - 0.3 * np.sign(step)[:, None])
    sold = rng.poisson(level[product])
    some = series(sold[:, :115], product=product, location=np.arange(160) % 8)
    mean = level[product][:, 115 : 115 + AHEAD]
    made = learn_trees(some, AHEAD, threads=1)(some, AHEAD)
    assert error(made, mean) < 0.9 * error(seasonal_average(some, AHEAD), mean)


def test_the_same_seed_gives_the_same_forecast() -> None:
    some, _ = promoted()
    one, again, other = (learn_trees(some, 2, seed=seed, threads=1)(some, 2) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_what_was_learnt_serves_at_a_later_origin() -> None:
    some, mean = promoted()
    predict = learn_trees(some.until(110), AHEAD, threads=1)
    assert error(predict(some, AHEAD), mean) < 0.25


@pytest.mark.parametrize(
    ("n", "weeks", "able"), [(100, 120, True), (100, 40, False), (3, 120, False)]
)
def test_they_need_enough_to_learn_from(n: int, weeks: int, able: bool) -> None:
    assert enough(series(np.ones((n, weeks)))) == able
    assert not enough(series(np.zeros((n, weeks))))


def test_a_plan_of_more_than_a_year_is_forecast() -> None:
    some, _ = promoted()
    made = learn_trees(some, AHEAD, threads=1)(some, 120)
    assert np.isfinite(made).all()
    assert made.min() > 0


def test_models_without_enough_at_the_first_origin_are_not_judged() -> None:
    some = series(np.random.default_rng(4).poisson(5, (60, 60)))
    made = past_forecasts(some, [MODELS["boosted"], MODELS["moving-average"]], 2)
    assert set(made.mean) == {"moving-average"}


def test_they_answer_also_when_nothing_is_told_ahead_any_more() -> None:
    some, _ = promoted()
    predict = learn_trees(some.until(110), AHEAD)
    silent = dataclasses.replace(some, planned=False)
    assert np.array_equal(predict(silent, AHEAD), predict(some, AHEAD))
