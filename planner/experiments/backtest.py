"""A rolling horizon: at every review plan, release, let demand come true, and again."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planner.experiments.policy_identity import policy_identity
from planner.experiments.resume_journal import Journal, resumable
from planner.experiments.simulation import TABLES, write_paths
from planner.experiments.statistics import summarise
from planner.forecasting import foreseen
from planner.policies.oracle import Oracle
from planner.policies.registry import check_policy, policy_of
from planner.policies.review import Review
from planner.policies.rules.lot_rules import obeying
from planner.policies.rules.policy import Policy
from planner.reporting import write_report
from planner.reporting.pictures import draw_backtest, draw_into
from planner.schema_versions import write_facts
from scenarios.arguments import Arguments
from scenarios.arrays.segments import segment_sum
from scenarios.arrays.types import Floats
from scenarios.demand.sampling import sample
from scenarios.errors import Finding
from scenarios.evaluation.kpis import kpis
from scenarios.model.fingerprint import input_hash
from scenarios.model.scenario import Scenario
from scenarios.notebook import as_html, in_short, plural
from scenarios.problem import CostOfRun, Problem, as_problem, total_cost
from scenarios.simulation.policy import OrderPolicy
from scenarios.simulation.rolling import longer, scenario_at
from scenarios.simulation.run import simulate
from scenarios.simulation.state import State
from scenarios.simulation.step import initial_state
from scenarios.simulation.trajectory import Trajectory
from scenarios.writing.atomic import atomic_folder
from scenarios.writing.files import write_csv

Progress = Callable[[int, int], None]
"""Told how many of how many periods are planned."""


@dataclass(frozen=True, eq=False, repr=False)
class BacktestResult:
    """What a policy did on some demand paths.

    Attributes
    ----------
    policy : str
    paths : DataFrame
        One row per path: path, every key figure of :mod:`scenarios.evaluation.kpis`, and seconds
        spent (on the first path: getting ready included).
    summary : DataFrame
        One row per key figure: measure, mean, and the 95% confidence interval low .. high.
    runs : tuple of Trajectory
        Every path in full.
    cost : callable
        What counts, by period, from one of the runs.
    safety_stock : array [K, T], optional
        What was wanted on the first path, where the policy has safety stocks.
    warnings : tuple of Finding
        What the policy's brain had to say.
    unknown : int
        Points and periods of a history that was played whose demand is not known and counts as 0.
    """

    policy: str
    paths: pd.DataFrame
    summary: pd.DataFrame
    runs: tuple[Trajectory, ...]
    cost: CostOfRun = total_cost
    safety_stock: Floats | None = None
    warnings: tuple[Finding, ...] = ()
    unknown: int = 0

    def write(self, path: str | Path) -> None:
        """Write the tables, and stock, orders and costs of the first path, as CSV, and pages.

        The report is ``report.html``; where matplotlib is installed there is a picture, too.

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
        check = Arguments("BacktestResult.write")
        check.path("path", path)
        check.refuse()
        with atomic_folder(Path(path)) as folder:
            write_paths(folder, self.summary, self.paths, self.runs[0])
            run = self.runs[0]
            drawn = self.policy, run, self.safety_stock
            draw_into(folder, "backtest.png", draw_backtest, *drawn)
            settings = run.scenario.settings
            said = {
                "policy": self.policy, "periods": run.n_periods, "period": settings.period,
                "currency": settings.currency,
            }  # fmt: skip
            if self.unknown:
                said["unknown_demand"] = self.unknown
            tables = list(TABLES)
            if self.safety_stock is not None:
                wanted = by_location(run, self.safety_stock)
                write_csv(wanted, folder / "safety_stock_of_path_0.csv")
                tables.append("safety_stock_of_path_0")
            write_facts(folder / "backtest.json", said, tables)
            write_report(folder)

    def __repr__(self) -> str:
        return in_short("BacktestResult", *self._facts().values())

    def _repr_html_(self) -> str:
        return as_html("Backtest", self._facts(), self.summary)

    def _facts(self) -> dict[str, str]:
        cost = self.summary.set_index("measure")["mean"].get("total_cost", np.nan)
        return {
            "policy": self.policy,
            "paths": plural(len(self.runs), "path"),
            "periods": plural(self.runs[0].n_periods, "period"),
            "cost": f"cost {cost:,.4g}",
        }


