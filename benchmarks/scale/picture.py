"""Seconds and memory of a whole plan against its number of products, with the yardsticks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.scale.text import GB, YARDSTICKS, Row, growth
from planner.reporting.pictures import figure, tidy
from planner.text.palette import GREY, OURS, RED

TICKS = [m * 10**e for e in range(-1, 6) for m in (1, 2, 5)]


def draw_scale(rows: Sequence[Row], path: Path) -> None:
    """Two panels on logarithmic axes; a mark is the most that the yardstick allows."""
    rows = sorted(rows, key=lambda row: row["products"])
    made = figure(9, 4)
    panels = [("seconds", "seconds", 1.0, 0), ("peak_bytes", "peak memory, GB", GB, 1)]
    for axis, (name, label, unit, place) in zip(made.subplots(1, 2), panels, strict=True):
        products = [row["products"] for row in rows]
        values = [row[name] / unit for row in rows]
        axis.plot(products, values, marker="o", color=OURS, label="planner plan")
        aims = [YARDSTICKS[n][place] for n in YARDSTICKS]
        axis.plot(
            list(YARDSTICKS), aims, linestyle="none", marker="_", markersize=18,
            markeredgewidth=2.5, color=RED, label="yardstick",
        )  # fmt: skip
        for n, value in zip(products, values, strict=True):
            axis.annotate(
                f"{value:,.3g}", (n, value), xytext=(6, -12), textcoords="offset points",
                fontsize="small", color=GREY,
            )  # fmt: skip
        slope, _ = growth(rows, name)
        if slope == slope:
            axis.set_title(f"grows as n^{slope:.2f}", loc="left", fontsize="medium")
        axis.set(xscale="log", yscale="log", xlabel="products", ylabel=label)
        axis.margins(0.12)
        axis.set_xticks(list(YARDSTICKS))
        axis.set_yticks([n for n in TICKS if _inside(n, axis.get_ylim())])
        for side in (axis.xaxis, axis.yaxis):
            side.set_major_formatter("{x:,g}")
            side.set_minor_formatter("")
        axis.legend(fontsize="small", frameon=False, loc="upper left")
        tidy(axis)
    made.savefig(path, dpi=120)


def _inside(value: float, ends: tuple[float, float]) -> bool:
    return ends[0] <= value <= ends[1]
