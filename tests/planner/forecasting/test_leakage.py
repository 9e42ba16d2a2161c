"""Nothing after an origin changes a forecast made at it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from planner.forecasting.learn import learn
from planner.forecasting.models import boosting
from planner.forecasting.models.registry import AVERAGES, BLENDED, MODELS
from planner.forecasting.rolling_origin import past_forecasts
from planner.forecasting.series.features import sight
from planner.forecasting.series.season import season_of
from planner.forecasting.series.series import Series
from tests.support.forecast_series import series, stakes

AHEAD = 4


@pytest.fixture(autouse=True)
def _few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """What holds of a few trees from a few examples holds of many, and is there sooner."""
    monkeypatch.setattr(boosting, "TREES", 10)
    monkeypatch.setattr(boosting, "PAIRS", 60)


def sold(n: int = 60, length: int = 140, seed: int = 1) -> Series:
    rng = np.random.default_rng(seed)
    shape = (n, length)
    return series(
        rng.poisson(rng.gamma(2, 3, (n, 1)), shape),
        rng.random(shape) < 0.9,
        product=np.arange(n) // 3,
        location=np.arange(n) % 3,
        category=np.arange(n) // 10,
        price=rng.choice([2.0, 2.5, np.nan], (n, length + AHEAD)),
        promotion=rng.choice([0.0, 0.2], (n, length + AHEAD)),
    )


def changed_after(some: Series, origin: int) -> Series:
    """Other sales, stock-outs and fractions of units after an origin, other plans AHEAD later."""
    rng = np.random.default_rng(9)
    quantity, known = some.quantity.copy(), some.known.copy()
    quantity[:, origin:] = rng.gamma(1, 50, quantity[:, origin:].shape)
    known[:, origin:] = rng.random(known[:, origin:].shape) < 0.5
    other = dataclasses.replace(
        some, quantity=quantity, known=known, whole=np.zeros(some.n_series, dtype=bool)
    )
    assert some.price is not None
    assert some.promotion is not None
    price, promotion = some.price.copy(), some.promotion.copy()
    price[:, origin + AHEAD :], promotion[:, origin + AHEAD :] = 99.0, 0.9
    return dataclasses.replace(other, price=price, promotion=promotion)


def same(one: Series, other: Series) -> None:
    for field in dataclasses.fields(Series):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))


def test_what_was_known_is_not_changed_by_what_came_later() -> None:
    for origin in (1, 50, 139):
        same(sold().until(origin), changed_after(sold(), origin).until(origin))


@pytest.mark.parametrize("name", [*[model.name for model in AVERAGES], "boosted"])
def test_past_forecasts_are_not_changed_by_what_came_later(name: str) -> None:
    some = sold()
    made = past_forecasts(some, [MODELS[name]], AHEAD)
    again = past_forecasts(changed_after(some, int(made.origins[4])), [MODELS[name]], AHEAD)
    np.testing.assert_array_equal(made.mean[name][:5], again.mean[name][:5])
    # The test can fail: what came true is another demand.
    assert (made.actual[5] != again.actual[5]).any()


def test_what_is_learnt_and_forecast_is_not_changed_by_what_came_later() -> None:
    origin, some = 125, sold()
    models = [MODELS[name] for name in BLENDED]
    found = []
    for whole in (some, changed_after(some, origin)):
        past = whole.until(origin)
        learnt = learn(past, stakes(past), AHEAD, models)
        assert set(learnt.scores["model"]) >= set(BLENDED)
        found.append((*learnt(past, AHEAD), learnt.spread.period, learnt.spread.interval))
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("days", [1, 7])
def test_features_at_an_origin_are_read_from_before_it(days: int) -> None:
    # Seasons are learnt and given; all else at an origin must come from before it.
    some = dataclasses.replace(sold(length=460), days=days)
    origin, rows = 440, np.arange(some.n_series)
    season = season_of(some.until(origin))
    here = sight(some, season, AHEAD)
    there = sight(dataclasses.replace(changed_after(some, origin), whole=some.whole), season, AHEAD)
    for ahead in range(AHEAD):
        for one, other in (
            (here.at(origin, rows), there.at(origin, rows)),
            (here.of_target(origin, ahead, rows), there.of_target(origin, ahead, rows)),
        ):
            assert one.keys() == other.keys()
            for name in one:
                np.testing.assert_array_equal(one[name], other[name], err_msg=name)
    assert (here.at(origin + 1, rows)["mean_1"] != there.at(origin + 1, rows)["mean_1"]).any()


def test_plans_told_for_after_the_origin_are_known_before_it() -> None:
    some = sold()
    past = some.until(100)
    assert past.promotion is not None
    assert past.promotion.shape == (60, 100 + AHEAD)