@resumable(".journal", "path-*.npz", keeps="journal")
def backtest(
    scenario: Scenario | Problem,
    policy: Policy | Oracle | str,
    n_periods: int | None = None,
    n_paths: int = 1,
    seed: int = 0,
    *,
    demand: Floats | None = None,
    paired: bool = False,
    ready: OrderPolicy | None = None,
    journal: Path | None = None,
    progress: Progress | None = None,
    out: str | Path | None = None,
) -> BacktestResult:
    """Run a policy over time on demand that it does not know.

    A scenario without a forecast gets one from its sales history first.

    Parameters
    ----------
    scenario : Scenario or Problem
    policy : Policy, Oracle or str
        A name is one of :func:`planner.policy_table`. Oracles alone are told the demand.
    n_periods : int, optional
        Periods to run. Past the end of the forecast its last season is repeated. Default: all that
        are forecast.
    n_paths : int
        Independent demand paths.
    seed : int
        Equal seeds give equal demand, whatever the policy: common random numbers.
    demand : array [paths, K, T], optional
        Instead of sampled paths.
    paired : bool
        Draw demand that moves with its forecast, see :func:`scenarios.demand.sampling.sample`.
    ready : callable, optional
        What :func:`get_ready` gave for the same policy and scenario, to save its time.
    journal : Path, optional
        Folder in which orders and safety stocks are noted; a run that was broken off goes on from
        there.
    progress : callable, optional
    out : str or Path, optional
        Folder to write the result to; it must not exist. What was broken off goes on where it
        stopped: until it is done, orders and safety stocks are noted in a folder beside it.

    Returns
    -------
    BacktestResult

    Raises
    ------
    FileExistsError
        If there is something at ``out``.
    InputError
        If an argument is of another kind, there is no such policy, demand has another number of
        points or is too short, or the journal is of another run, or of another version of this
        package.
    """
    check = Arguments("backtest")
    _check_run(check, scenario, policy, seed, journal, progress)
    check.whole("n_periods", n_periods, least=1, optional=True)
    check.whole("n_paths", n_paths, least=1)
    check.flag("paired", paired)
    check.call_of("ready", ready, optional=True)
    check.refuse()
    policy = policy_of(policy)
    problem = as_problem(scenario)
    problem = dataclasses.replace(problem, scenario=foreseen(problem.scenario)[0])
    n_periods = problem.scenario.n_periods if n_periods is None else n_periods
    problem = dataclasses.replace(problem, scenario=longer(problem.scenario, n_periods))
    scenario = problem.scenario
    if demand is None:
        rng = np.random.default_rng([seed, 0])
        law = (
            partial(sample, paired=True) if paired and problem.demand is sample else problem.demand
        )
        demand = np.concatenate([law(scenario, rng, 1) for _ in range(n_paths)])
    demand = _demand(check, demand, scenario.n_points, n_periods)
    total, done = len(demand) * n_periods, 0

    def told(orders: OrderPolicy) -> OrderPolicy:
        def order(state: State, period: int) -> Any:
            nonlocal done
            answer = orders(state, period)
            done += scenario.settings.review_period
            if progress is not None:
                progress(min(done, total), total)
            return answer

        return order

    rows, runs = [], []
    buffer: Floats | None = None
    warnings: tuple[Finding, ...] = ()
    started = time.monotonic()
    if ready is None and not isinstance(policy, Oracle):
        ready = get_ready(policy, problem, seed)
    for path, wanted in enumerate(demand):
        if isinstance(policy, Oracle):
            first = _first(scenario, n_periods)
            orders: OrderPolicy = policy.knowing(first, wanted, problem.cost)
        else:
            assert ready is not None
            orders = obeying(scenario, ready)
        review = ready if path == 0 and isinstance(ready, Review) else None
        note = None
        if journal is not None:
            who = policy_identity(policy)
            identity = f"{input_hash(scenario)} {who} {seed} {path} {wanted.sum():.6f}"
            shape = (scenario.n_routes, scenario.n_points, n_periods)
            orders = note = Journal(journal / f"path-{path}.npz", identity, orders, shape, review)
        try:
            run = simulate(scenario, told(orders), wanted)
        finally:
            if note is not None:
                note.write()
        figures = {name: float(value) for name, value in kpis(run).items()}
        rows.append({"path": path} | figures | {"seconds": time.monotonic() - started})
        runs.append(run)
        if review is not None:
            buffer, warnings = over_time(review.wanted, run.demand.shape), review.findings
        started = time.monotonic()
    paths = pd.DataFrame(rows)
    return BacktestResult(
        policy.name, paths, summarise(paths), tuple(runs), problem.cost, buffer, warnings
    )


