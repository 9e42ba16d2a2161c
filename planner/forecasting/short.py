"""Series too short to know themselves lean on older ones of the same product or category."""

from __future__ import annotations

import numpy as np

from planner.forecasting.series import Series
from scenarios.model import Floats, Ints

OLD_WEEKS = 13
"""Weeks in stock after which a series stands on its own."""
PRIOR_WEEKS = 3
"""Weeks of its own that weigh as much as the others."""


def leaning_on_others(series: Series, mean: Floats) -> Floats:
    """Forecasts [N, T] in which young series are drawn towards older ones.

    A young series with n weeks in stock takes n / (n + 3) of its own forecast and the rest from
    the mean forecast of older series of its product; of its category where there are none; of all.
    """
    weeks = series.known.sum(axis=1) / series.per_week
    young = np.flatnonzero(weeks < OLD_WEEKS)
    old = np.flatnonzero(weeks >= OLD_WEEKS)
    if not young.size or not old.size:
        return mean
    prior = np.repeat(mean[old].mean(axis=0)[None], young.size, axis=0)
    for group in (series.category, series.product):
        average, there = _average(group, old, mean)
        mine = group[young]
        prior = np.where(there[mine][:, None], average[mine], prior)
    own = (weeks[young] / (weeks[young] + PRIOR_WEEKS))[:, None]
    out = mean.copy()
    out[young] = own * mean[young] + (1 - own) * prior
    return out


def _average(group: Ints, rows: Ints, mean: Floats) -> tuple[Floats, np.ndarray]:
    """[groups, T] mean over some rows of each group, and whether there are any."""
    size = int(group.max(initial=-1)) + 1
    total = np.zeros((size, mean.shape[1]))
    np.add.at(total, group[rows], mean[rows])
    count = np.bincount(group[rows], minlength=size)
    return total / np.maximum(count, 1)[:, None], count > 0
