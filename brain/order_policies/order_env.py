"""A Gymnasium environment that is given orders, and pays what its problem counts.

Observation
    For every stock point on hand, backlog, owed, in transit by time of arrival and the forecast
    ahead, all in reviews of its mean demand; at the end the share of the time that is left.
Action
    For every route from -1 (nothing) through 0 (the mean demand of a review; nothing where the
    route is not the primary one) to 1 (``MOST`` reviews of it).
Reward
    Minus the cost of the review period, in units of what a period costs if the mean is ordered.
    Costs that look at a whole run are paid as they come to light: each period pays the change of
    the sum so far, so that an episode pays its cost exactly.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from scenarios.arrays.types import Floats
from scenarios.demand.forecast_error import ahead_sums
from scenarios.model.echelons import demand_beyond
from scenarios.model.scenario import Scenario
from scenarios.problem import Problem, total_cost
from scenarios.simulation.costs import period_costs
from scenarios.simulation.split import with_batch
from scenarios.simulation.state import State
from scenarios.simulation.step import compile_scenario, initial_state, step
from scenarios.simulation.trajectory import Recorder
from solver.closed_form.order_up_to import order_up_to

MOST = 4.0
"""Reviews of mean demand that an action of 1 orders."""
ARRIVALS = 4
"""Groups of arrivals: what comes first is shown by itself, the rest in equal stretches."""
AHEAD = (1, 4, 12)
"""Reviews of forecast that are shown, as sums."""
BOUND = 20.0
"""Observations are clipped here."""

Observation = NDArray[np.float32]


class Codec:
    """From states to observations and from actions to orders; NumPy only."""

    def __init__(self, scenario: Scenario):
        review, routes = scenario.settings.review_period, scenario.routes
        rule = order_up_to(scenario)
        far = scenario.n_periods + review * max(AHEAD)
        mean = rule.below(demand_beyond(scenario, scenario.mean, far).T).T
        typical = mean[:, : scenario.n_periods].mean(axis=1) * review
        self.scale = np.where(typical > 0, typical, 1.0)
        self.flow = typical[routes.destination]
        self.is_primary = rule.at_route(np.ones(scenario.n_points)) > 0
        self.inbound = rule.inbound
        cuts = np.linspace(1, max(routes.lead_time.max(initial=0), 1), ARRIVALS).round().astype(int)
        # Open orders may arrive later than any that is placed now; the last group takes them.
        self.stretches = [(0, 1), *pairwise(cuts[:-1]), (cuts[-2], None)]
        length = [np.full(scenario.n_points, n * review) for n in AHEAD]
        self.forecast = np.stack(
            [
                ahead_sums(mean, some)[:, : scenario.n_periods].T / (self.scale * n)
                for some, n in zip(length, AHEAD, strict=True)
            ]
        )
        self.n_periods, self.n_points = scenario.n_periods, scenario.n_points

    @property
    def size(self) -> int:
        """Numbers in an observation."""
        return self.n_points * (3 + ARRIVALS + len(AHEAD)) + 1

    def observe(self, state: State, period: int) -> Observation:
        """[..., size]"""
        parts = [state.on_hand, state.backlog, self.inbound(state.owed)]
        for start, stop in self.stretches:
            some = sum(state.in_transit[start:stop], np.zeros_like(state.owed))
            parts.append(self.inbound(some))
        known = self.forecast[:, min(period, self.n_periods - 1)]
        shown = [part / self.scale for part in parts]
        shown += [np.broadcast_to(ahead, state.on_hand.shape) for ahead in known]
        left = np.full((*state.on_hand.shape[:-1], 1), 1.0 - period / self.n_periods)
        return np.clip(np.concatenate([*shown, left], -1), -BOUND, BOUND).astype(np.float32)

    def orders(self, action: Floats) -> Floats:
        """[..., A] units."""
        action = np.clip(np.asarray(action, dtype=np.float64), -1.0, 1.0)
        up, down = MOST - self.is_primary, 1.0 * self.is_primary
        return self.flow * (self.is_primary + np.where(action > 0, up, down) * action)


class OrderEnv(VectorEnv[Observation, NDArray[np.float32], NDArray[Any]]):
    """Many runs of a problem side by side, which begin and end together.

    A step after the last one begins new ones (``AutoresetMode.NEXT_STEP``): its action is ignored
    and its reward is 0.

    Parameters
    ----------
    problem : Problem
        Its law draws the demand.
    num_envs : int
    allowed : callable
        From orders [..., A] to the nearest that lot rules permit.
    """

    metadata = {"render_modes": [], "autoreset_mode": AutoresetMode.NEXT_STEP}  # noqa: RUF012

    def __init__(self, problem: Problem, num_envs: int, allowed: Any = None):
        self.problem, self.num_envs, self.allowed = problem, num_envs, allowed
        self.codec = Codec(problem.scenario)
        self.net = compile_scenario(problem.scenario)
        n_routes = problem.scenario.n_routes
        self.single_observation_space = gym.spaces.Box(
            -BOUND, BOUND, (self.codec.size,), np.float32
        )
        self.single_action_space = gym.spaces.Box(-1.0, 1.0, (n_routes,), np.float32)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.scale = 1.0
        self.scale = self._typical()

    def _typical(self) -> float:
        """Mean size of a review's cost if the mean is ordered."""
        self.np_random = np.random.default_rng(0)
        self._begin()
        still = np.zeros((self.num_envs, self.problem.scenario.n_routes))
        paid = []
        while self.period < self.problem.scenario.n_periods:
            paid.append(np.abs(self._review(still)).mean())
        return float(np.mean(paid)) or 1.0

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Draw new demand; one seed serves all runs."""
        if isinstance(seed, list):
            seed = next((number for number in seed if number is not None), None)
        super().reset(seed=seed)
        self._begin()
        return self.codec.observe(self.state, 0), {}

    def step(
        self, actions: NDArray[np.float32]
    ) -> tuple[Observation, NDArray[Any], NDArray[Any], NDArray[Any], dict[str, Any]]:
        """Order once and let a review period pass."""
        nobody = np.zeros(self.num_envs, dtype=bool)
        if self.period >= self.problem.scenario.n_periods:
            self._begin()
            shown = self.codec.observe(self.state, 0)
            return shown, np.zeros(self.num_envs), nobody, nobody.copy(), {}
        reward = -self._review(np.asarray(actions)) / self.scale
        over = np.full(self.num_envs, self.period >= self.problem.scenario.n_periods)
        ends = self.problem.scenario.settings.end_of_life
        ended, cut = (over, nobody) if ends else (nobody, over)
        return self.codec.observe(self.state, self.period), reward, ended, cut, {}

    def _begin(self) -> None:
        scenario, net = self.problem.scenario, self.net
        self.demand = self.problem.draw(self.np_random, self.num_envs)
        self.state = with_batch(initial_state(scenario, net), (self.num_envs,))
        self.period, self.paid = 0, np.zeros(self.num_envs)
        plain = self.problem.cost is total_cost
        self.record = None if plain else Recorder(scenario, net, self.state, self.demand)

    def _review(self, action: Floats) -> Floats:
        """[num_envs] cost of a review period."""
        orders = self.codec.orders(action)
        orders = orders if self.allowed is None else self.allowed(orders)
        scenario, cost = self.problem.scenario, np.zeros(self.num_envs)
        stop = min(self.period + scenario.settings.review_period, scenario.n_periods)
        for period in range(self.period, stop):
            wanted = self.demand[..., period]
            self.state, outcome = step(self.net, self.state, orders, wanted, period)
            orders = np.zeros_like(orders)
            if self.record is None:
                cost = cost + period_costs(self.net, outcome, period).total
            else:
                self.record.add(period, self.state, outcome)
        if self.record is not None:
            so_far = self.problem.cost(self.record.trajectory())[:, :stop].sum(axis=-1)
            cost, self.paid = so_far - self.paid, so_far
        self.period = stop
        return cost
