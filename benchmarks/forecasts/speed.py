"""How long it takes from sales history to orders: ten stores behind a warehouse, by the week.

python -m benchmarks.forecasts.speed [--series 600] [--weeks 157] [--model auto] [--no-plan]
"""

from __future__ import annotations

import argparse
import resource
import sys
import time

import numpy as np

from benchmarks.machine import machine
from planner import forecast, plan
from scenarios.examples.dense import world
from scenarios.model.history import History
from scenarios.model.scenario import Scenario

STORES = 10
AHEAD = 13


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--series", type=int, default=600)
    parser.add_argument("--weeks", type=int, default=157)
    parser.add_argument("--model", default="auto")
    parser.add_argument("--no-plan", action="store_true", help="forecast only")
    args = parser.parse_args()
    print(machine())
    scenario = sold_before(args.series, args.weeks, seed=1)
    phases = Phases()
    made = forecast(scenario, args.model, progress=phases)
    told = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in phases.done().items())
    print(f"{args.series:,} series of {args.weeks} weeks forecast in {phases.total:.1f} s: {told}")
    print("weights " + ", ".join(f"{name} {share:.1f}" for name, share in made.weights.items()))
    print(made.scores.round(2).to_string(index=False))
    if not args.no_plan:
        started = time.perf_counter()
        plan(made.scenario)
        print(f"planned in {time.perf_counter() - started:.1f} s")
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"at most {kilobytes / 2**20 / (2**10 if sys.platform == 'darwin' else 1):.1f} GiB")


class Phases:
    """Seconds by phase, from what ``progress`` is told as each begins, up to a colon."""

    def __init__(self) -> None:
        self._started = self._since = time.perf_counter()
        self._name, self._seconds = "reading", dict[str, float]()
        self.total = 0.0

    def __call__(self, text: str) -> None:
        now = time.perf_counter()
        self._seconds[self._name] = self._seconds.get(self._name, 0.0) + now - self._since
        self._name, self._since = text.split(":")[0], now

    def done(self) -> dict[str, float]:
        """Seconds of each phase; the last one ends now."""
        self(self._name)
        self.total = self._since - self._started
        return self._seconds


def sold_before(n_series: int, n_weeks: int, seed: int) -> Scenario:
    """A scenario with sales, a season, promotions, products of different age and empty shelves."""
    rng = np.random.default_rng(seed)
    n_products = -(-n_series // STORES)
    stores = [f"S{s + 1}" for s in range(STORES)]
    shape = (STORES, n_products, n_weeks)
    season = 1 + 0.3 * np.sin(2 * np.pi * np.arange(n_weeks) / 52)
    promotion = 0.3 * (rng.random((n_products, n_weeks + AHEAD)) < 0.05)
    trend = np.exp(np.cumsum(rng.normal(0, 0.03, (n_products, n_weeks)), axis=1))
    level = rng.lognormal(0.5, 1.0, n_products)[:, None] * rng.lognormal(0, 0.3, (STORES, 1, 1))
    mean = level * season * trend * (1 + 3 * promotion[:, :n_weeks])
    sold = rng.poisson(mean * rng.gamma(4.0, 0.25, shape)).astype(float)
    begun = np.arange(n_weeks) >= rng.integers(-2 * n_weeks, n_weeks - 8, (n_products, 1))
    in_stock = rng.random(shape) > 0.05
    empty = world(
        [*stores, "DC"],
        [("DC", store, 1) for store in stores] + [("supplier", "DC", 2)],
        mean=np.append(np.ones(STORES), 0.0)[:, None, None],
        std=np.append(np.ones(STORES), 0.0)[:, None, None],
        n_products=n_products,
        n_periods=AHEAD,
        holding_cost=np.append(np.ones(STORES), 0.5)[:, None],
        on_hand=5.0,
        distribution="negative_binomial",
        period="W",
    )
    at, product = empty.points.location, empty.points.product
    kept = at * n_products + product < n_series
    selling = empty.points.sells & kept
    rows = np.flatnonzero(selling)
    mine = at[rows], product[rows]
    quantity = np.full((empty.n_points, n_weeks), np.nan)
    found = np.where(in_stock[mine], sold[mine], np.floor(sold[mine] / 2))
    quantity[rows] = np.where(begun[product[rows]], found, np.nan)
    available = np.zeros(quantity.shape, dtype=bool)
    available[rows] = in_stock[mine] & begun[product[rows]]
    blank = np.where(selling, np.nan, 0.0)[:, None]
    start = np.datetime64(empty.dates[0].date(), "D")
    return empty.replace(
        mean=np.repeat(blank, AHEAD, axis=1),
        std=np.repeat(blank, AHEAD, axis=1),
        history=History(
            first=start - 7 * n_weeks,
            days=7,
            quantity=quantity,
            in_stock=available,
            price=None,
            promotion=promotion[product],
        ),
    )


if __name__ == "__main__":
    main()
