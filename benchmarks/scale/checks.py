"""Is a large plan as good as the whole program's, and what do more workers save?"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.scale.runs import Failed, Row, make_input, median_plan, plan_once

SIZES = (1_000, 2_000, 5_000, 10_000)
"""Of which the largest is sought that the whole program is solved for in time."""
MINUTES = 10
SPARE = 300.0
"""Seconds beside the solver's, to read and write."""


def against_monolith(sizes: Sequence[int], options: Sequence[str]) -> list[Row]:
    """Both ways of solving, from the smallest size until the whole program takes too long."""
    pairs = []
    for products in sorted(sizes):
        with tempfile.TemporaryDirectory() as folder:
            source, out = Path(folder) / "in", Path(folder) / "out"
            make_input(source, products, SPARE)
            limit = 60.0 * MINUTES
            whole = _whole_program(source, out, options, limit)
            parts = plan_once(source, out, ["--solver", "decomposed", *options], 3600)
        pairs.append(compared(products, whole, parts))
        if whole.get("objective") is None or whole["seconds"] > limit:
            break
    return pairs


def _whole_program(source: Path, out: Path, options: Sequence[str], limit: float) -> Row:
    chosen = ["--solver", "monolith", "--time-limit", f"{limit:g}", *options]
    try:
        plan = plan_once(source, out, chosen, limit + SPARE)
    except Failed:
        return {"seconds": limit, "objective": None, "gap": None}
    # Orders in closed form are what is left when time has run out.
    return plan | {"objective": None} if plan["status"] == "closed_form" else plan


def compared(products: int, whole: Row, parts: Row) -> Row:
    """Two plans of one input: they agree if they differ by no more than their gaps together.

    A cost may also not be below the other's bound.
    """
    pair = {"products": products, "monolith": whole, "decomposed": parts}
    gaps = [plan["gap"] for plan in (whole, parts) if plan.get("gap") is not None]
    if whole.get("objective") is None or len(gaps) < 2:
        return pair | {"difference": None, "allowed": None, "agree": False}
    difference = parts["objective"] / whole["objective"] - 1
    allowed = sum(gaps)
    slack = 1e-9 * abs(whole["objective"])
    proven = all(
        bound is None or cost >= bound - slack
        for cost, bound in (
            (whole["objective"], parts.get("bound")),
            (parts["objective"], whole.get("bound")),
        )
    )
    agree = abs(difference) <= allowed + 1e-9 and proven
    return pair | {"difference": difference, "allowed": allowed, "agree": agree}


def by_workers(products: int, options: Sequence[str], repeat: int, limit: float) -> list[Row]:
    """One and two workers: threads of one process, then of a Ray started on this machine."""
    kinds = {
        "threads": [["--workers", "1"], ["--workers", "2"]],
        "Ray": [["--ray", "local[1]"], ["--ray", "local[2]"]],
    }
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "in", Path(folder) / "out"
        make_input(source, products, limit)
        for kind, choices in kinds.items():
            for workers, chosen in enumerate(choices, start=1):
                row = median_plan(source, out, [*chosen, *options], repeat, limit)
                runs.append(row | {"kind": kind, "workers": workers})
    return runs
