"""Trainings in the folder of the app: read from their files, started and stopped as commands."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from brain.training.curves import FILE as CURVE
from brain.training.curves import read_curve
from brain.training.request import FILE, brain_name, check_request
from planner.app.folder import Folder
from planner.app.jobs import NOTE, Job
from scenarios.errors import Finding, InputError

KIND = "brains"
"""The folder in the app's folder that holds trainings."""
ANALYTIC = "nothing learnt yet (analytic)"
"""Where a training starts from unless told otherwise."""
STILL_WRITING = 90.0
"""Seconds since a file was last written, within which somebody else may be training here."""
State = Literal["running", "stopping", "trained", "stopped", "failed", "elsewhere"]
TOLD: dict[State, str] = {
    "running": "running",
    "stopping": "a checkpoint is being written",
    "trained": "trained",
    "stopped": "it can be resumed",
    "failed": "ended with an error",
    "elsewhere": "running from a terminal, it seems; stop it there",
}


def missing_extra() -> str:
    """What to do where training cannot be done; empty where it can."""
    absent = [name for name in ("ray", "torch", "tensorboard", "gymnasium") if not find_spec(name)]
    if not absent:
        return ""
    return (
        f"Training needs {', '.join(absent)}, which the base install leaves out."
        " Remedy: pip install 'echelon-planner[train]', then start the app again."
    )


@dataclass(frozen=True)
class TrainingForm:
    """A training as the form asks for it, all as text."""

    ratio: str
    name: str = ""
    steps: str = ""
    seed: str = ""
    algorithm: str = "hdpo"
    start: str = ANALYTIC

    def check(self) -> tuple[float, list[str]]:
        """The ratio, and options of ``planner train``.

        Raises
        ------
        InputError
            With all that is wrong, in the words of the command.
        """
        findings: list[Finding] = []
        options = ["--algorithm", self.algorithm]
        try:
            ratio: float | str = float(self.ratio.replace(",", ""))
        except ValueError:
            ratio = self.ratio
        try:
            check_request([ratio], None, self.algorithm)  # type: ignore[list-item]
        except InputError as error:
            findings += error.findings
        for option, text, least in (("steps", self.steps, 1), ("seed", self.seed, 0)):
            digits = text.strip().replace(",", "")
            if not digits:
                continue
            if not (digits.isascii() and digits.isdigit() and int(digits) >= least):
                problem, remedy = "is no whole number", f"enter one from {least} on, or nothing"
                findings.append(Finding(option, problem, remedy, value=text))
            options += [f"--{option}", digits]
        if self.start != ANALYTIC:
            options += ["--from", self.start]
        if findings:
            raise InputError(findings)
        assert isinstance(ratio, float)
        return ratio, options


def start(folder: Folder, wanted: TrainingForm) -> Training:
    """Start a training.

    Raises
    ------
    InputError
        If it is asked for wrongly, or its name is taken.
    """
    ratio, options = wanted.check()
    name = wanted.name.strip() or folder.free(KIND, brain_name(ratio))
    path = folder.named(KIND, name)
    path.mkdir(parents=True)
    made = Training(path)
    made.job.start(["train", "--ratio", f"{ratio:.10g}", "--out", str(path), *options])
    return made


def trainings(folder: Folder) -> list[Training]:
    """All that there are, the latest first."""
    below = folder.below(KIND)
    found = [Training(path) for path in below if (path / FILE).exists() or (path / NOTE).exists()]
    return sorted(found, key=lambda one: (-one.since(), one.name))


@dataclass(frozen=True)
class Training:
    """A training and its folder."""

    path: Path

    @property
    def name(self) -> str:
        """What it is called."""
        return self.path.name

    @property
    def job(self) -> Job:
        """Its process."""
        return Job(self.path)

    def brains(self) -> list[str]:
        """Names of the brains that are trained; none before training has begun."""
        try:
            order = json.loads((self.path / FILE).read_text(encoding="utf-8"))
            names = [brain_name(float(ratio)) for ratio in order["ratios"]]
            if order["ratio_range"] is not None:
                low, high = order["ratio_range"]
                names.append(f"ratio-{float(low):.10g}-{float(high):.10g}")
        except (OSError, ValueError, KeyError, TypeError):
            return []
        return names

    def state(self) -> State:
        """Where it stands."""
        if self.job.alive():
            return "stopping" if self.job.stopping() else "running"
        brains = self.brains()
        if brains and all((self.path / f"{name}.onnx").exists() for name in brains):
            return "trained"
        if not (self.path / NOTE).exists() and time.time() - self.since() < STILL_WRITING:
            return "elsewhere"
        if self.job.stopping() or self.job.said_stopped() or not self.job.lines():
            return "stopped"
        return "failed"

    def can_resume(self) -> bool:
        """Whether there is something to go on from."""
        return self.state() in ("stopped", "failed") and bool(self.brains())

    def resume(self) -> None:
        """Go on as it was."""
        self.job.start(["train", "--resume", str(self.path)])

    def curve(self, brain: str) -> list[dict[str, float]]:
        """What was written down of a brain, by step."""
        return read_curve(self.path / brain / CURVE)

    def since(self) -> float:
        """When anything was last written down, or it was last started, in seconds since 1970."""
        times = [self.job.started()]
        for path in (self.path / FILE, *(self.path / name / CURVE for name in self.brains())):
            try:
                times.append(path.stat().st_mtime)
            except OSError:
                continue
        return max(times)
