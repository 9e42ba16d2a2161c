"""Demand whose forecast errors last: every period keeps its law, windows stray further."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from scenarios.demand.sampling import sample
from scenarios.model.scenario import Scenario
from tests.support.worlds import chain

LAWS = [("normal", 3.0), ("gamma", 6.0), ("poisson", 1.0), ("negative_binomial", 6.0)]


def drawn(scenario: Scenario, n_paths: int, seed: int = 0, *, paired: bool = False) -> np.ndarray:
    """[paths x products, T], one row an error that lasts."""
    demand = sample(scenario, np.random.default_rng(seed), n_paths, paired=paired)
    return demand[:, scenario.points.sells].reshape(-1, scenario.n_periods)


def test_a_window_strays_as_the_formula_says() -> None:
    # As in test_uncertainty: 0.75 * 9 + 0.36 * 16 + (0.5 * 3 + 0.8 * 4)**2 = 34.6 over two periods.
    scenario = chain([1], mean=40.0, std=[3.0, 4.0], n_periods=2, error_correlation=[0.25, 0.64])
    demand = drawn(scenario, 100_000)
    assert demand.sum(axis=1).var() == pytest.approx(34.6, rel=0.02)
    assert demand.std(axis=0) == pytest.approx([3.0, 4.0], rel=0.01)


@pytest.mark.parametrize("law", ["normal", "gamma", "negative_binomial"])
def test_long_windows_stray_by_a_share_of_their_length(law: str) -> None:
    # 12 periods of variance 36 and correlation 0.3: 12 * 36 * (0.7 + 12 * 0.3) = 1857.6.
    scenario = chain([1], 20.0, 6.0, n_periods=12, distribution=law, error_correlation=0.3)
    assert drawn(scenario, 20_000).sum(axis=1).var() == pytest.approx(1857.6, rel=0.05)


@pytest.mark.parametrize(("law", "std"), LAWS)
def test_every_period_keeps_its_law(law: str, std: float) -> None:
    free = chain([1], 4.0, std, n_products=40, n_periods=5, distribution=law)
    lasting = chain(
        [1], 4.0, std, n_products=40, n_periods=5, distribution=law, error_correlation=0.6
    )
    with_it, without = drawn(lasting, 1000)[:, 2], drawn(free, 1000, seed=1)[:, 2]
    # 40,000 draws each, independent within one period: 99.9% are nearer than 0.014.
    assert stats.ks_2samp(with_it, without).statistic < 0.014


@pytest.mark.parametrize(
    ("law", "std", "low"),
    [("normal", 1.0, 0.49), ("gamma", 4.0, 0.44), ("poisson", 1.0, 0.47),
     ("negative_binomial", 4.0, 0.44)],
)  # fmt: skip
def test_units_are_correlated_slightly_less_than_said(law: str, std: float, low: float) -> None:
    scenario = chain([1], 4.0, std, n_periods=2, distribution=law, error_correlation=0.5)
    found = np.corrcoef(drawn(scenario, 60_000).T)[0, 1]
    assert low < found < 0.51


def test_points_and_paths_have_errors_of_their_own() -> None:
    scenario = chain([1], 40.0, 3.0, n_products=2, n_periods=30, error_correlation=0.9)
    mean = sample(scenario, np.random.default_rng(3), 4000)[:, :2].mean(axis=2)
    assert abs(np.corrcoef(mean.T)[0, 1]) < 0.06
    assert abs(np.corrcoef(mean[:-1, 0], mean[1:, 0])[0, 1]) < 0.06


def test_without_correlation_the_draws_are_what_they_were() -> None:
    scenario = chain([1], 4.0, 2.0, n_products=4, n_periods=6, distribution="gamma")
    zero = scenario.replace(error_correlation=np.zeros_like(scenario.mean))
    assert np.array_equal(drawn(zero, 3), drawn(scenario, 3))
    assert np.array_equal(drawn(zero, 3, paired=True), drawn(scenario, 3, paired=True))


@pytest.mark.parametrize(("law", "std"), LAWS)
def test_common_random_numbers_stay_common(law: str, std: float) -> None:
    base = chain([1], 4.0, std, n_products=3, n_periods=50, distribution=law, error_correlation=0.5)
    low, high = drawn(base, 5), drawn(base.replace(mean=1.1 * base.mean, std=1.1 * base.std), 5)
    assert (high >= low).all()
    assert (high > low).any()


def test_a_place_that_is_certain_stays_so() -> None:
    scenario = chain([1], [5.0, 7.0], 0.0, n_periods=2, error_correlation=0.5)
    assert (drawn(scenario, 10) == [5.0, 7.0]).all()
