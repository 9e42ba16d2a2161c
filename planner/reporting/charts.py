"""What the charts of a report show, as charts.js wants it told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from scenarios.arrays.types import Floats

DIGITS = 6
"""Significant digits of a number in a chart."""


def values(numbers: Floats) -> list[float | None]:
    """Numbers of a chart; what is not finite is a gap."""
    numbers = np.asarray(numbers, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.floor(np.log10(np.abs(numbers)))
    size = np.where(np.isfinite(size), size, 0.0)
    scale = 10.0 ** (DIGITS - 1 - size)
    rounded = np.where(np.isfinite(numbers), np.round(numbers * scale) / scale, np.nan)
    return [None if value != value else value for value in rounded.tolist()]


def dates_axis(first: pd.Timestamp, n_periods: int, period: str) -> dict[str, Any]:
    """A time axis: day by day, or week by week."""
    week = period == "W"
    return {
        "kind": "date",
        "first": f"{first:%Y-%m-%d}",
        "step": 7 if week else 1,
        "n": n_periods,
        "label": "week from" if week else "day",
    }


def series(name: str, kind: str, colour: str, y: Floats, **more: Any) -> dict[str, Any]:
    """One line, area, band, bars, steps or stack of a chart; ``low`` and ``high`` bound a band."""
    for bound in ("low", "high"):
        if bound in more:
            more[bound] = values(more[bound])
    return {"name": name, "kind": kind, "colour": colour, "y": values(y)} | more


def buffer_band(buffer: Floats) -> dict[str, Any]:
    """Safety stock as a band from 0; what is below 0 has none."""
    high = np.maximum(buffer, 0.0)
    return series("safety stock", "band", "orange", buffer, low=0 * high, high=high)


def over(
    title: str, unit: str, axis: dict[str, Any], lines: list[dict[str, Any]], **more: Any
) -> dict[str, Any]:
    """A chart of series over an axis."""
    return {"type": "over", "title": title, "unit": unit, "axis": axis, "series": lines} | more


def bars(title: str, unit: str, rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A chart of rows: name, value, low, high, colour, and the group they stand in."""
    return {"type": "rows", "title": title, "unit": unit, "rows": rows} | more


def row(
    name: str, value: float, low: float = np.nan, high: float = np.nan, colour: str = "blue",
    **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """One row of :func:`bars`."""
    told = {"value": value, "low": low, "high": high}
    known = {key: None if x != x else float(f"{x:.{DIGITS}g}") for key, x in told.items()}
    return {"name": name, "colour": colour} | known | more
