"""What many runs come to: means of key figures with their uncertainty."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from scenarios.arrays.types import Floats
from scenarios.evaluation.kpis import kpi_of
from scenarios.simulation.costs import COMPONENTS


def summarise(paths: pd.DataFrame) -> pd.DataFrame:
    """Mean and 95% confidence interval (Student's t) of every column but ``path``.

    Components that no path pays are left out.
    """
    rows = []
    for name in paths.columns.drop("path"):
        values = paths[name].to_numpy(dtype=float)
        if name.removeprefix("cost_") in COMPONENTS and not values.any():
            continue
        rows.append((name, *interval(str(name), values)))
    return pd.DataFrame(rows, columns=["measure", "mean", "low", "high"])


def interval(name: str, values: Floats) -> tuple[float, float, float]:
    """Mean and 95% confidence interval of a key figure; nan for the interval of a single value.

    Intervals end where values cannot be: mostly below 0, and above 1 for shares.
    """
    mean, half = float(values.mean()), half_width(values)
    low, high = mean - half, mean + half
    kpi = kpi_of(name)
    if half == half:
        low = low if kpi is not None and kpi.below_zero else max(low, 0.0)
        high = min(high, 1.0) if kpi is not None and kpi.is_share else high
    return mean, low, high


def half_width(values: Floats) -> float:
    """Half of the 95% confidence interval of the mean; nan for a single value."""
    if len(values) < 2:
        return float("nan")
    error = values.std(ddof=1) / np.sqrt(len(values))
    return float(stats.t.ppf(0.975, len(values) - 1) * error)
