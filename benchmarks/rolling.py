"""Does pricing risk pay? Daily re-planning of products that share a store's storage.

50 products, three stages, ratios from 10 to 1000, 100 days, storage of the store at a share of
what the unlimited plan uses; every variant meets the same demand. Cost per product and day with the
95% interval of the paired difference to the first variant over the paths.

    python -m benchmarks.rolling [--products 50] [--days 100] [--paths 4] [--shares 0.5 0.7 0.85]
"""

from __future__ import annotations

import argparse
import dataclasses
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from benchmarks.long_chain import long_chain
from benchmarks.machine import machine
from brain import safety_stocks
from scenarios.arrays.types import Floats
from scenarios.demand.sampling import sample
from scenarios.model.scenario import Scenario
from scenarios.simulation.costs import period_costs
from scenarios.simulation.rolling import scenario_at
from scenarios.simulation.step import compile_scenario, initial_state, step
from solver import SolverOptions, WarmStart, optimise

HORIZON = 28

FLAT = (0.02, 0.1, 0.5, 1.0)
"""Shares of the missed-sale cost that a unit below its safety stock costs, all alike."""


def _variants() -> dict[str, tuple[str, SolverOptions]]:
    """Name -> who sets the safety stocks, and how the order model prices risk."""
    made = {
        "trained, both risk-aware": ("auto", SolverOptions()),
        "analytic, both risk-aware": ("analytic", SolverOptions()),
        "means only": ("none", SolverOptions(shortfall="flat", capacity="flat")),
    }
    for name, brain in (("trained", "auto"), ("analytic", "analytic")):
        made[f"{name}, risk-aware shortfall"] = (brain, SolverOptions(capacity="flat"))
        for share in FLAT:
            options = SolverOptions(shortfall="flat", capacity="flat", flat_shortfall=share)
            made[f"{name}, flat shortfall {share}"] = (brain, options)
    return made


VARIANTS = _variants()


def roll(
    scenario: Scenario, demand: Floats, brain: str, options: SolverOptions, days: int
) -> tuple[dict[str, float], Floats]:
    """Plan, release the first day's orders, meet demand, and again: costs and stored volume [J]."""
    net = compile_scenario(scenario)
    state, warm_start = initial_state(scenario, net), WarmStart()
    costs: dict[str, float] = {}
    stored = np.zeros(scenario.n_locations)
    for day in range(days):
        today = scenario_at(scenario, state, day, HORIZON)
        decided = safety_stocks(today, brain).quantity
        orders = optimise(today, decided, options, warm_start=warm_start).quantity[:, 0]
        state, outcome = step(net, state, orders, demand[:, day], day)
        for name, value in period_costs(net, outcome, day).as_dict().items():
            costs[name] = costs.get(name, 0.0) + float(value)
        volume = np.asarray(outcome.on_hand) * scenario.point_volume
        stored += np.bincount(scenario.points.location, volume, scenario.n_locations) / days
    return costs, stored


@dataclass(frozen=True)
class Case:
    """What is planned, over which days and how many demand paths."""

    products: int
    days: int
    paths: int

    def scenario(self) -> Scenario:
        """Without limits."""
        return long_chain(self.products, self.days + HORIZON, seed=11, limited=False)

    def demand(self, scenario: Scenario) -> list[Floats]:
        """[K, T] of each path."""
        rng = np.random.default_rng(2026)
        return [sample(scenario, rng) for _ in range(self.paths)]


def store_of(scenario: Scenario) -> int:
    """The location where customers buy."""
    return int(scenario.points.location[scenario.points.sells][0])


def stored_volume(case: Case) -> float:
    """Volume at the store on an average day of a plan without limits."""
    scenario = case.scenario()
    _, stored = roll(scenario, case.demand(scenario)[0], "analytic", SolverOptions(), case.days)
    return float(stored[store_of(scenario)])


def costs(case: Case, room: float, name: str) -> dict[str, Floats]:
    """Component -> cost per product and day on each path; runs in a process of its own."""
    scenario = case.scenario()
    capacity = scenario.locations.storage_capacity.copy()
    capacity[store_of(scenario)] = room
    tight = dataclasses.replace(
        scenario, locations=dataclasses.replace(scenario.locations, storage_capacity=capacity)
    )
    brain, options = VARIANTS[name]
    runs = [roll(tight, demand, brain, options, case.days)[0] for demand in case.demand(scenario)]
    per = case.products * case.days
    return {part: np.array([run[part] for run in runs]) / per for part in runs[0]}


def line(name: str, found: dict[str, Floats], first: dict[str, Floats]) -> str:
    """Mean cost, and its difference to the first variant with half its 95% interval."""
    total = np.sum(list(found.values()), axis=0)
    gap = total - np.sum(list(first.values()), axis=0)
    half = 1.96 * gap.std(ddof=1) / np.sqrt(gap.size) if gap.size > 1 else np.nan
    parts = ("holding", "missed_sale", "overflow")
    detail = "  ".join(f"{part} {found[part].mean():.2f}" for part in parts)
    return f"{name:28s} {total.mean():7.2f}  ({gap.mean():+.2f} ± {half:.2f})  {detail}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--products", type=int, default=50)
    parser.add_argument("--days", type=int, default=100)
    parser.add_argument("--paths", type=int, default=4)
    parser.add_argument("--shares", type=float, nargs="+", default=[0.5, 0.7, 0.85])
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS), choices=VARIANTS)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    print(machine())
    case = Case(args.products, args.days, args.paths)
    free = stored_volume(case)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(args.workers, mp_context=spawn) as pool:
        jobs = {
            (share, name): pool.submit(costs, case, share * free, name)
            for share in args.shares
            for name in args.variants
        }
        for share in args.shares:
            print(f"\nstorage of the store at {share:.0%} of what the unlimited plan uses")
            first = jobs[share, args.variants[0]].result()
            for name in args.variants:
                print(line(name, jobs[share, name].result(), first), flush=True)


if __name__ == "__main__":
    main()
