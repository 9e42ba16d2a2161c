"""Series too short to know themselves lean on older ones of the same product or category."""

from __future__ import annotations

import numpy as np

from planner.forecasting.error_model import UNKNOWN
from planner.forecasting.series.series import Series
from scenarios.arrays.types import Floats, Ints

OLD_WEEKS = 13
"""Weeks in stock after which a series stands on its own."""
PRIOR_WEEKS = 3
"""Weeks of its own that weigh as much as the others, at the most."""


def leaning_on_others(series: Series, mean: Floats) -> Floats:
    """Forecasts [N, T] in which young series are drawn towards older ones.

    A young series with n weeks in stock takes n / (n + k) of its own forecast and the rest from
    the mean forecast of older series of its product; of its category where there are none; of all.
    Its own weeks count the more, the more the others differ (Buhlmann 1967, ASTIN Bulletin 4(3)):
    k is the variance of a week's demand over that of the others' levels, and 3 at the most.
    """
    weeks = series.known.sum(axis=1) / series.per_week
    young = np.flatnonzero(weeks < OLD_WEEKS)
    old = np.flatnonzero(weeks >= OLD_WEEKS)
    if not young.size or not old.size:
        return mean
    prior, k = np.zeros((young.size, mean.shape[1])), np.zeros(young.size)
    week = mean.mean(axis=1) * series.per_week
    for group in (np.zeros_like(series.category), series.category, series.product):
        average, there = _average(group, old, mean)
        mine = group[young]
        prior = np.where(there[mine][:, None], average[mine], prior)
        k = np.where(there[mine], _weeks_of_prior(group, old, week)[mine], k)
    own = (weeks[young] / np.maximum(weeks[young] + k, 1e-9))[:, None]
    own = np.where(weeks[young, None] > 0, own, 0.0)
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


def _weeks_of_prior(group: Ints, rows: Ints, week: Floats) -> Floats:
    """[groups] weeks that the mean of some rows of a group is worth; ``week`` [N] are levels."""
    level, there = _average(group, rows, week[:, None])
    square, _ = _average(group, rows, week[:, None] ** 2)
    between = np.maximum(square - level**2, 0.0)[:, 0]
    within = (level + UNKNOWN * level**2)[:, 0]
    told = there & (between * PRIOR_WEEKS > within)
    return np.where(told, within / np.where(told, between, 1.0), PRIOR_WEEKS)
