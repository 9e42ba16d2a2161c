"""Proximal policy optimisation from states to orders, end to end, through RLlib.

Schulman et al., arXiv 1707.06347. What is trained is handed back as NumPy arrays.
"""

from __future__ import annotations

import logging
import math
import time
from typing import Any

import numpy as np
import torch
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core import DEFAULT_MODULE_ID
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.apis import InferenceOnlyAPI, ValueFunctionAPI
from ray.rllib.core.rl_module.torch import TorchRLModule
from ray.tune.registry import register_env
from torch import Tensor, nn

from brain.learning.ppo_settings import DISCOUNT, ppo_settings
from brain.order_policies.order_env import OrderEnv
from scenarios.problem import Problem
from solver.workers.ray_cluster import cluster

NAME = "inventory-orders"
HIDDEN = 64
FIRST_STD = 0.4
"""Spread of the first actions tried, where 1 is the mean demand less."""

Layers = list[tuple[np.ndarray, np.ndarray]]
"""(weight [out, in], bias [out]) of each layer; tanh between them."""


def _perceptron(n_in: int, n_out: int) -> nn.Sequential:
    last = nn.Linear(HIDDEN, n_out)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    return nn.Sequential(
        nn.Linear(n_in, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, HIDDEN), nn.Tanh(), last
    )


class OrderModule(TorchRLModule, InferenceOnlyAPI, ValueFunctionAPI):
    """Actor and critic; the actor begins by ordering the mean."""

    def setup(self) -> None:
        """Make both networks."""
        n_in, n_out = self.observation_space.shape[0], self.action_space.shape[0]
        with torch.random.fork_rng():
            torch.manual_seed(int(self.model_config["seed"]))
            self.actor, self.critic = _perceptron(n_in, n_out), _perceptron(n_in, 1)
        self.log_std = nn.Parameter(torch.full((n_out,), math.log(FIRST_STD)))

    def get_non_inference_attributes(self) -> list[str]:
        """What only the learner needs."""
        return ["critic"]

    def _forward(self, batch: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        mean = self.actor(batch[Columns.OBS])
        both = torch.cat([mean, self.log_std.expand_as(mean)], dim=-1)
        return {Columns.ACTION_DIST_INPUTS: both}

    def compute_values(self, batch: dict[str, Any], embeddings: Any = None) -> Tensor:
        """[B] value of the states."""
        return self.critic(batch[Columns.OBS]).squeeze(-1) / (1 - DISCOUNT)


def train_orders(
    problem: Problem,
    *,
    seed: int,
    updates: int,
    seconds: float,
    n_envs: int = 32,
    allowed: Any = None,
) -> Layers:
    """Train until so many updates are made or so much time is spent.

    Parameters
    ----------
    problem : Problem
    seed : int
        Equal seeds give equal weights, unless time decides when to stop.
    updates : int
        Each sees one whole run of every environment.
    seconds : float
        No update begins after that.
    n_envs : int
        Runs side by side.
    allowed : callable, optional
        From orders [..., A] to the nearest that lot rules permit.

    Returns
    -------
    Layers
        Of the actor.
    """
    # It tells of its own change of interface each time.
    logging.getLogger("ray.rllib").setLevel(logging.ERROR)
    threads = torch.get_num_threads()
    # The arrays are small: threads would wait for each other longer than they work.
    torch.set_num_threads(1)
    try:
        with cluster(None):
            algorithm = _config(problem, seed, updates, n_envs, allowed).build_algo()
            try:
                started = time.monotonic()
                while algorithm.iteration < updates and time.monotonic() - started < seconds:
                    algorithm.train()
                weights = algorithm.learner_group.get_weights()[DEFAULT_MODULE_ID]
            finally:
                algorithm.stop()
    finally:
        torch.set_num_threads(threads)
    return [
        (np.array(weights[f"actor.{layer}.weight"]), np.array(weights[f"actor.{layer}.bias"]))
        for layer in (0, 2, 4)
    ]


def _config(problem: Problem, seed: int, updates: int, n_envs: int, allowed: Any) -> PPOConfig:
    def make(context: Any) -> OrderEnv:
        return OrderEnv(problem, int(context.get("num_envs", 1)), allowed)

    register_env(NAME, make)
    reviews = -(-problem.scenario.n_periods // problem.scenario.settings.review_period)
    size = n_envs * reviews
    return ppo_settings(
        NAME,
        OrderModule,
        seed=seed,
        n_envs=n_envs,
        size=size,
        num_epochs=8,
        lr=[[0, 2e-3], [updates * size, 2e-4]],
        lambda_=0.95,
    )
