"""Problems with known optima: lost sales at one location, and serial systems with backlog."""

from __future__ import annotations

import numpy as np
import pytest

from planner.experiments.statistics import half_width
from planner.policies.echelon_base_stock import EchelonBaseStock
from scenarios.arrays.types import Floats
from scenarios.catalogue import ENTRIES
from scenarios.catalogue.lost_sales import CELLS
from scenarios.catalogue.lost_sales import problem as lost_sales
from scenarios.catalogue.serial import INSTANCES
from scenarios.catalogue.serial import problem as serial
from scenarios.problem import Problem
from scenarios.simulation.policy import OrderPolicy
from scenarios.simulation.run import simulate
from scenarios.simulation.state import State

NO_CHANCE = np.random.default_rng(0)


def per_period(problem: Problem, policy: OrderPolicy, n_paths: int, skip: int = 50) -> Floats:
    """[n_paths] mean cost of a period."""
    demand = problem.draw(np.random.default_rng(3), n_paths)
    return simulate(problem.scenario, policy, demand, record=False).costs.total[:, skip:].mean(1)


@pytest.mark.parametrize("which", [(4, 1), (4, 4), (9, 3)])
def test_the_best_base_stock_level_of_lost_sales_costs_what_is_published(
    which: tuple[int, int],
) -> None:
    problem = lost_sales(NO_CHANCE, *which, n_periods=450)
    policy = EchelonBaseStock((CELLS[which].level,))(problem, NO_CHANCE)
    cost = per_period(problem, policy, 400)
    assert abs(cost.mean() - CELLS[which].base_stock) < 1.5 * half_width(cost)
    assert half_width(cost) < 0.01 * CELLS[which].base_stock


def test_lost_sales_and_lead_time_2_by_hand() -> None:
    # 8 on hand, 5 arrive on days 0 and 1, and what is ordered on day 0 on day 2. Demand 6, 9, 4:
    # left 8 + 5 - 6 = 7, 7 + 5 - 9 = 3, 3 + 2 - 4 = 1; then 1 + 0 against 6: 5 lost at 4 each.
    problem = lost_sales(NO_CHANCE, 4, 2, n_periods=4)
    orders = np.array([2.0, 0.0, 0.0, 0.0])

    def policy(state: State, period: int) -> Floats:
        return orders[[period]]

    run = simulate(problem.scenario, policy, np.array([[6.0, 9.0, 4.0, 6.0]]))
    assert run.costs.total.tolist() == [7.0, 3.0, 1.0, 20.0]


@pytest.mark.parametrize("name", list(INSTANCES))
def test_the_optimal_levels_of_a_serial_system_cost_the_optimum(name: str) -> None:
    instance = INSTANCES[name]
    problem = serial(NO_CHANCE, instance, n_periods=450)
    cost = per_period(problem, EchelonBaseStock(instance.levels)(problem, NO_CHANCE), 200)
    assert abs(cost.mean() - instance.cost) < 1.5 * half_width(cost)
    assert half_width(cost) < 0.01 * instance.cost


def test_other_levels_of_a_serial_system_cost_more_on_the_same_demand() -> None:
    instance = INSTANCES["example_6_1"]
    problem = serial(NO_CHANCE, instance, n_periods=300)
    best = per_period(problem, EchelonBaseStock(instance.levels)(problem, NO_CHANCE), 50)
    for stage in range(3):
        for change in (-1.0, 1.0):
            levels = np.array(instance.levels)
            levels[stage] += change
            cost = per_period(problem, EchelonBaseStock(tuple(levels))(problem, NO_CHANCE), 50)
            assert (cost - best).mean() > half_width(cost - best)


def test_stages_of_a_serial_system_hold_at_the_sum_of_echelon_costs_above() -> None:
    # Echelon holding 3, 2, 2 from the retailer up: 3 + 2 + 2, 2 + 2, 2. Lead times 1, 1, 2 there.
    scenario = serial(NO_CHANCE, INSTANCES["example_6_1"], n_periods=5).scenario
    assert scenario.points.holding_cost.tolist() == [7.0, 4.0, 2.0]
    assert scenario.points.missed_sale_cost[0] == 37.12
    assert scenario.routes.lead_time.tolist() == [0, 0, 1]
    assert scenario.settings.in_transit_holding == "origin"


def test_echelon_levels_count_all_below_and_under_way() -> None:
    # Levels 4 above what the retailer has and is sent, and 6 above what is in the whole chain.
    problem = serial(NO_CHANCE, INSTANCES["problem_6_16"], n_periods=3)
    scenario = problem.scenario
    points, late = scenario.points, scenario.open_orders
    assert late.quantity.sum() == 20.0 * (7 + 2)
    position = points.on_hand + np.array([140.0, 40.0])
    policy = EchelonBaseStock((position[0] + 4.0, position.sum() + 6.0))(problem, NO_CHANCE)
    run = simulate(scenario, policy, np.zeros((2, 1)))
    assert run.orders[:, 0].tolist() == [4.0, 6.0]


def test_levels_are_as_many_as_locations() -> None:
    with pytest.raises(ValueError, match="2 levels for 1 locations"):
        EchelonBaseStock((1.0, 2.0))(lost_sales(NO_CHANCE, 4, 1, n_periods=3), NO_CHANCE)


def test_entries_name_the_published_costs() -> None:
    assert sum(name.startswith("lost-sales-") for name in ENTRIES) == 8
    cell = ENTRIES["lost-sales-9-4"]
    assert [one.score for one in cell.known] == [6.836, 7.271, 6.912]
    assert cell.make(NO_CHANCE).scenario.routes.lead_time.tolist() == [4]
    assert cell.make(NO_CHANCE).scenario.points.missed_sale_cost.tolist() == [9.0]
    assert ENTRIES["serial-shang-song-9"].known[0].score == 53.006
