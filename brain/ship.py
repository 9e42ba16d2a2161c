"""Train the brains that come with the package: ``python -m brain.ship``.

One brain per missed-sale/holding ratio, each for all chains, each a process of one thread, as many
side by side as there are cores. The same seed gives the same brains, to numerical noise.
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

from brain.chains import RandomChains
from brain.manifest import Domain, Manifest
from brain.registry import SHIPPED
from brain.scores import RATIOS, SIGMAX, grid_point

STEPS = 1000
SEED = 2026


def domain_of(source: RandomChains) -> Domain:
    """What a brain that was trained on these chains may be asked about."""
    return Domain(
        ratio=source.ratio,
        stages=source.stages,
        lead_time=source.lead_time,
        cv=(0.0, source.cv[1]),
        unmet_demand=source.unmet_demand,
    )


def train_one(ratio: float, steps: int, seed: int, folder: str) -> str:
    """Train, score and write the brain of one ratio; a line that says how it went."""
    # Late, in the process that trains: the number of threads is set before Torch starts any.
    import torch

    from brain.hdpo import Progress, TrainingOptions, train
    from brain.onnx_file import write_onnx
    from brain.runtime import Trained, load_brain

    torch.set_num_threads(1)
    name = f"ratio-{ratio:g}"

    def tell(progress: Progress) -> None:
        sys.stderr.write(
            f"{name}: step {progress.step:5d} of {progress.steps}, {progress.seconds:4.0f} s,"
            f" cost {progress.relative:.4f} of the analytic rule's\n"
        )

    source = RandomChains(ratio=(ratio, ratio))
    options = TrainingOptions(steps=steps, seed=seed)
    started = time.monotonic()
    result = train(source, options, progress=tell)
    seconds = time.monotonic() - started
    manifest = Manifest(
        name=name,
        domain=domain_of(source),
        seed=seed,
        steps=steps,
        scores={"random chains, over analytic": round(result.history[-1].relative, 4)},
        versions={"python": platform.python_version()}
        | {package: version(package) for package in ("echelon-planner", "numpy", "torch")},
    )
    path = write_onnx(Path(folder) / f"{name}.onnx", result.layers, manifest)
    brain = Trained([load_brain(path)]).at(ratio)
    scores = dict(manifest.scores)
    for sigmax in SIGMAX:
        point = grid_point(brain, ratio, sigmax)
        for rule in point.rules:
            scores[f"reference, std below {sigmax}, over {rule}"] = round(
                point.relative(rule)[0], 4
            )
    write_onnx(path, result.layers, manifest.model_copy(update={"scores": scores}))
    return f"{name}: {steps} steps in {seconds:.0f} s, {path.stat().st_size:,} bytes -> {path}"


def main() -> None:
    """Train every ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--ratios", type=float, nargs="+", default=RATIOS)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", default=str(SHIPPED))
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    # One thread each: the steps are too small to share.
    os.environ["OMP_NUM_THREADS"] = "1"
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(args.workers, len(args.ratios)), mp_context=spawn) as pool:
        jobs = [
            pool.submit(train_one, ratio, args.steps, args.seed, args.out) for ratio in args.ratios
        ]
        for job in jobs:
            sys.stdout.write(job.result() + "\n")


if __name__ == "__main__":
    main()
