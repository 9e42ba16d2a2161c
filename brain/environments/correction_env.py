"""The environment as a brain plays it: it sees features and corrects the textbook's z."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gymnasium as gym
import numpy as np

from brain.environments.chain_batch import Batch
from brain.environments.episodes import EpisodeSource
from brain.environments.inventory_env import (
    MAX_SIGMAS,
    InventoryEnv,
    InventoryVectorEnv,
    Observation,
)
from brain.environments.observation import BOUND, Layout
from brain.trained.features import N_FEATURES
from scenarios.arrays.types import Floats
from scenarios.simulation.state import State

WIDTH = N_FEATURES + 1
"""Numbers per location: the features, and 1 where the chain has that location."""


@dataclass(frozen=True)
class Correcting:
    """Features in, corrections of z out, ordered by in the same way as in planning.

    Observations are [locations x WIDTH], flat. An action of 1 adds ``MAX_SIGMAS`` standard
    deviations to the analytic safety stock; 0 everywhere is the textbook policy.
    """

    def spaces(self, layout: Layout) -> tuple[gym.spaces.Box, gym.spaces.Box]:
        """Of one chain."""
        n = layout.n_locations
        return (
            gym.spaces.Box(-BOUND, BOUND, (n * WIDTH,), np.float32),
            gym.spaces.Box(-1.0, 1.0, (n,), np.float32),
        )

    def observe(self, batch: Batch, state: State, last_demand: Floats, period: int) -> Observation:
        """[chains, locations x WIDTH]"""
        features = batch.brain_orders.codec(state, period)
        shown = np.concatenate([features, np.ones((len(features), 1))], axis=1)
        flat = batch.at_chains(shown).reshape(len(batch.place), -1)
        return np.clip(flat, -BOUND, BOUND).astype(np.float32)

    def orders(self, batch: Batch, state: State, period: int, action: Floats) -> Floats:
        """Orders [A]."""
        delta = MAX_SIGMAS * batch.at_points(action)
        decided = dataclasses.replace(batch.brain_orders, brain=lambda _: delta)
        return np.asarray(decided(state, period))


def make_env(context: Mapping[str, Any]) -> InventoryEnv | InventoryVectorEnv:
    """The environment that RLlib asks for; ``context["source"]`` is an EpisodeSource."""
    source: EpisodeSource = context["source"]
    if "num_envs" in context:
        return InventoryVectorEnv(source, int(context["num_envs"]), Correcting())
    return InventoryEnv(source, Correcting())
