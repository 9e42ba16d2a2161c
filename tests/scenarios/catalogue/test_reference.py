"""The two-sinusoid retail chain: its profiles by hand."""

from __future__ import annotations

import numpy as np
import pytest

from brain.analytic.newsvendor import Analytic
from scenarios.catalogue import ENTRIES
from scenarios.catalogue.reference import (
    DEMAND,
    ROOM,
    UNLIMITED,
    WARM_UP,
    Steady,
    assessment_demand,
    many,
    with_demand,
    with_known_demand,
    with_leads,
)
from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.run import simulate
from solver.closed_form.order_up_to import order_up_to


def test_the_forecast_is_two_waves_from_one_of_306_days_on() -> None:
    days = np.arange(1, 306 + 200)
    waves = 20 + 5 * np.sin(0.02 * days) + 3 * np.sin(0.05 * days)
    starts = set()
    for seed in range(30):
        mean = with_demand(np.random.default_rng(seed), 5).scenario.mean[0]
        start = int(np.abs(waves[:306] - mean[0]).argmin())
        starts.update(first for first in range(306) if np.allclose(waves[first:][:200], mean))
        assert np.isclose(waves[start], mean[0])
    assert len(starts) > 20


def test_the_std_of_a_day_is_a_whole_number_below_10() -> None:
    std = with_demand(np.random.default_rng(1), 5).scenario.std[0]
    assert set(std) == set(range(10))


def test_the_first_days_of_the_chain_by_hand() -> None:
    # Lead times 2, 3, 4; 33, 40 and 100 on hand; holding 1, 0.8, 0.5; a missed sale costs 100.
    # Day 0: 20 shipped to the shop, 30 to dc1, 20 sold: 13 + 0.8 x 20 + 0.5 x 70.
    # Day 1: 20 wanted, 7 of them missed. Day 2: the 20 arrive and sell; day 3: the 30 reach dc1.
    scenario = with_known_demand(np.random.default_rng(0), 6).scenario
    orders = np.zeros((3, 4))
    orders[:2, 0] = 20.0, 30.0
    run = simulate(scenario, GivenOrders(orders), np.array([[20.0] * 4, [0.0] * 4, [0.0] * 4]))
    assert run.costs.total.tolist() == pytest.approx(
        [13 + 16 + 35, 7 * 100 + 16 + 35, 16 + 35, 20 * 100 + 0.8 * 50 + 35]
    )


def test_an_order_that_cannot_be_shipped_is_cancelled_and_free() -> None:
    scenario = with_known_demand(np.random.default_rng(0), 6).scenario
    orders = np.zeros((3, 4))
    orders[0, 0] = 60.0
    run = simulate(scenario, GivenOrders(orders), np.zeros((3, 4)))
    assert run.on_hand[0].tolist() == [33.0, 33.0, 73.0, 73.0]
    assert run.costs.unmet_order.sum() == 0.0


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_planners_are_told_mean_and_std_of_the_steady_laws(number: int) -> None:
    law = DEMAND[number]
    assert isinstance(law, Steady)
    problem = with_demand(np.random.default_rng(0), number)
    drawn = problem.draw(np.random.default_rng(1), 400)
    assert drawn.shape == (400, 3, 200)
    assert (drawn[:, 1:] == 0).all()
    sold = drawn[:, 0]
    assert sold.mean() == pytest.approx(20.0, rel=0.01)
    assert sold.std() == pytest.approx(law.std, rel=0.02)
    assert (problem.scenario.mean[0] == 20.0).all()
    assert (problem.scenario.std[0] == law.std).all()


def test_uniform_and_geometric_demand_keep_their_bounds() -> None:
    uniform, geometric = (
        with_demand(np.random.default_rng(0), number).draw(np.random.default_rng(1), 50)[:, 0]
        for number in (3, 4)
    )
    assert (uniform.min(), uniform.max()) == (0, 40)
    assert geometric.min() == 1
    assert geometric.max() > 60


def test_fixed_lead_times_are_as_the_source_calls_them() -> None:
    leads = [
        with_leads(np.random.default_rng(0), number).scenario.routes.lead_time.tolist()
        for number in range(1, 7)
    ]
    assert leads == [[2, 3, 4], [3, 4, 5], [2, 4, 6], [2, 3, 6], [2, 3, 7], [3, 4, 6]]


def drawn(number: int) -> list[np.ndarray]:
    """Lead times [3, 200] of 40 episodes."""
    found = []
    for seed in range(40):
        scenario = with_leads(np.random.default_rng(seed), number).scenario
        leads = scenario.lead_time_by_period
        assert leads is not None
        assert (leads[:, 0] == scenario.routes.lead_time).all()
        found.append(leads)
    return found


@pytest.mark.parametrize("number", [7, 8, 9])
def test_drifting_lead_times_stay_within_bounds_and_reach_them(number: int) -> None:
    leads = np.stack(drawn(number))
    assert leads.shape == (40, 3, 200)
    assert leads.min(axis=(0, 2)).tolist() == [2, 3, 4]
    assert leads.max(axis=(0, 2)).tolist()[:2] == [5, 6]
    assert leads.max(axis=(0, 2))[2] <= 7


