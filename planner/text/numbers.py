"""Numbers as people read them: the one place that writes them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

DECIMALS = 4
"""Of numbers in tables that are written."""
SMALLEST = 5e-5
"""What is smaller is written as 0 in the tables."""


def amount(value: float) -> str:
    """A number to four digits: ``76,156``, ``533.4``, ``0.6234``."""
    if value == 0:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"


def count(number: int, noun: str) -> str:
    """A number of things: ``1 order``, ``1,200 orders``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def counted(number: int, noun: str) -> str:
    """``no orders``, ``1 order``, ``1,200 orders``."""
    return f"{number or 'no':{',' if number else ''}} {noun}{'' if number == 1 else 's'}"


def shares(weights: dict[str, float]) -> str:
    """Models and what each counts."""
    return ", ".join(f"{name} {weight:.0%}" for name, weight in weights.items())


def short(value: float | None) -> str:
    """About three digits: ``76,156``, ``533``, ``18.8``, ``0.62``; a dash where nothing is known.

    The script of the page does the same (``short`` in charts.js).
    """
    if value is None or not math.isfinite(value):
        return "–"
    size, sign = abs(value), "−" if value < 0 else ""
    if size >= 1e7:
        return f"{sign}{size / 1e6:,.{0 if size >= 1e8 else 1}f} million"
    if size >= 99.95:
        return f"{sign}{size:,.0f}"
    if size >= 0.0995:
        return sign + f"{size:.{1 if size >= 9.995 else 2}f}".rstrip("0").rstrip(".")
    return f"{sign}{size:.2g}" if size >= SMALLEST else "0"


def half(width: float) -> str:
    """What follows a figure: half of its interval, or nothing where that is not known."""
    return "" if width != width else f" ± {short(width)}"


def signed(value: float) -> str:
    """A difference, with its sign."""
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{short(abs(value))}"


def percent(share: float | None) -> str:
    """A share: ``53%``, ``99.6%`` near the whole, ``0.05%`` where it is small."""
    if share is None or not math.isfinite(share):
        return "–"
    points = 100 * share
    if 0 < points < 0.005:
        return "<0.01%"
    if 0 < points < 0.95:
        return f"{points:.2g}%"
    if 99.95 <= points < 100:
        return f"{math.floor(100 * points) / 100:.2f}%"  # never 100%, as it is not all
    return f"{points:.{1 if 90 <= points < 100 else 0}f}%"


def rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy with numbers as tables hold them: at most four decimals, no minus zero."""
    import numpy as np

    changes = {
        name: np.round(frame[name].to_numpy(), DECIMALS) + 0.0
        for name in frame.columns
        if frame[name].dtype == np.float64
    }
    return frame.assign(**changes)
