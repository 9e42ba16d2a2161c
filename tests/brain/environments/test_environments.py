"""The environments are thin: the simulator decides what happens and what it costs."""

from __future__ import annotations

import re
import warnings

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.environments.chain_batch import prepare, textbook_cost
from brain.environments.episodes import ChainEpisodes, ScenarioEpisodes, copies_of
from brain.environments.inventory_env import MAX_SIGMAS, PLAIN, InventoryEnv, InventoryVectorEnv
from brain.environments.observation import Layout
from brain.environments.training_chains import RandomChains, TrainingBatch
from brain.trained.point_facts import ordered_for
from scenarios.demand.forecast_error import own_lead_times
from scenarios.demand.sampling import TwoSinusoids, sample
from scenarios.model.scenario import Scenario
from scenarios.simulation.run import simulate
from solver.closed_form.order_up_to import order_up_to
from tests.support.worlds import chain, column, tree, world


def reference(**more: object) -> Scenario:
    """The retail chain of the literature: lead times 2, 3, 4, holding 1 : .8 : .5."""
    given_ = {
        "n_periods": 20,
        "std": 4.0,
        "mean": 20.0,
        "holding_cost": column([1.0, 0.8, 0.5]),
        "missed_sale_cost": 100.0,
        "on_hand": column([60.0, 80.0, 100.0]),
        "open_orders": [(0, 0, 20.0), (0, 1, 20.0), (1, 2, 25.0), (2, 3, 10.0)],
    }
    return chain([2, 3, 4], **(given_ | more))


def roll(env: InventoryEnv, seed: int, rule: object = None) -> tuple[list, list[float]]:
    """Observations and costs of one episode."""
    seen, _ = env.reset(seed=seed)
    observations, costs, over = [seen], [], False
    actions = np.random.default_rng(7)
    while not over:
        size = env.action_space.shape
        action = actions.uniform(-0.1, 0.3, size) if rule is None else rule(seen)
        seen, _, ended, cut, info = env.step(action.astype(np.float32))
        observations.append(seen)
        costs.append(info["cost"])
        over = ended or cut
    return observations, costs


@pytest.mark.parametrize(
    "scenario",
    [
        reference(),
        reference(unmet_demand="backlog", unmet_orders="backlog", review_period=3),
        tree([1, 2], 3, std=2.0, n_periods=9),
        chain([0], n_periods=5, timeline="receive_first", end_of_life=True),
    ],
    ids=["chain", "backlog", "tree", "one-shop"],
)
def test_gymnasium_accepts_the_environment(scenario: Scenario) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(InventoryEnv(scenario), skip_render_check=True)


def test_equal_seeds_give_equal_episodes_and_others_do_not() -> None:
    env = InventoryEnv(reference())
    first, second, other = roll(env, 3), roll(env, 3), roll(env, 4)
    np.testing.assert_array_equal(first[0], second[0])
    assert first[1] == second[1]
    assert first[1] != other[1]


def test_equal_seeds_give_equal_batches() -> None:
    env = InventoryVectorEnv(reference(), 5)
    runs = []
    for _ in range(2):
        seen, _ = env.reset(seed=3)
        done = [env.step(np.full((5, 3), 0.1, np.float32))[:2] for _ in range(4)]
        runs.append([seen, *(part for pair in done for part in pair)])
    for one, two in zip(*runs, strict=True):
        np.testing.assert_array_equal(one, two)
    # The chains of a batch meet different demand.
    assert len(np.unique(runs[0][2])) == 5


@settings(deadline=None, max_examples=15)
@given(
    seed=st.integers(0, 10_000),
    review=st.sampled_from([1, 2, 3]),
    unmet=st.sampled_from([("lost", "lost"), ("backlog", "lost"), ("backlog", "backlog")]),
    timeline=st.sampled_from(["order_first", "receive_first"]),
)
def test_a_policy_costs_the_same_here_and_in_the_simulator(
    seed: int, review: int, unmet: tuple[str, str], timeline: str
) -> None:
    scenario = reference(
        review_period=review, unmet_demand=unmet[0], unmet_orders=unmet[1], timeline=timeline
    )
    # Sixty-fourths are the same numbers in single and in double precision.
    actions = np.random.default_rng(seed).integers(-12, 25, (20, 3)) / 64
    env = InventoryEnv(scenario)
    env.reset(seed=seed)
    costs, over, period = [], False, 0
    while not over:
        _, _, ended, cut, info = env.step(actions[period].astype(np.float32))
        costs.append(info["cost"])
        over, period = ended or cut, info["period"]

    rng = gym.utils.seeding.np_random(seed)[0]
    demand = sample(copies_of(scenario, 1), rng)
    lead, _ = own_lead_times(scenario)
    rule = order_up_to(scenario)
    wanted = MAX_SIGMAS * actions * ordered_for(scenario, lead)[1]
    run = simulate(scenario, lambda state, t: rule.orders(state, t, wanted[t]), demand[None])
    by_period = (run.costs.holding + run.costs.missed_sale)[0]
    by_step = np.add.reduceat(by_period, np.arange(0, 20, review))
    np.testing.assert_allclose(costs, by_step, rtol=1e-12)


