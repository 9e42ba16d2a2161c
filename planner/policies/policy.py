"""What every policy is: something that gets ready for a scenario and then orders."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from scenarios.model import Scenario
from scenarios.policies import OrderPolicy


class Policy(Protocol):
    """Makes an order policy for a scenario."""

    @property
    def name(self) -> str:
        """How it is called in tables; unique in a study."""
        ...

    def __call__(self, scenario: Scenario, rng: np.random.Generator) -> OrderPolicy:
        """Get ready.

        Parameters
        ----------
        scenario : Scenario
            Opening state, forecast and rules. What demand will be is not in it.
        rng : numpy.random.Generator
            For demand paths of its own to be tuned on, or orders drawn at random.

        Returns
        -------
        callable
            ``(state, period) -> orders [A]``, for one path of states. It may keep things between
            calls, so it serves one run.
        """
        ...
