"""Studies in the folder of the app: what was asked, their process, and what they found.

Each has a folder: ``study.yaml`` for variants of an input, or ``bench.json`` for a problem of the
catalogue, beside the process's notes, and in the end ``result`` with the tables.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import yaml

from planner.app.folder import Folder
from planner.app.jobs import Job
from planner.experiments.yaml_file import read_yaml
from scenarios.errors import Finding, InputError

KIND = "studies"
"""The folder in the app's folder that holds studies."""
STUDY, BENCH, RESULT = "study.yaml", "bench.json", "result"
State = Literal["running", "stopping", "done", "stopped", "failed"]
CHANGES = {
    "demand": ("demand, times", "1, 1.2"),
    "uncertainty": ("std of demand, times", "0.5, 1, 2"),
    "lead_time": ("lead times, periods added", "0, 2, 5"),
    "storage": ("storage capacity, times", "0.7, 1"),
    "lanes": ("capacity of lanes, times", "0.7, 1"),
    "throughput": ("throughput of locations, times", "0.7, 1"),
    "missed_sale_cost": ("missed-sale costs, times", "0.5, 1, 2"),
    "holding_cost": ("holding costs, times", "0.5, 1, 2"),
    "ratio": ("missed-sale over holding cost", "10, 100"),
    "service_level": ("service level aimed at", "0.9, 0.95, 0.99"),
    "review_period": ("periods between orders", "1, 7"),
    "unmet_demand": ("unmet demand is", "lost, backlog"),
}
"""Change -> what it is, and values to begin with."""
_COUNT = re.compile(r"\b(?:run|policy) ([\d,]+) of ([\d,]+)")


@dataclass(frozen=True)
class StudyForm:
    """A study of an input as the form asks for it."""

    input: str
    policies: list[str]
    changes: list[tuple[str, str]] = field(default_factory=list)
    """(change, values with commas between)."""
    seeds: str = "5"
    days: str = ""
    brain: str = "auto"
    name: str = ""


def begin_study(folder: Folder, wanted: StudyForm) -> StudyRun:
    """Write down a study of an input and start it.

    Raises
    ------
    InputError
        With all that is wrong, in the words of the command; then nothing is left.
    """
    from planner.experiments.study_file import read_study

    if not wanted.input:
        raise InputError(
            [Finding("input", "none is chosen", "choose one; the page Plan makes one")]
        )
    source = folder.source(wanted.input)
    names = [name for name, _ in wanted.changes]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        remedy = "put its values in one line"
        value = ", ".join(CHANGES[name][0] for name in twice)
        raise InputError([Finding("changes", "a change is chosen twice", remedy, value=value)])
    path = folder.named(KIND, wanted.name.strip() or folder.free(KIND, source.stem))
    asked: dict[str, Any] = {
        "input": os.path.relpath(source, path),
        "policies": wanted.policies,
        "brain": wanted.brain,
        "seeds": _value(wanted.seeds),
    }
    if wanted.days.strip():
        asked["days"] = _value(wanted.days)
    if wanted.changes:
        asked["grid"] = {name: _values(values) for name, values in wanted.changes}
    path.mkdir(parents=True)
    file = path / STUDY
    file.write_text(yaml.safe_dump(asked, sort_keys=False, allow_unicode=True), encoding="utf-8")
    try:
        read_study(file)
    except InputError:
        file.unlink()
        path.rmdir()
        raise
    return _started(path)


def begin_bench(
    folder: Folder, problem: str, policies: list[str], seeds: str, brain: str, name: str
) -> StudyRun:
    """Write down which problem of the catalogue is to be run, and start it.

    Raises
    ------
    InputError
        As for :func:`begin_study`.
    """
    from planner.policies.registry import policy_of
    from scenarios.catalogue import ENTRIES

    findings: list[Finding] = []
    if problem not in ENTRIES:
        findings.append(Finding("problem", "there is no such problem", "choose one", value=problem))
    if not policies:
        findings.append(Finding("policies", "none is chosen", "choose one or more"))
    for policy in policies:
        try:
            policy_of(policy)
        except InputError as error:
            findings += error.findings
    digits = seeds.strip()
    if digits and not (digits.isascii() and digits.isdigit() and int(digits) > 0):
        findings.append(Finding("seeds", "is no whole number", "enter one from 1 on", value=seeds))
    if findings:
        raise InputError(findings)
    path = folder.named(KIND, name.strip() or folder.free(KIND, problem))
    path.mkdir(parents=True)
    asked = {"problem": problem, "policies": policies, "seeds": digits, "brain": brain}
    (path / BENCH).write_text(json.dumps(asked, indent=2), encoding="utf-8")
    return _started(path)