def _check_run(
    check: Arguments,
    scenario: object,
    policy: object,
    seed: object,
    journal: object,
    progress: object,
) -> None:
    """Whether the arguments that runs have in common are of their kinds."""
    wanted = "a Scenario, such as Scenario.read(folder), or a Problem"
    check.kind("scenario", scenario, (Scenario, Problem), wanted)
    check_policy(check, "policy", policy)
    check.whole("seed", seed, least=0)
    check.path("journal", journal, optional=True)
    check.call_of("progress", progress, optional=True)


def _demand(check: Arguments, demand: object, n_points: int, n_periods: int) -> Floats:
    """Demand [paths, K, T] of the periods that are run."""
    remedy = f"give paths x {n_points} points x {n_periods} periods, or more of these"
    try:
        array = np.asarray(demand)
    except ValueError:  # rows of different lengths
        array = np.empty(0)
    if array.dtype.kind not in "fiub":
        check.add("demand", "holds something that is no number", remedy, demand)
    elif array.ndim != 3 or array.shape[1] != n_points or array.shape[2] < n_periods:
        problem = f"demand is {array.shape}, not paths x {n_points} points x {n_periods}"
        check.add("demand", problem, remedy)
    elif not (array >= 0).all():
        check.add("demand", "holds nan, or a number less than 0", "give 0 or more")
    check.refuse()
    return array[..., :n_periods]


def by_location(run: Trajectory, stock: Floats) -> pd.DataFrame:
    """Columns location, date, safety_stock: stock [K, T] of a run, all products together."""
    scenario = run.scenario
    sums = segment_sum(np, scenario.points.location, scenario.n_locations)(stock.T)
    return pd.DataFrame(
        {
            "location": np.repeat(scenario.locations.name, run.n_periods),
            "date": np.tile(run.dates, scenario.n_locations),
            "safety_stock": np.asarray(sums).T.ravel(),
        }
    )


def get_ready(policy: Policy, scenario: Scenario | Problem, seed: int = 0) -> OrderPolicy:
    """The order policy of a scenario, tuned or learned on paths that no backtest is judged on."""
    return policy(as_problem(scenario), np.random.default_rng([seed, 1]))


def over_time(wanted: dict[int, Floats], shape: tuple[int, ...]) -> Floats | None:
    """[K, T] what was wanted at the last review before; nan where that is not known."""
    if not wanted:
        return None
    out = np.full(shape, np.nan)
    for period in sorted(wanted):
        out[:, period:] = wanted[period][:, None]
    return out


def _first(scenario: Scenario, n_periods: int) -> Scenario:
    """The first periods of a scenario."""
    if n_periods == scenario.n_periods:
        return scenario
    return scenario_at(scenario, initial_state(scenario), 0, n_periods)
