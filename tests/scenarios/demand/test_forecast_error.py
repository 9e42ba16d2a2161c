"""What stock has to cover, worked out by hand and against sampled demand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.demand.forecast_error import demand_variance, echelon_demand, stock_std
from scenarios.demand.sampling import sample
from scenarios.model.scenario import Scenario
from scenarios.simulation.run import simulate
from solver.closed_form.order_up_to import order_up_to
from tests.support.worlds import chain, world


def test_a_tree_of_three_levels_pools_on_the_way_and_then_divides() -> None:
    # supplier -5-> port -2-> dc -0/3-> a, b; order_first. Daily std 2 and 3, mean 10 and 20.
    # a covers 1 day, b 4: std 2 and 3 * 2 = 6.
    # dc waits 3 days, pooled 3 * (4 + 9) = 39, then divides 2 + 6 = 8: sqrt(39 + 64).
    # port waits 6 days, pooled 6 * 13 = 78, then what the dc has to cover: sqrt(78 + 103).
    scenario = world(
        ["a", "b", "dc", "port"],
        [("dc", "a", 0), ("dc", "b", 3), ("port", "dc", 2), ("supplier", "port", 5)],
        mean=np.array([10.0, 20.0, 0.0, 0.0])[:, None, None],
        std=np.array([2.0, 3.0, 0.0, 0.0])[:, None, None],
        n_periods=30,
    )
    mean, std = echelon_demand(scenario)
    assert std[:, 12] == pytest.approx([2.0, 6.0, np.sqrt(103), np.sqrt(181)])
    # dc: 3 days of 30, then 1 day of a and 4 of b; port: 6 days more.
    assert mean[:, 12] == pytest.approx([10.0, 80.0, 180.0, 360.0])


def test_between_reviews_the_last_order_is_all_there_is() -> None:
    # Lead 1, review 3: closing stocks of days 4, 5, 6 are decided by the order of day 3, which
    # covers days 3-6. Std is 1 until day 5 and 3 from day 6.
    std = np.array([1, 1, 1, 1, 1, 1, 3, 3, 3, 3], dtype=float)
    scenario = chain([1], mean=10.0, std=std, n_periods=10, review_period=3)
    assert echelon_demand(scenario)[1][0, 4:7] ** 2 == pytest.approx([12.0, 12.0, 12.0])


@pytest.mark.parametrize("correlation", [None, 0.4])
@pytest.mark.parametrize("timeline", ["order_first", "receive_first"])
@pytest.mark.parametrize("review", [1, 3])
@pytest.mark.parametrize("leads", [[0, 0], [2, 3], [3, 1]])
def test_stock_strays_from_its_plan_as_sampled_demand_says(
    correlation: float | None, timeline: str, review: int, leads: list[int]
) -> None:
    # Safety stock in plenty: nobody ever runs short, and closing stock is linear in demand.
    scenario = chain(
        leads, mean=20.0, std=5.0, n_periods=40, review_period=review, timeline=timeline,
        on_hand=400.0, error_correlation=correlation,
    )  # fmt: skip
    demand = sample(scenario, np.random.default_rng(7), 4000)
    rule = order_up_to(scenario, np.full((2, 40), 300.0))
    sampled = simulate(scenario, rule, demand).on_hand[..., 30:36].std(axis=0)
    assert stock_std(scenario, 40)[:, 30:36] == pytest.approx(sampled, rel=0.05, abs=1e-6)


def test_errors_that_last_over_a_window_of_two_periods() -> None:
    # Alone: 0.75 * 9 + 0.36 * 16 = 12.51. Shared: 0.5 * 3 + 0.8 * 4 = 4.7, squared 22.09.
    scenario = chain([1], std=[3.0, 4.0, 0.0], n_periods=3, error_correlation=[0.25, 0.64, 0.0])
    assert echelon_demand(scenario)[1][0, 1] ** 2 == pytest.approx(34.6)
    assert stock_std(scenario, 3)[0, 1] ** 2 == pytest.approx(34.6)


def test_poisson_demand_strays_by_its_mean_and_that_lasts() -> None:
    # Two periods of variance 4: alone 0.5 * 8; shared (2 * sqrt(0.5 * 4))**2 = 8.
    scenario = chain([1], mean=4.0, std=9.0, distribution="poisson", error_correlation=0.5)
    assert echelon_demand(scenario)[1][0, 1] ** 2 == pytest.approx(12.0)


def test_past_the_end_the_correlation_goes_on_as_the_mean_of_the_last_week() -> None:
    # The DC's order of day 5 covers days 5 and 6, and two days more with the mean correlation 0.4.
    rho = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]
    scenario = chain([1, 1], std=2.0, n_periods=7, error_correlation=rho)
    shared = 2 * (np.sqrt(0.6) + np.sqrt(0.7) + 2 * np.sqrt(0.4))
    alone = 4 * (0.4 + 0.3 + 2 * 0.6)
    assert echelon_demand(scenario)[1][1, 6] ** 2 == pytest.approx(alone + shared**2)
    ended = scenario.replace(end_of_life=True)
    shared = 2 * (np.sqrt(0.6) + np.sqrt(0.7))
    assert echelon_demand(ended)[1][1, 6] ** 2 == pytest.approx(4 * 0.7 + shared**2)


@st.composite
def trees(draw: st.DrawFn) -> Scenario:
    """A DC with one to three stores, whose std and correlation differ by point and period."""
    n_stores, n_periods = draw(st.integers(1, 3)), 20
    leads = [draw(st.integers(0, 3)) for _ in range(n_stores + 1)]
    names = [f"s{i}" for i in range(n_stores)]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = (n_stores + 1, 1, n_periods)
    at_stores = np.array([1.0] * n_stores + [0.0])[:, None, None]
    return world(
        [*names, "dc"],
        [*(("dc", name, lead) for name, lead in zip(names, leads, strict=False)),
         ("supplier", "dc", leads[-1])],
        mean=20.0 * at_stores,
        std=rng.uniform(0.1, 5.0, shape) * at_stores,
        error_correlation=rng.uniform(0.0, draw(st.sampled_from([0.3, 0.999])), shape),
        n_periods=n_periods,
        timeline=draw(st.sampled_from(["order_first", "receive_first"])),
    )  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(trees())
def test_no_correlation_is_a_correlation_of_nothing(scenario: Scenario) -> None:
    none = scenario.replace(error_correlation=None)
    zero = scenario.replace(error_correlation=np.zeros_like(scenario.mean))
    assert np.array_equal(echelon_demand(zero), echelon_demand(none))
    assert np.array_equal(stock_std(zero, 25), stock_std(none, 25))
    # And any is more of it.
    assert (echelon_demand(scenario)[1] >= echelon_demand(none)[1] - 1e-9).all()
    assert (stock_std(scenario, 25) >= stock_std(none, 25) - 1e-9).all()


@settings(deadline=None, max_examples=60)
@given(trees())
def test_the_std_is_that_of_the_covariances_of_all_periods(scenario: Scenario) -> None:
    """Stock divided at the end of the wait: store d is short where its demand, scaled to all
    stores' stds, and what has been pooled go beyond the stock of the echelon. Averaged over d."""
    rho, dc = scenario.error_correlation, scenario.n_points - 1
    assert rho is not None
    lead, placed = scenario.routes.lead_time, 4
    divided = placed + lead[dc] + scenario.settings.shipping_lag
    std, cov, later = [], [], np.zeros((dc, 20))
    for d in range(dc):
        common = scenario.std[d] * np.sqrt(rho[d])
        cov.append(np.outer(common, common) + np.diag((1 - rho[d]) * scenario.std[d] ** 2))
        later[d, divided : divided + lead[d] + 1] = 1.0
        std.append(np.sqrt(later[d] @ cov[d] @ later[d]))
    expected = 0.0
    for short in range(dc):
        weight = np.zeros((dc, 20))
        weight[:, placed:divided] = 1.0
        weight[short] += later[short] * sum(std) / std[short]
        variance = sum(weight[d] @ cov[d] @ weight[d] for d in range(dc))
        expected += variance * std[short] / sum(std)
    found = echelon_demand(scenario)[1]
    assert found[dc, placed + lead[dc]] ** 2 == pytest.approx(expected)
    stores = np.arange(dc)
    assert found[stores, divided + lead[:dc]] == pytest.approx(np.array(std))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=4), st.integers(1, 3))
