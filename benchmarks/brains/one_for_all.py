"""One brain for all chains against brains trained for one: what does serving all cost?

Steady demand on chains that differ in length, lead times, costs, demand and what becomes of unmet
demand: six that the shipped brains were trained for, and two outside (there the planner uses
the analytic rule instead; the brain is asked all the same). Each cost is that over the brain which
was trained for the case alone, on the same fresh demand, with half its 95% interval.

    python -m benchmarks.brains.one_for_all [--steps 800] [--paths 500] [--periods 600]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from benchmarks.brains.long_run_cost import FORECAST, dearer, mean_costs, shipped_for, trained_for
from benchmarks.machine import machine
from brain.analytic.newsvendor import Analytic
from brain.environments.brain_orders import brain_orders
from brain.environments.training_chains import OneChain
from solver.closed_form.order_up_to import order_up_to

CASES = {
    "1 stage, lead 4, lost": OneChain(100.0, (4,), std=10.0, distribution="gamma"),
    "1 stage, lead 4, std twice the mean, lost": OneChain(
        100.0, (4,), std=40.0, distribution="gamma"
    ),
    "2 stages, leads 3, 8, lost": OneChain(100.0, (3, 8), (1.0, 0.6)),
    "3 stages, leads 2, 3, 4, lost": OneChain(100.0, (2, 3, 4), (1.0, 0.8, 0.5)),
    "3 stages, leads 5, 1, 6, backlog": OneChain(
        100.0, (5, 1, 6), (1.0, 0.5, 0.4), unmet_demand="backlog"
    ),
    "4 stages, leads 2, 2, 5, 9, backlog": OneChain(
        100.0, (2, 2, 5, 9), (1.0, 0.8, 0.6, 0.3), std=15.0, distribution="gamma",
        unmet_demand="backlog",
    ),
}  # fmt: skip
OUTSIDE = {
    "6 stages, lead 3 each, lost": OneChain(
        100.0, (3,) * 6, (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
    ),
    "2 stages, leads 15, 20, lost": OneChain(100.0, (15, 20), (1.0, 0.6)),
}  # fmt: skip


def row(name: str, steps: int, paths: int, periods: int, seed: int = 4711) -> str:
    """Train for the case, and judge all; runs in a process of its own."""
    chain = (CASES | OUTSIDE)[name]
    own = trained_for(chain, steps, seed=1)
    rng = np.random.default_rng(seed)
    scenario = chain.draw(rng, paths, FORECAST).scenario
    policies = [
        brain_orders(scenario, own),
        brain_orders(scenario, shipped_for(chain.ratio)),
        order_up_to(scenario, Analytic()(scenario).quantity),
    ]
    costs = [
        mean_costs(scenario, policy, np.random.default_rng([seed, 1]), periods)
        for policy in policies
    ]
    cells = [f"{more:+.2%} ± {half:.2%}" for more, half in (dearer(c, costs[0]) for c in costs[1:])]
    return f"| {name} | {costs[0].mean():.2f} | " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--paths", type=int, default=500)
    parser.add_argument("--periods", type=int, default=600)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    print(machine())
    print("\n| case (ratio 100) | own brain | shipped brain over it | analytic rule over it |")
    print("|---|---|---|---|", flush=True)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(args.workers, mp_context=spawn) as pool:
        jobs = [
            pool.submit(row, name, args.steps, args.paths, args.periods) for name in CASES | OUTSIDE
        ]
        for job in jobs:
            print(job.result(), flush=True)


if __name__ == "__main__":
    main()
