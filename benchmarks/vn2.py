"""What planning costs on past windows of the VN2 challenge, beside its official benchmark policy.

    python -m benchmarks.vn2 --windows 125,133,141,149

A window is named by the weeks that are known when it starts; it has eight weeks. Orders are placed
in six rounds, at the start of its weeks 1 to 6, and arrive two weeks later. Demand is what was
sold; what is not met is lost. Weeks 3 to 8 cost 0.2 for each unit left at the end of a week and 1
for each missed. The four windows above do not overlap and are the ones scored; nothing may be tuned
on them. For tuning there are earlier ones, such as 77,85,93,101,109,117.

The opening state is made up, but fixed: what the official benchmark policy leaves that has run by
itself for the 26 weeks before, beginning with nothing. (It is: the mean of the last 13 weeks in
stock, freed of and given back a season that all series share; order up to four weeks of that, in
whole units.)

Policies:

- ``benchmark``: the official one.
- ``planner``: ``planner plan`` as it is. Models are weighed and fitted anew in each round.
- ``once``: the same, learnt once a window; later rounds see the new sales only.
- ``newsvendor``: on the planner's forecast, order up to the quantile m / (m + h) of demand over the
  three weeks until the next order arrives.
- ``analytic-mip``: on the same, textbook safety stocks and the order model.
- ``hybrid, MODEL``: the planner on another forecast, learnt once a window (``--models``).
- ``clairvoyant``: knows demand.

Printed are cost, its ratio to the benchmark's, and what of it is holding and missed sales; the mean
ratio over the windows; and how often demand over three weeks was at most the quantiles that the
planner's forecast stated, in the windows' own weeks. ``--quick`` leaves out ``planner`` and takes
the forecast of ``once`` for the others; ``--series 40`` makes it a trial.
"""

from __future__ import annotations

import argparse
import dataclasses
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.data_sets import WINDOWS
from benchmarks.forecasts.fresh_periods import QUANTILES, Foreseen, met, stock_up_to
from benchmarks.forecasts.seasonal_average import YEAR, season_of, trailing_mean
from benchmarks.machine import machine
from examples.vn2 import DATA, HOLDING_COST, LEAD_TIME, MISSED_SALE_COST, vn2
from planner.planning.plan import plan
from planner.planning.plan_result import Plan
from scenarios.arrays.types import Floats
from scenarios.model.as_of import as_of
from scenarios.model.entities import OpenOrders
from scenarios.model.scenario import Scenario

WEEKS, ROUNDS, FREE = 8, 6, 2
"""Weeks of a window, those with an order, and those that no order can reach: they do not count."""
BEFORE = 26
"""Weeks that the benchmark policy runs before a window."""
INTERVAL = LEAD_TIME + 1
"""Weeks from an order to the arrival of the next."""


@dataclass(frozen=True, eq=False)
class Stock:
    """What is on hand at the start of a week, and arrives in it and the week after: [K] each."""

    on_hand: Floats
    coming: tuple[Floats, Floats]

    @property
    def position(self) -> Floats:
        """[K] on hand and on the way."""
        return self.on_hand + sum(self.coming)


Order = Callable[[int, Stock], Floats]
"""``(weeks known, stock) -> [K]`` units ordered."""


@dataclass(frozen=True)
class Cost:
    """Of the weeks that count, all series together."""

    holding: float
    missed: float

    @property
    def total(self) -> float:
        return self.holding + self.missed


def demand_of(world: Scenario) -> Floats:
    """[K, H] what was sold, 0 before a series begins."""
    assert world.history is not None
    return np.nan_to_num(world.history.quantity)


def play(order: Order, demand: Floats, start: int, stock: Stock) -> Cost:
    """Let the weeks of a window pass."""
    holding = missed = 0.0
    for week in range(start, start + WEEKS):
        placed = np.zeros(len(demand))
        if week < start + ROUNDS:
            placed = order(week, stock)
        left = stock.on_hand + stock.coming[0] - demand[:, week]
        stock = Stock(np.maximum(left, 0.0), (stock.coming[1], placed))
        if week >= start + FREE:
            holding += HOLDING_COST * float(stock.on_hand.sum())
            missed += MISSED_SALE_COST * float(np.maximum(-left, 0.0).sum())
    return Cost(holding, missed)


def benchmark(world: Scenario) -> Order:
    """The official benchmark policy."""
    demand = demand_of(world)
    assert world.history is not None
    in_stock = world.history.in_stock & ~np.isnan(world.history.quantity)

    def order(week: int, stock: Stock) -> Floats:
        season = season_of(demand[:, :week], in_stock[:, :week])[np.arange(week + 4) % YEAR]
        free_of_it = demand[:, :week] / season[:week]
        level = trailing_mean(free_of_it, in_stock[:, :week], 13)[:, -1:]
        wanted = (level * season[week:]).sum(axis=1)
        return np.maximum(np.round(wanted - stock.position), 0.0)

    return order


def opening(world: Scenario, start: int) -> Stock:
    """What the benchmark policy leaves that ran for the 26 weeks before with nothing at first."""
    order, demand = benchmark(world), demand_of(world)
    nothing = np.zeros(len(demand))
    stock = Stock(nothing, (nothing, nothing))
    for week in range(start - BEFORE, start):
        # The first order is placed at the end of the first week.
        placed = order(week, stock) if week > start - BEFORE else nothing
        left = np.maximum(stock.on_hand + stock.coming[0] - demand[:, week], 0.0)
        stock = Stock(left, (stock.coming[1], placed))
    return stock


