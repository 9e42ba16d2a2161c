"""One codec for training and planning."""

from __future__ import annotations

import dataclasses
import hashlib

import numpy as np
import pytest
import torch

from brain.environments.serial_chains import chains
from brain.environments.training_chains import RandomChains, ReferenceChains
from brain.trained.features import (
    FEATURE_VERSION,
    FEATURES,
    KNOWN,
    N_FEATURES,
    RATIO_SCALE,
    SEEN,
    codec,
)
from brain.trained.point_facts import point_facts
from scenarios.model.scenario import Scenario
from scenarios.simulation.step import compile_scenario, initial_state
from tests.support.worlds import chain, column, tree


def at(features: np.ndarray, point: int, name: str) -> float:
    return float(features[point, FEATURES.index(name)])


def opening(scenario: Scenario) -> np.ndarray:
    return codec(scenario)(initial_state(scenario), 0)


@pytest.mark.parametrize("unmet", ["lost", "backlog"])
def test_torch_and_numpy_see_the_same(unmet: str) -> None:
    source = RandomChains(unmet_demand=(unmet,), ratio=(1.0, 1000.0))  # type: ignore[arg-type]
    scenario = source.draw(np.random.default_rng(3), 40, 12).scenario
    net = compile_scenario(scenario, torch, dtype=torch.float64)
    in_torch = codec(scenario, torch, dtype=torch.float64)
    in_numpy = codec(scenario)
    for period in (0, 5):
        expected = in_numpy(initial_state(scenario), period)
        found = in_torch(initial_state(scenario, net), period)
        assert found.shape == (scenario.n_points, N_FEATURES)
        assert np.isfinite(expected).all()
        np.testing.assert_allclose(found.numpy(), expected, atol=1e-9)


def test_features_of_one_location_by_hand() -> None:
    # Lead time 2 and daily review cover 3 days: mean 30, std 3 sqrt(3); 13 on hand, 5 arrive now
    # and 7 tomorrow: position 25, 5 short of the mean.
    scenario = chain(
        [2], mean=10.0, std=3.0, on_hand=13.0, open_orders=[(0, 0, 5.0), (0, 1, 7.0)],
        missed_sale_cost=50.0, n_periods=8,
    )  # fmt: skip
    seen, std = opening(scenario), 3 * np.sqrt(3)
    assert at(seen, 0, "on-hand / std here") == pytest.approx(np.arcsinh(13 / std))
    assert at(seen, 0, "arrivals of this period / std here") == pytest.approx(np.arcsinh(5 / std))
    assert at(seen, 0, "arrivals of the next / std here") == pytest.approx(np.arcsinh(7 / std))
    assert at(seen, 0, "arrivals of the one after / std here") == 0
    assert at(seen, 0, "in transit / std here") == pytest.approx(np.arcsinh(12 / std))
    short = at(seen, 0, "(echelon position - mean demand to cover) / std here")
    assert short == pytest.approx(np.arcsinh(-5 / std))
    assert at(seen, 0, "on-hand in periods of mean demand here") == pytest.approx(np.arcsinh(1.3))
    assert at(seen, 0, "log of missed-sale over holding cost") == pytest.approx(
        np.log(50) / RATIO_SCALE
    )
    others = [i for i, name in enumerate(FEATURES) if name.endswith(("below", "above"))]
    alone = [i for i in others if "stages" not in FEATURES[i] and "all points" not in FEATURES[i]]
    assert (seen[0, alone] == 0).all()


def test_neighbours_in_a_chain_see_each_other() -> None:
    scenario = chain(
        [1, 2, 3], mean=10.0, std=2.0, on_hand=column([4.0, 5.0, 6.0]), n_periods=20,
        holding_cost=column([1.0, 0.8, 0.5]),
    )  # fmt: skip
    seen = opening(scenario)
    for name in ("on-hand / std", "lead time", "holding cost over that where customers buy"):
        here = [at(seen, k, f"{name} here") for k in range(3)]
        assert [at(seen, k, f"{name} above") for k in range(3)] == pytest.approx([*here[1:], 0])
        assert [at(seen, k, f"{name} below") for k in range(3)] == pytest.approx([0, *here[:2]])
    above = "holding costs at all points above over that where customers buy here"
    assert [at(seen, k, above) for k in range(3)] == pytest.approx([1.3, 0.5, 0.0])
    assert [at(seen, k, "stages below here") * 2 for k in range(3)] == [0, 1, 2]


