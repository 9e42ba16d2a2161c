"""The two stores: money of single days by hand, and of whole runs by loops written anew."""

from __future__ import annotations

from math import ceil, tanh

import numpy as np
import pytest

from planner.policies.rules.lot_rules import obeying
from planner.policies.tuned.base_stock import TunedReorder
from scenarios.arrays.types import Floats
from scenarios.catalogue.two_stores import PERIODS, TWO_STORES, money
from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.run import simulate
from scenarios.simulation.step import initial_state

PROBLEM = TWO_STORES.make(np.random.default_rng(0))
ROUTES = [str(PROBLEM.scenario.lanes.origin_name[n]) for n in PROBLEM.scenario.routes.lane]


def orders(**days: list[float]) -> Floats:
    """[A, T] from each route's first days."""
    out = np.zeros((3, PERIODS))
    for row, name in enumerate(("first", "second", "dc")):
        given = days.get(name, [])
        out[row, : len(given)] = given
    return out


def profit(ordered: Floats, demand: Floats) -> Floats:
    """[T] by day."""
    return -money(simulate(PROBLEM.scenario, GivenOrders(ordered), demand))


def loops(ordered: Floats, demand: Floats) -> float:
    """Profit, day by day and place by place."""
    dc, store, total = 100.0, [25.0, 25.0], 0.0
    to_dc: dict[int, float] = {}
    to_store: list[dict[int, float]] = [{}, {}]
    backlog = [0.0, 0.0]
    for day in range(PERIODS):
        order = ordered[2, day]
        to_dc[day + 2] = order
        if order > 0:
            total -= 50.0 + 2.0 * order
        dc += to_dc.get(day, 0.0)
        if dc > 150.0:
            total -= 150.0 * tanh((dc - 150.0) / 112.5)
        shipped = [0.0, 0.0]
        for queue in (backlog, [ordered[0, day], ordered[1, day]]):
            for i in (0, 1):
                sent = min(dc, queue[i])
                dc, shipped[i] = dc - sent, shipped[i] + sent
                queue[i] -= sent
            if queue is not backlog:
                backlog = [backlog[i] + queue[i] for i in (0, 1)]
        for i in (0, 1):
            to_store[i][day + 1] = shipped[i]
            total -= 10.0 * ceil(shipped[i] / 50.0)
            store[i] += to_store[i].get(day, 0.0)
            if store[i] > 75.0:
                total -= 75.0 * tanh((store[i] - 75.0) / 56.25)
            sold = min(store[i], demand[i, day])
            store[i] -= sold
            total += 50.0 * sold - 5.0 * (demand[i, day] - sold) - store[i]
        total -= 0.5 * dc
    return total


def test_points_and_routes_are_the_stores_and_then_the_dc() -> None:
    scenario = PROBLEM.scenario
    names = [str(scenario.locations.name[j]) for j in scenario.points.location]
    assert names == ["store1", "store2", "dc"]
    assert scenario.routes.destination.tolist() == [0, 1, 2]
    assert ROUTES == ["dc", "dc", "supplier"]


def test_the_first_days_by_hand() -> None:
    # Day 0: 10 and 30 wanted of 25 each: 35 sold, 5 lost, 15 left; the DC sends 51 to store 1
    # (two batches), owes the 2 it lacks of 51 to store 2, and orders 40 (130).
    # Day 1: store 1 has 15 + 51 = 66, store 2 49; no demand, nothing at the DC.
    # Day 2: the DC gets 40, sends the 2 (a batch), and keeps 38.
    demand = np.zeros((3, PERIODS))
    demand[:2, 0] = 10.0, 30.0
    found = profit(orders(first=[51.0], second=[51.0], dc=[40.0]), demand)
    day_0 = 50.0 * 35 - 5.0 * 5 - 15.0 - (20.0 + 10.0) - (50.0 + 80.0)
    day_2 = -(66.0 + 49.0) - 10.0 - 0.5 * 38
    assert found[:3].tolist() == pytest.approx([day_0, -(66.0 + 49.0), day_2])


def test_crowded_rooms_are_paid_for_right_after_receipts() -> None:
    # Store 1 gets 85 on day 1 upon the 25 it has, and sells it all that day: 110 in a room of 75.
    demand = np.zeros((3, PERIODS))
    demand[0, 1] = 110.0
    found = profit(orders(first=[85.0]), demand)
    assert found[1] == pytest.approx(50.0 * 110 - 75.0 * tanh(35.0 / 56.25) - 25.0 - 0.5 * 15)
    # The DC's 100 and the 80 that arrive on day 2: 180 in a room of 150.
    found = profit(orders(dc=[80.0]), np.zeros((3, PERIODS)))
    assert found[2] == pytest.approx(-150.0 * tanh(30.0 / 112.5) - 50.0 - 0.5 * 180)


def test_what_is_owed_ships_before_new_orders() -> None:
    # The DC's 100 go to store 1, which wants 120; store 2 waits for 30. On day 2, 60 arrive: the
    # 20 owed to store 1, the 30 owed to store 2, and 10 of the 40 that store 1 orders now.
    ordered = orders(first=[120.0, 0.0, 40.0], second=[30.0], dc=[60.0])
    run = simulate(PROBLEM.scenario, GivenOrders(ordered), np.zeros((3, PERIODS)))
    assert run.shipped[:2, :3].tolist() == [[100.0, 0.0, 30.0], [0.0, 0.0, 30.0]]


@pytest.mark.parametrize("seed", range(6))
def test_whole_runs_cost_what_loops_find(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ordered = rng.poisson(np.array([[12.0], [12.0], [26.0]]), (3, PERIODS)).astype(float)
    ordered *= rng.integers(0, 3, ordered.shape)  # large ones, and days without any
    demand = PROBLEM.draw(rng, 1)[0]
    assert profit(ordered, demand).sum() == pytest.approx(loops(ordered, demand), abs=1e-6)


def test_opening_stock_and_the_law_are_as_published() -> None:
    assert initial_state(PROBLEM.scenario).on_hand.tolist() == [25.0, 25.0, 100.0]
    demand = PROBLEM.draw(np.random.default_rng(1), 2000)
    assert demand[:, 2].sum() == 0.0
    assert demand[:, :2].mean() == pytest.approx(10.0, abs=0.05)
    assert demand[:, :2].var() == pytest.approx(10.0, abs=0.2)


def test_a_tuned_rule_that_sees_the_state_reaches_the_aim() -> None:
    policy = TunedReorder(n_paths=60, evaluations=250)(PROBLEM, np.random.default_rng(1))
    fresh = PROBLEM.draw(np.random.default_rng(2), 400)
    score = -PROBLEM.cost_under(obeying(PROBLEM.scenario, policy), fresh)
    assert TWO_STORES.aim is not None
    assert score.mean() > TWO_STORES.aim
