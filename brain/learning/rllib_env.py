"""What the algorithms share: the environment as RLlib knows it, and the brain they hold."""

from __future__ import annotations

import torch
from ray.rllib.algorithms.algorithm import Algorithm
from ray.rllib.core import DEFAULT_MODULE_ID
from ray.tune.registry import register_env

from brain.environments.correction_env import make_env
from brain.learning.network import Perceptron
from brain.trained.weights import Layers

NAME = "inventory-corrections"
PREFIX = "brain."
"""The attribute of both modules that holds the brain."""


def register() -> str:
    """Register :func:`brain.environments.correction_env.make_env`, and say under which name."""
    register_env(NAME, make_env)
    return NAME


def brain_of(algorithm: Algorithm) -> Perceptron:
    """A copy of the brain as its learner has it now."""
    weights = algorithm.learner_group.get_weights()[DEFAULT_MODULE_ID]
    own = {
        name.removeprefix(PREFIX): torch.as_tensor(value).cpu()
        for name, value in weights.items()
        if name.startswith(PREFIX)
    }
    hidden = [len(own[name]) for name in own if name.endswith("bias")][:-1]
    made = Perceptron(hidden)
    made.load_state_dict(own)
    return made


def set_brain(algorithm: Algorithm, layers: Layers) -> None:
    """Begin with the weights of another brain.

    Raises
    ------
    ValueError
        If that brain's network has another shape.
    """
    start = Perceptron.from_layers(layers).state_dict()
    group = algorithm.learner_group
    weights = dict(group.get_weights()[DEFAULT_MODULE_ID])
    for name, value in start.items():
        if weights[PREFIX + name].shape != value.shape:
            raise ValueError("the brain to start from has a network of another shape")
        weights[PREFIX + name] = value.numpy()
    group.set_weights({DEFAULT_MODULE_ID: weights})
    algorithm.env_runner_group.sync_weights(from_worker_or_learner_group=group)
