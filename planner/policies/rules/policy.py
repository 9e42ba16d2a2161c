"""What every policy is: something that gets ready for a problem and then orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import numpy as np

from scenarios.problem import Problem
from scenarios.simulation.policy import OrderPolicy

Ready = Callable[[Problem], OrderPolicy]
"""What a policy has learnt, put to use on a problem of the same chain."""


class Policy(Protocol):
    """Makes an order policy for a problem."""

    @property
    def name(self) -> str:
        """How it is called in tables; unique in a study."""
        ...

    def __call__(self, problem: Problem, rng: np.random.Generator) -> OrderPolicy:
        """Get ready.

        Parameters
        ----------
        problem : Problem
            Opening state, forecast and rules; the law of demand and what counts, for policies that
            are tuned. What demand will be is not in it.
        rng : numpy.random.Generator
            For demand paths of its own to be tuned on, or orders drawn at random.

        Returns
        -------
        callable
            ``(state, period) -> orders [A]``. One is made for all demand paths of a problem: its
            answer depends on nothing but state and period, though it may keep work between calls.
        """
        ...


@runtime_checkable
class Learner(Policy, Protocol):
    """A policy whose getting ready takes long, and serves for other forecasts as well.

    ``policy(problem, rng)`` is ``policy.learn(problem, rng)(problem)``.
    """

    def learn(self, problem: Problem, rng: np.random.Generator) -> Ready:
        """Find what lasts: parameters, tables.

        Returns
        -------
        callable
            From a problem of the same chain, with any forecast and opening state, to orders.
        """
        ...
