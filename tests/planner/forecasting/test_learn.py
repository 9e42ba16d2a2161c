"""Learning from history: nothing from the future, something from other series, always a number."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from planner.forecasting.error_model import UNKNOWN
from planner.forecasting.learn import Forecaster, learn
from planner.forecasting.models.averages import seasonal_average
from planner.forecasting.models.boosting import enough, learn_trees
from planner.forecasting.models.registry import AVERAGES, BLENDED, BOOSTED, MODELS
from planner.forecasting.rolling_origin import past_forecasts
from planner.forecasting.series.series import Series
from scenarios.arrays.types import Floats
from tests.support.forecast_series import series, stakes

AUTO = [MODELS[name] for name in BLENDED]
AHEAD = 4


def with_promotions(n: int = 60, periods: int = 110, seed: int = 1) -> Series:
    """Poisson demand that a promotion triples, in one period of eight; plans are known."""
    rng = np.random.default_rng(seed)
    promotion = (rng.random((n, periods + AHEAD)) < 1 / 8).astype(float)
    level = rng.uniform(3, 30, (n, 1)) * np.where(promotion > 0, 3.0, 1.0)
    sold = rng.poisson(level[:, :periods]).astype(float)
    return series(sold, promotion=promotion)


def changed_after(some: Series, origin: int) -> Series:
    """The same until an origin, and quite another world after it; plans as they were known."""
    quantity, known = some.quantity.copy(), some.known.copy()
    quantity[:, origin:] = 7.0 * quantity[:, origin:] + 100.0
    known[::3, origin:] = False
    quantity[::3, origin:] = np.nan
    plan = None if some.promotion is None else some.promotion.copy()
    if plan is not None:
        plan[:, origin + AHEAD :] = 9.0
    return dataclasses.replace(some, quantity=quantity, known=known, promotion=plan)


def test_nothing_after_an_origin_changes_a_forecast_from_it() -> None:
    some, models = with_promotions(), [*AVERAGES, BOOSTED]
    before = past_forecasts(some, models, AHEAD)
    cut = int(before.origins[6])
    after = past_forecasts(changed_after(some, cut), models, AHEAD)
    assert set(before.mean) == {model.name for model in models}
    early, late = before.origins <= cut, before.origins > cut
    for name, mean in before.mean.items():
        assert np.array_equal(mean[early], after.mean[name][early])
        # (Which the seasonal naive, on last year's ground, does not notice for a year.)
        noticed = not np.array_equal(mean[late], after.mean[name][late])
        assert noticed == (name != "seasonal-naive")


def test_learning_until_an_origin_does_not_know_what_follows() -> None:
    some = with_promotions(80)
    there = stakes(some, AHEAD)
    one, other = (
        learn(world.until(100), there, AHEAD, AUTO)
        for world in (some, changed_after(some, 100))
    )  # fmt: skip
    assert one.weights == other.weights
    assert "boosted" in one.weights
    for a, b in zip(one(some.until(100), AHEAD), other(some.until(100), AHEAD), strict=True):
        assert np.array_equal(a, b)


def test_past_forecasts_are_compared_with_what_came_true() -> None:
    sold, there = np.arange(60.0)[None], np.ones((1, 60), dtype=bool)
    there[0, 57] = False
    past = past_forecasts(series(sold, there), [MODELS["seasonal-naive"]], 3)
    # Every other week of the last 26; the last origin knows all but one week.
    assert past.origins.tolist() == list(range(35, 60, 2))
    assert past.actual[0, 0] == pytest.approx([35, 36, 37])
    assert past.actual[-2, 0] == pytest.approx([np.nan, 58, 59], nan_ok=True)
    assert past.actual[-1, 0] == pytest.approx([59, np.nan, np.nan], nan_ok=True)
    # It forecasts last week where a year is not known, and last year where it is.
    assert past.mean["seasonal-naive"][0, 0] == pytest.approx([34, 34, 34])
    assert past.mean["seasonal-naive"][-1, 0] == pytest.approx([7, 8, 9])


def test_trees_learn_a_promotion_that_averages_cannot_see() -> None:
    some = with_promotions()
    past = past_forecasts(some, [MODELS["seasonal-average"], BOOSTED], AHEAD)

    def error(name: str) -> float:
        return float(np.nanmean(np.abs(past.mean[name] - past.actual)))

    assert error("boosted") < 0.6 * error("seasonal-average")


def test_trees_learn_a_trend_of_a_product_from_all_its_shops() -> None:
    # Ten products in eight shops; those of one category grow by 3 % a week from the middle on,
    # those of the other shrink.
    rng = np.random.default_rng(2)
    product = np.arange(80) // 8
    slope = np.where(product % 2 == 0, 0.03, -0.03)[:, None]
    week = np.maximum(np.arange(110) - 40, 0)
    level = rng.uniform(5, 20, (80, 1)) * np.exp(slope * week)
    some = series(
        rng.poisson(level).astype(float), product=product, location=np.arange(80) % 8,
        category=product % 2,
    )  # fmt: skip
    past = past_forecasts(some, [MODELS["seasonal-average"], BOOSTED], AHEAD)

    def bias(name: str) -> float:
        error = past.mean[name] - past.actual
        return float(np.nanmean(error[:, product % 2 == 0]))

    assert abs(bias("boosted")) < 0.6 * abs(bias("seasonal-average"))


def test_one_seed_gives_one_forecast() -> None:
    some = with_promotions(30, 160)
    first, again, other = (learn_trees(some, AHEAD, seed)(some, AHEAD) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.corrcoef(first.ravel(), other.ravel())[0, 1] > 0.95


def test_trees_are_grown_from_enough_only() -> None:
    some = with_promotions()
    assert enough(some)
    assert not enough(some.until(42))
    assert not enough(series(np.zeros((60, 110))))
    # A great many series that have only just begun teach nothing yet.
    sold = np.full((1001, 60), np.nan)
    sold[:, -4:] = 3.0
    sold[0] = 0.0
    there = np.ones(sold.shape, dtype=bool)
    there[0] = False
    assert not enough(series(sold, there))


def test_what_cannot_be_fitted_gives_way_to_an_average() -> None:
    some = with_promotions(periods=50).until(30)
    for also in ([], [MODELS["seasonal-naive"]]):
        found = learn(some, stakes(some), AHEAD, [BOOSTED], also)
        assert found.weights == {"moving-average": 1.0}
        mean, _, _ = found(some, AHEAD)
        assert mean[:, 0] == pytest.approx(some.quantity[:, -13:].mean(axis=1))
        # It has looked back for how far it strays.
        assert set(found.scores["model"]) == {"moving-average", *(model.name for model in also)}
        assert found.spread.period.max() < UNKNOWN
        assert len(found.coverage) > 0


def test_trees_are_used_as_they_were_judged() -> None:
    some = with_promotions(40)
    found = learn(some, stakes(some, 2), AHEAD, [BOOSTED])
    made = found.predictors["boosted"](some, AHEAD)
    assert np.array_equal(made[:, :2], learn_trees(some, 2)(some, 2))
    assert np.array_equal(made[:, 2:], learn_trees(some, AHEAD)(some, AHEAD)[:, 2:])
    assert np.array_equal(found.predictors["boosted"](some, 1), made[:, :1])


def test_a_forecaster_forecasts_from_later_ends_with_what_it_has_learnt() -> None:
    some = with_promotions(80)
    found = learn(some.until(100), stakes(some, AHEAD), AHEAD, AUTO)
    assert found.weights["boosted"] >= 0.8
    mean, std, rho = found(some, AHEAD)
    assert mean.shape == std.shape == (80, AHEAD)
    assert rho.shape == (80,)
    planned = some.promotion is not None and some.promotion[:, -AHEAD:] > 0
    usual = seasonal_average(some, AHEAD)
    assert (mean / usual)[planned].mean() > 1.5
    assert (mean / usual)[~planned].mean() < 1.1


def test_the_std_is_that_of_the_demand_that_was_made() -> None:
    # Negative binomial demand, a = 0.3, forecast by averages of 13 weeks, which stray little.
    rng = np.random.default_rng(8)
    mean = rng.uniform(10, 40, (100, 1))
    sold = rng.poisson(mean * rng.gamma(1 / 0.3, 0.3, (100, 60))).astype(float)
    some = series(sold)
    found: Forecaster = learn(some, stakes(some, 2), AHEAD, [MODELS["moving-average"]])
    made, std, rho = found(some, AHEAD)
    # The mean of 13 weeks is uncertain itself: by 1 / 13 of the variance of a week.
    true = np.sqrt((made + 0.3 * made**2) * (1 + 1 / 13))
    assert np.median(std / true) == pytest.approx(1.0, abs=0.1)
    assert np.median(rho) < 0.2


def hard() -> dict[str, Series]:
    """Inputs that are hard on means, ratios and logarithms."""
    rng = np.random.default_rng(1)
    big = rng.poisson(5, (30, 157)).astype(float)
    young, mixed = np.array(big), np.array(big)
    for k in range(30):
        young[k, : 5 * k] = np.nan
    mixed[:5] *= 1e9
    mixed[5:10] *= 1e-6
    mixed[10:15, 104:] = 0
    mixed[15:20] = 7
    promotion = (rng.random((30, 170)) < 0.1) * 0.3
    price = np.where(promotion > 0, 2.0, 3.0)
    price[rng.random(price.shape) < 0.3] = np.nan
    price[:5], price[5:10] = np.nan, 0.0
    promotion[10:15] = np.nan
    nothing = np.full((30, 170), np.nan)
    daily = rng.poisson(2, (20, 400)).astype(float)
    return {
        "zeros": series(np.zeros((30, 157))),
        "one series": series(big[:1]),
        "one period": series(big[:, :1]),
        "two periods": series(big[:, :2]),
        "five periods": series(big[:, :5]),
        "nine periods": series(big[:, :9]),
        "a year and a half": series(big[:, :80]),
        "out of stock": series(big, False),
        "out of stock, nothing sold": series(0 * big, False),
        "out of stock lately": series(big, np.arange(157) < 100),
        "in stock lately": series(big, np.arange(157) > 150),
        "gaps": series(big, rng.random(big.shape) < 0.6),
        "huge": series(big * 1e9 + 0.5),
        "tiny": series(big * 1e-6),
        "mixed": series(mixed),
        "slow": series(rng.poisson(0.05, (60, 110)).astype(float)),
        "young": series(young),
        "no prices told": series(big[:, :60], price=nothing[:, :73], promotion=nothing[:, :73]),
        "some prices told": series(big, price=price, promotion=promotion),
        "days": series(daily[:10], days=1),
        "three days": series(daily[:, :3], days=1),
        "five weeks of days": series(daily[:, :35], days=1),
    }


HARD = hard()


@pytest.mark.parametrize("name", HARD)
def test_hard_inputs_give_finite_forecasts_without_a_warning(name: str) -> None:
    some = HARD[name]
    also = [MODELS["seasonal-naive"]] if some.days == 7 else []
    cover = 30 if name == "a year and a half" else 3
    found = learn(some, stakes(some, cover), AHEAD, AUTO, also)
    mean, std, rho = found(some, 13)
    for values in (mean, std, rho):
        assert np.isfinite(values).all()
        assert (values >= 0).all()
    assert sum(found.weights.values()) == pytest.approx(1.0)
    # Nobody is forecast to sell much more than ever: of tiny quantities, tiny ones.
    most = _most(some)
    assert (mean <= 3 * np.maximum(most, 0.05 * some.whole)[:, None]).all()


def _most(some: Series) -> Floats:
    """[N] the most a series has sold in a period; of all of them, where it is young."""
    most = np.nan_to_num(some.quantity).max(axis=1)
    young = some.known.sum(axis=1) < 13 * some.per_week
    return np.where(young, most.max(), most)
