"""Orders learnt through the simulator: against exact optima, and whatever the cost is."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.arrays.types import Floats
from scenarios.evaluation.discounted_profit import LinearCost
from scenarios.examples.dense import chain
from scenarios.problem import Problem
from scenarios.simulation.trajectory import Trajectory

pytest.importorskip("torch")

from brain.order_policies.differentiable import Effort, learn
from brain.order_policies.order_up_to import learned_orders, untaught

QUICK = Effort(steps=60, n_paths=64, hidden=(8,), check_paths=128)


def newsvendor(**more: float) -> Problem:
    """One shop, lead time 0, N(10, 3), 8 periods; a miss costs 4 and the way nothing."""
    scenario = chain(
        [0], mean=10.0, std=3.0, n_periods=8, holding_cost=1.0, missed_sale_cost=4.0,
        on_hand=10.0, unmet_demand="backlog", **more,
    )  # fmt: skip
    return Problem(scenario)


def test_it_learns_to_distrust_a_shop_whose_left_overs_are_dear() -> None:
    # Holding is charged at 4 in what counts, as much as a miss, so the best level is the mean, 10,
    # and not the 10 + 0.84 x 3 = 12.5 of the scenario's own costs: 4 x 0.80 x 3 = 9.6 a period.
    problem = newsvendor()
    dear = Problem(problem.scenario, cost=LinearCost(on_hand=4.0, backlog=4.0))
    rng = np.random.default_rng(0)
    before = learned_orders(dear.scenario, untaught(dear.scenario, (8,), rng))
    after = learn(dear, np.random.default_rng(1), QUICK)
    demand = dear.draw(np.random.default_rng(2), 2000)
    cost = dear.cost_under(after, demand).mean() / 8
    assert cost == pytest.approx(4 * (2 / np.pi) ** 0.5 * 3, rel=0.03)
    assert dear.cost_under(before, demand).mean() / 8 > 1.2 * cost


def test_where_the_analytic_rule_is_right_it_stays() -> None:
    # h = 1, b = 4: (h + b) phi(0.84) x 3 = 4.2 a period, which is the least there is.
    problem = newsvendor()
    learnt = learn(problem, np.random.default_rng(1), QUICK)
    demand = problem.draw(np.random.default_rng(2), 4000)
    assert problem.cost_under(learnt, demand).mean() / 8 == pytest.approx(5 * 0.28 * 3, rel=0.03)


def numpy_only(run: Trajectory) -> Floats:
    """[..., T] a cost that Torch cannot follow."""
    return np.maximum(run.on_hand - 5.0, 0.0).sum(axis=-2) + 4.0 * run.missed.sum(axis=-2)


def test_a_cost_of_numpy_is_learnt_by_the_scenarios_own_and_never_made_worse() -> None:
    problem = Problem(newsvendor().scenario, cost=numpy_only)
    start = learned_orders(
        problem.scenario, untaught(problem.scenario, (8,), np.random.default_rng(1))
    )
    learnt = learn(problem, np.random.default_rng(1), QUICK)
    demand = problem.draw(np.random.default_rng(2), 1000)
    before = problem.cost_under(start, demand)
    assert problem.cost_under(learnt, demand).mean() <= before.mean() + 3 * before.std() / 1000**0.5


def test_equal_generators_give_equal_orders() -> None:
    problem = newsvendor()
    few = Effort(steps=3, n_paths=8, hidden=(4,), check_paths=8)
    one, two = (learn(problem, np.random.default_rng(5), few) for _ in range(2))
    for a, b in zip(one.weights.arrays(), two.weights.arrays(), strict=True):
        assert np.array_equal(a, b)
    assert np.any(one.weights.by_period != 0.0)
