"""How near brains come to exact optima: lost sales at one location, serial systems with backlog.

Lost sales: Poisson demand with mean 5, lead times 1 to 4, missed sale 4 or 9 times holding, orders
rounded to whole units; optimal costs of Zipkin (2008). Serial systems: the instances of stockpyl,
whose Clark-Scarf solver gives the optimal echelon base-stock levels; they are run beside the brain
on the same demand, from random opening stocks. Cost is that over the optimum, with half its 95%
interval; demand comes from seeds that no training used.

    python -m benchmarks.brains.optima [--train] [--steps 800] [--cases lost-4-1 example_6_1 ...]

Without ``--train`` the shipped brains are judged, with it a brain trained for each case alone.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from benchmarks.brains.long_run_cost import (
    FORECAST,
    Brain,
    dearer,
    half_width,
    mean_costs,
    shipped_for,
    trained_for,
)
from benchmarks.machine import machine
from brain.environments.brain_orders import brain_orders
from brain.environments.training_chains import OneChain
from planner.policies.echelon_base_stock import EchelonBaseStock
from scenarios.arrays.types import Floats
from scenarios.catalogue.lost_sales import CELLS
from scenarios.catalogue.serial import INSTANCES, Instance
from scenarios.model.scenario import Scenario
from scenarios.problem import Problem
from scenarios.simulation.policy import OrderPolicy


@dataclass(frozen=True)
class Serial:
    """An instance as chains side by side; the cost is in units of the retailer's holding cost."""

    chain: OneChain
    levels: tuple[float, ...]
    cost: float


def _serial(one: Instance) -> Serial:
    retail = one.holding[0]
    chain = OneChain(
        ratio=one.backlog / retail,
        lead_time=one.our_lead_time,
        holding=tuple(h / retail for h in one.holding),
        mean=one.mean,
        std=one.std,
        distribution=one.distribution,
        unmet_demand="backlog",
    )
    return Serial(chain, one.levels, one.cost / retail)


SERIAL = {name: _serial(instance) for name, instance in INSTANCES.items()}


def lost_sales(missed: int, lead_time: int) -> OneChain:
    """The chain of one cell of Zipkin's table."""
    return OneChain(
        ratio=float(missed), lead_time=(lead_time,), mean=5.0, std=5.0**0.5, distribution="poisson"
    )


def base_stock(scenario: Scenario, levels: tuple[float, ...]) -> OrderPolicy:
    """Echelon base-stock levels from the retailer up."""
    return EchelonBaseStock(levels)(Problem(scenario), np.random.default_rng(0))


def whole(policy: OrderPolicy) -> OrderPolicy:
    """The same orders in whole units."""
    return lambda state, period: np.rint(policy(state, period))


def judge(name: str, brain: Brain, paths: int, periods: int, seed: int = 4711) -> str:
    """A row of the table."""

    def cost(scenario: Scenario, policy: OrderPolicy) -> Floats:
        return mean_costs(scenario, policy, np.random.default_rng([seed, 1]), periods)

    rng = np.random.default_rng(seed)
    scenario = chain_of(name).draw(rng, paths, FORECAST).scenario
    if name in SERIAL:
        case = SERIAL[name]
        scenario = scenario.replace(in_transit_holding="origin")
        best = cost(scenario, base_stock(scenario, case.levels))
        more, half = dearer(cost(scenario, brain_orders(scenario, brain)), best)
        return (
            f"| {name} | {case.cost:.3f} | {more:+.2%} ± {half:.2%} |"
            f" {best.mean() / case.cost - 1:+.2%} ± {half_width(best) / case.cost:.2%} |"
        )
    known = CELLS[cell(name)]
    found = cost(scenario, whole(brain_orders(scenario, brain)))
    # What the best base-stock policy costs is known, so that its luck on these paths is too.
    lucky = cost(scenario, base_stock(scenario, (known.level,))) - known.base_stock
    found = found - lucky
    return (
        f"| {name} | {known.optimal:.3f} |"
        f" {found.mean() / known.optimal - 1:+.2%} ± {half_width(found) / known.optimal:.2%} |"
        f" {known.capped / known.optimal - 1:+.2%} | {known.base_stock / known.optimal - 1:+.2%} |"
    )


def cell(name: str) -> tuple[int, int]:
    """Missed-sale cost and lead time of a case of lost sales."""
    missed, lead = name.split("-")[1:]
    return int(missed), int(lead)


def chain_of(name: str) -> OneChain:
    """The chain of a case."""
    if name in SERIAL:
        return SERIAL[name].chain
    return lost_sales(*cell(name))


def row(name: str, train: bool, steps: int, seed: int, paths: int, periods: int) -> str:
    """Get the brain and judge it; runs in a process of its own."""
    chain = chain_of(name)
    brain = trained_for(chain, steps, seed) if train else shipped_for(chain.ratio)
    return judge(name, brain, paths, periods)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    names = [f"lost-{missed}-{lead}" for missed, lead in CELLS] + list(SERIAL)
    parser.add_argument("--cases", nargs="+", default=names, choices=names, metavar="CASE")
    parser.add_argument("--train", action="store_true", help="train a brain for each case")
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--seed", type=int, default=1, help="of the training")
    parser.add_argument("--paths", type=int, default=1000)
    parser.add_argument("--periods", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    print(machine())
    print("\nlost sales: case, optimum; over it: brain, best capped base-stock, best base-stock")
    print("serial: case, optimum; over it: brain, stockpyl's levels in this simulator", flush=True)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(args.workers, mp_context=spawn) as pool:
        jobs = [
            pool.submit(row, name, args.train, args.steps, args.seed, args.paths, args.periods)
            for name in args.cases
        ]
        for job in jobs:
            print(job.result(), flush=True)


if __name__ == "__main__":
    main()
