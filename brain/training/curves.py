"""What a training writes down at every evaluation, a line of JSON and TensorBoard events, and what
is read back of it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pandas as pd

from scenarios.arguments import Arguments
from scenarios.errors import Finding, InputError
from scenarios.writing.atomic import write_atomic

if TYPE_CHECKING:
    from brain.learning.options import Progress

FILE = "curve.jsonl"
FIELDS = ("cost", "relative", "seconds")
MORE = ("perfect_days", "overstock_days", "understock_days")
"""Told where the training wrote it down; earlier versions did not."""


def figures(progress: Progress) -> dict[str, float]:
    """All that is told of an evaluation by name; the same names everywhere."""
    known = dataclasses.asdict(progress) | {"reward": progress.reward}
    stocks = known.pop("safety_stocks")
    del known["step"], known["steps"]
    for stage, units in enumerate(stocks):
        known[f"safety_stock_stage_{stage}"] = units
    return {name: float(value) for name, value in known.items()}


class Curve:
    """Writes the curve of one brain into its folder.

    A training that is resumed tells again what lies behind its checkpoint; what had been written
    from there on goes, so that every step is there once.
    """

    def __init__(self, folder: Path):
        self._folder = folder
        self._events: Any = None
        self._path = folder / FILE

    def __enter__(self) -> Curve:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._events is not None:
            self._events.close()

    def add(self, progress: Progress) -> None:
        """Write down an evaluation."""
        told = figures(progress)
        if self._events is None:
            self._cut(progress.step)
            self._events = self._writer(progress.step)
        line = {"step": progress.step, "steps": progress.steps} | told
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        for name, value in told.items():
            self._events.add_scalar(name, value, progress.step)
        self._events.flush()

    def _cut(self, step: int) -> None:
        """Drop what is there of this step and later ones, and a line that was left half written."""
        before = read_curve(self._path)
        kept = [line for line in before if line["step"] < step]
        write_atomic(self._path, "".join(json.dumps(line) + "\n" for line in kept))

    def _writer(self, step: int) -> Any:
        from torch.utils.tensorboard import SummaryWriter

        # TensorBoard then leaves out older events of these steps, too.
        return SummaryWriter(str(self._folder), purge_step=step)


def read_curve(path: Path) -> list[dict[str, float]]:
    """The evaluations that are written down, by step; nothing where there is no such file.

    A line that cannot be read, as a crash may leave one, is left out.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return []
    found = []
    for line in text.splitlines():
        try:
            told = json.loads(line)
        except ValueError:
            continue
        if isinstance(told, dict) and _are_numbers(told) and {"step", "relative"} <= told.keys():
            found.append(told)
    return found


def _are_numbers(told: dict[str, Any]) -> bool:
    return all(isinstance(value, int | float) for value in told.values())


def learning_curves(folder: str | Path) -> list[tuple[str, pd.DataFrame]]:
    """Curves of all brains of a training.

    Parameters
    ----------
    folder : str or Path
        As ``planner train --out`` writes it: TensorBoard events in a folder for each brain.

    Returns
    -------
    list of (str, DataFrame)
        Columns: step, cost (per chain and period), relative (to analytic), seconds; and shares
        of days, where they are known.

    Raises
    ------
    InputError
        If it is no path, nothing was written down there, or what reads it is not installed.
    """
    check = Arguments("learning_curves")
    check.path("folder", folder)
    check.refuse()
    try:
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    except ImportError:
        remedy = "pip install 'echelon-planner[train]'"
        raise InputError([Finding("train", "tensorboard is not installed", remedy)]) from None
    curves = []
    for events in sorted({path.parent for path in Path(folder).glob("*/events.out.tfevents.*")}):
        told = EventAccumulator(str(events)).Reload()
        if not set(FIELDS) <= set(told.Tags()["scalars"]):
            continue
        names = [*FIELDS, *(name for name in MORE if name in told.Tags()["scalars"])]
        columns = {
            name: {event.step: event.value for event in told.Scalars(name)} for name in names
        }
        table = pd.DataFrame(columns).sort_index().rename_axis("step").reset_index()
        curves.append((events.name, table.dropna(subset=list(FIELDS))))
    if not curves:
        problem, remedy = "there is no training", "name a folder that planner train has written"
        raise InputError([Finding(str(folder), problem, remedy)])
    return curves
