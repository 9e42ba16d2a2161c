"""The textbook rule: newsvendor quantiles, split over echelons."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from brain import Analytic, NoSafetyStock, safety_stocks
from brain.analytic.newsvendor import critical_ratios, demand_quantile
from scenarios.arrays.types import Floats
from scenarios.demand.sampling import sample
from scenarios.errors import InputError
from scenarios.simulation.run import simulate
from solver.closed_form.order_up_to import order_up_to
from tests.support.worlds import chain, column, tree


def test_one_location_gets_the_newsvendor_quantile() -> None:
    # Lead time 2 and daily review protect 3 days: std 2 * sqrt(3). m/(m+h) = 0.9: z = 1.28155.
    scenario = chain([2], mean=10.0, std=2.0, n_periods=8, missed_sale_cost=9.0)
    decided = Analytic()(scenario)
    assert decided.quantity == pytest.approx(1.28155 * 2 * np.sqrt(3) * np.ones((1, 8)), rel=1e-4)
    assert decided.source.tolist() == ["analytic"]


def test_errors_that_last_ask_for_more_safety_stock() -> None:
    # Variance of 3 days: alone 0.75 * 3 * 4 = 9, shared (3 * 0.5 * 2)**2 = 9.
    scenario = chain(
        [2], mean=10.0, std=2.0, n_periods=8, missed_sale_cost=9.0, error_correlation=0.25
    )
    expected = np.full((1, 8), 1.28155 * np.sqrt(18))
    assert Analytic()(scenario).quantity == pytest.approx(expected, rel=1e-4)


def test_who_knows_that_errors_last_pays_less_where_customers_wait() -> None:
    scenario = chain(
        [1, 3], mean=20.0, std=5.0, n_periods=60, on_hand=80.0, missed_sale_cost=10.0,
        holding_cost=column([1.0, 0.5]), unmet_demand="backlog", error_correlation=0.3,
    )  # fmt: skip
    demand = sample(scenario, np.random.default_rng(0), 500)

    def cost(safety_stock: Floats) -> float:
        run = simulate(scenario, order_up_to(scenario, safety_stock), demand, record=False)
        return float(run.costs.total[:, 20:].sum(axis=1).mean())

    knows = Analytic()(scenario).quantity
    blind = Analytic()(scenario.replace(error_correlation=None)).quantity
    assert cost(knows) < 0.9 * cost(blind)
    assert cost(knows) < min(cost(0.8 * knows), cost(1.25 * knows))


def test_poisson_demand_whose_errors_last_is_wider_than_poisson() -> None:
    # Two days of mean 4: variance 8 without, 0.5 * 8 + (2 * sqrt(2))**2 = 12 with correlation.
    wide = chain(
        [1], mean=4.0, n_periods=6, missed_sale_cost=19.0, distribution="poisson",
        error_correlation=0.5,
    )  # fmt: skip
    plain = wide.replace(error_correlation=None)
    for scenario, law in ((plain, stats.poisson(8.0)), (wide, stats.nbinom(16, 2 / 3))):
        found = 8.0 + Analytic()(scenario).quantity[0, 3]
        assert law.ppf(0.95) - 1 <= found <= law.ppf(0.95)
    assert stats.nbinom(16, 2 / 3).var() == pytest.approx(12.0)
    two_days = sample(wide, np.random.default_rng(0), 50_000)[:, 0, 3:5].sum(axis=1)
    assert np.quantile(two_days, 0.95) == stats.nbinom(16, 2 / 3).ppf(0.95)


def test_review_period_widens_the_protection_interval() -> None:
    # Lead time 2 and weekly review protect 9 days.
    scenario = chain([2], mean=10.0, std=2.0, n_periods=20, missed_sale_cost=9.0, review_period=7)
    assert Analytic()(scenario).quantity[0, 0] == pytest.approx(1.28155 * 2 * 3, rel=1e-4)


def test_chain_holds_upstream_only_what_its_echelon_needs_more() -> None:
    # h = 1 everywhere, lost sales: the DC's bounds are (9 + 0) / (9 + 1) both, so z = 1.28155; its
    # echelon covers 1 + 2 + 2 = 5 days, the store 2 of them: z * 2 * (sqrt(5) - sqrt(2)).
    scenario = chain([1, 2], mean=10.0, std=2.0, n_periods=12, missed_sale_cost=9.0)
    store, dc = Analytic()(scenario).quantity[:, 4]
    assert store == pytest.approx(1.28155 * 2 * np.sqrt(2), rel=1e-4)
    assert dc == pytest.approx(1.28155 * 2 * (np.sqrt(5) - np.sqrt(2)), rel=1e-4)


def test_dc_pools_the_demand_of_its_stores() -> None:
    # While the DC's order is under way (3 days) demand is pooled: variance 4 * 3 * 4 = 48; then
    # every store protects 2 days by itself: 4 stores * 2 * sqrt(2). Eppen and Schrage.
    scenario = tree([1, 1, 1, 1], 2, mean=10.0, std=2.0, n_periods=12, missed_sale_cost=9.0)
    decided = Analytic()(scenario).quantity
    below = 4 * 2 * np.sqrt(2)
    assert decided[4, 4] == pytest.approx(1.28155 * (np.sqrt(48 + below**2) - below), rel=1e-4)
    assert decided[:4, 4].sum() == pytest.approx(1.28155 * below, rel=1e-4)


def test_serial_backlog_system_has_the_published_echelon_levels() -> None:
    # stockpyl example_6_1: N(5, 1) a period, L = 1, 1, 2, local holding 7, 4, 2, penalty 37.12;
    # optimal echelon base-stock levels 6.49, 12.02, 22.71 cover L, not L + 1 periods, so a lead
    # time is one less here (receive_first). The rule is optimal at the retailer, close above.
    scenario = chain(
        [0, 1, 2],
        mean=5.0,
        std=1.0,
        n_periods=12,
        holding_cost=column([7.0, 4.0, 2.0]),
        missed_sale_cost=37.12,
        unmet_demand="backlog",
        timeline="receive_first",
    )
    decided = Analytic()(scenario).quantity[:, 5]
    levels = np.cumsum(decided) + 5.0 * np.array([1, 2, 4])
    assert levels[0] == pytest.approx(6.49, abs=0.01)
    assert levels == pytest.approx([6.49, 12.02, 22.71], abs=0.25)


def test_safety_stock_follows_the_forecast_error_over_time() -> None:
    std = np.array([1, 1, 1, 1, 4, 4, 1, 1, 1, 1], dtype=float)
    scenario = chain([1], mean=10.0, std=std, n_periods=10, missed_sale_cost=9.0)
    # The closing stock of day 5 is decided by an order of day 4, which protects days 4 and 5.
    quantity = Analytic()(scenario).quantity[0]
    assert quantity[5] == pytest.approx(1.28155 * np.sqrt(32), rel=1e-4)
    assert quantity[2] == pytest.approx(1.28155 * np.sqrt(2), rel=1e-4)


@pytest.mark.parametrize(
    ("name", "oracle"),
    [
        ("normal", lambda p: stats.norm(3.0, 2.5).ppf(p)),
        ("gamma", lambda p: stats.gamma(9 / 6.25, scale=6.25 / 3).ppf(p)),
        ("poisson", lambda p: stats.poisson(3.0).ppf(p)),
        ("negative_binomial", lambda p: stats.nbinom(3 * 0.48 / 0.52, 0.48).ppf(p)),
    ],
)
def test_quantiles_are_those_of_the_distribution(name: str, oracle: object) -> None:
    # Mean 3, std 2.5. Discrete quantiles are read between the steps: at most one unit below.
    for p in (0.5, 0.9, 0.99):
        names = np.array([name], dtype=object)
        found = demand_quantile(np.array([p]), np.array([[3.0]]), np.array([[2.5]]), names)[0, 0]
        exact = oracle(p)  # type: ignore[operator]
        if name in ("normal", "gamma"):
            assert found == pytest.approx(exact, rel=1e-6)
        else:
            assert exact - 1 <= found <= exact


def test_zero_demand_wants_no_safety_stock() -> None:
    scenario = chain([1, 2], mean=0.0, std=0.0, n_periods=4, sells=[[1.0], [0.0]])
    for name in ("normal", "gamma", "poisson", "negative_binomial"):
        named = scenario.products.name.copy()
        named[:] = name
        import dataclasses

        changed = scenario.replace(
            products=dataclasses.replace(scenario.products, distribution=named)
        )
        assert (Analytic()(changed).quantity == 0).all()


def test_user_overrides_win_and_say_so() -> None:
    scenario = chain([1, 2], mean=10.0, std=2.0, n_periods=6, safety_stock=[[np.nan], [33.0]])
    decided = safety_stocks(scenario, "analytic")
    assert decided.source.tolist() == ["analytic", "override"]
    assert (decided.quantity[1] == 33.0).all()
    assert decided.quantity[0, 0] > 0


def test_none_plans_on_means_alone() -> None:
    scenario = chain([1], mean=10.0, std=2.0)
    assert (NoSafetyStock()(scenario).quantity == 0).all()
    assert safety_stocks(scenario, "none").source.tolist() == ["none"]


def test_unknown_brain_is_named_with_a_remedy() -> None:
    with pytest.raises(InputError, match=r"'magic'.*auto, analytic, none"):
        safety_stocks(chain([1]), "magic")


def test_equal_holding_costs_do_not_pile_stock_up_in_the_middle() -> None:
    # Without holding costs by location all stages hold at 1. The middle stage's quantile then is
    # that of (m + 0.95) / (m + 1) with m = 9: 0.995, z = 2.58, not that of 1.
    scenario = chain([2, 3, 4], mean=20.0, std=5.0, n_periods=30, missed_sale_cost=9.0)
    low, high = critical_ratios(scenario)
    assert low[1] == high[1] == pytest.approx(9.95 / 10)
    stock = Analytic()(scenario).quantity[:, 0]
    assert stock[1] < 2 * 20.0