def test_errors_that_are_almost_the_same_add_up_in_a_chain(leads: list[int], review: int) -> None:
    scenario = chain(
        leads, std=np.arange(1.0, 61.0), n_periods=60, review_period=review,
        error_correlation=1.0 - 1e-12,
    )  # fmt: skip
    same = echelon_demand(scenario)[1]
    # With stds in the place of means, the mean of the cover is their sum.
    total = echelon_demand(chain(
        leads, mean=np.arange(1.0, 61.0), n_periods=60, review_period=review,
    ))[0]  # fmt: skip
    assert same[:, :40] == pytest.approx(total[:, :40])


@pytest.mark.parametrize("paired", [False, True])
@pytest.mark.parametrize(
    ("law", "std", "variance"),
    [
        ("negative_binomial", 4.0, 25.0),  # 16 is not above the mean of 25: Poisson is drawn
        ("negative_binomial", 5.0, 25.0),
        ("negative_binomial", 8.0, 64.0),
        ("poisson", 8.0, 25.0),
        ("gamma", 4.0, 16.0),
        ("normal", 4.0, 16.0),
    ],
)
def test_the_variance_of_demand_is_that_of_what_is_drawn(
    law: str, std: float, variance: float, paired: bool
) -> None:
    scenario = chain([1, 1], mean=25.0, std=std, n_periods=200, distribution=law)
    assert demand_variance(scenario)[0] == pytest.approx(variance)
    drawn = sample(scenario, np.random.default_rng(1), 100, paired=paired)[:, 0]
    assert drawn.var() == pytest.approx(variance, rel=0.05)
    # Lead 1 and a review each period: stock has to cover two of them.
    assert echelon_demand(scenario)[1][0, 5] == pytest.approx(np.sqrt(2 * variance))
