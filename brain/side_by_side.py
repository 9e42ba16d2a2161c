"""Trainings side by side as Ray tasks, on this machine or on a cluster.

Tasks post progress and checkpoints to one small actor, from which the caller collects them, so
that nothing needs a file system that machines share.
"""

from __future__ import annotations

import dataclasses
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from brain.posts import Done, Job, Post, with_device
from scenarios.errors import Finding, InputError

POLL = 0.5
"""Seconds between looks at what the tasks have posted."""
KNOCK = 10.0
"""Seconds to wait for a cluster to answer."""


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

        from brain.job import run_job

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


@contextmanager
def cluster(address: str | None) -> Iterator[Any]:
    """Ray, connected; what is started here is stopped in the end."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # By default Ray's workers give way to everything else; beside other work they would starve.
    os.environ.setdefault("RAY_worker_niceness", "0")
    import ray

    ours = not ray.is_initialized()
    if ours:
        _require_answer(address)
        local = {"include_dashboard": False} if address is None else {}
        try:
            ray.init(
                address="local" if address is None else address,
                log_to_driver=False,
                logging_level="ERROR",
                **local,
            )
        except (ConnectionError, ValueError) as error:
            if address is None:
                raise
            raise _no_answer(address) from error
        except RuntimeError as error:
            if address is None:
                raise
            # Of another version of Ray or Python, as a rule; the first line says so.
            problem = f"the cluster cannot be used: {str(error).strip().splitlines()[0]}".rstrip(
                ".:"
            )
            remedy = "use the versions of Ray and Python that run there"
            raise InputError([Finding("ray", problem, remedy, value=address)]) from error
    try:
        yield ray
    finally:
        if ours:
            ray.shutdown()


def _require_answer(address: str | None) -> None:
    """Knock at HOST:PORT first: Ray itself would try for minutes."""
    host, _, port = (address or "").removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():
        return
    try:
        socket.create_connection((host, int(port)), KNOCK).close()
    except (OSError, OverflowError) as error:
        raise _no_answer(address) from error


def _no_answer(address: str | None) -> InputError:
    remedy = "give the address of a running cluster, or none for this machine"
    return InputError([Finding("ray", "no cluster answers there", remedy, value=address)])