def test_a_batch_pays_what_its_chains_pay_alone() -> None:
    source = ScenarioEpisodes(reference(), TwoSinusoids(sigmax=8).forecast)
    episode = source(np.random.default_rng(1), 4)
    together = prepare(episode, source.layout)
    actions = np.random.default_rng(2).uniform(-0.1, 0.3, (20, 4, 3))
    state = together.opening()
    costs = np.zeros((20, 4))
    for t in range(20):
        orders = PLAIN.orders(together, state, t, actions[t])
        state, costs[t], _, _ = together.advance(state, t, orders)
    for n in range(4):
        mine = episode.scenario.points.product == n
        scenario = reference().replace(
            mean=episode.scenario.mean[mine], std=episode.scenario.std[mine]
        )
        alone = prepare(TrainingBatch(scenario, episode.demand[mine]), source.layout)
        state = alone.opening()
        for t in range(20):
            orders = PLAIN.orders(alone, state, t, actions[t, n : n + 1])
            state, cost, _, _ = alone.advance(state, t, orders)
            np.testing.assert_allclose(cost[0], costs[t, n], rtol=1e-12)


def test_what_is_charged_is_holding_and_missed_sales_only() -> None:
    # One shop, lead time 1, certain demand 5. Day 1: 8 on hand, 3 left, pays 3 x 1. The rule
    # orders 2 x 5 - 8 = 2, which arrive on day 2 (timeline order_first): 5 sold of 5, 0 left.
    # Day 2 orders 10 - (3 + 2) = 5: nothing is missed afterwards. Freight is 7 a unit.
    scenario = chain([1], 5.0, n_periods=3, on_hand=8.0, lane_cost=7.0, order_cost=50.0)
    _, costs = roll(InventoryEnv(scenario), 0, lambda _: np.zeros(1))
    assert costs == [3.0, 0.0, 0.0]
    # Without stock the first day misses 5 at 10 each, and the order placed that day arrives too
    # late for it: it covers day 2.
    _, costs = roll(
        InventoryEnv(scenario.replace(points=empty(scenario))), 0, lambda _: np.zeros(1)
    )
    assert costs[0] == 50.0


def empty(scenario: Scenario) -> object:
    """The points of a scenario without stock."""
    import dataclasses

    return dataclasses.replace(scenario.points, on_hand=np.zeros(scenario.n_points))


def test_an_action_is_held_for_a_review_period() -> None:
    env = InventoryEnv(reference(review_period=6))
    env.reset(seed=0)
    periods = []
    for _ in range(4):
        *_, cut, info = env.step(np.zeros(3, np.float32))
        periods.append(info["period"])
    assert periods == [6, 12, 18, 20]
    assert cut
    with pytest.raises(gym.error.ResetNeeded):
        env.step(np.zeros(3, np.float32))


def test_rewards_are_costs_in_units_of_the_textbook_cost() -> None:
    env = InventoryEnv(reference())
    env.reset(seed=0)
    _, reward, _, _, info = env.step(np.zeros(3, np.float32))
    # Shop: h 1, m 100; z = Phi^-1(100/101) = 2.3301, phi(z) = 0.02642. The longest cover is
    # 2 + 3 + 4 + 3 = 12 days of std 4 each, sigma 13.856: 101 x 0.02642 x 13.856 = 36.97.
    assert -info["cost"] / reward == pytest.approx(36.97, abs=0.03)


def test_rewards_do_not_depend_on_the_currency_or_the_unit() -> None:
    base = reference()
    dear = reference(
        holding_cost=7 * column([1.0, 0.8, 0.5]),
        missed_sale_cost=700.0,
        mean=60.0,
        std=12.0,
        on_hand=3 * column([60.0, 80.0, 100.0]),
        open_orders=[(0, 0, 60.0), (0, 1, 60.0), (1, 2, 75.0), (2, 3, 30.0)],
    )
    one, two = InventoryEnv(base), InventoryEnv(dear)
    np.testing.assert_allclose(one.reset(seed=1)[0], two.reset(seed=1)[0], rtol=1e-6)
    for _ in range(5):
        a, b = (env.step(np.full(3, 0.1, np.float32)) for env in (one, two))
        np.testing.assert_allclose(a[0], b[0], rtol=1e-5, atol=1e-6)
        assert a[1] == pytest.approx(b[1], rel=1e-9)


