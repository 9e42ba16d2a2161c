"""What a training writes down at every evaluation: a line of JSON, and TensorBoard events."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from scenarios.writing.atomic import write_atomic

if TYPE_CHECKING:
    from brain.learning.options import Progress

FILE = "curve.jsonl"


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
