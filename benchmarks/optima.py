"""How near brains come to exact optima: lost sales at one location, serial systems with backlog.

Lost sales: Poisson demand with mean 5, lead times 1 to 4, missed sale 4 or 9 times holding, orders
rounded to whole units; optimal costs of Zipkin (2008). Serial systems: the instances of stockpyl,
whose Clark-Scarf solver gives the optimal echelon base-stock levels; they are run beside the brain
on the same demand, from random opening stocks. Cost is that over the optimum, with half its 95%
interval; demand comes from seeds that no training used.

    python -m benchmarks.optima [--train] [--steps 800] [--cases lost-4-1 example_6_1 ...]

Without ``--train`` the shipped brains are judged, with it a brain trained for each case alone.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from benchmarks.judge import (
    FORECAST,
    Brain,
    dearer,
    half_width,
    mean_costs,
    shipped_for,
    trained_for,
)
from benchmarks.machine import machine
from brain.chains import OneChain
from brain.orders import brain_orders
from scenarios.model import Floats, Scenario
from scenarios.policies import OrderPolicy
from solver.closed_form import order_up_to


@dataclass(frozen=True)
class Known:
    """Costs per period of the optimal, the best base-stock and the best capped base-stock policy.

    Zipkin 2008, Operations Research 56(5); ``level`` is that of the best base-stock policy.
    """

    optimal: float
    base_stock: float
    capped: float
    level: int


LOST_SALES = {
    (4, 1): Known(4.041, 4.163, 4.065, 12),
    (4, 2): Known(4.395, 4.639, 4.406, 16),
    (4, 3): Known(4.599, 4.975, 4.631, 20),
    (4, 4): Known(4.729, 5.198, 4.798, 25),
    (9, 1): Known(5.438, 5.547, 5.481, 13),
    (9, 2): Known(6.094, 6.316, 6.119, 19),
    (9, 3): Known(6.531, 6.864, 6.616, 23),
    (9, 4): Known(6.836, 7.271, 6.912, 28),
}
"""By missed-sale cost (holding 1) and lead time."""


@dataclass(frozen=True)
class Serial:
    """A serial system as stockpyl has it, and as the same chain on our timeline.

    There an order that is placed when demand has been seen arrives L periods later; here it is
    placed before demand, and what arrives at an upstream stage can be shipped on in the period
    after. So each lead time is one less.
    """

    instance: str
    chain: OneChain
    levels: tuple[float, ...]
    """Optimal echelon base-stock levels from the retailer up (stockpyl)."""
    cost: float
    """Optimal cost per period (stockpyl)."""


def _serial(
    instance: str,
    demand: tuple[str, float, float],
    lead_time: tuple[int, ...],
    echelon_holding: tuple[float, ...],
    backlog: float,
    levels: tuple[float, ...],
    cost: float,
) -> Serial:
    local = np.cumsum(echelon_holding[::-1])[::-1]
    chain = OneChain(
        ratio=backlog / local[0],
        lead_time=tuple(lead - 1 for lead in lead_time),
        holding=tuple(float(h / local[0]) for h in local),
        mean=demand[1],
        std=demand[2],
        distribution=demand[0],
        unmet_demand="backlog",
    )
    return Serial(instance, chain, levels, cost / float(local[0]))


SERIAL = {
    one.instance: one
    for one in (
        _serial("example_6_1", ("normal", 5.0, 1.0), (1, 1, 2), (3, 2, 2), 37.12,
                (6.49, 12.02, 22.71), 47.665),
        _serial("problem_6_16", ("normal", 20.0, 4.0), (8, 3), (5, 2), 24.0,
                (171.1, 232.1), 438.24),
        # A quarter of Poisson(16) reaches the retailer in each lead time of a quarter.
        _serial("shang_song_1", ("poisson", 4.0, 2.0), (1, 1, 1, 1), (0.25,) * 4, 9.0,
                (8, 13, 18, 22), 12.687),
        _serial("shang_song_9", ("poisson", 4.0, 2.0), (1, 1, 1, 1), (0.25, 2.5, 2.5, 0.25), 9.0,
                (9, 10, 13, 19), 53.006),
    )
}  # fmt: skip
"""Costs are in units of the retailer's holding cost."""


def lost_sales(missed: int, lead_time: int) -> OneChain:
    """The chain of one cell of Zipkin's table."""
    return OneChain(
        ratio=float(missed), lead_time=(lead_time,), mean=5.0, std=5.0**0.5, distribution="poisson"
    )


def base_stock(scenario: Scenario, levels: tuple[float, ...]) -> OrderPolicy:
    """Echelon base-stock levels from the retailer up, as the closed form's safety stocks."""
    cover = order_up_to(scenario).cover_demand[0]
    stage = scenario.points.location
    echelon = np.array(levels)[stage] - cover
    own = echelon.copy()
    inner = scenario.routes.origin >= 0
    below, above = scenario.routes.destination[inner], scenario.routes.origin[inner]
    own[above] -= echelon[below]
    return order_up_to(scenario, np.repeat(own[:, None], scenario.n_periods, axis=1))


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
    known = LOST_SALES[cell(name)]
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
    names = [f"lost-{missed}-{lead}" for missed, lead in LOST_SALES] + list(SERIAL)
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
