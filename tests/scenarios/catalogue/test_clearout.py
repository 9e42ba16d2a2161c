"""The clearout year: expiry and money by hand, whole runs by loops over units, and the law."""

from __future__ import annotations

import numpy as np
import pytest

from planner.policies.closed_form import ClosedForm
from planner.policies.rules.lot_rules import obeying
from scenarios.arrays.types import Floats
from scenarios.catalogue.clearout import CLEAROUT, DAYS, OPENING, cost
from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.rolling import scenario_at
from scenarios.simulation.run import simulate
from scenarios.simulation.trajectory import Trajectory

PROBLEM = CLEAROUT.make(np.random.default_rng(0))
DATES = range(0, DAYS, 30)


def run(ordered: Floats, demand: Floats) -> Trajectory:
    """A year with orders on the thirteen dates and demand [T]."""
    quantity = np.zeros((1, DAYS))
    quantity[0, list(DATES)] = ordered
    return simulate(PROBLEM.scenario, GivenOrders(quantity), demand[None])


def loops(ordered: Floats, demand: Floats) -> tuple[float, int]:
    """Reward and units dropped, unit by unit."""
    shelf = [-age for age in OPENING.tolist()]  # days of birth
    reward, dropped = 1000.0, 0
    for day in range(DAYS):
        if day % 7 == 0:
            fresh = [born for born in shelf if day - born < 90]
            dropped, shelf = dropped + len(shelf) - len(fresh), fresh
        if day % 30 == 0:
            shelf += [day] * int(ordered[day // 30])
            reward -= ordered[day // 30]
        turned_away = False
        for _ in range(int(demand[day])):
            if shelf:
                shelf.remove(min(shelf))
            else:
                turned_away = True
        reward -= 5.0 * turned_away
    return reward, dropped


def test_there_are_thirteen_dates() -> None:
    assert len(DATES) == 13
    assert PROBLEM.scenario.settings.review_period == 30


def test_opening_units_are_dropped_at_the_first_check_at_which_they_are_90_days_old() -> None:
    # Aged 80: 87 on day 7, 94 on day 14. Aged 50: 85 on day 35, 92 on day 42. Aged 10 and 5: 87
    # and 82 on day 77, 94 and 89 on day 84, and the 5s 96 on day 91. Aged 1 and 0: 92, 91 on day
    # 91. What a check on day d drops is gone at the end of day d - 1.
    expired = run(np.zeros(13), np.zeros(DAYS)).expired[0]
    found = {int(day) + 1: int(expired[day]) for day in np.flatnonzero(expired)}
    assert found == {14: 2, 42: 2, 84: 2, 91: 7}


def test_an_order_is_on_the_shelf_the_same_day_and_lasts_to_the_first_check_past_90_days() -> None:
    ordered = np.zeros(13)
    ordered[1] = 20.0
    demand = np.zeros(DAYS)
    demand[30] = 15.0
    found = run(ordered, demand)
    # Day 30: of the 13 the two oldest are dropped by then, and the 11 go first, then 4 of the 20.
    assert found.sales[0, 30] == 15.0
    assert found.on_hand[0, 30] == 16.0
    # The last 16 are 89 days old on day 119 and 96 on day 126.
    assert found.expired[0, 125] == 16.0
    assert found.expired[0, 43:125].sum() == 0.0


def test_days_that_turn_customers_away_cost_five_however_many_they_turn_away() -> None:
    demand = np.zeros(DAYS)
    demand[:4] = 10.0, 3.0, 1.0, 3.0
    # 13 are there: sold out exactly on day 1, which is no empty day; days 2 and 3 are.
    paid = cost(run(np.zeros(13), demand))
    assert paid[:5].tolist() == [-1000.0, 0.0, 5.0, 5.0, 0.0]
    assert -paid.sum() == 990.0


@pytest.mark.parametrize("seed", range(5))
def test_whole_years_cost_what_loops_over_units_find(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ordered = rng.integers(0, 160, 13).astype(float)
    demand = PROBLEM.draw(rng, 1)[0, 0]
    found = run(ordered, demand)
    reward, dropped = loops(ordered, demand)
    assert -cost(found).sum() == pytest.approx(reward)
    # A last check would be at the start of day 371: units kept to the end are not dropped.
    assert found.expired.sum() == pytest.approx(dropped)


def test_the_law_is_a_renewal_process_with_gaps_of_half_a_day() -> None:
    demand = PROBLEM.draw(np.random.default_rng(4), 4000)[:, 0]
    # The renewal equation of U(0, 1) gives E N(1) = e - 1 and E N(2) = e^2 - e - 1.
    assert demand[:, 0].mean() == pytest.approx(np.e - 1.0, abs=0.05)
    assert demand[:, :2].sum(axis=1).mean() == pytest.approx(np.e**2 - np.e - 1.0, abs=0.06)
    # In the long run 2 t - 1/3 customers, with a variance of about 2 t / 3.
    assert demand.sum(axis=1).mean() == pytest.approx(2 * DAYS - 1 / 3, abs=1.0)
    assert demand.sum(axis=1).var() == pytest.approx(2 * DAYS / 3, rel=0.1)


def test_a_window_is_entered_in_the_middle_of_a_gap() -> None:
    scenario = PROBLEM.scenario
    state = run(np.full(13, 60.0), np.full(DAYS, 2.0)).final
    later = scenario_at(scenario, state, 100, 60)
    demand = PROBLEM.demand(later, np.random.default_rng(5), 8000)
    assert demand.shape == (8000, 1, 60)
    # In equilibrium every day has 2 on average, the first one too.
    assert demand[:, 0, 0].mean() == pytest.approx(2.0, abs=0.04)
    assert demand[:, 0].mean() == pytest.approx(2.0, abs=0.01)


def test_perfect_orders_would_earn_283_on_an_average_year() -> None:
    # About 730 customers; all but 13 of what they want must be bought.
    customers = PROBLEM.draw(np.random.default_rng(6), 4000).sum(axis=(1, 2)).mean()
    assert 1000.0 - (customers - len(OPENING)) == pytest.approx(283.0, abs=1.0)


def test_a_rule_that_sees_the_shelf_comes_near_that() -> None:
    policy = ClosedForm("analytic")(PROBLEM, np.random.default_rng(1))
    fresh = PROBLEM.draw(np.random.default_rng(2), 60)
    reward = -PROBLEM.cost_under(obeying(PROBLEM.scenario, policy), fresh)
    assert 265.0 < reward.mean() < 285.0
