"""How a training goes, where it stands, and how it may end: plain data, without Torch."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

from brain.trained.weights import Layers
from scenarios.arguments import Arguments

COUNTS = (
    "steps", "chains", "periods", "draws_per_lot", "lots_at_once", "validate_every",
    "validation_chains", "validation_lots",
)  # fmt: skip


@dataclass(frozen=True)
class TrainingOptions:
    """How to train; the defaults serve all chains.

    Raises
    ------
    InputError
        If something is of another kind.
    """

    steps: int = 1000
    """Updates of the weights."""
    chains: int = 512
    """That every update learns from."""
    periods: int = 70
    """That each of them is run."""
    draws_per_lot: int = 8
    """Updates with the same chains, each on new demand."""
    lots_at_once: int = 16
    """So many batches of chains take turns."""
    learning_rate: float = 1e-2
    """In the beginning."""
    decay: Literal["cosine", "none"] = "cosine"
    """How the rate falls."""
    clip: float = 1.0
    """Largest norm of a gradient."""
    curriculum: tuple[tuple[float, float], ...] = ()
    """(share of the training, largest std over mean of demand until then), in rising order."""
    hidden: tuple[int, ...] = (64, 64)
    """Width of every layer of the network."""
    seed: int = 0
    """Equal seeds give equal brains, to numerical noise."""
    validate_every: int = 100
    """Updates from one validation to the next."""
    validation_chains: int = 512
    """In each batch of them."""
    validation_lots: int = 2
    """Batches of chains to validate on."""
    checkpoint_seconds: float = 60.0
    """Between two checkpoints."""
    device: str = "cpu"
    """Of Torch; blank: the best there is."""

    def __post_init__(self) -> None:
        check = Arguments("TrainingOptions")
        for name in COUNTS:
            # No step at all leaves the analytic rule.
            check.whole(name, getattr(self, name), least=0 if name == "steps" else 1)
        check.whole("seed", self.seed, least=0)
        for name in ("learning_rate", "clip", "checkpoint_seconds"):
            check.number(name, getattr(self, name), least=0.0)
        check.choice("decay", self.decay, ("cosine", "none"))
        check.kind("device", self.device, str, "a text; empty chooses")
        for name in ("curriculum", "hidden"):
            check.kind(name, getattr(self, name), tuple, "a tuple")
        check.refuse()


@dataclass(frozen=True)
class Progress:
    """Where training stands."""

    step: int
    steps: int
    seconds: float
    cost: float
    """Mean scaled cost on the validation chains."""
    relative: float
    """That cost over the analytic policy's on the same demand."""
    episodes: int = 0
    """Chains run in training so far; each update runs many."""
    reward_holding: float = 0.0
    """Minus the parts of the cost: stock, missed sales, all else."""
    reward_missed: float = 0.0
    reward_others: float = 0.0
    perfect_days: float = 0.0
    """Shares of days over 100 of the validation chains, see docs/brain.md."""
    overstock_days: float = 0.0
    understock_days: float = 0.0
    safety_stocks: tuple[float, ...] = ()
    """Units of the reference product at each stage, the retailer first."""

    @property
    def reward(self) -> float:
        """Minus the cost."""
        return -self.cost


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """Weights, and how training went."""

    layers: Layers
    history: tuple[Progress, ...] = field(default=())


class TrainingDiverged(RuntimeError):
    """The loss is not a number any more; the last good checkpoint is kept."""


class CheckpointDamaged(ValueError):
    """A checkpoint cannot be read."""


def learning_rate(options: TrainingOptions, step: int) -> float:
    """Rate of one update: a half cosine down to a hundredth, or always the same."""
    if options.decay == "none":
        return options.learning_rate
    share = 0.5 * (1 + math.cos(math.pi * step / options.steps))
    return options.learning_rate * (0.01 + 0.99 * share)