def clairvoyant(demand: Floats) -> Order:
    """Orders exactly what will be missing in the week of arrival."""

    def order(week: int, stock: Stock) -> Floats:
        left = stock.on_hand
        for ahead, coming in enumerate(stock.coming):
            left = np.maximum(left + coming - demand[:, week + ahead], 0.0)
        return np.maximum(demand[:, week + LEAD_TIME] - left, 0.0)

    return order


def with_stock(scenario: Scenario, stock: Stock) -> Scenario:
    """The scenario with this on hand and on the way; route k supplies point k."""
    coming = np.array(stock.coming)
    period, route = np.nonzero(coming > 0)
    return scenario.replace(
        points=dataclasses.replace(scenario.points, on_hand=stock.on_hand),
        open_orders=OpenOrders.filled(
            route.size, route=route, period=period, quantity=coming[period, route]
        ),
    )


def planned(foreseen: Foreseen, brain: str) -> Order:
    """What ``planner plan`` releases on a forecast."""

    def order(week: int, stock: Stock) -> Floats:
        scenario = with_stock(foreseen(week), stock)
        return released(plan(scenario, brain), scenario)

    return order


def released(made: Plan, scenario: Scenario) -> Floats:
    """[K] units that a plan releases now."""
    orders, points = made.purchase_orders, scenario.points
    now = orders[orders["release"] == "now"]
    units = now.groupby(["product", "destination"])["quantity"].sum()
    names = zip(
        scenario.products.name[points.product],
        scenario.locations.name[points.location],
        strict=True,
    )
    return np.array([units.get(name, 0.0) for name in names])


def newsvendor(foreseen: Foreseen) -> Order:
    """Order up to the newsvendor quantile of demand over the protection interval."""

    def order(week: int, stock: Stock) -> Floats:
        wanted = np.rint(stock_up_to(foreseen(week), INTERVAL))
        return np.maximum(wanted - stock.position, 0.0)

    return order


@dataclass(frozen=True)
class Found:
    """What came of a window: costs by policy; of each quantile, intervals below it, of how many."""

    start: int
    costs: dict[str, Cost]
    below: tuple[float, ...]
    intervals: int


def judge(
    data: Path, start: int, models: list[str], quick: bool, n_series: int | None = None
) -> Found:
    """All policies on one window; runs in a process of its own."""
    world = vn2(data, n_series)
    assert (world.routes.destination == np.arange(world.n_points)).all()
    demand, stock = demand_of(world), opening(world, start)

    def stood(week: int) -> Scenario:
        return as_of(world, week)

    once = Foreseen(stood, "auto", learnt_at=start)
    main = once if quick else Foreseen(stood, "auto")
    policies = {"benchmark": benchmark(world)}
    if not quick:
        policies["planner"] = planned(main, "auto")
    policies |= {
        "once": planned(once, "auto"),
        "newsvendor": newsvendor(main),
        "analytic-mip": planned(main, "analytic"),
    }
    for name in models:
        policies[f"hybrid, {name}"] = planned(Foreseen(stood, name, learnt_at=start), "auto")
    policies["clairvoyant"] = clairvoyant(demand)
    costs = {name: play(order, demand, start, stock) for name, order in policies.items()}
    below, intervals = met(world, main, range(start, start + ROUNDS), INTERVAL)
    return Found(start, costs, below, intervals)


def table(found: Found) -> str:
    """The costs of one window."""
    base = found.costs["benchmark"].total
    lines = [
        f"\nwindow {found.start}",
        f"{'policy':28s} {'cost':>8s} {'ratio':>6s} {'holding':>8s} {'missed':>8s}",
    ]
    for name, cost in found.costs.items():
        lines.append(
            f"{name:28s} {cost.total:8.1f} {cost.total / base:6.3f}"
            f" {cost.holding:8.1f} {cost.missed:8.1f}"
        )
    return "\n".join(lines)


def summary(windows: list[Found]) -> str:
    """Ratios to the benchmark on all windows, and coverage."""
    starts = [found.start for found in windows]
    head = " ".join(f"{start:>6d}" for start in starts)
    lines = ["\nratio to the benchmark", f"{'policy':28s} {'mean':>6s} {head}"]
    for name in windows[0].costs:
        ratios = [each.costs[name].total / each.costs["benchmark"].total for each in windows]
        each = " ".join(f"{ratio:6.3f}" for ratio in ratios)
        lines.append(f"{name:28s} {np.mean(ratios):6.3f} {each}")
    n = sum(found.intervals for found in windows)
    below = np.sum([found.below for found in windows], axis=0)
    lines += [f"\ncoverage over {INTERVAL} weeks, {n} fresh intervals", "quantile  met"]
    lines += [f"{q:8.2f}  {b / n:.3f}" for q, b in zip(QUANTILES, below, strict=True)]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--windows", default=",".join(map(str, WINDOWS["vn2"])), help="weeks known")
    parser.add_argument("--models", default="moving-average,seasonal-average", help="others")
    parser.add_argument("--quick", action="store_true", help="learn once a window only")
    parser.add_argument("--series", type=int, help="only so many series, for a trial")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the raw data")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    print(machine())
    models = [name for name in args.models.split(",") if name]
    starts = [int(start) for start in args.windows.split(",")]
    spawn = multiprocessing.get_context("spawn")
    windows = []
    with ProcessPoolExecutor(args.workers, mp_context=spawn) as pool:
        jobs = [
            pool.submit(judge, args.data, start, models, args.quick, args.series)
            for start in starts
        ]
        for job in jobs:
            windows.append(job.result())
            print(table(windows[-1]), flush=True)
    print(summary(windows))


if __name__ == "__main__":
    main()
