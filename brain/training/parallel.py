"""Trainings side by side as Ray tasks, on a cluster (:mod:`solver.workers.ray_cluster`).

Tasks post progress and checkpoints to one small actor, from which the caller collects them, so
that nothing needs a file system that machines share.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from brain.training.messages import Done, Job, Post, with_device

POLL = 0.5
"""Seconds between looks at what the tasks have posted."""


def side_by_side(
    ray: Any, jobs: list[Job], heard: Callable[[Post], None], stop: Callable[[], bool]
) -> Iterator[Done]:
    """Run the jobs as Ray tasks, and pass on what they post."""

    class Board:
        """Where tasks leave their posts, and see whether they shall stop."""

        def __init__(self) -> None:
            self.posts: list[Post] = []
            self.stop = False

        def post(self, post: Post) -> bool:
            self.posts.append(post)
            return self.stop

        def collect(self, stop: bool) -> list[Post]:
            self.stop = stop
            posts, self.posts = self.posts, []
            return posts

    def work(job: Job, board: Any) -> Done:
        import ray as ray_there
        import torch

        from brain.training.job import run_job

        # The arrays are small: threads would wait for each other longer than they work.
        torch.set_num_threads(1)
        return run_job(job, lambda post: ray_there.get(board.post.remote(post)))

    resources = ray.cluster_resources()
    gpu = min(1.0, resources.get("GPU", 0) / len(jobs))
    board = ray.remote(num_cpus=0)(Board).remote()
    task = ray.remote(num_cpus=1, num_gpus=gpu, max_retries=0)(work)
    running = {
        task.remote(with_device(dataclasses.replace(job, use_gpu=gpu > 0)), board): job.name
        for job in jobs
    }
    waiting = list(running)
    while waiting:
        ready, waiting = ray.wait(waiting, num_returns=1, timeout=POLL)
        for post in ray.get(board.collect.remote(stop())):
            heard(post)
        for task_id in ready:
            try:
                yield ray.get(task_id)
            except ray.exceptions.RayTaskError as error:
                cause = error.cause
                raise (cause if isinstance(cause, Exception) else error) from None
            except ray.exceptions.RayError as error:
                name = running[task_id]
                raise RuntimeError(f"the training of {name} broke off; resume it") from error
