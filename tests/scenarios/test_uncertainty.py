"""What stock has to cover, worked out by hand and against sampled demand."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.demand import sample
from scenarios.simulate import simulate
from scenarios.uncertainty import demand_variance, echelon_demand, stock_std
from solver.closed_form import order_up_to
from tests.worlds import chain, world


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


@pytest.mark.parametrize("timeline", ["order_first", "receive_first"])
@pytest.mark.parametrize("review", [1, 3])
@pytest.mark.parametrize("leads", [[0, 0], [2, 3], [3, 1]])
def test_stock_strays_from_its_plan_as_sampled_demand_says(
    timeline: str, review: int, leads: list[int]
) -> None:
    # Safety stock in plenty: nobody ever runs short, and closing stock is linear in demand.
    scenario = chain(
        leads, mean=20.0, std=5.0, n_periods=40, review_period=review, timeline=timeline,
        on_hand=400.0,
    )  # fmt: skip
    rng = np.random.default_rng(7)
    demand = np.zeros((4000, 2, 40))
    demand[:, 0] = rng.normal(20.0, 5.0, (4000, 40)).clip(0.0)
    rule = order_up_to(scenario, np.full((2, 40), 300.0))
    sampled = simulate(scenario, rule, demand).on_hand[..., 30:36].std(axis=0)
    assert stock_std(scenario, 40)[:, 30:36] == pytest.approx(sampled, rel=0.05, abs=1e-6)


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
