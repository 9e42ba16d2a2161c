"""A study as a YAML file: read and checked as a whole before anything runs."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from brain import find_brain
from planner.experiments.limits import LONGEST_RUN, MOST_PATHS
from planner.experiments.yaml_file import read_yaml
from planner.policies.registry import POLICIES
from scenarios.checked_model import Whole
from scenarios.errors import Finding, InputError, did_you_mean
from scenarios.model.scenario import Scenario
from scenarios.model.what_if import Change, Closure, cannot
from scenarios.simulation.rolling import longer


class StudyFile(BaseModel):
    """What a study file may say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: str = Field(min_length=1, description="Input folder, seen from the study file.")
    policies: list[str] = Field(min_length=1, description="By name; the first is the base.")
    brain: str = Field(default="auto", description="Who decides the safety stocks.")
    days: Annotated[Whole, Field(ge=1, le=LONGEST_RUN)] | None = Field(
        default=None, description="Periods to run; default: all that are forecast."
    )
    seeds: Annotated[Whole, Field(ge=1, le=MOST_PATHS)] = Field(
        default=5, description="Demand paths of every variant."
    )
    changes: dict[str, Change] = Field(
        default_factory=dict,
        description="Variants by name; the first is the base.",
    )
    grid: dict[str, list[Any]] = Field(
        default_factory=dict, description="Values by change: a variant for every combination."
    )

    def variants(self) -> dict[str, Change]:
        """Every variant by name; without any, the input as it is."""
        return self.changes | self.combinations() or {"as it is": Change()}

    def combinations(self) -> dict[str, Change]:
        """Those of the grid."""
        made = {}
        for values in itertools.product(*self.grid.values()) if self.grid else ():
            chosen = dict(zip(self.grid, values, strict=True))
            name = ", ".join(f"{key}={value}" for key, value in chosen.items())
            made[name] = Change.model_validate(chosen)
        return made


def read_study(path: Path) -> StudyFile:
    """Read a study file.

    Raises
    ------
    InputError
        With every finding: what is not YAML, unknown keys and policies, values out of range, names
        given twice, variants that would be the same, an empty grid, an input that is not there.
    OSError
        If the file cannot be read.
    """
    raw, findings = read_yaml(path)
    study = None
    try:
        study = StudyFile.model_validate(raw)
    except ValidationError as error:
        findings += [_finding(path.name, entry) for entry in error.errors()]
    findings += _policies(path.name, raw.get("policies"))
    findings += _grid(path.name, raw.get("grid"))
    if study is not None and not findings:
        try:
            twice = sorted(study.changes.keys() & study.combinations())
        except ValidationError as error:
            findings += [_finding(path.name, entry, ("grid",)) for entry in error.errors()]
        else:
            problem, remedy = "the grid makes a variant of that name too", "give it another name"
            findings += [Finding(path.name, problem, remedy, None, "changes", n) for n in twice]
            findings += _alike(path.name, study.variants())
    if isinstance(raw.get("input"), str) and not (path.parent / raw["input"]).exists():
        problem, remedy = "there is no such input", "name a folder, seen from the study file"
        findings.append(Finding(path.name, problem, remedy, None, "input", raw["input"]))
    if isinstance(brain := raw.get("brain"), str):
        try:
            find_brain(brain)
        except InputError as error:
            findings += [
                dataclasses.replace(f, file=path.name, column="brain") for f in error.findings
            ]
    if findings or study is None:
        raise InputError(findings)
    return study


def variants_of(study: StudyFile, scenario: Scenario) -> dict[str, Scenario]:
    """The scenario of every variant by name, each as long as the run.

    Raises
    ------
    InputError
        With every change that cannot be made, each by the name of its variant.
    """
    # Longer first: a closure that is repeated with the last week would come round again.
    n_periods = study.days or scenario.n_periods
    base = longer(scenario, n_periods)
    made, findings = {}, []
    for name, change in study.variants().items():
        # The forecast may reach further than the run.
        wrong = cannot(change, base, n_periods)
        if not wrong:
            made[name] = change(base)
        findings += [dataclasses.replace(f, file=f"changes.{name}") for f in wrong]
    if findings:
        raise InputError(findings)
    return made


def _policies(file: str, names: Any) -> list[Finding]:
    if not isinstance(names, list):
        return []
    found = []
    for name in names:
        if not isinstance(name, str) or name not in POLICIES:
            remedy = f"choose of {', '.join(POLICIES)}{did_you_mean(str(name), POLICIES)}"
            problem = "there is no such policy"
            found.append(Finding(file, problem, remedy, None, "policies", str(name)))
    if len(set(map(str, names))) < len(names):
        found.append(Finding(file, "a policy is named twice", "name each once", None, "policies"))
    return found


def _alike(file: str, variants: dict[str, Change]) -> list[Finding]:
    """Variants under two names."""
    seen: dict[Change, str] = {}
    found = []
    for name, change in variants.items():
        other = seen.setdefault(change, name)
        if other != name:
            problem, remedy = f"is the same as {other}", "keep one of the two"
            found.append(Finding(file, problem, remedy, None, "changes", name))
    return found


def _grid(file: str, grid: Any) -> list[Finding]:
    """What is wrong with the values of a grid, each seen by itself."""
    found = []
    for key, values in grid.items() if isinstance(grid, dict) else ():
        if not isinstance(values, list):
            continue
        if not values:
            found.append(Finding(file, "is empty", "list values", None, f"grid.{key}"))
        if key not in Change.model_fields:
            remedy = f"leave it out{did_you_mean(str(key), Change.model_fields)}"
            found.append(Finding(file, "is not known", remedy, None, f"grid.{key}"))
            continue
        seen: list[Change] = []
        for value in values:
            try:
                change = Change.model_validate({key: value})
            except ValidationError as error:
                found += [_finding(file, entry, ("grid",)) for entry in error.errors()]
                continue
            if change in seen:
                problem = "the same value is given twice"
                found.append(
                    Finding(file, problem, "keep one of the two", None, f"grid.{key}", str(value))
                )
            seen.append(change)
    return found


def _finding(file: str, entry: Any, before: tuple[str, ...] = ()) -> Finding:
    """What pydantic found, as a finding."""
    where = (*before, *entry["loc"])
    place = ".".join(str(part) for part in where)
    value = entry.get("input")
    shown = str(value) if isinstance(value, str | int | float) else None
    if entry["type"] == "extra_forbidden":
        owner = StudyFile if len(where) == 1 else Closure if where[-2] == "closed" else Change
        known = owner.model_fields
        remedy = f"leave it out{did_you_mean(str(where[-1]), known)}"
        return Finding(file, "is not known", remedy, None, place, shown)
    if entry["type"] == "value_error":
        return Finding(file, str(entry["ctx"]["error"]), "keep one of them", None, place)
    if entry["type"] == "truth_value":
        return Finding(file, entry["msg"], "write a number", None, place, str(value).lower())
    if entry["type"] == "less_than_equal":
        most = f"{entry['ctx']['le']:,}"
        return Finding(file, f"is more than {most}", f"enter {most} or less", None, place, shown)
    problem = entry["msg"][0].lower() + entry["msg"][1:]
    return Finding(file, problem, "see docs/studies.md", None, place, shown)
