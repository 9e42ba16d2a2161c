"""Scenario studies: variants x policies x demand paths, on common random numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from planner.experiments.backtest import backtest, get_ready
from planner.experiments.policy_identity import policy_identity
from planner.experiments.resume_journal import resumable
from planner.experiments.runs import run_all
from planner.experiments.statistics import half_width, interval
from planner.policies.oracle import Oracle
from planner.policies.rules.policy import Policy
from planner.reporting import write_report
from planner.reporting.pictures import draw_into, draw_study
from scenarios.evaluation.kpis import KPIS
from scenarios.model.fingerprint import input_hash
from scenarios.model.scenario import Scenario
from scenarios.simulation.policy import OrderPolicy
from scenarios.simulation.rolling import longer
from scenarios.writing.atomic import atomic_folder
from scenarios.writing.files import write_csv

Progress = Callable[[int, int], None]
"""Told how many of how many cells are done."""


@dataclass(frozen=True)
class OnePath:
    """A policy on one path of demand."""

    policy: Policy | Oracle
    seed: int
    n_periods: int

    @property
    def told(self) -> str:
        """Seed and length."""
        return f"{self.seed} {self.n_periods}"

    def run(self, scenario: Scenario | None) -> dict[str, Any]:
        """Key figures."""
        assert scenario is not None
        # Variants are compared in pairs, so their demand should differ by its forecast alone.
        scenario = longer(scenario, self.n_periods)
        found = backtest(
            scenario, self.policy, self.n_periods, seed=self.seed, paired=True,
            ready=_ready(self.policy, scenario),
        )  # fmt: skip
        figures = found.paths.drop(columns="path").iloc[0]
        return {str(name): float(value) for name, value in figures.items()}


_KEPT: dict[str, OrderPolicy] = {}
"""The policy that this process got ready last."""


def _ready(policy: Policy | Oracle, scenario: Scenario) -> OrderPolicy | None:
    """Ready once for all demand paths of a scenario, for tuning may take minutes.

    Chance has the same seed in every process, so it makes no difference which one runs a path.
    """
    if isinstance(policy, Oracle):
        return None
    try:
        key = f"{policy_identity(policy)} {input_hash(scenario)}"
    except ValueError:  # nothing tells it from others
        return get_ready(policy, scenario)
    if key not in _KEPT:
        _KEPT.clear()
        _KEPT[key] = get_ready(policy, scenario)
    return _KEPT[key]


@dataclass(frozen=True, eq=False)
class StudyResult:
    """What a study found.

    Attributes
    ----------
    cells : DataFrame
        One row per variant, policy and seed: error, then every key figure
        (:mod:`scenarios.evaluation.kpis`).
    summary : DataFrame
        variant, policy, measure, n, mean, low, high: 95% intervals over the seeds.
    differences : DataFrame
        variant, policy, against_variant, against_policy, measure, n, difference, low, high: paired
        by seed, to the first policy in the same variant and to the first variant with the same
        policy.
    currency : str
        Of all costs, for display only.
    """

    cells: pd.DataFrame
    summary: pd.DataFrame
    differences: pd.DataFrame
    currency: str = ""

    def write(self, path: Path) -> None:
        """Write the tables as CSV, the cells as Parquet too, and ``report.html``.

        Where matplotlib is installed there is a picture, too.

        Raises
        ------
        FileExistsError
            If there is something at ``path``.
        """
        with atomic_folder(path) as folder:
            self.cells.to_parquet(folder / "cells.parquet", index=False)
            write_csv(self.cells, folder / "cells.csv")
            write_csv(self.summary, folder / "summary.csv")
            write_csv(self.differences, folder / "differences.csv")
            if len(self.summary):
                draw_into(folder, "study.png", draw_study, self.summary)
            said = json.dumps({"currency": self.currency}, indent=2)
            (folder / "study.json").write_text(said + "\n", encoding="utf-8")
            write_report(folder)


@resumable(".cells", "*.json", keeps="cells_in")
def study(
    variants: Mapping[str, Scenario],
    policies: Sequence[Policy | Oracle],
    n_seeds: int = 5,
    n_periods: int | None = None,
    *,
    first_seed: int = 0,
    workers: int | None = None,
    ray: str | None = None,
    cells_in: Path | None = None,
    progress: Progress | None = None,
    out: str | Path | None = None,
) -> StudyResult:
    """Run every policy on every variant and demand path.

    Parameters
    ----------
    variants : mapping of str to Scenario
        The first is what others are compared to.
    policies : sequence of Policy or Oracle
        Likewise; their names must differ.
    n_seeds : int
        Demand paths; the same for all policies, and for all variants with the same forecast.
    n_periods : int, optional
        See :func:`planner.experiments.backtest.backtest`.
    first_seed : int
    workers : int, optional
        Processes; default: one per core. 1 runs everything in this one.
    ray : str, optional
        Address of a Ray cluster whose machines run the cells instead, each with this package and
        the same brains; ``local`` or ``local[N]`` makes one of this machine, see
        :func:`solver.workers.ray_cluster.read_address`. Needs the extra ``train``.
    cells_in : Path, optional
        Folder in which finished cells are kept, and from which they are taken: by what scenario
        and policy are made of (:func:`planner.experiments.policy_identity.policy_identity`).
    progress : callable, optional
    out : str or Path, optional
        Folder to write the result to; it must not exist. What was broken off goes on where it
        stopped: until it is done, finished cells are kept in a folder beside it.

    Raises
    ------
    FileExistsError
        If there is something at ``out``.
    ValueError
        If there is nothing to run, two policies have one name, or cells shall be kept of a policy
        that cannot be told again in a later run.
    InputError
        If ``ray`` is no address, or no cluster answers there.
    ImportError
        If there is no Ray.
    BrokenProcessPool
        If a process was ended from outside, as systems do that run out of memory.
    """
    names = [policy.name for policy in policies]
    if not variants or not policies or n_seeds < 1:
        raise ValueError("a study needs a variant, a policy and a seed")
    if len(set(names)) < len(names):
        raise ValueError(f"two policies have one name: {', '.join(names)}")
    runs = [
        (name, OnePath(policy, seed, n_periods or scenario.n_periods))
        for name, scenario in variants.items()
        for policy in policies
        for seed in range(first_seed, first_seed + n_seeds)
    ]
    cells = [(variants[name], run) for name, run in runs]
    found: dict[int, dict[str, Any]] = {}
    # Closed at once if it is broken off, so that nothing goes on in the background.
    with closing(run_all(cells, workers, ray, cells_in)) as rows_there:
        for index, row in rows_there:
            found[index] = row
            if progress is not None:
                progress(len(found), len(cells))
    rows = [
        {"variant": name, "policy": run.policy.name, "seed": run.seed} | found[index]
        for index, (name, run) in enumerate(runs)
    ]
    table = pd.DataFrame(rows)
    currency = next(iter(variants.values())).settings.currency
    return StudyResult(table, _summary(table), _differences(table, list(variants), names), currency)


def _summary(cells: pd.DataFrame) -> pd.DataFrame:
    rows = []
    measures = [
        name for name in cells.columns if name not in ("variant", "policy", "seed", "error")
    ]
    good = cells[cells["error"] == ""]
    for (variant, policy), group in good.groupby(["variant", "policy"], sort=False):
        for name in measures:
            values = group[name].to_numpy(dtype=float)
            rows.append((variant, policy, name, len(values), *interval(name, values)))
    columns = ["variant", "policy", "measure", "n", "mean", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def _differences(cells: pd.DataFrame, variants: list[str], policies: list[str]) -> pd.DataFrame:
    columns = ["variant", "policy", "against_variant", "against_policy"]
    columns += ["measure", "n", "difference", "low", "high"]
    good = cells[cells["error"] == ""]
    runs = {
        (str(variant), str(policy)): group.set_index("seed")
        for (variant, policy), group in good.groupby(["variant", "policy"], sort=False)
    }
    pairs = [((v, p), (v, policies[0])) for v in variants for p in policies[1:]]
    pairs += [((v, p), (variants[0], p)) for v in variants[1:] for p in policies]
    compared = [kpi.name for kpi in KPIS if kpi.compared]
    rows = []
    for one, other in pairs:
        if one not in runs or other not in runs:
            continue
        seeds = runs[one].index.intersection(runs[other].index)
        for name in compared:
            mine, theirs = (
                runs[which].loc[seeds, name].to_numpy(dtype=float) for which in (one, other)
            )
            gap, half = mine - theirs, half_width(mine - theirs)
            rows.append(
                (*one, *other, name, len(gap), gap.mean(), gap.mean() - half, gap.mean() + half)
            )
    return pd.DataFrame(rows, columns=columns)
