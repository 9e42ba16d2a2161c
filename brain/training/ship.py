"""Train the brains that come with the package: ``python -m brain.training.ship``.

First one brain for all ratios, then from it one for each ratio that is shipped; all of them serve
all chains. Each training is a process of one thread, as many side by side as there are cores. The
same seed gives the same brains, to numerical noise.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path

from brain.environments.training_chains import RandomChains
from brain.trained.manifest import Manifest
from brain.trained.registry import SHIPPED
from brain.trained.weights import Layers
from brain.training.export import domain_of, write_onnx
from brain.training.scores import RATIOS, SIGMAX, grid_point

STEPS_ALL, STEPS_EACH = 1000, 1500
"""Of the brain for all ratios, and of each after it."""
ALL_RATIOS = (0.3, 3000.0)
SEED = 2026
RATE_ALL, RATE_EACH = 1e-2, 5e-3
"""Learning rates of the first training and of those after it."""


def train_one(
    name: str, chains: RandomChains, steps: int, rate: float, seed: int, start: Layers | None
) -> tuple[Layers, float]:
    """The weights of one brain, and its cost over the analytic rule's on validation chains."""
    # Late, in the process that trains: the number of threads is set before Torch starts any.
    import torch

    from brain.learning.hdpo import train
    from brain.learning.options import Progress, TrainingOptions

    torch.set_num_threads(1)

    def tell(progress: Progress) -> None:
        sys.stderr.write(
            f"{name}: step {progress.step:5d} of {progress.steps}, {progress.seconds:4.0f} s,"
            f" cost {progress.relative:.4f} of the analytic rule's\n"
        )

    options = TrainingOptions(steps=steps, learning_rate=rate, seed=seed)
    result = train(chains, options, start=start, progress=tell)
    return result.layers, result.history[-1].relative


def ship_one(ratio: float, steps: int, seed: int, start: Layers, folder: str) -> str:
    """Train, score and write the brain of one ratio; a line that says how it went."""
    from brain.trained.runtime import TrainedBrains, load_brain

    name = f"ratio-{ratio:g}"
    chains = RandomChains().near(ratio)
    started = time.monotonic()
    layers, relative = train_one(name, chains, steps, RATE_EACH, seed, start)
    seconds = time.monotonic() - started
    manifest = Manifest(
        name=name,
        domain=domain_of(chains),
        seed=seed,
        steps=STEPS_ALL + steps,
        scores={"validation chains, over analytic": round(relative, 4)},
        versions={"python": platform.python_version()}
        | {package: version(package) for package in ("echelon-planner", "numpy", "torch")},
    )
    path = write_onnx(Path(folder) / f"{name}.onnx", layers, manifest)
    brain = TrainedBrains([load_brain(path)]).at(ratio)
    scores = dict(manifest.scores)
    for sigmax in SIGMAX:
        point = grid_point(brain, ratio, sigmax)
        for rule in point.rules:
            scores[f"reference, std below {sigmax}, over {rule}"] = round(
                point.relative(rule)[0], 4
            )
    write_onnx(path, layers, manifest.model_copy(update={"scores": scores}))
    return f"{name}: {steps} steps in {seconds:.0f} s, {path.stat().st_size:,} bytes -> {path}"


def main() -> None:
    """Train every ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--ratios", type=float, nargs="+", default=RATIOS)
    parser.add_argument("--steps", type=int, default=STEPS_EACH, help="of each brain")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", default=str(SHIPPED))
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    # One thread each: the steps are too small to share.
    os.environ["OMP_NUM_THREADS"] = "1"
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(args.workers, len(args.ratios)), mp_context=spawn) as pool:
        everything = RandomChains(ratio=ALL_RATIOS)
        first = pool.submit(
            train_one, "all ratios", everything, STEPS_ALL, RATE_ALL, args.seed, None
        )
        start, _ = first.result()
        jobs = [
            pool.submit(ship_one, ratio, args.steps, args.seed, start, args.out)
            for ratio in args.ratios
        ]
        for job in jobs:
            sys.stdout.write(job.result() + "\n")


if __name__ == "__main__":
    main()
