"""Trainings side by side as Ray tasks, on a cluster (:mod:`solver.workers.ray_cluster`).

Tasks post progress and checkpoints to one small actor, from which the caller collects them, so
that nothing needs a file system that machines share.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

from brain.training.messages import Job, Post, TrainingEnd, with_device
from solver.workers.outcome import RemoteError
from solver.workers.ray_workers import RayWorkers, TaskLost


class Board:
    """Where tasks leave their posts, and see whether they shall stop."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.stop = False

    def post(self, post: Post) -> bool:
        """Leave one; returns whether to stop."""
        self.posts.append(post)
        return self.stop

    def collect(self, stop: bool) -> list[Post]:
        """All since the last time; ``stop`` is what tasks are told from now on."""
        self.stop = stop
        posts, self.posts = self.posts, []
        return posts


def side_by_side(
    ray: Any, jobs: list[Job], heard: Callable[[Post], None], stop: Callable[[], bool]
) -> Iterator[TrainingEnd]:
    """Run the jobs as Ray tasks, and pass on what they post.

    Raises
    ------
    RuntimeError
        If a machine is lost with its training, which is not begun again: it is to be resumed.
    """
    board = ray.remote(num_cpus=0)(Board).remote()

    def collect() -> None:
        for post in ray.get(board.collect.remote(stop())):
            heard(post)

    gpus = min(1.0, ray.cluster_resources().get("GPU", 0) / len(jobs))
    workers = RayWorkers(ray, gpus=gpus, retry=False, look=collect)
    tasks = [(board, with_device(dataclasses.replace(job, use_gpu=gpus > 0))) for job in jobs]
    with closing(workers.outcomes(_train, tasks)) as outcomes:
        for number, found in outcomes:
            if isinstance(found, RemoteError):
                if isinstance(found.error, TaskLost):
                    name = jobs[number].name
                    raise RuntimeError(
                        f"the training of {name} broke off; resume it"
                    ) from found.there
                raise found.error from None
            yield found


def _train(board: Any, job: Job) -> TrainingEnd:
    """A training, on a machine of the cluster."""
    import ray
    import torch

    from brain.training.job import run_job

    # The arrays are small: threads would wait for each other longer than they work.
    torch.set_num_threads(1)
    return run_job(job, lambda post: ray.get(board.post.remote(post)))