def test_the_law_of_demand_shows_in_its_skewness_and_units() -> None:
    # Poisson with mean 4, lead time 3: 16 units to cover, std 4, skewness 1/4. Gamma with the same
    # mean and std: 2 x std / mean = 2 x 4 / 16.
    for law, skewness, unit in (("poisson", 0.25, 0.25), ("gamma", 0.5, 0.0), ("normal", 0.0, 0.0)):
        seen = opening(chain([3], mean=4.0, std=2.0, distribution=law, n_periods=10))
        name = "skewness of the demand to cover here"
        assert at(seen, 0, name) == pytest.approx(np.arcsinh(skewness))
        name = "a unit / std where demand is whole here"
        assert at(seen, 0, name) == pytest.approx(np.arcsinh(unit))


def test_a_unit_pays_for_resting_on_its_way_to_customers() -> None:
    # It rests a day at the DC (0.8) and at the port (0.5); a missed sale costs 2.
    costs = {"holding_cost": column([1.0, 0.8, 0.5]), "missed_sale_cost": 2.0}
    for timeline, way in (("order_first", [0.0, 0.4, 0.65]), ("receive_first", [0.0, 0.0, 0.0])):
        scenario = chain([1, 2, 3], mean=10.0, std=2.0, n_periods=20, timeline=timeline, **costs)
        assert point_facts(scenario).way == pytest.approx(way)


def test_demand_now_is_seen_beside_what_is_to_cover() -> None:
    # Lead time 1: 10 now and 30 tomorrow, 20 on average.
    scenario = chain([1], mean=[10.0, 30.0, 10.0, 10.0], std=1.0, n_periods=4)
    name = "demand now over the average to cover, less 1 here"
    expected = np.arcsinh(0.5) - np.arcsinh(1.0)
    assert at(opening(scenario), 0, name) == pytest.approx(expected)


def test_a_dc_sees_its_stores_weighted_by_demand() -> None:
    # Stores with demand 10 and 30: lead times 1 and 5 count 1/4 and 3/4: 4.
    scenario = tree([1, 5], 2, mean=[[[10.0]], [[30.0]]], std=1.0, n_periods=20)
    assert at(opening(scenario), 2, "lead time below") * 5 == pytest.approx(4.0)


@pytest.mark.parametrize("factor", [0.01, 700.0])
def test_volume_does_not_matter(factor: float) -> None:
    # Unless demand comes in whole units: one unit is more beside few than beside many.
    batch = RandomChains(ratio=(30.0, 30.0)).draw(np.random.default_rng(0), 30, 5)
    law = batch.scenario.products.distribution
    products = dataclasses.replace(
        batch.scenario.products, distribution=np.where(law == "normal", "normal", "gamma")
    )
    small, points = batch.scenario.replace(products=products), batch.scenario.points
    large = small.replace(
        mean=factor * small.mean,
        std=factor * small.std,
        points=dataclasses.replace(points, on_hand=factor * points.on_hand),
        open_orders=dataclasses.replace(
            small.open_orders, quantity=factor * small.open_orders.quantity
        ),
    )
    np.testing.assert_allclose(opening(large), opening(small), rtol=1e-6, atol=1e-9)


def test_no_demand_and_no_uncertainty_give_finite_features() -> None:
    for std in (0.0, 1.0):
        for mean in (0.0, 10.0):
            scenario = chain([1, 2], mean=mean, std=std, on_hand=7.0, sells=[[1.0], [0.0]])
            assert np.isfinite(opening(scenario)).all()


def test_paths_may_lead_the_axes() -> None:
    scenario = chain([1, 2], mean=10.0, std=2.0, on_hand=7.0)
    single = opening(scenario)
    many = codec(scenario)(initial_state(scenario, batch=(3, 2)), 0)
    assert many.shape == (3, 2, 2, N_FEATURES)
    np.testing.assert_allclose(many[2, 1], single)


def test_random_chains_keep_to_their_ranges() -> None:
    source = RandomChains(ratio=(5.0, 50.0), stages=(2, 3), lead_time=(3, 6))
    scenario = source.draw(np.random.default_rng(1), 200, 10).scenario
    facts = point_facts(scenario)
    assert set(np.bincount(scenario.points.product)) == {2, 3}
    assert scenario.routes.lead_time.min() >= 3
    assert scenario.routes.lead_time.max() <= 6
    assert facts.ratio.min() >= 5 - 1e-9
    assert facts.ratio.max() <= 50 + 1e-9
    # Holding cost never rises upstream.
    inner = scenario.routes.origin >= 0
    holding = scenario.points.holding_cost
    below, above = scenario.routes.destination[inner], scenario.routes.origin[inner]
    assert (holding[above] <= holding[below]).all()