def test_the_observation_says_what_its_layout_says() -> None:
    env = InventoryEnv(reference(missed_sale_cost=100.0))
    seen, _ = env.reset(seed=0)
    shown = env.source.layout.split(seen)
    # Everything is in days of mean demand, which is 20 units.
    np.testing.assert_allclose(shown["on_hand"][:, 0], [3.0, 4.0, 5.0])
    np.testing.assert_allclose(shown["in_transit"], [[1, 1, 0, 0], [0, 0, 1.25, 0], [0, 0, 0, 0.5]])
    np.testing.assert_allclose(shown["mean"][0], np.ones(12))
    np.testing.assert_allclose(shown["std"][0], np.full(12, 0.2))
    assert not shown["mean"][1:].any()
    np.testing.assert_allclose(shown["lead_time"][:, 0], [0.2, 0.3, 0.4])
    assert shown["log_ratio"] == pytest.approx(np.log(100.0))
    assert not shown["last_demand"].any()
    seen, _, _, _, _ = env.step(np.zeros(3, np.float32))
    sold = env.source.layout.split(seen)["last_demand"][:, 0]
    assert 0.2 < sold[0] < 2.0
    assert not sold[1:].any()


def test_waiting_customers_and_owed_orders_are_shown() -> None:
    # Nothing anywhere: on the first day 5 customers wait at the store, and its order stays owed.
    scenario = chain([1, 1], 5.0, n_periods=6, unmet_demand="backlog", unmet_orders="backlog")
    env = InventoryEnv(scenario)
    env.reset(seed=0)
    seen, _, _, _, _ = env.step(np.zeros(2, np.float32))
    shown = env.source.layout.split(seen)
    assert shown["backlog"][:, 0].tolist() == [1.0, 0.0]
    assert shown["owed"][0, 0] == pytest.approx(2.0)  # two days of demand, 10 units


def test_a_layout_may_have_room_to_spare() -> None:
    small = ScenarioEpisodes(chain([2, 1], 5.0, std=1.0, on_hand=9.0))
    roomy = Layout(n_locations=4, max_lead=6, look_ahead=small.layout.look_ahead)
    episode = small(np.random.default_rng(0), 3)
    batch = prepare(episode, roomy)
    seen = batch.observe(batch.opening(), np.zeros(6), 0)
    assert seen.shape == (3, roomy.size)
    shown = roomy.split(seen)
    np.testing.assert_allclose(shown["on_hand"][0, :, 0], [1.8, 1.8, 0.0, 0.0], rtol=1e-6)
    spare = np.full((3, 4), 9.0)
    spare[:, :2] = 1.0
    assert batch.at_points(spare).tolist() == [1.0] * 6


def test_chains_of_different_lengths_play_side_by_side() -> None:
    layout = Layout(n_locations=4, max_lead=10, look_ahead=12)
    # No lead time of 0, so that it tells where a location is.
    chains = RandomChains(lead_time=(1, 10))
    env = InventoryVectorEnv(ChainEpisodes(chains, layout, n_periods=6), 16)
    seen, _ = env.reset(seed=1)
    stages = (layout.split(seen)["lead_time"][:, :, 0] > 0).sum(axis=1)
    assert set(stages) == {1, 2, 3, 4}
    over = [env.step(np.zeros((16, 4), np.float32))[3].all() for _ in range(6)]
    assert over == [False] * 5 + [True]


def test_the_batch_starts_again_by_itself() -> None:
    env = InventoryVectorEnv(reference(n_periods=3, open_orders=[]), 2)
    env.reset(seed=5)
    action = np.zeros((2, 3), np.float32)
    flags = [env.step(action)[3].all() for _ in range(3)]
    assert flags == [False, False, True]
    seen, reward, ended, cut, info = env.step(action)
    assert (reward == 0).all()
    assert not (ended | cut).any()
    assert (info["period"] == 0).all()
    np.testing.assert_allclose(env.source.layout.split(seen)["on_hand"][0, :, 0], [3.0, 4.0, 5.0])
    # Another three periods, on other demand.
    assert not env.step(action)[3].any()


@pytest.mark.parametrize(
    ("end_of_life", "ended", "cut"), [(True, True, False), (False, False, True)]
)
def test_an_episode_terminates_only_where_the_world_ends(
    end_of_life: bool, ended: bool, cut: bool
) -> None:
    env = InventoryEnv(chain([1], n_periods=1, end_of_life=end_of_life))
    env.reset(seed=0)
    assert env.step(np.zeros(1, np.float32))[2:4] == (ended, cut)


