"""Weekly planning of 21 stores behind a DC with too little room, on the real sales of Favorita.

    python -m benchmarks.favorita --weeks 26 --products 40

The last weeks of the data are played as they came: in each, orders are placed knowing the sales
before it alone, and what is sold is demand. Costs, lead times, opening stocks and capacities are
those of ``examples/favorita.py``, made from the weeks before; the room of the DC and of the lane to
it are shared by all products. Models learn once, at the start; forecasts are made every week.

Policies: ``hybrid`` and ``analytic-mip`` (trained or textbook safety stocks, and the order model),
and ``cover W``: each store orders up to its protection interval and W weeks more of the mean of its
last 13 weeks, and the DC, stores included, up to the same for its own. Nothing is tuned.
"""

from __future__ import annotations

import argparse
import dataclasses
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks.fresh import Foreseen
from benchmarks.machine import machine
from brain import safety_stocks
from brain.empty_shelves import where_empty
from examples.favorita import DATA, QUARTER, favorita
from scenarios.costs import period_costs
from scenarios.dynamics import initial_state, network, step
from scenarios.model import Floats, OpenOrders, Scenario
from scenarios.network import echelons
from scenarios.state import State
from solver import Kept, optimise

BRAINS = {"hybrid": "auto", "analytic-mip": "analytic"}

Decide = Callable[[Scenario], Floats]
"""``scenario as it stands -> [A]`` units to order."""


def planned(brain: str) -> Decide:
    """Safety stocks of a brain, and the order model."""
    kept = Kept()

    def decide(today: Scenario) -> Floats:
        wanted = where_empty(today, safety_stocks(today, brain).quantity)
        return optimise(today, wanted, kept=kept).quantity[:, 0]

    return decide


def cover(weeks: float) -> Decide:
    """Order up to the protection interval and some weeks more of the moving average."""

    def decide(today: Scenario) -> Floats:
        assert today.history is not None
        links, points = echelons(today), today.points
        average = np.nan_to_num(today.history.quantity[:, -QUARTER:]).mean(axis=1)
        coming = np.bincount(
            today.routes.destination[today.open_orders.route],
            today.open_orders.quantity,
            today.n_points,
        )

        def echelon(values: Floats) -> Floats:
            return np.bincount(links.upper, values[links.lower], today.n_points)

        # What is on its way to a store belongs to the echelon of the DC, too.
        position = echelon(points.on_hand + coming)
        covered = average[links.lower] * (links.cover + weeks)
        wanted = np.bincount(links.upper, covered, today.n_points)
        order = np.maximum(np.rint(wanted - position), 0.0)
        return order[today.routes.destination]

    return decide


def play(
    data: Path, weeks: int, products: int | None, name: str, seed: int = 0
) -> tuple[dict[str, float], float]:
    """Cost by component over the weeks, and the share of demand met, of a policy."""
    whole = favorita(data, seed, n_products=products)
    assert whole.history is not None
    start = whole.history.n_periods - weeks
    first = favorita(data, seed, n_weeks=start, n_products=products)
    demand = np.nan_to_num(whole.history.quantity)
    dates = whole.history.dates.append(whole.dates)

    def stood(week: int) -> Scenario:
        assert whole.history is not None
        calendar = dates[week : week + first.n_periods]
        return first.replace(
            history=whole.history.until(week), dates=calendar, start_date=calendar[0].date()
        )

    kind, _, size = name.partition(" ")
    decide = cover(float(size)) if kind == "cover" else planned(BRAINS[kind])
    see = stood if kind == "cover" else Foreseen(stood, learnt_at=start)
    net = network(first)
    state = initial_state(first, net)
    costs: dict[str, float] = {}
    missed = 0.0
    for week in range(start, start + weeks):
        orders = decide(opening_with(see(week), state))
        state, outcome = step(net, state, orders, demand[:, week], 0)
        missed += float(np.sum(outcome.missed))
        for part, value in period_costs(net, outcome, 0).as_dict().items():
            costs[part] = costs.get(part, 0.0) + float(np.sum(value))
    return costs, 1 - missed / demand[:, start:].sum()


def opening_with(scenario: Scenario, state: State) -> Scenario:
    """The scenario with the stock and the open orders of a state."""
    slots = np.array(state.in_transit)
    period, route = np.nonzero(slots > 0)
    return scenario.replace(
        points=dataclasses.replace(scenario.points, on_hand=np.asarray(state.on_hand)),
        open_orders=OpenOrders(route, period, slots[period, route]),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--weeks", type=int, default=26)
    parser.add_argument("--products", type=int, help="of 288; default: all")
    parser.add_argument("--policies", default="hybrid,analytic-mip,cover 0.5,cover 1,cover 2")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the raw data")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    print(machine())
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(args.workers, mp_context=spawn) as pool:
        jobs = {
            name: pool.submit(play, args.data, args.weeks, args.products, name)
            for name in args.policies.split(",")
        }
        for name, job in jobs.items():
            print(line(name, *job.result()), flush=True)


def line(name: str, costs: dict[str, float], served: float) -> str:
    """Total cost, demand met, and every component that is not nothing."""
    parts = "  ".join(f"{part} {cost:,.0f}" for part, cost in costs.items() if cost)
    return f"{name:14s} {sum(costs.values()):12,.0f}  met {served:.1%}  {parts}"


if __name__ == "__main__":
    main()
