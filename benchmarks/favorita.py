"""Weekly planning of 21 stores behind a DC with too little room, on the real sales of Favorita.

    python -m benchmarks.favorita --weeks 26 --products 40

The last weeks of the data are played as they came (:func:`planner.experiments.history_backtest`):
in each, orders are placed knowing the sales before it alone, and what is sold is demand. Costs,
lead times, opening stocks and capacities are those of ``examples/favorita.py``, made from the weeks
before; the room of the DC and of the lane to it are shared by all products. Forecasts are made
every week, the same for all policies; models learn anew every eight.

Policies: ``hybrid`` and ``analytic-mip`` (trained or textbook safety stocks, and the order model),
and ``cover W``: each store orders up to its protection interval and W weeks more of the mean of its
last 13 weeks, and the DC, stores included, up to the same for its own; all products of the DC are
cut alike to what it will have room for at mean sales. Nothing is tuned.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.machine import machine
from examples.favorita import DATA, QUARTER, favorita
from planner.experiments.backtest import BacktestResult
from planner.experiments.history_backtest import backtest_history
from planner.forecasting.origins import forecasts_at
from planner.policies.order_model import ANALYTIC_PLANNED, HYBRID
from planner.policies.rules.policy import Policy
from scenarios.arrays.types import Floats
from scenarios.demand.forecast_error import own_lead_times
from scenarios.model.echelons import echelons
from scenarios.model.scenario import Scenario
from scenarios.problem import Problem
from scenarios.simulation.policy import OrderPolicy
from scenarios.simulation.state import State


@dataclass(frozen=True)
class Cover:
    """Order up to the cover of each echelon, and some weeks more, of the moving average."""

    weeks: float

    @property
    def name(self) -> str:
        return f"cover {self.weeks:g}"

    def __call__(self, problem: Problem, rng: np.random.Generator) -> OrderPolicy:
        today, routes = problem.scenario, problem.scenario.routes
        assert today.history is not None
        links = echelons(today)
        average = np.nan_to_num(today.history.quantity[:, -QUARTER:]).mean(axis=1)

        def echelon(values: Floats) -> Floats:
            return np.bincount(links.upper, values, today.n_points)

        weekly = echelon(average[links.lower])
        wanted = echelon(average[links.lower] * (links.cover + self.weeks))
        lead, _ = own_lead_times(today)
        capacity = today.locations.storage_capacity[:, 0]

        def orders(state: State, period: int) -> Floats:
            # What is on its way to a store belongs to the echelon of the DC, too.
            coming = np.bincount(routes.destination, np.sum(state.in_transit, axis=0))
            stock = state.on_hand + coming
            order = np.maximum(np.rint(wanted - echelon(stock[links.lower])), 0.0)
            for j in np.flatnonzero(np.isfinite(capacity)):
                here = today.points.location == j
                room = capacity[j] + (weekly * (lead + 1))[here].sum() - stock[here].sum()
                order[here] *= np.clip(room / max(order[here].sum(), 1.0), 0.0, 1.0)
            return np.floor(order)[routes.destination]

        return orders


POLICIES: dict[str, Policy] = {
    policy.name: policy for policy in (HYBRID, ANALYTIC_PLANNED, Cover(0.5), Cover(1.0), Cover(2.0))
}


def world(data: Path, weeks: int, n_products: int | None = None) -> Scenario:
    """All sales, and everything else as it would have been made up so many weeks before the end."""
    whole = favorita(data, n_products=n_products)
    assert whole.history is not None
    then = favorita(data, n_weeks=whole.history.n_periods - weeks, n_products=n_products)
    return whole.replace(
        points=then.points, locations=then.locations, lanes=then.lanes, open_orders=then.open_orders
    )


def line(found: BacktestResult) -> str:
    """Total cost, demand met, and every component that is not nothing."""
    figures = found.paths.iloc[0]
    parts = [
        f"{name.removeprefix('cost_')} {figures[name]:,.0f}"
        for name in found.paths
        if name.startswith("cost_") and figures[name]
    ]
    return (
        f"{found.policy:14s} {figures['total_cost']:12,.0f}  met {figures['fill_rate']:.2%}"
        f"  {'  '.join(parts)}  ({figures['seconds']:.0f} s)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--weeks", type=int, default=26)
    parser.add_argument("--products", type=int, help="of 288; default: all")
    parser.add_argument("--policies", default=",".join(POLICIES), help="with commas between")
    parser.add_argument("--model", default="auto", help="how to forecast")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the raw data")
    args = parser.parse_args()
    names = args.policies.split(",")
    if unknown := set(names) - set(POLICIES):
        parser.error(f"there is no policy {', '.join(sorted(unknown))}")
    os.environ["OMP_NUM_THREADS"] = "1"
    print(machine())
    scenario = world(args.data, args.weeks, args.products)
    origins = forecasts_at(scenario, args.weeks, args.model)
    for name in names:
        found = backtest_history(scenario, POLICIES[name], args.weeks, origins=origins)
        print(line(found), flush=True)


if __name__ == "__main__":
    main()
