"""Numbers as people read them: the one place that writes them.

Pages, of reports and of the app, show about three digits (``short``, ``percent``, ``signed``); the
terminal, the messages and what scripts may read show more (``amount``, ``exact_percent``).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

DECIMALS = 4
"""Of numbers in tables that are written."""
SMALLEST = 5e-5
"""What is smaller is written as 0 in the tables."""


def amount(value: float) -> str:
    """A number to four digits: ``76,156``, ``533.4``, ``0.6234``; nan is ``unknown``."""
    if value != value:
        return "unknown"
    if value == 0:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"


def count(number: int, noun: str) -> str:
    """A number of things: ``1 order``, ``1,200 orders``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def count_text(number: int, noun: str) -> str:
    """``no orders``, ``1 order``, ``1,200 orders``."""
    return f"{number or 'no':{',' if number else ''}} {noun}{'' if number == 1 else 's'}"


def shares(weights: dict[str, float]) -> str:
    """Models and what each counts."""
    return ", ".join(f"{name} {weight:.0%}" for name, weight in weights.items())


def exact_percent(share: float) -> str:
    """A share to the hundredth of a percent: ``62.31%``; nan is ``unknown``."""
    return "unknown" if share != share else f"{share:.2%}"


def score(value: float, sign: str = "") -> str:
    """A score of a leaderboard: whole from 10,000 on, below 100 to the thousandth."""
    digits = 0 if abs(value) >= 10_000 else 1 if abs(value) >= 100 else 3
    return f"{value:{sign},.{digits}f}"


def short(value: float | None) -> str:
    """About three digits: ``76,156``, ``533``, ``18.8``, ``0.62``; a dash where nothing is known.

    The script of a report does the same (charts.js), as for :func:`percent`.
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
    if size >= 1e-4:
        return f"{sign}{size:.2g}"
    return f"{sign}{size:.6f}".rstrip("0") if size >= SMALLEST else "0"


def half(width: float, write: Callable[[float], str] = short) -> str:
    """What follows a figure: half of its interval, or nothing where that is not known."""
    return "" if width != width else f" ± {write(width)}"


def difference_text(value: float, write: Callable[[float], str] = short) -> str:
    """A difference, with its sign; none where nothing is left of it."""
    size = write(abs(value))
    return size if value != value or size == write(0.0) else f"{'+' if value > 0 else '−'}{size}"


def percent(share: float | None) -> str:
    """A share: ``53%``, ``99.6%`` near the whole, ``0.05%`` where it is small.

    That of a capacity of 0 is infinite: ``over 100%``.
    """
    if share is None or share != share:
        return "–"
    if math.isinf(share):
        return "over 100%"
    if share < 0:
        return f"−{percent(-share)}"
    points = 100 * share + 0.0  # Minus zero is zero.
    if 0 < points < 0.005:
        return "<0.01%"
    if 0 < points < 0.95:
        return f"{points:.2g}%"
    if 99.95 <= points < 100:
        return f"{math.floor(100 * points) / 100:.2f}%"  # never 100%, as it is not all
    return f"{points:.{1 if 90 <= points < 100 else 0}f}%"


def round_table(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy with numbers as tables hold them: at most four decimals, no minus zero."""
    import numpy as np

    changes = {
        name: np.round(frame[name].to_numpy(), DECIMALS) + 0.0
        for name in frame.columns
        if frame[name].dtype == np.float64
    }
    return frame.assign(**changes)
