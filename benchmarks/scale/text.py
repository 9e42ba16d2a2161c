"""What the measurements at scale say: growth, yardsticks, tables; and many workers on paper."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

Row = dict[str, Any]

GB = 1e9
MOST_GAP = 0.005
YARDSTICKS = {200: (3.0, 0.5), 1_000: (15.0, 1.0), 10_000: (100.0, 4.0), 100_000: (900.0, 8.0)}
"""Most seconds and GB of a whole ``planner plan``, by products."""
FROM = 1_000
"""Products from which growth is told: below, starting up counts."""


def growth(rows: Sequence[Row], name: str) -> tuple[float, float]:
    """Exponents of growth with products: least squares on logarithms, and from end to end."""
    far = sorted((row["products"], row[name]) for row in rows if row["products"] >= FROM)
    if len(far) < 2:
        return math.nan, math.nan
    n, value = np.log(np.array(far, dtype=float)).T
    ends = (value[-1] - value[0]) / (n[-1] - n[0])
    return float(np.polyfit(n, value, 1)[0]), float(ends)


def outside(row: Row) -> float:
    """Share of a plan's wall time that is not spent on finding orders."""
    orders = row["phases"].get("orders")
    return math.nan if orders is None else 1.0 - orders / row["seconds"]


def overhead(row: Row) -> float:
    """The solver's wall time on all its workers, over the time inside HiGHS alone."""
    inside, orders = row.get("highs_seconds"), row["phases"].get("orders")
    if not inside or orders is None:
        return math.nan
    return orders * (row.get("workers") or 1) / inside


def missed(row: Row) -> list[str]:
    """Yardsticks that a row does not meet."""
    found = []
    if row["products"] in YARDSTICKS:
        seconds, memory = YARDSTICKS[row["products"]]
        found += ["time"] if row["seconds"] > seconds else []
        found += ["memory"] if row["peak_bytes"] > memory * GB else []
    gap = row.get("gap")
    return found + ([] if gap is not None and gap <= MOST_GAP else ["gap"])


def sizes_table(rows: Sequence[Row]) -> str:
    """A row for each size, as Markdown."""
    lines = []
    for row in sorted(rows, key=lambda row: row["products"]):
        seconds, memory = YARDSTICKS.get(row["products"], (None, None))
        fails = missed(row)
        lines.append([
            f"{row['products']:,}",
            _number(row["init_seconds"], 1),
            _number(row["seconds"], 1) + _aim(seconds),
            _number(row["peak_bytes"] / GB, 2) + _aim(memory),
            _percent(row.get("gap"), 2),
            str(row["status"]),
            _number(row.get("rounds"), 0),
            _number(row.get("blocks"), 0),
            _number(row.get("highs_seconds"), 1),
            _number(overhead(row), 2),
            _percent(outside(row), 0),
            "met" if not fails else f"**missed**: {', '.join(fails)}",
        ])  # fmt: skip
    head = ["products", "init, s", "plan, s (aim)", "peak GB (aim)", "gap", "status", "rounds",
            "blocks", "inside HiGHS, s", "solver x workers / HiGHS", "outside the solver",
            "yardsticks"]  # fmt: skip
    return table(head, lines)


def growth_text(rows: Sequence[Row]) -> str:
    """Exponents in a sentence; empty where there are too few sizes."""
    told = []
    for name, what in (("seconds", "time"), ("peak_bytes", "memory")):
        slope, ends = growth(rows, name)
        if not math.isnan(slope):
            told.append(f"{what} as n^{slope:.2f} (from end to end n^{ends:.2f})")
    first = f"From {FROM:,} products on, with n products: "
    return first + "; ".join(told) + "." if told else ""


def phases_table(rows: Sequence[Row]) -> str:
    """Seconds by phase of planning, a column for each size; what is left is starting and files."""
    rows = sorted(rows, key=lambda row: row["products"])
    names = list(dict.fromkeys(name for row in rows for name in row["phases"]))
    lines = [
        [name, *(_number(row["phases"].get(name), 2) for row in rows)]
        for name in names if name != "total"
    ]  # fmt: skip
    rest = [
        row["seconds"] - sum(
            value for name, value in row["phases"].items() if ":" not in name and name != "total"
        )
        for row in rows
    ]  # fmt: skip
    lines.append(["start, reading, writing", *(_number(value, 2) for value in rest)])
    return table(["phase, s", *(f"{row['products']:,}" for row in rows)], lines)


