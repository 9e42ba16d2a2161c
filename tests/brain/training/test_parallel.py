"""Trainings side by side: what they post arrives, and one that is lost is not begun again."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import pytest

from brain.environments.training_chains import RandomChains
from brain.learning.options import TrainingOptions
from brain.training import parallel
from brain.training.messages import Job, Post, TrainingEnd
from solver.workers.ray_cluster import cluster

# What Ray warns of in its own code is its own.
pytestmark = pytest.mark.filterwarnings("ignore")


def posts_twice(board: Any, job: Job) -> TrainingEnd:
    import ray

    stops = [ray.get(board.post.remote(Post(job.name, None, bytes([n])))) for n in range(2)]
    return TrainingEnd(job.name, "stopped" if any(stops) else "trained")


def falls(board: Any, job: Job) -> TrainingEnd:
    with open(f"{job.name}.begun", "a") as file:
        file.write("x")
    os._exit(1)


def refuses(board: Any, job: Job) -> TrainingEnd:
    raise ValueError(f"{job.name} cannot be trained")


def job(name: str) -> Job:
    return Job(name, RandomChains(), "hdpo", TrainingOptions())


def test_posts_arrive_and_a_lost_training_is_to_be_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Post] = []
    jobs = [job("one"), job("two")]
    with cluster("local[2]") as ray:
        monkeypatch.setattr(parallel, "_train", posts_twice)
        done = list(parallel.side_by_side(ray, jobs, heard.append, lambda: False))
        assert sorted((one.name, one.outcome) for one in done) == [
            ("one", "trained"),
            ("two", "trained"),
        ]
        assert sorted((post.name, post.checkpoint) for post in heard) == [
            (name, bytes([n])) for name in ("one", "two") for n in range(2)
        ]

        monkeypatch.setattr(parallel, "_train", refuses)
        with pytest.raises(ValueError, match="one cannot be trained"):
            list(parallel.side_by_side(ray, jobs[:1], heard.append, lambda: False))

        monkeypatch.setattr(parallel, "_train", falls)
        lost = dataclasses.replace(jobs[0], name=str(tmp_path / "one"))
        with pytest.raises(RuntimeError, match=r"the training of .*one broke off; resume it"):
            list(parallel.side_by_side(ray, [lost], heard.append, lambda: False))
    assert (tmp_path / "one.begun").read_text() == "x"