def test_a_copy_of_a_product_is_the_product_again() -> None:
    # The shop has two suppliers, so that routes are not simply the points again.
    scenario = world(
        ["shop", "dc"],
        [("dc", "shop", 1), ("outside", "shop", 3), ("outside", "dc", 2)],
        mean=np.array([[[4.0]], [[0.0]]]),
        lane_cost=column([1.0, 9.0, 0.0]),
        on_hand=column([7.0, 5.0]),
        open_orders=[(1, 2, 6.0)],
    )
    many = copies_of(scenario, 3)
    for n in range(3):
        mine = many.points.product == n
        np.testing.assert_array_equal(many.points.on_hand[mine], [7.0, 5.0])
        routes = np.flatnonzero(many.routes.product == n)
        np.testing.assert_array_equal(many.routes.lane[routes], scenario.routes.lane)
        np.testing.assert_array_equal(many.scheduled[routes], scenario.scheduled)
        assert set(many.routes.destination[routes]) == set(np.flatnonzero(mine))
    assert (np.diff(many.routes.destination) >= 0).all()
    assert (many.points.product[many.routes.destination] == many.routes.product).all()


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_an_action_that_is_no_number_is_refused(wrong: float) -> None:
    env = InventoryEnv(reference())
    env.reset(seed=0)
    with pytest.raises(ValueError, match="nan or infinite"):
        env.step(np.array([0.0, wrong, 0.0], np.float32))


@pytest.mark.parametrize("shape", [(), (2,), (4,), (1, 3)])
def test_an_action_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    env = InventoryEnv(reference())
    env.reset(seed=0)
    with pytest.raises(ValueError, match=rf"the shape \(3,\), not {re.escape(str(shape))}"):
        env.step(np.zeros(shape, np.float32))
    many = InventoryVectorEnv(reference(), 5)
    many.reset(seed=0)
    with pytest.raises(ValueError, match=r"the shape \(5, 3\)"):
        many.step(np.zeros(shape, np.float32))


def test_an_action_outside_its_space_is_clipped_to_it() -> None:
    # Beyond 1 there is nothing more to ask for, and beyond -1 nothing less.
    ends = np.array([1.0, -1.0, 1.0], np.float32)
    single = [roll(InventoryEnv(reference()), 0, lambda _, by=by: by * ends)[1] for by in (1, 7)]
    assert single[0] == single[1]
    many = InventoryVectorEnv(reference(), 2)
    paid = []
    for by in (1, 7):
        many.reset(seed=0)
        costs = [many.step(by * np.tile(ends, (2, 1)))[4]["cost"] for _ in range(20)]
        paid.append(np.array(costs))
    np.testing.assert_array_equal(*paid)


def test_a_ratio_that_is_not_positive_is_refused() -> None:
    with pytest.raises(ValueError, match="ratio of missed-sale to holding cost"):
        InventoryEnv(reference(missed_sale_cost=0.0)).reset(seed=0)


def test_shared_capacities_and_several_products_are_refused() -> None:
    with pytest.raises(ValueError, match="storage capacity"):
        InventoryEnv(reference(storage_capacity=100.0))
    with pytest.raises(ValueError, match="lane capacity"):
        InventoryEnv(reference(lane_capacity=100.0))
    with pytest.raises(ValueError, match="one product, not 2"):
        InventoryEnv(reference(n_products=2))


def test_a_chain_that_does_not_fit_is_refused() -> None:
    source = ScenarioEpisodes(reference())
    episode = source(np.random.default_rng(0), 2)
    with pytest.raises(ValueError, match="room for 2"):
        prepare(episode, Layout(2, 4, 5))
    with pytest.raises(ValueError, match="lead time is 4"):
        prepare(episode, Layout(3, 3, 5))


def test_certain_demand_is_priced_by_what_it_takes_to_hold_it() -> None:
    scenario = chain([1], 6.0, holding_cost=2.0)
    assert textbook_cost(scenario, np.zeros((4, 1))).tolist() == [12.0]


def test_an_action_of_one_asks_for_the_largest_safety_stock() -> None:
    # One shop, demand 5 +- 2 over 2 days: sigma = 2 sqrt(2). An empty shop orders the mean of two
    # days and ten sigmas.
    env = InventoryEnv(chain([1], 5.0, 2.0, unmet_demand="backlog"))
    env.reset(seed=0)
    seen, _, _, _, _ = env.step(np.ones(1, np.float32))
    shown = env.source.layout.split(seen)
    assert 5 * shown["in_transit"][0, 0] == pytest.approx(10 + MAX_SIGMAS * 2 * 2**0.5, rel=1e-6)
