"""What the caller of a training and its workers send each other. No Ray in here."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Literal

from brain.environments.training_chains import ChainSource
from brain.learning.options import Progress, TrainingOptions
from brain.trained.weights import Layers

AlgorithmName = Literal["hdpo", "ppo"]


@dataclass(frozen=True, eq=False)
class Job:
    """What a worker is to train."""

    name: str
    source: ChainSource
    algorithm: AlgorithmName
    options: TrainingOptions
    """``steps`` are iterations of the algorithm: updates of hdpo, rounds of play of ppo."""
    start: Layers | None = None
    saved: bytes | None = None
    """A checkpoint to go on from."""
    use_gpu: bool = False


@dataclass(frozen=True, eq=False)
class Post:
    """What a worker has to say: where it stands, and now and then a checkpoint."""

    name: str
    progress: Progress | None = None
    checkpoint: bytes | None = None


@dataclass(frozen=True, eq=False)
class TrainingEnd:
    """How a training ended."""

    name: str
    outcome: Literal["trained", "stopped", "diverged"]
    layers: Layers | None = None
    message: str = ""
    history: tuple[Progress, ...] = field(default=())


def with_device(job: Job) -> Job:
    """The job with its rollouts where its learner is."""
    device = "cuda" if job.use_gpu else "cpu"
    return dataclasses.replace(job, options=dataclasses.replace(job.options, device=device))
