"""Proximal policy optimisation through RLlib: the other way to train the same network.

The actor is the perceptron that all stock points share, so that what PPO trains is exported and
planned with just as what :mod:`brain.learning.rllib_hdpo` trains. Source: Schulman et al., arXiv
1707.06347.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.apis import InferenceOnlyAPI, ValueFunctionAPI
from ray.rllib.core.rl_module.torch import TorchRLModule
from torch import Tensor, nn

from brain.environments.correction_env import WIDTH
from brain.environments.episodes import EpisodeSource
from brain.environments.inventory_env import MAX_SIGMAS
from brain.learning.network import Perceptron
from brain.learning.ppo_settings import DISCOUNT, ppo_settings
from brain.learning.rllib_env import register

FIRST_STD = 0.3
"""Spread of the first corrections of z that are tried."""


class CorrectingModule(TorchRLModule, InferenceOnlyAPI, ValueFunctionAPI):
    """Actor: the shared perceptron. Critic: another one, summed over the chain."""

    def setup(self) -> None:
        """Make both networks; the actor begins as the textbook policy."""
        generator = torch.Generator().manual_seed(int(self.model_config.get("seed", 0)))
        self.brain = Perceptron(generator=generator)
        self.log_std = nn.Parameter(torch.tensor(math.log(FIRST_STD / MAX_SIGMAS)))
        self.critic = Perceptron(generator=generator)

    def get_non_inference_attributes(self) -> list[str]:
        """What only the learner needs."""
        return ["critic"]

    def _forward(self, batch: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        features, there = _split(batch[Columns.OBS])
        mean = self.brain(features) / MAX_SIGMAS * there
        # Locations that a chain does not have are drawn too; they must not depend on anything.
        return {Columns.ACTION_DIST_INPUTS: torch.cat([mean, self.log_std * there], dim=-1)}

    def compute_values(self, batch: dict[str, Any], embeddings: Any = None) -> Tensor:
        """[B] value of the states."""
        features, there = _split(batch[Columns.OBS])
        # A reward is about -1, so that the critic learns numbers of that size as well.
        return (self.critic(features) * there).sum(dim=-1) / (1 - DISCOUNT)


def _split(observation: Tensor) -> tuple[Tensor, Tensor]:
    """Features [B, locations, N_FEATURES], and 1 where there is a location [B, locations]."""
    shown = observation.reshape(*observation.shape[:-1], -1, WIDTH)
    return shown[..., :-1], shown[..., -1]


def ppo_config(
    source: EpisodeSource,
    *,
    seed: int = 0,
    n_chains: int = 128,
    learning_rate: float = 3e-3,
    use_gpu: bool = False,
) -> PPOConfig:
    """How PPO is set up on chains of ``source``.

    Parameters
    ----------
    source : EpisodeSource
    seed : int
    n_chains : int
        Chains that are played side by side; each update sees one episode of all of them.
    learning_rate : float
    use_gpu : bool
    """
    config = ppo_settings(
        register(),
        CorrectingModule,
        seed=seed,
        n_envs=n_chains,
        size=n_chains * source.n_periods,
        num_epochs=6,
        lr=learning_rate,
        lambda_=0.9,
    )
    config.environment(env_config={"source": source})
    config.learners(num_gpus_per_learner=1 if use_gpu else 0)
    return config
