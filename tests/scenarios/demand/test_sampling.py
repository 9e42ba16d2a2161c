import numpy as np
import pytest

from scenarios.demand.sampling import (
    Binomial,
    Forecast,
    Geometric,
    GivenDemand,
    Poisson,
    TwoSinusoids,
    UniformInteger,
    sample,
)
from tests.support.worlds import chain, tree


@pytest.mark.parametrize(
    ("distribution", "mean", "std", "drawn_std"),
    [
        ("normal", 40.0, 8.0, 8.0),
        ("gamma", 4.0, 6.0, 6.0),
        ("poisson", 4.0, 6.0, 2.0),  # std is ignored: sqrt(4)
        ("negative_binomial", 4.0, 6.0, 6.0),
        ("negative_binomial", 4.0, 1.0, 2.0),  # falls back to Poisson
    ],
)
def test_samples_have_the_forecast_mean_and_std(distribution, mean, std, drawn_std):
    scenario = chain([1], mean, std, n_products=50, n_periods=20, distribution=distribution)
    drawn = sample(scenario, np.random.default_rng(0), 200)
    assert drawn.shape == (200, 50, 20)
    assert (drawn >= 0).all()
    # 200,000 draws: standard error of the mean below 0.02.
    assert drawn.mean() == pytest.approx(mean, abs=0.07)
    assert drawn.std() == pytest.approx(drawn_std, rel=0.02)
    if distribution in ("poisson", "negative_binomial"):
        assert np.array_equal(drawn, np.round(drawn))


def test_nobody_buys_where_there_is_no_forecast():
    scenario = tree([1, 1], 1, 5.0, 2.0)
    for model in (Forecast(3), Poisson(4.0, 3), UniformInteger(1, 2, 3)):
        drawn = model(scenario, np.random.default_rng(0))
        assert drawn.shape == (3, 3, 4)
        assert (drawn[:, 2] == 0).all()
        assert drawn[:, :2].sum() > 0


def test_one_path_has_no_leading_axis():
    assert Forecast()(chain([1], 5.0), np.random.default_rng(0)).shape == (1, 4)


@pytest.mark.parametrize("distribution", ["normal", "gamma"])
def test_no_uncertainty_means_the_mean(distribution):
    scenario = chain([1], [[1.0, 0.0, 2.5, 3.0]], 0.0, distribution=distribution)
    assert sample(scenario, np.random.default_rng(0)).tolist() == [[1.0, 0.0, 2.5, 3.0]]


def test_each_product_draws_from_its_own_distribution():
    scenario = chain([1], 7.5, 0.0, n_products=2, n_periods=50, distribution=["normal", "poisson"])
    drawn = sample(scenario, np.random.default_rng(0))
    assert (drawn[0] == 7.5).all()
    assert np.array_equal(drawn[1], np.round(drawn[1]))


def test_an_unknown_distribution_is_named():
    with pytest.raises(ValueError, match="cauchy"):
        sample(chain([1], 1.0, distribution="cauchy"), np.random.default_rng(0))


@pytest.mark.parametrize(
    ("model", "mean", "low", "high"),
    [
        (Poisson(3.0, 100), 3.0, 0, np.inf),
        (Binomial(10, 0.3, 100), 3.0, 0, 10),
        (UniformInteger(2, 6, 100), 4.0, 2, 6),
        (Geometric(0.25, 100), 4.0, 1, np.inf),
    ],
)
def test_simple_laws_have_their_mean_and_range(model, mean, low, high):
    scenario = chain([1], 1.0, n_products=20, n_periods=50)
    drawn = model(scenario, np.random.default_rng(0))
    assert drawn.mean() == pytest.approx(mean, abs=0.05)
    assert drawn.min() == low
    assert drawn.max() <= high
    assert np.array_equal(drawn, np.round(drawn))


def test_given_demand_is_used_as_it_is():
    values = np.arange(4.0)[None]
    scenario = chain([1], 1.0)
    assert np.array_equal(GivenDemand(values)(scenario, np.random.default_rng(0)), values)
    with pytest.raises(ValueError, match=r"not \[..\]"):
        GivenDemand(values[:, :3])(scenario, np.random.default_rng(0))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Poisson(-1.0),
        lambda: Binomial(-1, 0.5),
        lambda: Binomial(3, 1.5),
        lambda: UniformInteger(5, 4),
        lambda: Geometric(0.0),
        lambda: GivenDemand([[-1.0]]),
        lambda: TwoSinusoids(sigmax=-1),
    ],
)
def test_impossible_parameters_are_refused_at_once(make):
    with pytest.raises(ValueError, match=r"not|negative|need"):
        make()


def test_the_profile_without_noise_is_two_sinusoids():
    profile = TwoSinusoids(10, 5, 0.02, 3, 0.05, randvar=0, sigmax=0).draw(
        np.random.default_rng(0), 3
    )
    # t = 1: 10 + 5 sin(0.02) + 3 sin(0.05) = 10 + 0.099993 + 0.149938
    assert profile.mean[0] == pytest.approx(10.249931, abs=1e-6)
    assert np.array_equal(profile.actual, profile.mean)
    assert (profile.std == 0).all()


def test_ripples_and_stds_are_whole_numbers_below_their_bounds():
    flat = TwoSinusoids(20, 0, 0, 0, 0, randvar=4, sigmax=3)
    profile = flat.draw(np.random.default_rng(0), 500, shape=(20,))
    assert set(np.unique(profile.mean)) == {20.0, 21.0, 22.0, 23.0}
    assert set(np.unique(profile.std)) == {0.0, 1.0, 2.0}
    error = profile.actual - profile.mean
    for std in (0.0, 1.0, 2.0):
        assert error[profile.std == std].std() == pytest.approx(std, abs=0.05)


def test_the_profile_is_never_negative():
    profile = TwoSinusoids(-10, 5, 0.5, 3, 0.7, randvar=15, sigmax=9, whole=True).draw(
        np.random.default_rng(0), 200
    )
    assert profile.mean.min() == 0
    assert profile.actual.min() == 0
    assert np.array_equal(profile.actual, np.round(profile.actual))


def test_the_profile_becomes_the_forecast_of_a_scenario():
    scenario = TwoSinusoids().forecast(chain([1, 2], 1.0), np.random.default_rng(0))
    assert scenario.mean[0].min() > 10
    assert (scenario.mean[1] == 0).all()
    assert (scenario.std[0] < 5).all()
