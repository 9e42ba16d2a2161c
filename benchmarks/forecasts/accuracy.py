"""How well each model forecasts weeks that it never saw, and what its stock would have cost there.

    python -m benchmarks.forecasts vn2
    python -m benchmarks.forecasts favorita --series 600 --models auto,moving-average,arima

Models learn once at the start of each window and forecast at six origins, a week apart; each series
is judged over its protection interval (VN2: three weeks; stores of Favorita: two) wherever the
shelf was full in all of it. Cost is that of stocking the newsvendor quantile of the model's own
forecast, errors included as it states them: missed-sale cost for what is short, holding cost for
what is over, per interval. ``in 90%`` is how often demand was at most the quantile stated at 0.9.

The windows scored by default are not for tuning. Models of statsforecast (arima, ets, theta,
croston, tsb, smoothing) need the extra ``forecast``, and arima minutes per origin.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.data_sets import DATA, WINDOWS, world_of
from benchmarks.forecasts.fresh_periods import (
    Foreseen,
    came_true,
    interval_demand,
    quantile,
    step_of_law,
)
from benchmarks.machine import machine
from planner.forecasting.models.registry import MODELS
from scenarios.demand.forecast_error import own_lead_times
from scenarios.model.as_of import as_of

ORIGINS = 6
LOCAL = ("arima", "ets", "croston", "tsb")
PLAIN = ("auto", "boosted", "moving-average", "seasonal-average", "seasonal-naive")


def judge(name: str, data: Path, start: int, model: str, n_series: int | None) -> pd.DataFrame:
    """Errors of a model in a window, one row per interval; runs in a process of its own.

    Columns: error (units), cost, below (share of the law's step at demand that is below 0.9).
    """
    world = world_of(name, data, n_series)
    points = world.points
    lead, _ = own_lead_times(world)
    foreseen = Foreseen(lambda week: as_of(world, week), model, learnt_at=start)
    n_periods = int(lead[points.sells][0]) + 1
    ratio = points.missed_sale_cost / (points.missed_sale_cost + points.holding_cost)
    parts = []
    for origin in range(start, start + ORIGINS):
        scenario, actual = foreseen(origin), came_true(world, origin, n_periods)
        mean, _ = interval_demand(scenario, n_periods)
        short = actual - np.rint(quantile(scenario, n_periods, ratio))
        low, high = step_of_law(scenario, n_periods, actual)
        part = pd.DataFrame(
            {
                "error": mean - actual,
                "cost": points.missed_sale_cost * np.maximum(short, 0.0)
                + points.holding_cost * np.maximum(-short, 0.0),
                "below": np.clip((0.9 - low) / np.maximum(high - low, 1e-12), 0.0, 1.0),
            }
        )
        parts.append(part[points.sells & ~np.isnan(actual)])
    return pd.concat(parts, ignore_index=True)


def row(model: str, windows: list[pd.DataFrame]) -> str:
    """Mean cost and errors over all windows, and the mean cost in each."""
    every = pd.concat(windows)
    error = every["error"]
    each = " ".join(f"{window['cost'].mean():8.3f}" for window in windows)
    return (
        f"{model:18s} {every['cost'].mean():8.3f} {error.abs().mean():8.3f}"
        f" {np.sqrt((error**2).mean()):8.3f} {error.mean():+8.3f} {every['below'].mean():7.3f}"
        f"  {each}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    installed = PLAIN + (LOCAL if find_spec("statsforecast") else ())
    parser.add_argument("name", choices=list(WINDOWS))
    parser.add_argument("--windows", help="weeks known at the start of each, with commas between")
    parser.add_argument("--models", default=",".join(installed))
    parser.add_argument("--series", type=int, help="only about so many series")
    parser.add_argument("--data", type=Path, help="folder of the raw data")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    models = args.models.split(",")
    if unknown := set(models) - {"auto", *MODELS}:
        parser.error(f"there is no model {', '.join(sorted(unknown))}")
    starts = WINDOWS[args.name]
    if args.windows:
        starts = tuple(int(start) for start in args.windows.split(","))
    data = args.data or DATA[args.name]
    os.environ["OMP_NUM_THREADS"] = "1"
    print(machine())
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(args.workers, mp_context=spawn) as pool:
        jobs = {
            model: [
                pool.submit(judge, args.name, data, start, model, args.series) for start in starts
            ]
            for model in models
        }
        head = " ".join(f"{start:>8d}" for start in starts)
        print(f"{'model':18s}     cost      mae     rmse     bias  in 90%  {head}")
        for model, found in jobs.items():
            print(row(model, [job.result() for job in found]), flush=True)


if __name__ == "__main__":
    main()
