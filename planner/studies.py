"""Scenario studies: variants x policies x demand paths, on common random numbers."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planner.backtesting import backtest
from planner.fingerprint import input_hash
from planner.journal import remove_own
from planner.policies.oracle import Oracle
from planner.policies.policy import Policy
from planner.simulating import half_width
from scenarios.model import Scenario
from scenarios.write_tables import check_free, new_folder, write_csv

Progress = Callable[[int, int], None]
"""Told how many of how many cells are done."""
COMPARED = ("total_cost", "profit", "fill_rate", "missed_units")
"""Key figures of which differences are told."""


NO_FIGURES = ("variant", "policy", "seed", "error")


@dataclass(frozen=True, eq=False)
class Cell:
    """One run of a study."""

    variant: str
    scenario: Scenario
    policy: Policy | Oracle
    seed: int
    n_periods: int

    @property
    def key(self) -> str:
        """The same for the same run, whatever study it stands in."""
        said = f"{input_hash(self.scenario)} {self.policy!r} {self.seed} {self.n_periods}"
        return hashlib.sha256(said.encode()).hexdigest()[:24]

    def run(self) -> dict[str, Any]:
        """Key figures, or what went wrong."""
        try:
            # Variants are compared in pairs, so their demand should differ by its forecast alone.
            found = backtest(
                self.scenario, self.policy, self.n_periods, seed=self.seed, paired=True
            )
        except Exception as error:  # a variant that fails must not stop the others
            return {"error": f"{type(error).__name__}: {error}"}
        figures = found.paths.drop(columns="path").iloc[0]
        return {"error": ""} | {str(name): float(value) for name, value in figures.items()}


@dataclass(frozen=True, eq=False)
class StudyResult:
    """What a study found.

    Attributes
    ----------
    cells : DataFrame
        One row per variant, policy and seed: error, then every key figure (:mod:`scenarios.kpis`).
    summary : DataFrame
        variant, policy, measure, n, mean, low, high: 95% intervals over the seeds.
    differences : DataFrame
        variant, policy, against_variant, against_policy, measure, n, difference, low, high: paired
        by seed, to the first policy in the same variant and to the first variant with the same
        policy.
    """

    cells: pd.DataFrame
    summary: pd.DataFrame
    differences: pd.DataFrame

    def write(self, path: Path) -> None:
        """Write the tables as CSV, and the cells as Parquet too.

        Raises
        ------
        FileExistsError
            If there is something at ``path``.
        """
        with new_folder(path) as folder:
            self.cells.to_parquet(folder / "cells.parquet", index=False)
            write_csv(self.cells, folder / "cells.csv")
            write_csv(self.summary, folder / "summary.csv")
            write_csv(self.differences, folder / "differences.csv")


def study(
    variants: Mapping[str, Scenario],
    policies: Sequence[Policy | Oracle],
    n_seeds: int = 5,
    n_periods: int | None = None,
    *,
    first_seed: int = 0,
    workers: int | None = None,
    cells_in: Path | None = None,
    progress: Progress | None = None,
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
        See :func:`planner.backtesting.backtest`.
    first_seed : int
    workers : int, optional
        Processes; default: one per core. 1 runs everything in this one.
    cells_in : Path, optional
        Folder in which finished cells are kept, and from which they are taken.
    progress : callable, optional

    Raises
    ------
    ValueError
        If there is nothing to run, or two policies have one name.
    """
    names = [policy.name for policy in policies]
    if not variants or not policies or n_seeds < 1:
        raise ValueError("a study needs a variant, a policy and a seed")
    if len(set(names)) < len(names):
        raise ValueError(f"two policies have one name: {', '.join(names)}")
    cells = [
        Cell(name, scenario, policy, seed, n_periods or scenario.n_periods)
        for name, scenario in variants.items()
        for policy in policies
        for seed in range(first_seed, first_seed + n_seeds)
    ]
    found: dict[int, dict[str, Any]] = {}
    for index, row in _run_all(cells, workers, cells_in):
        found[index] = row
        if progress is not None:
            progress(len(found), len(cells))
    rows = [
        {"variant": cell.variant, "policy": cell.policy.name, "seed": cell.seed} | found[index]
        for index, cell in enumerate(cells)
    ]
    table = pd.DataFrame(rows)
    return StudyResult(table, _summary(table), _differences(table, list(variants), names))


def _run_all(
    cells: list[Cell], workers: int | None, kept: Path | None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows as they come; what is there already is not run again."""
    paths = [None if kept is None else kept / f"{cell.key}.json" for cell in cells]
    waiting = []
    for index, path in enumerate(paths):
        row = _read(path)
        if row is None:
            waiting.append(index)
        else:
            yield index, row
    workers = min(workers or os.cpu_count() or 1, max(len(waiting), 1))

    def done(index: int, row: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        _write(paths[index], row)
        return index, row

    if workers == 1:
        for index in waiting:
            yield done(index, cells[index].run())
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=spawn) as pool:
        running: dict[Future[dict[str, Any]], int] = {}
        try:
            while waiting or running:
                # Not all at once: every waiting cell would hold a copy of its scenario.
                while waiting and len(running) < 2 * workers:
                    index = waiting.pop(0)
                    running[pool.submit(cells[index].run)] = index
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield done(running.pop(future), future.result())
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _read(path: Path | None) -> dict[str, Any] | None:
    """A finished cell, None where there is none that can be read."""
    if path is None or not path.exists():
        return None
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return row if isinstance(row, dict) and "error" in row else None


def _write(path: Path | None, row: dict[str, Any]) -> None:
    # Failed cells are not kept: they shall be tried again.
    if path is None or row["error"]:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(row), encoding="utf-8")
    os.replace(draft, path)


def _summary(cells: pd.DataFrame) -> pd.DataFrame:
    rows = []
    measures = [
        name for name in cells.columns if name not in ("variant", "policy", "seed", "error")
    ]
    good = cells[cells["error"] == ""]
    for (variant, policy), group in good.groupby(["variant", "policy"], sort=False):
        for name in measures:
            rows.append((variant, policy, name, *_interval(group[name].to_numpy(dtype=float))))
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
    rows = []
    for one, other in pairs:
        if one not in runs or other not in runs:
            continue
        seeds = runs[one].index.intersection(runs[other].index)
        for name in COMPARED:
            mine, theirs = (
                runs[which].loc[seeds, name].to_numpy(dtype=float) for which in (one, other)
            )
            rows.append((*one, *other, name, *_interval(mine - theirs)))
    return pd.DataFrame(rows, columns=columns)


def _interval(values: np.ndarray) -> tuple[int, float, float, float]:
    if not len(values):
        return 0, float("nan"), float("nan"), float("nan")
    mean, half = float(values.mean()), half_width(values)
    return len(values), mean, mean - half, mean + half


def study_to(
    out: Path,
    variants: Mapping[str, Scenario],
    policies: Sequence[Policy | Oracle],
    **arguments: Any,
) -> StudyResult:
    """:func:`study`, written to a folder; what was broken off goes on where it stopped.

    Until it is done, finished cells are kept in a folder beside it whose name ends in ``.cells``.

    Raises
    ------
    FileExistsError
        If there is something at ``out``.
    """
    check_free(out)
    kept = out.with_name(out.name + ".cells")
    result = study(variants, policies, cells_in=kept, **arguments)
    result.write(out)
    remove_own(kept, "*.json")
    return result
