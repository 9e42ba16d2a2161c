"""Season and level by plain averages: what the official benchmark of VN2 goes by.

Kept apart from the planner's own forecasts, so that the yardstick stays as it is when those change.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

YEAR = 52


def season_of(sales: Floats, in_stock: NDArray[np.bool_]) -> Floats:
    """[52] factor of each week of the year (counted from the first week), with mean 1.

    Sales in stock over what each series sells on average in the year around the week, all series
    together, averaged over the years and smoothed over three weeks.
    """
    n_weeks = sales.shape[1]
    around = _window_mean(sales, in_stock, YEAR // 2, YEAR // 2)
    sold = (sales * in_stock).sum(axis=0)
    usual = (around * in_stock).sum(axis=0)
    week = np.arange(n_weeks) % YEAR
    ratio = np.bincount(week, sold, YEAR) / np.maximum(np.bincount(week, usual, YEAR), 1e-9)
    ratio = np.where(ratio > 0, ratio, 1.0)
    smooth = (np.roll(ratio, 1) + ratio + np.roll(ratio, -1)) / 3
    return smooth / smooth.mean()


def trailing_mean(values: Floats, use: NDArray[np.bool_], window: int) -> Floats:
    """[S, W + 1] mean over the last weeks in use before each week.

    Where none of them is in use, it is the mean of all weeks in use before, or else 0.
    """
    short = _window_mean(values, use, window, 0, exclusive=True)
    ever = _window_mean(values, use, values.shape[1], 0, exclusive=True)
    return np.where(np.isnan(short), np.nan_to_num(ever), short)


def _window_mean(
    values: Floats, use: NDArray[np.bool_], before: int, after: int, exclusive: bool = False
) -> Floats:
    """Mean of the values in use from ``before`` weeks earlier to ``after`` weeks later.

    Exclusive windows end before the week itself and are nan where they are empty.
    """
    n_weeks = values.shape[1]
    zero = np.zeros((values.shape[0], 1))
    total = np.concatenate([zero, np.cumsum(values * use, axis=1)], axis=1)
    count = np.concatenate([zero, np.cumsum(use, axis=1)], axis=1)
    week = np.arange(n_weeks + exclusive)
    start = np.maximum(week - before, 0)
    stop = week if exclusive else np.minimum(week + after + 1, n_weeks)
    units, weeks = total[:, stop] - total[:, start], count[:, stop] - count[:, start]
    empty = np.nan if exclusive else 0.0
    return np.where(weeks > 0, units / np.maximum(weeks, 1), empty)