def test_the_same_seed_draws_the_same_chains() -> None:
    for source in (RandomChains(), ReferenceChains()):
        one, two = (source.draw(np.random.default_rng(9), 20, 10) for _ in range(2))
        assert (one.demand == two.demand).all()
        assert (one.scenario.points.on_hand == two.scenario.points.on_hand).all()


def test_chains_without_rng_open_with_what_mean_demand_needs() -> None:
    # Lead time 2: two periods of 10 under way, 10 and the std over three periods on hand.
    scenario = chains(
        np.array([1]), np.array([[2]]), np.full((1, 5), 10.0), np.full((1, 5), 1.0),
        np.ones((1, 1)), np.array([9.0]), np.array(["normal"], dtype=object),
    )  # fmt: skip
    assert scenario.open_orders.quantity.tolist() == [10.0, 10.0]
    assert scenario.points.on_hand == pytest.approx(10 + np.sqrt(3))


def test_most_chains_are_near_the_ratio_aimed_at() -> None:
    source = RandomChains(ratio=(1.0, 100.0), aim=10.0)
    ratio = point_facts(source.draw(np.random.default_rng(2), 2000, 5).scenario).ratio
    assert ratio.min() >= 1
    assert ratio.max() <= 100
    # A triangle about 10 has 3/4 of its area within half its width on either side.
    assert np.mean((ratio > 10**0.5) & (ratio < 10**1.5)) == pytest.approx(0.75, abs=0.03)
    with pytest.raises(ValueError, match="no ratio"):
        RandomChains(ratio=(1.0, 5.0), aim=10.0)


def test_calmer_chains_keep_their_std_below_the_bound() -> None:
    calm = RandomChains().up_to(0.25)
    scenario = calm.draw(np.random.default_rng(4), 500, 30).scenario
    selling = scenario.points.sells
    mean, variance = scenario.mean[selling].mean(axis=1), (scenario.std[selling] ** 2).mean(axis=1)
    # Erratic and overdispersed demand may be wilder by the draw, but not wild.
    assert np.quantile(np.sqrt(variance) / mean, 0.8) <= 0.26
    assert (np.sqrt(variance) / mean).max() < 0.45


def test_most_chains_are_calm_and_some_sell_in_fits_and_starts() -> None:
    scenario = RandomChains().draw(np.random.default_rng(6), 3000, 20).scenario
    selling = scenario.points.sells
    mean, variance = scenario.mean[selling].mean(axis=1), (scenario.std[selling] ** 2).mean(axis=1)
    cv = np.sqrt(variance) / mean
    assert np.median(cv) < 0.4
    assert 0.1 < np.mean(cv > 1.2) < 0.25
    law = scenario.products.distribution[scenario.points.product[selling]]
    # Where 10 and more are sold, a variance of at most three means is a cv of at most 0.55: beyond
    # it, variance = mean + spread mean^2 with a spread of at most 2; waves of half the mean lift
    # the mean square to at most 1.125 of the squared mean.
    plenty = cv[(law == "negative_binomial") & (mean >= 10)]
    assert np.mean(plenty > 0.55) > 0.15
    assert plenty.max() <= np.sqrt(1 / 10 + 2 * 1.125) + 1e-9
    assert mean[law == "poisson"].min() == pytest.approx(0.1, rel=0.3)


@pytest.mark.parametrize("ratio", [(0.0, 1.0), (-1.0, 5.0), (np.nan, np.nan), (5.0, 1.0)])
def test_a_ratio_that_cannot_be_is_refused(ratio: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="ratios must be above 0"):
        RandomChains(ratio=ratio)


def test_other_features_are_another_version() -> None:
    """Brain files hold the version, and no names: they would read other features wrongly.

    Whoever adds, takes away or moves a feature raises FEATURE_VERSION, trains the shipped brains
    anew (``python -m brain.training.ship``) and puts the new pair here.
    """
    names = hashlib.sha256("\n".join(FEATURES).encode()).hexdigest()[:16]
    assert (FEATURE_VERSION, names) == (2, "adf40d969aa15db9")


def test_every_feature_stands_for_here_below_and_above_but_the_ratio() -> None:
    assert len(set(FEATURES)) == N_FEATURES == 3 * (len(KNOWN) + len(SEEN)) + 1
