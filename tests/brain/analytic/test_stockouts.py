"""Safety stocks where shelves run empty before goods can come."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from brain.analytic.newsvendor import Analytic
from brain.analytic.stockouts import _clipped, at_arrival, corrected_for_stockouts
from planner import plan
from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from tests.support.worlds import chain

KINDS: dict[str, dict[str, Any]] = {
    "negative binomial": {"mean": 10.0, "std": 6.0, "distribution": "negative_binomial"},
    "gamma": {"mean": 10.0, "std": 6.0, "distribution": "gamma"},
    "normal": {"mean": 30.0, "std": 6.0, "distribution": "normal"},
}


def shop(lead: int, **more: Any) -> Scenario:
    """One shop; a unit short costs 9, a unit left 1: the newsvendor's quantile is 90 %."""
    settled: dict[str, Any] = {
        "mean": 10.0, "std": 3.0, "n_periods": 12, "missed_sale_cost": 9.0, "unmet_demand": "lost",
    }  # fmt: skip
    return chain([lead], **(settled | more))


def wanted(scenario: Scenario) -> Floats:
    return Analytic()(scenario).quantity


def test_moments_of_a_clipped_normal() -> None:
    centre, std = np.array([0.0, 1.0, -5.0, 3.0, -3.0]), np.array([1.0, 2.0, 1.0, 0.0, 0.0])
    mean, square, chance = _clipped(centre, std)
    # max(0, Z): mean 1 / sqrt(2 pi) and mean square 1 / 2.
    assert mean[0] == pytest.approx(0.39894, abs=1e-5)
    assert square[0] == pytest.approx(0.5)
    # Z of mean 1 and std 2: Phi(0.5) = 0.69146, phi(0.5) = 0.35207;
    # 1 x 0.69146 + 2 x 0.35207 = 1.39560 and (1 + 4) 0.69146 + 1 x 2 x 0.35207 = 4.16145.
    assert mean[1] == pytest.approx(1.39560, abs=1e-5)
    assert square[1] == pytest.approx(4.16145, abs=1e-4)
    assert chance[:2] == pytest.approx([0.5, 0.69146], abs=1e-5)
    assert mean[2] < 1e-6
    # What is certain is only clipped.
    assert mean[3:].tolist() == [3.0, 0.0]
    assert square[3:].tolist() == [9.0, 0.0]
    assert chance[3:].tolist() == [1.0, 0.0]


def test_what_an_order_finds_is_followed_period_by_period() -> None:
    # No uncertainty: 12 on hand, 10 asked a period, 5 come in the second: 2 are left, then 0 with
    # 3 lost, then 10 are lost.
    scenario = shop(3, std=0.0, on_hand=12.0, open_orders=[(0, 1, 5.0)])
    found = at_arrival(scenario, np.array([0]), np.array([3]))
    assert found.asked == pytest.approx([30.0])
    assert found.lost == pytest.approx([13.0])
    assert found.left == pytest.approx([0.0])
    assert found.left_of_mean == pytest.approx([0.0])
    assert found.mean == pytest.approx([10.0])
    assert found.std == pytest.approx([0.0])


@pytest.mark.parametrize("rho", [0.0, 0.6])
def test_what_an_order_finds_is_what_a_simulation_finds(rho: float) -> None:
    scenario = shop(2, on_hand=18.0, error_correlation=rho)
    found = at_arrival(scenario, np.array([0]), np.array([2]))
    rng = np.random.default_rng(1)
    common = np.sqrt(rho) * rng.standard_normal((100_000, 1))
    own = np.sqrt(1 - rho) * rng.standard_normal((100_000, 3))
    demand = 10 + 3 * (common + own)
    left, lost = np.full(100_000, 18.0), np.zeros(100_000)
    for s in range(2):
        lost += np.maximum(demand[:, s] - left, 0.0)
        left = np.maximum(left - demand[:, s], 0.0)
    assert found.lost == pytest.approx([lost.mean()], rel=0.03)
    assert found.left == pytest.approx([left.mean()], rel=0.06)
    assert found.left_of_mean == pytest.approx([0.0])
    assert found.std == pytest.approx([(demand[:, 2] - left).std()], rel=0.03)


