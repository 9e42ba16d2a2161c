"""Hindsight differentiable policy optimisation as an algorithm of RLlib.

An iteration is one update of the weights. ``training_step`` says which chains and demand paths
it is about, by seed and number; the learner draws them, and its loss is the differentiable
rollout of :mod:`brain.learning.rollout`. So the learner sees the same chains whether or not
training was broken off, on this machine or another.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from ray.rllib.algorithms.algorithm import Algorithm
from ray.rllib.algorithms.algorithm_config import AlgorithmConfig, NotProvided
from ray.rllib.core import DEFAULT_MODULE_ID
from ray.rllib.core.learner.torch.torch_learner import TorchLearner
from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.rllib.core.rl_module.torch import TorchRLModule
from ray.rllib.policy.sample_batch import MultiAgentBatch, SampleBatch
from ray.rllib.utils.metrics import LEARNER_RESULTS
from torch import Tensor

from brain.environments.episodes import episodes_of
from brain.environments.training_chains import ChainSource
from brain.learning.hdpo import TrainingBatches
from brain.learning.network import Perceptron
from brain.learning.options import TrainingDiverged, TrainingOptions, learning_rate
from brain.learning.rllib_env import register

STEP = "step"


class HDPOConfig(AlgorithmConfig):
    """How HDPO is set up: the usual RLlib options, and ``training(source=, options=)``."""

    def __init__(self, algo_class: Any = None):
        super().__init__(algo_class=algo_class or HDPO)
        self.source: ChainSource | None = None
        self.options = TrainingOptions()
        self.num_env_runners = 0

    def training(
        self, *, source: Any = NotProvided, options: Any = NotProvided, **kwargs: Any
    ) -> HDPOConfig:
        """Set the chains to train on, and everything about the updates."""
        super().training(**kwargs)
        if source is not NotProvided:
            self.source = source
        if options is not NotProvided:
            self.options = options
            self.lr = options.learning_rate
            self.grad_clip, self.grad_clip_by = options.clip, "global_norm"
        return self

    def get_default_rl_module_spec(self) -> RLModuleSpec:
        """The shared perceptron."""
        options = self.options
        return RLModuleSpec(
            module_class=BrainModule,
            model_config={"seed": options.seed, "hidden": options.hidden},
        )

    def get_default_learner_class(self) -> type[TorchLearner]:
        """The learner with the rollout as its loss."""
        return HDPOLearner


class BrainModule(TorchRLModule):
    """The perceptron; it is called by the rollout, once for every period."""

    def setup(self) -> None:
        """Make it; before training it corrects nothing."""
        generator = torch.Generator().manual_seed(int(self.model_config["seed"]))
        self.brain = Perceptron(self.model_config["hidden"], generator)

    def _forward(self, batch: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {}


class HDPOLearner(TorchLearner):
    """Updates the weights by the cost of chains run under them."""

    def build(self) -> None:
        """Make the module, the optimiser and what draws chains."""
        super().build()
        self._batches: TrainingBatches | None = None

    def before_gradient_based_update(self, *, timesteps: dict[str, Any]) -> None:
        """Set the learning rate of the step."""
        super().before_gradient_based_update(timesteps=timesteps)
        rate = learning_rate(self.config.options, int(timesteps[STEP]))
        for _, optimiser in self.get_optimizers_for_module(DEFAULT_MODULE_ID):
            for group in optimiser.param_groups:
                group["lr"] = rate

    def compute_loss_for_module(
        self, *, module_id: str, config: Any, batch: dict[str, Any], fwd_out: dict[str, Any]
    ) -> Tensor:
        """Mean scaled cost of a chain and period.

        Raises
        ------
        TrainingDiverged
            If it is not finite; the weights are left as they are.
        """
        if self._batches is None:
            self._batches = TrainingBatches(config.source, config.options)
        step = int(batch[STEP][0])
        loss = self._batches.at(step).loss(self.module[module_id].brain)
        if not bool(torch.isfinite(loss.detach())):
            raise TrainingDiverged(f"the cost is not a finite number at step {step}")
        return loss

    def compute_gradients(self, loss_per_module: dict[str, Tensor], **kwargs: Any) -> Any:
        """Gradients of all weights.

        Raises
        ------
        TrainingDiverged
            If one is not finite; RLlib would go on with 0 in its place.
        """
        gradients = super().compute_gradients(loss_per_module, **kwargs)
        if not all(bool(torch.isfinite(gradient).all()) for gradient in gradients.values()):
            raise TrainingDiverged("the gradient of the cost is not a finite number")
        return gradients


class HDPO(Algorithm):
    """RLlib's view of the training of a brain."""

    @classmethod
    def get_default_config(cls) -> HDPOConfig:
        """Defaults: 1,200 updates on chains of all kinds."""
        return HDPOConfig()

    def training_step(self) -> None:
        """One update of the weights."""
        step = self.iteration
        rows = SampleBatch({STEP: np.array([step])})
        results = self.learner_group.update(
            batch=MultiAgentBatch({DEFAULT_MODULE_ID: rows}, env_steps=1),
            timesteps={STEP: step},
        )
        self.metrics.aggregate(results, key=LEARNER_RESULTS)


def hdpo_config(
    source: ChainSource, options: TrainingOptions | None = None, *, use_gpu: bool = False
) -> HDPOConfig:
    """How HDPO is set up on chains of ``source``; with ``use_gpu`` the learner takes a GPU."""
    options = TrainingOptions() if options is None else options
    config = HDPOConfig()
    config.framework("torch")
    config.training(source=source, options=options)
    config.learners(num_learners=0, num_gpus_per_learner=1 if use_gpu else 0)
    # Nothing is played in it; RLlib takes the spaces of the module from it.
    config.environment(register(), env_config={"source": episodes_of(source, options.periods)})
    config.env_runners(num_env_runners=0)
    config.debugging(seed=options.seed, log_level="ERROR")
    return config
