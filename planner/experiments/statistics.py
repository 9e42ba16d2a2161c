"""How a scenario does on sampled demand: costs and fill rate with their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from brain import safety_stocks
from brain.policy import SafetyStockPolicy
from planner.forecasting import foreseen
from scenarios.arrays.types import Floats
from scenarios.demand.sampling import sample
from scenarios.evaluation.kpis import kpi_of
from scenarios.model.scenario import Scenario
from scenarios.simulation.costs import COMPONENTS
from scenarios.simulation.run import simulate
from scenarios.simulation.trajectory import Trajectory
from scenarios.writing.atomic import atomic_folder
from scenarios.writing.files import write_csv
from solver.closed_form.order_up_to import order_up_to

CELLS = 20_000_000
"""Stock points x periods x paths drawn at a time, which bounds memory."""


@dataclass(frozen=True, eq=False)
class Simulation:
    """Sampled paths of a scenario under closed-form orders.

    Attributes
    ----------
    paths : DataFrame
        One row per path: path, every cost component, total, demand, missed, fill_rate.
    summary : DataFrame
        One row per measure: measure, mean, and the 95% confidence interval low .. high.
    first : Trajectory
        The first path in full.
    """

    paths: pd.DataFrame
    summary: pd.DataFrame
    first: Trajectory

    def write(self, path: Path) -> None:
        """Write paths, summary, and stock, orders and costs of the first path as CSV.

        Raises
        ------
        FileExistsError
            If there is something at ``path``.
        """
        with atomic_folder(path) as folder:
            write_paths(folder, self.summary, self.paths, self.first)


def write_paths(
    folder: Path, summary: pd.DataFrame, paths: pd.DataFrame, first: Trajectory
) -> None:
    """Write summary, paths, and stock, orders and costs of the first path as CSV."""
    write_csv(summary, folder / "summary.csv")
    write_csv(paths, folder / "paths.csv")
    write_csv(first.stock_table(), folder / "stock_of_path_0.csv")
    write_csv(first.order_table(), folder / "orders_of_path_0.csv")
    write_csv(first.cost_table(), folder / "costs_of_path_0.csv")


def simulate_paths(
    scenario: Scenario,
    rng: np.random.Generator,
    n_paths: int = 100,
    brain: str | SafetyStockPolicy = "auto",
) -> Simulation:
    """Run closed-form orders with the brain's safety stocks on demand from the forecast.

    Lot rules and capacities that the closed form does not know are met as far as the simulator
    enforces them (lane capacities) and priced where it does not (storage).

    Parameters
    ----------
    scenario : Scenario
    rng : numpy.random.Generator
    n_paths : int
        Independent paths of demand.
    brain : str or SafetyStockPolicy
        See :func:`brain.safety_stocks`.
    """
    scenario, _ = foreseen(scenario)
    policy = order_up_to(scenario, safety_stocks(scenario, brain).quantity)
    at_once = max(1, CELLS // max(scenario.mean.size, 1))
    first: Trajectory | None = None
    parts = []
    for start in range(0, n_paths, at_once):
        demand = sample(scenario, rng, min(at_once, n_paths - start))
        if first is None:
            first = simulate(scenario, policy, demand[0])
        totals = simulate(scenario, policy, demand, record=False)
        costs = {name: value.sum(axis=-1) for name, value in totals.costs.as_dict().items()}
        parts.append(
            pd.DataFrame(
                costs
                | {
                    "total": totals.costs.total.sum(axis=-1),
                    "demand": totals.demand.sum(axis=-1),
                    "missed": totals.missed.sum(axis=-1),
                    "fill_rate": totals.fill_rate,
                }
            )
        )
    if first is None:
        raise ValueError("n_paths must be at least 1")
    paths = pd.concat(parts, ignore_index=True)
    paths.insert(0, "path", np.arange(len(paths)))
    return Simulation(paths, summarise(paths), first)


def summarise(paths: pd.DataFrame) -> pd.DataFrame:
    """Mean and 95% confidence interval (Student's t) of every column but ``path``.

    Components that no path pays are left out.
    """
    rows = []
    for name in paths.columns.drop("path"):
        values = paths[name].to_numpy(dtype=float)
        if name.removeprefix("cost_") in COMPONENTS and not values.any():
            continue
        rows.append((name, *interval(str(name), values)))
    return pd.DataFrame(rows, columns=["measure", "mean", "low", "high"])


def interval(name: str, values: Floats) -> tuple[float, float, float]:
    """Mean and 95% confidence interval of a key figure; nan for the interval of a single value.

    Intervals end where values cannot be: mostly below 0, and above 1 for shares.
    """
    mean, half = float(values.mean()), half_width(values)
    low, high = mean - half, mean + half
    kpi = kpi_of(name)
    if half == half:
        low = low if kpi is not None and kpi.below_zero else max(low, 0.0)
        high = min(high, 1.0) if kpi is not None and kpi.is_share else high
    return mean, low, high


def half_width(values: Floats) -> float:
    """Half of the 95% confidence interval of the mean; nan for a single value."""
    if len(values) < 2:
        return float("nan")
    error = values.std(ddof=1) / np.sqrt(len(values))
    return float(stats.t.ppf(0.975, len(values) - 1) * error)
