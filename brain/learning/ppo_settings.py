"""How PPO is set up through RLlib, whatever it trains."""

from __future__ import annotations

from typing import Any

from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.rl_module.rl_module import RLModuleSpec

DISCOUNT = 0.97
"""What is decided now is felt within a cover or two."""


def ppo_settings(
    environment: str, module: type, *, seed: int, n_envs: int, size: int, **training: Any
) -> PPOConfig:
    """Settings for a vector environment in this process and a module of its own.

    Parameters
    ----------
    environment : str
        As it is registered.
    module : type
        Of actor and critic; it is told the seed.
    seed : int
    n_envs : int
        Episodes that are played side by side.
    size : int
        Steps of all of them that an update sees.
    **training
        What differs: learning rate, epochs, ``lambda_``.
    """
    config = PPOConfig()
    config.environment(environment)
    config.framework("torch")
    config.debugging(seed=seed, log_level="ERROR")
    config.env_runners(
        num_env_runners=0,
        num_envs_per_env_runner=n_envs,
        gym_env_vectorize_mode="vector_entry_point",
        batch_mode="truncate_episodes",
    )
    config.learners(num_learners=0, num_gpus_per_learner=0)
    config.rl_module(rl_module_spec=RLModuleSpec(module_class=module, model_config={"seed": seed}))
    config.training(
        train_batch_size_per_learner=size,
        minibatch_size=max(size // 8, 1),
        gamma=DISCOUNT,
        clip_param=0.2,
        vf_clip_param=1e6,
        vf_loss_coeff=(1 - DISCOUNT) ** 2,
        entropy_coeff=0.0,
        use_kl_loss=False,
        grad_clip=1.0,
        grad_clip_by="global_norm",
        **training,
    )
    return config
