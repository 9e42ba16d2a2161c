"""PPO from states to orders: the environment by hand, and training through RLlib."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

from brain.order_policies.order_env import AHEAD, ARRIVALS, Codec, OrderEnv
from planner.policies.learned.ppo import Ppo
from planner.policies.simple import Random
from scenarios.arrays.types import Floats
from scenarios.errors import InputError
from scenarios.problem import Problem
from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.run import simulate
from scenarios.simulation.step import initial_state
from scenarios.simulation.trajectory import Trajectory
from tests.support.worlds import chain

# What Ray and RLlib warn of in their own code is theirs.
pytestmark = pytest.mark.filterwarnings("ignore")

TOY = Problem(
    chain([2], mean=10.0, std=3.0, n_periods=20, on_hand=20.0, holding_cost=1.0,
          missed_sale_cost=10.0, end_of_life=True)
)  # fmt: skip
QUICK = Ppo(updates=4, seconds=600.0, n_envs=8)


def squared(run: Trajectory) -> Floats:
    """What is missed counts more each time: it depends on the whole run so far."""
    return run.missed.sum(axis=-2).cumsum(axis=-1) + (run.on_hand.sum(axis=-2) - 15.0) ** 2


def test_actions_go_from_nothing_through_the_mean_to_four_times_as_much() -> None:
    codec = Codec(chain([1, 2], mean=10.0, n_periods=8, review_period=2))
    actions = np.array([[-1.0, -0.5], [0.0, 0.5], [1.0, 7.0]])
    # A review takes 20.
    assert codec.orders(actions).tolist() == [[0.0, 10.0], [20.0, 50.0], [80.0, 80.0]]


def test_a_state_is_seen_in_reviews_of_mean_demand() -> None:
    scenario = chain(
        [3], mean=10.0, n_periods=8, on_hand=25.0, open_orders=[(0, 0, 5.0), (0, 2, 20.0)],
        end_of_life=True,
    )  # fmt: skip
    seen = Codec(scenario).observe(initial_state(scenario), 0)
    # On hand, backlog, owed; arrivals now, in 1, in 2 or more; 1, 4 and 8 of 12 periods ahead.
    assert (ARRIVALS, AHEAD) == (4, (1, 4, 12))
    expected = [2.5, 0, 0, 0.5, 0, 2.0, 0, 1, 1, 8 / 12, 1]
    assert sorted(seen.tolist()) == pytest.approx(sorted(expected))


@pytest.mark.parametrize("problem", [TOY, Problem(TOY.scenario, cost=squared)])
def test_an_episode_pays_what_the_problem_counts(problem: Problem) -> None:
    env = OrderEnv(problem, 3)
    assert env.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP
    env.reset(seed=4)
    demand, rng = env.demand, np.random.default_rng(0)
    total, orders = np.zeros(3), []
    for period in range(20):
        action = rng.uniform(-1.0, 1.0, (3, 1)).astype(np.float32)
        orders.append(env.codec.orders(action))
        _, reward, ended, cut, _ = env.step(action)
        total += reward
        assert (ended.all(), cut.any()) == (period == 19, False)
    run = simulate(problem.scenario, GivenOrders(np.stack(orders, axis=-1)), demand)
    np.testing.assert_allclose(-total * env.scale, problem.cost(run).sum(axis=-1))
    _, reward, ended, _, _ = env.step(action)
    assert not reward.any()
    assert not ended.any()
    assert (env.demand != demand).any()


def test_it_beats_chance_and_is_the_same_for_the_same_seed() -> None:
    import ray

    policy, again = (QUICK(TOY, np.random.default_rng(1)) for _ in range(2))
    assert not ray.is_initialized()
    demand = TOY.draw(np.random.default_rng(2), 40)
    run = simulate(TOY.scenario, policy, demand)
    np.testing.assert_array_equal(run.orders, simulate(TOY.scenario, again, demand).orders)
    chance = Random()(TOY, np.random.default_rng(0))
    by_chance = np.mean([TOY.cost_under(chance, path) for path in demand])
    assert run.costs.total.sum(axis=-1).mean() < 0.8 * by_chance


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Any = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "ray" else real(name)
    )
    with pytest.raises(InputError, match=r"echelon-planner\[train\]"):
        Ppo()(TOY, np.random.default_rng(0))
