"""Key figures of runs in words, by the table of :mod:`scenarios.evaluation.kpis`."""

from __future__ import annotations

import pandas as pd

from planner.text.names import spoken, upper_first
from planner.text.numbers import difference_text, percent, short
from scenarios.evaluation.kpis import KPIS, MONEY, SHARE, kpi_of

OTHER_UNITS = {"seconds": "s"}
"""Of what is measured beside the key figures."""
HEADLINE = tuple(kpi.name for kpi in KPIS if kpi.headline)
"""Key figures that are shown first."""


def component(name: str) -> str:
    """A component of cost as the name of a line or a column: ``Missed sale``."""
    return upper_first(spoken(name))


def is_share(measure: str) -> bool:
    """Whether a key figure is told in percent."""
    kpi = kpi_of(measure)
    return kpi is not None and kpi.is_share


def more_is_better(measure: str) -> bool:
    """Whether the largest is the best; of what is neither good nor bad, the least comes first."""
    kpi = kpi_of(measure)
    return kpi is not None and kpi.better == "more"


def unit_of(measure: str, currency: str) -> str:
    """Unit of a key figure, for the axis of a chart or the head of a column."""
    kpi = kpi_of(measure)
    if kpi is None:
        return OTHER_UNITS.get(measure, "")
    return {SHARE: "%", MONEY: currency or "cost"}.get(kpi.unit, kpi.unit)


def label(measure: str) -> str:
    """A key figure as words; names of locations stay as they are."""
    kpi = kpi_of(measure)
    if kpi is None:
        return spoken(measure)
    return f"{kpi.label} {measure.removeprefix(f'{kpi.name}_')}" if kpi.by_location else kpi.label


def with_unit(measure: str, currency: str) -> str:
    """A key figure as words and its unit, for the head of a column."""
    unit = unit_of(measure, currency)
    words = label(measure)
    return words if not unit or unit in words.split() else f"{words}, {unit}"


def figure(measure: str, value: float) -> str:
    """A key figure as people read it."""
    return percent(value) if is_share(measure) else short(value)


def difference(measure: str, gap: float) -> str:
    """A difference of a key figure, with its sign; of shares in percentage points."""
    return difference_text(gap, lambda size: figure(measure, size))


def in_unit(measure: str, value: float) -> float:
    """A key figure in its unit: shares in percent."""
    return 100.0 * value if is_share(measure) else value


def figures_rows(summary: pd.DataFrame, currency: str) -> list[tuple[str, str, str, str]]:
    """Rows of a table: name, mean, 95% interval, unit; blank where an interval is not known."""
    rows = []
    for row in summary.to_dict("records"):
        measure, low, high = str(row["measure"]), float(row["low"]), float(row["high"])
        interval = "" if low != low else f"{figure(measure, low)} to {figure(measure, high)}"
        unit = "" if is_share(measure) else unit_of(measure, currency)
        rows.append((label(measure), figure(measure, float(row["mean"])), interval, unit))
    return rows
