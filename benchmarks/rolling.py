"""Does pricing risk pay? Daily re-planning of products that share a store's storage.

50 products, three stages, ratios from 10 to 1000, 100 days, storage of the store at a share of
what the unlimited plan uses; every variant meets the same demand. Cost per product and day with the
95% interval of the paired difference to the first variant over the paths.

    python -m benchmarks.rolling [--products 50] [--days 100] [--paths 4] [--shares 0.5 0.7 0.85]
"""

from __future__ import annotations

import argparse
import dataclasses
import time

import numpy as np

from benchmarks.long_chain import long_chain
from benchmarks.machine import machine
from brain import safety_stocks
from scenarios.costs import period_costs
from scenarios.demand import sample
from scenarios.dynamics import initial_state, network, step
from scenarios.model import Floats, Scenario
from scenarios.rolling import scenario_at
from solver import Kept, SolverOptions, optimise

HORIZON = 28

VARIANTS: dict[str, tuple[str, SolverOptions]] = {
    "both risk-aware": ("analytic", SolverOptions()),
    "trained, both risk-aware": ("auto", SolverOptions()),
    "means only": ("none", SolverOptions(shortfall="flat", capacity="flat")),
    **{
        f"flat shortfall {share}": (
            "analytic",
            SolverOptions(shortfall="flat", capacity="flat", flat_shortfall=share),
        )
        for share in (0.02, 0.1, 0.5, 1.0)
    },
    "risk-aware shortfall": ("analytic", SolverOptions(capacity="flat")),
}


def roll(
    scenario: Scenario, demand: Floats, brain: str, options: SolverOptions, days: int
) -> tuple[dict[str, float], Floats]:
    """Plan, release the first day's orders, meet demand, and again: costs and stored volume [J]."""
    net = network(scenario)
    state, kept = initial_state(scenario, net), Kept()
    costs: dict[str, float] = {}
    stored = np.zeros(scenario.n_locations)
    for day in range(days):
        today = scenario_at(scenario, state, day, HORIZON)
        decided = safety_stocks(today, brain).quantity
        orders = optimise(today, decided, options, kept=kept).quantity[:, 0]
        state, outcome = step(net, state, orders, demand[:, day], day)
        for name, value in period_costs(net, outcome, day).as_dict().items():
            costs[name] = costs.get(name, 0.0) + float(value)
        volume = np.asarray(outcome.on_hand) * scenario.point_volume
        stored += np.bincount(scenario.points.location, volume, scenario.n_locations) / days
    return costs, stored


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--products", type=int, default=50)
    parser.add_argument("--days", type=int, default=100)
    parser.add_argument("--paths", type=int, default=4)
    parser.add_argument("--shares", type=float, nargs="+", default=[0.5, 0.7, 0.85])
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS))
    args = parser.parse_args()
    print(machine())
    scenario = long_chain(args.products, args.days + HORIZON, seed=11, limited=False)
    rng = np.random.default_rng(2026)
    demand = [sample(scenario, rng) for _ in range(args.paths)]
    brain, options = VARIANTS["both risk-aware"]
    free = np.mean([roll(scenario, d, brain, options, args.days)[1] for d in demand[:1]], axis=0)
    store = int(scenario.points.location[scenario.points.sells][0])
    per = args.products * args.days
    for share in args.shares:
        capacity = scenario.locations.storage_capacity.copy()
        capacity[store] = share * free[store]
        tight = dataclasses.replace(
            scenario, locations=dataclasses.replace(scenario.locations, storage_capacity=capacity)
        )
        print(f"\nstorage of the store at {share:.0%} of what the unlimited plan uses")
        first: Floats | None = None
        for name in args.variants:
            brain, options = VARIANTS[name]
            started = time.perf_counter()
            runs = [roll(tight, d, brain, options, args.days)[0] for d in demand]
            total = np.array([sum(run.values()) for run in runs]) / per
            first = total if first is None else first
            gap = total - first
            half = 1.96 * gap.std(ddof=1) / np.sqrt(len(gap)) if len(gap) > 1 else np.nan
            parts = {
                k: np.mean([r[k] for r in runs]) / per
                for k in ("holding", "missed_sale", "overflow")
            }
            detail = "  ".join(f"{k} {v:.3f}" for k, v in parts.items())
            print(
                f"{name:24s} {total.mean():8.3f}  ({gap.mean():+.3f} ± {half:.3f})  {detail}"
                f"  [{time.perf_counter() - started:.0f} s]",
                flush=True,
            )


if __name__ == "__main__":
    main()
