"""Demand drawn by inverse distribution functions: the same laws, moving with their mean."""

import numpy as np
import pytest
from scipy import stats

from planner import backtest
from planner.policies.simple import ZERO
from scenarios.demand.quantiles import gamma_quantile, poisson_quantile
from scenarios.demand.sampling import sample
from tests.support.worlds import chain

LAWS = [("normal", 3.0), ("gamma", 6.0), ("poisson", 1.0), ("negative_binomial", 6.0)]


@pytest.mark.parametrize("mean", [0.0, 1e-6, 0.3, 1.0, 7.5, 29.9, 400.0, 1e6])
def test_poisson_quantiles_are_exact(mean):
    uniform = np.concatenate(
        [np.linspace(0.001, 0.999, 999), [2.0**-50, 1e-9, 1 - 1e-9, 1 - 1e-12]]
    )
    found = poisson_quantile(uniform, np.full(uniform.shape, mean))
    assert np.array_equal(found, stats.poisson.ppf(uniform, mean) if mean else np.zeros(1003))


def test_quantiles_by_hand():
    # P(X <= 0) = exp(-1) = 0.3679 and P(X <= 1) = 0.7358 for mean 1.
    u = np.array([[0.0, 0.36, 0.37], [0.73, 0.74, 0.0]])
    assert poisson_quantile(u, np.ones((2, 3))).tolist() == [[0, 0, 1], [1, 2, 0]]
    # Of shape 1 and scale 2: exponential with mean 2, -2 log(1 - u).
    half = gamma_quantile(np.array([0.5]), np.ones(1), np.full(1, 2.0))
    assert half[0] == pytest.approx(2 * np.log(2))


@pytest.mark.parametrize(("law", "std"), LAWS)
def test_the_laws_stay_what_they_are(law, std):
    scenario = chain([1], 4.0, std, n_products=40, n_periods=20, distribution=law)
    paired = sample(scenario, np.random.default_rng(0), 100, paired=True)
    plain = sample(scenario, np.random.default_rng(1), 100)
    assert paired.shape == plain.shape
    # 80,000 draws each: the two-sample Kolmogorov-Smirnov distance has 99.9% below 0.01.
    assert stats.ks_2samp(paired.ravel(), plain.ravel()).statistic < 0.01


@pytest.mark.parametrize(("law", "std"), LAWS)
def test_demand_rises_with_its_mean_everywhere(law, std):
    # The products in front change their means, too, and must not shift the numbers of the last.
    mean = np.array([4.0, 0.0, 4.0])[:, None]
    base = chain([1], mean, std, n_products=3, n_periods=400, sells=True, distribution=law)
    more = base.replace(mean=1.1 * base.mean + [[0.0], [2.0], [0.0]], std=1.1 * base.std)
    last = base.replace(mean=base.mean * [[2.0], [1.0], [1.0]])
    low, high, other = (
        sample(s, np.random.default_rng(3), paired=True) for s in (base, more, last)
    )
    assert np.array_equal(low[2], other[2])
    assert (high[2] >= low[2]).all()
    # A tenth more: far less than the 4 that independent draws would differ by.
    assert 0 < np.abs(high[2] - low[2]).mean() < 0.6
    assert np.corrcoef(high[2], low[2])[0, 1] > 0.97


def test_a_backtest_can_draw_paired_demand():
    scenario = chain([1], 4.0, 2.0, n_periods=60, distribution="poisson")
    runs = [
        backtest(s, ZERO, n_paths=2, seed=1, paired=True).runs
        for s in (scenario, scenario.replace(mean=1.05 * scenario.mean))
    ]
    for low, high in zip(*runs, strict=True):
        extra = high.demand - low.demand
        assert set(np.unique(extra)) <= {0.0, 1.0}
        assert extra.sum() > 0
