"""Order-up-to levels that see the state, learnt for the problem at hand through the simulator."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.policies.rules.optional import needs
from scenarios.problem import Problem
from scenarios.simulation.policy import OrderPolicy


@dataclass(frozen=True)
class Differentiable:
    """See :mod:`brain.order_policies.differentiable`. Needs the extra ``train``.

    Parameters
    ----------
    steps : int, optional
        Updates; default: what takes about a minute on one core for a few points.
    n_paths : int
        Demand paths of each, drawn anew.
    name : str, optional
    """

    steps: int | None = None
    n_paths: int = 128
    name: str = "differentiable"

    def __call__(self, problem: Problem, rng: np.random.Generator) -> OrderPolicy:
        """Learn.

        Raises
        ------
        InputError
            If Torch is missing.
        """
        needs(self.name, "torch")
        from brain.order_policies.differentiable import Effort, learn

        return learn(problem, rng, Effort(steps=self.steps, n_paths=self.n_paths))
