"""Scenario studies: variants x policies x demand paths, on common random numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
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
from planner.experiments.study_file import read_study, variants_of
from planner.forecasting import foreseen
from planner.policies.oracle import Oracle
from planner.policies.registry import check_policy, policy_of
from planner.policies.rules.policy import Policy
from planner.reporting import write_report
from planner.reporting.pictures import draw_into, draw_study
from planner.schema_versions import write_facts, write_parquet
from scenarios.arguments import Arguments
from scenarios.evaluation.kpis import KPIS
from scenarios.model.fingerprint import input_hash
from scenarios.model.scenario import Scenario
from scenarios.notebook import as_html, in_short, plural
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


@dataclass(frozen=True, eq=False, repr=False)
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

    def write(self, path: str | Path) -> None:
        """Write the tables as CSV, the cells as Parquet too, and ``report.html``.

        Where matplotlib is installed there is a picture, too.

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
        check = Arguments("StudyResult.write")
        check.path("path", path)
        check.refuse()
        with atomic_folder(Path(path)) as folder:
            write_parquet(self.cells, folder / "cells.parquet")
            write_csv(self.cells, folder / "cells.csv")
            write_csv(self.summary, folder / "summary.csv")
            write_csv(self.differences, folder / "differences.csv")
            if len(self.summary):
                draw_into(folder, "study.png", draw_study, self.summary)
            tables = ("cells", "summary", "differences")
            write_facts(folder / "study.json", {"currency": self.currency}, tables)
            write_report(folder)

    def __repr__(self) -> str:
        return in_short("StudyResult", *self._facts().values())

    def _repr_html_(self) -> str:
        return as_html("Study", self._facts(), self.differences)

    def _facts(self) -> dict[str, str]:
        failed = int((self.cells["error"] != "").sum())
        return {
            "variants": plural(self.cells["variant"].nunique(), "variant"),
            "policies": ", ".join(self.cells["policy"].unique()),
            "runs": plural(len(self.cells), "run"),
        } | ({"failed": f"{failed:,} failed"} if failed else {})


@resumable(".cells", "*.json", keeps="cells_in")
def study(
    variants: Mapping[str, Scenario],
    policies: Sequence[Policy | Oracle | str],
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
    policies : sequence of Policy, Oracle or str
        Likewise; their names must differ. A str is a name of :func:`planner.policy_table`.
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

    Returns
    -------
    StudyResult

    Raises
    ------
    FileExistsError
        If there is something at ``out``.
    InputError
        If an argument is of another kind, there is nothing to run, there is no such policy, two
        policies have one name, ``ray`` is no address, or no cluster answers there.
    ValueError
        If cells shall be kept of a policy that cannot be told again in a later run.
    ImportError
        If there is no Ray.
    BrokenProcessPool
        If a process was ended from outside, as systems do that run out of memory.
    """
    check = Arguments("study")
    _check_variants(check, variants)
    asked = _policies(check, policies)
    check.whole("n_seeds", n_seeds, least=1)
    check.whole("n_periods", n_periods, least=1, optional=True)
    check.whole("first_seed", first_seed, least=0)
    check_runs(check, workers, ray, cells_in, progress)
    check.refuse()
    names = [policy.name for policy in asked]
    runs = [
        (name, OnePath(policy, seed, n_periods or scenario.n_periods))
        for name, scenario in variants.items()
        for policy in asked
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


def check_runs(
    check: Arguments, workers: object, ray: object, cells_in: object, progress: object
) -> None:
    """Whether the arguments that studies and leaderboards have in common are of their kinds."""
    check.whole("workers", workers, least=1, optional=True)
    check.text("ray", ray, optional=True)
    check.path("cells_in", cells_in, optional=True)
    check.call_of("progress", progress, optional=True)


def _check_variants(check: Arguments, variants: object) -> None:
    wanted = "scenarios by the names of variants"
    if not check.kind("variants", variants, Mapping, wanted) or not isinstance(variants, Mapping):
        return
    if not variants:
        check.add("variants", "is empty", f"give {wanted}")
    for name, scenario in variants.items():
        check.text("variants", name)
        check.kind(f"variants[{name!r}]", scenario, Scenario, "a Scenario")


def _policies(check: Arguments, policies: object) -> list[Policy | Oracle]:
    """The policies, found by name where they are names; findings where they are none."""
    if isinstance(policies, str) or not isinstance(policies, Iterable):
        check.add("policies", "is no list of policies", "give policies, or names of some", policies)
        return []
    given = list(policies)
    if not given:
        check.add("policies", "is empty", "give a policy, or the name of one")
    if not all([check_policy(check, "policies", each) for each in given]):
        return []
    found = [policy_of(each) for each in given]
    names = [policy.name for policy in found]
    if len(set(names)) < len(names):
        problem = "two policies have one name"
        check.add("policies", problem, "give one of them another", ", ".join(names))
    return found


def study_from_file(
    path: str | Path,
    *,
    workers: int | None = None,
    ray: str | None = None,
    progress: Progress | None = None,
    out: str | Path | None = None,
    told: Callable[[str], None] | None = None,
) -> StudyResult:
    """Run the study that a file asks for, as ``planner study`` does.

    Parameters
    ----------
    path : str or Path
        YAML, see docs/studies.md; the input is looked for beside it.
    workers, ray, progress, out
        As in :func:`study`.
    told : callable, optional
        Called with the name of each phase before the first run.

    Returns
    -------
    StudyResult

    Raises
    ------
    InputError
        With everything that is wrong with the file or its input.
    OSError
        If the file cannot be read, or there is something at ``out``.
    """
    check = Arguments("study_from_file")
    check.path("path", path)
    check_runs(check, workers, ray, None, progress)
    check.path("out", out, optional=True)
    check.call_of("told", told, optional=True)
    check.refuse()
    asked = read_study(Path(path))
    scenario, _ = foreseen(Scenario.read(Path(path).parent / asked.input), progress=told)
    variants = variants_of(asked, scenario)
    if told is not None:
        told("starting" if ray is None else f"starting on {ray}")
    return study(
        variants,
        [policy_of(name, asked.brain) for name in asked.policies],
        n_seeds=asked.seeds,
        n_periods=asked.days,
        workers=workers,
        ray=ray,
        progress=progress,
        out=out,
    )


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
