"""Whole commands on chains of a size: what a plan of them took, and what its report says."""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.scale import text
from benchmarks.whole_process import Run, whole_process

Row = text.Row
PLANNER = [sys.executable, "-m", "planner"]
OF_SOLVER = ("method", "blocks", "rounds", "highs_seconds", "block_seconds", "workers",
             "relaxed_objective", "lot_loss")  # fmt: skip
"""What is kept of ``plan.json``'s part on the solver, where it is there."""


class Failed(RuntimeError):
    """A command did not end well."""


def make_input(folder: Path, products: int, limit: float) -> float:
    """Write a chain; seconds of the whole command."""
    run = whole_process([*PLANNER, "init", str(folder), "--products", str(products)], limit)
    _check(run, "init")
    return run.seconds


def plan_once(source: Path, out: Path, options: Sequence[str], limit: float) -> Row:
    """A fresh ``planner plan``: what it took and what its report says."""
    command = [*PLANNER, "plan", str(source), "--out", str(out), "--force", "--quiet", *options]
    # What the libraries beside HiGHS start would make times depend on the machine's cores. Python
    # compiles what it imports once, as it does where nobody forbids it.
    environment = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    run = whole_process(command, limit, environment | {"OMP_NUM_THREADS": "1"})
    _check(run, "plan")
    return row_of(run, json.loads((out / "plan.json").read_text(encoding="utf-8")))


def row_of(run: Run, report: dict[str, Any]) -> Row:
    """Figures of one plan."""
    solver = report.get("solver") or {}
    return {
        "products": report["counts"]["products"],
        "seconds": run.seconds,
        "peak_bytes": run.peak_bytes,
        "status": report["status"],
        "objective": report["objective"],
        "bound": report["bound"],
        "gap": report["gap"],
        "phases": report["seconds"],
        **{name: solver.get(name) for name in OF_SOLVER},
    }


def median_plan(source: Path, out: Path, options: Sequence[str], repeat: int, limit: float) -> Row:
    """The plan of median time, with the least and most seconds and the most memory of all."""
    rows = [plan_once(source, out, options, limit) for _ in range(repeat)]
    taken = [row["seconds"] for row in rows]
    middle = statistics.median_low(taken)
    row = next(row for row in rows if row["seconds"] == middle)
    peak = max(row["peak_bytes"] for row in rows)
    return row | {"peak_bytes": peak, "range": [min(taken), max(taken)], "repeat": repeat}


def measure(products: int, options: Sequence[str], repeat: int, limit: float) -> Row:
    """A size: its input made, and planned."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "in"
        made = make_input(source, products, limit)
        row = median_plan(source, Path(folder) / "out", options, repeat, limit)
    return row | {"init_seconds": made}


def _check(run: Run, what: str) -> None:
    if run.timed_out:
        raise Failed(f"planner {what} was ended after {run.seconds:.0f} s")
    if run.code:
        raise Failed(f"planner {what} ended with {run.code}:\n{run.said}")
