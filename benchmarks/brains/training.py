"""How fast brains learn: HDPO against PPO, and a new ratio from scratch or from a neighbour.

All train through RLlib on the same random chains, two at a time as Ray tasks of one thread each,
and are judged on the same fixed validation demand. Cost is that over the analytic rule's.

    python -m benchmarks.brains.training algorithms [--ratio 50] [--chains reference] [--minutes 5]
    python -m benchmarks.brains.training retraining [--ratio 50] [--neighbour ratio-100]
"""

from __future__ import annotations

import argparse
import dataclasses
import time

from benchmarks.machine import machine
from brain.environments.training_chains import ChainSource, RandomChains, ReferenceChains
from brain.learning.options import Progress
from brain.training.export import layers_of
from brain.training.messages import AlgorithmName, Job, Post
from brain.training.parallel import side_by_side
from brain.training.train import default_options
from solver.workers.ray_cluster import cluster

MARKS = (15, 30, 60, 120, 180, 240, 300, 450, 600)
"""Seconds at which costs are told."""


def run(jobs: list[Job], seconds: float) -> dict[str, list[Progress]]:
    """Train side by side, no longer than that; what each job told."""
    told: dict[str, list[Progress]] = {job.name: [] for job in jobs}
    started = time.monotonic()

    def heard(post: Post) -> None:
        if post.progress is not None:
            told[post.name].append(post.progress)
            print(f"  {post.name}: {post.progress.seconds:.0f} s {post.progress.relative:.4f}")

    with cluster(None) as ray:
        for done in side_by_side(ray, jobs, heard, lambda: time.monotonic() - started > seconds):
            print(f"  {done.name}: {done.outcome} {done.message}", flush=True)
    return told


def table(told: dict[str, list[Progress]]) -> None:
    """Best cost so far at each mark."""
    last = max(entry.seconds for entries in told.values() for entry in entries)
    marks = [mark for mark in MARKS if mark <= last + 15]
    print("\n| cost after s | " + " | ".join(str(mark) for mark in marks) + " | end |")
    print("|" + "---|" * (len(marks) + 2))
    for name, entries in told.items():
        cells = []
        for mark in marks:
            past = [entry.relative for entry in entries if entry.seconds <= mark]
            cells.append(f"{min(past):.3f}" if past else "")
        best = min(entries, key=lambda entry: entry.relative)
        close = next(entry for entry in entries if entry.relative <= 1.01 * best.relative)
        print(
            f"| {name} | " + " | ".join(cells) + f" | {best.relative:.4f} at {best.seconds:.0f} s,"
            f" within 1% of it after {close.seconds:.0f} s |"
        )


def job(name: str, chains: ChainSource, algorithm: AlgorithmName, start: str | None = None) -> Job:
    """A training with the options that ``planner train`` would use, but judged more often."""
    often = {"hdpo": 10, "ppo": 2}[algorithm]
    options = dataclasses.replace(
        default_options(algorithm, start), periods=60, validate_every=often, validation_chains=256
    )
    return Job(name, chains, algorithm, options, None if start is None else layers_of(start))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("what", choices=["algorithms", "retraining"])
    parser.add_argument("--ratio", type=float, default=50.0)
    parser.add_argument("--chains", choices=["random", "reference"], default="random")
    parser.add_argument("--neighbour", default="ratio-100")
    parser.add_argument("--minutes", type=float, default=5.0, help="for each algorithm")
    args = parser.parse_args()
    print(machine())
    chains: ChainSource = RandomChains().near(args.ratio)
    if args.chains == "reference":
        chains = ReferenceChains(ratio=args.ratio)
    if args.what == "retraining":
        jobs = [
            job("from scratch", chains, "hdpo"),
            job(f"from {args.neighbour}", chains, "hdpo", args.neighbour),
        ]
        table(run(jobs, 3600.0))
        return
    ppo = job("ppo", chains, "ppo")
    # As many updates as the clock allows; its learning rate does not fall.
    ppo = dataclasses.replace(ppo, options=dataclasses.replace(ppo.options, steps=1_000_000))
    table(run([job("hdpo", chains, "hdpo"), ppo], 60 * args.minutes))


if __name__ == "__main__":
    main()
