"""Gymnasium environments over the one simulator: decide safety stocks, pay holding and misses.

A step of the environment is a review period: orders are placed once, by the closed-form rule
that plans are checked against, and the periods up to the next review pass. Nothing here computes
stock or cost.

Seen and done by default (:class:`Plain`; a :class:`View` may say otherwise):

Observation
    A flat float32 vector, described in :class:`brain.environments.observation.Layout`.
Action
    Safety stock per location, from -1 to 1 in units of ``MAX_SIGMAS`` standard deviations of the
    demand that an order protects. What lies outside is clipped to it, as Gymnasium's own
    environments do and RLlib before it acts; another shape, nan and inf are refused.
Reward
    Minus the holding and missed-sale cost of an average period in the step, in units of what a
    newsvendor with the same costs and uncertainty would pay; ``info["cost"]`` has it in currency.
Episode
    The periods of the scenario. It is truncated after the last one, or terminates there where the
    scenario says that nothing has a value afterwards (``end_of_life``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from brain.environments.chain_batch import Batch, prepare
from brain.environments.episodes import EpisodeSource, ScenarioEpisodes
from brain.environments.observation import BOUND, Layout
from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from scenarios.simulation.state import State

MAX_SIGMAS = 10.0
"""Safety stock that an action of 1 asks for, in standard deviations."""

Observation = NDArray[np.float32]
Info = dict[str, Any]


class View(Protocol):
    """What a player sees of a batch of chains, and what its actions mean."""

    def spaces(self, layout: Layout) -> tuple[gym.spaces.Box, gym.spaces.Box]:
        """Of the observations and actions of one chain."""
        ...

    def observe(self, batch: Batch, state: State, last_demand: Floats, period: int) -> Observation:
        """[chains, size] at the start of ``period``."""
        ...

    def orders(self, batch: Batch, state: State, period: int, action: Floats) -> Floats:
        """Orders [A] in units that follow from the actions [chains, locations]."""
        ...


@dataclass(frozen=True)
class Plain:
    """Everything is shown, and an action is the safety stock itself."""

    def spaces(self, layout: Layout) -> tuple[gym.spaces.Box, gym.spaces.Box]:
        """As described at the head of this module."""
        return (
            gym.spaces.Box(-BOUND, BOUND, (layout.size,), np.float32),
            gym.spaces.Box(-1.0, 1.0, (layout.n_locations,), np.float32),
        )

    def observe(self, batch: Batch, state: State, last_demand: Floats, period: int) -> Observation:
        """See :class:`brain.environments.observation.Layout`."""
        return batch.observe(state, last_demand, period)

    def orders(self, batch: Batch, state: State, period: int, action: Floats) -> Floats:
        """An action of 1 is a safety stock of ``MAX_SIGMAS``."""
        stock = MAX_SIGMAS * batch.at_points(action) * batch.sigma[period]
        return batch.rule.orders(state, period, stock)


PLAIN = Plain()


class _Play:
    """The state of an episode under way; the only thing here that changes."""

    def __init__(self, batch: Batch, view: View):
        self.batch, self.view = batch, view
        self.state, self.period = batch.opening(), 0
        self.last_demand = np.zeros(batch.scenario.n_points)

    @property
    def over(self) -> bool:
        return self.period >= self.batch.demand.shape[1]

    def observation(self) -> Observation:
        return self.view.observe(self.batch, self.state, self.last_demand, self.period)

    def step(self, action: Floats) -> tuple[Floats, Floats]:
        """Rewards and costs [chains] of one review period."""
        before = self.period
        orders = self.view.orders(self.batch, self.state, before, action)
        self.state, cost, self.period, self.last_demand = self.batch.advance(
            self.state, before, orders
        )
        return -cost / (self.batch.cost_scale * (self.period - before)), cost


def _held(action: NDArray[Any], space: gym.spaces.Box) -> Floats:
    """The action as numbers of its space.

    Raises
    ------
    ValueError
        If it has another shape, or is nan or infinite.
    """
    held = np.asarray(action, dtype=np.float64)
    if held.shape != space.shape:
        raise ValueError(f"an action must have the shape {space.shape}, not {held.shape}")
    if not np.isfinite(held).all():
        raise ValueError("an action is nan or infinite")
    return np.clip(held, space.low, space.high)


def _source(source: EpisodeSource | Scenario) -> EpisodeSource:
    return ScenarioEpisodes(source) if isinstance(source, Scenario) else source


class InventoryEnv(gym.Env[Observation, NDArray[np.float32]]):
    """One product in its chain.

    Parameters
    ----------
    source : EpisodeSource or Scenario
        Draws the episodes; a scenario of one product stands for :class:`ScenarioEpisodes`.
    view : View, optional
        What is seen and done.

    Raises
    ------
    ValueError
        At the latest by ``reset``, if the scenario cannot be played; see
        :func:`brain.environments.chain_batch.prepare`.
    """

    metadata = {"render_modes": []}  # noqa: RUF012 - gymnasium's own declaration
    observation_space: gym.spaces.Box
    action_space: gym.spaces.Box

    def __init__(self, source: EpisodeSource | Scenario, view: View = PLAIN):
        self.source, self.view = _source(source), view
        self.observation_space, self.action_space = view.spaces(self.source.layout)
        self._play: _Play | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, Info]:
        """Draw an episode and show its opening."""
        super().reset(seed=seed)
        batch = prepare(self.source(self.np_random, 1), self.source.layout)
        self._play = _Play(batch, self.view)
        return self._play.observation()[0], {"period": 0}

    def step(self, action: NDArray[np.float32]) -> tuple[Observation, float, bool, bool, Info]:
        """Hold these safety stocks [locations] for a review period, clipped to the action space.

        Raises
        ------
        ValueError
            If the action has another shape, or is nan or infinite.
        gymnasium.error.ResetNeeded
            Before the first ``reset``, or after the last period.
        """
        play = self._play
        if play is None or play.over:
            raise gym.error.ResetNeeded("call reset() to begin an episode")
        reward, cost = play.step(_held(action, self.action_space)[None, :])
        info = {"period": play.period, "cost": float(cost[0])}
        ends = self.source.ends
        over = play.over
        return play.observation()[0], float(reward[0]), over and ends, over and not ends, info


class InventoryVectorEnv(VectorEnv[Observation, NDArray[np.float32], NDArray[Any]]):
    """Many chains at once, stepped as one batch of arrays.

    All episodes begin and end together. A step after the last one begins new episodes
    (``AutoresetMode.NEXT_STEP``): its action is ignored and its reward is 0.

    Parameters
    ----------
    source : EpisodeSource or Scenario
        As in :class:`InventoryEnv`.
    num_envs : int
        Chains, that is sub-environments.
    view : View, optional
        As in :class:`InventoryEnv`.
    """

    metadata = {"render_modes": [], "autoreset_mode": AutoresetMode.NEXT_STEP}  # noqa: RUF012
    action_space: gym.spaces.Box

    def __init__(self, source: EpisodeSource | Scenario, num_envs: int, view: View = PLAIN):
        if num_envs < 1:
            raise ValueError(f"num_envs is {num_envs}, not 1 or more")
        self.source, self.view, self.num_envs = _source(source), view, num_envs
        spaces = view.spaces(self.source.layout)
        self.single_observation_space, self.single_action_space = spaces
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        actions = batch_space(self.single_action_space, num_envs)
        assert isinstance(actions, gym.spaces.Box)
        self.action_space = actions
        self._play: _Play | None = None

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, Info]:
        """Draw an episode for every chain; one seed serves all (of a list, all its numbers)."""
        if isinstance(seed, list):
            known = [number for number in seed if number is not None]
            seed = int(np.random.SeedSequence(known).generate_state(1)[0]) if known else None
        super().reset(seed=seed)
        return self._begin(), self._info(np.zeros(self.num_envs))

    def step(
        self, actions: NDArray[np.float32]
    ) -> tuple[Observation, NDArray[Any], NDArray[Any], NDArray[Any], Info]:
        """Hold the safety stocks [num_envs, locations] for a review period, clipped alike.

        Raises
        ------
        ValueError
            If the actions have another shape, or one is nan or infinite.
        gymnasium.error.ResetNeeded
            Before the first ``reset``.
        """
        play = self._play
        if play is None:
            raise gym.error.ResetNeeded("call reset() to begin an episode")
        nobody = np.zeros(self.num_envs, dtype=bool)
        if play.over:
            nothing = np.zeros(self.num_envs)
            return self._begin(), nothing, nobody, nobody.copy(), self._info(nothing)
        reward, cost = play.step(_held(actions, self.action_space))
        over = np.full(self.num_envs, play.over)
        ended, cut = (over, nobody) if self.source.ends else (nobody, over)
        return play.observation(), reward, ended, cut, self._info(cost)

    def _begin(self) -> Observation:
        batch = prepare(self.source(self.np_random, self.num_envs), self.source.layout)
        self._play = _Play(batch, self.view)
        return self._play.observation()

    def _info(self, cost: Floats) -> Info:
        assert self._play is not None
        everyone = np.ones(self.num_envs, dtype=bool)
        period = np.full(self.num_envs, self._play.period)
        return {"cost": cost, "_cost": everyone, "period": period, "_period": everyone}
