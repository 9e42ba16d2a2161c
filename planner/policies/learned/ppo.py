"""Deep reinforcement learning from states to orders: PPO through RLlib, trained on the problem."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import partial

import numpy as np

from planner.policies.rules.lot_rules import in_lots
from planner.policies.rules.optional import needs
from scenarios.arrays.types import Floats
from scenarios.problem import Problem
from scenarios.simulation.policy import OrderPolicy
from scenarios.simulation.state import State


@dataclass(frozen=True)
class Ppo:
    """A small network that is told the state and orders; it is trained in this process.

    Parameters
    ----------
    updates : int
        Each sees ``n_envs`` runs.
    seconds : float
        Training stops after that in any case.
    n_envs : int
    name : str, optional
    """

    updates: int = 120
    seconds: float = 120.0
    n_envs: int = 32
    name: str = "ppo"

    def __call__(self, problem: Problem, rng: np.random.Generator) -> OrderPolicy:
        """Train.

        Raises
        ------
        InputError
            If the extra ``train`` is not installed.
        """
        needs(self.name, "ray", "torch", "gymnasium")
        from brain.order_policies.order_env import Codec
        from brain.order_policies.ppo import train_orders

        with warnings.catch_warnings():
            # What Ray warns of in its own code is not the user's business.
            warnings.simplefilter("ignore")
            layers = train_orders(
                problem,
                seed=int(rng.integers(2**31)),
                updates=self.updates,
                seconds=self.seconds,
                n_envs=self.n_envs,
                allowed=partial(in_lots, problem.scenario),
            )
        codec = Codec(problem.scenario)

        def order(state: State, period: int) -> Floats:
            values = codec.observe(state, period).astype(np.float64)
            for weight, bias in layers[:-1]:
                values = np.tanh(values @ weight.T + bias)
            weight, bias = layers[-1]
            return codec.orders(values @ weight.T + bias)

        return order
