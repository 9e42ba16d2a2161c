"""One training, as a worker runs it: RLlib's algorithm, validation, checkpoints. Needs Ray."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from ray.rllib.algorithms.algorithm import Algorithm

from brain.environments.episodes import episodes_of
from brain.learning.checkpoint import as_arrays, as_tensors, pack_bytes, unpack_bytes
from brain.learning.hdpo import Validation
from brain.learning.options import CheckpointDamaged, Progress, TrainingDiverged
from brain.learning.rllib_env import brain_of, set_brain
from brain.training.messages import Job, Post, TrainingEnd

PARTS = ("rl_module", "optimizer")
"""What of a learner's state a training goes on from."""


def make(job: Job) -> Algorithm:
    """The algorithm of a job, not yet set to where it starts from."""
    if job.algorithm == "hdpo":
        from brain.learning.rllib_hdpo import hdpo_config

        made = hdpo_config(job.source, job.options, use_gpu=job.use_gpu).build_algo()
    else:
        from brain.learning.ppo import ppo_config

        options = job.options
        made = ppo_config(
            episodes_of(job.source, options.periods),
            seed=options.seed,
            n_chains=options.chains,
            learning_rate=options.learning_rate,
            use_gpu=job.use_gpu,
        ).build_algo()
    return made


def run_job(job: Job, post: Callable[[Post], bool]) -> TrainingEnd:
    """Train to the end, or until told to stop.

    Parameters
    ----------
    job : Job
    post : callable
        Is told of progress and given checkpoints; returns True where the training shall stop.
        It is called at least every second or after every iteration.

    Raises
    ------
    CheckpointDamaged
        With the name of the brain, if ``job.saved`` cannot be gone on from.
    """
    options = job.options
    algorithm, before = make(job), 0.0
    try:
        if job.saved is not None:
            before = unpack(algorithm, job.saved)
        elif job.start is not None:
            set_brain(algorithm, job.start)
        validation = Validation(job.source, options)
        history: list[Progress] = []
        started = saved_at = asked_at = time.monotonic()

        def seconds() -> float:
            return before + time.monotonic() - started

        def judge() -> Progress:
            entry = validation.judge(brain_of(algorithm), algorithm.iteration, seconds())
            if not np.isfinite(entry.cost):
                raise TrainingDiverged(f"the cost is {entry.cost} after step {entry.step}")
            history.append(entry)
            return entry

        stop = post(Post(job.name, judge()))
        while algorithm.iteration < options.steps and not stop:
            algorithm.train()
            now, last = time.monotonic(), algorithm.iteration >= options.steps
            progress = (
                judge() if last or algorithm.iteration % options.validate_every == 0 else None
            )
            checkpoint = None
            if now - saved_at >= options.checkpoint_seconds:
                checkpoint, saved_at = pack(algorithm, seconds()), now
            if progress or checkpoint or now - asked_at > 1.0:
                asked_at = now
                stop = post(Post(job.name, progress, checkpoint)) and not last
        post(Post(job.name, None, pack(algorithm, seconds())))
        layers = brain_of(algorithm).layers()
        return TrainingEnd(
            job.name, "stopped" if stop else "trained", layers, history=tuple(history)
        )
    except TrainingDiverged as error:
        return TrainingEnd(job.name, "diverged", message=str(error))
    except CheckpointDamaged as error:
        raise CheckpointDamaged(f"{job.name}: {error}") from error
    finally:
        algorithm.stop()


def pack(algorithm: Algorithm, seconds: float) -> bytes:
    """Weights, optimiser, number of the iteration and seconds spent, to be sent and written whole.

    RLlib's own checkpoints are pickles; these hold nothing but numbers and text.
    """
    learner = algorithm.learner_group.get_state()["learner"]
    return pack_bytes(
        seconds=seconds,
        iteration=algorithm.iteration,
        **{name: as_tensors(learner[name]) for name in PARTS},
    )


def unpack(algorithm: Algorithm, saved: bytes) -> float:
    """Put an algorithm into the state of a checkpoint; returns the seconds spent so far.

    Raises
    ------
    CheckpointDamaged
        If it cannot be read, or is not one of this algorithm.
    """
    found = unpack_bytes(saved)
    state = algorithm.learner_group.get_state()
    try:
        for name in PARTS:
            state["learner"][name] = as_arrays(found[name])
        algorithm.learner_group.set_state(state)
        algorithm._iteration = int(found["iteration"])
        seconds = float(found["seconds"])
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise CheckpointDamaged("the checkpoint is not one of this training") from error
    algorithm.env_runner_group.sync_weights(from_worker_or_learner_group=algorithm.learner_group)
    return seconds
