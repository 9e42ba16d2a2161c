"""Tabular Q-learning: what it sees by hand, how it learns, and that it beats what knows nothing."""

from __future__ import annotations

import numpy as np
import pytest

from planner.policies.learned.q_learning import (
    LOWEST,
    REVIEWS,
    SHELF,
    STATES,
    QLearning,
    Values,
    felt_after,
    sight,
)
from planner.policies.simple import ZERO, Constant, Random
from scenarios.arrays.types import Floats
from scenarios.catalogue import ENTRIES
from scenarios.problem import Problem
from scenarios.simulation.run import simulate
from scenarios.simulation.step import initial_state
from scenarios.simulation.trajectory import Trajectory
from tests.support.worlds import chain, world

QUICK = QLearning(rounds=60, n_paths=100)


def two_stages() -> Problem:
    scenario = chain(
        [1, 2], mean=20.0, std=6.0, n_periods=50, on_hand=50.0,
        holding_cost=np.array([[1.0], [0.5]]), missed_sale_cost=20.0, unmet_demand="backlog",
    )  # fmt: skip
    return Problem(scenario)


def score(problem: Problem, policy: QLearning | Constant | Random) -> float:
    demand = problem.draw(np.random.default_rng(7), 20)
    ready = policy(problem, np.random.default_rng(1))
    return float(np.mean([problem.cost_under(ready, path) for path in demand]))


@pytest.mark.parametrize(
    "problem", [two_stages(), ENTRIES["single-sku"].make(np.random.default_rng(0))]
)
def test_it_beats_what_knows_nothing(problem: Problem) -> None:
    learnt = score(problem, QUICK)
    for other in (ZERO, Constant(), Random()):
        assert learnt < 0.9 * score(problem, other)


def test_a_point_sees_its_echelon_and_its_shelf() -> None:
    # Mean 20, no spread: bins are a fifth of 20, that is 4 units wide. The store covers 1 + 1
    # periods (40), the DC 2 + 1 more (the store's lead time is waited for): 100 in all.
    scenario = chain([1, 2], mean=20.0, on_hand=np.array([[31.0], [50.0]]), n_periods=8)
    code = sight(scenario).code(initial_state(scenario), 0)
    place, shelf = np.divmod(code, SHELF.size + 1)
    assert sight(scenario).rule.cover_demand[0].tolist() == [40.0, 100.0]
    # 31 - 40 = -9 lies in the bin from -12 to -8; 81 - 100 = -19 in that from -20 to -16.
    assert (place + LOWEST).tolist() == [-3, -5]
    # 31 of 20 is more than 1.5 reviews and less than 3; 50 likewise.
    assert shelf.tolist() == [3, 3]


def test_what_an_order_does_is_looked_for_a_lead_time_later() -> None:
    scenario = chain([1, 2], mean=20.0, n_periods=8)
    assert felt_after(scenario).tolist() == [2, 5]


def test_a_table_learns_the_mean_of_discounted_costs_relative_to_other_paths() -> None:
    scenario = chain([0], mean=10.0, n_periods=2)
    values = Values(sight(scenario), np.array([1]), 0.5)
    codes, actions = np.array([[[3], [3]], [[5], [6]]]), np.array([[[0], [1]], [[0], [0]]])
    costs = np.array([[[10.0], [20.0]], [[1.0], [3.0]]])
    values.update(codes, actions, costs, 1.0)
    # Relative costs -5 and 5 in the first review, -1 and 1 in the second, the last one.
    assert values.value[0, 3, :2].tolist() == [-5.0, 5.0]
    assert (values.value[0, 5, 0], values.value[0, 6, 0]) == (-1.0, 1.0)
    values.update(codes, actions, costs, 1.0)
    # Half of what follows comes along: -5 - 0.5 and 5 + 0.5; averaged with the first round.
    assert values.value[0, 3, :2].tolist() == [-5.25, 5.25]
    # A state never seen does as the nearest one seen.
    assert values.best()[0, 4] == 0


def test_all_paths_at_once_get_what_each_gets_alone() -> None:
    problem = two_stages()
    policy = QLearning(rounds=3, n_paths=10)(problem, np.random.default_rng(0))
    again = QLearning(rounds=3, n_paths=10)(problem, np.random.default_rng(0))
    np.testing.assert_array_equal(policy.best, again.best)
    demand = problem.draw(np.random.default_rng(1), 3)
    together = simulate(problem.scenario, policy, demand).orders
    for path, wanted in enumerate(demand):
        alone = simulate(problem.scenario, policy, wanted).orders
        np.testing.assert_allclose(together[path], alone)


def test_it_learns_what_counts_and_not_the_costs_of_the_tables() -> None:
    def nothing_on_hand(run: Trajectory) -> Floats:
        return run.on_hand.sum(axis=-2)

    problem = Problem(two_stages().scenario, cost=nothing_on_hand)
    policy = QUICK(problem, np.random.default_rng(0))
    demand = problem.draw(np.random.default_rng(1), 5)
    assert (
        problem.cost_under(policy, demand).mean()
        < 1.1 * problem.cost_under(ZERO(problem, np.random.default_rng(0)), demand).mean()
    )


def test_many_products_share_the_table_of_their_location() -> None:
    mean = np.linspace(5.0, 500.0, 60)[None, :, None]
    scenario = world(
        ["shop"], [("supplier", "shop", 2)], n_products=60, n_periods=40, mean=mean,
        std=0.3 * mean, on_hand=3.0 * mean[..., 0], order_multiple=1.0,
    )  # fmt: skip
    problem = Problem(scenario)
    policy = QLearning(rounds=40, n_paths=20)(problem, np.random.default_rng(0))
    assert policy.best.shape == (1, STATES)
    assert policy.best.max() < REVIEWS.size
    demand = problem.draw(np.random.default_rng(1), 5)
    constant = Constant()(problem, np.random.default_rng(0))
    learnt, blind = (problem.cost_under(rule, demand).mean() for rule in (policy, constant))
    assert learnt < 0.9 * blind
