"""How a scenario does on sampled demand: costs and fill rate with their uncertainty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from brain import safety_stocks
from brain.policy import SafetyStockPolicy
from brain.selection import check_brain
from planner.experiments.statistics import summarise
from planner.forecasting import foreseen
from planner.schema_versions import write_facts
from scenarios.arguments import Arguments
from scenarios.demand.sampling import sample
from scenarios.model.scenario import Scenario, check_scenario
from scenarios.notebook import as_html, in_short, plural
from scenarios.simulation import run
from scenarios.simulation.trajectory import Trajectory
from scenarios.writing.atomic import atomic_folder, check_free
from scenarios.writing.files import write_csv
from solver.closed_form.order_up_to import order_up_to

CELLS = 20_000_000
"""Stock points x periods x paths drawn at a time, which bounds memory."""
TABLES = ("summary", "paths", "stock_of_path_0", "orders_of_path_0", "costs_of_path_0")
"""Files that :func:`write_paths` writes."""


@dataclass(frozen=True, eq=False, repr=False)
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

    def write(self, path: str | Path) -> None:
        """Write paths, summary, and stock, orders and costs of the first path as CSV.

        Parameters
        ----------
        path : str or Path
            Folder to make.

        Raises
        ------
        InputError
            If it is no path.
        FileExistsError
            If there is something at ``path``.
        """
        check = Arguments("Simulation.write")
        check.path("path", path)
        check.refuse()
        with atomic_folder(Path(path)) as folder:
            write_paths(folder, self.summary, self.paths, self.first)
            write_facts(folder / "simulation.json", {}, TABLES)

    def __repr__(self) -> str:
        return in_short("Simulation", *self._facts().values())

    def _repr_html_(self) -> str:
        return as_html("Simulation of closed-form orders", self._facts(), self.summary)

    def _facts(self) -> dict[str, str]:
        cost = self.summary.set_index("measure")["mean"].get("total", np.nan)
        return {"paths": plural(len(self.paths), "path"), "cost": f"cost {cost:,.4g}"}


def write_paths(
    folder: Path, summary: pd.DataFrame, paths: pd.DataFrame, first: Trajectory
) -> None:
    """Write summary, paths, and stock, orders and costs of the first path as CSV."""
    write_csv(summary, folder / "summary.csv")
    write_csv(paths, folder / "paths.csv")
    write_csv(first.stock_table(), folder / "stock_of_path_0.csv")
    write_csv(first.order_table(), folder / "orders_of_path_0.csv")
    write_csv(first.cost_table(), folder / "costs_of_path_0.csv")


def simulate(
    scenario: Scenario,
    n_paths: int = 100,
    seed: int = 0,
    brain: str | SafetyStockPolicy = "auto",
    *,
    progress: Callable[[str], None] | None = None,
    out: str | Path | None = None,
) -> Simulation:
    """Run closed-form orders with the brain's safety stocks on demand from the forecast.

    A scenario without a forecast gets one from its sales history first. Lot rules and capacities
    that the closed form does not know are met as far as the simulator enforces them (lane
    capacities) and priced where it does not (storage).

    Parameters
    ----------
    scenario : Scenario
    n_paths : int
        Independent paths of demand.
    seed : int
        Equal seeds give equal demand.
    brain : str or SafetyStockPolicy
        See :func:`brain.safety_stocks`.
    progress : callable, optional
        Called with the name of each phase as it begins.
    out : str or Path, optional
        Folder to write the result to; it must not exist.

    Returns
    -------
    Simulation

    Raises
    ------
    InputError
        If an argument is of another kind, there is no such brain, or there is nothing to forecast
        from.
    FileExistsError
        If there is something at ``out``.
    """
    check = Arguments("simulate")
    check_scenario(check, scenario)
    check.whole("n_paths", n_paths, least=1)
    check.whole("seed", seed, least=0)
    check_brain(check, brain)
    check.call_of("progress", progress, optional=True)
    check.path("out", out, optional=True)
    check.refuse()
    if out is not None:
        check_free(Path(out))
    scenario, _ = foreseen(scenario, progress=progress)
    if progress is not None:
        progress("simulating closed-form orders")
    result = simulate_paths(scenario, np.random.default_rng(seed), n_paths, brain)
    if out is not None:
        if progress is not None:
            progress("writing")
        result.write(out)
    return result


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
            first = run.simulate(scenario, policy, demand[0])
        totals = run.simulate(scenario, policy, demand, record=False)
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