def runs(folder: Folder) -> list[StudyRun]:
    """All that there are, the latest first."""
    below = folder.below(KIND)
    found = [StudyRun(path) for path in below if (path / STUDY).exists() or (path / BENCH).exists()]
    return sorted(found, key=lambda one: (-one.job.started(), one.name))


@dataclass(frozen=True)
class StudyRun:
    """A study and its folder."""

    path: Path

    @property
    def name(self) -> str:
        """What it is called."""
        return self.path.name

    @property
    def job(self) -> Job:
        """Its process."""
        return Job(self.path)

    @property
    def result(self) -> Path:
        """Where its tables go."""
        return self.path / RESULT

    @property
    def is_bench(self) -> bool:
        """Whether it is about a problem of the catalogue."""
        return (self.path / BENCH).exists()

    def state(self) -> State:
        """Where it stands."""
        if self.job.alive():
            return "stopping" if self.job.stopping() else "running"
        if (self.result / ("leaderboard.csv" if self.is_bench else "summary.csv")).exists():
            return "done"
        if self.job.stopping() or self.job.said_stopped() or not self.job.lines():
            return "stopped"
        return "failed"

    def go(self) -> None:
        """Start it, or go on with it.

        Raises
        ------
        InputError
            If its file, which somebody may have put here, names an input outside the app's folder.
        """
        # At least one core is left to the app and whoever looks at it.
        workers = ["--workers", str(max(1, (os.cpu_count() or 1) - 1))]
        if not self.is_bench:
            asked, _ = read_yaml(self.path / STUDY)
            Folder(self.path.parent.parent).inside(f"{KIND}/{self.name}/{asked.get('input', '')}")
            what = ["study", str(self.path / STUDY)]
        else:
            asked = json.loads((self.path / BENCH).read_text(encoding="utf-8"))
            what = ["bench", "--policies", ",".join(asked["policies"]), "--brain", asked["brain"]]
            what += ["--seeds", asked["seeds"]] if asked["seeds"] else []
            # Behind this nothing is read as an option, whatever a file says.
            workers += ["--", asked["problem"]]
        self.job.start([*what, "--out", str(self.result), *workers])

    def done(self) -> tuple[int, int] | None:
        """How many of how many runs are done, as last said."""
        for line in reversed(self.job.lines()):
            if found := _COUNT.search(line):
                return int(found[1].replace(",", "")), int(found[2].replace(",", ""))
        return None

    def table(self, name: str) -> pd.DataFrame:
        """A table of the result; without columns where there is none."""
        try:
            return pd.read_csv(self.result / f"{name}.csv", keep_default_na=True)
        except (OSError, ValueError):
            return pd.DataFrame()

    def currency(self) -> str:
        """Of all costs; blank where it is not known."""
        try:
            said = json.loads((self.result / "study.json").read_text(encoding="utf-8"))
            return str(said["currency"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def files(self) -> list[Path]:
        """What can be downloaded."""
        if not self.result.is_dir() or self.result.is_symlink():
            return []
        return sorted(p for p in self.result.iterdir() if p.is_file() and not p.is_symlink())


def _started(path: Path) -> StudyRun:
    run = StudyRun(path)
    run.go()
    return run


def _values(text: str) -> list[Any]:
    return [_value(part) for part in text.split(",") if part.strip()]


def _value(text: str) -> Any:
    """A whole number, a number, or the text itself, which the reader then judges."""
    for kind in (int, float):
        try:
            return kind(text.strip())
        except ValueError:
            continue
    return text.strip()