@pytest.mark.parametrize("number", [7, 8])
def test_lead_times_of_profiles_7_and_8_change_by_1_and_every_20_days_only(number: int) -> None:
    change = np.diff(np.stack(drawn(number)), axis=2)
    assert set(np.unique(change)) == {-1, 0, 1}
    days = np.flatnonzero((change != 0).any(axis=(0, 1))) + 1
    assert days.tolist() == list(range(20, 200, 20))


def test_stages_change_alike_in_profile_7_and_each_for_itself_in_profile_8() -> None:
    def both_ways(number: int) -> bool:
        change = np.diff(np.stack(drawn(number)), axis=2)
        return bool(((change > 0).any(axis=1) & (change < 0).any(axis=1)).any())

    assert not both_ways(7)
    assert both_ways(8)


def test_lead_times_of_profile_9_change_by_up_to_3_and_hold_for_at_least_10_days() -> None:
    change = np.diff(np.stack(drawn(9)), axis=2)
    assert np.abs(change).max() == 3
    for episode in change:
        days = np.flatnonzero((episode != 0).any(axis=0)) + 1
        assert (np.diff(np.concatenate([[0], days])) >= 10).all()
    assert len(set(np.argmax((change != 0).any(axis=1), axis=1))) > 5


def test_what_is_shipped_on_a_day_takes_that_days_lead_time() -> None:
    scenario = with_leads(np.random.default_rng(1), 8).scenario
    leads = scenario.lead_time_by_period
    assert leads is not None
    orders = np.zeros((3, 60))
    orders[2, [0, 45]] = 7.0
    run = simulate(scenario, GivenOrders(orders), np.zeros((3, 60)))
    arrivals = np.flatnonzero(np.diff(run.on_hand[2], prepend=100.0))
    assert arrivals.tolist() == [leads[2, 0], 45 + leads[2, 45]]


def test_assessment_profiles_by_hand() -> None:
    def days(profile: int, first: int, last: int) -> list[float]:
        return assessment_demand(profile, 60)[first - 1 : last].tolist()

    assert days(6, 19, 21) == [25, 35, 25]
    assert days(9, 19, 21) == [25, 15, 25]
    assert days(7, 19, 20) == [25, 35]
    assert days(7, 40, 41) == [35, 25]
    assert days(8, 20, 26) == [25, 27, 29, 31, 33, 35, 35]
    assert days(8, 35, 41) == [35, 33, 31, 29, 27, 25, 25]
    assert days(11, 20, 22) == [25, 23, 21]
    assert days(12, 10, 11) == [0, 25]
    assert assessment_demand(10, 60).sum() == 60 * 25 - 21 * 10


def test_assessed_demand_is_known() -> None:
    problem = with_known_demand(np.random.default_rng(0), 8)
    assert (problem.draw(np.random.default_rng(1), 2) == problem.scenario.mean).all()


def test_products_of_many_differ_in_worth_ratio_and_volume() -> None:
    scenario = many(np.random.default_rng(0)).scenario
    points = scenario.points
    assert scenario.n_points == 90
    for product, (missed, holding) in {0: (100, 10), 1: (120, 1.2), 2: (140, 0.14)}.items():
        here = points.product == product
        assert points.missed_sale_cost[here].tolist() == pytest.approx([missed] * 3)
        assert points.holding_cost[here].tolist() == pytest.approx(
            [holding, 0.8 * holding, 0.5 * holding]
        )
    assert scenario.products.volume[[0, 29]].tolist() == pytest.approx([1.0, 3.9])
    assert scenario.locations.storage_capacity[:, 0].tolist() == pytest.approx(list(ROOM))
    assert len({tuple(row) for row in scenario.mean[points.location == 0].round(6)}) > 20


def test_there_is_room_for_70_percent_of_what_products_take_where_room_is_unlimited() -> None:
    taken = []
    for seed in range(4):
        problem = many(np.random.default_rng(seed), np.full(3, np.inf))
        scenario, points = problem.scenario, problem.scenario.points
        demand = problem.draw(np.random.default_rng(100 + seed), 1)[0]
        policy = order_up_to(scenario, Analytic()(scenario).quantity)
        stock = simulate(scenario, policy, demand).on_hand[:, WARM_UP:].mean(axis=1)
        volume = stock * scenario.products.volume[points.product]
        taken.append(np.bincount(points.location, volume))
    assert np.mean(taken, axis=0) == pytest.approx(np.array(UNLIMITED), rel=0.02)
    assert np.array(ROOM) == pytest.approx(0.7 * np.array(UNLIMITED))


def test_every_profile_is_a_problem_of_its_own() -> None:
    names = [name for name in ENTRIES if name.startswith("reference")]
    made = {"reference", "reference-many"}
    made |= {f"reference-demand-{number}" for number in range(1, 6)}
    made |= {f"reference-lead-{number}" for number in range(1, 10)}
    made |= {f"reference-assess-{number}" for number in range(6, 13)}
    assert made == set(names)
    for name in names:
        problem = ENTRIES[name].make(np.random.default_rng(0))
        assert problem.scenario.n_periods > ENTRIES[name].warm_up
