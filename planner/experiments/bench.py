"""The leaderboard: policies on the named problems of the catalogue, on the same demand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from brain import find_brain
from planner.experiments.backtest import BacktestResult, backtest
from planner.experiments.contenders import contenders
from planner.experiments.resume_journal import resumable
from planner.experiments.runs import run_all
from planner.experiments.statistics import half_width
from planner.experiments.study import check_runs
from planner.policies.oracle import Oracle
from planner.policies.registry import policy_of
from planner.policies.rules.policy import Policy
from planner.reporting import write_report
from planner.reporting.pictures import draw_into, draw_leaderboard
from planner.schema_versions import write_facts
from scenarios.arguments import Arguments
from scenarios.catalogue import ENTRIES, MAIN, Entry
from scenarios.errors import Finding, InputError, did_you_mean
from scenarios.model.scenario import Scenario
from scenarios.notebook import as_html, in_short, plural
from scenarios.writing.atomic import atomic_folder
from scenarios.writing.files import write_csv

Progress = Callable[[int, int], None]
"""Told how many of how many policies have run."""


@dataclass(frozen=True)
class Run:
    """One policy on one problem, all episodes."""

    problem: str
    policy: Policy | Oracle
    n_paths: int
    seed: int

    @property
    def told(self) -> str:
        """Problem, episodes and version."""
        return f"{self.problem} {self.n_paths} {self.seed} {version('echelon-planner')}"

    def run(self, scenario: Scenario | None) -> dict[str, Any]:
        """Scores and mean key figures; the problem comes from the catalogue."""
        entry, policy = ENTRIES[self.problem], self.policy
        seeds = range(self.seed, self.seed + self.n_paths)
        found: list[tuple[float, dict[str, float]]] = []
        # One after the other, or a thousand long runs would have to fit the memory.
        if entry.varies:
            for seed in seeds:
                problem = entry.make(np.random.default_rng([seed, 2]))
                found += _scored(entry, backtest(problem, policy, seed=seed))
        else:
            problem = entry.make(np.random.default_rng([self.seed, 2]))
            demand = np.stack(
                [problem.draw(np.random.default_rng([seed, 0]), 1)[0] for seed in seeds]
            )
            found = _scored(entry, backtest(problem, policy, seed=self.seed, demand=demand))
        figures = pd.DataFrame([figures for _, figures in found]).mean()
        return {
            "scores": [score for score, _ in found],
            "figures": {str(name): float(value) for name, value in figures.items()},
        }


def _scored(entry: Entry, result: BacktestResult) -> list[tuple[float, dict[str, float]]]:
    rows = result.paths.drop(columns="path").to_dict("records")
    return [
        (float(entry.score(result.cost(run))), {str(name): value for name, value in row.items()})
        for run, row in zip(result.runs, rows, strict=True)
    ]


@dataclass(frozen=True, eq=False, repr=False)
class BenchResult:
    """The leaderboard.

    Attributes
    ----------
    scores : DataFrame
        One row per problem, policy and episode: problem, policy, seed, score.
    leaderboard : DataFrame
        One row per problem and policy, the best first, published scores in between: problem, rank
        (0: published), policy, n, score, low, high (95% interval), of_oracle (score over the
        oracle's on the same episodes, where both are above 0), difference, difference_low,
        difference_high (paired, to the first policy), fill_rate, perfect_days, seconds (all
        episodes), note.
    failed : DataFrame
        problem, policy, error.
    """

    scores: pd.DataFrame
    leaderboard: pd.DataFrame
    failed: pd.DataFrame

    def write(self, path: str | Path) -> None:
        """Write the tables as CSV, ``report.html``, and a picture where matplotlib is installed.

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
        check = Arguments("BenchResult.write")
        check.path("path", path)
        check.refuse()
        with atomic_folder(Path(path)) as folder:
            write_csv(self.scores, folder / "scores.csv")
            write_csv(self.leaderboard, folder / "leaderboard.csv")
            tables = ["scores", "leaderboard", *(["failed"] if len(self.failed) else [])]
            write_facts(folder / "bench.json", {}, tables)
            if len(self.leaderboard):
                draw_into(folder, "leaderboard.png", draw_leaderboard, self.leaderboard)
            if len(self.failed):
                write_csv(self.failed, folder / "failed.csv")
            write_report(folder)

    def __repr__(self) -> str:
        return in_short("BenchResult", *self._facts().values())

    def _repr_html_(self) -> str:
        return as_html("Leaderboard", self._facts(), self.leaderboard)

    def _facts(self) -> dict[str, str]:
        return {
            "problems": ", ".join(self.leaderboard["problem"].unique()),
            "episodes": plural(len(self.scores), "episode"),
        } | ({"failed": f"{len(self.failed):,} failed"} if len(self.failed) else {})


def problem_table() -> pd.DataFrame:
    """The named problems of the catalogue.

    Returns
    -------
    DataFrame
        One row per problem: name, main (whether :func:`bench` runs it unasked), about, source,
        unit, better (more or less is better), episodes.
    """
    rows = [
        {
            "name": entry.name,
            "main": entry.name in MAIN,
            "about": entry.about,
            "source": entry.source,
            "unit": entry.unit,
            "better": entry.better,
            "episodes": entry.n_paths,
        }
        for entry in ENTRIES.values()
    ]
    return pd.DataFrame(rows)


@resumable(".cells", "*.json", keeps="cells_in")
def bench(
    problems: Sequence[str] | None = None,
    policies: Sequence[str] | None = None,
    n_paths: int | None = None,
    *,
    brain: str = "auto",
    seed: int = 1_000_000,
    workers: int | None = None,
    ray: str | None = None,
    cells_in: Path | None = None,
    progress: Progress | None = None,
    out: str | Path | None = None,
) -> BenchResult:
    """Run policies on named problems.

    Parameters
    ----------
    problems : sequence of str, optional
        Names in :data:`scenarios.catalogue.ENTRIES`; default: one of each kind
        (:data:`scenarios.catalogue.MAIN`).
    policies : sequence of str, optional
        Names in :data:`planner.policies.registry.POLICIES`; default: the
        :func:`~planner.experiments.contenders.contenders` of the problem.
    n_paths : int, optional
        Episodes; default: what the entry says.
    brain : str
        Of policies that have one.
    seed : int
        Of the first episode. Policies are tuned on paths of their own.
    workers, ray, cells_in, progress, out
        As in :func:`planner.experiments.study.study`.

    Returns
    -------
    BenchResult

    Raises
    ------
    FileExistsError
        If there is something at ``out``.
    InputError
        If an argument is of another kind, or with every name that is not known.
    """
    arguments = Arguments("bench")
    for argument, names in (("problems", problems), ("policies", policies)):
        if names is None:
            continue
        whole = isinstance(names, str) or not isinstance(names, Iterable)
        if whole or not all(isinstance(each, str) for each in names):
            arguments.add(argument, "is no list of names", "give names, or None", names)
    arguments.whole("n_paths", n_paths, least=1, optional=True)
    arguments.text("brain", brain)
    arguments.whole("seed", seed, least=0)
    check_runs(arguments, workers, ray, cells_in, progress)
    arguments.refuse()
    asked = list(MAIN) if problems is None else list(dict.fromkeys(problems))
    findings = [
        Finding(
            "bench",
            "there is no such problem",
            f"choose from {', '.join(ENTRIES)}{did_you_mean(name, set(ENTRIES))}",
            value=name,
        )
        for name in asked
        if name not in ENTRIES
    ]
    checks: list[Callable[[], object]] = [partial(find_brain, brain)]
    checks += [partial(policy_of, name) for name in policies or ()]
    for check in checks:
        try:
            check()
        except InputError as error:
            findings += error.findings
    if findings:
        raise InputError(findings)
    runs = [
        Run(name, policy_of(policy, brain), n_paths or ENTRIES[name].n_paths, seed)
        for name in asked
        for policy in dict.fromkeys([*(policies or contenders(name)), "oracle"])
    ]
    found: dict[int, dict[str, Any]] = {}
    cells = [(None, run) for run in runs]
    with closing(run_all(cells, workers, ray, cells_in)) as rows:
        for index, row in rows:
            found[index] = row
            if progress is not None:
                progress(len(found), len(runs))
    return _result([(run, found[index]) for index, run in enumerate(runs)])


def _result(found: list[tuple[Run, dict[str, Any]]]) -> BenchResult:
    scores, failed = [], []
    for run, row in found:
        if row["error"]:
            failed.append((run.problem, run.policy.name, row["error"]))
            continue
        for number, score in enumerate(row["scores"]):
            scores.append((run.problem, run.policy.name, run.seed + number, score))
    board = [
        line
        for problem in dict.fromkeys(run.problem for run, _ in found)
        for line in _board(
            ENTRIES[problem],
            [(run, row) for run, row in found if run.problem == problem and not row["error"]],
        )
    ]
    return BenchResult(
        pd.DataFrame(scores, columns=["problem", "policy", "seed", "score"]),
        pd.DataFrame(board, columns=BOARD),
        pd.DataFrame(failed, columns=["problem", "policy", "error"]),
    )


BOARD = [
    "problem", "rank", "policy", "n", "score", "low", "high", "of_oracle",
    "difference", "difference_low", "difference_high", "fill_rate", "perfect_days", "seconds",
    "note",
]  # fmt: skip


def _board(entry: Entry, found: list[tuple[Run, dict[str, Any]]]) -> list[tuple[Any, ...]]:
    """Rows of one problem, the best first."""
    scores = {run.policy.name: np.array(row["scores"]) for run, row in found}
    oracle = scores.get("oracle")
    first = next(iter(scores.values()), None)
    lines = []
    for run, row in found:
        mine = scores[run.policy.name]
        mean, half = mine.mean(), half_width(mine)
        gap = [np.nan] * 3
        if first is not None and mine is not first:
            wide = half_width(mine - first)
            gap = [(mine - first).mean() + wide * sign for sign in (0, -1, 1)]
        share = np.nan
        if oracle is not None and min(oracle.mean(), mean) > 0:
            share = mean / oracle.mean()
        figures = row["figures"]
        lines.append(
            (run.policy.name, len(mine), mean, mean - half, mean + half, share, *gap,
             figures.get("fill_rate", np.nan), figures.get("perfect_days", np.nan),
             figures.get("seconds", np.nan) * len(mine), "")
        )  # fmt: skip
    for known in entry.known:
        share = np.nan if known.of_oracle is None else known.of_oracle
        nothing = [np.nan] * 3
        lines.append(
            (known.who, 0, known.score, np.nan, np.nan, share, *nothing, *nothing, known.source)
        )
    lines.sort(key=lambda line: line[2], reverse=entry.more_is_better)
    ranked, rank = [], 0
    for line in lines:
        # What others published, and what nobody can do, takes no place.
        counts = line[1] > 0 and line[0] != "oracle"
        rank += counts
        ranked.append((entry.name, rank if counts else 0, *line))
    return ranked
