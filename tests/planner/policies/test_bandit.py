"""The bandit: shifts by hand, what it keeps, and what it finds."""

from __future__ import annotations

import numpy as np
import pytest

from planner.policies.rules.lot_rules import in_lots
from planner.policies.simple import Constant
from planner.policies.tuned.bandit import OUTSIDE, Bandit, Values, arms, orders_by_day, pull
from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from scenarios.problem import Problem
from scenarios.simulation.run import simulate
from scenarios.simulation.step import initial_state
from tests.support.worlds import chain


def shop(**more: float) -> Scenario:
    """Ten a day for 12 days, ordered on days 0, 3, 6 and 9; nothing on hand."""
    return chain([0], mean=10.0, n_periods=12, review_period=3, timeline="receive_first",
                 holding_cost=1.0, missed_sale_cost=20.0, end_of_life=True, **more)  # fmt: skip


def test_a_shift_moves_units_between_dates_or_in_and_out() -> None:
    orders = np.array([[5.0, 1.0], [7.0, 7.0]])
    assert pull(orders, np.array([0, 0, 1]), 3.0).tolist() == [[2.0, 4.0], [7.0, 7.0]]
    # There is but one to give.
    assert pull(orders, np.array([0, 1, 0]), 3.0)[0].tolist() == [6.0, 0.0]
    assert pull(orders, np.array([1, OUTSIDE, 1]), 3.0)[1].tolist() == [7.0, 10.0]
    assert pull(orders, np.array([1, 0, OUTSIDE]), 9.0)[1].tolist() == [0.0, 7.0]
    assert orders.tolist() == [[5.0, 1.0], [7.0, 7.0]]


def test_every_date_may_give_to_every_other_and_to_the_outside() -> None:
    # On each of 2 routes: 4 dates and the outside, any to any other.
    found = arms(2, 4)
    assert len(found) == len({tuple(arm) for arm in found}) == 2 * 5 * 4


def test_orders_are_placed_on_review_dates_alone() -> None:
    placed = orders_by_day(shop(), np.array([[1.0, 2.0, 3.0, 4.0]]))
    assert placed[0].tolist() == [1, 0, 0, 2, 0, 0, 3, 0, 0, 4, 0, 0]


def test_values_are_running_means_and_the_best_is_chosen() -> None:
    values, rng = Values(np.zeros(3), recency=0.5), np.random.default_rng(0)
    values.learn(1, 8.0)
    values.learn(1, -2.0)
    assert values.mean.tolist() == [0.0, 1.0, 0.0]
    assert {values.choose(rng, epsilon=0.0) for _ in range(20)} == {1}
    assert {values.choose(rng, epsilon=1.0) for _ in range(60)} == {0, 1, 2}
    values.learn(1, -9.0)
    # Those not tried yet are worth 0: more than one that lost.
    assert {values.choose(rng, epsilon=0.0) for _ in range(40)} == {0, 2}


def orders_of(policy: Bandit, problem: Problem) -> Floats:
    run = simulate(problem.scenario, policy(problem, np.random.default_rng(3)),
                   np.full((1, 12), 10.0))  # fmt: skip
    return run.orders[0, ::3]


def test_with_certain_demand_and_some_stock_it_orders_what_is_missing() -> None:
    # 30 a review; 18 of the first 30 are there, and 30 come in on day 6 by themselves.
    scenario = shop(on_hand=18.0, order_multiple=2.0, open_orders=[(0, 6, 30.0)])
    found = orders_of(Bandit(n_paths=1, pulls=600), Problem(scenario))
    assert found.tolist() == [12.0, 30.0, 0.0, 30.0]


def test_orders_obey_lots() -> None:
    scenario = shop(order_multiple=4.0, min_order_quantity=8.0, max_order_quantity=24.0)
    found = orders_of(Bandit(n_paths=1, pulls=100), Problem(scenario))
    assert found.max() == 24.0
    assert found[None].T.tolist() == in_lots(scenario, found[:, None]).tolist()


def test_it_learns_what_is_paid_for_not_what_the_scenario_costs() -> None:
    # What counts is what is ordered: nothing, then.
    problem = Problem(shop(order_multiple=1.0), cost=lambda run: run.orders.sum(axis=-2))
    assert orders_of(Bandit(n_paths=2, pulls=300), problem).sum() == 0.0


def test_on_paths_it_has_not_seen_it_beats_the_even_split_it_starts_from() -> None:
    problem = Problem(chain([0], mean=10.0, std=4.0, n_periods=12, review_period=3,
                            timeline="receive_first", missed_sale_cost=20.0, order_multiple=1.0,
                            end_of_life=True, on_hand=60.0))  # fmt: skip
    fresh = problem.draw(np.random.default_rng(8), 300)
    policy = Bandit(n_paths=40, pulls=150)(problem, np.random.default_rng(1))
    even = Constant()(problem, np.random.default_rng(1))
    gain = problem.cost_under(even, fresh) - problem.cost_under(policy, fresh)
    assert gain.mean() > 3 * gain.std() / len(gain) ** 0.5


def test_equal_seeds_give_equal_orders_and_state_changes_none() -> None:
    problem = Problem(shop(order_multiple=1.0))
    first, second = (
        Bandit(n_paths=3, pulls=40)(problem, np.random.default_rng(5)) for _ in range(2)
    )
    empty, full = initial_state(problem.scenario), initial_state(shop(on_hand=99.0))
    for period in (0, 3, 6, 9):
        assert first(empty, period) == pytest.approx(second(full, period))