@pytest.mark.parametrize(
    "more",
    [
        {"on_hand": 500.0},
        {"on_hand": 20.0, "open_orders": [(0, 0, 60.0)]},
        {"unmet_demand": "backlog"},
        {"safety_stock": 4.0},
        {"lead_time": 0},
        {"mean": 0.0, "std": 0.0, "sells": True},
    ],
    ids=["plenty", "plenty comes", "customers wait", "the user's", "no lead time", "no demand"],
)
def test_nothing_changes(more: dict[str, Any]) -> None:
    lead = more.pop("lead_time", 2)
    scenario = shop(lead, **more)
    stock = np.full(scenario.mean.shape, 7.5)
    assert np.array_equal(corrected_for_stockouts(scenario, stock), stock)


def test_only_what_the_order_decides_changes_and_the_argument_does_not() -> None:
    scenario = shop(2)
    stock = wanted(scenario)
    before = stock.copy()
    mended = corrected_for_stockouts(scenario, stock)
    assert np.array_equal(stock, before)
    changed = mended != stock
    assert changed[0].tolist() == [False, False, *[True] * 10]
    assert (
        corrected_for_stockouts(scenario, stock - 100)[0, :2] == 0
    ).all()  # no order can be meant there
    # All is lost until then: 90 % of one period's demand instead of three's, 1.2816 x 3 over it.
    assert mended[0, 2] == pytest.approx(1.2816 * 3, abs=1e-3)
    assert stock[0, 2] == pytest.approx(1.2816 * 3 * np.sqrt(3), abs=1e-3)


def test_of_a_little_that_is_lost_a_little_changes() -> None:
    stock = [
        corrected_for_stockouts(shop(2, on_hand=x), wanted(shop(2)))[0, 2]
        for x in (0.0, 12.0, 18.0, 40.0)
    ]
    assert stock[0] < stock[1] < stock[2] < stock[3]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lead", [1, 4])
def test_with_an_empty_pipeline_the_order_is_the_quantile_of_demand_after_arrival(
    kind: str, lead: int
) -> None:
    scenario = shop(lead, n_periods=20, **KINDS[kind])
    orders = plan(scenario, "analytic").purchase_orders
    quantity = float(orders["quantity"].iloc[0])
    assert str(orders["order_date"].iloc[0].date()) == "2026-01-05"
    mean, std = KINDS[kind]["mean"], KINDS[kind]["std"]
    rng, n = np.random.default_rng(1), 100_000
    if kind == "normal":
        demand = rng.normal(mean, std, n)
    elif kind == "gamma":
        demand = rng.gamma((mean / std) ** 2, std**2 / mean, n)
    else:
        size = mean**2 / (std**2 - mean)
        demand = rng.negative_binomial(size, size / (size + mean), n).astype(float)
    best = np.quantile(demand, 0.9)
    # Counts are read between their steps.
    assert quantity == pytest.approx(best, abs=1.0 if kind == "negative binomial" else 0.3)
    # A simulation of what is left and missed in the period of arrival agrees that it is best.
    asked = np.linspace(0.5 * best, 2 * best, 61)
    costs = [
        9 * np.maximum(demand - x, 0.0).mean() + np.maximum(x - demand, 0.0).mean() for x in asked
    ]
    here = 9 * np.maximum(demand - quantity, 0).mean() + np.maximum(quantity - demand, 0).mean()
    assert here < 1.01 * min(costs)


def test_errors_that_last_are_covered_after_arrival_too() -> None:
    # Two periods to protect after arrival, nearly one: a std of 3 + 3, not of sqrt(9 + 9).
    lasting = shop(3, review_period=2, error_correlation=1 - 1e-9)
    alone = shop(3, review_period=2)
    three = np.array([0]), np.array([3])
    assert at_arrival(lasting, *three).std == pytest.approx([6.0], rel=1e-3)
    assert at_arrival(alone, *three).std == pytest.approx([np.sqrt(18.0)], rel=1e-3)


def test_ordering_every_other_period_the_order_covers_both_after_arrival() -> None:
    scenario = shop(3, n_periods=16, review_period=2, mean=30.0, std=6.0)
    orders = plan(scenario, "analytic").purchase_orders
    quantity = float(orders["quantity"].iloc[0])
    best = stats.norm.ppf(0.9, 60.0, 6.0 * np.sqrt(2))
    assert quantity == pytest.approx(best, rel=1e-3)
    # The horizon may end before the next arrival.
    stock = wanted(scenario)[:, :4]
    assert corrected_for_stockouts(scenario, stock)[0, 3] == pytest.approx(best - 60, rel=1e-3)