def monolith_table(pairs: Sequence[Row]) -> str:
    """The decomposed solver beside the whole program; see :mod:`benchmarks.scale.checks`."""
    lines = []
    for pair in pairs:
        whole, parts = pair["monolith"], pair["decomposed"]
        if not whole.get("objective"):
            lines.append([
                f"{pair['products']:,}", _number(whole["seconds"], 0),
                _number(parts["seconds"], 0), "no plan in time", "–", "–", "–",
            ])  # fmt: skip
            continue
        lines.append([
            f"{pair['products']:,}", _number(whole["seconds"], 0), _number(parts["seconds"], 0),
            f"{whole['objective']:,.0f}", f"{parts['objective']:,.0f}",
            f"{pair['difference']:+.3%} (gaps {pair['allowed']:.3%})",
            "agree" if pair["agree"] else "**do not agree**",
        ])  # fmt: skip
    head = ["products", "whole program, s", "decomposed, s", "cost, whole program",
            "cost, decomposed", "difference", ""]  # fmt: skip
    return table(head, lines)


def workers_table(runs: Sequence[Row]) -> str:
    """Time by workers, measured; efficiency is against the first run of its kind."""
    lines = []
    for run in runs:
        first = next(one for one in runs if one["kind"] == run["kind"])
        share = first["workers"] / run["workers"]
        parts = [first["phases"].get("orders"), run["phases"].get("orders")]
        solver = share * parts[0] / parts[1] if all(parts) else math.nan
        lines.append([
            run["kind"], str(run["workers"]), f"{run['products']:,}", _number(run["seconds"], 1),
            _number(parts[1], 1), _percent(share * first["seconds"] / run["seconds"], 0),
            _percent(solver, 0), _number(overhead(run), 2), _number(run["peak_bytes"] / GB, 2),
        ])  # fmt: skip
    head = ["workers are", "workers", "products", "plan, s", "solver, s", "efficiency, whole",
            "efficiency, solver", "solver x workers / HiGHS", "peak GB"]  # fmt: skip
    return table(head, lines)


def on_paper(row: Row, workers: int) -> float:
    """Seconds of a plan with other workers, from what its blocks and rounds took.

    T(w) = serial + rounds x (ceil(blocks / w) x seconds of a block + the driver's of a round).
    Nan where the plan was not decomposed.
    """
    rounds, blocks, inside = (row.get(name) for name in ("rounds", "blocks", "block_seconds"))
    orders = row["phases"].get("orders")
    if not rounds or not blocks or not inside or orders is None:
        return math.nan
    block = inside / (rounds * blocks)
    at_work = rounds * math.ceil(blocks / (row.get("workers") or 1)) * block
    driver = max(0.0, orders - at_work) / rounds
    serial = row["seconds"] - orders
    return serial + rounds * (math.ceil(blocks / workers) * block + driver)


def paper_table(row: Row, counts: Sequence[int] = (1, 2, 4, 8, 16, 32, 100)) -> str:
    """Seconds and efficiency of a plan by workers, by :func:`on_paper`."""
    alone = on_paper(row, 1)
    if math.isnan(alone):
        return ""
    lines = [
        [str(n), _number(on_paper(row, n), 0), _percent(alone / (n * on_paper(row, n)), 0)]
        for n in counts
    ]
    return table(["workers", f"{row['products']:,} products, s", "efficiency"], lines)


def table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in rows)


def fill(page: str, name: str, text: str) -> str:
    """A page with what stands between ``<!-- name -->`` and ``<!-- end -->`` replaced."""
    mark = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(<!-- end -->)", re.S)
    return mark.sub(lambda found: f"{found[1]}\n{text}\n\n{found[2]}", page)


def _number(value: float | None, decimals: int) -> str:
    return "–" if value is None or value != value else f"{value:,.{decimals}f}"


def _percent(value: float | None, decimals: int) -> str:
    return "–" if value is None or value != value else f"{value:.{decimals}%}"


def _aim(value: float | None) -> str:
    return "" if value is None else f" ({value:,g})"
