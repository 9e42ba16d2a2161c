"""The blend trusts the models whose stock would have cost least; scores and coverage tell why."""

from __future__ import annotations

import numpy as np
import pytest

from planner.forecasting.blend import Stakes, blend, cost, coverage_table, score_table
from planner.forecasting.rolling_origin import PastForecasts, over_interval
from planner.forecasting.spread import spread_of

SHAPE = (13, 60, 3)


def stakes(n: int, cover: int = 3, missed: float = 9.0, *, whole: bool = True) -> Stakes:
    return Stakes(np.full(n, cover), np.full(n, missed), np.full(n, 1.0), np.full(n, whole))


def made(seed: int = 1) -> tuple[np.random.Generator, np.ndarray, PastForecasts]:
    """Levels that differ by origin and series, and Poisson demand about them."""
    rng = np.random.default_rng(seed)
    level = np.repeat(rng.uniform(10, 60, (*SHAPE[:2], 1)), SHAPE[2], axis=2)
    actual = rng.poisson(level).astype(float)
    return rng, level, PastForecasts(np.arange(13), actual, {})


def test_all_goes_to_the_model_that_is_right() -> None:
    _, level, past = made()
    useless = np.full(SHAPE, 35.0)
    past.mean.update({"useless": useless, "right": level, "double": 2 * level})
    assert blend(past, stakes(60)) == {"right": 1.0}


def test_two_models_with_errors_of_their_own_share() -> None:
    rng, level, past = made()
    for name in ("one", "other"):
        past.mean[name] = level * rng.uniform(0.5, 1.5, (*SHAPE[:2], 1))
    found = blend(past, stakes(60))
    assert set(found) == {"one", "other"}
    assert sum(found.values()) == pytest.approx(1.0)
    assert min(found.values()) >= 0.4


def test_without_evidence_the_first_model_gets_it_all() -> None:
    _, level, past = made()
    # All shelves were empty all the time; and: both models say the same.
    unseen = PastForecasts(past.origins, np.full(SHAPE, np.nan), {"first": level, "next": level})
    assert blend(unseen, stakes(60)) == {"first": 1.0}
    past.mean.update({"first": level, "next": level.copy()})
    assert blend(past, stakes(60)) == {"first": 1.0}
    assert blend(PastForecasts(past.origins, past.actual, {}), stakes(60)) == {}


def test_an_interval_with_a_gap_is_not_judged() -> None:
    values = np.array([[[1.0, 2.0, 4.0], [1.0, np.nan, 4.0], [1.0, 2.0, np.nan]]])
    found = over_interval(values, np.array([3, 3, 2]))
    assert found == pytest.approx(np.array([[7.0, np.nan, 3.0]]), nan_ok=True)


def test_the_cost_is_what_is_short_at_nine_and_over_at_one() -> None:
    # Gamma demand that is always 100: the dispersion found is the least, 0.005, a std of 7.07.
    # The 90 % quantile of it, 109.2, is 9.2 over: so much to hold; at 50 % it is about the mean.
    mean, actual = np.full((20, 4), 100.0), np.full((20, 4), 100.0)
    assert cost(mean, actual, stakes(4, whole=False)) == pytest.approx(9.2, abs=0.1)
    assert cost(mean, actual, stakes(4, missed=1.0, whole=False)) == pytest.approx(0.17, abs=0.05)
    actual[:] = np.nan
    assert cost(mean, actual, stakes(4)) == 0.0


def test_scores_are_errors_of_whole_intervals() -> None:
    actual = np.full((2, 1, 2), 10.0)
    actual[1, 0, 1] = np.nan
    past = PastForecasts(np.arange(2), actual, {"high": np.full((2, 1, 2), 12.0)})
    table = score_table(past, {"blend": np.full((2, 1, 2), 9.0)}, stakes(1, cover=2))
    found = table.set_index("model")
    # One interval of two periods is known: 24 forecast, or 18, of 20.
    assert (found["intervals"] == 1).all()
    assert found.loc["high", ["mae", "rmse", "bias"]].tolist() == pytest.approx([4, 4, 4])
    assert found.loc["blend", ["mae", "rmse", "bias"]].tolist() == pytest.approx([2, 2, -2])
    assert table["cost"].is_monotonic_increasing


@pytest.mark.parametrize("whole", [True, False])
def test_stated_quantiles_cover_about_what_they_say(whole: bool) -> None:
    rng = np.random.default_rng(2)
    mean = np.repeat(rng.uniform(20, 80, (1, 60, 1)), 26, axis=0) * np.ones(3)
    level = mean * rng.gamma(1 / 0.2, 0.2, (26, 60, 1)) * rng.gamma(1 / 0.1, 0.1, (26, 60, 3))
    actual = rng.poisson(level).astype(float) if whole else level
    some, past = stakes(60, whole=whole), PastForecasts(np.arange(26), actual, {"right": mean})
    spread = spread_of(mean, actual, some.cover, some.whole, 1)
    table = coverage_table(past, mean, spread, some)
    assert table["met"].to_numpy() == pytest.approx(table["quantile"].to_numpy(), abs=0.03)
    # Half the mean covers much less.
    low = coverage_table(past, 0.5 * mean, spread, some)
    assert (low["met"] < table["met"] - 0.05).all()


def test_coverage_of_nothing_is_an_empty_table() -> None:
    _, _, past = made()
    spread = spread_of(np.empty((0, 60, 1)), np.empty((0, 60, 1)), np.full(60, 3),
                       np.full(60, True), 1)  # fmt: skip
    assert coverage_table(past, None, spread, stakes(60)).empty
