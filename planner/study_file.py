"""A study as a YAML file: read and checked as a whole before anything runs."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from brain import find_brain
from planner.policies.named import NAMED
from scenarios.changes import Change, cannot
from scenarios.errors import Finding, InputError
from scenarios.model import Scenario
from scenarios.report import did_you_mean
from scenarios.rolling import longer


class StudyFile(BaseModel):
    """What a study file may say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: str = Field(min_length=1, description="Input folder, seen from the study file.")
    policies: list[str] = Field(min_length=1, description="By name; the first is the base.")
    brain: str = Field(default="auto", description="Who decides the safety stocks.")
    days: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="Periods to run; default: all that are forecast."
    )
    seeds: Annotated[int, Field(ge=1)] = Field(
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
        named = dict(self.changes)
        if self.grid:
            for values in itertools.product(*self.grid.values()):
                chosen = dict(zip(self.grid, values, strict=True))
                name = ", ".join(f"{key}={value}" for key, value in chosen.items())
                named[name] = Change.model_validate(chosen)
        return named or {"as it is": Change()}


def read_study(path: Path) -> StudyFile:
    """Read a study file.

    Raises
    ------
    InputError
        With every finding: what is not YAML, unknown keys and policies, values out of range, an
        empty grid, an input that is not there.
    OSError
        If the file cannot be read.
    """
    try:
        raw = yaml.safe_load(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        finding = Finding(path.name, "the file is not UTF-8 text", "save it as UTF-8")
        raise InputError([finding]) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        row = None if mark is None else mark.line + 1
        problem = f"the file is not YAML ({getattr(error, 'problem', None) or error})"
        raise InputError([Finding(path.name, problem, "write 'name: value'", row)]) from None
    if not isinstance(raw, dict):
        raise InputError(
            [Finding(path.name, "holds nothing by name", "write 'input: FOLDER' first")]
        )
    findings: list[Finding] = []
    study = None
    try:
        study = StudyFile.model_validate(raw)
    except ValidationError as error:
        findings += [_finding(path.name, entry) for entry in error.errors()]
    findings += _policies(path.name, raw.get("policies"))
    for key, values in (raw.get("grid") or {}).items() if isinstance(raw.get("grid"), dict) else ():
        if isinstance(values, list) and not values:
            findings.append(Finding(path.name, "is empty", "list values", None, f"grid.{key}"))
    if study is not None and not findings:
        try:
            study.variants()
        except ValidationError as error:
            findings += [_finding(path.name, entry, "grid.") for entry in error.errors()]
    if isinstance(raw.get("input"), str) and not (path.parent / raw["input"]).exists():
        problem, remedy = "there is no such input", "name a folder, seen from the study file"
        findings.append(Finding(path.name, problem, remedy, None, "input", raw["input"]))
    if study is not None:
        try:
            find_brain(study.brain)
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
        if not isinstance(name, str) or name not in NAMED:
            remedy = f"choose of {', '.join(NAMED)}{did_you_mean(str(name), NAMED)}"
            problem = "there is no such policy"
            found.append(Finding(file, problem, remedy, None, "policies", str(name)))
    if len(set(map(str, names))) < len(names):
        found.append(Finding(file, "a policy is named twice", "name each once", None, "policies"))
    return found


def _finding(file: str, entry: Any, before: str = "") -> Finding:
    """What pydantic found, as a finding."""
    place = before + ".".join(str(part) for part in entry["loc"])
    value = entry.get("input")
    shown = str(value) if isinstance(value, str | int | float) else None
    if entry["type"] == "extra_forbidden":
        known = Change.model_fields if "." in place else StudyFile.model_fields
        remedy = f"leave it out{did_you_mean(str(entry['loc'][-1]), known)}"
        return Finding(file, "is not known", remedy, None, place, shown)
    problem = entry["msg"][0].lower() + entry["msg"][1:]
    return Finding(file, problem, "see docs/studies.md", None, place, shown)
