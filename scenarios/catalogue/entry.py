"""What the catalogue says about a named problem."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from scenarios.arrays.types import Floats
from scenarios.problem import Problem


@dataclass(frozen=True)
class KnownScore:
    """A score that others have published, or an exact one.

    Parameters
    ----------
    who : str
        Policy.
    score : float
    source : str
    of_oracle : float, optional
        Its share of what perfect information gives on the same paths.
    """

    who: str
    score: float
    source: str
    of_oracle: float | None = None


@dataclass(frozen=True, eq=False)
class Entry:
    """A named problem.

    Parameters
    ----------
    name : str
    about : str
        What it is, in a sentence or two.
    source : str
        Where it comes from.
    make : callable
        ``rng -> Problem`` of one episode.
    varies : bool
        Whether episodes differ in more than their demand; then every policy gets ready anew for
        each.
    measure : str
        ``cost`` (less is better), ``profit`` or ``reward`` (more is better: minus the problem's
        cost).
    per_period : bool
        Whether the score is a mean per period instead of a sum.
    warm_up : int
        Periods at the start that do not count.
    known : tuple of Known
    aim : float, optional
        What a good policy should reach.
    n_paths : int
        Episodes by default.
    """

    name: str
    about: str
    source: str
    make: Callable[[np.random.Generator], Problem]
    varies: bool = False
    measure: Literal["cost", "profit", "reward"] = "cost"
    per_period: bool = False
    warm_up: int = 0
    known: tuple[KnownScore, ...] = ()
    aim: float | None = None
    n_paths: int = 100

    @property
    def more_is_better(self) -> bool:
        """Whether high scores lead."""
        return self.measure != "cost"

    @property
    def unit(self) -> str:
        """What the score is, for people."""
        return self.measure + (" per period" if self.per_period else "")

    @property
    def better(self) -> str:
        """Which way is up, for people."""
        return f"{'more' if self.more_is_better else 'less'} is better"

    def score(self, cost: Floats) -> Floats:
        """[...] the score of a run of which ``cost`` [..., T] is what counts."""
        counted = cost[..., self.warm_up :]
        total = counted.mean(axis=-1) if self.per_period else counted.sum(axis=-1)
        return -total if self.more_is_better else total
