"""A simple weekly forecast: the mean of the last 13 weeks, times a season that all series share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WINDOW = 13
"""Weeks that the level of a series is averaged over."""
YEAR = 52
_ERROR_WEEKS = 52


def seasonal_average(
    sales: Floats, in_stock: NDArray[np.bool_], n_ahead: int
) -> tuple[Floats, Floats]:
    """Forecast mean and standard deviation of weekly sales.

    Weeks without stock say nothing about demand and are left out. The standard deviation is the
    root mean square of the errors that the same rule made over the last year, one week ahead, and
    at least that of a Poisson demand.

    Parameters
    ----------
    sales : array [S, W]
        Units sold by series and week, oldest first.
    in_stock : array [S, W] of bool
        Whether there was stock to sell.
    n_ahead : int
        Weeks to forecast.

    Returns
    -------
    mean, std : arrays [S, n_ahead]
    """
    n_weeks = sales.shape[1]
    season = season_of(sales, in_stock)
    factor = season[np.arange(n_weeks + n_ahead) % YEAR]
    level = trailing_mean(sales / factor[:n_weeks], in_stock, WINDOW)
    mean = level[:, -1:] * factor[n_weeks:]

    recent = slice(max(WINDOW, n_weeks - _ERROR_WEEKS), n_weeks)
    weeks = np.arange(n_weeks)[recent]
    error = np.where(in_stock[:, recent], sales[:, recent] - level[:, weeks] * factor[weeks], 0.0)
    count = np.maximum(in_stock[:, recent].sum(axis=1), 1)
    variance = (error**2).sum(axis=1) / count
    # Few weeks with stock: trust the ratio of variance to mean that all series show together.
    pooled = variance.sum() / max(mean.mean(axis=1).sum(), 1e-9)
    trust = count / (count + WINDOW)
    variance = trust * variance + (1 - trust) * pooled * mean.mean(axis=1)
    return mean, np.sqrt(np.maximum(variance[:, None], 1.05 * mean))


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
