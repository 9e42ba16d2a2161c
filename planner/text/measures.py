"""Key figures of runs: their names, units and how they are written."""

from __future__ import annotations

import pandas as pd

from planner.text.names import spoken
from planner.text.numbers import percent, short
from scenarios.evaluation.kpis import SHARES

UNITS = {
    "missed_units": "units", "expired_units": "units", "turns": "per year",
    "days_of_cover": "days", "overflow_volume": "volume", "seconds": "s", "bullwhip": "ratio",
    "storage_use": "of capacity", "lane_use": "of capacity",
}  # fmt: skip
LATE = ("seconds",)


def unit_of(measure: str, currency: str) -> str:
    """Unit of a key figure, for the axis of a chart or the head of a column."""
    if measure in SHARES:
        return "%"
    if measure.startswith("cost_") or measure in ("total_cost", "profit"):
        return currency or "cost"
    return "units" if measure.startswith("stock_at_") else UNITS.get(measure, "")


def label(measure: str) -> str:
    """A key figure as words; names of locations stay as they are."""
    if measure.startswith("stock_at_"):
        return f"stock at {measure.removeprefix('stock_at_')}"
    return spoken(measure)


def figure(measure: str, value: float) -> str:
    """A key figure as people read it."""
    return percent(value) if measure in SHARES else short(value)


def scaled(measure: str, value: float) -> float:
    """A key figure in its unit: shares in percent."""
    return 100.0 * value if measure in SHARES else value


def figures_rows(summary: pd.DataFrame, currency: str) -> list[tuple[str, str, str, str]]:
    """Rows of a table: name, mean, 95% interval, unit; blank where an interval is not known."""
    rows = []
    for row in summary.to_dict("records"):
        measure, low, high = str(row["measure"]), float(row["low"]), float(row["high"])
        interval = "" if low != low else f"{figure(measure, low)} to {figure(measure, high)}"
        unit = "" if measure in SHARES else unit_of(measure, currency)
        rows.append((label(measure), figure(measure, float(row["mean"])), interval, unit))
    return rows
